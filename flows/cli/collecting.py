"""Commands that read public places: init, collect, record, parse."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from flows.cli.app import app
from flows.cli.console import HomeOption, QuietOption, bar, console, home_of, source_bars
from scrapers.sources.watched import operator_of
from scrapers.text import counted

if TYPE_CHECKING:
    from scrapers.settings.home import Home
    from scrapers.store import Store

SINCE_DAYS = 365


@app.command()
def parse(
    source: str = typer.Argument(help="Which source reads the page, such as devpost or github."),
    file: Path = typer.Argument(help="A saved page, or a recording of exchanges.", exists=True, dir_okay=False),
    url: str = typer.Option(help="Where the page was saved from; it decides which kind of page it is."),
) -> None:
    """Print what one saved page shows, as JSON lines."""
    from scrapers.fetch.replay import pages_of_file
    from scrapers.fetch.responses import refusal
    from scrapers.reading.bounded import BoundedReader
    from scrapers.records import to_json
    from scrapers.sources import source_named

    known = source_named(source)
    with BoundedReader() as reader:
        for page in pages_of_file(source, file, url, datetime.now(UTC)):
            refused = refusal(page)
            for record in [refused] if refused else reader.read(known, page):
                typer.echo(json.dumps(to_json(record), ensure_ascii=False))


@app.command()
def collect(
    sources: list[str] | None = typer.Argument(None, metavar="[SOURCE]...", help="Only these sources; default is all."),
    since: datetime | None = typer.Option(None, formats=["%Y-%m-%d"], help="Ask for nothing older (default: a year)."),
    replay: Path | None = typer.Option(None, help="Read a folder of recorded pages instead of the web."),
    path: list[Path] | None = typer.Option(None, help="With git: a local clone to read; may be given more than once."),
    list_: bool = typer.Option(False, "--list", help="Only say what each source watches, and how it stands."),
    dry_run: bool = typer.Option(False, "--dry-run", help="Only say what would be asked, and how long it would take."),
    reparse: bool = typer.Option(False, "--reparse", help="Ask nobody: read every archived page again, on all cores."),
    accept_yield: bool = typer.Option(False, "--accept-yield", help="Take what comes as usual, however little it is."),
    wait: float = typer.Option(0.2, help="Seconds to wait for another run of the same source to end."),
    home: Path | None = HomeOption,
    quiet: bool = QuietOption,
) -> None:
    """Read public places, politely, and keep what they show. A run that was cut short goes on where it stopped."""
    from flows.cli.reports import show_outlook, show_report, show_sources
    from ranking.upkeep.erasure import finish
    from ranking.upkeep.expiry import last_deletion
    from scrapers.collect.run import CollectingRun, collect_source, planned
    from scrapers.collect.run import collect as collect_all
    from scrapers.collect.source_result import SourceResult
    from scrapers.faults import Fault
    from scrapers.rights.audit_log import config_hash
    from scrapers.rights.audit_log import record as log
    from scrapers.rights.suppression import SuppressionList
    from scrapers.store import Store

    if path and sources != ["git"]:
        raise Fault("--path goes with the source git: headwater collect git --path FOLDER")
    if sum([list_, dry_run, reparse, replay is not None]) > 1:
        raise Fault("--list, --dry-run, --reparse and --replay exclude each other; give one of them")
    place, now = home_of(home), datetime.now(UTC)
    today = now.date()
    begin = since.date() if since else today - timedelta(days=SINCE_DAYS)
    with Store.open(place, durable=replay is None) as store:
        if list_:
            show_sources(place, store, today, now)
            return
        if reparse:
            raise typer.Exit(_reparse(place, store, sources or (), wait, quiet))
        with (
            source_bars(quiet or dry_run) as (on_page, on_wait),
            planned(
                place,
                sources or (),
                since=begin,
                today=today,
                replay=replay,
                clones=path or (),
                on_wait=on_wait,
                turns=store,
                dry=dry_run,
            ) as plan,
        ):
            if dry_run:
                show_outlook(plan, place)
                return

            def read(name: str, run: CollectingRun, seen: SourceResult) -> None:
                on_page(seen)
                collect_source(name, run, seen, on_page)

            run = CollectingRun(plan, place, store, SuppressionList.open(place, store), wait, accept_yield)
            report = collect_all(run, read)
        finish(place, store, run.suppression)
        deleted = last_deletion(place, store)
    log(place, "collect", now, config=config_hash(), counts=report.counts)
    show_report(report, now, quiet, deleted)
    raise typer.Exit(report.exit_code)


def _reparse(place: Home, store: Store, sources: Sequence[str], wait: float, quiet: bool) -> int:
    """Read the archive again; the exit code says whether every page could be read."""
    from flows.cli.reports import show_rereading
    from scrapers.collect.reparse import reparse
    from scrapers.store.run_log import logged_step

    with bar("archived pages", quiet) as on_progress, logged_step(store, "reparse") as counts:
        found = reparse(place, store, sources, wait_for_locks=wait, on_progress=on_progress)
        counts.update(pages=found.pages.total(), changed=found.changed.total(), removed=found.removed)
    show_rereading(found)
    return 3 if found.refused.failures else 0


@app.command()
def record(
    source: str = typer.Argument(help="Which source reads the page."),
    url: str = typer.Argument(help="The page to record; with --file, where that file was saved from."),
    out: Path | None = typer.Option(None, help="Where to write (default: tests/cases/sources/SOURCE/recorded)."),
    file: Path | None = typer.Option(None, help="A saved page to read instead.", exists=True, dir_okay=False),
    home: Path | None = HomeOption,
) -> None:
    """Make a test case of one page: real people swapped for invented ones, what nobody reads cut, case.json begun."""
    from scrapers.reading.recording import fetch_page, page_of_file, record_case

    page = page_of_file(source, url, file) if file else fetch_page(source, url, home_of(home))
    made = record_case(page, out or Path("tests/cases/sources") / source / "recorded")
    told = f"{counted(made.records, 'records')}, {counted(made.swapped, 'names swapped')}"
    typer.echo(f"{made.folder}: {made.size / 1024:.0f} KB, {told}")
    for doubt in made.doubts:
        console.print(f"look at this: {doubt}", markup=False)
    console.print("Read both files before you keep them: prose may still speak of real people.")


@app.command()
def init(
    defaults: bool = typer.Option(False, "--defaults", help="Ask nothing; write placeholders to edit."),
    new_key: bool = typer.Option(False, "--new-key", help="Let the store take the key of this home, or a new one."),
    moved: bool = typer.Option(False, "--moved", help="Say that this home was moved here, and is no copy."),
    home: Path | None = HomeOption,
) -> None:
    """Write operator.toml (contact, controller, notice, accepted terms), say which sources run and what others need."""
    from flows.cli.operator import ask_operator, write_operator
    from flows.cli.reports import show_states
    from scrapers.rights.contact import placeholders
    from scrapers.sources.watched import read_sources

    place, today = home_of(home), datetime.now(UTC).date()
    if new_key or moved:
        _settle(place, new_key, moved)
        return
    kept = (place / "operator.toml").exists()
    if not kept:
        write_operator(place / "operator.toml", ask_operator(read_sources(), today, defaults))
    operator = operator_of(place)
    console.print(f"{place / 'operator.toml'}{' was there, and is kept as it is' if kept else ''}", markup=False)
    if unfilled := " and ".join(placeholders(operator)):
        told = f"  Placeholders: {unfilled}. Put your own there: `headwater collect` asks nobody before."
        console.print(told, markup=False)
    show_states(operator, today)
    console.print("Next: headwater collect, headwater refresh, headwater rank data/roles/ai-engineer.md")


def _settle(place: Home, new_key: bool, moved: bool) -> None:
    """Take the home's word on what only its operator can know: which key holds, and that the home was moved."""
    from scrapers.rights.suppression import adopt_key
    from scrapers.settings.home_copies import moved as say_moved
    from scrapers.store import Store

    if moved:
        told = "is the home that it was before it was moved" if say_moved(place.folder) else "is no copy: as it was"
        with Store.open(place) as store:
            store.claim_exports(place, moved=True)
        typer.echo(f"{place.folder} {told}")
    if new_key:
        lost = adopt_key(place)
        if lost is None:
            typer.echo(f"{place / 'secret.key'} fits: as it was")
            return
        typer.echo(
            f"{place / 'secret.key'} is the key from now on. {counted(lost, 'accounts')} had opted out under another "
            "key and may be collected again: the list keeps their rows, which say nothing under this key. Candidate "
            "ids are made anew by `headwater refresh`; addresses out of git are known again once they are collected."
        )


def day_or_today(day: datetime | None) -> date:
    """The given day, or today in UTC."""
    return day.date() if day else datetime.now(UTC).date()
