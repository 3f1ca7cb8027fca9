"""Availability: the last statement of a person, in the first person, on being open to work.

The newest dated statement decides, and its worth halves every so many days: it reorders people who are nearly equal
and lifts nobody who is not (see [availability] in weights.toml).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from ranking.features._contract import Context, Signal
from ranking.features._openness import Label, OpennessStatement, read
from ranking.role import Role
from scrapers.records import Account, Candidate, Evidence, EvidenceKind

HALF_LIFE_DAYS = 60.0
# What a yes without a date is worth: the mark on a profile may be years old.
UNDATED = 0.1
# A statement that has halved so often is not looked for: it is worth less than a hundredth.
HALVINGS = 7
MARKED = "marked as open to work on the profile"
# Where people speak of themselves.
SPOKEN = (EvidenceKind.AVAILABILITY, EvidenceKind.POST)


@dataclass(frozen=True, slots=True)
class Availability:
    """A statement and what it is worth: 1 for a yes of the day itself, 0 for a no. The sentence stands as it was."""

    label: Label
    sentence: str
    date: date | None
    value: float
    url: str = ""
    evidence_id: str = ""
    title: str = ""


def measure(_role: Role, candidate: Candidate, context: Context) -> Signal:
    """The worth of the last statement; None where nothing was said."""
    found = current_statement(candidate, context.as_of)
    if found is None:
        return Signal("availability", None, "nothing said of being open to work")
    rests_on = tuple(piece for piece in candidate.evidence if piece.id == found.evidence_id)
    return Signal("availability", found.value, found.sentence, rests_on)


def current_statement(candidate: Candidate, as_of: date, half_life: float = HALF_LIFE_DAYS) -> Availability | None:
    """Return the person's last statement, as of a day; None where there is none, or it is long ago. A later date counts
    as the day.

    Without a dated statement what their profiles say counts, a little: no day is known for it.
    """
    return newest(candidate.evidence, as_of, half_life) or of_profiles(candidate.accounts)


def newest(evidence: Iterable[Evidence], as_of: date, half_life: float) -> Availability | None:
    """The newest dated statement in the evidence, else an undated one; on one day a no outweighs a yes."""
    told = max(_statements(evidence, as_of, half_life), key=_order, default=None)
    if told is None:
        return None
    said, piece = told
    if said.label == "unavailable":
        value = 0.0
    else:
        value = UNDATED if piece.date is None else 0.5 ** (max((as_of - piece.date).days, 0) / half_life)
    return Availability(said.label, said.quote, piece.date, value, piece.url, piece.id, piece.title)


def of_profiles(accounts: Iterable[Account]) -> Availability | None:
    """Return the statement of biographies and marks on profiles, undated: a no where any says no."""
    said = [(told, account.url or "") for account in accounts if (told := _of_profile(account))]
    if not said:
        return None
    told, url = min(said, key=lambda each: (each[0].label == "available", each[0].quote == MARKED, each[0].quote))
    return Availability(told.label, told.quote, None, UNDATED if told.label == "available" else 0.0, url)


def _of_profile(account: Account) -> OpennessStatement | None:
    told = read(account.bio) if account.bio else None
    return told or (OpennessStatement("available", MARKED) if account.open_to_work else None)


def _statements(
    evidence: Iterable[Evidence], as_of: date, half_life: float
) -> Iterator[tuple[OpennessStatement, Evidence]]:
    for piece in evidence:
        lately = piece.date is None or (as_of - piece.date).days < HALVINGS * half_life
        if piece.kind in SPOKEN and lately and (said := _said_in(piece)):
            yield said, piece


def _said_in(piece: Evidence) -> OpennessStatement | None:
    """Return the statement in a piece of evidence. Who answers "who wants to be hired?" says yes by doing so, unless
    the text says it is over.
    """
    said = read(f"{piece.title}\n{piece.text}")
    if piece.kind is EvidenceKind.AVAILABILITY and not (said and (said.label == "available" or said.ended)):
        return OpennessStatement("available", piece.title)
    return said


def _order(told: tuple[OpennessStatement, Evidence]) -> tuple[bool, date, bool, str]:
    said, piece = told
    return piece.date is not None, piece.date or date.min, said.label == "unavailable", piece.id
