"""Commands that rank: refresh, rank, explain, role, demo."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, date, datetime
from importlib.util import find_spec
from pathlib import Path
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any

import typer

from flows.cli.app import app
from flows.cli.collecting import day_or_today
from flows.cli.console import AsOfOption, HomeOption, QuietOption, bar, console, home_of, tell_expiring
from scrapers.text import counted

if TYPE_CHECKING:
    from ranking.index.embedder import Progress
    from ranking.pool import TalentPool
    from ranking.role import Role
    from ranking.shortlist.shortlist import Shortlist
    from scrapers.settings.home import Home
    from scrapers.store import Store


def _formats() -> str:
    """Return the names of the export formats, from their folder, loading none of them."""
    spec = find_spec("ranking")
    folders = [str(Path(folder) / "exports") for folder in (spec and spec.submodule_search_locations) or ()]
    names = {module.name for module in iter_modules(folders) if not module.name.startswith("_")}
    short = {"shortlist_csv": "csv", "page": "html"}
    return ", ".join(sorted(short.get(name, name) for name in names))


RoleArgument = typer.Argument(help="A role description: a file, - for standard input, or a quoted sentence.")


@app.command()
def refresh(
    wait: float = typer.Option(1.0, help="Seconds to wait for another refresh to end."),
    home: Path | None = HomeOption,
    quiet: bool = QuietOption,
) -> None:
    """Join the accounts of one person, and embed the evidence that is new."""
    from ranking.index.models import embedder_of
    from ranking.upkeep.refreshing import embed, join
    from scrapers.rights.audit_log import record
    from scrapers.store import Store
    from scrapers.store.sql.locks import locked

    place = home_of(home)
    embedder = embedder_of(place)
    if os.environ.get("HEADWATER_DASK"):
        console.print("HEADWATER_DASK is set, which this command does not use; `python -m flows.refresh` does.")
    with locked(place, "refresh", wait), Store.open(place) as store:
        now = datetime.now(UTC)
        counts = join(place, store, now)
        with bar("embedding", quiet) as progress:
            counts |= embed(store, progress, embedder=embedder)
        record(place, "refresh", now, counts=counts)
        tell_expiring(place, store, now.date())
    typer.echo(", ".join(counted(count, what) for what, count in counts.items()))


@app.command()
def rank(
    role: str = RoleArgument,
    top: int = typer.Option(25, min=1, help="How many candidates."),
    form: str | None = typer.Option(None, "--format", help=f"One of {_formats()}; default by the suffix of --out."),
    out: Path | None = typer.Option(None, help="Where to write the shortlist; default is standard output."),
    blind: bool = typer.Option(
        False, "--blind", help="Without names, handles and links; who is who lies in a key file beside --out."
    ),
    people: Path | None = typer.Option(
        None, help="Rank your own list (JSON lines, plain or .gz) instead of the store."
    ),
    as_of: datetime | None = AsOfOption,
    home: Path | None = HomeOption,
    quiet: bool = QuietOption,
) -> None:
    """Write a shortlist: who fits the role, and why."""
    from ranking.handover.exporting import export, format_for
    from ranking.shortlist.changes import with_changes
    from scrapers.faults import Fault

    how, query = format_for(out, form), role_of(role, day_or_today(as_of))
    if out is None and (blind or how.beside):
        raise Fault("this needs a file to write, and a second one beside it: give --out FILE")
    place = home_of(home)
    with _store_to_rank(place, people) as (store, counts):
        with bar("embedding", quiet) as progress:
            pool = _pool_of(place, people, progress)
        with bar("ranking", quiet) as progress:
            found: Shortlist = pool.rank(query, top=top, as_of=day_or_today(as_of), progress=progress)
        counts.update(considered=found.considered, listed=len(found))
        _tell_what_was_not_used(role, found.role)
        if store is not None:
            tell_expiring(place, store, datetime.now(UTC).date())
        if out is None:
            how.write(found, typer.get_text_stream("stdout"))
        else:
            if store is not None:
                found = with_changes(found, pool, place, store) if how.name == "page" else found
                pool.keep_questions(found.role, store)
            written = export(found, None if people else place, how.name, out, at=datetime.now(UTC), blind=blind)
            console.print(f"{len(found)} of {counted(found.considered, 'people')} in {written}", markup=False)
    if how.warning:
        console.print(f"{how.name}: {how.warning}", markup=False)


@contextmanager
def _store_to_rank(place: Home, people: Path | None) -> Iterator[tuple[Store | None, dict[str, Any]]]:
    """The store, and the counts of the row that this ranking leaves there; an own list needs none and leaves none."""
    from ranking.index.models import embedder_of
    from ranking.scoring.rerank import reranker_of
    from ranking.upkeep.refreshing import MODEL
    from scrapers.store import Store
    from scrapers.store.run_log import logged_step

    embedder_of(place), reranker_of(place)  # a model that is not there is said before a store is made
    if people:
        yield None, {}
        return
    with Store.open(place) as store, logged_step(store, "rank", None, *MODEL, reading=True) as counts:
        yield store, counts


def _pool_of(place: Home, people: Path | None, progress: Progress) -> TalentPool:
    """Open everybody in the store, or an own list."""
    from ranking.index.models import embedder_of
    from ranking.pool import TalentPool
    from ranking.scoring.rerank import reranker_of

    if people is None:
        return TalentPool.open(place, progress=progress)
    return TalentPool.from_people(people, embedder=embedder_of(place), reranker=reranker_of(place), progress=progress)


def _tell_what_was_not_used(given: str, role: Role) -> None:
    for warning in (*role.warnings, *(f"not understood: {text}" for text in role.not_understood)):
        console.print(f"{given}: {warning}", markup=False)
    if idle := idle_of(role):
        console.print(f"{', '.join(idle)}: understood, but nobody is ranked or left out by it; see columns and flags.")


@app.command()
def explain(
    candidate: str = typer.Argument(help="A candidate id, a URL, site:handle, or an address."),
    role: str | None = typer.Option(None, help="Explain the score for this role: a file or a quoted sentence."),
    as_json: bool = typer.Option(False, "--json", help="One JSON object."),
    as_of: datetime | None = AsOfOption,
    home: Path | None = HomeOption,
) -> None:
    """Say why accounts are one person; with --role, how the score adds up, term by term, with quotes."""
    from ranking.exports.jsonl import term_json
    from ranking.pool import TalentPool
    from scrapers.candidates.decisions import grounds_of
    from scrapers.candidates.lookup import held_of
    from scrapers.store import Store

    place = home_of(home)
    with Store.open(place) as store:
        held = held_of(candidate, store, place.key)
        grounds = grounds_of(candidate, store, place.key)
    found = held["candidate_id"] or candidate
    if role is None:
        if as_json:
            typer.echo(json.dumps({"candidate_id": found} | asdict(grounds), ensure_ascii=False))
        else:
            typer.echo("\n".join([found, *grounds.told()]))
        return
    match = TalentPool.open(place).explain(found, role_of(role, day_or_today(as_of)), as_of=day_or_today(as_of))
    if as_json:
        terms = [term_json(term) for term in match.terms]
        typer.echo(json.dumps({"candidate_id": found, "score": match.score, "terms": terms}, ensure_ascii=False))
    else:
        typer.echo(match.explain())


@app.command(name="role")
def show_role(
    role: str | None = typer.Argument(None, help="A role description: a file, - for standard input, or a sentence."),
    lines: Path | None = typer.Option(None, help="A file of short queries, one a line.", exists=True, dir_okay=False),
    propose: str | None = typer.Option(
        None,
        metavar="PROVIDER/MODEL",
        help="Send the role's text to this language model, and show how it would read it as a difference.",
    ),
    as_of: datetime | None = AsOfOption,
) -> None:
    """Print what was understood of a role description, and what was not, as JSON."""
    from ranking.role import parse_role, to_json
    from scrapers.faults import Fault

    if (role is None) == (lines is None):
        raise Fault("give a role description or --lines FILE")
    if lines is None:
        read = role_of(role or "", day_or_today(as_of))
        if propose is None:
            typer.echo(json.dumps(to_json(read), ensure_ascii=False, indent=2))
        else:
            from ranking.role import proposal

            proposed = proposal.propose(read, proposal.asking(propose))
            typer.echo(proposal.difference(read, proposed) or "the model reads it the same way")
        return
    for number, line in enumerate(lines.read_text(encoding="utf-8").splitlines(), 1):
        try:
            told = to_json(parse_role(line, name=f"{lines}:{number}", as_of=day_or_today(as_of)))
        except Fault as fault:  # one line that cannot be read stops none of the others
            told = {"error": str(fault)}
        typer.echo(json.dumps(told, ensure_ascii=False))


@app.command()
def demo(
    out: Path | None = typer.Option(None, help="Where to work and write; default is demo/ below the home."),
    quiet: bool = QuietOption,
) -> None:
    """Do the whole main job on the bundled sample, offline: collect, join, embed, rank every role, write, explain."""
    from flows.cli.sample import run_demo

    place = out or home_of(None) / "demo"
    for name, found, files in run_demo(place, quiet):
        show_top(name, found)
        typer.echo(f"  in full: {' '.join(map(str, files))}\n")
    typer.echo("Next: headwater init, then headwater collect.")


def show_top(name: str, found: Shortlist, count: int = 10) -> None:
    """The first places of a shortlist, each with its best reason."""
    among = counted(found.considered, "people")
    typer.echo(f"{found.role.title or name}: the first {min(count, len(found))} of {among}")
    for match in found.matches[:count]:
        typer.echo(f"{match.rank:3}. {match.candidate.name}  {match.score:+.2f}")
        for quote in match.reasons[:1]:
            typer.echo(f'     "{quote.text}"\n     {quote.url} {quote.date or ""}'.rstrip())


def idle_of(role: Role) -> list[str]:
    """Return what a role states of place and time, by name: no score or filter uses it, and silence would mislead."""
    told = {"place": role.places, "remote": role.remote is not None, "seniority": role.seniority, "since": role.since}
    return [name for name, said in told.items() if said]


def role_of(role: str, as_of: date | None = None) -> Role:
    """A role from a file, standard input (-) or a sentence."""
    from ranking.role import parse_role, read_role

    if role == "-":
        return parse_role(typer.get_text_stream("stdin").read(), name="standard input", as_of=as_of)
    return read_role(role, as_of=as_of)
