"""Commands about what people are owed: suppress, notified, sweep, audit."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import typer

from flows.cli import app
from flows.cli.collecting import day_or_today
from flows.cli.console import HomeOption, home_of

IdentifierArgument = typer.Argument(
    help="A candidate id, a URL, site:handle, or an address (only its hash is looked up)."
)
WaitOption = typer.Option(1.0, "--wait", help="Seconds to wait for a run that holds the store to end.")


@app.command()
def suppress(
    identifier: str = IdentifierArgument,
    wait: float = WaitOption,
    home: Path | None = HomeOption,
) -> None:
    """Record an objection: the person is kept, but never collected, ranked, exported or contacted again."""
    from ranking.erasure import suppress as object_to
    from scrapers.audit import record
    from scrapers.locks import locked
    from scrapers.store import Store
    from scrapers.suppression import SuppressionList

    place, now = home_of(home), datetime.now(UTC)
    with locked(place, "refresh", wait), Store.open(place) as store:
        listed = object_to(identifier, place, store, SuppressionList.open(place, store), at=now)
        record(place, "suppress", now, candidates=list(listed.candidates), counts=dict(listed.counts))
    typer.echo(f"Listed under {listed.counts['aliases']} aliases.")
    for path in listed.files:
        typer.echo(f"struck from {path}")


@app.command()
def notified(
    identifiers: list[str] = typer.Argument(help="Whom: candidate ids, URLs or site:handle."),
    on: datetime | None = typer.Option(None, formats=["%Y-%m-%d"], help="On which day (default: today)."),
    answered: bool = typer.Option(False, "--answered", help="They answered, which is our last contact so far."),
    home: Path | None = HomeOption,
) -> None:
    """Record that people were given the notice, or answered it: their clock of retention runs from that day."""
    from scrapers.access import accounts_behind
    from scrapers.audit import record
    from scrapers.store import Dealing, Store

    place, now, day = home_of(home), datetime.now(UTC), day_or_today(on)
    with Store.open(place) as store:
        accounts = [account for each in identifiers for account in accounts_behind(each, store, place.key)]
        owner = store.members()
        store.add_dealings(Dealing(account, "answered" if answered else "notified", day) for account in accounts)
        people = sorted({owner[account] for account in accounts if account in owner})
        record(place, "answered" if answered else "notified", now, candidates=people)
    typer.echo(f"Recorded for {len(people)} people, {day}.")


@app.command()
def sweep(
    confirm_clock: bool = typer.Option(False, "--confirm-clock", help="Delete although the clock looks wrong."),
    wait: float = WaitOption,
    home: Path | None = HomeOption,
) -> None:
    """Delete whose time has run out, accounts that are gone and old pages; say whose notice is due within a week."""
    from ranking.sweep import sweep as clear_away
    from scrapers.audit import record
    from scrapers.locks import locked
    from scrapers.store import Store
    from scrapers.suppression import SuppressionList

    place, now = home_of(home), datetime.now(UTC)
    with locked(place, "refresh", wait), Store.open(place) as store:
        listed = SuppressionList.open(place, store)
        swept = clear_away(place, store, listed, at=now, confirm_clock=confirm_clock)
        record(place, "sweep", now, counts=swept.counts)
    typer.echo(", ".join(f"{count} {name}" for name, count in swept.counts.items()))
    for candidate, day in swept.notices_due:
        typer.echo(f"{candidate}: to be told by {day}")


@app.command()
def audit(
    as_json: bool = typer.Option(False, "--json", help="One JSON object a line."),
    home: Path | None = HomeOption,
) -> None:
    """Verify the log of what was done, and print it; a changed or missing line is named."""
    from scrapers.audit import lines, read

    place = home_of(home)
    entries = read(place)
    if as_json:
        for line in lines(place):
            typer.echo(line)
        return
    for entry in entries:
        said = {name: value for name, value in entry.items() if name not in {"at", "act", "before", "hash"}}
        typer.echo(f"{entry['at'][:19]}  {entry['act']}  {said}")
    typer.echo(f"{len(entries)} entries, none changed")
