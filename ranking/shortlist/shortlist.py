"""The shortlist as data: matches with the terms of their score and the evidence behind each."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Protocol

from ranking.features import Signal
from ranking.features.availability import Availability
from ranking.role import Role
from ranking.shortlist.funnel import Funnel
from scrapers.records import Candidate
from scrapers.text import counted

if TYPE_CHECKING:
    from ranking.shortlist.change import Changes
    from ranking.shortlist.prior_contact import PriorContact
    from scrapers.rights.ledger import Clearance


@dataclass(frozen=True, slots=True)
class Quote:
    """Words that stand verbatim in a piece of evidence, with its link and date.

    `share` is what the piece brings of all that was found of what the role wants, 0..1, where it was measured.
    """

    text: str
    url: str
    date: date | None
    evidence_id: str
    title: str = ""
    share: float | None = None


@dataclass(frozen=True, slots=True)
class Term:
    """A summand of a score, in points. The points of all terms add up to the score."""

    name: str
    points: float
    detail: str
    quotes: tuple[Quote, ...] = ()


@dataclass(frozen=True, slots=True)
class Match:
    """A candidate's place among all, and why. The score may rise to `upper` once more is seen than few pieces."""

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
    signals: tuple[Signal, ...] = ()
    availability: Availability | None = None
    questions: tuple[str, ...] = ()
    upper: float | None = None
    would_raise: tuple[str, ...] = ()

    def explain(self) -> str:
        """The score as text: every term with its points and quotes, and the sum."""
        lines = [f"{self.rank}. {self.candidate.name} ({self.candidate.id})"]
        for term in self.terms:
            lines.append(f"  {term.points:+9.4f}  {term.name}{f': {term.detail}' if term.detail else ''}")
            for quote in term.quotes:
                lines.append(f'             "{quote.text}" {quote.url} {quote.date or ""}'.rstrip())
        reach = f", which may reach {self.upper:+.2f} once more is seen" if self.upper is not None else ""
        lines.append(f"  {self.score:+9.4f}  score{reach}")
        for quote in (quote for quote in self.reasons if quote.share is not None):
            lines.append(f'  {quote.share:8.0%}  of what was found: "{quote.text}" {quote.url}')
        if SMALL_FOOTPRINT in self.flags and self.upper is not None:
            lines.append(f"  {small_footprint_sentence(len(self.candidate.evidence), self.upper)}")
        lines += [f"  would raise it: {small_footprint_sentence}" for small_footprint_sentence in self.would_raise]
        return "\n".join([*lines, *(f"  unknown, to ask: {question}" for question in self.questions)])


@dataclass(frozen=True, slots=True)
class Shortlist:
    """The best matches for a role on a day, out of `considered` people.

    `clearances` say by candidate id which contact may be shown (see `ranking.handover.clearance`): without one,
    none. `warm` says who has met us already. `funnel` tells whom the pool held and left out before. `weights` is their
    hash, `spread` the lowest value and the deviation over the pool of each part of each requirement: what points are
    measured by. `changes` tell what became of the last shortlist of the role, and `left` who was on it.
    """

    role: Role
    matches: tuple[Match, ...]
    as_of: date
    considered: int
    model: str
    clearances: Mapping[str, Clearance] = field(default_factory=dict)
    warm: Mapping[str, PriorContact] = field(default_factory=dict)
    notice: str = ""
    funnel: Funnel | None = None
    weights: str = ""
    spread: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    changes: Changes | None = None
    left: Mapping[str, Candidate] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.matches)

    def __iter__(self) -> Iterator[Match]:
        return iter(self.matches)

    def __getitem__(self, place: int) -> Match:
        return self.matches[place]


SMALL_FOOTPRINT = "small_footprint"


def small_footprint_sentence(pieces: int, upper: float) -> str:
    """Return why somebody of a small footprint stands on a list."""
    seen = counted(pieces, "pieces of evidence")
    return f"on the list with only {seen} seen: with more, the score may reach {upper:+.2f}"


class Pool(Protocol):
    """People who can be ranked, as `TalentPool` gives them."""

    @property
    def candidates(self) -> Mapping[str, Candidate]: ...
    def rank(self, role: Role, top: int = 25, as_of: date | None = None) -> Shortlist: ...
    def matches(self, role: Role, candidate_ids: Collection[str], as_of: date | None = None) -> tuple[Match, ...]: ...
    def __len__(self) -> int: ...
