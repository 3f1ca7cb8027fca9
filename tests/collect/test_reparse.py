"""The archive is read again after a parser was mended: on all cores, to the end, without taking anything back."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from scrapers.collect.reparse import reparse
from scrapers.reading.bounded import LARGE
from scrapers.records import Account, Page, Request
from scrapers.settings.home import Home
from scrapers.store import Store
from tests.collect.test_run import ONE_CASE, Web, archive_of, run
from tests.flows.test_cli import headwater
from tests.support.constants import NOON

ROOT = Path(__file__).resolve().parents[2]

FATAL = """
import os
from scrapers.sources import Source, Watch

def plan(watch, since):
    return iter(())

def parse(page):
    os._exit(9)

SOURCE = Source("fatal", "Ends whoever reads it", plan, parse, Watch, follow=())
"""

REREAD = """
import sys
from concurrent.futures import wait
from contextlib import contextmanager
from pathlib import Path

from scrapers import sources
from scrapers.collect import reparse
from scrapers.settings.home import Home
from scrapers.store import Store

started_at_leisure = reparse._processes

@contextmanager
def started_first(home, count):
    with started_at_leisure(home, count) as started:
        wait([started])
        yield started

reparse._processes, reparse.CHUNK, reparse.WORTH = started_first, 1, 0.0
sources.__path__.append(sys.argv[2])
home = Home(Path(sys.argv[1]))
with Store.open(home) as store:
    found = reparse.reparse(home, store, workers=2)
    (failure,) = found.refused.failures
    print(found.pages.total(), found.changed.total(), len(found.cpu) > 1, failure.code.value, failure.detail)
"""


@pytest.fixture
def filled(home: Home, store: Store) -> Store:
    """A store that one live run filled, in which every source had begun before any of them gave a page."""
    run(home, store, Web(took=0.05))
    return store


def facts(store: Store) -> tuple[Any, ...]:
    return store.accounts(), list(store.evidence()), [(key, page.url) for key, page in store.archive()]


def test_reading_the_archive_again_changes_nothing_twice(home: Home, filled: Store) -> None:
    """With the same parsers every page says what it said; nothing is written and nobody is asked."""
    before = facts(filled)
    found = reparse(home, filled)
    assert (sum(found.pages.values()), found.changed.total(), found.removed) == (3, 0, 0)
    assert facts(filled) == before


def test_a_mended_parser_reaches_what_is_archived(home: Home, filled: Store) -> None:
    """What a page was misread to say goes, what was missed comes, and what older bytes of it said stays."""
    before = facts(filled)
    key, page = next(iter(filled.archive()))
    old = Page(page.source, page.url, b"older bytes", NOON)
    filled.keep_reread([(key, page, [Account("misread.example", "nobody")], 0)])
    filled.keep_reread([(key, old, [Account("older.example", "kept")], 0)])
    found = reparse(home, filled, workers=1)
    assert found.removed == 1
    accounts = filled.accounts()
    assert "misread.example:nobody" not in accounts
    assert accounts.pop("older.example:kept")
    assert accounts == before[0]


def test_two_processes_end_and_read_large_pages_too(home: Home, filled: Store, tmp_path: Path) -> None:
    """A page that ends its reader costs that page alone; every other is read, and nothing is left behind."""
    case = ONE_CASE["forem"].page()
    large = Page("forem", case.url, case.body + b" " * LARGE, NOON, headers=case.headers)
    for number in range(6):
        filled.settle("live", Request("forem", f"{case.url}#{number}"), page=large)
    fatal = Page("fatal", "https://fatal.example/", b"x" * (LARGE + 1), NOON)
    filled.settle("live", Request("fatal", fatal.url), page=fatal)
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "fatal.py").write_text(FATAL)
    command = [sys.executable, "-c", REREAD, str(home.folder), str(tmp_path / "sources")]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")  # of a semaphore that is left behind Python warns
    assert ended.stdout.startswith("10 6 True too_large the process that read it ended with 9")


def test_a_page_that_cannot_be_read_again_keeps_its_facts(home: Home, filled: Store) -> None:
    """A page refused by today's parser is a failure, and what it said stays."""
    _, page = next(iter(filled.archive()))
    broken = Page(page.source, page.url, b"[]not json", page.fetched_at, headers=page.headers)
    before = filled.accounts()
    filled.settle("live", Request(page.source, page.url), page=broken)
    found = reparse(home, filled)
    assert len(found.refused.failures) == 1
    assert filled.accounts() == before


def test_reparse_is_a_command(tmp_path: Any) -> None:
    """It reads the archive of a replay again, says so, and exits 0."""
    archive_of("forem", folder := tmp_path / "archive")
    headwater("collect", "--replay", folder, home=tmp_path / "home")
    done = headwater("collect", "--reparse", home=tmp_path / "home")
    assert done.returncode == 0, done.stderr
    assert "forem" in done.stderr
    assert headwater("collect", "--reparse", "--list", home=tmp_path / "home").returncode == 2
