"""Unit vectors, and inner-product search over them, built in memory from stored ones. The only FAISS.

Every vector is compared, also under a filter, where graphs and inverted lists lose people in silence. Up to
EXACT_UP_TO exactly; above, by codes of 8 bits a number, and the best of these again exactly.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ranking.index.int8 import Int8Rows, pay_off

Vectors = NDArray[np.float32]
Rows = NDArray[np.int64]
# Below this share of passing rows, gathering them is cheaper than asking FAISS to skip the others (measured).
GATHER_BELOW = 0.02
# Above so many vectors one exact search takes longer than a person waits (60 ms); codes take about half as long.
EXACT_UP_TO = 400_000
# How many times k are found by codes and compared again; what the codes are fitted on.
AGAIN, FITTED_ON = 2, 50_000


class VectorIndex:
    """An index over `vectors`; scores are exact, and up to EXACT_UP_TO rows are those of brute force."""

    def __init__(self, vectors: Vectors) -> None:
        self.vectors = np.ascontiguousarray(vectors, dtype=np.float32)
        self._index: Any = None
        self._codes: Int8Rows | None = None

    def __len__(self) -> int:
        return len(self.vectors)

    def scores(self, queries: Vectors, rows: Rows | None = None) -> Vectors:
        """Inner products, one line a query, one column a row (all rows, or the given ones in their order)."""
        if len(queries) != 1:
            return queries @ (self.vectors if rows is None else self.vectors[rows]).T
        return products(self.vectors, queries, rows)[None, :]

    def roughly(self, queries: Vectors) -> Vectors:
        """Inner products by codes of 8 bits, off by less than 0.001 as a rule; exact where codes would take longer."""
        if not pay_off():
            return self.scores(queries)
        if self._codes is None:
            self._codes = Int8Rows(self.vectors)
        return self._codes.products(queries)

    def search(self, queries: Vectors, k: int, subset: Rows | None = None) -> tuple[Vectors, Rows]:
        """For each query the k best rows (of the subset, if given), best first; fewer when there are fewer."""
        allowed = None if subset is None else _ascending(subset)
        size = len(self) if allowed is None else len(allowed)
        k = min(k, size)
        if k == 0:
            return np.empty((len(queries), 0), np.float32), np.empty((len(queries), 0), np.int64)
        if allowed is not None and size < GATHER_BELOW * len(self):
            found = self.scores(queries, allowed)
            order = np.array([_best(each, k) for each in found])
            return np.take_along_axis(found, order, axis=1), allowed[order]
        parameters: Any = None
        if allowed is not None:
            bits = np.zeros(len(self), dtype=bool)
            bits[allowed] = True
            selector = _faiss().IDSelectorBitmap(np.packbits(bits, bitorder="little"))
            parameters = _faiss().SearchParameters(sel=selector)
        queries = np.ascontiguousarray(queries, np.float32)
        if len(self) <= EXACT_UP_TO:
            exact: tuple[Vectors, Rows] = self._built().search(queries, k, params=parameters)
            return exact
        return self._again(queries, self._built().search(queries, min(AGAIN * k, size), params=parameters)[1], k)

    def _again(self, queries: Vectors, rows: Rows, k: int) -> tuple[Vectors, Rows]:
        """The best k of each query's rows by their exact scores."""
        scores = np.einsum("qd,qkd->qk", queries, self.vectors[rows])
        order = np.argsort(-scores, axis=1, kind="stable")[:, :k]
        return np.take_along_axis(scores, order, axis=1), np.take_along_axis(rows, order, axis=1)

    def _built(self) -> Any:
        if self._index is None:
            faiss, dimension = _faiss(), self.vectors.shape[1]
            if len(self) <= EXACT_UP_TO:
                self._index = faiss.IndexFlatIP(dimension)
            else:
                eight_bits = faiss.ScalarQuantizer.QT_8bit
                self._index = faiss.IndexScalarQuantizer(dimension, eight_bits, faiss.METRIC_INNER_PRODUCT)
                self._index.train(self.vectors[:: max(len(self) // FITTED_ON, 1)])
            self._index.add(self.vectors)
        return self._index


def products(vectors: Vectors, query: Vectors, rows: Rows | None = None) -> Vectors:
    """The inner product of a query with each vector, or those of the given rows in their order.

    They are read where they lie: a matrix product would copy them first.
    """
    faiss, dimension = _faiss(), vectors.shape[1]
    found = np.empty(len(vectors) if rows is None else len(rows), np.float32)
    if not found.size:
        return found
    query = np.ascontiguousarray(query, np.float32).reshape(dimension)
    out, asked, held = map(faiss.swig_ptr, (found, query, vectors))
    if rows is None:
        faiss.fvec_inner_products_ny(out, asked, held, dimension, len(vectors))
        return found
    rows = np.ascontiguousarray(rows, np.int64)
    if rows.min() < 0 or rows.max() >= len(vectors):
        raise IndexError(f"rows {rows.min()} to {rows.max()} of {len(vectors)}")
    faiss.fvec_inner_products_by_idx(out, asked, held, faiss.swig_ptr(rows), dimension, 1, len(rows))
    return found


def _ascending(rows: Rows) -> Rows:
    """The rows in order, each once."""
    return rows if (np.diff(rows) > 0).all() else np.unique(rows)


def _best(values: Vectors, k: int) -> Rows:
    """Return the places of the k highest values, best first, equals as they come."""
    high = np.flatnonzero(values >= np.partition(values, -k)[-k])
    return high[np.argsort(-values[high], kind="stable")[:k]]


def _faiss() -> Any:
    import faiss

    return faiss


Floats = NDArray[np.float32]


# Numbers of up to 1 on a grid of 2^-11 multiply to whole multiples of 2^-22, and the sum of such products stays below 4
# for two unit vectors, at every step: float32 holds each exactly. So a matrix product does not depend on how a library
# blocks it, equal texts have equal scores, and a cosine is off by 0.0002, far less than an encoding in bf16 costs.
GRID = np.float32(2**11)


def on_grid(rows: Floats) -> Floats:
    """Rows of length 1 at most, with each number moved to the nearest multiple of 1 / GRID."""
    moved: Floats = np.rint(rows * GRID) / GRID
    return moved


def unit(rows: Floats) -> Floats:
    """Rows of length 1, on the grid; a zero row stays zero."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return on_grid(rows / np.maximum(lengths, np.float32(1e-9)))
