"""Runs: one row for each step of work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select

from scrapers.store.sql import tables as t
from scrapers.store.sql.database import Database


@dataclass(frozen=True, slots=True)
class Run:
    """A step of work as the runs table keeps it. `source` is what it was about: a source, or a role.

    `requests` were asked for (each may have been tried again), `bytes` are those of the pages that came, unpacked.
    """

    run_id: str
    step: str
    source: str | None
    outcome: str
    started_at: datetime
    ended_at: datetime
    counts: Mapping[str, Any]
    versions: Mapping[str, Any]
    requests: int = 0
    bytes: int = 0
    cpu_seconds: float = 0.0

    @property
    def seconds(self) -> float:
        """Duration on the wall clock, in seconds."""
        return (self.ended_at - self.started_at).total_seconds()


class Runs(Database):
    """The log of runs."""

    def add_run(self, run: Run) -> None:
        """Append to the runs table."""
        with self._writing() as connection:
            connection.execute(insert(t.runs), [asdict(run)])

    def runs(self, limit: int | None = 50, step: str | None = None, since: datetime | None = None) -> list[Run]:
        """The newest runs first: of all steps or of one, begun at that moment or later."""
        wanted = select(t.runs).order_by(t.runs.c.started_at.desc()).limit(limit)
        if step is not None:
            wanted = wanted.where(t.runs.c.step == step)
        if since is not None:
            wanted = wanted.where(t.runs.c.started_at >= since)
        with self._reading() as connection:
            return [Run(**row._mapping) for row in connection.execute(wanted)]

    def expire_runs(self, before: datetime) -> int:
        """Delete runs begun before that moment; returns how many."""
        with self._writing() as connection:
            return int(connection.execute(delete(t.runs).where(t.runs.c.started_at < before)).rowcount)

    def runs_of(self, step: str, source: str, limit: int = 50) -> list[Run]:
        """The newest runs of one source in one step, the last ended first."""
        wanted = select(t.runs).where(t.runs.c.step == step, t.runs.c.source == source)
        with self._reading() as connection:
            rows = connection.execute(wanted.order_by(t.runs.c.ended_at.desc()).limit(limit)).all()
        return [Run(**row._mapping) for row in rows]
