"""Origins leased to one worker at a time. The database's clock counts, so that workers' own clocks need not agree."""

from __future__ import annotations

from functools import cached_property
from hashlib import sha256
from typing import Any
from uuid import uuid4

from sqlalchemy import ColumnElement, Connection, Float, case, cast, delete, extract, func, select, update

from scrapers.fetch.pacing import NotYet
from scrapers.store.sql import tables as t
from scrapers.store.sql.database import Database
from scrapers.store.sql.statements import if_new, insert_into

LOOK_AGAIN = 0.05  # seconds between looks at a request of another worker that is under way
LONGEST_QUIET = 86_400.0  # seconds that a site's wish for quiet is kept; then it is asked once more


class Leases(Database):
    """The turns of all workers (`scrapers.fetch.pacing.Pacing`): one row for each origin, written by compare-and-set.

    Rows are keyed by hash, since a host can be a person's name.
    """

    @cached_property
    def _worker(self) -> str:
        return uuid4().hex

    def take_turn(self, origin: str, apart: float, lasts: float) -> NotYet | None:
        """Lease the origin for `lasts` seconds at most, or say when to try again."""
        now, key, row = self._now, _key(origin), t.origins.c
        lease = {"holder": self._worker, "expires": now + lasts}
        free = (row.expires <= now) & (row.ended + apart <= now) & (row.quiet_until <= now)
        left = select(row.quiet_until - now, row.ended + apart - now, row.expires - now).where(row.origin == key)
        with self._alone() as connection:
            if connection.execute(update(t.origins).where(row.origin == key, free).values(lease)).rowcount:
                return None
            self._follow_clock(connection, key)
            if (found := connection.execute(left).one_or_none()) is None:  # nobody asked it before
                first = if_new(insert_into(t.origins, connection.dialect))
                never = {"origin": key, "ended": 0.0, "quiet_until": 0.0}
                ours = connection.scalar(first.values(never | lease).returning(row.origin))
                return None if ours else NotYet(LOOK_AGAIN)
            asked, paced, under_way = (round(seconds, 6) for seconds in found)  # a time of today holds no more
        if asked > max(paced, 0):
            return NotYet(asked, asked=True)
        return NotYet(max(paced, min(under_way, LOOK_AGAIN), 0.001))

    def end_turn(self, origin: str, *, paced: bool = True, quiet: float = 0.0) -> None:
        """Give the lease back, where it is still ours, and keep what the site asked for all the same."""
        now, row = self._now, t.origins.c
        said: dict[str, Any] = {"expires": case((row.holder == self._worker, 0.0), else_=row.expires)}
        if paced:
            said["ended"] = now
        if quiet > 0:
            until = now + min(quiet, LONGEST_QUIET)
            said["quiet_until"] = case((row.quiet_until < until, until), else_=row.quiet_until)
        with self._alone() as connection:
            connection.execute(update(t.origins).where(row.origin == _key(origin)).values(said))

    def drop_turns(self) -> int:
        """Forget origins that nobody asked for a day and that want no quiet; returns how many."""
        now, row = self._now, t.origins.c
        old = (row.expires < now) & (row.ended < now - LONGEST_QUIET) & (row.quiet_until < now)
        with self._alone() as connection:
            return int(connection.execute(delete(t.origins).where(old)).rowcount)

    def _follow_clock(self, connection: Connection, key: str) -> None:
        """Count the last request as ended just now where the clock was put back behind it (G37)."""
        row = t.origins.c
        back = row.ended - self._now
        moved = {name: row[name] - back for name in ("ended", "quiet_until", "expires")}
        connection.execute(update(t.origins).where(row.origin == key, back > 0).values(moved))

    @property
    def _now(self) -> ColumnElement[float]:
        """Seconds since 1970 by the database's clock, as this statement runs."""
        if self._in_a_file:
            return (func.julianday("now") - 2_440_587.5) * 86_400.0
        return cast(extract("epoch", func.clock_timestamp()), Float)


def _key(origin: str) -> str:
    return sha256(origin.encode()).hexdigest()
