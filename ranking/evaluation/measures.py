"""Measures of a run against judgements, with intervals, and paired tests of one run against another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ranking.corpus.people_file import PeopleUnreadable
from scrapers.text import counted

Run = Mapping[str, Mapping[str, float]]
Qrels = Mapping[str, Mapping[str, int]]
Floats = NDArray[np.float64]

# ir-measures' names → the ones that people say.
MEASURES: Mapping[str, str] = {"nDCG@10": "nDCG@10", "AP": "MAP", "P@5": "P@5", "RR": "MRR"}
SAMPLES = 2_000
FLIPS = 10_000


@dataclass(frozen=True, slots=True)
class Measure:
    """The mean over queries, with a 95 % bootstrap interval and the value of each query."""

    name: str
    mean: float
    low: float
    high: float
    by_query: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Measures:
    """Every measure over the queries that somebody was found relevant for, and which queries do not count and why.

    `unanswered` queries were judged and are missing in the run: they count 0. Queries without a judgement, or with
    nobody relevant, measure nothing: they are left out.
    """

    by_name: Mapping[str, Measure]
    unanswered: tuple[str, ...] = ()
    unjudged: tuple[str, ...] = ()
    nobody: tuple[str, ...] = ()

    def __getitem__(self, name: str) -> Measure:
        return self.by_name[name]

    def told(self) -> Iterator[str]:
        """The figures, and what stands behind them, a line each."""
        for measure in self.by_name.values():
            interval = f"[{measure.low:.3f}, {measure.high:.3f}]"
            over = counted(len(measure.by_query), "queries")
            yield f"{MEASURES[measure.name]:8} {measure.mean:.4f}  {interval}  {over}"
        yield from _told("judged, but not answered by the run, which counts 0", self.unanswered)
        yield from _told("not judged, so not measured", self.unjudged)
        yield from _told("judged with nobody relevant, so not measured", self.nobody)


@dataclass(frozen=True, slots=True)
class Difference:
    """Mean difference of two runs on the queries of both; `p` by random flips of sign, two-sided."""

    name: str
    mean: float
    low: float
    high: float
    p: float
    better: int
    worse: int
    queries: int

    def told(self) -> str:
        """Return the difference, its interval, p, and on how many queries each run is better, in one line."""
        return (
            f"{MEASURES[self.name]:8} {self.mean:+.4f} [{self.low:+.3f}, {self.high:+.3f}]  p = {self.p:.4f}  "
            f"better on {self.better}, worse on {self.worse} of {self.queries}"
        )


def measured(run: Run, qrels: Qrels) -> Measures:
    """Every measure of a run against TREC judgements."""
    import ir_measures

    counted = {query: grades for query, grades in qrels.items() if max(grades.values(), default=0) > 0}
    wanted = [ir_measures.parse_measure(name) for name in MEASURES]
    values: dict[str, dict[str, float]] = {name: dict.fromkeys(counted, 0.0) for name in MEASURES}
    answered = {query: dict(scores) for query, scores in run.items() if query in counted}
    if answered:
        for row in ir_measures.iter_calc(wanted, {query: dict(grades) for query, grades in counted.items()}, answered):
            values[str(row.measure)][row.query_id] = float(row.value)
    return Measures(
        {name: _measure(name, by_query) for name, by_query in values.items()},
        unanswered=tuple(query for query in counted if query not in run),
        unjudged=tuple(query for query in run if query not in qrels),
        nobody=tuple(query for query in qrels if query not in counted),
    )


def compared(ours: Measures, theirs: Measures) -> list[Difference]:
    """Return each measure's paired difference over the queries that both count."""
    return [_difference(name, mine, theirs[name]) for name, mine in ours.by_name.items()]


def interval(values: Floats) -> tuple[float, float]:
    """The 95 % bootstrap interval of the mean; 0 to 0 of nothing."""
    if not len(values):
        return 0.0, 0.0
    drawn = np.random.default_rng(13).integers(0, len(values), size=(SAMPLES, len(values)))
    low, high = np.quantile(values[drawn].mean(axis=1), [0.025, 0.975])
    return float(low), float(high)


def read_qrels(path: Path) -> dict[str, dict[str, int]]:
    """TREC judgements: grade by query and person. Raises PeopleUnreadable naming the line."""
    grades: dict[str, dict[str, int]] = {}
    for where, fields in _lines(path):
        match fields:
            case [query, _, person, grade] if grade.lstrip("-").isdigit():
                grades.setdefault(query, {})[person] = int(grade)
            case _:
                raise PeopleUnreadable(f"{where}: expected 'query 0 person grade'")
    return grades


def read_run(path: Path) -> dict[str, dict[str, float]]:
    """A TREC run: score by query and person. Raises PeopleUnreadable naming the line."""
    run: dict[str, dict[str, float]] = {}
    for where, fields in _lines(path):
        try:
            query, _, person, _, score, _ = fields
            run.setdefault(query, {})[person] = float(score)
        except ValueError:
            raise PeopleUnreadable(f"{where}: expected 'query Q0 person rank score tag'") from None
    return run


def _lines(path: Path) -> Iterator[tuple[str, list[str]]]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise PeopleUnreadable(f"{path}: {error}") from None
    for number, line in enumerate(lines, 1):
        if fields := line.split():
            yield f"{path}:{number}", fields


def _measure(name: str, by_query: dict[str, float]) -> Measure:
    values = np.array(list(by_query.values()))
    low, high = interval(values)
    return Measure(name, float(values.mean()) if len(values) else 0.0, low, high, by_query)


def _difference(name: str, ours: Measure, theirs: Measure) -> Difference:
    queries = [query for query in ours.by_query if query in theirs.by_query]
    gains = np.array([ours.by_query[query] - theirs.by_query[query] for query in queries])
    low, high = interval(gains)
    mean = float(gains.mean()) if len(gains) else 0.0
    better, worse = int((gains > 0).sum()), int((gains < 0).sum())
    return Difference(name, mean, low, high, _by_chance(gains), better, worse, len(queries))


def _by_chance(gains: Floats) -> float:
    """Return how often random signs give a mean at least as far from 0 (Fisher's randomisation test); 1 of nothing."""
    if not gains.any():
        return 1.0
    signs = np.random.default_rng(17).choice([-1.0, 1.0], size=(FLIPS, len(gains)))
    reached = np.abs((signs * gains).mean(axis=1)) >= abs(gains.mean()) - 1e-12
    return float((reached.sum() + 1) / (FLIPS + 1))


def _told(what: str, queries: tuple[str, ...], most: int = 5) -> Iterator[str]:
    if queries:
        more = f" and {len(queries) - most} more" if len(queries) > most else ""
        yield f"{counted(len(queries), 'queries')} {what}: {', '.join(queries[:most])}{more}"
