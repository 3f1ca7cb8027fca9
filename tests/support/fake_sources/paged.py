"""A made-up source for tests: twenty people a page, as JSON or as a gallery, told by a server on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from urllib.parse import urljoin

from scrapers.parse.pages import NobodyThere, PageChanged, elements, json_of, soup, text_of, within
from scrapers.records import Account, AccountKey, Code, Evidence, EvidenceKind, Page, Record, Refused, Request
from scrapers.sources import Source
from scrapers.sources import Watch as AnyWatch


class Watch(AnyWatch):
    """Where the server listens, which of its two forms is read, and in which mood it is."""

    place: str
    form: str = "api"
    mode: str = "ok"
    pages: int = 1


def plan(watch: Watch, since: date) -> Iterator[Request]:
    for page in range(1, watch.pages + 1):
        yield Request("paged", f"http://{watch.place}/source/{watch.form}?mode={watch.mode}&page={page}")


def parse(page: Page) -> Iterator[Record]:
    if "json" in page.headers["content-type"]:
        return _api(page)
    return _gallery(page)


def _api(page: Page) -> Iterator[Record]:
    told = json_of(page)
    if not isinstance(told, dict) or not isinstance(told.get("winners"), list):
        raise PageChanged(page.url, "winners, a list")
    if not told["winners"] and isinstance(told.get("message"), str):
        raise NobodyThere(page.url, told["message"])
    if not told["winners"]:
        raise PageChanged(page.url, "a winner, or a message that says why there is none")
    for number, row in enumerate(told["winners"], start=1):
        match row:
            case {"id": str(handle), "name": str(name), "project": str(project), "url": str(url)} if url:
                yield from _person(page, handle, name, project, url)
            case _:
                yield Refused(Code.SCHEMA_DRIFT, page.url, f"row {number}: expected id, name, project, url", "paged")
    if told.get("next"):
        yield Request("paged", urljoin(page.url, told["next"]))


def _gallery(page: Page) -> Iterator[Record]:
    names = within(soup(page))
    if not names[".gallery"]:
        raise PageChanged(page.url, ".gallery")
    if names[".notice"]:
        raise NobodyThere(page.url, text_of(names[".notice"][0]))
    if not names[".winner"]:
        raise PageChanged(page.url, ".winner, or .notice")
    for number, card in enumerate(names[".winner"], start=1):
        inner = within(card)
        if not inner[".winner-name"]:
            yield Refused(Code.SCHEMA_DRIFT, page.url, f"row {number}: expected .winner-name", "paged")
            continue
        (link,) = inner[".winner-name"]
        project = text_of(next(iter(inner[".project"]), None)) or "A project"
        yield from _person(page, str(card["data-id"]), text_of(link), project, str(link["href"]))
    for link in (tag for tag in elements(soup(page)) if "next" in (tag.get("rel") or [])):
        yield Request("paged", urljoin(page.url, str(link["href"])))


def _person(page: Page, handle: str, name: str, project: str, href: str) -> Iterator[Record]:
    url = urljoin(page.url, href)
    yield Account("paged.example", handle, url=url, name=name)
    yield Evidence(EvidenceKind.HACKATHON_WIN, AccountKey("paged.example", handle), project, project, url)


SOURCE = Source("paged", "A made-up source", plan, parse, Watch, follow=("127.0.0.1",), seconds_between_requests=0.0)
