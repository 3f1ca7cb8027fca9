"""The command that reads a reviewed shortlist back."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import typer

from flows.cli.app import app
from flows.cli.console import HomeOption, home_of
from flows.cli.ranks import role_of
from scrapers.text import counted


@app.command()
def feedback(
    file: Path = typer.Argument(
        help="The reviewed CSV, the page's export, or a system's own export.", exists=True, dir_okay=False
    ),
    role: str | None = typer.Option(
        None, help="For which role: the role file, as given to rank, or its sentence; default is the file's own column."
    ),
    wait: float = typer.Option(1.0, help="Seconds to wait for a run that holds the store to end."),
    home: Path | None = HomeOption,
) -> None:
    """Read decisions and reasons back, all or none; or whom an applicant tracking system knows already."""
    from ranking.handover.ats_known import is_export_of_others, remember
    from ranking.handover.feedback import FILE, keep, read_reviewed, role_in
    from scrapers.candidates.joining import ids_today
    from scrapers.faults import Fault
    from scrapers.rights.audit_log import record
    from scrapers.store import Store
    from scrapers.store.sql.locks import locked

    place, now = home_of(home), datetime.now(UTC)
    if is_export_of_others(file):
        with locked(place, "refresh", wait):
            count = remember(file, place)
            record(place, "already known", now, counts={"identifiers": count})
        told = counted(count, "identifiers more")
        typer.echo(f"{told}; whoever has one is flagged already_known and handed to nobody")
        return
    if role is not None:
        role_of(role)  # a path that is spelled wrong is told before anything is kept under it
    role = role or role_in(file)
    if role is None:
        raise Fault(f"{file} has no column role: say with --role for which role these decisions are")
    with locked(place, "refresh", wait), Store.open(place) as store:
        decisions = read_reviewed(file, ids_today(store.members(), place.key, store.former_ids()))
        named = str(Path(role).resolve()) if Path(role).is_file() else role
        changed = keep(decisions, named, place, store, now)
        record(place, "feedback", now, candidates=[d.candidate_id for d in decisions], counts={"changed": changed})
    told = counted(len(decisions), "people decided or remarked on")
    typer.echo(f"{told}, {changed} new or changed; kept in {place / FILE}")
