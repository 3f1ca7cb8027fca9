"""Work for and with people: talks, documentation, explaining, evaluating for others."""

from __future__ import annotations

from ranking.features._contract import Context, Signal
from ranking.features._cues import cues, of_pieces, strength
from ranking.role import Role
from scrapers.records import Candidate, Evidence, EvidenceKind

NAME = "human_facing"
QUESTION, ASKED = cues(NAME).question, cues(NAME).asked
# To stand before an audience is a fact about the act, whatever the abstract says.
TALK = 0.5


def key(_role: Role) -> tuple[()]:
    """Return nothing: the value is the same for every role."""
    return ()


def measure(_role: Role, candidate: Candidate, _context: Context) -> Signal:
    """Pieces by their cues; a talk counts at least half."""
    return of_pieces(NAME, cues(NAME).shows, candidate.evidence, _worth)


def _worth(piece: Evidence) -> float:
    shown = strength(NAME, piece)
    return max(shown, TALK) if piece.kind is EvidenceKind.TALK else shown
