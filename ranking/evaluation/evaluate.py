"""Evaluation: a TREC run over a file of people and queries, and its measures over judgements."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from ranking.corpus.corpus import Corpus, build_corpus
from ranking.corpus.people_file import read_people, read_queries
from ranking.evaluation.labels import Judged
from ranking.evaluation.measures import Measures, Run, measured, read_qrels
from ranking.index.embedder import Embedder, VectorCache
from ranking.role import Requirement, Role, RoleRefused, RoleUnclear, parse_role
from ranking.scoring.rerank import Reranker, read_again
from ranking.scoring.score import DECIMALS, score_role
from ranking.scoring.weights import Weights, read_weights

if TYPE_CHECKING:
    from ranking.pool import TalentPool

log = logging.getLogger(__name__)

Progress = Callable[[str, int, int], None]


def evaluate(
    people_path: Path,
    queries_path: Path,
    qrels_path: Path | None,
    out_path: Path | None,
    cache: VectorCache,
    *,
    as_of: date | None = None,
    embedder: Embedder | None = None,
    reranker: Reranker | None = None,
    weights: Weights | None = None,
    progress: Progress | None = None,
) -> Measures | None:
    """Rank everybody for every query, write the run, and measure it where judgements are given.

    `as_of` is by default the newest date in the people file; a query that cannot be read is ranked by its text.
    """
    people, queries = read_people(people_path), read_queries(queries_path)
    judged = read_qrels(qrels_path) if qrels_path else None
    dates = [piece.date for person in people for piece in person.evidence if piece.date]
    day = as_of or max(dates, default=date(1970, 1, 1))

    def embedded(done: int, of: int) -> None:
        if progress is not None:
            progress("embedding", done, of)

    corpus = build_corpus(people, cache, embedder, embedded)
    run: dict[str, dict[str, float]] = {}
    for number, (query, text) in enumerate(queries.items(), 1):
        if (role := read_query(query, text, day)) is not None:
            run[query] = ranked(corpus, role, weights or read_weights(), day, reranker)
        if progress is not None:
            progress("ranking", number, len(queries))
    if out_path is not None:
        out_path.parent.mkdir(parents=True, exist_ok=True)
        out_path.write_text("".join(trec_lines(run)), encoding="utf-8")
    return measured(run, judged) if judged is not None else None


def read_query(query: str, text: str, as_of: date) -> Role | None:
    """The query as `headwater role` reads it; its bare text as one must where it cannot be read, with a warning.

    None where it asks for what nobody may be ranked by: such a query has no list.
    """
    try:
        return parse_role(text, name=query, as_of=as_of)
    except RoleRefused as refused:
        log.warning("query %s has no list: %s", query, refused)
        return None
    except RoleUnclear as unclear:
        log.warning("query %s is ranked by its text: %s", query, unclear)
        return Role(title="", requirements=(Requirement("text", text),), text=text, name=query)


def ranked(
    corpus: Corpus, role: Role, weights: Weights, as_of: date, reranker: Reranker | None = None
) -> dict[str, float]:
    """Return everybody's score, best first."""
    scores = read_again(score_role(role, corpus, weights, as_of), reranker)
    return {corpus.people[row]: round(float(scores.total[row]), DECIMALS) for row in scores.order()}


def trec_lines(run: Run, tag: str = "headwater") -> list[str]:
    return [
        f"{query} Q0 {person} {rank} {score:.{DECIMALS}f} {tag}\n"
        for query, scores in run.items()
        for rank, (person, score) in enumerate(scores.items(), 1)
    ]


def evaluate_labels(pool: TalentPool, judged: Iterable[Judged], as_of: date) -> Measures:
    """Measure how well the pool's ranking agrees with recruiters' decisions, over the candidates they decided about.

    Nobody else is in the lists (Sakai 2007, condensed lists): who was not looked at is not wrong.
    """
    roles = {each.role.name or each.role.text: each for each in judged}
    named = {person for each in roles.values() for person in each.grades}
    if unknown := named - pool.candidates.keys():
        log.warning("%d of %d labelled candidates are not in this pool", len(unknown), len(named))
    run = {name: among(pool.corpus, each, pool.weights, as_of, pool.reranker) for name, each in roles.items()}
    return measured(run, {name: each.grades for name, each in roles.items()})


def among(
    corpus: Corpus, judged: Judged, weights: Weights, as_of: date, reranker: Reranker | None = None
) -> Mapping[str, float]:
    """The scores of the candidates that were decided about, best first."""
    scores = ranked(corpus, judged.role, weights, as_of, reranker)
    return {person: score for person, score in scores.items() if person in judged.grades}
