"""Sweep before every run: people whose time has run out, accounts that are gone, old pages, opt-outs who came back."""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from time import monotonic, process_time
from uuid import uuid4

from ranking.upkeep.erasure import Erasure, expire, reapply, unfinished
from ranking.upkeep.expiry import people_held
from scrapers.rights.retention import (
    ARCHIVE_DAYS,
    RUN_DAYS,
    Reason,
    check_clock,
    kept_until,
    notice_due,
    reason_of,
    retention_states,
)
from scrapers.rights.suppression import SuppressionList
from scrapers.settings.home import Home
from scrapers.settings.operator import Operator
from scrapers.settings.tracebacks import expire_tracebacks
from scrapers.sources.watched import operator_of
from scrapers.store import Run, Store
from scrapers.store.copies import clear_copies

SWEPT = "swept"  # the mark of a store from which a sweep deleted people
SOON = 7  # days before a notice is due that it is told


@dataclass(frozen=True, slots=True)
class SweepResult:
    """Result of a sweep, in people and pages, and whose notice is due within a week: candidate id -> day."""

    expired: int = 0
    gone: int = 0
    returned: int = 0
    pages: int = 0
    notices_due: tuple[tuple[str, date], ...] = ()
    left_alone: tuple[str, ...] = ()  # files of another home that name somebody who went
    unfinished: tuple[str, ...] = ()  # files of this home that could not be changed and name erased people still
    reasons: Mapping[Reason, int] = field(default_factory=dict)  # why those who expired did

    @property
    def counts(self) -> dict[str, int]:
        """The numbers, for the run record."""
        return {"expired": self.expired, "gone": self.gone, "returned": self.returned, "pages": self.pages}


def sweep(
    home: Home, store: Store, suppression: SuppressionList, *, at: datetime, confirm_clock: bool = False
) -> SweepResult:
    """Delete what may be held no longer, as `operator.toml` says; under the lock of refresh.

    Raises ClockInDoubt, and deletes nothing, where the clock stands before the last run or 400 days after it.
    """
    operator, today, begun, before = operator_of(home), at.date(), monotonic(), process_time()
    check_clock(today, _last_run(store), confirm_clock)
    returned = reapply(home, store, suppression)
    gone = {dealing.account for dealing in store.interactions() if dealing.kind == "gone"}
    over, due = _by_standing(store, operator, today)
    _keep_the_first(home, store, bool(gone or over), at)
    left = expire(gone, home, store, suppression, at=at) if gone else None
    over, due = _by_standing(store, operator, today) if left else (over, due)
    accounts = [key for people in over.values() for keys in people for key in keys]
    ended = expire(accounts, home, store, suppression, at=at) if accounts else None
    reasons = {reason: len(people) for reason, people in over.items()}
    pages = store.expire_pages(at - timedelta(days=ARCHIVE_DAYS))
    clear_drill(home)
    clear_copies(home, at)
    expire_tracebacks(home, at)
    store.expire_runs(at - timedelta(days=RUN_DAYS))
    store.drop_turns()
    store.compact()
    alone = {path for erasure in (returned, left, ended) if erasure for path in erasure.left_alone}
    swept = SweepResult(
        sum(reasons.values()),
        _people(left),
        _people(returned),
        pages,
        due,
        tuple(sorted(alone)),
        unfinished(home, store),
        reasons,
    )
    until, cpu = at + timedelta(seconds=monotonic() - begun), process_time() - before
    counts = swept.counts | {f"expired_{reason}": count for reason, count in reasons.items()}
    store.add_run(Run(uuid4().hex, "sweep", None, "whole", at, until, counts, {}, cpu_seconds=cpu))
    return swept


def _keep_the_first(home: Home, store: Store, deletes: bool, at: datetime) -> None:
    """Keep a copy of the store before the first sweep that deletes people."""
    if deletes and store.mark(SWEPT) is None:
        store.keep_copy(home, "sweep", at)
        store.set_mark(SWEPT, at.date().isoformat())


def _by_standing(
    store: Store, operator: Operator, today: date
) -> tuple[Mapping[Reason, list[list[str]]], tuple[tuple[str, date], ...]]:
    """The accounts of each person whose last day has passed, by reason, and the notices that are due soon."""
    people = people_held(store)
    over: dict[Reason, list[list[str]]] = defaultdict(list)
    due = []
    for person, standing in sorted(retention_states(people, store.newest_acts(), store.interactions()).items()):
        if today > kept_until(standing, operator):
            over[reason_of(standing, operator)].append(people[person])
        elif standing.handed and (day := notice_due(standing, operator)) and day - today <= timedelta(days=SOON):
            due.append((person, day))
    return over, tuple(due)


def _last_run(store: Store) -> date | None:
    newest = store.runs(limit=1)
    return newest[0].started_at.date() if newest else None


def _people(erasure: Erasure | None) -> int:
    return len(erasure.accounts) if erasure else 0


DRILL = "drill"  # within the home, and gone when the drill ends


def clear_drill(home: Home) -> None:
    """Remove what a drill that was killed left behind."""
    shutil.rmtree(home / DRILL, ignore_errors=True)
