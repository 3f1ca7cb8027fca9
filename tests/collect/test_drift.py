"""Drift: what a page and a run owe, and when too little of it is a failure."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from scrapers.collect.drift import Drifting, judge_page, judge_pages, judge_yield
from scrapers.collect.hints import REMEDY
from scrapers.collect.source_health import basis_of, health_of, usual_yield
from scrapers.records import Account, Code, Refused
from scrapers.sources.watched import SourceSettings
from scrapers.store import Run, Store
from tests.support.constants import NOON, THOROUGH

URL = "https://list.example/page"


def rows(good: int, bad: int) -> list[Account | Refused]:
    people = [Account("list.example", f"person-{n}") for n in range(good)]
    return [*people, *(Refused(Code.SCHEMA_DRIFT, URL, f"row {n}: expected a name") for n in range(bad))]


@pytest.mark.parametrize(
    ("good", "bad", "fails"), [(20, 0, 0), (16, 4, 0), (15, 5, 1), (10, 10, 1), (0, 20, 1), (0, 1, 1)]
)
def test_more_than_a_fifth_of_a_pages_rows_is_a_failure(good: int, bad: int, fails: int) -> None:
    """One failure says how many rows and what was expected; up to a fifth they are counted and tolerated."""
    failures, tolerated = judge_page(rows(good, bad), URL)
    assert [failure.code for failure in failures] == [Code.SCHEMA_DRIFT] * fails
    assert len(tolerated) == (0 if fails else bad)
    assert all("expected a name" in failure.detail for failure in failures)


@pytest.mark.parametrize(
    ("drifted", "read", "fails"), [(0, 0, False), (1, 4, False), (2, 8, False), (3, 8, True), (1, 0, False)]
)
def test_more_than_a_fifth_of_a_runs_pages_is_a_failure(drifted: int, read: int, fails: bool) -> None:
    """The first page that drifted is named."""
    failure = judge_pages([f"{URL}?{n}" for n in range(drifted)], read, "list")
    assert (failure is not None) == fails
    assert failure is None or (failure.url, failure.source) == (f"{URL}?0", "list")


@pytest.mark.parametrize(
    ("given", "usual", "fails"),
    [
        (49, [100] * 5, True),
        (50, [100] * 5, False),
        (0, [100, 100], False),
        (0, [3, 3, 3], True),
        (60, [100, 110, 120, 90, 105, 10_000], False),
    ],
)
def test_less_than_half_of_the_usual_is_suspicious(given: int, usual: list[int], fails: bool) -> None:
    """The median of the last five good runs decides; before three nobody knows what is usual."""
    failure = judge_yield(given, usual, URL, "list")
    assert (failure is not None) == fails
    assert failure is None or failure.code is Code.SUSPICIOUS_YIELD


@pytest.mark.parametrize(
    ("pages", "told"),
    [
        ([rows(0, 1)] * 4, None),
        ([rows(0, 1)] * 5, "5 pages in a row"),
        ([rows(0, 1)] * 4 + [rows(1, 0)] + [rows(0, 1)] * 4, None),
        ([rows(15, 5)] * 9, None),
        ([rows(15, 5)] * 10, "50 of 200 rows"),
        ([rows(16, 4)] * 50, None),
    ],
)
def test_a_site_is_given_up_for_changed_pages_in_a_row_or_for_its_unreadable_rows(
    pages: list[list[Account | Refused]], told: str | None
) -> None:
    """Five pages refused whole in a row, or more than a fifth of two hundred rows; a page that is read begins anew."""
    site = Drifting()
    for page in pages:
        assert site.reason is None
        site.note(page)
    assert (site.reason or "").startswith(told or "")
    assert bool(site.reason) == bool(told)


@pytest.mark.parametrize("seed", range(200 if THOROUGH else 5))
def test_good_runs_of_varying_size_raise_no_alarm(seed: int) -> None:
    """Fifty runs that vary by 30 % either way: none is suspicious."""
    draw = random.Random(seed)
    usual: list[int] = []
    for _ in range(50):
        size = round(200 * draw.uniform(0.7, 1.3))
        assert judge_yield(size, usual, URL, "list") is None
        usual.insert(0, size)


def stored(number: int, rows: int, outcome: str = "whole", basis: str = "b", **counts: int) -> Run:
    at = NOON + timedelta(days=number)
    told = {"accounts": rows, "evidence": 0, "events": 0} | counts
    return Run(f"run-{number}", "collect", "list", outcome, at, at, told, {"basis": basis})


def test_only_comparable_runs_say_what_is_usual(store: Store) -> None:
    """Failed, resumed, cut and differently watching runs do not count; an accepted yield begins anew."""
    for run in (
        stored(1, 100),
        stored(2, 5, outcome="degraded"),
        stored(3, 6, resumed=3),
        stored(4, 7, left_out=9),
        stored(5, 8, basis="other"),
        stored(6, 102),
    ):
        store.add_run(run)
    assert usual_yield(store, "list", "b") == [102, 100]
    store.add_run(stored(7, 30, baseline=1))
    assert usual_yield(store, "list", "b") == [30]


def test_a_standing_says_how_old_the_data_is(store: Store) -> None:
    """The last whole run counts, not the last run."""
    assert health_of(store, "list").age(NOON) == "never whole"
    store.add_run(stored(0, 100))
    store.add_run(stored(9, 0, outcome="failed"))
    standing = health_of(store, "list")
    assert (standing.outcome, standing.rows, standing.last_whole) == ("failed", 100, NOON)
    assert standing.age(NOON + timedelta(days=12)) == "12 days old"


def test_watching_something_else_is_another_basis() -> None:
    """Yields are compared only where the same was watched, as far back, on the same budget."""
    plain = SourceSettings(watch={"tags": ["llm"]})
    assert basis_of(plain, 365) == basis_of(SourceSettings(watch={"tags": ["llm"]}), 365)
    others = {basis_of(SourceSettings(watch={"tags": ["rag"]}), 365), basis_of(plain, 30), basis_of(plain, 365)}
    assert len(others) == 3


def test_every_code_has_a_remedy() -> None:
    """No failure is reported without what to do."""
    assert set(REMEDY) == set(Code)
