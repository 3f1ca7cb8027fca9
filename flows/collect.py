"""Scheduled collecting: one task per source, so that one failure stays one failure.

`python -m flows.collect [SOURCE...] [--replay DIR]` runs the flow here and now; without PREFECT_API_URL Prefect
starts a temporary server for it.
"""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from prefect import flow, task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from flows.budgets import permits
from flows.markdown import table
from scrapers.audit import config_hash, record
from scrapers.collect import Report, Run, collect_source, planned
from scrapers.collect import collect as collect_all
from scrapers.crawl import Yield
from scrapers.settings import find_home
from scrapers.store import Store
from scrapers.suppression import SuppressionList

SINCE = timedelta(days=365)


@flow(name="collect")
def collect(sources: list[str] | None = None, replay: Path | None = None, wait: float = 60.0) -> State[Any]:
    """Read the watched sources, or an archive: Completed, Completed as "Degraded", or Failed when nothing came."""
    home, today = find_home().create(), datetime.now(UTC).date()
    with (
        Store.open(home, durable=replay is None) as store,
        planned(
            home, sources or (), since=today - SINCE, today=today, replay=replay, turns=store, permit=permits()
        ) as plan,
    ):
        report = collect_all(Run(plan, home, store, SuppressionList.open(home, store), wait), _as_task)
    record(home, "collect", datetime.now(UTC), config=config_hash(), counts=report.counts)
    create_markdown_artifact(key="collect-yield", markdown=_yield_markdown(report), description="Yield per source")
    whole = sum(seen.outcome == "whole" for seen in report.yields)
    message = f"{whole} of {len(report.yields)} sources whole"
    if report.exit_code == 4:
        return Failed(message=message)
    return Completed(message=message, name="Degraded" if report.exit_code else "Completed")


def _as_task(name: str, run: Run, seen: Yield) -> None:
    """Read one source as a Prefect task; the open store is closed over, since it is nothing to serialise."""

    @task(name="collect-source", task_run_name=f"collect {name}", cache_policy=NO_CACHE, persist_result=False)
    def collect_one(source: str) -> str:  # noqa: ARG001 - shown as the task's parameter
        return collect_source(name, run, seen).outcome

    collect_one(name)


def _yield_markdown(report: Report) -> str:
    header = ("source", "outcome", "pages", "unchanged", "accounts", "evidence", "credited", "held back", "refused")
    rows = [
        (
            s.source,
            s.outcome,
            s.fetched,
            s.unchanged,
            s.accounts,
            s.evidence,
            s.credited,
            s.held_back,
            s.refused.total(),
        )
        for s in report.yields
    ]
    ages = [(name, standing.age(datetime.now(UTC)), "") for name, standing in report.standings.items()]
    failures = [(f.source, f.code.value, f.detail) for seen in report.yields for f in seen.failures]
    notices = [(n.source, n.code.value, n.detail) for seen in report.yields for n in seen.notices]
    told = {"Missing, and how old what is held": ages, "Failures": failures, "Notices": notices}
    columns = ("source", "what", "detail")
    sections = [f"## {title}\n\n{table(columns, found)}" for title, found in told.items() if found]
    return "\n\n".join([f"## Yield\n\n{table(header, rows)}", *sections]) + "\n"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sources", nargs="*")
    parser.add_argument("--replay", type=Path)
    chosen = parser.parse_args()
    state = collect(chosen.sources, chosen.replay, return_state=True)
    sys.exit(4 if state.is_failed() else 3 if state.name == "Degraded" else 0)
