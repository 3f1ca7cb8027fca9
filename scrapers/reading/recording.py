"""Recording of test cases: a page trimmed to what its parser reads, with people replaced, and its case.json."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from os import environ
from pathlib import Path

from scrapers.faults import Fault
from scrapers.fetch.replay import pages_of_file
from scrapers.reading.bounded import BoundedReader
from scrapers.reading.minimise import AIM, Read, landmarks, trimmed
from scrapers.reading.pseudonyms import pseudonyms_for
from scrapers.records import Page, Refused, Request, to_json
from scrapers.rights.contact import reachable
from scrapers.settings.home import Home
from scrapers.sources import source_named
from scrapers.sources.watched import SourceSettings, read_sources, terms_gate

_KEPT_HEADERS = ("content-type", "link")


class NotRecorded(Fault):
    """Raised where the page could not be fetched, or the folder holds a case already."""


@dataclass(frozen=True, slots=True)
class RecordedCase:
    """A written case. `size` is in bytes; `doubts` are sentences on what to check before keeping it."""

    folder: Path
    size: int
    records: int
    swapped: int
    doubts: tuple[str, ...]


def fetch_page(source: str, url: str, home: Home) -> Page:
    """Fetch a page by all rules of a live run: contact, terms, robots.txt, pace.

    Raises NotRecorded where the terms or the answer refuse it.
    """
    from scrapers.fetch.client import Fetcher

    reader, operator, now = source_named(source), reachable(home), datetime.now(UTC)
    terms = read_sources().get(source, SourceSettings()).terms
    if reason := terms_gate(source, terms, operator, now.date()):
        raise NotRecorded(f"{source}: {reason}; or save the page in a browser and pass --file")
    with Fetcher(contact=operator.contact) as web:
        token = environ.get(reader.token) if reader.token else None
        request = Request(source, url, headers=reader.headers)
        answer = web.fetch(request, token=token, token_host=reader.token_host)
    if isinstance(answer, Refused):
        raise NotRecorded(f"{answer.url}: {answer.code.value}: {answer.detail}")
    return answer


def page_of_file(source: str, url: str, file: Path) -> Page:
    """Return a saved page as if fetched from `url`; of a recording, the answer to that URL, else the first."""
    source_named(source)
    pages = list(pages_of_file(source, file, url, datetime.now(UTC).replace(microsecond=0)))
    if not pages:
        raise NotRecorded(f"{file}: a recording without an exchange")
    return next((page for page in pages if page.url == url), pages[0])


def record_case(page: Page, folder: Path) -> RecordedCase:
    """Write `page.*` and `case.json` into a folder that has neither; raises NotRecorded where it has."""
    if (folder / "case.json").exists() or any(folder.glob("page.*")):
        raise NotRecorded(f"{folder}: holds a case already; choose another folder with --out")
    with BoundedReader() as reader:
        return _record(page, folder, partial(reader.read, source_named(page.source)))


def _record(page: Page, folder: Path, read: Read) -> RecordedCase:
    doubts = []
    headers = {name: value for name, value in page.headers.items() if name in _KEPT_HEADERS}
    page = replace(page, headers=headers)
    before = read(page)
    doubts += [f"the page is refused: {r.code.value}: {r.detail}" for r in before if isinstance(r, Refused)]
    kept, body, suffix = trimmed(page, before, read)
    if len(body) > AIM:
        doubts.append(f"{len(body) // 1024} KB, though 30 KB is the aim; cut more by hand")
    cast = pseudonyms_for(before, body.decode("utf-8", "replace"), source_named(page.source).follow)
    swapped = replace(
        page,
        body=cast.play(body.decode("utf-8", "replace")).encode(),
        url=cast.play(page.url),
        final_url=cast.play(page.final_url or page.url),
        headers={name: cast.play(value) for name, value in headers.items()},
    )
    after = read(swapped)
    if [type(record) for record in after] != [type(record) for record in kept]:
        doubts.append("with people swapped the page reads otherwise; compare expect with the real page")
    left = [word for word in cast.seen_in(swapped.body.decode()) if cast.swaps[word.casefold()].casefold() != word]
    doubts += [f"{word!r} is still there" for word in left]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"page.{suffix}").write_bytes(swapped.body)
    case = {
        "source": page.source,
        "url": swapped.url,
        **({"final_url": swapped.final_url} if swapped.final_url != swapped.url else {}),
        "fetched_at": page.fetched_at.isoformat(),
        **({"headers": dict(swapped.headers)} if swapped.headers else {}),
        "landmarks": landmarks(swapped, suffix, read),
        "expect": [to_json(record) for record in after],
    }
    (folder / "case.json").write_text(json.dumps(case, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return RecordedCase(folder, len(swapped.body), len(after), len(cast.swaps), tuple(doubts))
