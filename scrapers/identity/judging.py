"""Judging: proposals tried best first, each join checked against both whole groups, each with its sentence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from scrapers.identity.accounts import IdentityRecord
from scrapers.identity.groups import Groups, gather, names_of
from scrapers.identity.match.model import VERSION, Choice
from scrapers.identity.match.past import MOST_CHANGED, look_again
from scrapers.identity.match.rules import RULES_VERSION, ordered, sure, sure_people
from scrapers.identity.match.table import Statistics
from scrapers.identity.sentences import proofs, sentence
from scrapers.records.judgements import Judgement, PairProposal, Past, Resolution

MOST_SUGGESTIONS = 3  # for one person: a queue that a human can finish


def resolve(
    records: Iterable[IdentityRecord],
    standing: Iterable[Judgement] = (),
    *,
    at: datetime,
    model: Choice = "default",
    past: Past | None = None,
    most_changed: float = MOST_CHANGED,
    statistics: Statistics | None = None,
) -> Resolution:
    """Judge all records, then say whom each belongs to. `clusters` equals `cluster(ids, standing and new judgements)`.

    Symmetric, free of the order of input, and idempotent: judged again with its own result it has nothing to add.
    Given a `past`, only pairs of which one changed since are compared, see `look_again`. `statistics` are those of the
    records unless given.
    """
    rows, known = _in_order(records)
    certain = list(sure(rows))
    people, statistics = sure_people(rows, certain), statistics or Statistics.of(rows)
    found, past = look_again(rows, people, statistics, model, past, most_changed, at)
    new, groups = _judge(known, standing, [*certain, *found], at)
    edges = tuple(judgement for judgement in new if judgement.rule != "suggestion")
    return Resolution(edges, names_of(groups), tuple(j for j in new if j.rule == "suggestion"), past)


def _in_order(records: Iterable[IdentityRecord]) -> tuple[list[IdentityRecord], dict[str, IdentityRecord]]:
    rows = sorted(records, key=lambda record: record.record_id)
    known = {record.record_id: record for record in rows}
    if len(known) != len(rows):
        raise ValueError("two records have the same id")
    return rows, known


def _judge(
    known: dict[str, IdentityRecord], standing: Iterable[Judgement], proposals: Iterable[PairProposal], at: datetime
) -> tuple[list[Judgement], Groups]:
    """Return the judgements that the guards leave of the proposals, beside those in force, and the groups they make."""
    before = [judgement for judgement in standing if judgement.revoked_at is None]
    groups = Groups(known, known)
    gather(groups, before)
    said = {(judgement.pair, judgement.rule) for judgement in before}
    new, shown = [], Counter[str]()
    for proposal in ordered(proposals):
        pair = proposal.left, proposal.right
        if groups.together(*pair):
            continue
        if proposal.join or proposal.rule == "suggestion":
            if groups.refuses(*pair) or groups.contradiction(*pair):
                continue
            if proposal.join:
                groups.join(*pair)
        if proposal.rule == "suggestion":
            people = groups.root(proposal.left), groups.root(proposal.right)
            if max(shown[person] for person in people) >= MOST_SUGGESTIONS:
                continue
            shown.update(people)
        if not proposal.join and (pair, proposal.rule) in said:
            continue
        new.append(_judgement(proposal, known[proposal.left], known[proposal.right], at))
    return new, groups


def _judgement(proposal: PairProposal, left: IdentityRecord, right: IdentityRecord, at: datetime) -> Judgement:
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
