"""Ours and a named peer in turns, by CPU time: the one clock that a busy machine hardly blurs."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """One row of the table: seconds of CPU (medians) of ours and of the peer, and what is aimed at for their ratio."""

    what: str
    peer: str
    ours: float
    theirs: float
    aim: str = ""
    note: str = ""

    @property
    def ratio(self) -> float:
        return self.ours / self.theirs

    def __str__(self) -> str:
        cells = (
            self.what,
            f"{self.ours:.4g}",
            self.peer,
            f"{self.theirs:.4g}",
            f"{self.ratio:.3g}",
            self.aim,
            self.note,
        )
        return f"| {' | '.join(cells)} |"


HEAD = "| what | CPU s | beside | CPU s | ratio | aim | |\n| --- | --- | --- | --- | --- | --- | --- |"


def one_thread() -> None:
    """Compute in one thread from now on: threads that wait for each other count as CPU too."""
    import faiss
    import torch
    from threadpoolctl import threadpool_limits

    torch.set_num_threads(1)
    faiss.omp_set_num_threads(1)
    threadpool_limits(1)


def cpu(work: Callable[[], object]) -> float:
    """The seconds of CPU, of all threads of this process, that the work takes."""
    started = time.process_time()
    work()
    return time.process_time() - started


def in_turns(ours: Callable[[], object], theirs: Callable[[], object], rounds: int = 5) -> tuple[float, float]:
    """Median seconds of CPU of both, after one round that does not count; every second round begins with the peer."""
    seen: dict[Callable[[], object], list[float]] = {ours: [], theirs: []}
    for nth in range(rounds + 1):
        for work in (ours, theirs) if nth % 2 else (theirs, ours):
            seen[work].append(cpu(work))
    return statistics.median(seen[ours][1:]), statistics.median(seen[theirs][1:])
