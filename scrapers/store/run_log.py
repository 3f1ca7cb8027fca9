"""Run log: a step of work with its outcome, counts and costs, kept when it ends, however it ends.

A row holds names of steps, sources and roles, counts, and versions: nothing about a person.
"""

from __future__ import annotations

import os
import statistics
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from typing import Any
from uuid import uuid4

from scrapers import __version__
from scrapers.faults import StorageFault
from scrapers.store import Run, Store

FEWEST = 3  # runs on either side, below which a median says nothing
WEEK, BEFORE = timedelta(days=7), timedelta(days=28)


@contextmanager
def logged_step(
    store: Store, step: str, about: str | None = None, *packages: str, reading: bool = False
) -> Iterator[dict[str, Any]]:
    """Time the block and keep it as a run of that step: "whole", or "failed" where it raises.

    Yields the counts to fill in. `packages` are those whose versions the step depends on. Seconds of computing are
    those of this whole process and of the processes it waited for. A step that is only `reading` is not failed by a
    store that cannot be written: it then leaves no row.
    """
    counts: dict[str, Any] = {}
    started, before = datetime.now(UTC), _cpu()

    def kept(outcome: str) -> Run:
        versions = {"headwater": __version__} | {name: version(name) for name in packages}
        ended, cpu = datetime.now(UTC), _cpu() - before
        return Run(uuid4().hex, step, about, outcome, started, ended, counts, versions, cpu_seconds=cpu)

    try:
        yield counts
    except BaseException:
        with suppress(StorageFault):  # what ended the step is what the user should read
            store.add_run(kept("failed"))
        raise
    with suppress(StorageFault) if reading else nullcontext():
        store.add_run(kept("whole"))


def _cpu() -> float:
    return sum(os.times()[:4])


@dataclass(frozen=True, slots=True)
class Pace:
    """Duration of a step this week beside the four weeks before: medians of seconds, and of seconds of computing."""

    step: str
    source: str | None
    runs: tuple[int, int]
    seconds: tuple[float, float]
    cpu_seconds: tuple[float, float]

    @property
    def ratio(self) -> float:
        """This week's median over the one before: 2.0 is twice as slow."""
        now, before = self.seconds
        return now / max(before, 1e-3)


def paces(runs: Iterable[Run], now: datetime) -> list[Pace]:
    """Return each step and source with enough runs on both sides, the one that got slower most first.

    Failed runs tell nothing.
    """
    recent: dict[tuple[str, str], list[Run]] = defaultdict(list)
    earlier: dict[tuple[str, str], list[Run]] = defaultdict(list)
    for run in runs:
        if run.outcome == "failed" or not now - WEEK - BEFORE <= run.started_at <= now:
            continue
        (recent if run.started_at > now - WEEK else earlier)[run.step, run.source or ""].append(run)
    found = [
        Pace(
            step,
            source or None,
            (len(new), len(old)),
            (statistics.median(run.seconds for run in new), statistics.median(run.seconds for run in old)),
            (statistics.median(run.cpu_seconds for run in new), statistics.median(run.cpu_seconds for run in old)),
        )
        for (step, source), new in recent.items()
        if len(new) >= FEWEST and len(old := earlier[step, source]) >= FEWEST
    ]
    return sorted(found, key=lambda pace: (-pace.ratio, pace.step, pace.source or ""))
