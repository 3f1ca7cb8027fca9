"""Hackathons: the site's list of them, their own pages, their galleries of projects."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from datetime import date

from bs4 import Tag

from scrapers.parse.pages import ElementsByName, NobodyThere, PageChanged, json_of, most, soup, text_of, within
from scrapers.records import Event, Page, Record, Request
from scrapers.sources.devpost.pages import SITE, fragment, is_winner, lacks, plain, project_url
from scrapers.text import absolute, day


def read_list(page: Page) -> Iterator[Record]:
    """The hackathons of a page of the site's API, and the galleries of those whose winners are announced."""
    answer = json_of(page)
    rows = answer.get("hackathons") if isinstance(answer, dict) else None
    if not isinstance(rows, list):
        raise PageChanged(page.url, "a list of 'hackathons'")
    if not rows:
        raise NobodyThere(page.url, "the list of hackathons ends before this page")
    events = most([_listed(row) for row in rows], page.url, "a 'title', a 'url' and 'winners_announced'")
    for event, gallery in events:
        yield event
        if event.winners_announced and gallery:
            yield Request("devpost", gallery + fragment(page))


def _listed(row: object) -> tuple[Event, str | None] | None:
    """A row of the list as an event with its gallery, or None where it lacks what every row has."""
    if not isinstance(row, dict) or not isinstance(row.get("winners_announced"), bool):
        return None
    title, url = row.get("title"), absolute(SITE, row.get("url"))
    if not isinstance(title, str) or url is None:
        return None
    start, end = period(str(row.get("submission_period_dates") or ""))
    themes = [theme.get("name") if isinstance(theme, dict) else theme for theme in row.get("themes") or ()]
    event = Event(
        site="devpost",
        title=html.unescape(title),
        url=plain(url),
        start=start,
        end=end,
        winners_announced=row["winners_announced"],
        themes=tuple(theme for theme in themes if isinstance(theme, str)),
    )
    return event, absolute(SITE, row.get("submission_gallery_url"))


_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAY = re.compile(r"(?:([A-Za-z]{3})[a-z]*\.?\s+)?(\d{1,2})(?:st|nd|rd|th)?(?:,?\s+(\d{4}))?")


def period(text: str) -> tuple[date | None, date | None]:
    """First and last day of a period as Devpost words it: "Aug 31 - Oct 23, 2026", "Mar 28 - 29, 2026".

    What one side leaves out it shares with the other; a start after its end began the year before.
    """
    sides = [_DAY.fullmatch(side.strip()) for side in re.split(r"(?<!\s)\s++(?:[-–—]|to)\s+", text.strip(), maxsplit=1)]
    first, last = sides[0], sides[-1]
    if first is None or last is None:
        return None, None
    month = first[1] or last[1]
    end = _date(last[3] or first[3], last[1] or month, last[2])
    start = _date(first[3] or last[3], month, first[2])
    if start and end and start > end and not first[3]:
        start = _date(str(start.year - 1), month, first[2])
    return start, end


def _date(year: str | None, month: str | None, number: str) -> date | None:
    try:
        return date(int(year or ""), _MONTHS.index((month or "").lower()) + 1, int(number))
    except ValueError:
        return None


def read_event(page: Page, url: str) -> Iterator[Record]:
    """A hackathon as its own site describes it; prize texts are full of winners and say nothing of who won."""
    tree = soup(page)
    names = within(tree)
    if not any(names[landmark] for landmark in ("#challenge-header", "#challenge-json-ld", "#body-challenges")):
        raise lacks(tree, page, "#challenge-header")
    said = _json_ld(names)
    title = str(said.get("name") or "") or _meta(names, "og:title") or _first(within(*names["#introduction"])["h1"])
    if not title:
        raise PageChanged(page.url, "a title in #challenge-json-ld, og:title or #introduction")
    state = _first(names["#date-info-tag"])
    announced = bool(re.search(r"winners? (?:have been )?announced", state, re.I))
    yield Event(
        site="devpost",
        title=html.unescape(title),
        url=url,
        start=day(said.get("startDate")),
        end=day(said.get("endDate")),
        winners_announced=announced,
        themes=tuple(dict.fromkeys(text_of(label) for label in names[".theme-label"])),
    )
    if announced:
        yield Request("devpost", f"{url}project-gallery{fragment(page)}")


def _json_ld(names: ElementsByName) -> dict[str, object]:
    """The Event that the page describes for search engines, or nothing where it is missing or broken."""
    for script in names["script"]:
        if script.get("type") == "application/ld+json":
            try:
                said = json.loads(script.get_text(), strict=False)
            except (ValueError, RecursionError):
                continue
            if isinstance(said, dict) and said.get("@type") == "Event":
                return said
    return {}


def _meta(names: ElementsByName, name: str) -> str:
    return next((str(tag.get("content") or "") for tag in names["meta"] if tag.get("property") == name), "")


def _first(tags: list[Tag]) -> str:
    return text_of(tags[0]) if tags else ""


_NOBODY = re.compile(
    r"haven[’']t published this gallery|no submissions which match|no projects? (?:have been )?submitted", re.I
)


def read_gallery(page: Page, url: str) -> Iterator[Record]:
    """Requests for the projects that a gallery marks as winners (or all, where that was asked), and its next page."""
    tree = soup(page)
    names = within(tree)
    cards = names[".gallery-item"]
    if not cards:
        if said := _NOBODY.search(text_of(tree)):
            raise NobodyThere(page.url, said.group())
        raise lacks(tree, page, "#submission-gallery .gallery-item")
    every = bool(fragment(page))
    links = most([_linked(card, url) for card in cards], page.url, "a.link-to-software in each .gallery-item")
    wanted = [link for link, won in links if won or every]
    further = _next(names, url)
    if not wanted and not further:
        raise NobodyThere(page.url, f"none of the {len(cards)} projects is marked as a winner")
    for link in dict.fromkeys(wanted):
        yield Request("devpost", link)
    if further:
        yield Request("devpost", further + fragment(page))


def _linked(card: Tag, url: str) -> tuple[str, bool] | None:
    """The project of a card, and whether the card wears the winner's badge."""
    link = project_url(next(iter(within(card)[".link-to-software"]), None), url)
    return (link, is_winner(card)) if link else None


def _next(names: ElementsByName, url: str) -> str | None:
    """The next page of a listing, where there is one."""
    marked = [link for link in names["a"] if "next" in link.get_attribute_list("rel")]
    for link in [*marked, *within(*names[".next_page"])["a"]]:
        around = link.find_parent("li")
        stuck = around is not None and "unavailable" in around.get_attribute_list("class")
        if not stuck and not str(link.get("href", "#")).startswith("#"):
            return absolute(url, link.get("href"))
    return None
