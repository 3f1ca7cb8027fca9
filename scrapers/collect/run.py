"""A collecting run over many sources, each read by itself, so that the failure of one leaves the others alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager, suppress
from contextvars import copy_context
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from os import environ
from time import thread_time
from uuid import uuid4

from scrapers import __version__
from scrapers.collect.crawl import crawl
from scrapers.collect.crawl_state import follow_rule
from scrapers.collect.drift import judge_pages, judge_yield
from scrapers.collect.linked_accounts import linked_accounts
from scrapers.collect.plan import Plan, planned
from scrapers.collect.source_health import SourceHealth, health_of, usual_yield
from scrapers.collect.source_result import SourceResult
from scrapers.faults import Fault, Interrupted, Locked, StorageFault
from scrapers.reading.cleaning import version_of
from scrapers.records import Code, Refused
from scrapers.rights.suppression import SuppressionList
from scrapers.settings.home import Home
from scrapers.sources import find_sources, source_named
from scrapers.sources.budget import WHOLE_ARCHIVE
from scrapers.sources.watched import SourceSettings
from scrapers.store import Run as StoredRun
from scrapers.store import Store
from scrapers.store.sql.locks import locked

__all__ = ["CollectingRun", "Plan", "Report", "collect", "collect_source", "planned"]

ROUNDS = 3  # sources ask pages of each other; what is still open after three rounds waits for the next run

OnPage = Callable[[SourceResult], None]
Read = Callable[[str, "CollectingRun", SourceResult], object]


@dataclass(frozen=True, slots=True)
class Report:
    """Results of a run by source. `exit_code`: 0 whole, 3 delivered but degraded, 4 nothing delivered.

    `standings` hold, for each source that is not whole, when it last was, hence how old its data is (G36).
    """

    yields: tuple[SourceResult, ...]
    standings: Mapping[str, SourceHealth] = field(default_factory=dict)

    @property
    def not_archived(self) -> int:
        """Number of requests that an archive had no answer to."""
        return sum(seen.refused[Code.NOT_ARCHIVED] for seen in self.yields)

    @property
    def counts(self) -> dict[str, dict[str, str | int]]:
        """Outcome, pages and rows by source, for the audit log."""
        return {
            seen.source: {"outcome": seen.outcome, "pages": seen.fetched, "rows": seen.rows} for seen in self.yields
        }

    @property
    def exit_code(self) -> int:
        outcomes = {seen.outcome for seen in self.yields}
        if outcomes <= {"whole"}:
            return 0
        return 4 if outcomes == {"failed"} else 3


@dataclass(frozen=True, slots=True)
class CollectingRun:
    """A collecting run: its plan and its open resources. With `accept_yield` the result becomes the new baseline.

    `held` are the locks of sources that the run has begun and not yet read; `wait` is in seconds.
    """

    plan: Plan
    home: Home
    store: Store
    suppression: SuppressionList
    wait: float = 1.0
    accept_yield: bool = False
    held: dict[str, ExitStack] = field(default_factory=dict)


def collect_source(name: str, run: CollectingRun, seen: SourceResult, on_page: OnPage | None = None) -> SourceResult:
    """Crawl one source as planned; the caller holds its lock. Called again with the same yield, it resumes."""
    source, plan = source_named(name), run.plan
    open_to = plan.start.keys() | ({name} if plan.live else find_sources().keys())
    budget = plan.settings.get(name, SourceSettings()).budget if plan.live else WHOLE_ARCHIVE
    start = (*plan.start.get(name, ()), *(linked_accounts(source, run.store) if plan.live else ()))
    with _timed(seen):
        return crawl(
            source,
            start,
            plan.door,
            run.store,
            run.suppression,
            name=plan.name,
            may_follow=follow_rule(open_to),
            budget=budget,
            token=environ.get(source.token) if source.token else None,
            first=run.store.own_pages(name) if plan.live else (),
            seen=seen,
            on_page=on_page,
            stop=plan.stop,
        )


@contextmanager
def _timed(seen: SourceResult) -> Iterator[None]:
    """Record in the yield when a source was read, and the CPU seconds that this thread took for it."""
    seen.began = seen.began or datetime.now(UTC)
    before = thread_time()
    try:
        yield
    finally:
        seen.cpu_seconds += thread_time() - before
        seen.ended = datetime.now(UTC)


def collect(run: CollectingRun, read: Read = collect_source) -> Report:
    """Read every planned source, and what they ask of each other, until nothing is open.

    Live, sources are read side by side; an archive and clones are read one after the other, so that bytes repeat.
    What a site put off is tried once more at the end. `read` reads one source; a scheduler passes its own wrapper
    around `collect_source`.
    """
    started, yields = datetime.now(UTC), {name: SourceResult(name) for name in run.plan.start}
    with ExitStack() as locks:
        run = replace(run, held=dict(_locked_at_once(run, locks)))
        resumed = run.store.begin_crawl(run.plan.name, run.held)
        for name in run.held:
            yields[name].resumed = resumed.get(name, 0)
        _read_in_rounds(run, yields, read)
    for refusal in run.plan.gated:
        yields.setdefault(refusal.source, SourceResult(refusal.source)).note(refusal)
    standings = {name: health_of(run.store, name) for name in yields} if run.plan.live else {}
    for seen in yields.values():
        if run.plan.live and seen.source in run.plan.basis:
            _judge(seen, run)
        run.store.add_run(_as_stored(seen, run, started))
    ordered = tuple(yields[name] for name in sorted(yields))
    return Report(ordered, {s.source: standings[s.source] for s in ordered if s.outcome != "whole" and standings})


def _locked_at_once(run: CollectingRun, locks: ExitStack) -> Iterator[tuple[str, ExitStack]]:
    """Lock and yield each source to start with, but for those that another run holds: their crawl begins later."""
    for name in run.plan.start:
        with suppress(Locked):
            lock = locks.enter_context(ExitStack())
            lock.enter_context(locked(run.home, f"collect-{name}", 0.0))
            yield name, lock


@contextmanager
def _locked_to_read(name: str, run: CollectingRun, seen: SourceResult) -> Iterator[None]:
    """Hold the lock of a source; where another run held it at the start, begin its crawl once that run is done.

    Raises Locked after `run.wait` seconds.
    """
    if (lock := run.held.pop(name, None)) is not None:
        with lock:
            yield
        return
    with locked(run.home, f"collect-{name}", run.wait):
        if name in run.plan.start and not seen.asked:
            seen.resumed = run.store.begin_crawl(run.plan.name, [name]).get(name, 0)
        yield


def _read_in_rounds(run: CollectingRun, yields: dict[str, SourceResult], read: Read) -> None:
    """Read the sources to start with, then their requests to each other, then retry what was deferred."""
    known, due = find_sources(), list(run.plan.start)
    for _ in range(1 + ROUNDS):
        _read_all(due, run, yields, read)
        readable = run.plan.start if run.plan.live else known  # another run reads the pending requests of the others
        due = [name for name in run.store.pending(run.plan.name) if name in readable and _may_go_on(yields.get(name))]
    if deferred := [name for name, seen in yields.items() if seen.deferred]:
        for name in deferred:
            yields[name].forgive_deferrals()
        _read_all(deferred, run, yields, read)


def _may_go_on(seen: SourceResult | None) -> bool:
    """False if a source reached its budget, was asked to wait or stopped with a fault: it is left for later."""
    return seen is None or not (seen.left_out or seen.deferred or seen.stopped)


def _read_all(names: Iterable[str], run: CollectingRun, yields: dict[str, SourceResult], read: Read) -> None:
    """Read these sources, live ones in parallel. Only a fault of the store or of the configuration ends the run.

    Raises Locked where another run holds every one of them.
    """
    names = list(names)
    locked_out: list[Fault] = []
    tasks = []
    for name in names:
        seen = yields.setdefault(name, SourceResult(name))
        seen.left_out = 0
        tasks.append((copy_context(), name, seen))
    if run.plan.live and len(names) > 1:
        with ThreadPoolExecutor(len(names), thread_name_prefix="collect") as threads:
            futures = [threads.submit(context.run, _read_one, name, run, seen, read) for context, name, seen in tasks]
            try:
                done, _ = wait(futures, return_when=FIRST_EXCEPTION)
                locked_out = [fault for future in done if (fault := future.result()) is not None]
            except BaseException:
                run.plan.stop.set()
                raise
    else:
        for _, name, seen in tasks:
            fault = _read_one(name, replace(run, wait=0.0) if locked_out else run, seen, read)
            locked_out += [fault] if fault is not None else []
    if locked_out and len(locked_out) == len(names):
        raise locked_out[0]


def _read_one(name: str, run: CollectingRun, seen: SourceResult, read: Read) -> Fault | None:
    """Read one source and note its faults; return the fault where another run holds it.

    Raises StorageFault, and any Fault where the run is not live.
    """
    try:
        with _locked_to_read(name, run, seen):
            read(name, run, seen)
    except Interrupted:
        pass
    except Locked as fault:
        seen.stopped = True
        seen.note(Refused(Code.LOCKED, "", str(fault), name))
        return fault
    except StorageFault:
        raise
    except Fault as fault:
        if not run.plan.live:
            raise
        seen.stopped = True
        seen.note(Refused(Code.CONFIG, "", str(fault), name))
    except Exception as fault:
        seen.stopped = True
        seen.note(Refused(Code.INTEGRITY, "", f"reading it stopped with {fault!r}; the other sources go on", name))
    return None


def _judge(seen: SourceResult, run: CollectingRun) -> None:
    """Note what only a whole run shows: too many changed pages, or far fewer rows than usual."""
    if drift := judge_pages(seen.drifted, seen.parsed, seen.source):
        seen.note(drift)
    whole = not (seen.failures or seen.resumed or seen.left_out or seen.deferred)
    if whole and not run.accept_yield and not run.plan.stop.is_set():
        usual = usual_yield(run.store, seen.source, run.plan.basis.get(seen.source, ""))
        first = next(iter(run.plan.start[seen.source]), None)
        if little := judge_yield(seen.rows, usual, first.url if first else "", seen.source):
            seen.note(little)


def _as_stored(seen: SourceResult, run: CollectingRun, started: datetime) -> StoredRun:
    versions = {"headwater": __version__, "crawl": run.plan.name, "basis": run.plan.basis.get(seen.source, "")}
    if seen.source in find_sources():
        versions["parser"] = str(version_of(source_named(seen.source)))
    return StoredRun(
        run_id=uuid4().hex,
        step="collect",
        source=seen.source,
        outcome=seen.outcome,
        started_at=seen.began or started,
        ended_at=seen.ended or datetime.now(UTC),
        counts=funnel(seen) | {"baseline": int(run.accept_yield)},
        versions=versions,
        requests=seen.asked,
        bytes=seen.bytes,
        cpu_seconds=seen.cpu_seconds,
    )


def funnel(seen: SourceResult) -> dict[str, int]:
    """Return the counts of a run from pages fetched to evidence kept, and its refusals by code."""
    names = (
        "resumed", "asked", "fetched", "unchanged", "parsed", "accounts", "evidence", "credited", "events", "held_back",
        "left_out", "deferred", "rejected",
    )  # fmt: skip
    counts = {name: int(getattr(seen, name)) for name in names}
    return counts | {f"refused_{code.value}": count for code, count in sorted(seen.refused.items())}
