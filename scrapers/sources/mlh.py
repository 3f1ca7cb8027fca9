"""Major League Hacking: its season calendars, for events only; who won what is told on Devpost.

Three shapes are in the wild: server-rendered cards with schema.org microdata (until 2025), and since 2026 the data of
the page as JSON, first in an attribute (`data-page`, names in snake or camel case), later in a script of its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from scrapers.parse.charset import decoded
from scrapers.parse.pages import NobodyThere, NotThisPage, PageChanged, most
from scrapers.parse.prose import Unreadable, tree_of, xpath
from scrapers.records import Event, Page, Record, Request
from scrapers.sources import Source, Watch
from scrapers.text import absolute, day, squeeze

_HOSTS = frozenset({"mlh.io", "www.mlh.io", "mlh.com", "www.mlh.com"})
_WITH_DATA, _CARDS, _PROPERTIES = xpath("//*[@data-page]"), xpath("//*[@itemtype]"), xpath(".//*[@itemprop]")
_LISTS = (("upcomingEvents", "upcoming_events"), ("pastEvents", "past_events"))


class MlhWatch(Watch):
    """Seasons to read: years as MLH counts them (the 2027 season began in August 2026). Empty: by `since`."""

    seasons: tuple[int, ...] = ()


def plan(watch: MlhWatch, since: date) -> Iterator[Request]:
    """Yield a page for each season watched, else for the season of `since` and the one after."""
    first = since.year + (since.month >= 8)
    for season in watch.seasons or (first, first + 1):
        yield Request("mlh", f"https://www.mlh.com/seasons/{season}/events")


def parse(page: Page) -> Iterator[Record]:
    """The events of a season page, upcoming and past."""
    url = page.final_url or page.url
    parts = urlsplit(url)
    if parts.hostname not in _HOSTS or "events" not in parts.path:
        raise NotThisPage(page.url, f"a season of events, came to {url}")
    try:
        tree = tree_of(decoded(page))
    except Unreadable as fault:
        raise NotThisPage(page.url, f"a season of events, found {fault}") from None
    props = _props(tree) if tree is not None else None
    if props is not None:
        return _from_data(props, page, url)
    typed = _CARDS(tree) if tree is not None else []
    cards = [card for card in typed if card.get("itemtype", "").endswith("schema.org/Event")]
    if not cards:
        raise PageChanged(page.url, "events as script[data-page], #app[data-page] or [itemtype$='schema.org/Event']")
    return iter(most([_from_card(card, url) for card in cards], page.url, "[itemprop=name] and [itemprop=url]"))


def _props(tree: HtmlElement) -> dict[str, Any] | None:
    """The data that the page embeds for its own script, where it does."""
    for tag in _WITH_DATA(tree):
        text = tag.text_content() if tag.tag == "script" else tag.get("data-page", "")
        try:
            data = json.loads(text)
        except (ValueError, RecursionError):
            continue
        if isinstance(data, dict) and isinstance(data.get("props"), dict):
            return dict(data["props"])
    return None


def _from_data(props: dict[str, Any], page: Page, url: str) -> Iterator[Record]:
    lists = [next((props[name] for name in names if isinstance(props.get(name), list)), None) for names in _LISTS]
    if all(listed is None for listed in lists):
        raise PageChanged(page.url, "props.upcomingEvents or props.pastEvents")
    rows = [row for listed in lists for row in listed or ()]
    if not rows:
        raise NobodyThere(page.url, "the season lists no events yet")
    yield from most([_from_row(row, url) for row in rows], page.url, "a name and an address for each event")


def _from_row(row: object, url: str) -> Event | None:
    if not isinstance(row, dict) or not isinstance(row.get("name"), str):
        return None
    path = row.get("url") or (f"/events/{row['slug']}" if row.get("slug") else None)
    link = absolute(url, _either(row, "websiteUrl", "website_url")) or absolute(url, path)
    start, end = day(_either(row, "startsAt", "starts_at")), day(_either(row, "endsAt", "ends_at"))
    return Event("mlh", row["name"], link, start, end) if link else None


def _either(row: dict[str, Any], camel: str, snake: str) -> Any:
    return row.get(camel) or row.get(snake)


def _from_card(card: HtmlElement, url: str) -> Event | None:
    props: dict[str, HtmlElement] = {}
    for tag in _PROPERTIES(card):
        props.setdefault(tag.get("itemprop", ""), tag)
    link = props.get("url")
    if link is None:
        return None
    target = absolute(url, link.get("href") or link.get("content"))
    name = _said(props.get("name")) or squeeze(link.get("title") or "")
    if not name or target is None:
        return None
    return Event("mlh", name, target, day(_said(props.get("startDate"))), day(_said(props.get("endDate"))))


def _said(tag: HtmlElement | None) -> str:
    """The value of a microdata property, as an attribute or as text."""
    return "" if tag is None else squeeze(tag.get("content") or tag.get("datetime") or " ".join(tag.itertext()))


SOURCE = Source(
    name="mlh",
    title="Major League Hacking: season calendars",
    plan=plan,
    parse=parse,
    watch=MlhWatch,
    follow=("mlh.io", "www.mlh.io", "mlh.com", "www.mlh.com"),
    seconds_between_requests=2.0,
    timeless=True,
)
