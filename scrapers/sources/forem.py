"""Forem (dev.to): articles of the public API, one post by its author.

The list and the single-article endpoint write the same fields with swapped types. The shapes are those of the
published documentation and of a few recordings. Unverified: hardly any real answer was at hand.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from pydantic import Field

from scrapers.parse.bylines import is_collective, squash
from scrapers.parse.pages import NobodyThere, PageChanged, json_of
from scrapers.parse.prose import markdown_text, markup_text
from scrapers.records import Account, Evidence, EvidenceKind, Page, Record, Request
from scrapers.sources import Source
from scrapers.sources import Watch as AnyWatch
from scrapers.text import absolute, day

HOST = "dev.to"
PER_PAGE = 100


class Watch(AnyWatch):
    """Tags and authors whose articles are read."""

    tags: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    pages: int = Field(default=1, ge=1, le=50)


def plan(watch: Watch, since: date) -> Iterator[Request]:  # noqa: ARG001  # the newest come first
    """The newest articles of each tag and author."""
    asked = [("tag", tag) for tag in watch.tags] + [("username", author) for author in watch.authors]
    for (name, value), page in ((one, page) for one in asked for page in range(1, watch.pages + 1)):
        query = urlencode({name: value, "page": page, "per_page": PER_PAGE})
        yield Request("forem", f"https://{HOST}/api/articles?{query}")


def parse(page: Page) -> Iterator[Record]:
    """Yield an article as a post of its author, unless a house account wrote it; the account once."""
    found = json_of(page)
    articles = [found] if isinstance(found, dict) else found
    if not isinstance(articles, list):
        raise PageChanged(page.url, "a list of articles, or one article")
    if not articles:
        raise NobodyThere(page.url, f"no articles on page {parse_qs(urlsplit(page.url).query).get('page', ['1'])[0]}")
    told = set()
    for article in articles:
        if not isinstance(article, dict) or not isinstance(article.get("user"), dict):
            raise PageChanged(page.url, "articles with a user")
        account = _account(article, page)
        if account and account.key not in told:
            told.add(account.key)
            yield account
        yield _post(article, account, page)


def _account(article: Mapping[str, Any], page: Page) -> Account | None:
    """The author; None for an account of the site or of the organization itself."""
    user = article["user"]
    username = user.get("username")
    if not isinstance(username, str) or not username:
        raise PageChanged(page.url, "user.username")
    host = urlsplit(page.url).hostname or HOST
    if _is_house(user, article.get("organization") or {}, host):
        return None
    github, website = user.get("github_username"), absolute("https://", user.get("website_url"))
    return Account(
        site="forem" if host == HOST else host,
        handle=username,
        url=f"https://{host}/{quote(username)}",
        id=str(user["user_id"]) if user.get("user_id") else None,
        name=user.get("name") or None,
        links=tuple(link for link in (github and f"https://github.com/{quote(github)}", website) if link),
    )


def _is_house(user: Mapping[str, Any], organization: Mapping[str, Any], host: str) -> bool:
    """True if nobody in particular posts here: the organization's own account, the site's own, or a team's."""
    own = {squash(str(organization.get(field) or "")) for field in ("username", "slug", "name")} | {squash(host)}
    own.discard("")
    name = str(user.get("name") or "")
    at_home = (urlsplit(str(user.get("website_url") or "")).hostname or "").removeprefix("www.") == host
    return bool({squash(user["username"]), squash(name)} & own) or at_home or is_collective(name)


def _post(article: Mapping[str, Any], account: Account | None, page: Page) -> Evidence:
    title, url = article.get("title"), absolute(page.url, article.get("url"))
    if not isinstance(title, str) or url is None:
        raise PageChanged(page.url, "an article's title and url")
    canonical = absolute(url, article.get("canonical_url"))
    organization = article.get("organization") or {}
    return Evidence(
        kind=EvidenceKind.POST,
        account=account.key if account else None,
        title=title,
        text=_text(article),
        url=url,
        date=day(article.get("published_at") or article.get("published_timestamp") or article.get("created_at")),
        tags=_tags(article),
        links=(canonical,) if canonical and canonical != url else (),
        details={"author": article["user"].get("name"), "format": "forem"}
        | ({"organization": organization["username"]} if organization.get("username") else {}),
    )


def _text(article: Mapping[str, Any]) -> str:
    """The whole article where the answer has it, else its description."""
    if article.get("body_html"):
        return markup_text(str(article["body_html"]))
    if article.get("body_markdown"):
        return markdown_text(str(article["body_markdown"]))
    return str(article.get("description") or "")


def _tags(article: Mapping[str, Any]) -> tuple[str, ...]:
    """Tags from whichever of the two fields has them, as list or as text."""
    raw = article.get("tag_list") or article.get("tags") or ()
    named = raw.split(",") if isinstance(raw, str) else raw
    return tuple(tag.strip() for tag in named if isinstance(tag, str) and tag.strip())


SOURCE = Source(
    name="forem",
    title="Forem (dev.to) articles",
    plan=plan,
    parse=parse,
    watch=Watch,
    follow=(HOST,),
    profiles={"forem": lambda author: next(plan(Watch(authors=(author,)), date.min))},
    headers={"accept": "application/vnd.forem.api-v1+json"},
    verified=False,
    timeless=True,
)
