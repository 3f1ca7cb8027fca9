"""Console of the command line: messages and progress on standard error, so that output can be piped."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import get_ident
from time import monotonic
from typing import TYPE_CHECKING

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Column

from scrapers.settings.home import Home, find_home
from scrapers.text import counted

if TYPE_CHECKING:
    from datetime import date

    from scrapers.collect.source_result import SourceResult
    from scrapers.store import Store

console = Console(stderr=True, highlight=False, soft_wrap=True)

HomeOption = typer.Option(None, "--home", help="Where state lives (default: HEADWATER_HOME, else the project's).")
AsOfOption = typer.Option(None, "--as-of", help="The day that counts as today (YYYY-MM-DD).")
QuietOption = typer.Option(False, "--quiet", "-q", help="No progress, only results and faults.")


def home_of(folder: Path | None) -> Home:
    """The home that this command works in, made if it is not there."""
    return find_home(folder).create()


def tell_expiring(home: Home, store: Store, today: date) -> None:
    """Say who goes within a week, why, and what keeps them."""
    from ranking.upkeep.expiry import announced

    for sentence in announced(home, store, today):
        typer.echo(sentence, err=True)


def tell_files(left_alone: Sequence[str], failed: Sequence[str]) -> None:
    """Name the exported files that still name somebody: another home's, and those that could not be changed; exit 3."""
    for path in left_alone:
        typer.echo(f"left alone, another home wrote it: {path}")
    for each in failed:
        typer.echo(f"not changed, it still names somebody who went: {each}", err=True)
    if left_alone:
        typer.echo(
            "Do the same in the home that wrote them. If it is this one and was moved here, run "
            "`headwater init --moved`, then this again.",
            err=True,
        )
    if left_alone or failed:
        raise typer.Exit(3)


@contextmanager
def bar(what: str, quiet: bool = False) -> Iterator[Callable[[int, int], None]]:
    """A progress bar for a step whose size is known: call it with done and total."""
    with _progress(quiet) as progress:
        task = progress.add_task(what, total=None, told="")
        yield lambda done, total: progress.update(task, completed=done, total=total)


@contextmanager
def source_bars(
    quiet: bool = False,
) -> Iterator[tuple[Callable[[SourceResult], None], Callable[[str, str, float], None]]]:
    """A live line a source: pages of those in reach, how fast, what it gave, why it waits. Threads may share it."""
    with _progress(quiet) as progress:
        tasks: dict[str, TaskID] = {}
        reads: dict[int, str] = {}  # which source a thread reads
        begun: dict[str, float] = {}

        def on_page(seen: SourceResult) -> None:
            name = seen.source
            reads[get_ident()] = name
            if name not in tasks:
                tasks[name], begun[name] = progress.add_task(name, total=None, told=""), monotonic()
            in_reach = min(seen.waiting, max(seen.most - seen.asked, 0))
            rate = seen.asked / max(monotonic() - begun[name], 0.1)
            refused = f", {seen.refused.total()} refused" if seen.refused else ""
            told = f"{rate:.1f}/s, {in_reach} to go, {counted(seen.rows, 'rows')}{refused}"
            progress.update(tasks[name], completed=seen.asked, total=seen.asked + in_reach, told=told)

        def on_wait(host: str, reason: str, seconds: float) -> None:
            name = reads.get(get_ident())
            if name in tasks and seconds >= 0.5:
                progress.update(tasks[name], told=f"waits {seconds:.0f} s for {host}: {_REASONS.get(reason, reason)}")

        yield on_page, on_wait


_REASONS = {"pace": "politeness", "asked": "the site asks for it", "retry": "trying again"}


def _progress(quiet: bool) -> Progress:
    """Bars where there is room; in a narrow terminal names and numbers alone, cut at its edge."""
    wide = [BarColumn(bar_width=20), TimeElapsedColumn()] if console.width >= 90 else []
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        MofNCompleteColumn(),
        *wide,
        TextColumn("{task.fields[told]}", table_column=Column(no_wrap=True, overflow="ellipsis")),
        console=console,
        transient=True,
        disable=quiet or not console.is_terminal,
    )
