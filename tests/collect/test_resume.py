"""Whole runs over an honest source on a hostile server: killed, drifting, half dead, unchanged, endless."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scrapers.collect.source_result import SourceResult
from scrapers.records import Code
from scrapers.settings.home import Home
from scrapers.store import Store
from tests.support.constants import THOROUGH
from tests.support.fake_sources.__main__ import collect_from, register, unregister

pytestmark = pytest.mark.shared
ROOT = Path(__file__).resolve().parents[2]
POINTS = range(20) if THOROUGH else (1, 6, 15)
DRIFT, YIELD = Code.SCHEMA_DRIFT, Code.SUSPICIOUS_YIELD


@pytest.fixture(scope="module")
def hostile(shared: Path) -> Iterator[Any]:
    """The hostile server, with the made-up sources registered."""
    spec = importlib.util.spec_from_file_location("hostile_server", shared / "abuse" / "server.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    register()
    try:
        with module.AbuseServer(robots=False) as server:
            yield server
    finally:
        unregister()


@pytest.fixture
def place(hostile: Any) -> str:
    """Host and port of its main origin, with nothing asked yet."""
    hostile.reset()
    return str(hostile.urls["main"].removeprefix("http://"))


def asked(hostile: Any, below: str = "/source/") -> Counter[str]:
    """How often each path was asked, robots.txt aside."""
    return Counter(entry["path"] for entry in hostile.log() if entry["path"].startswith(below))


def content(home: Home) -> tuple[object, ...]:
    """What the store holds, without the moments at which it was read."""
    with Store.open(home) as store:
        acts = [(item, first_seen) for item, first_seen, _ in store.evidence()]
        pages = [(key, page.url, page.body) for key, page in store.archive()]
        return store.accounts(), acts, pages, store.pending("live")


def paged(place: str, form: str, mode: str = "ok", pages: int = 1) -> dict[str, Any]:
    return {"paged": {"place": place, "form": form, "mode": mode, "pages": pages}}


def one(home: Home, place: str, watch: dict[str, Any], **limits: float) -> SourceResult:
    """The yield of a run over one source."""
    (seen,) = collect_from(home, place, watch, **limits).yields
    return seen


@pytest.mark.parametrize("form", ["api", "gallery"])
@pytest.mark.parametrize("point", POINTS)
def test_a_killed_run_loses_nobody_and_asks_one_page_twice_at_most(
    tmp_path: Path, hostile: Any, place: str, form: str, point: int
) -> None:
    """Killed with -9, the next run completes the hundred people to the very content of an undisturbed run."""
    undisturbed, killed = Home(tmp_path / "undisturbed"), Home(tmp_path / "killed")
    one(undisturbed, place, paged(place, form))
    hostile.reset()
    command = [
        sys.executable,
        "-m",
        "tests.support.fake_sources",
        str(killed.folder),
        json.dumps(paged(place, form)),
        str(point),
    ]
    died = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert died.returncode == -9, died.stderr
    seen = one(killed, place, paged(place, form))
    assert seen.outcome == "whole"
    full = [entry["path"] for entry in hostile.log() if "if-none-match" not in entry["headers"]]
    twice = [count for path, count in Counter(full).items() if count > 1 and path.startswith("/source/")]
    assert twice in ([], [2])
    assert len(asked(hostile)) == 5
    assert content(killed) == content(undisturbed)
    with Store.open(killed) as store:
        assert len(store.accounts()) == 100
        assert len(list(store.evidence())) == 100


MOODS = [  # mood, forms, people, code of the failures, pages that failed
    ("ok", "both", 100, None, 0),
    ("overlap", "both", 100, None, 0),
    ("extra", "api", 100, None, 0),
    ("outage-once", "both", 100, None, 0),
    ("outage", "both", 80, Code.HTTP_STATUS, 1),
    ("empty", "both", 0, None, 0),
    ("drift", "both", 0, DRIFT, 5),
    ("blank", "both", 0, DRIFT, 5),
    ("types", "api", 0, DRIFT, 5),
    ("partial", "both", 50, DRIFT, 5),
    ("dup", "both", 80, None, 0),
]


@pytest.mark.parametrize(
    ("form", "mood", "people", "code", "failed"),
    [(form, *mood[:1], *mood[2:]) for mood in MOODS for form in ("api", "gallery") if mood[1] in {"both", form}],
)
def test_each_mood_of_a_source_is_told_apart(
    home: Home, place: str, form: str, mood: str, people: int, code: Code | None, failed: int
) -> None:
    """Change is a failure that names page and field, a stated emptiness is none, and good rows are kept."""
    seen = one(home, place, paged(place, form, mood, pages=5))
    with Store.open(home) as store:
        assert len(store.accounts()) == people
    of_pages = [failure for failure in seen.failures if "page=" in failure.url and "of this run" not in failure.detail]
    assert [failure.code for failure in of_pages] == [code] * failed
    assert all(failure.source == "paged" and failure.detail for failure in seen.failures)
    if mood == "outage":
        assert "page=3" in seen.failures[0].url
    if code is DRIFT:
        assert all("expected" in failure.detail for failure in of_pages)
    assert [notice.code for notice in seen.notices] == ([YIELD] if mood == "dup" else [])


@pytest.mark.parametrize("mood", ["drift", "blank", "outage", "partial"])
def test_a_source_that_changed_takes_nothing_back(home: Home, place: str, mood: str) -> None:
    """What was delivered before stays as it was, however the next run goes."""
    one(home, place, paged(place, "api"))
    before = content(home)[:2]
    assert one(home, place, paged(place, "api", mood, pages=5)).failures
    assert content(home)[0] == before[0]


def test_a_second_run_over_an_unchanged_source_moves_nothing(home: Home, hostile: Any, place: str) -> None:
    """At least 95 % of a second run is answered 304 or not asked, and the store stays as it is."""
    one(home, place, paged(place, "gallery"))
    before = content(home)
    hostile.reset()
    seen = one(home, place, paged(place, "gallery"))
    assert seen.fetched == 5
    assert seen.unchanged >= 0.95 * sum(asked(hostile).values())
    assert content(home) == before


@pytest.mark.parametrize(
    ("trap", "most", "words"),
    [
        ("calendar", 50, "most_list_pages"),
        ("page?n=1", 50, "most_list_pages"),
        ("same?n=1", 3, "barren_pages"),
        ("session", 3, "barren_pages"),
        ("depth", 40, "deepest"),
        ("links", 1, "most_urls"),
    ],
)
def test_traps_end_with_a_notice(home: Home, hostile: Any, place: str, trap: str, most: int, words: str) -> None:
    """An endless place costs a bounded number of requests, is no failure, and what it gave is kept."""
    watch = {"follower": {"start": f"http://{place}/trap/{trap}"}}
    seen = one(home, place, watch, most_pages=60)
    assert 0 < sum(asked(hostile, "/trap/").values()) <= most
    assert any(words in notice.detail for notice in seen.notices), seen.notices
    assert not [failure for failure in seen.failures if failure.code is not DRIFT]


def test_a_listing_that_was_cut_goes_on_in_the_next_run(home: Home, hostile: Any, place: str) -> None:
    """The cursor of an endless listing is kept: the next run reads its beginning and the pages that were left."""
    watch = {"follower": {"start": f"http://{place}/trap/page?n=1"}}
    one(home, place, watch, most_list_pages=5)
    hostile.reset()
    one(home, place, watch, most_list_pages=5)
    assert {"/trap/page?n=1", "/trap/page?n=6", "/trap/page?n=7"} <= asked(hostile, "/trap/").keys()
