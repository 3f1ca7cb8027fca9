"""What a search gives back: matches with the terms of their score and the evidence behind each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ranking.role import Role
from scrapers.records import Candidate


@dataclass(frozen=True, slots=True)
class Quote:
    """Words that stand verbatim in a piece of evidence, with its link and date."""

    text: str
    url: str
    date: date | None
    evidence_id: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Term:
    """One summand of a score, in points. The points of all terms add up to the score."""

    name: str
    points: float
    detail: str
    quotes: tuple[Quote, ...] = ()


@dataclass(frozen=True, slots=True)
class Match:
    """A candidate's place on a shortlist, and why."""

    rank: int
    candidate: Candidate
    score: float
    terms: tuple[Term, ...]
    must_met: tuple[str, ...] = ()
    must_unknown: tuple[str, ...] = ()
    never_hit: tuple[str, ...] = ()
    reasons: tuple[Quote, ...] = ()
    stronger_than: int = 0
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Shortlist:
    """The best matches for a role on a day, out of `considered` people."""

    role: Role
    matches: tuple[Match, ...]
    as_of: date
    considered: int
    model: str
