"""A collecting run over many sources: gates first, then each source by itself, so that a failure stays one failure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from os import environ
from pathlib import Path
from uuid import uuid4

from scrapers import __version__
from scrapers.crawl import Door, Yield, crawl, is_followed
from scrapers.locks import locked
from scrapers.records import Code, Refused, Request
from scrapers.replay import Replay
from scrapers.settings import Home, SourceSettings, read_sources, terms_gate, watch_of
from scrapers.sources import find_sources, source_named
from scrapers.store import Run, Store
from scrapers.suppression import SuppressionList

ROUNDS = 3  # sources ask pages of each other; what is still open after three rounds waits for the next run

OnPage = Callable[[Yield], None]
OnWait = Callable[[str, str, float], None]


@dataclass(frozen=True, slots=True)
class Report:
    """What a run gave, source by source. `exit_code`: 0 whole, 3 delivered but degraded, 4 nothing delivered."""

    yields: tuple[Yield, ...]
    not_archived: int = 0

    @property
    def exit_code(self) -> int:
        outcomes = {seen.outcome for seen in self.yields}
        if outcomes <= {"whole"}:
            return 0
        return 4 if outcomes == {"failed"} else 3


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run would ask: per source where to start, or why it may not."""

    name: str
    door: Door
    start: dict[str, tuple[Request, ...]]
    gated: tuple[Refused, ...]
    settings: dict[str, SourceSettings]


@contextmanager
def planned(
    home: Home,
    names: Sequence[str] = (),
    *,
    since: date,
    today: date,
    replay: Path | None = None,
    on_wait: OnWait | None = None,
) -> Iterator[Plan]:
    """The plan of a run: of an archive, every entry; live, what the sources watch, behind the gates of G1 and G12."""
    for name in names:
        source_named(name)
    if replay is not None:
        yield _replay_plan(Replay(replay), replay, names)
        return
    from scrapers.fetch import Fetcher

    operator, settings = home.operator(), read_sources()
    start: dict[str, tuple[Request, ...]] = {}
    gated = []
    for name in names or [name for name, table in settings.items() if table.enabled]:
        table = settings.get(name, SourceSettings())
        if reason := terms_gate(name, table.terms, operator, today):
            gated.append(Refused(Code.TERMS_MISSING, table.terms.terms_url if table.terms else "", reason, name))
        else:
            start[name] = tuple(source_named(name).plan(watch_of(name, table), since))
    with Fetcher(contact=operator.contact, on_wait=on_wait) as door:
        yield Plan("live", door, start, tuple(gated), settings)


def _replay_plan(archive: Replay, folder: Path, names: Sequence[str]) -> Plan:
    """Everything the archive holds for the wanted sources; a source unknown to us is refused, the rest is read."""
    wanted = [entry for entry in archive.entries if not names or entry.source in names]
    known = find_sources()
    start = {name: tuple(e for e in wanted if e.source == name) for name in known}
    strangers = sorted({entry.source for entry in wanted} - known.keys())
    gated = tuple(
        Refused(
            Code.CONFIG,
            "",
            f"{folder}: its index names a source {s!r} that does not exist; there are: {', '.join(known)}",
            s,
        )
        for s in strangers
    )
    name = f"replay:{sha256(str(folder.resolve()).encode()).hexdigest()[:16]}"
    return Plan(name, archive, {name: entries for name, entries in start.items() if entries}, gated, {})


def collect_source(
    name: str,
    plan: Plan,
    home: Home,
    store: Store,
    suppression: SuppressionList,
    *,
    seen: Yield | None = None,
    on_page: OnPage = lambda _: None,
    wait: float = 1.0,
) -> Yield:
    """Read one source as planned, under its own lock, and write the run down."""
    source, started = source_named(name), datetime.now(UTC)
    open_to = plan.start.keys() | ({name} if plan.name == "live" else find_sources().keys())

    def may_follow(request: Request) -> bool:
        return request.source in open_to and is_followed(source_named(request.source), request.url)

    with locked(home, f"collect-{name}", wait):
        seen = crawl(
            source,
            plan.start.get(name, ()),
            plan.door,
            store,
            suppression,
            name=plan.name,
            may_follow=may_follow,
            most_pages=plan.settings[name].most_pages if name in plan.settings else 100_000,
            token=environ.get(source.token) if source.token else None,
            seen=seen,
            on_page=on_page,
        )
    store.add_run(
        Run(
            run_id=uuid4().hex,
            step="collect",
            source=name,
            outcome=seen.outcome,
            started_at=started,
            ended_at=datetime.now(UTC),
            counts=funnel(seen),
            versions={"headwater": __version__, "parser": source.version},
        )
    )
    return seen


def collect(
    plan: Plan,
    home: Home,
    store: Store,
    suppression: SuppressionList,
    *,
    on_page: OnPage = lambda _: None,
    wait: float = 1.0,
) -> Report:
    """Read every planned source, and what they ask of each other, until nothing is open."""
    resumed = store.begin_crawl(plan.name, plan.start)
    yields = {name: Yield(name, resumed=resumed.get(name, 0)) for name in plan.start}
    due = list(plan.start)
    for _ in range(1 + ROUNDS):
        for name in due:
            seen = yields.setdefault(name, Yield(name))
            collect_source(name, plan, home, store, suppression, seen=seen, on_page=on_page, wait=wait)
        left = store.pending(plan.name)
        due = [name for name in left if name in find_sources() and _may_go_on(yields.get(name))]
    for refusal in plan.gated:
        yields.setdefault(refusal.source, Yield(refusal.source)).note(refusal)
    return Report(tuple(yields[name] for name in sorted(yields)))


def _may_go_on(seen: Yield | None) -> bool:
    """A source that reached its budget, or was asked to wait, is left for the next run."""
    return seen is None or not (seen.left_out or seen.refused[Code.RATE_DEFERRED])


def funnel(seen: Yield) -> dict[str, int]:
    """fetched -> parsed -> credited -> kept, with what was refused, by code."""
    counts = {
        "fetched": seen.fetched,
        "unchanged": seen.unchanged,
        "parsed": seen.parsed,
        "accounts": seen.accounts,
        "evidence": seen.evidence,
        "credited": seen.credited,
        "events": seen.events,
        "held_back": seen.held_back,
        "left_out": seen.left_out,
    }
    return counts | {f"refused_{code.value}": count for code, count in sorted(seen.refused.items())}
