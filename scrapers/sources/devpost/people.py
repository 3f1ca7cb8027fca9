"""Projects and the people credited with them: a project's page, a member's profile."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from bs4 import BeautifulSoup, Tag

from scrapers.parsing import PageChanged, absolute, day, one, soup, squeeze, text_of
from scrapers.records import Account, Award, Evidence, EvidenceKind, Page, Record, Request
from scrapers.sources.devpost.pages import SITE, is_winner, lacks, plain, project_url
from scrapers.visible import visible_text


@dataclass(frozen=True, slots=True)
class _Member:
    account: Account
    contribution: str
    github_id: str | None


def read_project(page: Page, url: str) -> Iterator[Record]:
    """A project as evidence of each credited member; of nobody, where the page names no doer.

    A saved fragment without header and team is still an act. The date is the day the project was started: later
    updates say nothing of when the work was done, and the page does not tell when the hackathon ended.
    """
    tree = soup(page)
    if not tree.select_one("#app-details-left"):
        raise lacks(tree, page, "#app-details-left")
    whole = tree.select_one("#app-title, #app-team, #submissions, #app-details-right, body#body-softwares") is not None
    title = text_of(one(tree, "#app-title", page.url)) if whole else _title_of_fragment(tree, url)
    members = _team(one(tree, "#app-team", page.url), page) if whole else []
    if not title:
        raise PageChanged(page.url, "a name in #app-title")
    yield from (member.account for member in members)
    act = _act(tree, url, title)
    if not members:
        yield act
    for member in members:
        own = {"contribution": member.contribution} if member.contribution else {}
        team = tuple(each.account.key for each in members)
        yield replace(act, account=member.account.key, team=team, details={**act.details, **own})
    for member in members:
        yield Request("devpost", str(member.account.url))
        if member.github_id:
            yield Request("github", f"https://api.github.com/user/{member.github_id}")


def _act(tree: BeautifulSoup, url: str, title: str) -> Evidence:
    """The project as an act of nobody yet: what was made, with what, for which hackathon, and what it won."""
    submissions = [_submission(entry, url) for entry in tree.select("#submissions .software-list-content")]
    awards = tuple(award for _, _, won in submissions for award in won)
    story = visible_text(*tree.select("#app-title + p, #app-details-left > div:not([id])"))
    times = [found for tag in tree.select("time.timeago[datetime]") if (found := day(tag.get("datetime")))]
    links = (absolute(url, tag.get("href")) for tag in tree.select('[data-role="software-urls"] a'))
    details: dict[str, object] = {"events": [{"name": name, "url": site} for name, site, _ in submissions]}
    return Evidence(
        kind=EvidenceKind.HACKATHON_WIN if awards else EvidenceKind.HACKATHON_PROJECT,
        account=None,
        title=title,
        text=story.text or title,
        url=url,
        date=min(times, default=None),
        tags=tuple(text_of(tag) for tag in tree.select("#built-with .cp-tag")),
        links=tuple(link for link in links if link),
        awards=awards,
        details=(details if submissions else {}) | ({"hidden_text": True} if story.hidden_text else {}),
    )


def _submission(entry: Tag, url: str) -> tuple[str, str | None, list[Award]]:
    """A hackathon that the project was handed in to: its name, its site, the prizes won there."""
    link = entry.select_one("p a")
    name, site = text_of(link or entry.select_one("p")), absolute(url, link.get("href")) if link else None
    site = plain(site) if site else None
    won = []
    for badge in entry.select("li span.winner"):
        label = text_of(badge)
        prize = text_of(badge.find_parent("li")).removeprefix(label).strip(" -–—:")
        won.append(Award(name, site, prize or label))
    return name, site, won


def _team(block: Tag, page: Page) -> list[_Member]:
    """The members that the team block links to a profile, once each; private ones are not named."""
    entries = block.select("li.software-team-member")
    if not entries:
        raise PageChanged(page.url, "li.software-team-member in #app-team")
    members: dict[str, _Member] = {}
    for entry in entries:
        links = entry.select("a.user-profile-link[href]")
        if not links:
            continue
        url = plain(absolute(SITE, links[0].get("href")) or "")
        handle = urlsplit(url).path.strip("/")
        if not handle or "/" in handle:
            continue
        name = next((text for link in links if (text := text_of(link))), "")
        photo = entry.select_one("img[src]")
        github_id = _github_id(photo)
        account = Account("devpost", handle, url, name=name or None, links=_avatar(github_id))
        members.setdefault(handle.casefold(), _Member(account, visible_text(*entry.select(".bubble")).text, github_id))
    return list(members.values())


def _github_id(photo: Tag | None) -> str | None:
    """The GitHub number in the photo of a member who signed in with GitHub: a join that needs no name."""
    match = re.match(
        r"(?:https?:)?//avatars\d*\.githubusercontent\.com/u/(\d+)", str(photo.get("src")) if photo else ""
    )
    return match.group(1) if match else None


def _avatar(github_id: str | None) -> tuple[str, ...]:
    return (f"https://avatars.githubusercontent.com/u/{github_id}",) if github_id else ()


def _title_of_fragment(tree: BeautifulSoup, url: str) -> str:
    """A project's name where the header was not saved: from its screenshots, else from its address."""
    photo = tree.select_one("img.software_photo_image[alt]")
    named = re.match(r"(.+?)\s+[–-]\s+screenshot \d+$", squeeze(str(photo["alt"]))) if photo else None
    return named.group(1) if named else url.rsplit("/", 1)[-1].replace("-", " ")


def read_profile(page: Page, handle: str) -> Iterator[Record]:
    """A person's account with what it declares, and requests for the projects that the profile marks as winners."""
    tree = soup(page)
    heading = tree.select_one("#portfolio-user-name")
    if heading is None:
        raise lacks(tree, page, "#portfolio-user-name")
    small = heading.select_one("small")
    handle = text_of(small).strip("()") or handle
    name = text_of(heading)
    listed = tree.select_one("#portfolio-user-links")
    place = listed.select_one("li:has(.ss-location)") if listed else None
    links = [absolute(SITE, tag.get("href")) for tag in listed.select("a[href]")] if listed else []
    github_id = _github_id(tree.select_one("#portfolio-user-photo img[src]"))
    yield Account(
        site="devpost",
        handle=handle,
        url=f"{SITE}/{handle}",
        name=name.removesuffix(f"({handle})").strip() or None,
        bio=text_of(tree.select_one("#portfolio-user-bio")) or None,
        location=text_of(place) or None,
        links=tuple(link for link in links if link and urlsplit(link).hostname != "devpost.com") + _avatar(github_id),
    )
    if github_id:
        yield Request("github", f"https://api.github.com/user/{github_id}")
    for card in tree.select("#software-entries a.link-to-software"):
        around = card.find_parent(class_="gallery-item") or card
        link = project_url(card, SITE)
        if link and is_winner(around):
            yield Request("devpost", link)
