"""Scheduled collecting: one task per source, so that one failure stays one failure.

`python -m flows.collect` runs the flow here and now; without PREFECT_API_URL Prefect starts a temporary server for it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from prefect.artifacts import create_markdown_artifact
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from flows.work import entry
from flows.work.budgets import permits
from flows.work.markdown import table
from flows.work.running import RESUMING, Progress, flow, task
from ranking.upkeep.erasure import finish
from scrapers.collect.hints import REMEDY
from scrapers.collect.run import CollectingRun, Report, collect_source, funnel, planned
from scrapers.collect.run import collect as collect_all
from scrapers.collect.source_result import SourceResult
from scrapers.records import Refused
from scrapers.rights.audit_log import config_hash, record
from scrapers.rights.suppression import SuppressionList
from scrapers.settings.home import Home, find_home
from scrapers.store import Store
from scrapers.text import counted, slug_of

SINCE = timedelta(days=365)


@flow(name="collect")
def collect(
    sources: list[str] | None = None,
    following: list[str] | None = None,
    replay: Path | None = None,
    wait: float = 60.0,
) -> State[Any]:
    """Read the watched sources, or an archive: Completed, Completed as "Degraded", or Failed when nothing came.

    Of the sources in `following` only that is read which the others lead to.
    """
    home, today = find_home().create(), datetime.now(UTC).date()
    with (
        Store.open(home, durable=replay is None) as store,
        planned(
            home,
            sources or (),
            following=following or (),
            since=today - SINCE,
            today=today,
            replay=replay,
            turns=store,
            permit=permits(),
        ) as plan,
    ):
        run = CollectingRun(plan, home, store, SuppressionList.open(home, store), wait)
        report = collect_all(run, _as_task)
        finish(home, store, run.suppression)
    record(home, "collect", datetime.now(UTC), config=config_hash(), counts=report.counts)
    family = f"-{slug_of('-'.join(sources))}" if sources else ""
    create_markdown_artifact(key=f"collect-yield{family}", markdown=_yield(report), description="Yield per source")
    create_markdown_artifact(key=f"collect-missing{family}", markdown=_missing(report), description="What is not whole")
    whole = sum(seen.outcome == "whole" for seen in report.yields)
    message = f"{whole} of {counted(len(report.yields), 'sources')} whole"
    if report.exit_code == 4:
        return Failed(message=message)
    return Completed(message=message, name="Degraded" if report.exit_code else "Completed")


def _as_task(name: str, run: CollectingRun, seen: SourceResult) -> None:
    """Read one source as a Prefect task; the open store is closed over, since it is nothing to serialise."""
    progress = Progress(f"collecting-{name}", f"Pages of {name} in reach")

    def on_page(seen: SourceResult) -> None:
        progress(seen.asked, seen.asked + min(seen.waiting, max(seen.most - seen.asked, 0)))

    @task(name="collect-source", run_name="collect {source}", **RESUMING)
    def collect_one(source: str) -> State[Any]:
        collect_source(source, run, seen, on_page)
        return _state_of(seen)

    state = collect_one(name, return_state=True)
    if state.name == "Failed":  # an error, which the run notes; what only came to nothing is named otherwise
        state.result()


def _state_of(seen: SourceResult) -> State[Any]:
    """Return the state of a source's task: by its name and by codes, never by what a page said."""
    codes = ", ".join(f"{count} {code.value}" for code, count in sorted(seen.refused.items()))
    gave = f"{counted(seen.fetched, 'pages')}, {counted(seen.rows, 'rows')}"
    message = f"{gave}; refused: {codes}" if codes else gave
    if seen.outcome == "failed":
        return Failed(name="NothingCame", message=message)
    return Completed(name="Degraded" if seen.failures else "Completed", message=message)


def _yield(report: Report) -> str:
    """The funnel of each source, from what was asked to what is credited to somebody, with what was refused."""
    shown = ("asked", "fetched", "unchanged", "parsed", "accounts", "evidence", "credited", "held_back")
    header = ("source", "outcome", *(name.replace("_", " ") for name in shown), "refused", "MB", "CPU s")
    rows = []
    for seen in report.yields:
        counts = funnel(seen)
        cost = (seen.refused.total(), f"{seen.bytes / 1e6:.1f}", f"{seen.cpu_seconds:.1f}")
        rows.append((seen.source, seen.outcome, *(counts[name] for name in shown), *cost))
    return f"## Yield\n\n{table(header, rows)}\n"


def _missing(report: Report) -> str:
    """The banner: which sources are not whole, how old what is held of them is, and what was wrong."""
    ages = [(name, standing.age(datetime.now(UTC)), "", "") for name, standing in report.standings.items()]
    failures = [(seen.source, *told) for seen in report.yields for told in _counted(seen.failures)]
    notices = [(seen.source, *told) for seen in report.yields for told in _counted(seen.notices)]
    told: dict[str, Sequence[Sequence[object]]] = {
        "Missing, and how old what is held": ages,
        "Failures": failures,
        "Notices": notices,
    }
    columns = ("source", "what", "times", "what to do")
    sections = [f"## {title}\n\n{table(columns, found)}" for title, found in told.items() if found]
    return "\n\n".join(sections or ["Every source is whole."]) + "\n"


def _counted(refused: Iterable[Refused]) -> Iterator[tuple[str, int, str]]:
    """Return how often each code, and its remedy; what a page said stays out of Prefect's database."""
    for code, times in sorted(Counter(each.code for each in refused).items()):
        yield code.value, times, REMEDY[code]


def check(home: Home, sources: list[str] | None, replay: Path | None) -> None:
    """Raise what such a run would be refused for: no operator, an unknown source, an archive without an index."""
    today = datetime.now(UTC).date()
    with planned(home, sources or (), since=today - SINCE, today=today, replay=replay):
        pass


if __name__ == "__main__":
    parser = entry.arguments("flows.collect", __doc__)
    parser.add_argument("sources", nargs="*", metavar="SOURCE", help="what to read (default: every source that is on)")
    parser.add_argument("--replay", type=Path, metavar="DIR", help="read this archive, and ask nobody")
    entry.run(collect, parser, check)
