"""Human decisions on records as entries for the log: joined, parted, locked, and each of these taken back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from scrapers.identity.groups import judgements_in_force
from scrapers.records.judgements import LOCK, NUMBERS, Judge, Judgement, Proof, Verdict

LOCKED = "A human locked this person."


def merge(
    left: str,
    right: str,
    *,
    at: datetime,
    by: Judge = "human",
    why: str = "",
    numbers: Iterable[tuple[str, str]] = (),
) -> Judgement:
    """A human's (or the person's own) word that two records are one person, who has both of each pair of `numbers`."""
    word = _word(left, right, "same", at, by, why or "A human judged them to be one person.")
    return replace(word, evidence=tuple(Proof(NUMBERS, *pair) for pair in numbers))


def unmerge(
    ours: Iterable[str], theirs: Iterable[str], standing: Iterable[Judgement], *, at: datetime, by: Judge = "human"
) -> list[Judgement]:
    """Return the log entries that part two sides of a cluster and keep them apart.

    The judgements that joined the sides come back revoked, and a "different" stands between each pair of the sides.
    """
    left, right = sorted(set(ours)), sorted(set(theirs))
    crossing = [
        replace(judgement, revoked_at=at)
        for judgement in judgements_in_force(standing)
        if judgement.verdict == "same"
        and (
            (judgement.left in left and judgement.right in right)
            or (judgement.left in right and judgement.right in left)
        )
    ]
    apart = [_word(a, b, "different", at, by, "A human judged them to be two people.") for a in left for b in right]
    return [*crossing, *apart]


def lock(records: Iterable[str], joins: Iterable[Judgement], *, at: datetime, by: Judge = "human") -> list[Judgement]:
    """A human's words that a person is complete: no rule and no model adds to it, or breaks it apart.

    `joins` are what a rule or the model holds the records together by; they go on to hold, whatever pages say later.
    """
    held = [
        replace(join, rule=LOCK, rule_version=1, by=by, at=at, sentence=f"{join.sentence} {LOCKED}") for join in joins
    ]
    return [*held, *(_word(record, record, "same", at, by, LOCKED, LOCK) for record in sorted(set(records)))]


def unlock(
    records: Iterable[str], standing: Iterable[Judgement], *, at: datetime, by: Judge = "human"
) -> list[Judgement]:
    """Return the log entries that end every lock of these records: rules and the model judge them again."""
    ours = set(records)
    return [
        _word(*word.pair, "unsure", at, by, "A human took a lock off.", LOCK)
        for word in judgements_in_force(standing)
        if word.rule == LOCK and word.verdict == "same" and not ours.isdisjoint(word.pair)
    ]


def retract(left: str, right: str, *, at: datetime, by: Judge = "human") -> Judgement:
    """A human's word that an earlier word about two records no longer holds: rules may judge them again."""
    return _word(left, right, "unsure", at, by, "A human took back an earlier judgement.")


def _word(left: str, right: str, verdict: Verdict, at: datetime, by: Judge, sentence: str, rule: str = "") -> Judgement:
    left, right = sorted((left, right))
    return Judgement(left, right, verdict, 1.0, rule or by, 1, (), by, at, None, sentence)
