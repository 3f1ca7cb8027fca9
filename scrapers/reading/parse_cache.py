"""What a page said when it was last read, kept beside it, so that the same bytes need not be read again.

An outline holds for one reading: these bytes, come in this way, read by this code and these libraries. Whatever differs
makes it another reading, and the page is read anew.
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
    "ahocorasick_rs", "beautifulsoup4", "defusedxml", "feedparser", "lxml", "orjson", "soupsieve", "tldextract",
    "trafilatura", "webencodings",
)  # fmt: skip
# The first of these that an object has all the fields of is what it is.
_Said = Annotated[Account | Evidence | Event | Request, Field(union_mode="left_to_right")]
_SAID: TypeAdapter[list[Account | Evidence | Event | Request]] = TypeAdapter(list[_Said])


def reading_of(source: Source, page: Page) -> str:
    """What decides the records of a page, as one hash: all of its bytes, how it came, and who reads it.

    A `timeless` source looks at no more of the time than the year, others at the day.
    """
    day = page.fetched_at.date().isoformat()
    came = [page.url, page.final_url, page.status, sorted(page.headers.items()), day[:4] if source.timeless else day]
    told = json.dumps([source.name, version_of(source), *came, page.sha256, _readers(tuple(sources.__path__))])
    return sha256(told.encode()).hexdigest()


def outline_of(records: Sequence[Record]) -> bytes | None:
    """These records as they are kept, or None where they would not come back as they were.

    A page that was refused, as a whole or in part, has no outline: it is read again.
    """
    try:
        outline = _SAID.dump_json(list(records), warnings="error")  # type: ignore[arg-type]
        return outline if records_in(outline) == records else None
    except ValueError:
        return None


def records_in(outline: bytes) -> list[Record]:
    """The records that an outline keeps."""
    return [*_SAID.validate_json(outline)]


@cache
def _readers(folders: Sequence[str]) -> str:
    """A digest of everything that takes part in reading: this package, the folders of sources, libraries, Python."""
    digest = sha256(" ".join([python_version(), *(f"{name} {version(name)}" for name in READERS)]).encode())
    for folder in (str(Path(scrapers.__file__).parent), *folders):
        for file in sorted(Path(folder).rglob("*.*")):
            if file.suffix != ".pyc" and file.is_file():
                digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()
