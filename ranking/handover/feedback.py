"""A reviewed shortlist read back: what a person decided about whom, and why, whatever a spreadsheet did to the file.

Decisions are kept in one CSV of the home, in the form that `headwater train` reads; erasure strikes people from it.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from io import StringIO
from pathlib import Path

from ranking.exports._rows import safe_cell, said_in
from ranking.handover.spreadsheets import FeedbackUnreadable, table_of
from scrapers.settings.home import Home, replace_file
from scrapers.store import Store
from scrapers.text import counted

FILE = "feedback.csv"
KEPT = ("role", "candidate_id", "decision", "decision_reason", "decided_at")
WORDS = {"star": "yes", "hide": "no"}  # as the page marks people
_KNOWN = ("yes", "maybe", "no")
# Excel leaves off the last cells of sixteen rows where they are empty in all of them; a row without these was cut.
_NEVER_EMPTY = frozenset(("rank", "candidate_id", "name", "score", "summary", "sources"))


@dataclass(frozen=True, slots=True)
class Decision:
    """A recruiter's decision about a candidate, and why; a reason alone is a remark without a decision."""

    candidate_id: str
    decision: str
    reason: str


def read_reviewed(path: Path, known: Mapping[str, str]) -> list[Decision]:
    """The rows that say something, in order; columns may have moved, dates may be mangled: neither is looked at.

    `known` says whose id each id is today. Raises FeedbackUnreadable for a column that is missing, an id that is not
    known, a decision that is none of yes, maybe, no (star and hide as the page writes them), and two decisions about
    one person.
    """
    header, rows = table_of(path)
    lacking = [name for name in ("candidate_id", "decision", "decision_reason") if name not in header]
    if lacking:
        raise FeedbackUnreadable(
            f"{path}:1: no column {', '.join(lacking)}; give the shortlist CSV, or what the page exports"
        )
    who, what, why = (header.index(name) for name in ("candidate_id", "decision", "decision_reason"))
    found: dict[str, tuple[int, Decision]] = {}
    for line, row in rows:
        if _NEVER_EMPTY.intersection(header[len(row) :]):
            raise FeedbackUnreadable(
                f"{path}:{line}: {counted(len(row), 'cells')} where the header has {len(header)}; "
                "mend the row, or export again"
            )
        cells = [*row, *[""] * len(header)]
        said = Decision(cells[who].strip(), _word(cells[what], f"{path}:{line}"), said_in(cells[why]))
        if not (said.decision or said.reason.strip()):
            continue
        if said.candidate_id not in known:
            raise FeedbackUnreadable(
                f"{path}:{line}: candidate_id {said.candidate_id!r} is nobody here; put back the id of the exported "
                "file, or delete the row if they are no longer held"
            )
        said = replace(said, candidate_id=known[said.candidate_id])
        first, held = found.setdefault(said.candidate_id, (line, said))
        if held != said:
            raise FeedbackUnreadable(
                f"{path}:{line}: {said.candidate_id} is {said.decision or 'undecided'} here and "
                f"{held.decision or 'undecided'} in line {first}; keep one of the two rows"
            )
    return [said for _, said in found.values()]


def role_in(path: Path) -> str | None:
    """The role that a column `role` of the file names, or None without one; raises FeedbackUnreadable for two roles."""
    header, rows = table_of(path)
    place = header.index("role") if "role" in header else len(header)
    lines = {said_in(row[place]).strip(): line for line, row in rows if place < len(row)}
    named = [role for role in lines if role]
    if len(named) > 1:
        raise FeedbackUnreadable(f"{path}:{lines[named[1]]}: {named[1]!r}, and {named[0]!r} before: one role a file")
    return named[0] if named else None


def keep(decisions: Iterable[Decision], role: str, home: Home, store: Store, at: datetime) -> int:
    """Put the decisions about that role into the home's file, in one step; returns how many were new or changed."""
    path = home / FILE
    held = {(row[0], row[1]): row for row in _kept(path)}
    changed = 0
    for said in decisions:
        old = held.get((role, said.candidate_id))
        if old is None or old[2:4] != [said.decision, said.reason]:
            held[role, said.candidate_id] = [role, said.candidate_id, said.decision, said.reason, at.isoformat()]
            changed += 1
    if changed:
        out = StringIO(newline="")
        csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(
            [KEPT, *([safe_cell(cell) for cell in row] for row in held.values())]
        )
        named, digest = {row[1] for row in held.values()}, sha256(out.getvalue().encode()).hexdigest()
        store.note_export(str(path.resolve()), named, at, home=home.identity.id, digest=digest)
        replace_file(path, out.getvalue())
    return changed


def _kept(path: Path) -> list[list[str]]:
    return [[said_in(cell) for cell in row] for _, row in table_of(path)[1]] if path.exists() else []


def _word(cell: str, where: str) -> str:
    plain = cell.strip().casefold()
    word = WORDS.get(plain, plain)
    if word and word not in _KNOWN:
        raise FeedbackUnreadable(f"{where}: decision {cell!r} is none of {', '.join(_KNOWN)}, star, hide")
    return word
