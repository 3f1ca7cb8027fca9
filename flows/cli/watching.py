"""The `watch` command: follow people, so that their pages come first and their news is said first."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import typer

from flows.cli.app import app
from flows.cli.console import HomeOption, console, home_of


@app.command()
def watch(
    identifiers: list[str] | None = typer.Argument(
        None, metavar="[CANDIDATE]...", help="Whom to follow: a candidate id, a URL or site:handle."
    ),
    stop: bool = typer.Option(False, "--stop", help="Follow them no more."),
    list_: bool = typer.Option(False, "--list", help="Say who is followed, and since when."),
    as_json: bool = typer.Option(False, "--json", help="With --list: one JSON object a line."),
    home: Path | None = HomeOption,
) -> None:
    """Follow people: `collect` asks for their own pages first, and `changes` says first what is new of them."""
    from scrapers.candidates.follow import follow, unfollow
    from scrapers.candidates.joining import followed
    from scrapers.faults import Fault
    from scrapers.rights.audit_log import record
    from scrapers.rights.suppression import SuppressionList
    from scrapers.store import Store

    if list_ == bool(identifiers) or (stop and list_):
        raise Fault("say whom to follow, or --list; `headwater watch CANDIDATE --stop` ends it")
    place, now = home_of(home), datetime.now(UTC)
    with Store.open(place) as store:
        if list_:
            if not (follows := followed(store)) and not as_json:
                console.print("Nobody is followed.")
            names = {owner: store.accounts().get(account) for account, owner in store.members().items()}
            for person, since in follows.items():
                named = names.get(person)
                name = (named.name or named.handle) if named else ""
                told = {"candidate_id": person, "name": name, "since": since.isoformat()}
                typer.echo(json.dumps(told, ensure_ascii=False) if as_json else f"{person} {name}, since {since}")
            return
        suppression = SuppressionList.open(place, store)
        for identifier in identifiers or ():
            if stop:
                unfollow(identifier, store, place.key)
            else:
                follow(identifier, store, suppression, place.key, now.date())
            record(place, "unwatch" if stop else "watch", now, counts={"people": 1})
            typer.echo(f"{identifier}: {'followed no more' if stop else 'followed'}")
