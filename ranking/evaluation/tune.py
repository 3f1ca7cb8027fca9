"""Choice of weights: `python -m ranking.evaluation.tune BENCH...`, each a folder with people, queries and qrels.

Coordinate ascent on the mean nDCG@10 over the benches, one set of weights for all. What it prints in the end counts:
each bench with weights chosen on the other benches, and each fifth of the queries with weights chosen on the rest.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ranking.corpus.corpus import build_corpus
from ranking.corpus.people_file import read_people, read_queries
from ranking.corpus.retrieve import find, near
from ranking.evaluation.measures import read_qrels
from ranking.features.recency import freshness
from ranking.index.embedder import Memory, VectorCache
from ranking.index.grouped import standardised
from ranking.scoring.weights import read_weights

Floats = NDArray[np.float64]
STEPS = (0.0, 0.15, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0)
# A change must be worth this much, or the weights follow noise.
LEAST_GAIN = 0.0003
ROUNDS = 3
DISCOUNT = 1 / np.log2(np.arange(10) + 2)


@dataclass(frozen=True)
class Bench:
    """Standardised parts by name, [queries, people], with the grades of the same shape."""

    name: str
    parts: Mapping[str, Floats]
    grades: Floats

    def only(self, queries: NDArray[np.bool_]) -> Bench:
        return Bench(self.name, {name: part[queries] for name, part in self.parts.items()}, self.grades[queries])


def load(folder: Path, cache: VectorCache) -> Bench:
    """The parts of every judged query of a bench, with recency as of the newest day in it."""
    people, queries = read_people(folder / "people.jsonl.gz"), read_queries(folder / "queries.jsonl")
    qrels = read_qrels(folder / "qrels.tsv")
    corpus, judged = build_corpus(people, cache), [query for query in queries if query in qrels]
    counted = corpus.kind_weights(read_weights().kinds)
    texts = [queries[query] for query in judged]
    asked = near(corpus, texts, corpus.encode_query(texts))
    found = [find(corpus, text, each, counted) for text, each in zip(texts, asked, strict=True)]
    parts = {name: np.stack([standardised(each.parts[name]) for each in found]) for name in found[0].parts}
    fresh = freshness(corpus.segments.max(corpus.days), int(corpus.days.max(initial=0)) or date.min.toordinal())
    known = fresh[np.isfinite(fresh)]
    centred = np.where(np.isfinite(fresh), fresh - (known.mean() if len(known) else 0), 0.0)
    grades = np.zeros((len(judged), len(corpus.people)))
    for number, query in enumerate(judged):
        for person, grade in qrels[query].items():
            if person in corpus.position:
                grades[number, corpus.position[person]] = max(0, grade)
    return Bench(folder.name, parts | {"recency": np.tile(centred, (len(judged), 1))}, grades)


def ndcg(scores: Floats, grades: Floats) -> Floats:
    """nDCG@10 of each query, linear gain."""
    top = np.argsort(-scores, axis=1, kind="stable")[:, :10]
    ideal = -np.sort(-grades, axis=1)[:, :10]
    gained = np.take_along_axis(grades, top, axis=1)
    values: Floats = (gained * DISCOUNT[: gained.shape[1]]).sum(axis=1) / np.maximum(
        (ideal * DISCOUNT[: ideal.shape[1]]).sum(axis=1), 1e-9
    )
    return values


def scored(bench: Bench, weights: Mapping[str, float]) -> Floats:
    """Return everybody's score for every query."""
    return np.asarray(sum(weight * bench.parts[name] for name, weight in weights.items()))


def chosen(benches: Sequence[Bench], start: Mapping[str, float]) -> dict[str, float]:
    """Weights by coordinate ascent from a start; the mean over benches only rises."""
    weights, sums = dict(start), [scored(bench, start) for bench in benches]
    best = float(np.mean([ndcg(s, b.grades).mean() for s, b in zip(sums, benches, strict=True)]))
    for _ in range(ROUNDS):
        before = dict(weights)
        for name in weights:
            for step in STEPS:
                moved = [s + (step - weights[name]) * b.parts[name] for s, b in zip(sums, benches, strict=True)]
                value = float(np.mean([ndcg(s, b.grades).mean() for s, b in zip(moved, benches, strict=True)]))
                if value > best + LEAST_GAIN:
                    best, sums, weights[name] = value, moved, step
        if weights == before:
            break
    return weights


def left_out(benches: Sequence[Bench], start: Mapping[str, float]) -> list[float]:
    """nDCG@10 of each bench with weights chosen on all the others."""
    return [
        float(ndcg(scored(bench, chosen([b for b in benches if b is not bench], start)), bench.grades).mean())
        for bench in benches
    ]


def crossed(benches: Sequence[Bench], start: Mapping[str, float], folds: int = 5) -> list[float]:
    """nDCG@10 of each bench, each fold of its queries with weights chosen on the other folds of all benches."""
    draw = np.random.default_rng(0)
    fold = [draw.permutation(len(bench.grades)) % folds for bench in benches]
    values = [np.zeros(len(bench.grades)) for bench in benches]
    for number in range(folds):
        weights = chosen([b.only(f != number) for b, f in zip(benches, fold, strict=True)], start)
        for bench, of, value in zip(benches, fold, values, strict=True):
            here = of == number
            value[here] = ndcg(scored(bench.only(here), weights), bench.only(here).grades)
    return [float(value.mean()) for value in values]


def report(benches: Sequence[Bench], start: Mapping[str, float]) -> list[str]:
    """The lines to read: as it is, as chosen, and the two honest figures."""
    best = chosen(benches, start)
    rows = {
        "as in weights.toml": [float(ndcg(scored(b, start), b.grades).mean()) for b in benches],
        "chosen on all (optimistic)": [float(ndcg(scored(b, best), b.grades).mean()) for b in benches],
        "each bench left out": left_out(benches, start),
        "queries in 5 folds": crossed(benches, start),
    }
    lines = [f"{name:28}" + "".join(f"{v:8.3f}" for v in (*values, np.mean(values))) for name, values in rows.items()]
    return [" " * 28 + "".join(f"{b.name[:7]:>8}" for b in benches) + "    mean", *lines, str(best)]


def main(argv: Sequence[str] | None = None, cache: VectorCache | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("bench", nargs="+", type=Path)
    folders: list[Path] = parser.parse_args(argv).bench
    weights, held = read_weights(), cache or Memory()
    total = sum(weights.parts.model_dump().values())
    start = weights.parts.model_dump() | {"recency": weights.features.get("recency", 0.0) * total}
    sys.stdout.write("\n".join(report([load(folder, held) for folder in folders], start)) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
