"""Knowledge of a field beside the code (healthcare, finance, law), from what the evidence is about."""

from __future__ import annotations

from functools import partial

from ranking.features._contract import Context, Signal
from ranking.features._cues import cues, of_pieces, strength, tables, wanted_text
from ranking.role import Role
from scrapers.records import Candidate

NAME = "domain"
QUESTION = "What do they know of the field beside the code?"


def fields() -> tuple[str, ...]:
    """The fields that have cues."""
    table = tables()[NAME]
    assert isinstance(table, dict)
    return tuple(sorted(table))


def asked_fields(role: Role) -> tuple[str, ...]:
    """The fields that the role's own words name."""
    return tuple(field for field in fields() if cues(f"{NAME}.{field}").asked.search(wanted_text(role)))


def asked(role: Role) -> bool:
    """True if a role of more than one line names a field."""
    return len(role.requirements) > 1 and bool(asked_fields(role))


def key(role: Role) -> tuple[str, ...]:
    """Return the fields that the value depends on."""
    return asked_fields(role)


def measure(role: Role, candidate: Candidate, _context: Context) -> Signal:
    """The strongest of the fields that the role asks for; of all fields where it asks for none."""
    looked_at = asked_fields(role) or fields()
    found = [
        of_pieces(NAME, f"work in {field}", candidate.evidence, partial(strength, f"{NAME}.{field}"))
        for field in looked_at
    ]
    best = max(found, key=lambda signal: signal.value or 0)
    return best if best.value is not None else Signal(NAME, None, f"nothing seen is about {' or '.join(looked_at)}")
