"""Commands that judge the ranking itself: evaluate, train, doctor."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from platform import python_version
from typing import TYPE_CHECKING, Any

import typer

from flows.cli.app import app
from flows.cli.collecting import day_or_today
from flows.cli.console import AsOfOption, HomeOption, QuietOption, bar, home_of

if TYPE_CHECKING:
    from ranking.evaluation.measures import Measures
    from ranking.index.embedder import Embedder
    from ranking.scoring.rerank import Reranker
    from scrapers.settings.home import Home

# What scores and vectors depend on.
DEPENDS_ON = ("torch", "sentence-transformers", "faiss-cpu", "bm25s", "numpy", "scikit-learn", "sqlalchemy")
LABELS = "A CSV with the columns role, candidate_id, decision (yes, maybe or no)."


@app.command()
def evaluate(
    people: Path | None = typer.Option(None, help="Who is ranked: JSON lines, plain or .gz.", dir_okay=False),
    queries: Path | None = typer.Option(None, help="What is asked: JSON lines of query_id and text.", dir_okay=False),
    qrels: Path | None = typer.Option(None, help="TREC judgements; measures are printed where they are given."),
    labels: Path | None = typer.Option(None, help=f"Measure the store's ranking on your decisions. {LABELS}"),
    against: Path | None = typer.Option(None, help="Another TREC run over the same queries, compared query by query."),
    out: Path | None = typer.Option(None, help="Where to write the TREC run."),
    as_of: datetime | None = AsOfOption,
    home: Path | None = HomeOption,
    quiet: bool = QuietOption,
) -> None:
    """Rank people for every query, write the run, and measure it; or measure the ranking on your own decisions."""
    from scrapers.faults import Fault

    if labels is not None:
        _show(_on_labels(labels, as_of, home, quiet))
        return
    if people is None or queries is None:
        raise Fault("give --people and --queries, or --labels with your own decisions")
    if against is not None and qrels is None:
        raise Fault("--against compares two runs by judgements: give them with --qrels")
    if out is None and qrels is None:
        raise Fault("give --out for the run, or --qrels to measure it; else nothing would be left of it")
    found = _on_files(people, queries, qrels, out, as_of, home, quiet)
    if found is not None and qrels is not None:
        _show(found, against, qrels)


@app.command()
def train(
    labels: Path | None = typer.Argument(None, help=LABELS, dir_okay=False),
    rollback: bool = typer.Option(False, "--rollback", help="Take the newest trained weights out of use."),
    as_of: datetime | None = AsOfOption,
    home: Path | None = HomeOption,
    quiet: bool = QuietOption,
) -> None:
    """Fit the weights to your decisions; they are used only if roles that were not trained on are ranked better."""
    from ranking.evaluation.trained_weights import roll_back
    from scrapers.faults import Fault

    place = home_of(home)
    if rollback:
        left, now = roll_back(place)
        typer.echo(f"{left} is out of use; {now or 'the packaged weights'} count now")
    elif labels is None:
        raise Fault("give a CSV of your decisions, or --rollback")
    else:
        _train(labels, place, as_of, quiet)


def _train(labels: Path, place: Home, as_of: datetime | None, quiet: bool) -> None:
    from ranking.evaluation.labels import judged_roles, read_labels
    from ranking.evaluation.train import train as fitted
    from ranking.evaluation.trained_weights import promote
    from ranking.pool import TalentPool
    from ranking.scoring.weights import read_weights

    day, told = day_or_today(as_of), read_labels(labels)
    judged = judged_roles(told, labels.parent, day)
    with bar("embedding", quiet) as progress:
        pool = TalentPool.open(place, progress=progress)
    weights, trial = fitted(pool.corpus, judged, read_weights(), day)
    typer.echo(trial.told())
    if trial.promoted:
        written = promote(place, weights, trial, told, day)
        typer.echo(f"{written} counts from now on; `headwater train --rollback` takes it back")


@app.command()
def doctor(
    as_json: bool = typer.Option(False, "--json", help="One JSON object."),
    picture: Path | None = typer.Option(None, "--map", help="Draw everybody in two dimensions there (.png or .svg)."),
    home: Path | None = HomeOption,
    quiet: bool = QuietOption,
) -> None:
    """Check the environment, the store and the geometry of the vectors; every finding says what to do."""
    from ranking.evaluation.doctor import judge
    from ranking.index.models import embedder_of
    from ranking.notebook.map import check_suffix, draw
    from ranking.pool import NobodyToRank, TalentPool
    from ranking.scoring.rerank import reranker_of

    if picture is not None:
        check_suffix(picture)
    place = home_of(home)
    models = embedder_of(place), reranker_of(place)
    stored = _stored(place)  # a store that cannot be opened is said before the packaged model is loaded
    told: dict[str, Any] = {"environment": _environment(*models), "store": stored}
    try:
        with bar("embedding", quiet) as progress:
            corpus = TalentPool.open(place, progress=progress).corpus
    except NobodyToRank as nobody:
        told |= {"geometry": None, "findings": [], "note": str(nobody)}
    else:
        found = judge(corpus)
        told["geometry"] = {"people": len(corpus.people), "evidence": corpus.rows, "passages": len(corpus.index)}
        told |= {"effect": found.effect, "findings": found.to_json()}
        if picture is not None:
            draw(corpus, picture)
    typer.echo(json.dumps(told, indent=2) if as_json else "\n".join(_lines(told)))
    if told["findings"] or told["store"]["expiring"]:
        raise typer.Exit(3)


def _environment(embedder: Embedder | None, reranker: Reranker | None) -> dict[str, str]:
    """Versions of what the result depends on, and the models in use.

    The packaged model is told with its hash, and with the precision that this processor is made for.
    """
    from ranking.index.models import MINILM_SHA256, MiniLM

    versions = {name: version(name) for name in ("headwater", *DEPENDS_ON)}
    model = {"model": embedder.model_id} if embedder else {"model": MiniLM().model_id, "model sha256": MINILM_SHA256}
    return {"python": python_version(), **versions, **model, **({"reranker": reranker.model_id} if reranker else {})}


def _stored(place: Home) -> dict[str, Any]:
    """Return what the home holds, in whole megabytes, and which models made its vectors; opening checks schema and
    damage.
    """
    from ranking.upkeep.expiry import announced
    from scrapers.store import Store

    with Store.open(place) as store:
        models = store.vector_models()
        leaving = announced(place, store, datetime.now(UTC).date())
    size = sum(path.stat().st_size for path in place.folder.rglob("*") if path.is_file())
    return {"home": str(place.folder), "megabytes": size >> 20, "vectors by": models, "expiring": list(leaving)}


def _lines(told: dict[str, Any]) -> Iterator[str]:
    for part in ("environment", "store", "geometry"):
        yield part
        for name, value in (told[part] or {}).items():
            if name == "expiring":
                continue
            yield f"  {name}: {', '.join(value) if isinstance(value, list) else value}"
    yield from told["store"]["expiring"]
    for finding in told["findings"]:
        yield f"{finding['code']} ({finding['effect']}): {finding['sentence']} {finding['remedy']}"
    if not told["findings"] and (told.get("note") or not told["store"]["expiring"]):
        yield told.get("note") or "Nothing was found that needs a look."


def _on_files(
    people: Path,
    queries: Path,
    qrels: Path | None,
    out: Path | None,
    as_of: datetime | None,
    home: Path | None,
    quiet: bool,
) -> Measures | None:
    from ranking.evaluation.evaluate import evaluate as measure
    from ranking.index.models import embedder_of
    from ranking.scoring.rerank import reranker_of
    from scrapers.store import Store

    place, day = home_of(home), as_of.date() if as_of else None
    embedder, reranker = embedder_of(place), reranker_of(place)
    with Store.open(place) as store, bar("ranking", quiet) as progress:
        return measure(
            *(people, queries, qrels, out, store),
            as_of=day,
            embedder=embedder,
            reranker=reranker,
            progress=lambda _, done, of: progress(done, of),
        )


def _on_labels(labels: Path, as_of: datetime | None, home: Path | None, quiet: bool) -> Measures:
    from ranking.evaluation.evaluate import evaluate_labels
    from ranking.evaluation.labels import judged_roles, read_labels
    from ranking.pool import TalentPool

    day = day_or_today(as_of)
    judged = judged_roles(read_labels(labels), labels.parent, day)
    with bar("embedding", quiet) as progress:
        pool = TalentPool.open(home_of(home), progress=progress)
    return evaluate_labels(pool, judged, day)


def _show(found: Measures, against: Path | None = None, qrels: Path | None = None) -> None:
    from ranking.evaluation.measures import compared, measured, read_qrels, read_run

    for line in found.told():
        typer.echo(line)
    if against is not None and qrels is not None:
        typer.echo(f"Against {against}:")
        for difference in compared(found, measured(read_run(against), read_qrels(qrels))):
            typer.echo(difference.told())
