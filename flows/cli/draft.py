"""The `draft` command: a first message to start from, which a person finishes and sends."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import typer

from flows.cli.app import app
from flows.cli.collecting import day_or_today
from flows.cli.console import AsOfOption, HomeOption, QuietOption, bar, console, home_of
from flows.cli.ranks import role_of


@app.command()
def draft(
    candidate: str = typer.Argument(help="A candidate id, a URL, site:handle, or an address."),
    role: str = typer.Option(..., help="The role that you write about: a file or a quoted sentence."),
    as_json: bool = typer.Option(False, "--json", help="One JSON object."),
    as_of: datetime | None = AsOfOption,
    home: Path | None = HomeOption,
    quiet: bool = QuietOption,
) -> None:
    """Draft a first message about somebody's work, every fact with its evidence; nothing is sent."""
    from ranking.handover.ats_known import with_known
    from ranking.handover.clearance import cleared
    from ranking.pool import TalentPool
    from ranking.shortlist.outreach import NoDraft
    from ranking.shortlist.outreach import draft as drafted
    from ranking.shortlist.shortlist import Shortlist
    from scrapers.candidates.lookup import accounts_behind
    from scrapers.rights.suppression import SuppressionList
    from scrapers.store import Store

    place, day = home_of(home), day_or_today(as_of)
    query = role_of(role, day)
    with Store.open(place) as store:
        theirs, accounts = accounts_behind(candidate, store, place.key), store.accounts()
        listed = SuppressionList.open(place, store)
        if any(listed.account_listed(accounts[account]) for account in theirs if account in accounts):
            raise NoDraft(f"{candidate}: they objected, and are not written to")
        found = store.members().get(theirs[0], candidate)
        with bar("embedding", quiet) as progress:
            pool = TalentPool.open(place, progress=progress)
        match = pool.explain(found, query, as_of=day)
        alone = Shortlist(query, (match,), day, len(pool), pool.corpus.model)
        clearance = with_known(cleared(alone, place, store), place).clearances[found]
    message = drafted(match, query, clearance)
    if as_json:
        told = {"candidate_id": found, "text": message.text} | asdict(message)
        typer.echo(json.dumps(told, ensure_ascii=False))
    else:
        typer.echo(message.text)
        for sentence in message.sentences[:-1]:
            typer.echo(f"  rests on {sentence.evidence_id}: {sentence.text}")
    console.print("Not sent. Finish it, and send it yourself, with the notice that `headwater rank --out` writes.")
