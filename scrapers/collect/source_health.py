"""How each source stands: when it last gave everything, how much that was, and what is usual for it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from scrapers.collect.drift import GOOD_RUNS
from scrapers.sources.watched import SourceSettings
from scrapers.store import Run, Store
from scrapers.text import counted


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """A source as its runs left it. `last_whole` is the moment its data stands at; None where it never was whole."""

    source: str
    last_run: datetime | None = None
    outcome: str | None = None
    last_whole: datetime | None = None
    rows: int | None = None
    people: int | None = None

    def age(self, now: datetime) -> str:
        """How old the data is, in words."""
        if self.last_whole is None:
            return "never whole"
        hours = (now - self.last_whole).total_seconds() / 3600
        return f"{hours / 24:.0f} days old" if hours >= 48 else counted(round(hours), "hours old")


def health_of(store: Store, source: str) -> SourceHealth:
    """How a source stands after the runs that the store remembers."""
    runs = store.runs_of("collect", source)
    if not runs:
        return SourceHealth(source)
    whole = next((run for run in runs if run.outcome == "whole"), None)
    return SourceHealth(
        source,
        last_run=runs[0].ended_at,
        outcome=runs[0].outcome,
        last_whole=whole.ended_at if whole else None,
        rows=_rows(whole) if whole else None,
        people=int(whole.counts.get("accounts", 0)) if whole else None,
    )


def usual_yield(store: Store, source: str, basis: str) -> list[int]:
    """The rows of the last good runs of that basis, newest first; back to where an operator said "so little is right".

    A run is good when it was whole, began at the start and ended at the end.
    """
    usual: list[int] = []
    for run in store.runs_of("collect", source, limit=10 * GOOD_RUNS):
        cut = any(run.counts.get(name) for name in ("resumed", "left_out", "deferred"))
        if run.versions.get("basis") == basis and run.outcome == "whole" and not cut:
            usual.append(_rows(run))
        if run.counts.get("baseline") or len(usual) == GOOD_RUNS:
            break
    return usual


def basis_of(settings: SourceSettings, days: int) -> str:
    """A mark of what a source is told to watch and how far back; yields of different marks cannot be compared."""
    told = json.dumps([dict(settings.watch), days, settings.most_pages], sort_keys=True, default=str)
    return sha256(told.encode()).hexdigest()[:16]


def _rows(run: Run) -> int:
    return sum(int(run.counts.get(name, 0)) for name in ("accounts", "evidence", "events"))
