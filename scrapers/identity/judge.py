"""Judging: proposals tried best first, each join checked against both whole groups, each with its sentence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from scrapers.identity.cluster import Groups, gather, names_of
from scrapers.identity.records import IdentityRecord, Judge, Judgement, Resolution
from scrapers.identity.rules import Proposal, sure
from scrapers.identity.sentences import proofs, sentence

RULES_VERSION = 1


def judge(
    records: Iterable[IdentityRecord], standing: Iterable[Judgement] = (), *, at: datetime, model: object = None
) -> list[Judgement]:
    """The new judgements that these records give beside the standing ones: joins, and claims shown as unverified.

    Symmetric, free of the order of input, and idempotent: judged again with its own result it has nothing to add.
    """
    new, _ = _judge(records, standing, at, model)
    return new


def resolve(
    records: Iterable[IdentityRecord], standing: Iterable[Judgement] = (), *, at: datetime, model: object = None
) -> Resolution:
    """Judge, then say whom each record belongs to. `clusters` equals `cluster(ids, standing and new judgements)`."""
    new, groups = _judge(records, standing, at, model)
    return Resolution(
        tuple(j for j in new if j.rule != "suggestion"),
        names_of(groups),
        tuple(j for j in new if j.rule == "suggestion"),
    )


def _judge(
    records: Iterable[IdentityRecord], standing: Iterable[Judgement], at: datetime, model: object
) -> tuple[list[Judgement], Groups]:
    del model  # comes with the corroborated and model tiers
    rows = sorted(records, key=lambda record: record.record_id)
    known = {record.record_id: record for record in rows}
    if len(known) != len(rows):
        raise ValueError("two records have the same id")
    before = [judgement for judgement in standing if judgement.revoked_at is None]
    groups = Groups(known, known)
    gather(groups, before)
    said = {(judgement.pair, judgement.rule) for judgement in before}
    new = []
    for proposal in ordered(sure(rows), rows):
        left, right = sorted((rows[proposal.left], rows[proposal.right]), key=lambda record: record.record_id)
        pair = left.record_id, right.record_id
        if groups.together(*pair):
            continue
        if proposal.join:
            if groups.refuses(*pair, at) or groups.contradiction(*pair):
                continue
            groups.join(*pair)
        elif (pair, proposal.rule) in said:
            continue
        new.append(judgement_of(proposal, left, right, at, "rule"))
    return new, groups


def ordered(proposals: Iterable[Proposal], rows: Sequence[IdentityRecord]) -> list[Proposal]:
    """Joins before doubts, best first, ties by record id."""

    def place(proposal: Proposal) -> tuple[bool, float, str, str, str]:
        pair = sorted((rows[proposal.left].record_id, rows[proposal.right].record_id))
        return not proposal.join, -proposal.score, pair[0], pair[1], proposal.rule

    return sorted(proposals, key=place)


def judgement_of(proposal: Proposal, left: IdentityRecord, right: IdentityRecord, at: datetime, by: Judge) -> Judgement:
    """The log entry for a proposal, with what it rests on."""
    return Judgement(
        left=left.record_id,
        right=right.record_id,
        verdict="same" if proposal.join else "unsure",
        score=proposal.score,
        rule=proposal.rule,
        rule_version=RULES_VERSION,
        evidence=proofs(left, right),
        by=by,
        at=at,
        revoked_at=None,
        sentence=sentence(proposal, left, right),
    )
