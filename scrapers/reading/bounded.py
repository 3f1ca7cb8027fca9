"""Bounded parsing: large pages are read in another process, with five seconds and 256 MiB each (guardrail G17).

Processes are started fresh, since a fork of this one would keep the locks of its threads, and have every source
imported before a page's seconds are counted. The seconds are of CPU time, so that a page is read or refused alike on an
idle and on a busy machine. Only Linux lets a process bound its own memory; Windows knows neither bound, and there the
clock alone ends a page.
"""

from __future__ import annotations

import math
import signal
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import TimeoutError
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from multiprocessing import get_all_start_methods, get_context
from multiprocessing.context import BaseContext
from pathlib import Path
from typing import Self

from pebble import ProcessExpired, ProcessPool

from scrapers import sources
from scrapers.reading.cleaning import read_page
from scrapers.records import Code, Page, Record, Refused
from scrapers.sources import Source

LARGE = 200_000  # bytes; longer pages are read in the other process
SECONDS = 5.0  # of CPU time for one page
PATIENCE = 12  # times SECONDS of wall time for one page
MEMORY = 256 << 20  # bytes that one page may take on top of what the process has
PAGES = 100  # read by one process before a fresh one takes its place


def fresh_processes(*also: str) -> BaseContext:
    """Return the context that starts such processes; only the first waits for every source to be imported.

    `also` are further modules to preload. A fork of this process would inherit the locks of its threads.
    """
    context = get_context("forkserver" if "forkserver" in get_all_start_methods() else "spawn")
    if hasattr(context, "set_forkserver_preload"):
        modules = (f"{sources.__name__}.{name}" for name in sources.find_sources())
        context.set_forkserver_preload(["scrapers.reading.bounded", *also, *modules])
    return context


def know_sources(folders: Sequence[str]) -> None:
    """Initialise a worker process: import the sources of these folders, before any page's time is counted."""
    sources.__path__[:] = folders
    sources.find_sources.cache_clear()
    list(sources.find_sources().values())


@dataclass(slots=True)
class BoundedReader:
    """Parser of one page at a time; the process for large ones starts with the first of them, ends with the block."""

    large: int = LARGE
    seconds: float = SECONDS
    memory: int = MEMORY
    processes: BaseContext = field(default_factory=fresh_processes)
    _pool: ProcessPool | None = field(default=None, init=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.stop()  # type: ignore[no-untyped-call]
            self._pool.join()
            self._pool = None

    def read(self, source: Source, page: Page) -> list[Record]:
        """Parse a page as `read_page` does; one beyond the bounds of time or memory gives one refusal, `too_large`."""
        if len(page.body) <= self.large:
            return read_page(source, page)
        if self._pool is None:
            folders = tuple(sources.__path__)
            self._pool = ProcessPool(1, PAGES, know_sources, (folders,), context=self.processes)
        try:  # profiles may be lambdas, which cannot be pickled, and no parser needs them
            records: list[Record] = self._pool.schedule(
                _read, (replace(source, profiles={}), page, self.seconds, self.memory), timeout=PATIENCE * self.seconds
            ).result()
        except TimeoutError:
            return [_refused(source, page, f"reading it took more than {PATIENCE * self.seconds:g} s by the clock")]
        except ProcessExpired as end:
            if end.exitcode == -getattr(signal, "SIGXCPU", 0):
                return [_refused(source, page, f"reading it took more than {self.seconds:g} s of computing")]
            return [_refused(source, page, f"the process that read it ended with {end.exitcode}")]
        except BrokenProcessPool:  # it ended before it had reported its start
            self.__exit__()
            return [_refused(source, page, "the process that read it ended")]
        return records


def read_within(source: Source, page: Page, seconds: float = SECONDS, memory: int = MEMORY) -> list[Record]:
    """Parse a page in this process, which is killed where a large page takes more than those seconds."""
    if len(page.body) <= LARGE:
        return read_page(source, page)
    return _read(source, page, seconds, memory)


def _read(source: Source, page: Page, seconds: float, memory: int) -> list[Record]:
    try:
        with _at_most(seconds, memory):
            return read_page(source, page)
    except MemoryError:
        return [_refused(source, page, f"reading it took more than {memory >> 20} MiB")]


def _refused(source: Source, page: Page, detail: str) -> Refused:
    return Refused(Code.TOO_LARGE, page.url, f"{detail}; the page has {len(page.body)} bytes", source.name)


@contextmanager
def _at_most(seconds: float, memory: int) -> Iterator[None]:
    """Limit this process from here on: MemoryError beyond `memory` bytes, SIGXCPU beyond `seconds` of CPU time.

    No core is dumped, as it would hold the page.
    """
    try:
        import resource
    except ImportError:
        yield
        return
    bounds = {resource.RLIMIT_CORE: 0, resource.RLIMIT_CPU: math.ceil(time.process_time() + seconds)}
    if (statm := Path("/proc/self/statm")).exists():
        bounds[resource.RLIMIT_AS] = int(statm.read_text().split()[0]) * resource.getpagesize() + memory
    before = {kind: resource.getrlimit(kind) for kind in bounds}
    for kind, bound in bounds.items():
        hard = before[kind][1]
        resource.setrlimit(kind, (bound if hard == resource.RLIM_INFINITY else min(bound, hard), hard))
    try:
        yield
    finally:
        for kind, limits in before.items():
            resource.setrlimit(kind, limits)
