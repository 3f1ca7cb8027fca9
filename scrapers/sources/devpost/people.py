"""Projects and the people credited with them: a project's page, a member's profile."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from bs4 import Tag

from scrapers.parse.pages import ElementsByName, PageChanged, only, soup, text_of, within
from scrapers.parse.visible import visible_text
from scrapers.records import Account, Award, Evidence, EvidenceKind, Page, Record, Request
from scrapers.sources.devpost.pages import SITE, is_winner, lacks, plain, project_url
from scrapers.text import absolute, day, squeeze


@dataclass(frozen=True, slots=True)
class _Member:
    account: Account
    contribution: str
    github_id: str | None


def read_project(page: Page, url: str) -> Iterator[Record]:
    """A project as evidence of each credited member; of nobody, where the page names no doer.

    A saved fragment without the page's header is still an act, and credits those whom it names. The date is the day
    the project was started: later updates say nothing of when the work was done, and the page does not tell when the
    hackathon ended.
    """
    tree = soup(page)
    names = within(tree)
    if not names["#app-details-left"] and not names["#app-team"]:
        raise lacks(tree, page, "#app-details-left")
    if any(names[landmark] for landmark in ("#app-title", "#software-header", "#body-softwares")):
        title = text_of(only(names, "#app-title", page.url))
        members = _team(only(names, "#app-team", page.url), names["style"], page)
        only(names, "#app-details-left", page.url)
    else:
        title = _title_of_fragment(names, url)
        members = [member for block in names["#app-team"] for member in _team(block, names["style"], page)]
    if not title:
        raise PageChanged(page.url, "a name in #app-title")
    yield from (member.account for member in members)
    act = replace(_act(names, url, title), team=tuple(member.account.key for member in members))
    if not members:
        yield act
    for member in members:
        own = {"contribution": member.contribution} if member.contribution else {}
        yield replace(act, account=member.account.key, details={**act.details, **own})
    for member in members:
        yield Request("devpost", str(member.account.url))
        if member.github_id:
            yield Request("github", f"https://api.github.com/user/{member.github_id}")


def _act(names: ElementsByName, url: str, title: str) -> Evidence:
    """The project as an act of nobody yet: what was made, with what, for which hackathon, and what it won."""
    submissions = [_submission(entry, url) for entry in within(*names["#submissions"])[".software-list-content"]]
    awards = tuple(award for _, _, won in submissions for award in won)
    story = visible_text(*_story(names), styles=names["style"])
    times = [found for tag in names[".timeago"] if (found := day(tag.get("datetime")))]
    listed = [tag for tag in names["ul"] if tag.get("data-role") == "software-urls"] or names[".app-links"]
    links = (absolute(url, tag.get("href")) for tag in within(*listed)["a"])
    details: dict[str, object] = {"events": [{"name": name, "url": site} for name, site, _ in submissions]}
    return Evidence(
        kind=EvidenceKind.HACKATHON_WIN if awards else EvidenceKind.HACKATHON_PROJECT,
        account=None,
        title=title,
        text=story.text or title,
        url=url,
        date=min(times, default=None),
        tags=tuple(text_of(tag) for tag in within(*names["#built-with"])[".cp-tag"]),
        links=tuple(link for link in links if link),
        awards=awards,
        details=(details if submissions else {}) | ({"hidden_text": True} if story.hidden_text else {}),
    )


def _story(names: ElementsByName) -> list[Tag]:
    """The tagline below the title, then the story: the parts without an id of their own."""
    below = [title.find_next_sibling() for title in names["#app-title"]]
    tagline = [tag for tag in below if isinstance(tag, Tag) and tag.name == "p"]
    parts = [part for left in names["#app-details-left"] for part in left.find_all("div", recursive=False)]
    return [*tagline, *(part for part in parts if not part.get("id"))]


def _submission(entry: Tag, url: str) -> tuple[str, str | None, list[Award]]:
    """A hackathon that the project was handed in to: its name, its site, the prizes won there."""
    inner = within(entry)
    link = next(iter(within(*inner["p"])["a"]), None)
    name = text_of(link or next(iter(inner["p"]), None))
    site = absolute(url, link.get("href")) if link else None
    site = plain(site) if site else None
    won = []
    for badge in (tag for tag in inner[".winner"] if tag.name == "span"):
        label = text_of(badge)
        prize = text_of(badge.find_parent("li")).removeprefix(label).strip(" -–—:")
        won.append(Award(name, site, prize or label))
    return name, site, won


def _team(block: Tag, styles: list[Tag], page: Page) -> list[_Member]:
    """The members that the team block links to a profile, once each; private ones are not named."""
    entries = within(block)[".software-team-member"]
    if not entries:
        raise PageChanged(page.url, "li.software-team-member in #app-team")
    members: dict[str, _Member] = {}
    for entry in entries:
        if member := _member(within(entry), styles):
            members.setdefault(member.account.handle.casefold(), member)
    return list(members.values())


def _member(names: ElementsByName, styles: list[Tag]) -> _Member | None:
    links = [link for link in names[".user-profile-link"] if link.get("href")]
    url = plain(absolute(SITE, links[0]["href"]) or "") if links else ""
    handle = urlsplit(url).path.strip("/")
    if not handle or "/" in handle:
        return None
    name = next((text for link in links if (text := text_of(link))), None)
    github_id = _github_id(names["img"])
    account = Account("devpost", handle, url, name=name, links=_avatar(github_id))
    return _Member(account, visible_text(*names[".bubble"], styles=styles).text, github_id)


_AVATAR = re.compile(r"(?:https?:)?//avatars\d*\.githubusercontent\.com/u/(\d+)")


def _github_id(photos: list[Tag]) -> str | None:
    """The GitHub number in the photo of somebody who signed in with GitHub: a join that needs no name."""
    matches = (_AVATAR.match(str(photo.get("src") or "")) for photo in photos)
    return next((match.group(1) for match in matches if match), None)


def _avatar(github_id: str | None) -> tuple[str, ...]:
    return (f"https://avatars.githubusercontent.com/u/{github_id}",) if github_id else ()


def _title_of_fragment(names: ElementsByName, url: str) -> str:
    """A project's name where the header was not saved: from its screenshots, else from its address."""
    labels = (squeeze(str(photo.get("alt") or "")) for photo in names[".software_photo_image"])
    matches = (re.match(r"(.*?\S)\s++[–-]\s+screenshot \d+$", label) for label in labels)
    return next((match.group(1) for match in matches if match), url.rsplit("/", 1)[-1].replace("-", " "))


def read_profile(page: Page, handle: str) -> Iterator[Record]:
    """A person's account with what it declares, and requests for the projects that the profile marks as winners."""
    tree = soup(page)
    names = within(tree)
    if not names["#portfolio-user-name"]:
        raise lacks(tree, page, "#portfolio-user-name")
    heading = only(names, "#portfolio-user-name", page.url)
    handle = text_of(heading.find("small")).strip("()") or handle
    declared = within(*names["#portfolio-user-links"])
    links = [absolute(SITE, tag.get("href")) for tag in declared["a"]]
    places = [tag.find_parent("li") for tag in declared[".ss-location"]]
    github_id = _github_id(within(*names["#portfolio-user-photo"])["img"])
    yield Account(
        site="devpost",
        handle=handle,
        url=f"{SITE}/{handle}",
        name=text_of(heading).removesuffix(f"({handle})").strip() or None,
        bio=visible_text(*names["#portfolio-user-bio"], styles=names["style"]).text or None,
        location=text_of(places[0]) or None if places else None,
        links=tuple(link for link in links if link and urlsplit(link).hostname != "devpost.com") + _avatar(github_id),
    )
    if github_id:
        yield Request("github", f"https://api.github.com/user/{github_id}")
    for card in within(*names["#software-entries"])[".link-to-software"]:
        link = project_url(card, SITE)
        if link and is_winner(card.find_parent(class_="gallery-item") or card):
            yield Request("devpost", link)
