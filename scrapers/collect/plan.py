"""What a run would ask: the gates first, then per source where to start, and the door that answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from pathlib import Path
from threading import Event

from scrapers.collect.bulk import BulkFiles
from scrapers.collect.source_health import basis_of
from scrapers.faults import Fault, Interrupted
from scrapers.fetch.clones import Clones
from scrapers.fetch.door import Fetching
from scrapers.fetch.pacing import ALONE, Pacing
from scrapers.fetch.replay import Replay
from scrapers.fetch.retries import Clock
from scrapers.records import Code, Refused, Request
from scrapers.rights.contact import reachable
from scrapers.settings.home import Home
from scrapers.settings.operator import Operator
from scrapers.sources import find_sources, source_named
from scrapers.sources.watched import SourceSettings, known_operator, read_sources, terms_gate, watch_of

OnWait = Callable[[str, str, float], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run would ask: per source where to start, or why it may not.

    `basis` marks, per source, what it was told to watch: only runs of one basis can be compared. `stop` ends the run.
    """

    name: str
    door: Fetching
    start: Mapping[str, tuple[Request, ...]]
    gated: tuple[Refused, ...]
    settings: Mapping[str, SourceSettings]
    basis: Mapping[str, str] = field(default_factory=dict)
    stop: Event = field(default_factory=Event)

    @property
    def live(self) -> bool:
        return self.name == "live"


@contextmanager
def planned(
    home: Home,
    names: Sequence[str] = (),
    *,
    since: date,
    today: date,
    following: Sequence[str] = (),
    replay: Path | None = None,
    clones: Sequence[Path] = (),
    on_wait: OnWait | None = None,
    turns: Pacing = ALONE,
    permit: Callable[[str], None] | None = None,
    dry: bool = False,
) -> Iterator[Plan]:
    """The plan of a run: of an archive, every entry; of clones, their histories; live, what the sources watch.

    Of the sources in `following` a live run reads only what the others lead to. It stands behind the gates of G1 and
    G12 (contact, controller, terms); files of one's own need none, and neither does a `dry` plan, which nobody runs.
    Its requests keep the `turns` of all workers, and each waits for a `permit`.
    """
    for name in (*names, *following):
        source_named(name)
    if replay is not None:
        yield _replay_plan(Replay(replay), replay, names)
        return
    if clones:
        watched = source_named("git").plan(source_named("git").watch.model_validate({"clones": clones}), since)
        yield Plan("clones", Clones(home.key), {"git": tuple(watched)}, (), {})
        return
    from scrapers.fetch.client import Fetcher

    operator = known_operator(home) if dry else reachable(home)
    settings, stop = read_sources(), Event()
    start: dict[str, tuple[Request, ...]] = {}
    gated = []
    for name in (*(names or [name for name, table in settings.items() if table.enabled]), *following):
        table = settings.get(name, SourceSettings())
        if reason := terms_gate(name, table.terms, operator, today):
            gated.append(Refused(Code.TERMS_MISSING, table.terms.terms_url if table.terms else "", reason, name))
            continue
        try:
            begin = source_named(name).plan(watch_of(name, table), since) if name not in following else ()
            start[name] = tuple(begin)
        except Fault:
            raise
        except Exception as fault:  # one source that cannot plan stops no other
            gated.append(Refused(Code.CONFIG, "", f"its plan stopped with {fault!r}; check [{name}.watch]", name))
    days = (today - since).days
    basis = {name: basis_of(settings.get(name, SourceSettings()), days) for name in start if name not in following}
    clock, by_terms = Clock(sleep=_sleeper(stop)), _api_hosts(operator, settings)
    contact = operator.contact if operator else None
    with Fetcher(contact=contact, by_terms=by_terms, on_wait=on_wait, turns=turns, permit=permit, clock=clock) as web:
        files = BulkFiles(web, home.folder, find_sources())
        yield Plan("live", Clones(home.key, otherwise=files), start, tuple(gated), settings, basis, stop)


def _api_hosts(operator: Operator | None, settings: Mapping[str, SourceSettings]) -> frozenset[str]:
    """The hosts of documented APIs that the operator uses under their own terms rather than under robots.txt."""
    by_terms = operator.apis_by_terms if operator else ()
    named = [n for n in by_terms if n in settings and (t := settings[n].terms) and t.basis == "api"]
    return frozenset(host for name in named for host in source_named(name).follow if not host.startswith("."))


def _sleeper(stop: Event) -> Callable[[float], None]:
    """A sleep that a run's end breaks off, before anything is asked too early."""

    def sleep(seconds: float) -> None:
        if stop.wait(seconds):
            raise Interrupted

    return sleep


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
