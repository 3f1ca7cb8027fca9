"""Judging: proposals tried best first, each join checked against both whole groups, each with its sentence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from scrapers.identity.block import Ints, candidate_pairs
from scrapers.identity.compare import compare
from scrapers.identity.corroborate import SAME_HANDLE, SCORES, SURE, corroborated, numbers_differ
from scrapers.identity.groups import Groups, gather, names_of
from scrapers.identity.model import SUGGEST, THRESHOLD, VERSION, Choice, chosen
from scrapers.identity.records import IdentityRecord, Judgement, Resolution
from scrapers.identity.rules import Proposal, sure
from scrapers.identity.sentences import proofs, sentence
from scrapers.identity.table import Floats, Statistics, Table, admissible

RULES_VERSION = 1
MOST_SUGGESTIONS = 3  # for one person: a queue that a human can finish
ENOUGH_NAMES = 1_000  # named records below which nobody knows how rare a name is: an equal name is then only suggested
MODEL_CEILING = 0.99  # the model's best edge is tried after every rule


def judge(
    records: Iterable[IdentityRecord],
    standing: Iterable[Judgement] = (),
    *,
    at: datetime,
    model: Choice = "default",
    statistics: Statistics | None = None,
    about: str | None = None,
) -> list[Judgement]:
    """The new judgements that these records give beside the standing ones: joins, and claims shown as unverified.

    Symmetric, free of the order of input, and idempotent: judged again with its own result it has nothing to add.
    `statistics` are those of a larger corpus of which the records are a part; `about` limits to pairs of one record.
    """
    new, _ = _judge(records, standing, at, model, statistics, about)
    return [judgement for judgement in new if judgement.rule != "suggestion"]


def resolve(
    records: Iterable[IdentityRecord], standing: Iterable[Judgement] = (), *, at: datetime, model: Choice = "default"
) -> Resolution:
    """Judge, then say whom each record belongs to. `clusters` equals `cluster(ids, standing and new judgements)`."""
    new, groups = _judge(records, standing, at, model, None, None)
    edges = tuple(judgement for judgement in new if judgement.rule != "suggestion")
    return Resolution(edges, names_of(groups), tuple(j for j in new if j.rule == "suggestion"))


@dataclass(frozen=True, slots=True)
class Compared:
    """Admissible pairs between sure persons, with their features."""

    table: Table
    left: Ints
    right: Ints
    found: dict[str, Floats]


def compared(
    rows: Sequence[IdentityRecord], sure_people: Sequence[int], statistics: Statistics | None = None
) -> Compared:
    """Every pair worth a look. Rows in order of record id."""
    table = Table(rows, statistics or Statistics.of(rows), sure_people)
    left, right, blocks = candidate_pairs(rows)
    wanted = admissible(table, left, right)
    left, right = left[wanted], right[wanted]
    return Compared(
        table, left, right, compare(table, left, right, {kind: size[wanted] for kind, size in blocks.items()})
    )


def sure_people(rows: Sequence[IdentityRecord], proposals: Iterable[Proposal]) -> list[int]:
    """For each row the place of its sure person's root: what verified, declared and key tiers alone would join."""
    groups = Groups((row.record_id for row in rows), {row.record_id: row for row in rows})
    for proposal in ordered(proposals, rows):
        pair = rows[proposal.left].record_id, rows[proposal.right].record_id
        if proposal.join and not groups.refuses(*pair) and not groups.contradiction(*pair):
            groups.join(*pair)
    places = {row.record_id: place for place, row in enumerate(rows)}
    return [min(places[member] for member in groups.members(row.record_id)) for row in rows]


def _judge(
    records: Iterable[IdentityRecord],
    standing: Iterable[Judgement],
    at: datetime,
    choice: Choice,
    statistics: Statistics | None,
    about: str | None,
) -> tuple[list[Judgement], Groups]:
    rows = sorted(records, key=lambda record: record.record_id)
    known = {record.record_id: record for record in rows}
    if len(known) != len(rows):
        raise ValueError("two records have the same id")
    before = [judgement for judgement in standing if judgement.revoked_at is None]
    groups = Groups(known, known)
    gather(groups, before)
    said = {(judgement.pair, judgement.rule) for judgement in before}
    certain = list(sure(rows))
    pairs = compared(rows, sure_people(rows, certain), statistics)
    new, shown = [], Counter[str]()
    for proposal in ordered([*certain, *_likely(pairs, choice)], rows):
        left, right = rows[proposal.left], rows[proposal.right]
        if left.record_id > right.record_id:
            left, right = right, left
        pair = left.record_id, right.record_id
        if (about and about not in pair) or groups.together(*pair):
            continue
        if proposal.join or proposal.rule == "suggestion":
            if groups.refuses(*pair) or groups.contradiction(*pair):
                continue
            if proposal.join:
                groups.join(*pair)
        if proposal.rule == "suggestion":
            people = groups.root(left.record_id), groups.root(right.record_id)
            if max(shown[person] for person in people) >= MOST_SUGGESTIONS:
                continue
            shown.update(people)
        if not proposal.join and (pair, proposal.rule) in said:
            continue
        new.append(_judgement(proposal, left, right, at))
    return new, groups


def _likely(pairs: Compared, choice: Choice) -> Iterator[Proposal]:
    """Proposals of the corroborated tier and of the model, and what is worth a human's look."""
    counted = pairs.table.statistics.names.named >= ENOUGH_NAMES
    model = chosen(choice) if counted else None
    rules = corroborated(pairs.found)
    trusted = (*SURE, SAME_HANDLE) if not counted else SURE if model else tuple(rules)
    joined = np.zeros(len(pairs.left), dtype=np.bool_)
    for rule, holds in rules.items():
        if rule in trusted:
            for at in np.flatnonzero(holds).tolist():
                yield Proposal(int(pairs.left[at]), int(pairs.right[at]), rule, SCORES[rule], _rarity(pairs, at))
            joined |= holds
    if model is None:
        worth = np.where(
            (pairs.found["name equal"] > 0) & (pairs.found["names full"] == 2), np.float32(0.5), np.float32(0)
        )
    else:
        worth = model.predict(pairs.found)
    doubted = numbers_differ(pairs.found)
    for at in np.flatnonzero((worth >= SUGGEST) & ~joined).tolist():
        score, detail = float(worth[at]), _agreements(pairs, at)
        join = score >= THRESHOLD and not doubted[at]
        rule = "model" if join else "suggestion"
        yield Proposal(int(pairs.left[at]), int(pairs.right[at]), rule, score * MODEL_CEILING, detail, join=join)


def _rarity(pairs: Compared, at: int) -> str:
    """What is expected of the name by chance, in words; empty where no full name is known."""
    value = float(pairs.found["rarity of either"][at])
    if np.isnan(value):
        return ""
    people = pairs.table.statistics.names.people
    return f"expected number of other people with this name among {people:,.0f}: {10**value:.2g}"


def _agreements(pairs: Compared, at: int) -> str:
    """What two records have in common, strongest first, as a list in words."""
    found = {name: float(values[at]) for name, values in pairs.found.items()}
    said = [
        ("the same full name" if found["names full"] == 2 else "the same name", found["name equal"] > 0),
        ("similar names", found["name equal"] == 0 and found["name spelling"] >= 0.8),
        ("the same handle", found["handle equal"] > 0),
        ("similar handles", found["handle equal"] == 0 and found["handle spelling"] >= 0.8),
        ("a handle declared by the other", found["declared handle equal"] > 0),
        (
            "a handle like one declared by the other",
            found["declared handle near"] >= 0.8 and not found["declared handle equal"],
        ),
        ("a handle that spells the other's name", found["handle spells name"] >= 2),
        ("a handle like the other's name", found["handle spells name"] < 2 and found["handle near name"] >= 70),
        ("the same local part of an address", found["local equal"] > 0),
        ("a local part that is the other's handle", found["local is handle"] > 0),
        ("a local part that spells the other's name", found["local spells name"] >= 2),
        ("work on the same project", found["project"] < 9),
        ("accounts of theirs that agree", found["pairs between"] > 1),
    ]
    words = ", ".join(text for text, holds in said if holds) or "many small agreements"
    chance = _rarity(pairs, at)
    return f"{words}; {chance}" if chance else words


def ordered(proposals: Iterable[Proposal], rows: Sequence[IdentityRecord]) -> list[Proposal]:
    """Joins before doubts, best first, ties by record id."""

    def place(proposal: Proposal) -> tuple[bool, float, str, str, str]:
        a, b = rows[proposal.left].record_id, rows[proposal.right].record_id
        return not proposal.join, -proposal.score, min(a, b), max(a, b), proposal.rule

    return sorted(proposals, key=place)


def _judgement(proposal: Proposal, left: IdentityRecord, right: IdentityRecord, at: datetime) -> Judgement:
    by_model = proposal.rule in ("model", "suggestion")
    return Judgement(
        left=left.record_id,
        right=right.record_id,
        verdict="same" if proposal.join else "unsure",
        score=proposal.score,
        rule=proposal.rule,
        rule_version=VERSION if by_model else RULES_VERSION,
        evidence=proofs(left, right),
        by="model" if by_model else "rule",
        at=at,
        revoked_at=None,
        sentence=sentence(proposal, left, right),
    )
