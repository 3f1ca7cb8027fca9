"""How good a ranking is: a TREC run over a file of people and queries, and its measures over judgements."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from ranking.corpus import Corpus, build_corpus
from ranking.embed import Embedder, VectorCache
from ranking.people import PeopleUnreadable, read_people, read_queries
from ranking.role import Requirement, Role, RoleUnclear, parse_role
from ranking.score import DECIMALS, score_role, tie_break
from ranking.weights import Weights, read_weights

__all__ = ["evaluate", "measured", "ranked", "read_qrels", "read_query", "tie_break", "trec_lines"]

log = logging.getLogger(__name__)

Run = dict[str, dict[str, float]]
Progress = Callable[[str, int, int], None]
MEASURES = ("nDCG@10", "AP", "P@5", "RR")


@dataclass(frozen=True, slots=True)
class Measure:
    """The mean over queries, with a 95 % bootstrap interval and the value of each query."""

    name: str
    mean: float
    low: float
    high: float
    by_query: Mapping[str, float]


Measures = Mapping[str, Measure]


def evaluate(
    people_path: Path,
    queries_path: Path,
    qrels_path: Path | None,
    out_path: Path | None,
    cache: VectorCache,
    *,
    as_of: date | None = None,
    embedder: Embedder | None = None,
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
    run: Run = {}
    for number, (query, text) in enumerate(queries.items(), 1):
        run[query] = ranked(corpus, read_query(query, text, day), weights or read_weights(), day)
        if progress is not None:
            progress("ranking", number, len(queries))
    if out_path is not None:
        out_path.write_text("".join(trec_lines(run)), encoding="utf-8")
    return measured(run, judged) if judged is not None else None


def read_query(query: str, text: str, as_of: date) -> Role:
    """The query as `headwater role` reads it; its bare text as one must where it cannot be read, with a warning."""
    try:
        return parse_role(text, name=query, as_of=as_of)
    except RoleUnclear as unclear:
        log.warning("query %s is ranked by its text: %s", query, unclear)
        return Role(title="", requirements=(Requirement("text", text),), text=text, name=query)


def ranked(corpus: Corpus, role: Role, weights: Weights, as_of: date) -> dict[str, float]:
    """Everybody's score, best first."""
    scores = score_role(role, corpus, weights, as_of)
    return {corpus.people[row]: round(float(scores.total[row]), DECIMALS) for row in scores.order()}


def trec_lines(run: Run, tag: str = "headwater") -> list[str]:
    return [
        f"{query} Q0 {person} {rank} {score:.{DECIMALS}f} {tag}\n"
        for query, scores in run.items()
        for rank, (person, score) in enumerate(scores.items(), 1)
    ]


def read_qrels(path: Path) -> dict[str, dict[str, int]]:
    """TREC judgements: grade by query and person. Raises PeopleUnreadable naming the line."""
    grades: dict[str, dict[str, int]] = {}
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise PeopleUnreadable(f"{path}: {error}") from None
    for number, line in enumerate(lines, 1):
        match line.split():
            case []:
                continue
            case [query, _, person, grade] if grade.lstrip("-").isdigit():
                grades.setdefault(query, {})[person] = int(grade)
            case _:
                raise PeopleUnreadable(f"{path}:{number}: expected 'query 0 person grade'")
    return grades


def measured(run: Run, qrels: Mapping[str, Mapping[str, int]], samples: int = 2000) -> Measures:
    """Every measure over all judged queries; one that the run does not answer counts 0."""
    import ir_measures

    wanted = {name: ir_measures.parse_measure(name) for name in MEASURES}
    values: dict[str, dict[str, float]] = {name: dict.fromkeys(qrels, 0.0) for name in MEASURES}
    answered = {query: scores for query, scores in run.items() if query in qrels}
    for row in ir_measures.iter_calc(list(wanted.values()), {q: dict(g) for q, g in qrels.items()}, answered):
        values[str(row.measure)][row.query_id] = float(row.value)
    return {name: _interval(name, by_query, samples) for name, by_query in values.items()}


def _interval(name: str, by_query: dict[str, float], samples: int) -> Measure:
    values = np.array(list(by_query.values()))
    if not len(values):
        return Measure(name, 0.0, 0.0, 0.0, by_query)
    drawn = np.random.default_rng(13).integers(0, len(values), size=(samples, len(values)))
    low, high = np.quantile(values[drawn].mean(axis=1), [0.025, 0.975])
    return Measure(name, float(values.mean()), float(low), float(high), by_query)
