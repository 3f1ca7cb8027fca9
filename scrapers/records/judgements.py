"""Judgements about two accounts, and the proof of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Verdict = Literal["same", "different", "unsure"]


Judge = Literal["rule", "model", "human", "person"]


LOCK = "lock"  # the rule of what a human's lock says


NUMBERS = "account numbers"  # the field of a proof that a human joined two numbers of one site knowingly


@dataclass(frozen=True, slots=True)
class Proof:
    """A fact that a judgement rests on: what each side says, and where and when that was read."""

    field: str
    left: str
    right: str
    url: str = ""
    fetched_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """An entry of the append-only log: whether two records are one person, why, and according to whom.

    `left` sorts before `right`; a human's entry about one record alone (left equals right, verdict "same") locks the
    cluster that holds it, and the lock's entries about two keep them together. `score` is in 0..1. An entry is never
    changed but for `revoked_at`.
    """

    left: str
    right: str
    verdict: Verdict
    score: float
    rule: str
    rule_version: int
    evidence: tuple[Proof, ...]
    by: Judge
    at: datetime
    revoked_at: datetime | None
    sentence: str

    @property
    def pair(self) -> tuple[str, str]:
        return self.left, self.right

    @property
    def by_people(self) -> bool:
        """True where a human, or the person concerned, has spoken: no rule and no model overrules that."""
        return self.by in ("human", "person")


@dataclass(frozen=True, slots=True)
class PairProposal:
    """A pair of records (by id, the smaller first) that is held for one person (`join`) or wants to be looked at."""

    left: str
    right: str
    rule: str
    score: float
    detail: str = ""
    join: bool = True


@dataclass(frozen=True, slots=True)
class Past:
    """Results of the last full comparison, so that no two records that are unchanged need it again.

    `digests` tell, by record id, what the record and the others of its sure person said; `proposals` are what was
    made of pairs, before any guard.
    """

    digests: Mapping[str, str]
    proposals: tuple[PairProposal, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class Resolution:
    """Results of a run: new judgements, the person of each record, and pairs worth a human's minute.

    `past` is the last time that everybody was compared: this run, or the one that it was given.
    """

    judgements: tuple[Judgement, ...]
    clusters: Mapping[str, str]
    suggestions: tuple[Judgement, ...]
    past: Past
