"""A refresh compares only what changed: the same candidates as a full one, whatever came in between."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapers.candidates import joining
from scrapers.candidates.joining import join_accounts
from scrapers.identity import IdentityRecord, Past, record_of, resolve
from scrapers.identity.match.likely import compared, likely
from scrapers.identity.match.model import default_model
from scrapers.identity.match.rules import sure, sure_people
from scrapers.identity.match.table import Statistics
from scrapers.records import Account, Request
from scrapers.settings.home import Home
from scrapers.store import Store
from tests.candidates.test_joining import keep
from tests.identity.test_properties import AT, LATER, any_record, corpora
from tests.support.constants import NOON

EXAMPLES = 1_000 if os.environ.get("HEADWATER_THOROUGH") == "1" else 15
CROWD = [  # enough names that a rare one is known to be rare
    record_of(
        Account("github", f"c{n}", name=f"Given{chr(97 + n % 26)} Family{n}"), collected_at=AT, page_url="", key=b""
    )
    for n in range(1_000)
]

Corpus = dict[str, IdentityRecord]


@st.composite
def histories(draw: st.DrawFn) -> list[Corpus]:
    """A corpus day by day: each day some accounts come, change or go."""
    days: list[Corpus] = [{record.record_id: record for record in draw(corpora())}]
    for _ in range(draw(st.integers(1, 4))):
        today = dict(days[-1])
        for number in draw(st.lists(st.integers(0, 11), min_size=1, max_size=3, unique=True)):
            name = f"r{number:02}"
            if name in today and draw(st.booleans()):
                del today[name]
            else:
                today[name] = draw(any_record(number))
        days.append(today)
    return days


@settings(max_examples=EXAMPLES, deadline=None)
@given(histories(), st.booleans(), st.sampled_from((0.25, 1.0)), st.data())
def test_a_history_of_refreshes_gives_what_a_full_comparison_gives(
    days: list[Corpus], counted: bool, most_changed: float, data: st.DataObject
) -> None:
    """Under the same statistics: candidates, judgements and suggestions are equal, on any day, by any way there."""
    statistics = Statistics.of([*(CROWD if counted else ()), *(record for day in days for record in day.values())])
    past: Past | None = None
    for day in days:
        came = data.draw(st.permutations(list(day.values())))
        after = resolve(came, at=AT, model=None, past=past, most_changed=most_changed, statistics=statistics)
        full = resolve(day.values(), at=AT, model=None, statistics=statistics)
        assert (after.judgements, after.suggestions, after.clusters) == (
            full.judgements,
            full.suggestions,
            full.clusters,
        )
        past = after.past


@settings(max_examples=EXAMPLES, deadline=None)
@given(corpora(), st.data())
def test_a_pair_is_seen_the_same_alone_and_among_all(records: list[IdentityRecord], data: st.DataObject) -> None:
    """What rules and model say of the pairs of some people does not depend on whether other pairs are looked at."""
    rows = sorted(records, key=lambda record: record.record_id)
    statistics, people = Statistics.of([*CROWD, *rows]), sure_people(rows, list(sure(rows)))
    chosen = data.draw(st.sets(st.sampled_from(people), min_size=1))
    touched = {place for place, person in enumerate(people) if person in chosen}
    names = {rows[place].record_id for place in touched}
    alone = likely(compared(rows, people, statistics, touched), default_model(), counted=True)
    every = likely(compared(rows, people, statistics), default_model(), counted=True)
    assert list(alone) == [proposal for proposal in every if {proposal.left, proposal.right} & names]


@settings(max_examples=EXAMPLES, deadline=None)
@given(histories(), st.data())
def test_what_came_in_between_does_not_matter(days: list[Corpus], data: st.DataObject) -> None:
    """Also with today's own statistics: only the last full comparison and the accounts of today count."""
    past = resolve(days[0].values(), at=AT).past
    direct = resolve(days[-1].values(), at=LATER, past=past, most_changed=1.0)
    for day in data.draw(st.permutations(days[1:-1])):
        assert resolve(day.values(), at=AT, past=past, most_changed=1.0).past is past
    assert resolve(data.draw(st.permutations(list(days[-1].values()))), at=LATER, past=past, most_changed=1.0) == direct


def test_a_pair_that_was_in_the_shadow_of_another_comes_forward() -> None:
    """Of three accounts of one name and handle two joins suffice; when the middle one goes, the third is not lost."""
    one, two, three = (
        record_of(Account(site, "zoe-x9", name="Zoe Example"), collected_at=AT, page_url="", key=b"k")
        for site in ("devpost", "forem", "github")
    )
    statistics = Statistics.of([*CROWD, one, two, three])
    before = resolve([one, two, three], at=AT, model=None, statistics=statistics)
    assert len(set(before.clusters.values())) == 1
    assert len(before.judgements) == 2
    after = resolve([one, three], at=LATER, model=None, statistics=statistics, past=before.past, most_changed=1.0)
    assert len(set(after.clusters.values())) == 1


def test_another_version_or_a_new_crowd_compares_everybody_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """A past of other rules, or of which much has changed, is not gone on with; a later reading is no change."""
    crowd = CROWD[:20]
    past = resolve(crowd, at=AT).past
    assert resolve([replace(one, collected_at=LATER, url="x") for one in crowd], at=LATER, past=past).past is past
    assert resolve([*crowd, *CROWD[20:25]], at=LATER, past=past).past is past
    assert resolve(CROWD[:30], at=LATER, past=past).past.at == LATER
    monkeypatch.setattr("scrapers.identity.match.past.RULES_VERSION", 99)
    assert resolve(crowd, at=LATER, past=past).past.at == LATER


# ---- the same through the store


@pytest.fixture
def large(home: Home, store: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    """A store that counts as large, with two accounts of Zoe's, joined, among others."""
    monkeypatch.setattr(joining, "FEW", 10)
    keep(store, *(Account("github", f"crowd{n}", name=f"Given{n} Family{n}", id=str(n)) for n in range(20)))
    keep(store, *(Account(site, "zoe-x9", name="Zoe Example") for site in ("devpost", "forem")))
    join_accounts(store, home.key, NOON)
    return store


ARRIVALS = (
    Account("huggingface", "zoe-x9", name="Zoe Example"),
    Account("web", "zoe.example", "https://zoe.example/", links=("https://dev.to/zoe-x9",)),
    Account("github", "crowd3", name="Given3 Family3", id="3", links=("https://zoe.example/",)),
)


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_accounts_may_come_one_by_one_in_any_order(
    home: Home, large: Store, order: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A refresh after each, none of which compares everybody, leaves the members and reasons of a full one."""
    for number in order:
        keep(large, ARRIVALS[number], days=1)
        join_accounts(large, home.key, NOON + timedelta(days=1))
    assert (past := large.past()) is not None
    assert past.at == NOON
    members, said = large.members(), [j for j in large.judgements() if j.revoked_at is None]
    monkeypatch.setattr(joining, "FEW", 1_000)
    join_accounts(large, home.key, NOON + timedelta(days=1))
    assert large.past() is None
    assert (large.members(), [j for j in large.judgements() if j.revoked_at is None]) == (members, said)
    assert len({members[f"{site}:zoe-x9"] for site in ("devpost", "forem", "huggingface")}) == 1


def test_everybody_is_compared_again_after_a_week_or_when_the_clock_went_back(home: Home, large: Store) -> None:
    """The time of the last full comparison moves then, and not before."""
    for at, expected in ((6, 0), (7, 7), (1, 1)):
        join_accounts(large, home.key, NOON + timedelta(days=at))
        assert (past := large.past()) is not None
        assert past.at == NOON + timedelta(days=expected)


def test_nothing_is_remembered_of_an_account_that_is_gone(home: Home, large: Store) -> None:
    """Neither what it was nor what it was compared with outlives the next refresh, or its erasure."""
    assert large.past() is not None
    assert any("forem:zoe-x9" in (proposal.left, proposal.right) for proposal in large.past().proposals)  # type: ignore[union-attr]
    large.erase(["forem:zoe-x9"], candidates=(), rewritten={}, pages=(), vectors=(), listed=lambda _: False)
    assert "forem:zoe-x9" not in repr(large.past())
    large.forget_page("c", Request("forem", "https://pages.example/github:crowd7"))
    join_accounts(large, home.key, NOON + timedelta(days=1))
    assert "crowd7" not in repr(large.past())
    assert "crowd8" in repr(large.past())
