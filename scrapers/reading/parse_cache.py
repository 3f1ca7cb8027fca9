"""Parse cache: records extracted from an archived page, keyed by its bytes, headers, parser code and libraries.

An entry is called an outline, its key a reading. Where any part of the key differs, the page is parsed anew.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from platform import python_version
from typing import Annotated

from pydantic import Field, TypeAdapter

import scrapers
from scrapers import sources
from scrapers.reading.cleaning import version_of
from scrapers.records import Account, Event, Evidence, Page, Record, Request
from scrapers.sources import Source

READERS = (
    "ahocorasick_rs", "beautifulsoup4", "defusedxml", "feedparser", "lxml", "orjson", "soupsieve", "tinycss2",
    "tldextract", "trafilatura", "webencodings",
)  # fmt: skip
# An object is read as the first of these types whose fields it has.
_Said = Annotated[Account | Evidence | Event | Request, Field(union_mode="left_to_right")]
_SAID: TypeAdapter[list[Account | Evidence | Event | Request]] = TypeAdapter(list[_Said])


def reading_of(source: Source, page: Page) -> str:
    """Return the cache key of a page: a hash of all that its records depend on.

    Of the time of fetching, the records of a `timeless` source depend on the year, those of others on the day.
    """
    day = page.fetched_at.date().isoformat()
    answer = [page.url, page.final_url, page.status, sorted(page.headers.items()), day[:4] if source.timeless else day]
    key = json.dumps([source.name, version_of(source), *answer, page.sha256, _readers(tuple(sources.__path__))])
    return sha256(key.encode()).hexdigest()


def outline_of(records: Sequence[Record]) -> bytes | None:
    """Return the records as JSON, or None where they would not survive the round trip.

    A page that was refused, as a whole or in part, has no outline: it is parsed again.
    """
    try:
        outline = _SAID.dump_json(list(records), warnings="error")  # type: ignore[arg-type]
        return outline if records_in(outline) == records else None
    except ValueError:
        return None


def records_in(outline: bytes) -> list[Record]:
    """Return the records in an outline."""
    return [*_SAID.validate_json(outline)]


@cache
def _readers(folders: Sequence[str]) -> str:
    """Return a hash of all code that takes part in parsing: this package, source folders, libraries, Python."""
    digest = sha256(" ".join([python_version(), *(f"{name} {version(name)}" for name in READERS)]).encode())
    for folder in (str(Path(scrapers.__file__).parent), *folders):
        for file in sorted(Path(folder).rglob("*.*")):
            if file.suffix != ".pyc" and file.is_file():
                digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()
