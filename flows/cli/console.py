"""What the command line shows while it works: messages on standard error, so that output can be piped."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from scrapers.crawl import Yield
from scrapers.settings import Home, find_home

console = Console(stderr=True, highlight=False, soft_wrap=True)

HomeOption = typer.Option(None, "--home", help="Where state lives (default: HEADWATER_HOME, else the project's).")
AsOfOption = typer.Option(None, "--as-of", help="The day that counts as today (YYYY-MM-DD).")
QuietOption = typer.Option(False, "--quiet", "-q", help="No progress, only results and faults.")


def home_of(folder: Path | None) -> Home:
    """The home that this command works in, made if it is not there."""
    return find_home(folder).create()


@contextmanager
def bar(what: str, quiet: bool = False) -> Iterator[Callable[[int, int], None]]:
    """A progress bar for a step whose size is known: call it with done and total."""
    with _progress(quiet) as progress:
        task = progress.add_task(what, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


@contextmanager
def source_bars(quiet: bool = False) -> Iterator[tuple[Callable[[Yield], None], Callable[[str, str, float], None]]]:
    """A line a source: what came so far, and the reason for waiting."""
    with _progress(quiet) as progress:
        tasks: dict[str, TaskID] = {}

        def on_page(seen: Yield) -> None:
            if seen.source not in tasks:
                tasks[seen.source] = progress.add_task(seen.source, total=None)
            refused = f", {sum(seen.refused.values())} refused" if seen.refused else ""
            progress.update(
                tasks[seen.source],
                completed=seen.fetched,
                description=f"{seen.source}: {seen.evidence} pieces of evidence{refused}",
            )

        def on_wait(host: str, reason: str, seconds: float) -> None:
            if seconds >= 2:
                progress.console.print(f"[dim]waiting {seconds:.0f} s for {host}: {reason}[/dim]")

        yield on_page, on_wait


def _progress(quiet: bool) -> Progress:
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=quiet or not console.is_terminal,
    )
