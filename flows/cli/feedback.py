"""The command that reads a reviewed shortlist back."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import typer

from flows.cli import app
from flows.cli.console import HomeOption, home_of


@app.command()
def feedback(
    file: Path = typer.Argument(help="The reviewed CSV, or what the page exported.", exists=True, dir_okay=False),
    role: str = typer.Option(help="For which role: the role file, as given to rank, or its sentence."),
    wait: float = typer.Option(1.0, help="Seconds to wait for a run that holds the store to end."),
    home: Path | None = HomeOption,
) -> None:
    """Read decisions and reasons back; all of them or, where one line is wrong, none."""
    from ranking.feedback import FILE, keep, read_reviewed
    from scrapers.locks import locked
    from scrapers.store import Store

    place = home_of(home)
    with locked(place, "refresh", wait), Store.open(place) as store:
        decisions = read_reviewed(file, set(store.members().values()))
        named = str(Path(role).resolve()) if Path(role).is_file() else role
        changed = keep(decisions, named, place, store, datetime.now(UTC))
    typer.echo(f"{len(decisions)} people decided or remarked on, {changed} new or changed; kept in {place / FILE}")
