"""Plan of a run: the terms and contact gates, the first requests by source, and the client that answers them."""

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
    """Plan of a run: first requests by source, and one refusal for each source that is `gated`.

    `basis` is a hash of the watch settings by source: only runs of one basis can be compared. `stop` ends the run.
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
    """Yield the plan of a run: every entry of an archive, the histories of clones, or what the sources watch live.

    Sources in `following` get no first requests in a live run, only those that others lead to. Live runs pass the
    gates of G1 and G12 (contact, controller, terms); local files need none, and neither does a `dry` plan, which is
    never run. Live requests keep the `turns` of all workers, and each waits for a `permit`.

    Raises UnknownSource, and BadConfiguration where the contact is missing.
    """
    for name in (*names, *following):
        source_named(name)
    if replay is not None:
        yield _replay_plan(Replay(replay), replay, names)
        return
    if clones:
        git = source_named("git")
        histories = git.plan(git.watch.model_validate({"clones": clones}), since)
        yield Plan("clones", Clones(home.key), {"git": tuple(histories)}, (), {})
        return
    from scrapers.fetch.client import Fetcher

    operator = known_operator(home) if dry else reachable(home)
    settings, stop = read_sources(), Event()
    wanted = names or [name for name, table in settings.items() if table.enabled]
    start, gated = _live_starts(wanted, following, settings, operator, since, today)
    days = (today - since).days
    basis = {name: basis_of(settings.get(name, SourceSettings()), days) for name in start if name not in following}
    clock, by_terms = Clock(sleep=_sleeper(stop)), _api_hosts(operator, settings)
    contact = operator.contact if operator else None
    with Fetcher(contact=contact, by_terms=by_terms, on_wait=on_wait, turns=turns, permit=permit, clock=clock) as web:
        files = BulkFiles(web, home.folder, find_sources())
        yield Plan("live", Clones(home.key, otherwise=files), start, gated, settings, basis, stop)


def _live_starts(
    names: Sequence[str],
    following: Sequence[str],
    settings: Mapping[str, SourceSettings],
    operator: Operator | None,
    since: date,
    today: date,
) -> tuple[dict[str, tuple[Request, ...]], tuple[Refused, ...]]:
    """Return the first requests by source (none for `following`), and the refusals of sources that may not start."""
    start: dict[str, tuple[Request, ...]] = {}
    gated = []
    for name in (*names, *following):
        table = settings.get(name, SourceSettings())
        if reason := terms_gate(name, table.terms, operator, today):
            gated.append(Refused(Code.TERMS_MISSING, table.terms.terms_url if table.terms else "", reason, name))
            continue
        try:
            requests = source_named(name).plan(watch_of(name, table), since) if name not in following else ()
            start[name] = tuple(requests)
        except Fault:
            raise
        except Exception as fault:  # one source that cannot plan stops no other
            gated.append(Refused(Code.CONFIG, "", f"its plan stopped with {fault!r}; check [{name}.watch]", name))
    return start, tuple(gated)


def _api_hosts(operator: Operator | None, settings: Mapping[str, SourceSettings]) -> frozenset[str]:
    """Return the hosts of documented APIs that the operator uses under their own terms, not under robots.txt."""
    by_terms = operator.apis_by_terms if operator else ()
    named = [n for n in by_terms if n in settings and (t := settings[n].terms) and t.basis == "api"]
    return frozenset(host for name in named for host in source_named(name).follow if not host.startswith("."))


def _sleeper(stop: Event) -> Callable[[float], None]:
    """Return a sleep that raises Interrupted as soon as `stop` is set, so that no pause is cut short."""

    def sleep(seconds: float) -> None:
        if stop.wait(seconds):
            raise Interrupted

    return sleep


def _replay_plan(archive: Replay, folder: Path, names: Sequence[str]) -> Plan:
    """Return the plan for all archive entries of the wanted sources; unknown sources in it are gated."""
    wanted = [entry for entry in archive.entries if not names or entry.source in names]
    known = find_sources()
    entries = {name: tuple(entry for entry in wanted if entry.source == name) for name in known}
    gated = tuple(
        Refused(
            Code.CONFIG,
            "",
            f"{folder}: its index names a source {name!r} that does not exist; there are: {', '.join(known)}",
            name,
        )
        for name in sorted({entry.source for entry in wanted} - known.keys())
    )
    name = f"replay:{sha256(str(folder.resolve()).encode()).hexdigest()[:16]}"
    return Plan(name, archive, {name: requests for name, requests in entries.items() if requests}, gated, {})
