"""The `changes` command: who is new, came back, moved or left since the last shortlist, and why."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from hashlib import sha256
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from flows.cli.app import app
from flows.cli.collecting import day_or_today
from flows.cli.console import AsOfOption, HomeOption, QuietOption, bar, console, home_of
from flows.cli.ranks import RoleArgument, role_of
from scrapers.text import counted

if TYPE_CHECKING:
    from ranking.shortlist.change import Change, Changes


@app.command()
def changes(
    role: str = RoleArgument,
    since: datetime | None = typer.Option(
        None, formats=["%Y-%m-%d"], help="Against the last shortlist made for that day or before (default: the last)."
    ),
    as_json: bool = typer.Option(False, "--json", help="One JSON object, with every term."),
    out: Path | None = typer.Option(None, help="Where to write a CSV of the changes."),
    as_of: datetime | None = AsOfOption,
    home: Path | None = HomeOption,
    quiet: bool = QuietOption,
) -> None:
    """Say who would be new on a role's shortlist today, who left or moved, and which cause moved them."""
    from ranking.pool import TalentPool
    from ranking.shortlist.changes import changes_since
    from ranking.upkeep.refreshing import MODEL
    from scrapers.settings.home import replace_file
    from scrapers.store import Store
    from scrapers.store.run_log import logged_step

    place, day = home_of(home), day_or_today(as_of)
    with Store.open(place) as store, logged_step(store, "changes", None, *MODEL, reading=True) as counts:
        with bar("embedding", quiet) as progress:
            pool = TalentPool.open(place, progress=progress)
        found = changes_since(pool, role_of(role, day), place, store, day, since.date() if since else None)
        counts.update(considered=found.after.considered, changes=len(found.rows))
        names = {person: candidate.name for person, candidate in pool.candidates.items()}
        if out is not None:
            named = [change.candidate_id for change in found.rows if change.candidate_id]
            text = as_csv(found, names)
            digest = sha256(text.encode()).hexdigest()
            store.note_export(str(out.resolve()), named, datetime.now(UTC), home=place.identity.id, digest=digest)
            replace_file(out, text)
            console.print(f"{counted(len(found.rows), 'changes')} in {out}", markup=False)
    if as_json:
        typer.echo(json.dumps(as_object(found, names), ensure_ascii=False))
    elif out is None:
        typer.echo("\n".join(told(found, names)))


def told(found: Changes, names: Mapping[str, str]) -> Iterator[str]:
    """Yield the news of people who are followed, then the changes, a line each."""
    for each in found.news:
        who = names.get(each.candidate_id, each.candidate_id)
        yield f'{who}, followed: {each.kind}, {each.date or "undated"}: "{" ".join(each.said.split())}" {each.url}'
    before, after, (moved, parts) = found.before, found.after, found.rescaled
    scale = f"; the scale of {moved} of {parts} parts moved" if moved else ""
    among = f"{counted(after.considered, 'people')} ({before.considered})"
    yield f"{after.role}: {after.as_of} against {before.as_of}, {among}{scale}"
    if not found.rows:
        yield "Nobody is new, nobody left, nobody moved."
    for change in found.rows:
        places = f"{change.was or '-':>3} -> {change.now or '-':<3}"
        name = names.get(change.candidate_id, change.candidate_id or "somebody erased")
        shares = ", ".join(f"{cause} {points(share):+.4f}" for cause, share in change.by_cause.items())
        shift = f": {points(change.delta):+.4f} ({shares})" if shares else ""
        yield f"{change.kind:5} {places} {name}  {change.cause}{shift}"


def as_csv(found: Changes, names: Mapping[str, str]) -> str:
    """Return a row for each change; the columns of the causes add up to `delta`."""
    from ranking.exports._rows import safe_cell
    from ranking.shortlist.change import CAUSES

    text = StringIO(newline="")
    rows = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    rows.writerow([*_HEAD, *(f"by_{cause.replace(' ', '_')}" for cause in CAUSES if cause != "suppression")])
    for change in found.rows:
        head = _head(change, names)
        shares = [points(change.by_cause.get(cause, 0)) for cause in CAUSES if cause != "suppression"]
        rows.writerow([safe_cell("" if cell is None else cell) for cell in (*head.values(), *shares)])
    return text.getvalue()


def as_object(found: Changes, names: Mapping[str, str]) -> dict[str, Any]:
    """Return everything, for a machine: each change with its terms and what each is put down to."""
    return {
        "role": found.after.role,
        "since": found.before.as_of.isoformat(),
        "as_of": found.after.as_of.isoformat(),
        "considered": [found.before.considered, found.after.considered],
        "rescaled": list(found.rescaled),
        "followed": [asdict(each) | {"date": each.date.isoformat() if each.date else None} for each in found.news],
        "changes": [
            _head(change, names)
            | {
                "terms": [
                    {"name": name, "delta": points(delta), "cause": change.why[name]}
                    for name, delta in change.terms.items()
                ]
            }
            for change in found.rows
        ],
    }


_HEAD = ("kind", "candidate_id", "name", "was", "now", "cause", "delta")


def _head(change: Change, names: Mapping[str, str]) -> dict[str, Any]:
    said = (change.kind, change.candidate_id, names.get(change.candidate_id, ""), change.was, change.now, change.cause)
    return dict(zip(_HEAD, (*said, points(change.delta)), strict=True))


def points(millionths: int) -> float:
    """Points, as scores are written."""
    return millionths / 1_000_000
