"""Past shortlists: who stood where, and of what their score was made, so that the next one can say what changed."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import select

from scrapers.store.sql import tables as t
from scrapers.store.sql.database import Database

MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Placing:
    """A place on a shortlist; `terms` are millionths of a point, so that they add up exactly.

    Where the person was erased there is no candidate any more, no term and no evidence.
    """

    rank: int
    candidate_id: str | None
    terms: Mapping[str, int]
    evidence: frozenset[str]

    @property
    def score(self) -> int:
        """The sum of the terms, in millionths of a point."""
        return sum(self.terms.values())


@dataclass(frozen=True, slots=True)
class PastShortlist:
    """A shortlist as it is remembered: ids, numbers and hashes, never a name.

    `spread` is the lowest value and the deviation over the pool of each part of each requirement: the scale of its
    points. `as_of` is the day it was made for, `at` the moment it was.
    """

    role: str
    role_hash: str
    model_id: str
    weights_hash: str
    as_of: date
    at: datetime
    considered: int
    spread: Mapping[str, tuple[float, float]]
    places: tuple[Placing, ...]

    @property
    def id(self) -> str:
        """Id of the entry: the same list for the same day is the same entry, however often and in whatever format
        written.
        """
        said = [self.role, self.role_hash, self.model_id, self.weights_hash, self.as_of.isoformat(), self.considered]
        places = [(p.rank, p.candidate_id, sorted(p.terms.items()), sorted(p.evidence)) for p in self.places]
        return sha256(json.dumps([said, places]).encode()).hexdigest()[:24]


class Shortlists(Database):
    """Shortlists that left the house, for as long as the store is kept."""

    def keep_shortlist(self, kept: PastShortlist) -> None:
        """Remember a shortlist; one that is there already stays as it is."""
        head = {name: getattr(kept, name) for name in t.shortlists.c.keys() if name != "shortlist_id"}  # noqa: SIM118
        rows = [
            {
                "shortlist_id": kept.id,
                "rank": place.rank,
                "candidate_id": place.candidate_id,
                "score": place.score / MILLION,
                "terms": list(place.terms.items()),
                "evidence": sorted(place.evidence),
            }
            for place in kept.places
        ]
        with self._writing() as connection:
            self._add(connection, t.shortlists, [{"shortlist_id": kept.id} | head])
            self._add(connection, t.placings, rows)

    def placings_of(self, candidates: Collection[str]) -> list[dict[str, Any]]:
        """Every place that these candidates hold on a remembered shortlist: role, day, rank, score and its terms."""
        held = t.placings.join(t.shortlists, t.placings.c.shortlist_id == t.shortlists.c.shortlist_id)
        said = (t.shortlists.c.role, t.shortlists.c.as_of, t.placings.c.rank, t.placings.c.score, t.placings.c.terms)
        query = select(*said).select_from(held).where(t.placings.c.candidate_id.in_(candidates))
        with self._reading() as connection:
            rows = connection.execute(query.order_by(t.shortlists.c.as_of, t.shortlists.c.role)).all()
        return [dict(row._mapping) | {"terms": {name: n / MILLION for name, n in row.terms}} for row in rows]

    def shortlists(self, role: str) -> list[PastShortlist]:
        """Every shortlist of a role that is remembered, by the day it was made for, oldest first."""
        lists = select(t.shortlists).where(t.shortlists.c.role == role)
        ordered = lists.order_by(t.shortlists.c.as_of, t.shortlists.c.at, t.shortlists.c.shortlist_id)
        places = select(t.placings).order_by(t.placings.c.rank)
        with self._reading() as connection:
            return [
                PastShortlist(
                    role=row.role,
                    role_hash=row.role_hash,
                    model_id=row.model_id,
                    weights_hash=row.weights_hash,
                    as_of=row.as_of,
                    at=row.at,
                    considered=row.considered,
                    spread={part: (low, deviation) for part, (low, deviation) in row.spread.items()},
                    places=tuple(
                        Placing(place.rank, place.candidate_id, dict(place.terms), frozenset(place.evidence))
                        for place in connection.execute(places.where(t.placings.c.shortlist_id == row.shortlist_id))
                    ),
                )
                for row in connection.execute(ordered).all()
            ]
