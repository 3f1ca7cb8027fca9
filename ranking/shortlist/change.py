"""Changes between two shortlists of a role: kinds, causes, and the change of one person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from ranking.shortlist.news import News
from scrapers.store import PastShortlist

Kind = Literal["new", "back", "moved", "left"]


Cause = Literal["model", "role edit", "new evidence", "decay", "pool", "suppression"]


CAUSES: tuple[Cause, ...] = get_args(Cause)


@dataclass(frozen=True, slots=True)
class Change:
    """Change of one person between two shortlists; `candidate_id` is empty where they were erased.

    `terms` says by how much each term changed, in millionths of a point, and `why` which cause that is put down to;
    it is empty for who is new, whose score before nobody kept, and for who is in the pool no more.
    """

    candidate_id: str
    kind: Kind
    was: int | None
    now: int | None
    cause: Cause
    terms: Mapping[str, int]
    why: Mapping[str, Cause]

    @property
    def delta(self) -> int:
        """The change of the score, in millionths of a point: the sum of the changes of its terms."""
        return sum(self.terms.values())

    @property
    def by_cause(self) -> dict[Cause, int]:
        """The change of the score by cause."""
        return by_cause(self.terms, self.why)


@dataclass(frozen=True, slots=True)
class Changes:
    """All changes between two shortlists of a role: by place now, then who left. `rescaled`: parts, of how many.

    `news` tells what is new of people who are followed, on a list or not.
    """

    before: PastShortlist
    after: PastShortlist
    rows: tuple[Change, ...]
    rescaled: tuple[int, int]
    news: tuple[News, ...] = ()


def by_cause(terms: Mapping[str, int], why: Mapping[str, Cause]) -> dict[Cause, int]:
    worth: Counter[Cause] = Counter()
    for name, points in terms.items():
        worth[why[name]] += points
    return {cause: worth[cause] for cause in CAUSES if cause in worth}
