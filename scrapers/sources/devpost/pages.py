"""Helpers for all pages of Devpost: addresses, and the error for a page without its landmark."""

from __future__ import annotations

from urllib.parse import urlsplit

from bs4 import BeautifulSoup, Tag

from scrapers.parse.pages import NotThisPage, PageChanged, within
from scrapers.records import Page
from scrapers.text import absolute

SITE = "https://devpost.com"
EVERY_PROJECT = "every-project"


def lacks(tree: BeautifulSoup, page: Page, landmark: str) -> PageChanged:
    """Return the error for a page without its landmark: a wall or a challenge is another page, all else has changed."""
    if tree.select_one(
        "#user-login, #user-registration, form[action*='/users/login'], form[action*='/users/register']"
    ):
        return NotThisPage(page.url, f"{landmark}, came to a page that asks to log in")
    if b"awswaf" in page.body.lower() and not tree.select_one("#global-nav, #devpost-footer"):
        return NotThisPage(page.url, f"{landmark}, came to a challenge of the firewall")
    return PageChanged(page.url, landmark)


def fragment(page: Page) -> str:
    """The watch's choice to follow every project, as it travels from page to page, or nothing."""
    return f"#{EVERY_PROJECT}" if urlsplit(page.url).fragment == EVERY_PROJECT else ""


def plain(url: str) -> str:
    """The address without tracking: no query, no fragment."""
    return url.split("#")[0].split("?")[0]


def project_url(link: Tag | None, url: str) -> str | None:
    """The project that a link leads to, or None for any other link."""
    target = absolute(url, link.get("href")) if link else None
    return plain(target) if target and "/software/" in target else None


def is_winner(card: Tag) -> bool:
    """True if a project's card wears the winner's badge."""
    names = within(card)
    return bool(names[".entry-badge"] or names[".winner"])
