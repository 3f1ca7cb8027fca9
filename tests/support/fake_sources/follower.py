"""A made-up source for tests that follows every link it sees: what traps are for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from urllib.parse import urljoin

from scrapers.parse.pages import elements, soup, text_of
from scrapers.records import Account, Event, Page, Record, Request
from scrapers.sources import Source
from scrapers.sources import Watch as AnyWatch


class Watch(AnyWatch):
    """Where to begin."""

    start: str


def plan(watch: Watch, since: date) -> Iterator[Request]:
    yield Request("follower", watch.start)


def parse(page: Page) -> Iterator[Record]:
    for tag in elements(soup(page)):
        if tag.name == "h1" and text_of(tag).startswith("Events"):
            yield Event("wander.example", text_of(tag), page.url)
        if tag.name == "a" and "/person/" in str(tag["href"]) and any(each.name == "li" for each in tag.parents):
            yield Account("wander.example", text_of(tag), url=urljoin(page.url, str(tag["href"])))
        elif tag.name == "a":
            yield Request("follower", urljoin(page.url, str(tag["href"])))


SOURCE = Source(
    "follower", "A made-up follower", plan, parse, Watch, follow=("127.0.0.1",), seconds_between_requests=0.0
)
