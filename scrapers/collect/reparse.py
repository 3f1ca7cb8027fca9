"""Reparsing: every archived page is parsed again with today's parsers, on all cores, without the network.

Processes parse and compare, this one among them; it alone writes, only what changed, a chunk in one transaction. It is
idempotent, and an interrupted run is simply started again.
"""

from __future__ import annotations

import os
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path

from pebble import ProcessExpired, ProcessPool

from scrapers import sources as known
from scrapers.collect.source_result import SourceResult
from scrapers.reading.bounded import LARGE, BoundedReader, fresh_processes, know_sources, read_within
from scrapers.reading.cleaning import read_page, version_of
from scrapers.records import Account, Code, Evidence, Page, Record, Refused
from scrapers.rights.suppression import SuppressionList
from scrapers.settings.home import Home
from scrapers.sources import Source, find_sources, source_named
from scrapers.store import ArchivedPage, Store
from scrapers.store.sql.locks import locked
from scrapers.store.sql.rows import PageDamaged

CHUNK = 32  # pages that a process parses at a time
BATCH = 256  # pages that another machine parses at a time
AHEAD = 3  # chunks handed to each other process, so that none waits for this one
WORTH = 3.0  # seconds of remaining work above which other processes are started, which takes two seconds

Reread = tuple[str, Page, list[Record], int]


@dataclass(slots=True)
class ReparseResult:
    """Result of a reparse: pages read and pages with changed records by source, rows removed, failures.

    `cpu` maps a process id to its seconds of CPU time.
    """

    pages: Counter[str] = field(default_factory=Counter)
    changed: Counter[str] = field(default_factory=Counter)
    removed: int = 0
    refused: SourceResult = field(default_factory=lambda: SourceResult("archive"))
    cpu: dict[int, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Chunk:
    """Result of one chunk: only what differs from the store. `cpu` as in Rereading."""

    pages: Counter[str]
    changed: list[Reread]
    refused: list[Refused]
    cpu: dict[int, float]
    large: list[str]  # keys of pages left out, since parsing them needs a process that can be killed


# Maps a function over batches of page keys on other machines; results come in any order.
EachBatch = Callable[[Callable[[Sequence[str]], _Chunk], Iterable[Sequence[str]]], Iterable[_Chunk]]


def reparse(
    home: Home,
    store: Store,
    sources: Sequence[str] = (),
    *,
    workers: int | None = None,
    each_batch: EachBatch | None = None,
    wait_for_locks: float = 1.0,
    on_progress: Callable[[int, int], None] = lambda done, total: None,  # noqa: ARG005
) -> ReparseResult:
    """Parse every archived page of these sources (of all, by default) again and store the records that differ.

    A page that cannot be parsed keeps its old records and is a failure in the result. `each_batch` has the pages
    parsed on other machines, but for large ones. Raises Locked while one of the sources is being collected.
    """
    names = list(sources) or list(find_sources())
    for name in names:
        source_named(name)
    result = ReparseResult()
    with ExitStack() as locks:
        for name in names:
            locks.enter_context(locked(home, f"collect-{name}", wait_for_locks))
        keys = store.page_keys(names)
        workers = workers or (os.process_cpu_count() if hasattr(os, "process_cpu_count") else os.cpu_count()) or 1
        done = 0
        chunks = _read_elsewhere(home, store, keys, each_batch) if each_batch else _read_all(home, store, keys, workers)
        for chunk in chunks:
            result.removed += store.keep_reread(chunk.changed) if chunk.changed else 0
            result.pages += chunk.pages
            for process, seconds in chunk.cpu.items():
                result.cpu[process] = result.cpu.get(process, 0.0) + seconds
            result.changed += Counter(page.source for _, page, _, _ in chunk.changed)
            for refusal in chunk.refused:
                result.refused.note(refusal)
            done += sum(chunk.pages.values())
            on_progress(done, len(keys))
    return result


def _chunks(keys: Sequence[str], size: int) -> list[Sequence[str]]:
    return [keys[start : start + size] for start in range(0, len(keys), size)]


def _read_elsewhere(home: Home, store: Store, keys: Sequence[str], each_batch: EachBatch) -> Iterator[_Chunk]:
    """Yield the results of other machines, then those of the large pages, which are read here."""
    large: list[str] = []
    for chunk in each_batch(partial(_read_small, home.folder, tuple(known.__path__)), _chunks(keys, BATCH)):
        large += chunk.large
        yield chunk
    yield from _read_all(home, store, large, workers=1)


def _read_small(folder: Path, folders: Sequence[str], keys: Sequence[str]) -> _Chunk:
    return _read(*_opened(folder, folders), None, keys)


@cache
def _opened(folder: Path, folders: Sequence[str]) -> tuple[Store, SuppressionList]:
    """Open the store of a home in another process, once, with every source imported."""
    know_sources(folders)
    home = Home(folder)
    store = Store.open(home)
    return store, SuppressionList.open(home, store)


def _read_all(home: Home, store: Store, keys: Sequence[str], workers: int) -> Iterator[_Chunk]:
    """Yield the chunks as they are done. The time of the first decides whether other processes are started."""
    suppression = SuppressionList.open(home, store)
    waiting = deque(_chunks(keys, CHUNK))
    with BoundedReader(processes=fresh_processes(__name__)) as reader:
        read, began = partial(_read, store, suppression, reader.read), time.perf_counter()
        if waiting:
            first = read(waiting.popleft())
            seconds = time.perf_counter() - began
            yield first
            if workers > 1 and seconds * len(waiting) >= WORTH:
                yield from _shared_out(home, read, waiting, workers - 1)
        yield from map(read, waiting)


def _shared_out(
    home: Home, read: Callable[[Sequence[str]], _Chunk], waiting: deque[Sequence[str]], others: int
) -> Iterator[_Chunk]:
    """Yield chunks read by `others` processes, and by this one while they start and whenever none of them is done.

    Few more chunks are in memory than there are processes. A chunk whose process was killed is read here, where a page
    beyond the bounds is one refusal.
    """
    running: dict[Future[_Chunk], Sequence[str]] = {}
    with _processes(home, others) as started:
        while waiting or running:
            while waiting and len(running) < AHEAD * others and _takes_more(started):
                keys = waiting.popleft()
                running[started.result().schedule(_read_there, (keys,))] = keys
            ready = wait(running, timeout=0 if waiting else None, return_when=FIRST_COMPLETED).done
            for future in ready:
                keys = running.pop(future)
                yield read(keys) if isinstance(future.exception(), _ENDED) else future.result()
            if waiting and not ready:
                yield read(waiting.popleft())


_ENDED = (ProcessExpired, BrokenProcessPool)


def _takes_more(started: Future[ProcessPool]) -> bool:
    return started.done() and not started.exception() and started.result().active


@contextmanager
def _processes(home: Home, count: int) -> Iterator[Future[ProcessPool]]:
    """Start so many processes with the store open; yield a future that is done once the first has started."""
    opened = (home.folder, tuple(known.__path__))
    pool = ProcessPool(count, initializer=_open_there, initargs=opened, context=fresh_processes(__name__))

    def start() -> ProcessPool:
        pool.schedule(os.getpid).result()
        return pool

    with ThreadPoolExecutor(1) as starter:
        started = starter.submit(start)
        try:
            yield started
        finally:
            wait([started])
            pool.stop()  # type: ignore[no-untyped-call]
            pool.join()


_there: tuple[Store, SuppressionList] | None = None


def _open_there(folder: Path, folders: Sequence[str]) -> None:
    global _there
    _there = _opened(folder, tuple(folders))


def _read_there(keys: Sequence[str]) -> _Chunk:
    assert _there is not None
    return _read(*_there, read_within, keys)


def _read(
    store: Store,
    suppression: SuppressionList,
    read: Callable[[Source, Page], list[Record]] | None,
    keys: Sequence[str],
) -> _Chunk:
    """Parse these pages and return those whose records differ from the store.

    `read` is a parser within bounds; without one, large pages are left out.
    """
    chunk, began = _Chunk(Counter(), [], [], {}, []), time.process_time()
    for archived in store.archived_rows(keys):
        try:
            page = archived.page()
        except PageDamaged as damage:
            chunk.pages[archived.row.source] += 1
            chunk.refused.append(Refused(Code.INTEGRITY, archived.row.url, str(damage), archived.row.source))
            continue
        if read is None and len(page.body) > LARGE:
            chunk.large.append(archived.key)
            continue
        chunk.pages[archived.row.source] += 1
        source = source_named(page.source)
        records = (read or read_page)(source, page)
        refused = [record for record in records if isinstance(record, Refused)]
        chunk.refused.extend(refusal for refusal in refused if refusal.code is not Code.EMPTY)
        if len(refused) == len(records) and all(refusal.code is not Code.EMPTY for refusal in refused):
            continue  # not read: its old records stay
        kept, _ = suppression.apply([record for record in records if not isinstance(record, Refused)])
        if archived.parser_version != version_of(source) or _differs(archived, kept):
            chunk.changed.append((archived.key, page, kept, version_of(source)))
    chunk.cpu[os.getpid()] = time.process_time() - began
    return chunk


def _differs(archived: ArchivedPage, records: Sequence[Record]) -> bool:
    """True if the accounts or acts of a page differ from the stored ones. Events belong to no single page."""
    accounts = {str(record.key): record for record in records if isinstance(record, Account)}
    acts = {record.id: record for record in records if isinstance(record, Evidence)}
    return accounts != archived.accounts or acts != archived.evidence
