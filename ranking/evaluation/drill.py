"""Drill of the fallbacks: a copy of the store ranks as the store does, and words alone still give a shortlist."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import date

from ranking.evaluation.doctor import without_meaning
from ranking.pool import TalentPool
from ranking.role import Role
from ranking.scoring.weights import Weights
from ranking.upkeep.sweep import DRILL, clear_drill
from scrapers.settings.home import Home
from scrapers.store import Store

Places = tuple[tuple[str, float], ...]  # candidate id and score, best first


@dataclass(frozen=True, slots=True)
class DrillResult:
    """Three shortlists of one role: as usual, out of a restored copy (None: a server keeps the store), by words."""

    usual: Places
    restored: Places | None
    words: Places

    @property
    def holds(self) -> bool:
        """True if the copy gave the very places and scores, and words alone gave somebody."""
        return bool(self.words) and self.restored in (None, self.usual)

    @property
    def counts(self) -> dict[str, int | str]:
        """The numbers, for the run record."""
        same = len({person for person, _ in self.usual} & {person for person, _ in self.words})
        restored = "a server keeps the store" if self.restored is None else self.restored == self.usual
        return {"listed": len(self.usual), "the copy gives the same": str(restored), "words alone agree on": same}


def places(pool: TalentPool, role: Role, day: date, top: int = 25) -> Places:
    """The first places of that pool."""
    return tuple((match.candidate.id, match.score) for match in pool.rank(role, top=top, as_of=day).matches)


def places_by_words(pool: TalentPool, role: Role, day: date) -> Places:
    """The first places if no vector could be trusted."""
    return places(TalentPool(tuple(pool.candidates.values()), without_meaning(pool.corpus), pool.weights), role, day)


def places_restored(home: Home, store: Store, role: Role, day: date, weights: Weights) -> Places | None:
    """The first places out of a copy of the store; None where a server keeps it, whose backups are its operator's.

    Nothing of the copy stays: it lies within the home, and every sweep clears what a killed drill left.
    """
    clear_drill(home)
    copy = Home(home / DRILL).create()
    try:
        if not store.copy_to(copy / "headwater.db"):
            return None
        for path in (*home.folder.glob("secret.key"), *home.folder.glob("operator.toml")):
            shutil.copy2(path, copy / path.name)
        pool = TalentPool.open(copy)
        pool.weights = weights
        return places(pool, role, day)
    finally:
        clear_drill(home)
