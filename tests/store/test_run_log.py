"""What each step took and gave, in the store; which step got slower; nothing of a person among it."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from scrapers.candidates.joining import join_accounts
from scrapers.faults import StorageFault
from scrapers.records import Account, AccountKey, Evidence, EvidenceKind, Page, Request
from scrapers.settings.home import Home
from scrapers.store import Run, Store
from scrapers.store.run_log import logged_step, paces
from tests.flows.test_cli import archive, headwater
from tests.support.constants import NOON
from tests.support.hash_embedder import HashingEmbedder


def ran(days_ago: float, seconds: float, step: str = "embed", source: str | None = None, outcome: str = "whole") -> Run:
    at = NOON - timedelta(days=days_ago)
    end = at + timedelta(seconds=seconds)
    return Run(f"{step}-{source}-{days_ago}", step, source, outcome, at, end, {}, {}, cpu_seconds=seconds / 2)


def test_a_step_is_kept_with_what_it_took(store: Store) -> None:
    """Counts, versions and seconds of computing of a step that ended well."""
    with logged_step(store, "embed", None, "numpy") as counts:
        sum(range(2_000_000))
        counts["passages"] = 7
    (run,) = store.runs()
    assert (run.step, run.outcome, run.counts) == ("embed", "whole", {"passages": 7})
    assert run.seconds >= run.cpu_seconds * 0.5
    assert run.cpu_seconds > 0
    assert {"headwater", "numpy"} == set(run.versions)


def test_a_step_that_fails_is_kept_as_failed_and_its_fault_goes_on(store: Store) -> None:
    """The reader gets the fault, the table the row."""
    with pytest.raises(StorageFault, match="full"), logged_step(store, "join"):
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
    assert "1 request, " in listed[0]
    answer = headwater("runs", "--slower", home=home.folder).stdout.splitlines()
    assert answer[0].split()[:2] == ["3.00x", "embed"]
    assert answer[-1] == "Slower this week: embed."
    (told,) = map(json.loads, headwater("runs", "--slower", "--json", home=home.folder).stdout.splitlines())
    assert told["seconds"] == [30.0, 10.0]
    assert "No step" in headwater("runs", "--slower", "--step", "collect", home=home.folder).stdout
    assert "No run of the step 'drill'" in headwater("runs", "--step", "drill", home=home.folder).stderr
    first = json.loads(headwater("runs", "--json", "--top", "1", home=home.folder).stdout)
    assert (first["requests"], first["bytes"] > 0, first["source"]) == (1, True, "hackernews")


def test_ranking_comparing_and_forgetting_leave_rows_that_name_nobody(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Step, time, counts and versions; no query and nobody's name. A dry run and an own list leave none."""
    monkeypatch.setattr("ranking.corpus.corpus.minilm_for", lambda *_: HashingEmbedder())
    with Store.open(home) as store:
        filled(home, store)
    wanted = "somebody secret who makes pagers"
    own = tmp_path / "people.jsonl"
    own.write_text(json.dumps({"person_id": "p", "documents": [{"kind": "post", "title": "T", "text": "A pager."}]}))
    for command, code in (
        (("rank", wanted, "--top", "2"), 0),
        (("rank", wanted, "--people", own), 0),
        (("rank", wanted, "--out", tmp_path / "list.csv"), 0),
        (("changes", wanted), 0),
        (("changes", "somebody else altogether"), 2),
        (("forget", "forem:ada-example-hw", "--dry-run"), 0),
        (("forget", "forem:ada-example-hw"), 0),
    ):
        done = headwater(*command, home=home.folder)
        assert done.returncode == code, done.stderr
    with Store.open(home) as store:
        rows = store.runs()[::-1]
    assert [(run.step, run.outcome, run.source) for run in rows] == [
        (step, outcome, None)
        for step, outcome in [("rank", "whole")] * 2
        + [("changes", "whole"), ("changes", "failed"), ("forget", "whole")]
    ]
    assert [dict(run.counts) for run in rows[:3]] == [
        {"considered": 3, "listed": 2}, {"considered": 3, "listed": 3}, {"considered": 3, "changes": 0},
    ]  # fmt: skip
    assert rows[4].counts["accounts"] == 1
    assert all("headwater" in run.versions and run.seconds > 0 for run in rows)
    told = headwater("runs", "--json", home=home.folder).stdout.casefold()
    assert not any(word in told for word in ("secret", "pager", "ada-", "ada example", "forem", "list.csv"))


def test_reading_goes_on_where_the_row_cannot_be_written(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A step that changes nothing delivers beside a store that takes nothing; one that writes says so."""

    def full(run: Run) -> None:
        raise StorageFault("the store cannot be written")

    monkeypatch.setattr(store, "add_run", full)
    with logged_step(store, "rank", reading=True):
        pass
    with pytest.raises(StorageFault), logged_step(store, "join"):
        pass


def test_an_own_list_makes_no_store(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ranking a file leaves the home without a store, as it was."""
    monkeypatch.setattr("ranking.corpus.corpus.minilm_for", lambda *_: HashingEmbedder())
    own = tmp_path / "people.jsonl"
    own.write_text(json.dumps({"person_id": "p", "documents": [{"kind": "post", "title": "T", "text": "A pager."}]}))
    assert headwater("rank", "a pager", "--people", own, home=home.folder).returncode == 0
    assert not (home / "headwater.db").exists()


def filled(home: Home, store: Store) -> None:
    """Three people, each with one post, as a refresh joined them."""
    for name in ("ada", "bob", "cyd"):
        key, url = AccountKey("forem", f"{name}-example-hw"), f"https://forem.example/{name}"
        said = Evidence(EvidenceKind.POST, key, "Work", f"A pager by {name}.", url, NOON.date())
        page = Page("forem", url, b"-", NOON)
        records = [Account(key.site, key.handle, name=f"{name.title()} Example"), said]
        store.settle("live", Request("forem", url), page=page, records=records)
    join_accounts(store, home.key, NOON)


def test_old_runs_are_swept_away(store: Store) -> None:
    """What began before that moment goes, the rest stays."""
    for day in (1, 399, 401):
        store.add_run(ran(day, 1))
    assert store.expire_runs(NOON - timedelta(days=400)) == 1
    assert len(store.runs()) == 2


def test_a_store_is_copied_while_it_is_open(home: Home, store: Store) -> None:
    """The copy holds what the store held, as a home of its own with the same key."""
    store.add_run(ran(1, 1))
    other = Home(home / "other").create()
    assert store.copy_to(other / "headwater.db")
    (other / "secret.key").write_bytes((home / "secret.key").read_bytes())
    with Store.open(other) as copy:
        assert copy.runs() == store.runs()
