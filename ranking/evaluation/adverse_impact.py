"""Impact ratios of an exported shortlist, from group labels that the operator lawfully holds (G40).

Labels are never inferred, never kept and never reach the ranker: they are read once everybody has a score. Measures as
in New York City's rules on automated employment decision tools (6 RCNY 5-301); they find a difference, not its cause.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from ranking.handover.spreadsheets import table_of
from ranking.role import Role
from ranking.scoring.rerank import read_again
from ranking.scoring.score import DECIMALS, score_role
from ranking.shortlist.changes import history
from scrapers.faults import Fault
from scrapers.settings.home import Home
from scrapers.store import Store
from scrapers.text import counted

if TYPE_CHECKING:
    from ranking.pool import TalentPool

COLUMNS = ("sex", "race_ethnicity")
FOUR_FIFTHS = Fraction(4, 5)
LEAST_SHARE = Fraction(2, 100)  # of the people of a table; smaller groups may be left out
SMALL = 30  # people; a ratio of fewer says little
_UNSAID = frozenset(("", "unknown", "n/a", "prefer not to say", "not stated"))


class LabelsRefused(Fault):
    """A file of group labels that cannot be taken as it is: names file, line and remedy."""


@dataclass(frozen=True, slots=True)
class AssessedPerson:
    """A person who was scored: the stated group by column, empty where unknown."""

    groups: Mapping[str, str]
    selected: bool
    score: float


@dataclass(frozen=True, slots=True)
class Group:
    """Figures of a group. Ratios are to the table's highest rate; None where the group is left out, or all are 0."""

    name: str
    people: int
    selected: int
    above: int
    selection_ratio: Fraction | None
    scoring_ratio: Fraction | None
    left_out: bool

    @property
    def selection_rate(self) -> Fraction:
        """The share of the group that is on the shortlist."""
        return Fraction(self.selected, self.people)

    @property
    def scoring_rate(self) -> Fraction:
        """The share of the group that scored above the median of everybody."""
        return Fraction(self.above, self.people)

    @property
    def flagged(self) -> bool:
        """True if a ratio is below four fifths."""
        return any(ratio is not None and ratio < FOUR_FIFTHS for ratio in (self.selection_ratio, self.scoring_ratio))

    @property
    def small(self) -> bool:
        """True if the group is too small for its ratios to say much."""
        return self.people < SMALL


@dataclass(frozen=True, slots=True)
class ImpactTable:
    """The groups of one column, or of both together, by name, and how many people stated none."""

    columns: tuple[str, ...]
    groups: tuple[Group, ...]
    unknown: int


def impact(people: Sequence[AssessedPerson]) -> tuple[ImpactTable, ...]:
    """The tables by sex, by race or ethnicity, and by both."""
    middle = median([person.score for person in people]) if people else 0.0
    return tuple(_table(columns, people, middle) for columns in (*((column,) for column in COLUMNS), COLUMNS))


def _table(columns: tuple[str, ...], people: Sequence[AssessedPerson], middle: float) -> ImpactTable:
    members: dict[str, list[AssessedPerson]] = {}
    for person in people:
        said = [person.groups.get(column, "") for column in columns]
        if all(said):
            members.setdefault(" / ".join(said), []).append(person)
    known = sum(map(len, members.values()))
    counts = {name: (len(each), sum(p.selected for p in each), sum(p.score > middle for p in each))
              for name, each in sorted(members.items())}  # fmt: skip
    counted = [count for count in counts.values() if count[0] >= LEAST_SHARE * known]
    best_selected = max((Fraction(selected, size) for size, selected, _ in counted), default=Fraction(0))
    best_above = max((Fraction(above, size) for size, _, above in counted), default=Fraction(0))
    groups = tuple(
        Group(
            name,
            size,
            selected,
            above,
            Fraction(selected, size) / best_selected if best_selected and size >= LEAST_SHARE * known else None,
            Fraction(above, size) / best_above if best_above and size >= LEAST_SHARE * known else None,
            left_out=size < LEAST_SHARE * known,
        )
        for name, (size, selected, above) in counts.items()
    )
    return ImpactTable(columns, groups, len(people) - known)


def assess(
    pool: TalentPool, role: Role, home: Home, store: Store, as_of: date, labels: Path
) -> tuple[tuple[ImpactTable, ...], int]:
    """The tables of everybody in the pool, and how many labels are of nobody there.

    Selected is who stands on the role's last kept shortlist: the top that was exported.

    Raises NothingKept, and LabelsRefused where the file cannot be taken.
    """
    chosen = {place.candidate_id for place in history(role, home, store)[-1].places}
    scores = read_again(score_role(role, pool.corpus, pool.weights, as_of), pool.reranker)
    points = dict(zip(pool.corpus.people, scores.total.round(DECIMALS).tolist(), strict=True))
    groups = read_groups(labels)
    people = [AssessedPerson(groups.get(who, {}), who in chosen, score) for who, score in points.items()]
    return impact(people), len(groups.keys() - points.keys())


def read_groups(path: Path) -> dict[str, dict[str, str]]:
    """Candidate id -> group by column, from a CSV with candidate_id, sex, race_ethnicity; raises LabelsRefused."""
    header, rows = table_of(path)
    wanted = ("candidate_id", *COLUMNS)
    if missing := [name for name in wanted if name not in header]:
        raise LabelsRefused(f"{path}:1: no column {', '.join(missing)}; it needs {', '.join(wanted)}")
    at = [header.index(name) for name in wanted]
    found: dict[str, dict[str, str]] = {}
    for line, row in rows:
        if len(row) <= max(at):
            raise LabelsRefused(f"{path}:{line}: {counted(len(row), 'cells')} where the header has {len(header)}")
        who, *said = (row[place].strip() for place in at)
        stated = {c: "" if word.casefold() in _UNSAID else word for c, word in zip(COLUMNS, said, strict=True)}
        if found.setdefault(who, stated) != stated:
            raise LabelsRefused(f"{path}:{line}: {who} has other labels in a line above; keep one of the two")
    return found
