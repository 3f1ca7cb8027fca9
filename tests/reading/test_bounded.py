"""Large pages are read where reading can be ended: a parser that hangs or eats memory costs one page."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from scrapers import sources
from scrapers.collect.crawl import crawl
from scrapers.collect.source_result import SourceResult
from scrapers.reading.bounded import LARGE, BoundedReader
from scrapers.records import Account, Code, Page, Record, Refused, Request
from scrapers.rights.suppression import SuppressionList
from scrapers.sources import Source, Watch
from scrapers.store import Store
from tests.flows.test_cli import headwater
from tests.support.constants import NOON

URL = "https://pond.example/"


def plan(_watch: Watch, _since: date) -> Iterator[Request]:
    yield from (Request("pond", f"{URL}{mood}") for mood in ("hangs", "eats", "dies", "speaks"))


def parse(page: Page) -> Iterator[Record]:
    """One account whose handle is the process that read the page, unless its first word says otherwise."""
    eaten = []
    match page.body.split()[0]:
        case b"hangs":
            while True:
                pass
        case b"eats":
            while True:
                eaten.append(bytearray(1 << 20))
        case b"dies":
            os._exit(9)
    yield Account("pond.example", f"{os.getpid()}", url=page.url)


POND = Source("pond", "A pond", plan, parse, Watch, follow=("pond.example",))


def page(mood: str, size: int = LARGE) -> Page:
    return Page("pond", f"{URL}{mood}", mood.encode() + b" " * size, NOON)


def reader_of(records: list[Record]) -> int:
    (account,) = records
    assert isinstance(account, Account)
    return int(account.handle)


def is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def test_small_pages_are_read_here_and_large_ones_in_one_process_that_ends() -> None:
    """A page of 200 kB stays in this process, larger ones share another, which is gone with the block."""
    with BoundedReader(seconds=60) as reader:
        assert reader_of(reader.read(POND, page("speaks", LARGE - len("speaks")))) == os.getpid()
        apart = [reader_of(reader.read(POND, page("speaks"))) for _ in range(2)]
        assert apart[0] == apart[1] != os.getpid()
        assert is_running(apart[0])
    assert not is_running(apart[0])


@pytest.mark.parametrize(
    ("mood", "told"), [("hangs", "more than 1 s of computing"), ("eats", "more than 32 MiB"), ("dies", "ended with 9")]
)
def test_what_takes_too_long_or_too_much_is_one_refusal(mood: str, told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The refusal says which bound was passed, and a hang ends; the next page is read as if nothing had been."""
    monkeypatch.setattr(
        "scrapers.reading.bounded.PATIENCE", 60
    )  # the machine may be busy: computing alone is bounded here
    with BoundedReader(seconds=60, memory=32 << 20) as reader:
        reader.read(POND, page("speaks"))
        reader.seconds = 1 if mood == "hangs" else 60
        (refused,) = reader.read(POND, page(mood))
        assert isinstance(refused, Refused)
        assert (refused.code, refused.url, refused.source) == (Code.TOO_LARGE, f"{URL}{mood}", "pond")
        assert told in refused.detail
        reader.seconds = 60
        assert reader_of(reader.read(POND, page("speaks"))) != os.getpid()


class Web:
    """Answers each address with the page of that mood."""

    def fetch(self, request: Request, **_: object) -> Page | Refused:
        return page(request.url.removeprefix(URL))


def test_the_crawl_goes_on(store: Store, suppression: SuppressionList) -> None:
    """Three pages that no reader survives are three failures with what to do; the fourth is kept."""
    store.begin_crawl("live", ["pond"])
    start = tuple(plan(Watch(), NOON.date()))
    seen = crawl(
        POND, start, Web(), store, suppression, name="live", may_follow=lambda _: False, seen=SourceResult("pond")
    )
    assert [(f.url.removeprefix(URL), f.code) for f in seen.failures] == [
        (mood, Code.TOO_LARGE) for mood in ("hangs", "eats", "dies")
    ]
    assert (seen.outcome, seen.parsed, len(store.accounts())) == ("degraded", 1, 1)
    assert [kept.url for _, kept in store.archive()] == [f"{URL}speaks"]


FATAL = """
import os
from scrapers.sources import Source, Watch

def plan(watch, since):
    return iter(())

def parse(page):
    os._exit(9)

SOURCE = Source("fatal", "Ends whoever reads it", plan, parse, Watch, follow=())
"""


@pytest.fixture
def fatal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A source whose parser ends its process."""
    folder = tmp_path / "sources"
    folder.mkdir()
    (folder / "fatal.py").write_text(FATAL)
    monkeypatch.setattr(sources, "__path__", [*sources.__path__, str(folder)])
    sources.find_sources.cache_clear()
    yield "fatal"
    sources.find_sources.cache_clear()


def test_parse_and_record_outlive_a_page_that_ends_its_reader(fatal: str, tmp_path: Path) -> None:
    """Both say what became of the page; neither ends with it."""
    saved = tmp_path / "page.txt"
    saved.write_bytes(b"x " * LARGE)
    parsed = headwater("parse", fatal, saved, "--url", URL)
    assert (parsed.returncode, json.loads(parsed.stdout)["code"]) == (0, "too_large")
    recorded = headwater("record", fatal, URL, "--file", saved, "--out", tmp_path / "case")
    assert "the page is refused: too_large" in recorded.stderr
