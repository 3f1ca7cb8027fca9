"""Origins leased among workers: one request at a time, its distance, quiet that outlives a run, clocks that jump."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from itertools import pairwise

import pytest
from sqlalchemy import text

from scrapers.fetch.client import Fetcher
from scrapers.fetch.pacing import NotYet
from scrapers.records import Code, Refused, Request
from scrapers.settings.home import Home
from scrapers.store import Store
from scrapers.store.sql.engine import engine_for
from tests.support.loopback import Reply, Site

SITE = "https://makers.example:443"
pytestmark = pytest.mark.postgres


@pytest.fixture(params=["sqlite", "postgresql"], autouse=True)
def kind(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Every claim holds for both stores."""
    if request.param == "postgresql":
        monkeypatch.setenv("HEADWATER_STORE", request.getfixturevalue("postgres").database())
    return str(request.param)


@pytest.fixture
def workers(home: Home) -> Iterator[tuple[Store, Store]]:
    """The stores of two workers."""
    with Store.open(home) as one, Store.open(home) as other:
        yield one, other


def refused(later: NotYet | None) -> NotYet:
    assert later is not None
    return later


def change(home: Home, statement: str) -> None:
    """Do to the rows what a clock would have done."""
    engine = engine_for(home)
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        connection.execute(text(statement))
    engine.dispose()


def test_an_origin_is_one_workers_at_a_time_and_rests_in_between(workers: tuple[Store, Store]) -> None:
    """While one asks the other is told to look again; then the pause counts from the end of the request."""
    one, other = workers
    assert one.take_turn(SITE, 0.2, 10) is None
    assert 0 < refused(other.take_turn(SITE, 0.2, 10)).seconds <= 0.05
    assert other.take_turn("https://other.example:443", 0.2, 10) is None
    one.end_turn(SITE)
    ended = time.monotonic()
    later = refused(other.take_turn(SITE, 0.2, 10))
    assert 0.05 < later.seconds <= 0.2
    assert not later.asked
    while (wait := other.take_turn(SITE, 0.2, 10)) is not None:
        time.sleep(wait.seconds)
    assert time.monotonic() - ended >= 0.19


def test_a_dead_workers_lease_ends_and_its_late_word_takes_nothing(workers: tuple[Store, Store]) -> None:
    """After its time the lease is free; who held it cannot end the next one's."""
    one, other = workers
    assert one.take_turn(SITE, 0, 0.15) is None
    assert other.take_turn(SITE, 0, 10) is not None
    time.sleep(0.16)
    assert other.take_turn(SITE, 0, 10) is None
    one.end_turn(SITE)
    assert one.take_turn(SITE, 0, 10) is not None


def test_robots_txt_needs_the_turn_and_no_distance(workers: tuple[Store, Store]) -> None:
    """The page that it was read for may follow at once."""
    one, other = workers
    assert one.take_turn(SITE, 60, 10) is None
    assert other.take_turn(SITE, 60, 10) is not None
    assert 0 < refused(other.take_turn(SITE, 0, 10)).seconds <= 0.05
    one.end_turn(SITE, paced=False)
    assert one.take_turn(SITE, 60, 10) is None
    assert 0 < refused(other.take_turn(SITE, 60, 10)).seconds <= 0.05


def test_quiet_that_was_asked_for_outlives_the_run(home: Home) -> None:
    """The next run does not ask a site that wanted an hour of quiet, and says so; a year of quiet is kept for a day."""
    with Site() as site:
        site.says("/busy", Reply("later", 429, {"Retry-After": "3600"}))
        for asked in (2, 2):
            with Store.open(home) as store, Fetcher(allow=frozenset({site.place}), turns=store) as door:
                told = door.fetch(Request("example", site.url("/busy")))
            assert isinstance(told, Refused)
            assert told.code is Code.RATE_DEFERRED
            assert len(site.asked) == asked
        with Store.open(home) as store:
            store.take_turn(SITE, 0, 10)
            store.end_turn(SITE, quiet=3e7)
            later = refused(store.take_turn(SITE, 0, 10))
            assert later.asked
            assert 86_000 < later.seconds <= 86_400


def test_a_clock_that_is_put_back_delays_nobody_for_long(home: Home, workers: tuple[Store, Store]) -> None:
    """A day later that is a day earlier: the pause is kept once more, quiet lasts as long as was left, a lease ends."""
    one, other = workers
    for lasts, quiet, most in ((5.0, 0.0, 0.2), (5.0, 300.0, 300.0)):
        one.take_turn(SITE, 0, lasts)
        one.end_turn(SITE, quiet=quiet)
        change(home, "UPDATE origins SET ended = ended + 86400, quiet_until = quiet_until + 86400")
        later = refused(other.take_turn(SITE, 0.2, lasts))
        assert 0.1 < later.seconds <= most
        assert later.asked == (quiet > 0)
        change(home, "UPDATE origins SET ended = 0, quiet_until = 0")


def test_many_workers_never_meet(workers: tuple[Store, Store]) -> None:
    """Four threads of two workers take twenty turns: never two at once, and each a pause after the one before."""
    spans: list[tuple[float, float]] = []

    def work(store: Store) -> None:
        for _ in range(5):
            while (later := store.take_turn(SITE, 0.02, 10)) is not None:
                time.sleep(later.seconds)
            began = time.monotonic()
            time.sleep(0.005)
            spans.append((began, time.monotonic()))
            store.end_turn(SITE)

    threads = [threading.Thread(target=work, args=(store,)) for store in workers * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    spans.sort()
    assert len(spans) == 20
    assert all(after - before >= 0.019 for (_, before), (after, _) in pairwise(spans))


def test_nothing_of_an_origin_is_kept_in_clear_or_for_long(home: Home, workers: tuple[Store, Store]) -> None:
    """A host can be a person's name: rows are keyed by hash, and go a day after the last request."""
    one, _ = workers
    one.take_turn("https://ada.example:443", 0, 10)
    one.end_turn("https://ada.example:443")
    assert one.drop_turns() == 0
    change(home, "UPDATE origins SET ended = ended - 90000, quiet_until = quiet_until - 90000")
    with engine_for(home).connect() as connection:
        assert "ada.example" not in str(connection.execute(text("SELECT * FROM origins")).all())
    assert one.drop_turns() == 1
