"""A collecting run over many sources: gates first, then each source by itself, so that a failure stays one failure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from os import environ
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname
from uuid import uuid4

from scrapers import __version__, clone
from scrapers.crawl import Door, Yield, crawl, is_followed
from scrapers.locks import locked
from scrapers.records import Code, Page, Refused, Request
from scrapers.replay import Replay
from scrapers.settings import Home, SourceSettings, read_sources, terms_gate, watch_of
from scrapers.sources import find_sources, source_named
from scrapers.store import Run as StoredRun
from scrapers.store import Store
from scrapers.suppression import SuppressionList

ROUNDS = 3  # sources ask pages of each other; what is still open after three rounds waits for the next run

OnPage = Callable[[Yield], None]
OnWait = Callable[[str, str, float], None]


@dataclass(frozen=True, slots=True)
class Report:
    """What a run gave, source by source. `exit_code`: 0 whole, 3 delivered but degraded, 4 nothing delivered."""

    yields: tuple[Yield, ...]

    @property
    def not_archived(self) -> int:
        """How many requests an archive had no answer to."""
        return sum(seen.refused[Code.NOT_ARCHIVED] for seen in self.yields)

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
    clones: Sequence[Path] = (),
    on_wait: OnWait | None = None,
) -> Iterator[Plan]:
    """The plan of a run: of an archive, every entry; of clones, their histories; live, what the sources watch.

    A live run stands behind the gates of G1 and G12 (contact, controller, terms); files of one's own need none.
    """
    for name in names:
        source_named(name)
    if replay is not None:
        yield _replay_plan(Replay(replay), replay, names)
        return
    if clones:
        watched = source_named("git").plan(source_named("git").watch.model_validate({"clones": clones}), since)
        yield Plan("clones", Clones(home.key), {"git": tuple(watched)}, (), {})
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
    with Fetcher(contact=operator.contact, on_wait=on_wait) as web:
        yield Plan("live", Clones(home.key, otherwise=web), start, tuple(gated), settings)


@dataclass(frozen=True, slots=True)
class Clones:
    """Answers a `file:` request with the history of that clone, and leaves every other request to another door."""

    key: bytes
    otherwise: Door | None = None

    def fetch(
        self,
        request: Request,
        *,
        known: Page | None = None,
        pause: float = 1.0,
        token: str | None = None,
        token_host: str | None = None,
    ) -> Page | Refused:
        """The page of a clone, or the other door's answer."""
        if request.url.startswith("file:"):
            folder = Path(url2pathname(urlsplit(request.url).path))
            try:
                return clone.read(folder, self.key, fetched_at=datetime.now(UTC))
            except clone.NotAClone as fault:
                if self.otherwise is None:  # the only thing asked for: say so at once
                    raise
                return Refused(Code.CONFIG, request.url, str(fault), request.source)
        if self.otherwise is None:
            return Refused(Code.CONFIG, request.url, "only local clones are read in this run", request.source)
        return self.otherwise.fetch(request, known=known, pause=pause, token=token, token_host=token_host)


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


@dataclass(frozen=True, slots=True)
class Run:
    """A collecting run with everything open that it needs."""

    plan: Plan
    home: Home
    store: Store
    suppression: SuppressionList
    wait: float = 1.0


def collect_source(name: str, run: Run, seen: Yield, on_page: OnPage = lambda _: None) -> Yield:
    """Read one source as planned, under its own lock, and write down what it gave."""
    source, plan, started = source_named(name), run.plan, datetime.now(UTC)
    open_to = plan.start.keys() | ({name} if plan.name == "live" else find_sources().keys())

    def may_follow(request: Request) -> bool:
        return request.source in open_to and is_followed(source_named(request.source), request.url)

    with locked(run.home, f"collect-{name}", run.wait):
        crawl(
            source,
            plan.start.get(name, ()),
            plan.door,
            run.store,
            run.suppression,
            name=plan.name,
            may_follow=may_follow,
            most_pages=plan.settings[name].most_pages if name in plan.settings else 100_000,
            token=environ.get(source.token) if source.token else None,
            seen=seen,
            on_page=on_page,
        )
    run.store.add_run(
        StoredRun(
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


def collect(run: Run, read: Callable[[str, Run, Yield], object] = collect_source) -> Report:
    """Read every planned source, and what they ask of each other, until nothing is open.

    `read` reads one source; a scheduler passes its own wrapper around `collect_source`.
    """
    known = find_sources()
    resumed = run.store.begin_crawl(run.plan.name, run.plan.start)
    yields = {name: Yield(name, resumed=resumed.get(name, 0)) for name in run.plan.start}
    due = list(run.plan.start)
    for _ in range(1 + ROUNDS):
        for name in due:
            read(name, run, yields.setdefault(name, Yield(name)))
        left = run.store.pending(run.plan.name)
        due = [name for name in left if name in known and _may_go_on(yields.get(name))]
    for refusal in run.plan.gated:
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
