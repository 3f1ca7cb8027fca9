"""What each step took and gave, in the store; which step got slower; nothing of a person among it."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from scrapers.faults import StorageFault
from scrapers.settings import Home
from scrapers.steps import noted, paces
from scrapers.store import Run, Store
from tests.conftest import NOON
from tests.test_cli import archive, headwater


def ran(days_ago: float, seconds: float, step: str = "embed", source: str | None = None, outcome: str = "whole") -> Run:
    at = NOON - timedelta(days=days_ago)
    end = at + timedelta(seconds=seconds)
    return Run(f"{step}-{source}-{days_ago}", step, source, outcome, at, end, {}, {}, cpu_seconds=seconds / 2)


def test_a_step_is_kept_with_what_it_took(store: Store) -> None:
    """Counts, versions and seconds of computing of a step that ended well."""
    with noted(store, "embed", None, "numpy") as counts:
        sum(range(2_000_000))
        counts["passages"] = 7
    (run,) = store.runs()
    assert (run.step, run.outcome, run.counts) == ("embed", "whole", {"passages": 7})
    assert run.seconds >= run.cpu_seconds * 0.5
    assert run.cpu_seconds > 0
    assert {"headwater", "numpy"} == set(run.versions)


def test_a_step_that_fails_is_kept_as_failed_and_its_fault_goes_on(store: Store) -> None:
    """The reader gets the fault, the table the row."""
    with pytest.raises(StorageFault, match="full"), noted(store, "join"):
        raise StorageFault("the disk is full")
    assert [(run.step, run.outcome) for run in store.runs()] == [("join", "failed")]


def test_which_step_got_slower_is_a_matter_of_medians() -> None:
    """One slow night changes nothing, four do; failed, old and too few runs are left out, in any order of input."""
    usual = [ran(day, 10) for day in range(1, 30)]
    assert [round(pace.ratio, 2) for pace in paces([*usual[1:], ran(1, 500)], NOON)] == [1.0]
    runs = [
        *(
            replace(run, ended_at=run.started_at + timedelta(seconds=25)) if n < 4 else run
            for n, run in enumerate(usual)
        ),
        *(ran(day, 5, "join") for day in range(1, 30)),
        *(ran(day, 900, "join", outcome="failed") for day in (1.5, 2.5, 3.5, 4.5)),
        *(ran(day, 900, "embed") for day in (40, 50, 60)),
        *(ran(day, 900, "rank", "generalist") for day in (1, 2, 20, 21, 22)),
    ]
    for seed in range(3):
        random.Random(seed).shuffle(runs)
        found = paces(runs, NOON)
        assert [(pace.step, pace.seconds, pace.runs) for pace in found] == [
            ("embed", (25.0, 10.0), (6, 23)),
            ("join", (5.0, 5.0), (6, 23)),
        ]


def test_the_command_lists_and_compares(home: Home) -> None:
    """The newest run first with all it took; --slower names the step; both as JSON."""
    now = datetime.now(UTC)
    headwater("collect", "--replay", archive(home.folder / "archive"), home=home.folder)
    with Store.open(home) as store:
        shift = now - NOON
        for run in [ran(day, 30 if day < 5 else 10) for day in range(1, 28)]:
            store.add_run(replace(run, started_at=run.started_at + shift, ended_at=run.ended_at + shift))
    listed = headwater("runs", home=home.folder).stdout.splitlines()
    assert len(listed) == 20
    assert "collect hackernews" in listed[0]
    assert "1 requests" in listed[0]
    answer = headwater("runs", "--slower", home=home.folder).stdout.splitlines()
    assert answer[0].split()[:2] == ["3.00x", "embed"]
    assert answer[-1] == "Slower this week: embed."
    (told,) = map(json.loads, headwater("runs", "--slower", "--json", home=home.folder).stdout.splitlines())
    assert told["seconds"] == [30.0, 10.0]
    assert "No step" in headwater("runs", "--slower", "--step", "collect", home=home.folder).stdout
    assert "No run of the step 'drill'" in headwater("runs", "--step", "drill", home=home.folder).stderr
    first = json.loads(headwater("runs", "--json", "--top", "1", home=home.folder).stdout)
    assert (first["requests"], first["bytes"] > 0, first["source"]) == (1, True, "hackernews")


def test_old_runs_are_swept_away(store: Store) -> None:
    """What began before that moment goes, the rest stays."""
    for day in (1, 399, 401):
        store.add_run(ran(day, 1))
    assert store.expire_runs(NOON - timedelta(days=400)) == 1
    assert len(store.runs()) == 2


def test_a_store_is_copied_while_it_is_open(home: Home, store: Store) -> None:
    """The copy holds what the store held, as a home of its own."""
    store.add_run(ran(1, 1))
    other = Home(home / "other").create()
    assert store.copy_to(other / "headwater.db")
    with Store.open(other) as copy:
        assert copy.runs() == store.runs()
