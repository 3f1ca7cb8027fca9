"""Work on the themes that a role names as its mission: by themes of events, topics of repositories, tags of posts.

What others sorted a work under counts, not what a text says of itself; a role without themes asks nobody.
"""

from __future__ import annotations

from collections.abc import Iterator

from ranking.features._contract import Context, Signal
from ranking.features._cues import of_pieces
from ranking.index.bm25 import tokens
from ranking.role import Role
from scrapers.records import Candidate, Evidence

NAME = "mission"
QUESTION = "What have they done for this mission, and why?"
# One piece on a theme shows so much of what pieces can show.
TAGGED = 0.5


def asked(role: Role) -> bool:
    """True if the role names themes."""
    return bool(role.themes)


def key(role: Role) -> tuple[str, ...]:
    """Return the themes that the value depends on."""
    return role.themes


def measure(role: Role, candidate: Candidate, _context: Context) -> Signal:
    """Pieces that stand under one of the role's themes; None where none does, or the role names no theme."""
    themes = [set(tokens(theme)) for theme in role.themes]

    def on_theme(piece: Evidence) -> list[str]:
        return [tag for tag in _tags(piece) if any(theme and theme <= set(tokens(tag)) for theme in themes)]

    named = sorted({tag for piece in candidate.evidence for tag in on_theme(piece)})
    return of_pieces(
        NAME,
        f"work under {', '.join(named) or 'the themes of the role'}",
        candidate.evidence,
        lambda piece: 0.0 if piece.details.get("reupload") or not on_theme(piece) else TAGGED,
    )


def _tags(piece: Evidence) -> Iterator[str]:
    yield from piece.tags
    yield from piece.details.get("event_themes", ())
