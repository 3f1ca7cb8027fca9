"""Whole collecting runs: sources apart from each other, put off and asked again, told honestly, read again."""

from __future__ import annotations

import json
import os
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from sqlalchemy import select

from flows.cli import console as bars
from flows.cli import reports
from flows.cli.reports import state_of
from scrapers.collect.estimate import estimate
from scrapers.collect.run import CollectingRun, Plan, Report, collect, collect_source, planned
from scrapers.collect.source_health import health_of
from scrapers.collect.source_result import SourceResult
from scrapers.faults import Locked, StorageFault
from scrapers.records import Code, Page, Refused, Request
from scrapers.rights.suppression import SuppressionList
from scrapers.settings.home import Home
from scrapers.sources import source_named
from scrapers.sources.watched import SourceSettings, read_sources
from scrapers.store import Store
from scrapers.store.sql.locks import locked
from scrapers.store.sql.tables import metadata
from tests.flows.test_cli import headwater
from tests.settings.test_settings import operator
from tests.sources.test_sources import CASES
from tests.support.constants import NOON

TODAY = NOON.date()
ONE_CASE = {case.said["source"]: case for case in CASES if any(x["type"] == "account" for x in case.said["expect"])}
ASKED = {name: ONE_CASE[name].page().url for name in ("forem", "huggingface", "github")}


class Web:
    """Answers each source with its recorded case, or as `moods` says by source and call; counts who asks at once."""

    def __init__(
        self, moods: dict[str, Callable[[int], Code | Exception | None]] | None = None, took: float = 0.0
    ) -> None:
        self.moods, self.took = moods or {}, took
        self.calls: Counter[str] = Counter()
        self.at_once = self.most_at_once = 0
        self._lock = threading.Lock()

    def fetch(self, request: Request, **_: Any) -> Page | Refused:
        with self._lock:
            self.calls[request.source] += 1
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            time.sleep(self.took)
            mood = self.moods.get(request.source, lambda _: None)(self.calls[request.source])
            if isinstance(mood, Exception):
                raise mood
            if mood is not None:
                return Refused(mood, f"{request.url}&token=hush", "as told", request.source)
            return ONE_CASE[request.source].page()
        finally:
            with self._lock:
                self.at_once -= 1


def always(mood: Code | Exception) -> Callable[[int], Code | Exception | None]:
    return lambda _: mood


def run(home: Home, store: Store, web: Web, name: str = "live", **options: Any) -> Report:
    """A run over three sources that begin with one page each and follow nothing."""
    start = {source: (Request(source, url),) for source, url in ASKED.items()}
    settings = {source: SourceSettings(deepest=0, most_urls=1) for source in ASKED}
    plan = Plan(name, web, start, (), settings, dict.fromkeys(ASKED, "same"))
    return collect(CollectingRun(plan, home, store, SuppressionList.open(home, store), **options))


def by_name(report: Report) -> dict[str, SourceResult]:
    return {seen.source: seen for seen in report.yields}


@pytest.mark.parametrize("fault", [Code.TIMEOUT, Code.BLOCKED, RuntimeError("a bug")])
def test_one_source_down_stops_no_other(home: Home, store: Store, fault: Code | Exception) -> None:
    """The others are delivered whole, the exit code is 3, and the failure names source, code and what to do."""
    report = run(home, store, Web({"forem": always(fault)}))
    seen = by_name(report)
    assert {name: seen[name].outcome for name in ASKED} == {
        "forem": "failed",
        "huggingface": "whole",
        "github": "whole",
    }
    assert report.exit_code == 3
    assert len(seen["forem"].failures) == 1
    assert seen["forem"].failures[0].source == "forem"
    assert "hush" not in seen["forem"].failures[0].url


def test_a_report_says_how_old_the_missing_data_is(home: Home, store: Store) -> None:
    """A source that is down is named with the moment of its last whole run; all down is exit 4."""
    run(home, store, Web())
    report = run(home, store, Web({"forem": always(Code.TIMEOUT)}))
    assert set(report.standings) == {"forem"}
    assert report.standings["forem"].last_whole == health_of(store, "forem").last_whole is not None
    assert run(home, store, Web(dict.fromkeys(ASKED, always(Code.TIMEOUT)))).exit_code == 4


def test_live_sources_are_read_side_by_side_and_an_archive_in_order(home: Home, store: Store) -> None:
    """Three sources wait for three sites at once; in a replay there is never more than one request."""
    met = threading.Barrier(3, timeout=60)

    def meet(_: int) -> None:
        met.wait()  # raises, and so fails the source, unless all three are asked at once

    side_by_side, in_order = Web(dict.fromkeys(ASKED, meet)), Web(took=0.02)
    assert run(home, store, side_by_side).exit_code == 0
    run(home, store, in_order, name="replay:test")
    assert side_by_side.most_at_once == 3
    assert in_order.most_at_once == 1


def test_what_was_put_off_is_tried_once_more_at_the_end(home: Home, store: Store) -> None:
    """A source that a site put off is whole where its second try succeeds, and stays open where it does not."""
    once = Web({"forem": lambda call: Code.RATE_DEFERRED if call == 1 else None})
    report = run(home, store, once)
    assert by_name(report)["forem"].outcome == "whole"
    assert once.calls["forem"] == 2
    still = Web({"forem": always(Code.RATE_DEFERRED)})
    report = run(home, store, still)
    assert by_name(report)["forem"].outcome == "failed"
    assert still.calls["forem"] == 2
    assert store.pending("live") == {"forem": 1}
    assert by_name(run(home, store, Web()))["forem"].resumed == 1


def test_a_yield_that_breaks_in_is_suspicious_until_it_is_accepted(home: Home, store: Store) -> None:
    """After three good runs an emptier one fails; replay never does; an operator's word makes it the usual."""
    for _ in range(3):
        assert run(home, store, Web()).exit_code == 0
    gone = Web({"forem": always(Code.GONE)})
    codes = [failure.code for failure in by_name(run(home, store, gone))["forem"].failures]
    assert codes == [Code.SUSPICIOUS_YIELD]
    assert run(home, store, gone, name="replay:test").exit_code == 0
    assert run(home, store, gone, accept_yield=True).exit_code == 0
    assert run(home, store, gone).exit_code == 0


def test_a_source_that_another_run_holds_is_left_to_it(home: Home, store: Store) -> None:
    """One held source is a failure of that source; all held end the run by name."""
    with locked(home, "collect-forem"):
        report = run(home, store, Web(), wait=0.0)
    assert [failure.code for failure in by_name(report)["forem"].failures] == [Code.LOCKED]
    assert by_name(report)["github"].outcome == "whole"
    with (
        locked(home, "collect-forem"),
        locked(home, "collect-github"),
        locked(home, "collect-huggingface"),
        pytest.raises(Locked),
    ):
        run(home, store, Web(), wait=0.0)


@pytest.mark.postgres
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_second_run_in_the_middle_of_the_first_changes_nothing(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is refused with exit 5 within two seconds, naming the first, which goes on to the same end."""
    if kind == "postgresql":
        monkeypatch.setenv("HEADWATER_STORE", request.getfixturevalue("postgres").database())
    home, folder = Home(tmp_path / "home").create(), tmp_path / "archive"
    archive_of("forem", folder)
    told: list[tuple[int, float, str, bool]] = []

    def begin_beside(_: SourceResult) -> None:
        before, begun = every_row(store), time.monotonic()
        done = headwater("collect", "--replay", folder, home=home.folder)
        told.append((done.returncode, time.monotonic() - begun, done.stderr, every_row(store) == before))

    def read(name: str, first: CollectingRun, seen: SourceResult) -> None:
        collect_source(name, first, seen, begin_beside)

    with Store.open(home) as store, planned(home, since=TODAY, today=TODAY, replay=folder) as plan:
        report = collect(CollectingRun(plan, home, store, SuppressionList.open(home, store)), read)
        assert (report.exit_code, bool(store.accounts())) == (0, True)
    ((code, took, error, unchanged),) = told
    assert (code, unchanged) == (5, True)
    assert f"collect-forem is locked by process {os.getpid()}" in error
    assert took < 2


def every_row(store: Store) -> list[Any]:
    """All that the store holds."""
    with store._reading() as connection:
        return [connection.execute(select(table)).all() for table in metadata.sorted_tables]


def archive_of(source: str, folder: Path) -> None:
    """A folder that `collect --replay` takes, with the recorded case of that source."""
    folder.mkdir()
    (folder / "page").write_bytes(ONE_CASE[source].file.read_bytes())
    index = {"source": source, "files": [{"file": "page", "url": ONE_CASE[source].said["url"]}]}
    (folder / "index.json").write_text(json.dumps(index))


def test_a_store_that_fails_ends_the_run(home: Home, store: Store) -> None:
    """A full disk is nobody's source: the whole run ends with it."""
    with pytest.raises(StorageFault):
        run(home, store, Web({"forem": always(StorageFault("full"))}))


def test_the_shipped_budgets_end_within_the_hour() -> None:
    """Politeness alone takes half an hour at most for any source, which leaves as much for the answers."""
    for name, settings in read_sources().items():
        pause = source_named(name).seconds_between_requests
        assert settings.most_pages * pause <= 1800, name
        assert settings.most_minutes < 60, name


def test_an_outlook_counts_the_pauses_of_the_busiest_site() -> None:
    """Ten pages of one site lie nine pauses apart; other sites are asked meanwhile."""
    urls = [f"https://dev.to/{n}" for n in range(10)] + ["https://a.example/"]
    start = {"forem": tuple(Request("forem", url) for url in urls)}
    (ahead,) = estimate(Plan("live", Web(), start, (), {"forem": SourceSettings(most_pages=60)}), {})
    assert (len(ahead.begins), ahead.sites, ahead.least_to_begin, ahead.least_in_all) == (11, 2, 9.0, 30.0)


@pytest.fixture
def filled(home: Home, store: Store) -> Store:
    """A store that one live run filled."""
    run(home, store, Web())
    return store


@pytest.mark.parametrize("columns", [60, 120])
def test_reports_fit_the_terminal(
    home: Home, filled: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], columns: int
) -> None:
    """In a narrow terminal the yield is a line a source, in a wide one a table; both name every number."""
    plain = Console(stderr=True, width=columns, highlight=False, soft_wrap=True)
    monkeypatch.setattr(reports, "console", plain)
    reports.show_report(run(home, filled, Web({"forem": always(Code.TIMEOUT)})), NOON, quiet=False)
    told = capsys.readouterr().err
    assert "huggingface" in told
    assert "forem: timeout" in told
    assert "forem: incomplete" in told
    assert ("accounts," in told) == (columns == 60)


def test_bars_say_how_fast_what_is_left_and_why_they_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """A live line a source, written by its own thread."""
    screen = Console(width=110, force_terminal=True, record=True, soft_wrap=True)
    monkeypatch.setattr(bars, "console", screen)
    seen = SourceResult("forem", asked=3, waiting=40, most=10, accounts=5)
    with bars.source_bars() as (on_page, on_wait):
        on_page(seen)
        on_wait("dev.to", "asked", 12.0)
        time.sleep(0.3)
    shown = screen.export_text()
    assert "forem" in shown
    assert "waits 12 s for dev.to: the site asks for it" in shown


def test_what_a_source_is_said_to_need_makes_it_run(home: Home) -> None:
    """One that is off, of restrictive terms and told nothing names all three; with them written it runs."""
    terms = {"terms_url": "https://pond.example/terms", "checked_on": TODAY, "basis": "none"}
    bare = SourceSettings.model_validate({"enabled": False, "terms": terms})
    source, nobody = source_named("gitlab"), operator(home)
    state, needs = state_of(source, bare, nobody, TODAY)
    assert state == "off"
    for need, words in zip(needs, ("enabled = true", f"gitlab = {TODAY}", "name projects or users"), strict=True):
        assert words in need
    written = bare.model_copy(update={"enabled": True, "watch": {"projects": ["owner/name"]}})
    accepting = nobody.model_copy(update={"accepted": {"gitlab": TODAY}})
    assert state_of(source, written, accepting, TODAY) == ("runs", [])
    wrong = bare.model_copy(update={"watch": {"clones": ["~nobody-here/clone"]}})
    assert "correct [git.watch]" in state_of(source_named("git"), wrong, accepting, TODAY)[1][-1]


def test_list_and_dry_run_ask_nobody(tmp_path: Any) -> None:
    """Both tell of every source what a person needs to know, and neither leaves a run behind."""
    home = tmp_path / "home"
    listed = headwater("collect", "--list", home=home)
    assert listed.returncode == 0
    for word in ("devpost", "watches", "terms", "never whole", "unverified", "name schedules", "read 2026"):
        assert word in listed.stderr
    before = headwater("collect", "--dry-run", home=home)
    headwater("init", "--defaults", home=home)
    ahead = headwater("collect", "--dry-run", home=home)
    for told, needed in ((before, "headwater init"), (ahead, "placeholder")):
        assert told.returncode == 0, told.stderr
        for word in (
            "forem: begins with",
            "conferences: begins with no page",
            "at least",
            "GITHUB_TOKEN is not set",
            "terms_missing",
            "Nothing was asked",
        ):
            assert word in told.stderr
        assert "Before a real run: " in told.stderr
        assert needed in told.stderr.splitlines()[-1]
    told = (home / "operator.toml").read_text().replace("example.com", "openweave-people.org")
    (home / "operator.toml").write_text(told)
    assert "Before a real run" not in headwater("collect", "--dry-run", home=home).stderr
    with Store.open(Home(home)) as store:
        assert store.runs() == []
