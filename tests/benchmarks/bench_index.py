"""The index beside `IndexFlatIP`: filtered, and beyond the size up to which it is searched exactly.

    python -m tests.benchmarks.bench_index [vectors, default 400000] [many, default 1000000]

Vectors are grown from those of the bundled sample. One thread; recall is that of the hundred nearest.
"""

from __future__ import annotations

from collections.abc import Iterator

import faiss
import numpy as np

from ranking.index.nearest import VectorIndex
from tests.benchmarks.grown import grown_vectors
from tests.benchmarks.timing import HEAD, Line, in_turns, one_thread
from tests.support.arguments import arguments

K, QUERIES = 100, 20


def lines(size: int = 400_000, many: int = 1_000_000) -> Iterator[Line]:
    """A filter that one in a hundred passes, for questions together and one by one, and a million vectors."""
    one_thread()
    queries = grown_vectors(QUERIES, seed=1)[0]
    yield from _filtered(size, queries)
    yield from _many(many, queries)


def _filtered(size: int, queries: np.ndarray) -> Iterator[Line]:
    vectors = grown_vectors(size)[0]
    passing = np.sort(np.random.default_rng(2).choice(size, size // 100, replace=False))
    index, flat = VectorIndex(vectors), _flat(vectors)
    truth = passing[np.argsort(-(queries @ vectors[passing].T), axis=1)[:, :K]]
    for how, groups in (("together", [queries]), ("one by one", np.split(queries, len(queries)))):
        ours, theirs = in_turns(
            lambda groups=groups: [index.search(group, K, passing) for group in groups],
            lambda groups=groups: [flat.search(group, K) for group in groups],
        )
        recall = _recall(np.vstack([index.search(group, K, passing)[1] for group in groups]), truth)
        what = f"search {size // 100} of {size} vectors, {QUERIES} questions {how}"
        yield Line(what, "IndexFlatIP, all of them", ours, theirs, "<= 0.15", f"recall {recall:.3f}")


def _many(size: int, queries: np.ndarray) -> Iterator[Line]:
    vectors = grown_vectors(size)[0]
    index, flat = VectorIndex(vectors), _flat(vectors)
    ours, theirs = in_turns(
        lambda: [index.search(query[None, :], K) for query in queries],
        lambda: [flat.search(query[None, :], K) for query in queries],
        rounds=3,
    )
    recall = _recall(index.search(queries, K)[1], flat.search(queries, K)[1])
    what = f"search {size} vectors, {QUERIES} queries"
    yield Line(what, "IndexFlatIP", ours, theirs, "<= 0.65", f"recall {recall:.4f}")


def _flat(vectors: np.ndarray) -> faiss.IndexFlatIP:
    flat = faiss.IndexFlatIP(vectors.shape[1])
    flat.add(vectors)
    return flat


def _recall(found: np.ndarray, truth: np.ndarray) -> float:
    return float(np.mean([len(set(a) & set(b)) / len(b) for a, b in zip(found, truth, strict=True)]))


if __name__ == "__main__":
    print(HEAD, *lines(*arguments(__doc__, "vectors?", "many?", kind=int)), sep="\n")
