"""Recruiters' own labels: which candidates a person wanted to talk to, for which role."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal, cast, get_args

from ranking.handover.spreadsheets import table_of
from ranking.role import Role, read_role
from scrapers.faults import Fault
from scrapers.settings.home import packaged

Decision = Literal["yes", "maybe", "no"]
GRADES: Mapping[Decision, int] = {"yes": 2, "maybe": 1, "no": 0}
COLUMNS = ("role", "candidate_id", "decision")


class LabelsUnreadable(Fault):
    """A file of labels does not say what it must; names the file, the line and the column."""


@dataclass(frozen=True, slots=True)
class Label:
    """A decision about one candidate for one role: a role file, the name of a packaged role, or a sentence."""

    role: str
    candidate_id: str
    decision: Decision


@dataclass(frozen=True, slots=True)
class Judged:
    """A role with the grades of the candidates that somebody decided about."""

    role: Role
    grades: Mapping[str, int]


def read_labels(path: Path) -> list[Label]:
    """The decided rows of a CSV with the columns role, candidate_id, decision; others are left alone.

    A row without a decision was not reviewed. Raises LabelsUnreadable, and SheetUnreadable for what is no CSV.
    """
    header, rows = table_of(path)
    if missing := [column for column in COLUMNS if column not in header]:
        raise LabelsUnreadable(f"{path}:1: no column {', '.join(missing)}")
    said = [(line, dict(zip(header, row, strict=False))) for line, row in rows]
    return [_label(row, f"{path}:{line}") for line, row in said if row.get("decision", "").strip()]


def judged_roles(labels: Iterable[Label], beside: Path, as_of: date) -> list[Judged]:
    """The labels by role, in order of first mention; of two decisions about one candidate the later counts."""
    grades: dict[str, dict[str, int]] = {}
    for label in labels:
        grades.setdefault(label.role, {})[label.candidate_id] = GRADES[label.decision]
    return [Judged(_role(role, beside, as_of), decided) for role, decided in grades.items()]


def _role(said: str, beside: Path, as_of: date) -> Role:
    """The role at a path beside the labels, the packaged one of that name, else as `read_role` takes it."""
    for file in (beside / said, packaged("roles") / f"{said}.md"):
        if len(said) < 200 and "\n" not in said and file.is_file():
            return read_role(file, as_of=as_of)
    return read_role(said, as_of=as_of)


def _label(row: Mapping[str, str], where: str) -> Label:
    role, candidate, decision = (row.get(column, "").strip() for column in COLUMNS)
    decision = decision.casefold()
    if decision not in get_args(Decision):
        raise LabelsUnreadable(f"{where}: decision {decision!r} is none of {', '.join(get_args(Decision))}")
    if not role or not candidate:
        raise LabelsUnreadable(f"{where}: role and candidate_id must not be empty")
    return Label(role, candidate, cast(Decision, decision))
