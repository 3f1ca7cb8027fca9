"""Latent topics of the pool (LSA), and nearest neighbours among pieces of evidence.

Themes are latent semantic indexing (Deerwester et al. 1990) over the pool's own BM25 matrix. Kindred scores smooth a
piece's score by those of its nearest neighbours by other people (score regularisation, Diaz 2005), with a sample of
pieces as possible neighbours so that the cost stays linear.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ranking.index.bm25 import BM25Index
from ranking.index.nearest import on_grid, products, unit

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

DIMENSIONS = 100
# A pool smaller than this says too little about how words go together: themes and kindred then say nothing.
LEAST_ROWS = 64
FITTED_ON = 20_000
# Up to so many pieces the decomposition is exact, and quicker than a random one, which looks at them eight times over.
EXACT_UP_TO = 1_000
ANCHORS = 2_000
NEIGHBOURS = 10


@dataclass(frozen=True)
class Topics:
    """Unit rows of the pieces in theme space, and the way for a query's words to get there.

    `places` are the numbers of those rows that scores are of; without them, of all.
    """

    rows: Floats
    loadings: Floats
    lexicon: BM25Index
    places: Ints | None = None

    def query(self, weights: dict[str, float]) -> Floats:
        """A query in theme space, of length 1; 0 where no word of it is known."""
        query = np.zeros(self.loadings.shape[0], dtype=np.float64)
        for column, weight in self.lexicon.rarity_weighted(weights):
            query += weight * self.loadings[:, column]
        length = np.linalg.norm(query)
        return on_grid((query / length if length > 1e-9 else 0 * query).astype(np.float32))

    def scores(self, weights: dict[str, float]) -> Floats:
        """The cosine of every piece with the query."""
        return products(self.rows, self.query(weights), self.places)


@dataclass(frozen=True)
class Neighbours:
    """For each row its nearest sampled rows by other people, with weights that add up to 1 (or 0 where none).

    A weight falls to 0 at the first row that is too far, so that it does not matter which of equally near rows is in.
    """

    neighbours: Ints
    weights: Floats

    def smoothed(self, values: Floats) -> Floats:
        """The weighted mean of each row's neighbours' values."""
        mean: Floats = np.einsum("ij,ij->i", values.take(self.neighbours), self.weights)
        return mean


def fit_topics(lexicon: BM25Index, keys: Sequence[str]) -> Topics | None:
    """Themes of the pieces, fitted on at most FITTED_ON of them; None for a pool too small.

    Which, and in which order, their keys decide: the decomposition of many is a random one, and another order gives
    another.
    """
    matrix = lexicon.matrix()
    if matrix is None or matrix.shape[0] < LEAST_ROWS or matrix.shape[1] < 2:
        return None
    sample = matrix[by_hash(keys)[:FITTED_ON]].astype(np.float64)
    loadings = decomposed(sample, min(DIMENSIONS, min(sample.shape) // 2))
    return Topics(unit((matrix @ loadings.T).astype(np.float32)), loadings.astype(np.float32), lexicon)


def decomposed(sample: Any, dimensions: int) -> NDArray[np.float64]:
    """The right singular vectors of a sparse matrix, a line each, that belong to its largest singular values.

    0 where the matrix has not so many: an exact decomposition tells.
    """
    if sample.shape[0] > EXACT_UP_TO:
        from sklearn.utils.extmath import randomized_svd

        random: NDArray[np.float64] = randomized_svd(sample, dimensions, n_iter=4, random_state=0)[2]
        return random
    squares, left = np.linalg.eigh((sample @ sample.T).toarray())
    largest, left = squares[-dimensions:], left[:, -dimensions:]
    there = largest > 1e-9 * largest[-1]
    exact: NDArray[np.float64] = (sample.T @ (left * (there / np.sqrt(np.where(there, largest, 1))))).T
    return exact


def find_neighbours(vectors: Floats, owner: Ints, keys: Sequence[str]) -> Neighbours | None:
    """Find each row's NEIGHBOURS most similar rows of others among ANCHORS sampled ones; None for a pool too small."""
    if len(vectors) < LEAST_ROWS:
        return None
    anchors = sampled(keys, ANCHORS)
    k = min(NEIGHBOURS, len(anchors) - 1)
    neighbours = np.empty((len(vectors), k), dtype=np.int64)
    weights = np.empty((len(vectors), k), dtype=np.float32)
    for start in range(0, len(vectors), 2048):
        block = slice(start, start + 2048)
        near = vectors[block] @ vectors[anchors].T
        near[owner[block][:, None] == owner[anchors][None, :]] = 0
        found = np.argpartition(-near, k, axis=1)[:, : k + 1]
        nearest = np.maximum(np.take_along_axis(near, found, axis=1), 0) ** 2
        found, closeness = found[:, :k], nearest[:, :k] - nearest[:, k:]
        neighbours[block] = anchors[found]
        weights[block] = closeness / np.maximum(closeness.sum(axis=1, keepdims=True), 1e-9)
    return Neighbours(neighbours, weights)


def sampled(keys: Sequence[str], size: int) -> Ints:
    """The rows with the lowest hashes of their keys, ascending: a sample that few rows coming or going disturb."""
    return np.sort(by_hash(keys)[:size])


def by_hash(keys: Sequence[str]) -> Ints:
    """The rows in order of the hashes of their keys, in whatever order they come."""
    order = sorted(range(len(keys)), key=lambda row: (sha256(keys[row].encode()).digest(), row))
    return np.array(order, dtype=np.int64)
