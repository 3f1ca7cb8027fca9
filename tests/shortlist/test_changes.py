"""Changes between shortlists: sums are exact, nobody is new twice, and the same twice is no change."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows.cli.changes import as_csv, as_object, told
from ranking.handover.exporting import export
from ranking.pool import TalentPool
from ranking.role import parse_role
from ranking.shortlist.change import CAUSES
from ranking.shortlist.changes import NothingKept, changes_since, compare, keep, kept
from ranking.upkeep.erasure import forget
from scrapers.candidates.decisions import same
from scrapers.candidates.joining import join_accounts
from scrapers.records import Account, AccountKey, Evidence, EvidenceKind, Page, Request
from scrapers.rights.suppression import SuppressionList
from scrapers.settings.home import Home
from scrapers.store import PastShortlist, Placing, Store
from tests.exports.test_exports import shortlist
from tests.flows.test_cli import headwater
from tests.support.constants import NOON
from tests.support.hash_embedder import HashingEmbedder

DAY = NOON.date()
TERMS = ("must: retries - words", "must: retries - meaning", "recency", "signal: depth")

terms = st.dictionaries(st.sampled_from(TERMS), st.integers(-9_000_000, 9_000_000))
evidence = st.frozensets(st.sampled_from("efgh"), max_size=3)


def listed(*places: Placing, on: int = 0, role: str = "r", model: str = "m", pool: int = 60) -> PastShortlist:
    day = DAY + timedelta(days=on)
    return PastShortlist(
        "AI engineer", role, model, "w", day, NOON + timedelta(days=on), pool, {"r1 words_best": (0.0, 1.0)}, places
    )


@st.composite
def lists(draw: st.DrawFn) -> PastShortlist:
    """A shortlist of up to five of eight people, some of whom were erased."""
    people = draw(st.lists(st.sampled_from("abcdefgh"), unique=True, max_size=5))
    places = [
        Placing(rank, None, {}, frozenset()) if draw(st.integers(0, 9)) == 0
        else Placing(rank, person, draw(terms), draw(evidence))
        for rank, person in enumerate(people, 1)
    ]  # fmt: skip
    return listed(
        *places, on=draw(st.integers(0, 9)), role=draw(st.sampled_from("rs")), model=draw(st.sampled_from("mn"))
    )


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(lists(), lists(), st.dictionaries(st.sampled_from("abcdefgh"), terms))
def test_deltas_add_up_exactly(before: PastShortlist, after: PastShortlist, stand: dict[str, dict[str, int]]) -> None:
    """The changes of the terms, and those of the causes, are the change of the score to the last millionth."""
    elsewhere = {person: Placing(90, person, said, frozenset()) for person, said in stand.items()}
    was = {place.candidate_id: place for place in before.places}
    now = elsewhere | {place.candidate_id: place for place in after.places if place.candidate_id}
    for change in compare(before, after, elsewhere=elsewhere).rows:
        if change.why:
            assert change.delta == now[change.candidate_id].score - was[change.candidate_id].score
        assert sum(change.by_cause.values()) == change.delta == sum(change.terms.values())
        assert change.cause in CAUSES


@given(st.lists(lists(), max_size=8))
def test_nobody_is_new_twice(history: list[PastShortlist]) -> None:
    """Through any history each person is new once at most; who left and returns is back."""
    new: list[str] = []
    seen: set[str] = set()
    for before, after in pairwise(history):
        seen |= {place.candidate_id for place in before.places if place.candidate_id}
        rows = compare(before, after, earlier=seen).rows
        new += [change.candidate_id for change in rows if change.kind == "new"]
        assert len({change.candidate_id for change in rows if change.candidate_id}) == sum(
            bool(change.candidate_id) for change in rows
        )
    assert len(new) == len(set(new))


@given(lists())
def test_the_same_is_no_change(listing: PastShortlist) -> None:
    """A shortlist against itself has nothing to tell."""
    assert compare(listing, listing).rows == ()


ONE, TWO = (
    Placing(rank, person, {TERMS[0]: 500_000, "recency": 100_000}, frozenset("e"))
    for rank, person in ((1, "a"), (2, "b"))
)


@pytest.mark.parametrize(
    ("cause", "changed", "evidence", "term"),
    [
        ("model", {"model": "n", "role": "s", "on": 1}, "ef", TERMS[0]),
        ("role edit", {"role": "s", "on": 1}, "ef", TERMS[0]),
        ("new evidence", {"on": 1}, "ef", TERMS[0]),
        ("decay", {"on": 1}, "e", "recency"),
        ("pool", {"on": 1}, "e", TERMS[0]),
    ],
)
def test_each_move_has_its_cause(cause: str, changed: dict[str, object], evidence: str, term: str) -> None:
    """The first cause that applies is named, and holds the whole change of the term."""
    risen = Placing(1, "b", TWO.terms | {term: TWO.terms[term] + 7}, frozenset(evidence))
    fallen = replace(ONE, rank=2)
    rows = {c.candidate_id: c for c in compare(listed(ONE, TWO), listed(risen, fallen, **changed)).rows}  # type: ignore[arg-type]
    assert rows["b"].cause == cause
    assert rows["b"].by_cause == {cause: 7}
    assert rows["a"].by_cause == {}


def test_who_left_was_passed_or_taken_out() -> None:
    """Somebody who still has a place further down was passed; somebody with none, or erased, was suppressed."""
    before, after = listed(ONE, TWO, Placing(3, None, {}, frozenset())), listed(Placing(1, "c", {}, frozenset("z")))
    rows = compare(before, after, elsewhere={"b": replace(TWO, rank=7)}, fresh={"z"}).rows
    assert [(c.candidate_id, c.kind, c.was, c.now, c.cause) for c in rows] == [
        ("c", "new", None, 1, "new evidence"),
        ("a", "left", 1, None, "suppression"),
        ("b", "left", 2, 7, "pool"),
        ("", "left", 3, None, "suppression"),
    ]


def test_a_kept_shortlist_is_read_back(home: Home, store: Store, tmp_path: Path) -> None:
    """Every export keeps its list; the same list in two formats is one; scores are the sums of exact terms."""
    found = replace(shortlist(), weights="w", spread={"r1 words_best": (0.25, 1.5)})
    for form in ("shortlist_csv", "jsonl"):
        export(found, home, form, tmp_path / "list", at=NOON)
    (held,) = store.shortlists("AI engineer")
    assert held == kept(found, NOON)
    assert held.places[0].score == 1_000_000
    keep(replace(found, as_of=DAY + timedelta(days=7)), store, NOON)
    assert [each.as_of for each in store.shortlists("AI engineer")] == [DAY, DAY + timedelta(days=7)]


WORK = {
    "ada": "Retries with a budget: every model call times out and is tried again.",
    "bob": "A fallback that answers from a cache when the model is down.",
    "cyd": "Watercolour brushes for the browser.",
    "dee": "Retries, fallbacks, circuit breakers and budgets around every model call.",
}
ROLE = "# AI engineer\n\n## Must have\n- Retries and fallbacks around model calls\n"


def seen(store: Store, home: Home, day: date, *names: str, text: str = "") -> None:
    """Collect a page of each of these people on that day, and join."""
    at = NOON + (day - DAY)
    for name in names:
        key = AccountKey("forem", f"{name}-example-hw")
        url = f"https://forem.example/{key.handle}/{day}"
        said = Evidence(EvidenceKind.POST, key, "Work", text or WORK[name], url, day)
        account = Account(key.site, key.handle, name=f"{name.title()} Example")
        page = Page("forem", url, b"-", at)
        store.settle("live", Request("forem", url), page=page, records=[account, said])
    join_accounts(store, home.key, at)


def test_a_week_of_changes(home: Home, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """New by new evidence, gone by erasure, and after the next export there is nothing more to tell."""
    monkeypatch.setattr("ranking.corpus.corpus.minilm_for", lambda *_: HashingEmbedder())
    role, later = parse_role(ROLE), DAY + timedelta(days=7)
    with pytest.raises(NothingKept, match="--out"):
        changes_since(TalentPool.open(_filled(home, store)), role, home, store, DAY, None)
    export(TalentPool.open(home).rank(role, top=2, as_of=DAY), home, "shortlist_csv", tmp_path / "one", at=NOON)
    again = changes_since(TalentPool.open(home), role, home, store, DAY, None)
    assert again.rows == ()
    assert again.rescaled[0] == 0
    seen(store, home, later, "dee")
    forget("forem:ada-example-hw", home, store, SuppressionList.open(home, store), at=NOON)
    join_accounts(store, home.key, NOON)
    pool = TalentPool.open(home)
    found = changes_since(pool, role, home, store, later, None)
    kinds = {(c.kind, c.cause) for c in found.rows}
    assert ("new", "new evidence") in kinds
    assert ("left", "suppression") in kinds
    names = {person: candidate.name for person, candidate in pool.candidates.items()}
    assert any("Dee Example" in line for line in told(found, names))
    for row in csv.DictReader(as_csv(found, names).splitlines()):
        shares = [float(value) for name, value in row.items() if name.startswith("by_")]
        assert sum(shares) == pytest.approx(float(row["delta"]), abs=1e-9)
    said = json.dumps(as_object(found, names)).lower()
    assert not any(each in said for each in ("ada example", "ada-", "ada."))
    export(pool.rank(role, top=2, as_of=later), home, "shortlist_csv", tmp_path / "two", at=NOON + timedelta(days=7))
    assert changes_since(pool, role, home, store, later, None).rows == ()
    shown = json.loads(headwater("show", "forem:dee-example-hw", "--json", home=home.folder).stdout)
    assert [listed["as_of"] for listed in shown["shortlists"]] == [str(later)]
    assert sum(shown["shortlists"][0]["terms"].values()) == pytest.approx(shown["shortlists"][0]["score"], abs=1e-9)
    assert [entry["act"] for entry in shown["log"]] == ["export"]
    assert "place" in headwater("show", "forem:dee-example-hw", home=home.folder).stdout
    assert changes_since(pool, role, home, store, later, DAY).before.as_of == DAY


def _filled(home: Home, store: Store) -> Home:
    seen(store, home, DAY, "ada", "bob", "cyd")
    return home


def test_accounts_that_were_joined_are_nobody_new(
    home: Home, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two people on the last list who prove to be one hold the better place of the two, and neither left."""
    monkeypatch.setattr("ranking.corpus.corpus.minilm_for", lambda *_: HashingEmbedder())
    role = parse_role(ROLE)
    export(TalentPool.open(_filled(home, store)).rank(role, top=3, as_of=DAY), home, "jsonl", tmp_path / "l", at=NOON)
    same(["forem:ada-example-hw", "forem:bob-example-hw"], store, home.key, NOON)
    found = changes_since(TalentPool.open(home), role, home, store, DAY, None)
    assert len(found.before.places) == len(found.after.places) == 2
    assert {change.kind for change in found.rows} <= {"moved"}
