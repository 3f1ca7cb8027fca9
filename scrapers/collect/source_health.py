"""Health of each source: its last whole run, the rows of that run, and its usual rows."""

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
    """Health of a source after its runs. Its data is as of `last_whole`; None where no run was whole."""

    source: str
    last_run: datetime | None = None
    outcome: str | None = None
    last_whole: datetime | None = None
    rows: int | None = None
    people: int | None = None

    def age(self, now: datetime) -> str:
        """Return the age of the data in words."""
        if self.last_whole is None:
            return "never whole"
        hours = (now - self.last_whole).total_seconds() / 3600
        return f"{hours / 24:.0f} days old" if hours >= 48 else counted(round(hours), "hours old")


def health_of(store: Store, source: str) -> SourceHealth:
    """Return the health of a source from the runs in the store."""
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
    """Return the rows of the last GOOD_RUNS good runs of that basis, newest first.

    A good run was whole, not resumed, and left nothing out. Runs before one with `--accept-yield` do not count.
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
    """Return a hash of the watch settings and days of a source; yields of different hashes cannot be compared."""
    settings_json = json.dumps([dict(settings.watch), days, settings.most_pages], sort_keys=True, default=str)
    return sha256(settings_json.encode()).hexdigest()[:16]


def _rows(run: Run) -> int:
    return sum(int(run.counts.get(name, 0)) for name in ("accounts", "evidence", "events"))
