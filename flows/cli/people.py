"""Commands about people: show, forget, resolve; same, different, split, lock, unlock, queue."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from flows.cli.app import app
from flows.cli.console import HomeOption, console, home_of, tell_files
from scrapers.text import counted

if TYPE_CHECKING:
    from scrapers.store import Store

IdentifierArgument = typer.Argument(
    help="A candidate id, a URL, site:handle, or an address (only its hash is looked up)."
)
WaitOption = typer.Option(1.0, "--wait", help="Seconds to wait for a run that holds the store to end.")


@app.command()
def show(
    identifier: str = IdentifierArgument,
    as_json: bool = typer.Option(False, "--json", help="Everything, as one JSON object."),
    home: Path | None = HomeOption,
) -> None:
    """Print all that is held of one person, with sources and times."""
    from scrapers.candidates.lookup import held_of
    from scrapers.rights.audit_log import read
    from scrapers.store import Store

    place = home_of(home)
    with Store.open(place) as store:
        held = held_of(identifier, store, place.key)
    held["log"] = [entry for entry in read(place) if held["candidate_id"] in entry.get("candidates", ())]
    if as_json:
        typer.echo(json.dumps(held, ensure_ascii=False, default=_plain))
        return
    typer.echo(f"candidate {held['candidate_id'] or 'unknown'}")
    for account in held["accounts"]:
        typer.echo(f"  {account['site']}:{account['handle']} {account['name'] or ''} ({account['page_url']})")
    for item in held["evidence"]:
        typer.echo(f"  {item['date'] or '          '} {item['kind']}: {item['title']} {item['url']}")
    for judgement in held["judgements"]:
        until = f" (held until {judgement['revoked_at']:%Y-%m-%d})" if judgement["revoked_at"] else ""
        typer.echo(f"  {judgement['sentence']}{until}")
    for listed in held["shortlists"]:
        typer.echo(f"  {listed['as_of']} place {listed['rank']} for {listed['role']}, score {listed['score']:+.4f}")
    for dealing in held["dealings"]:
        typer.echo(f"  {dealing['day']} {dealing['kind']} {dealing['role']}".rstrip())
    for entry in held["log"]:
        typer.echo(f"  {entry['at'][:10]} {entry['act']}, in the log")


@app.command()
def forget(
    identifier: str = IdentifierArgument,
    dry_run: bool = typer.Option(False, "--dry-run", help="Only say what would go."),
    wait: float = typer.Option(1.0, help="Seconds to wait for a run that holds the store to end."),
    home: Path | None = HomeOption,
) -> None:
    """Erase a person everywhere, and keep every alias of theirs out from now on."""
    from ranking.upkeep.erasure import forget as erase
    from scrapers.candidates.lookup import is_address
    from scrapers.rights.audit_log import record
    from scrapers.rights.suppression import SuppressionList
    from scrapers.store import Store
    from scrapers.store.sql.locks import locked

    place, now = home_of(home), datetime.now(UTC)
    with (
        locked(place, "refresh", wait),
        Store.open(place) as store,
        _noted_erasure(store, dry_run) as counts,
    ):
        suppression = SuppressionList.open(place, store)
        erasure = erase(identifier, place, store, suppression, at=now, dry_run=dry_run)
        counts.update(erasure.counts)
        if not dry_run:
            record(place, "forget", now, candidates=list(erasure.candidates), counts=dict(erasure.counts))
    verb = "would remove" if dry_run else "removed"
    gone = ", ".join(counted(count, name.replace("_", " ")) for name, count in erasure.counts.items() if count)
    typer.echo(f"{verb}: {gone}" if gone else f"Nothing is held of {identifier}.")
    for path in erasure.files:
        typer.echo(f"{'named in' if dry_run else 'struck from'} {path}")
    if not erasure.counts.get("accounts") and is_address(identifier):
        typer.echo(
            "The address itself is listed. Whether any other account is theirs cannot be proven from it: "
            "give their profile's URL or a candidate id as well.",
            err=True,
        )
        raise typer.Exit(2)
    if not dry_run:
        typer.echo("Listed: no alias of this person will be collected, ranked or exported again.")
    tell_files(erasure.left_alone, () if dry_run else erasure.failed)


def _noted_erasure(store: Store, dry_run: bool) -> AbstractContextManager[dict[str, Any]]:
    """The counts of the row that an erasure leaves; one that only says what would go leaves none."""
    from scrapers.store.run_log import logged_step

    return nullcontext({}) if dry_run else logged_step(store, "forget")


@app.command()
def resolve(
    records: Path = typer.Argument(help="Account records, JSON lines (plain or .gz).", exists=True, dir_okay=False),
    out: Path = typer.Option(help="Where to write record_id<TAB>cluster_id."),
    why: Path | None = typer.Option(None, help="Where to write one judgement a line, with its sentence."),
) -> None:
    """Join account records of a file; nothing is kept in the home."""
    from scrapers.identity import resolve_file

    resolve_file(records, out, why, at=datetime.now(UTC))
    console.print(f"{out}")


@app.command()
def same(
    identifiers: list[str] = typer.Argument(help="Two or more: candidate ids, URLs or site:handle."),
    force: bool = typer.Option(False, "--force", help="Even where they have two account numbers at one site."),
    wait: float = WaitOption,
    home: Path | None = HomeOption,
) -> None:
    """Record that accounts are one person; the newest word about two accounts holds, through every refresh."""
    from scrapers.candidates.decisions import same as join

    _decide("same", lambda store, key, at: join(identifiers, store, key, at, force=force), home, wait)


@app.command()
def different(
    one: str = typer.Argument(help="A candidate id, a URL or site:handle."),
    other: str = typer.Argument(help="The other one."),
    wait: float = WaitOption,
    home: Path | None = HomeOption,
) -> None:
    """Record that two are not one person; no refresh joins them again, until `same` takes it back."""
    from scrapers.candidates.decisions import different as part

    _decide("different", lambda store, key, at: part(one, other, store, key, at), home, wait)


@app.command()
def split(
    candidate: str = typer.Argument(help="A candidate id, or any account of the candidate."),
    wait: float = WaitOption,
    home: Path | None = HomeOption,
) -> None:
    """Make every account of a candidate a candidate of its own; `same` with all of them takes it back."""
    from scrapers.candidates.decisions import split as part

    _decide("split", lambda store, key, at: part(candidate, store, key, at), home, wait)


@app.command()
def lock(
    candidate: str = typer.Argument(help="A candidate id, or any account of the candidate."),
    wait: float = WaitOption,
    home: Path | None = HomeOption,
) -> None:
    """Record that a candidate is complete: only a human's word adds an account or takes one away."""
    from scrapers.candidates.decisions import lock as close

    _decide("lock", lambda store, key, at: close(candidate, store, key, at), home, wait)


@app.command()
def unlock(
    candidate: str = typer.Argument(help="A candidate id, or any account of the candidate."),
    wait: float = WaitOption,
    home: Path | None = HomeOption,
) -> None:
    """Take a lock back, and nothing else that was said: refreshes judge the candidate again."""
    from scrapers.candidates.decisions import unlock as open_

    _decide("unlock", lambda store, key, at: open_(candidate, store, key, at), home, wait)


@app.command()
def queue(
    top: int | None = typer.Option(None, min=1, help="Only so many pairs."),
    as_json: bool = typer.Option(False, "--json", help="One JSON object a line."),
    home: Path | None = HomeOption,
) -> None:
    """List pairs of accounts that may be one person and wait for a human's word, best first."""
    from scrapers.candidates.decisions import queue as waiting
    from scrapers.identity.files import why_lines
    from scrapers.store import Store

    with Store.open(home_of(home)) as store:
        found = waiting(store)[:top]
    if as_json:
        typer.echo(why_lines(found), nl=False)
        return
    for judgement in found:
        typer.echo(f"{judgement.score:.2f}  {judgement.left}  {judgement.right}\n      {judgement.sentence}")
    if found:
        console.print("Decide with: headwater same A B, or headwater different A B", markup=False)
    else:
        console.print("nothing waits for a human's word", markup=False)


def _decide(act: str, word: Callable[[Store, bytes, datetime], str], home: Path | None, wait: float) -> None:
    """Say the word under the lock of refresh, log of whom it was said and whom it moved, and print what it changed."""
    from scrapers.rights.audit_log import record
    from scrapers.store import Store
    from scrapers.store.sql.locks import locked

    place = home_of(home)
    with locked(place, "refresh", wait), Store.open(place) as store:
        before, now = store.members(), datetime.now(UTC)
        said = word(store, place.key, now)
        after, words = store.members(), [word for word in store.judgements(by_people=True) if word.at == now]
        meant = {after[account] for word in words for account in word.pair if account in after}
        moved = {candidate for _, candidate in before.items() ^ after.items()}
        record(place, act, now, candidates=sorted(meant | moved))
    typer.echo(said)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else str(value)
