"""Commands that read public places: init, collect, parse."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from flows.cli import app
from flows.cli.console import HomeOption, QuietOption, console, home_of, source_bars

if TYPE_CHECKING:
    from scrapers.collect import Report

SINCE_DAYS = 365


@app.command()
def parse(
    source: str = typer.Argument(help="Which source reads the page, such as devpost or github."),
    file: Path = typer.Argument(help="A saved page, or a recording of exchanges.", exists=True, dir_okay=False),
    url: str = typer.Option(help="Where the page was saved from; it decides which kind of page it is."),
) -> None:
    """Print what one saved page shows, as JSON lines."""
    from scrapers.answers import refusal
    from scrapers.reading import read_page
    from scrapers.records import to_json
    from scrapers.replay import pages_of_file
    from scrapers.sources import source_named

    reader = source_named(source)
    for page in pages_of_file(source, file, url, datetime.now(UTC)):
        refused = refusal(page)
        for record in [refused] if refused else read_page(reader, page):
            typer.echo(json.dumps(to_json(record), ensure_ascii=False))


@app.command()
def collect(
    sources: list[str] | None = typer.Argument(None, metavar="[SOURCE]...", help="Only these sources; default is all."),
    since: datetime | None = typer.Option(None, formats=["%Y-%m-%d"], help="Ask for nothing older (default: a year)."),
    replay: Path | None = typer.Option(None, help="Read a folder of recorded pages instead of the web."),
    path: list[Path] | None = typer.Option(None, help="With git: a local clone to read; may be given more than once."),
    wait: float = typer.Option(1.0, help="Seconds to wait for another run of the same source to end."),
    home: Path | None = HomeOption,
    quiet: bool = QuietOption,
) -> None:
    """Read public places, politely, and keep what they show. A run that was cut short goes on where it stopped."""
    from scrapers.collect import Run, collect_source, planned
    from scrapers.collect import collect as collect_all
    from scrapers.faults import Fault
    from scrapers.store import Store
    from scrapers.suppression import SuppressionList

    if path and sources != ["git"]:
        raise Fault("--path goes with the source git: headwater collect git --path FOLDER")
    place, today = home_of(home), datetime.now(UTC).date()
    begin = since.date() if since else today - timedelta(days=SINCE_DAYS)
    with Store.open(place, durable=replay is None) as store, source_bars(quiet) as (on_page, on_wait):
        suppression = SuppressionList.open(place, store)
        with planned(
            place, sources or (), since=begin, today=today, replay=replay, clones=path or (), on_wait=on_wait
        ) as plan:
            run = Run(plan, place, store, suppression, wait)
            report = collect_all(run, lambda name, run, seen: collect_source(name, run, seen, on_page))
    show_report(report, quiet)
    raise typer.Exit(report.exit_code)


def show_report(report: Report, quiet: bool) -> None:
    """The yield of each source, and what each failure asks for."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for title in (
        "source",
        "outcome",
        "pages",
        "unchanged",
        "accounts",
        "evidence",
        "credited",
        "held back",
        "refused",
    ):
        table.add_column(title, justify="left" if title in {"source", "outcome"} else "right")
    for seen in report.yields:
        numbers = (seen.fetched, seen.unchanged, seen.accounts, seen.evidence, seen.credited, seen.held_back)
        table.add_row(seen.source, seen.outcome, *map(str, numbers), str(sum(seen.refused.values())))
    if not quiet:
        console.print(table)
    for failure in (failure for seen in report.yields for failure in seen.failures):
        console.print(f"{failure.source}: {failure.code.value}: {failure.url} {failure.detail}", markup=False)
    if report.not_archived:
        console.print(f"{report.not_archived} requests had no answer in the archive (not_archived)")


@app.command()
def init(
    defaults: bool = typer.Option(False, "--defaults", help="Ask nothing; write placeholders to edit."),
    home: Path | None = HomeOption,
) -> None:
    """Write operator.toml (contact, controller, notice, accepted terms) and say which sources can run now."""
    from flows.cli.operator import ask_operator, write_operator
    from scrapers.settings import read_sources, terms_gate

    place, today = home_of(home), datetime.now(UTC).date()
    if not (place / "operator.toml").exists():
        write_operator(place / "operator.toml", ask_operator(read_sources(), today, defaults))
    operator = place.operator()
    console.print(f"{place / 'operator.toml'}")
    for name, settings in read_sources().items():
        reason = terms_gate(name, settings.terms, operator, today)
        state = "off" if not settings.enabled else "waits" if reason else "runs"
        console.print(f"  {name}: {state}{f' ({reason})' if reason else ''}", markup=False)
    console.print("Next: headwater collect, headwater refresh, headwater rank data/roles/ai-engineer.md")


def day_or_today(day: datetime | None) -> date:
    """The given day, or today in UTC."""
    return day.date() if day else datetime.now(UTC).date()
