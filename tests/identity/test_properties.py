"""Identity as an algebra: free of order, idempotent, replayable, and never against a human's word."""

from __future__ import annotations

import os
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from scrapers.identity import (
    SIZE_CAP,
    IdentityRecord,
    Judgement,
    cluster,
    lock,
    merge,
    record_of,
    resolve,
    unlock,
    unmerge,
)
from scrapers.records import Account

AT = datetime(2026, 11, 3, tzinfo=UTC)
LATER = AT + timedelta(days=1)
EXAMPLES = 1_000 if os.environ.get("HEADWATER_THOROUGH") == "1" else 40

SITES = ("github", "devpost", "web", "forem", "hackernews")
NAMES = ("Ada Roe", "A. Roe", "Roe Ada", "Bo Poe", "Zoe Example", "ada", None)
HANDLES = ("ada", "adaroe", "ada-roe7", "bopoe", "zoe.example")
LINKS = ("https://github.com/ada", "https://github.com/bopoe", "https://devpost.com/adaroe", "https://zoe.example/")
ADDRESSES = ("ada@roe.example", "bo@poe.example", "7+ada@users.noreply.github.com")


@st.composite
def any_record(draw: st.DrawFn, number: int) -> IdentityRecord:
    account = Account(
        draw(st.sampled_from(SITES)),
        draw(st.sampled_from(HANDLES)),
        name=draw(st.sampled_from(NAMES)),
        id=draw(st.sampled_from((None, "7", "8"))),
        links=tuple(draw(st.lists(st.sampled_from(LINKS), max_size=2))),
    )
    emails = draw(st.lists(st.sampled_from(ADDRESSES), max_size=1))
    return record_of(account, collected_at=AT, page_url="", key=b"k", emails=emails, record_id=f"r{number:02}")


@st.composite
def corpora(draw: st.DrawFn) -> list[IdentityRecord]:
    return [draw(any_record(number)) for number in range(draw(st.integers(2, 9)))]


def parts(clusters: dict[str, str]) -> set[frozenset[str]]:
    return {frozenset(r for r, c in clusters.items() if c == person) for person in set(clusters.values())}


@settings(max_examples=EXAMPLES, deadline=None)
@given(corpora(), st.randoms(use_true_random=False))
def test_the_order_of_records_and_of_the_log_does_not_matter(
    records: list[IdentityRecord], chance: random.Random
) -> None:
    """Shuffled records give the same judgements, and a shuffled log the same clusters."""
    found = resolve(records, at=AT)
    shuffled = records[:]
    chance.shuffle(shuffled)
    assert resolve(shuffled, at=AT) == found
    log = list(found.judgements)
    chance.shuffle(log)
    assert cluster([r.record_id for r in shuffled], log) == found.clusters


@settings(max_examples=EXAMPLES, deadline=None)
@given(corpora())
def test_judging_again_adds_nothing(records: list[IdentityRecord]) -> None:
    """A second run over its own result finds no new judgement and the same clusters."""
    found = resolve(records, at=AT)
    again = resolve(records, [*found.judgements, *found.suggestions], at=LATER)
    assert (again.judgements, again.suggestions, again.clusters) == ((), (), found.clusters)


@settings(max_examples=EXAMPLES, deadline=None)
@given(corpora(), st.data())
def test_a_human_different_holds_through_every_run(records: list[IdentityRecord], data: st.DataObject) -> None:
    """Two records that a human parted are in different clusters, whatever else is found."""
    ids = [record.record_id for record in records]
    left, right = data.draw(st.lists(st.sampled_from(ids), min_size=2, max_size=2, unique=True))
    found = resolve(records, at=AT)
    log = [
        *(j for j in found.judgements if j.pair != tuple(sorted((left, right)))),
        *unmerge([left], [right], found.judgements, at=AT),
    ]
    after = resolve(records, log, at=LATER)
    assert after.clusters[left] != after.clusters[right]
    assert cluster(ids, [*log, *after.judgements]) == after.clusters


@settings(max_examples=EXAMPLES, deadline=None)
@given(corpora(), st.data())
def test_merge_then_unmerge_is_the_state_before(records: list[IdentityRecord], data: st.DataObject) -> None:
    """A human's join of two clusters, taken back, leaves the clusters as they were."""
    ids = [record.record_id for record in records]
    left, right = data.draw(st.lists(st.sampled_from(ids), min_size=2, max_size=2, unique=True))
    log = list(resolve(records, at=AT).judgements)
    before = cluster(ids, log)
    if before[left] == before[right]:
        return
    word = merge(left, right, at=AT)
    assert len(parts(cluster(ids, [*log, word]))) == len(parts(before)) - 1
    assert cluster(ids, [*log, *unmerge([left], [right], [*log, word], at=LATER)]) == before


@settings(max_examples=EXAMPLES, deadline=None)
@given(corpora(), st.data())
def test_a_locked_person_neither_grows_nor_shrinks(records: list[IdentityRecord], data: st.DataObject) -> None:
    """Whatever pages say later, a locked cluster is what it was; with the lock taken off all is as without it."""
    found = resolve(records, at=AT)
    held = data.draw(st.sampled_from(sorted(map(sorted, parts(dict(found.clusters))))))
    words = lock(held, [j for j in found.judgements if j.verdict == "same" and j.left in held], at=AT)
    again = resolve(records, words, at=LATER)
    assert again.clusters == found.clusters
    others = [record for record in records if record.record_id not in held]
    changed = [*others, *(data.draw(any_record(int(record[1:]))) for record in held), data.draw(any_record(99))]
    later = resolve(changed, words, at=LATER)
    assert frozenset(held) in parts(dict(later.clusters))
    assert not {member for j in later.suggestions for member in j.pair} & set(held)
    opened = [*words, *unlock(held, words, at=LATER)]
    assert resolve(changed, opened, at=LATER) == resolve(changed, at=LATER)


@settings(max_examples=EXAMPLES, deadline=None)
@given(corpora())
def test_no_cluster_contradicts_itself(records: list[IdentityRecord]) -> None:
    """No person has two numbers at one site, or more accounts than the cap; each join has its sentence and proof."""
    found = resolve(records, at=AT)
    known = {record.record_id: record for record in records}
    for members in parts(dict(found.clusters)):
        numbers = {number for member in members for number in known[member].ids if number.startswith("github#")}
        assert len(numbers) <= 1
        assert len(members) <= SIZE_CAP
    assert all(j.sentence.endswith(".") and j.evidence and j.left < j.right for j in found.judgements)


def test_a_snowball_stops_at_the_cap() -> None:
    """Sixty records of one account never become one person by themselves."""
    one = record_of(Account("github", "ada"), collected_at=AT, page_url="", key=b"k")
    snow = [replace(one, record_id=f"r{number:02}") for number in range(60)]
    chain = [_edge(a.record_id, b.record_id) for a, b in pairwise(snow)]
    assert max(map(len, parts(cluster([r.record_id for r in snow], chain)))) <= SIZE_CAP
    assert not resolve(snow, at=AT).judgements


def _edge(left: str, right: str) -> Judgement:
    return Judgement(left, right, "same", 0.9, "number", 1, (), "rule", AT, None, "Joined for the test.")
