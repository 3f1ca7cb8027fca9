"""The command `runs`: what was done, what it took, and which step got slower this week."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from flows.cli.app import app
from flows.cli.console import HomeOption, console, home_of
from scrapers.text import counted

if TYPE_CHECKING:
    from scrapers.store import Run
    from scrapers.store.run_log import Pace

SLOWER = 1.2  # a median that grew by a fifth is called slower


@app.command()
def runs(
    top: int = typer.Option(20, min=1, help="How many of the newest runs."),
    step: str | None = typer.Option(
        None, help="Only of this step: collect, join, embed, rank, changes, forget, reparse, sweep, drill."
    ),
    slower: bool = typer.Option(False, "--slower", help="Which step got slower: this week beside the four before."),
    as_json: bool = typer.Option(False, "--json", help="One JSON object a line."),
    home: Path | None = HomeOption,
) -> None:
    """List what was done and what it took; with --slower compare the medians of this week with those before."""
    from scrapers.store import Store
    from scrapers.store.run_log import BEFORE, WEEK, paces

    now = datetime.now(UTC)
    with Store.open(home_of(home)) as store:
        if slower:
            found = paces(store.runs(limit=None, step=step, since=now - WEEK - BEFORE), now)
            lines = map(_pace_object, found) if as_json else compared(found)
        else:
            newest = store.runs(limit=top, step=step)
            lines = map(_run_object, newest) if as_json else map(told, newest)
            if not newest:
                console.print(f"No run {f'of the step {step!r} ' if step else ''}is kept here yet.", markup=False)
        for line in lines:
            typer.echo(line)


def told(run: Run) -> str:
    """Return a run in a line: when, what, how it ended, what it took, what it gave."""
    name = f"{run.step} {run.source or ''}".rstrip()
    took = f"{run.seconds:7.1f} s  {run.cpu_seconds:7.1f} s cpu"
    asked = f"  {counted(run.requests, 'requests')}, {run.bytes / 1e6:.1f} MB" if run.requests else ""
    gave = ", ".join(counted(count, what) for what, count in run.counts.items() if count)
    return f"{run.started_at:%Y-%m-%d %H:%M}  {name:24} {run.outcome:8} {took}{asked}  {gave}".rstrip()


def compared(found: Iterable[Pace]) -> Iterator[str]:
    """Yield each step in a line, the one that got slower most first; then the answer in a sentence."""
    slower = []
    for pace in found:
        name = f"{pace.step} {pace.source or ''}".rstrip()
        (now, before), (cpu, cpu_before), (new, old) = pace.seconds, pace.cpu_seconds, pace.runs
        told = f"{now:.1f} s this week ({counted(new, 'runs')}), {before:.1f} s before ({old})"
        yield f"{pace.ratio:5.2f}x  {name:24} {told}; cpu {cpu:.1f} s, {cpu_before:.1f} s"
        slower += [name] if pace.ratio >= SLOWER else []
    yield f"Slower this week: {', '.join(slower)}." if slower else "No step with three runs on either side got slower."


def _run_object(run: Run) -> str:
    return json.dumps(asdict(run) | {"seconds": run.seconds}, default=_plain)


def _pace_object(pace: Pace) -> str:
    return json.dumps(asdict(pace) | {"ratio": pace.ratio})


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
