"""Follow-through and scope: small and finished beats sprawling.

Finished is what others saw done: won, shown on a stage, written up, published, in use, or worked on for a season.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from datetime import date

from ranking.features._contract import Context, Signal
from ranking.role import Role
from scrapers.records import Candidate, Evidence, EvidenceKind

NAME = "follow_through"
ASKED = re.compile(
    r"\b(?:finish\w*|follow.through|maintain\w*|looks? after|kept? (?:it )?running|end to end|from an idea"
    r"|still (?:works?|in use)|after the demo|sketch)\b",
    re.IGNORECASE,
)
QUESTION = "What did they finish, and who looks after it now?"
# A season: worked on at both ends of so many days, something was not only started.
SEASON_DAYS = 90
LEAST_COMMITS = 20
# Finished works at which a record is at 1 - 1/e.
TELLING = 2.0
# Looked for in small letters, which is twice as fast as ignoring case.
_IN_USE = re.compile(
    r"\b(?:in production|still (?:in use|used|runs?|running)|every (?:day|week|month)|(?:have|has) used|went live|"
    r"released?|version \d|v\d+\.\d|customers?|\d+ (?:users|people|shops|wards|schools|clinics|teams) use|"
    r"(?:use|uses|used|using|read|open|run|runs) it (?:daily|weekly|each \w+)|(?:is|are|been) used (?:by|in|at)|"
    r"(?:deployed|rolled out|shipped|launched) (?:\w+ ){0,4}to \w+|in daily use|to this day)\b",
)
# Words that ask whether a thing is used, rather than what it is.
_ASKS_FOR_USE = re.compile(
    r"\b(?:shipped|released|launched|in use|in production|used by|to (?:users|customers)|went live)\b", re.IGNORECASE
)
# Words that ask whether they made something with their own hands, and how such a thing is told.
_ASKS_FOR_MAKING = re.compile(
    r"\b(?:built|made|written|wrote|coded|programmed|implemented)\b(?:\W+\w+){0,4}\W+themselves\b", re.IGNORECASE
)
_MADE = re.compile(
    r"(?:\bI(?: also| then)? |\A|[.!?\n] ?)(?:built|made|wrote|coded|programmed|implemented)\b(?! (?:up|down|it to)\b)"
    r"|\bby myself\b|\bmy own work\b",
    re.IGNORECASE,
)
_FINISHED = {EvidenceKind.HACKATHON_WIN, EvidenceKind.TALK, EvidenceKind.PAPER}
_STARTED = {EvidenceKind.HACKATHON_PROJECT, EvidenceKind.REPOSITORY, EvidenceKind.CONTRIBUTION, EvidenceKind.MODEL}


def key(_role: Role) -> tuple[()]:
    """Return nothing: the value is the same for every role."""
    return ()


def measure(_role: Role, candidate: Candidate, _context: Context) -> Signal:
    """Finished works, the fewer things were left lying around the better; None where nothing was made."""
    works = _works(candidate.evidence)
    done = {name: pieces for name, pieces in works.items() if _is_finished(pieces)}
    if not works:
        return Signal(NAME, None, "nothing seen that could be finished")
    record = 1 - math.exp(-len(done) / TELLING)
    value = record * math.sqrt(len(done) / len(works))
    evidence = tuple(max(pieces, key=lambda piece: (piece.date or date.min, piece.id)) for pieces in done.values())
    if not done:
        return Signal(NAME, None, f"{len(works)} started, none seen finished")
    return Signal(NAME, value, f"{len(done)} of {len(works)} works finished or kept up", evidence[:3])


def asks_for_use(text: str) -> bool:
    """True if a text asks for something that people use, such as "they have shipped to users"."""
    return bool(_ASKS_FOR_USE.search(text))


def in_use(piece: Evidence) -> bool:
    """True if a piece tells of something that people use."""
    return not piece.details.get("reupload") and bool(_IN_USE.search(f"{piece.title} {piece.text}".lower()))


def asks_for_making(text: str) -> bool:
    """True if a text asks for something of their own making, such as "they have built something themselves"."""
    return bool(_ASKS_FOR_MAKING.search(text))


def made_by_them(piece: Evidence) -> bool:
    """True if a piece tells of something that its author made."""
    return not piece.details.get("reupload") and bool(_MADE.search(f"{piece.title}\n{piece.text}"))


def _works(evidence: Iterable[Evidence]) -> dict[str, list[Evidence]]:
    """Group the evidence by the repository or page that the work lives in."""
    works: dict[str, list[Evidence]] = {}
    for piece in evidence:
        if (piece.kind in _STARTED or piece.kind in _FINISHED) and not piece.details.get("reupload"):
            works.setdefault(str(piece.details.get("repository") or piece.url).casefold(), []).append(piece)
    return works


def _is_finished(pieces: list[Evidence]) -> bool:
    if any(piece.kind in _FINISHED or in_use(piece) for piece in pieces):
        return True
    days = [day for piece in pieces for day in _days(piece)]
    commits = max((int(piece.details.get("commits") or 0) for piece in pieces), default=0)
    return bool(days) and (max(days) - min(days)).days >= SEASON_DAYS and commits >= LEAST_COMMITS


def _days(piece: Evidence) -> list[date]:
    said = [piece.details.get(key) for key in ("created", "first", "last")]
    return [
        *([piece.date] if piece.date else []),
        *(date.fromisoformat(day[:10]) for day in said if isinstance(day, str)),
    ]
