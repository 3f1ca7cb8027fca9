"""Commands about what people are owed: suppress, notified, sweep, audit."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from flows.cli.app import app
from flows.cli.collecting import day_or_today
from flows.cli.console import AsOfOption, HomeOption, home_of, tell_expiring, tell_files
from flows.cli.ranks import role_of
from scrapers.sources.watched import operator_of
from scrapers.text import counted

if TYPE_CHECKING:
    from ranking.evaluation.adverse_impact import ImpactTable
    from scrapers.settings.home import Home

IdentifierArgument = typer.Argument(
    help="A candidate id, a URL, site:handle, or an address (only its hash is looked up)."
)
LABELLED = "candidate_id, sex, race_ethnicity"
WaitOption = typer.Option(1.0, "--wait", help="Seconds to wait for a run that holds the store to end.")


@app.command()
def suppress(
    identifier: str = IdentifierArgument,
    wait: float = WaitOption,
    home: Path | None = HomeOption,
) -> None:
    """Record an objection: the person is kept, but never collected, ranked, exported or contacted again."""
    from ranking.upkeep.erasure import suppress as object_to
    from scrapers.rights.audit_log import record
    from scrapers.rights.suppression import SuppressionList
    from scrapers.store import Store
    from scrapers.store.sql.locks import locked

    place, now = home_of(home), datetime.now(UTC)
    with locked(place, "refresh", wait), Store.open(place) as store:
        listed = object_to(identifier, place, store, SuppressionList.open(place, store), at=now)
        record(place, "suppress", now, candidates=list(listed.candidates), counts=dict(listed.counts))
    typer.echo(f"Listed under {counted(listed.counts['aliases'], 'aliases')}.")
    if not listed.counts["accounts"]:
        typer.echo(f"Nothing is held of {identifier}: is it spelled right? Who comes with it is kept out from now on.")
    for path in listed.files:
        typer.echo(f"struck from {path}")
    tell_files(listed.left_alone, listed.failed)


@app.command()
def notified(
    identifiers: list[str] = typer.Argument(help="Whom: candidate ids, URLs or site:handle."),
    on: datetime | None = typer.Option(None, formats=["%Y-%m-%d"], help="On which day (default: today)."),
    answered: bool = typer.Option(False, "--answered", help="They answered, which is our last contact so far."),
    home: Path | None = HomeOption,
) -> None:
    """Record that people were given the notice, or answered it: their clock of retention runs from that day."""
    from scrapers.candidates.lookup import held_behind
    from scrapers.rights.audit_log import record
    from scrapers.store import Interaction, Store

    place, now, day = home_of(home), datetime.now(UTC), day_or_today(on)
    with Store.open(place) as store:
        accounts = [account for each in identifiers for account in held_behind(each, store, place.key)]
        owner = store.members()
        store.add_interactions(
            Interaction(account, "answered" if answered else "notified", day) for account in accounts
        )
        people = sorted({owner[account] for account in accounts if account in owner})
        record(place, "answered" if answered else "notified", now, candidates=people)
    typer.echo(f"Recorded for {counted(len(people), 'people')}, {day}.")


@app.command()
def sweep(
    confirm_clock: bool = typer.Option(False, "--confirm-clock", help="Delete although the clock looks wrong."),
    wait: float = WaitOption,
    home: Path | None = HomeOption,
) -> None:
    """Delete people whose time has run out (30 days unless they were told), accounts that are gone, old pages.

    Says who goes within a week, why, and what keeps them; and whose notice is due.
    """
    from ranking.upkeep.expiry import went
    from ranking.upkeep.sweep import sweep as clear_away
    from scrapers.rights.audit_log import record
    from scrapers.rights.suppression import SuppressionList
    from scrapers.store import Store
    from scrapers.store.sql.locks import locked

    place, now = home_of(home), datetime.now(UTC)
    with locked(place, "refresh", wait), Store.open(place) as store:
        listed = SuppressionList.open(place, store)
        swept = clear_away(place, store, listed, at=now, confirm_clock=confirm_clock)
        record(place, "sweep", now, counts=swept.counts)
        tell_expiring(place, store, now.date())
    typer.echo(", ".join(counted(count, name) for name, count in swept.counts.items()))
    if swept.expired:
        typer.echo(went(swept.reasons, now.date(), operator_of(place)).capitalize() + ".")
    for candidate, day in swept.notices_due:
        typer.echo(f"{candidate}: to be told by {day}")
    tell_files(swept.left_alone, swept.unfinished)


@app.command()
def audit(
    as_json: bool = typer.Option(False, "--json", help="One JSON object a line."),
    labels: Path | None = typer.Option(
        None,
        help=f"Impact ratios instead: a CSV with {LABELLED}, lawfully held; it is read and not kept.",
        exists=True,
        dir_okay=False,
    ),
    role: str | None = typer.Option(None, help="With --labels: whose last exported shortlist is looked at."),
    as_of: datetime | None = AsOfOption,
    home: Path | None = HomeOption,
) -> None:
    """Verify the log of what was done and print it, a changed line named; with --labels print impact ratios instead."""
    from scrapers.faults import Fault
    from scrapers.rights.audit_log import lines, read

    place = home_of(home)
    if (labels is None) != (role is None):
        raise Fault("--labels FILE and --role ROLE go together: impact ratios are those of one role's shortlist")
    if labels is not None and role is not None:
        _impact(labels, role, place, day_or_today(as_of), as_json)
        return
    entries = read(place)
    if as_json:
        for line in lines(place):
            typer.echo(line)
        return
    for entry in entries:
        said = {name: value for name, value in entry.items() if name not in {"at", "act", "before", "hash"}}
        typer.echo(f"{entry['at'][:19]}  {entry['act']}  {said}")
    typer.echo(f"{counted(len(entries), 'entries')}, none changed")


def _impact(labels: Path, role: str, place: Home, day: date, as_json: bool) -> None:
    """Print the tables of impact ratios."""
    from ranking.evaluation.adverse_impact import assess
    from ranking.pool import TalentPool
    from scrapers.store import Store

    with Store.open(place) as store:
        tables, strangers = assess(TalentPool.open(place), role_of(role, day), place, store, day, labels)
    for table in tables:
        typer.echo(json.dumps(as_object(table)) if as_json else "\n".join(ratios_told(table)))
    if strangers and not as_json:
        typer.echo(f"{counted(strangers, 'labels')} of nobody who is ranked: counted nowhere.")


def ratios_told(table: ImpactTable) -> Iterator[str]:
    """A table in lines, with what to be careful about."""
    yield f"{' and '.join(table.columns)} ({counted(table.unknown, 'people')} unknown, not counted)"
    yield f"  {'group':32} {'people':>7} {'listed':>7} {'rate':>6} {'ratio':>6}  {'above':>6} {'rate':>6} {'ratio':>6}"
    for group in table.groups:
        selection = f"{group.selected:7} {float(group.selection_rate):6.3f} {_ratio(group.selection_ratio)}"
        scoring = f"{group.above:6} {float(group.scoring_rate):6.3f} {_ratio(group.scoring_ratio)}"
        notes = [
            *(["left out: under 2 % of the people"] if group.left_out else []),
            *(["BELOW 0.80"] if group.flagged else []),
            *(["fewer than 30 people: a ratio of so few says little"] if group.small else []),
        ]
        yield f"  {group.name:32} {group.people:7} {selection}  {scoring}  {'; '.join(notes)}".rstrip()


def as_object(table: ImpactTable) -> dict[str, object]:
    """A table for a machine."""
    return {
        "columns": list(table.columns),
        "unknown": table.unknown,
        "groups": [
            {
                "name": group.name,
                "people": group.people,
                "selected": group.selected,
                "selection_rate": float(group.selection_rate),
                "selection_ratio": None if group.selection_ratio is None else float(group.selection_ratio),
                "above_median": group.above,
                "scoring_rate": float(group.scoring_rate),
                "scoring_ratio": None if group.scoring_ratio is None else float(group.scoring_ratio),
                "left_out": group.left_out,
                "below_four_fifths": group.flagged,
                "small_sample": group.small,
            }
            for group in table.groups
        ],
    }


def _ratio(ratio: Fraction | None) -> str:
    return f"{'-':>6}" if ratio is None else f"{float(ratio):6.3f}"
