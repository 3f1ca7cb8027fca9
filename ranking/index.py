"""Exact inner-product search over unit vectors, built in memory from stored ones. The only FAISS."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Rows = NDArray[np.int64]
# Below this share of passing rows, gathering them is cheaper than asking FAISS to skip the others (measured).
GATHER_BELOW = 0.02


class Index:
    """A flat index over `vectors`; the same rows and scores as brute force, with or without a subset."""

    def __init__(self, vectors: Vectors) -> None:
        self.vectors = np.ascontiguousarray(vectors, dtype=np.float32)
        self._flat: Any = None

    def __len__(self) -> int:
        return len(self.vectors)

    def scores(self, queries: Vectors, rows: Rows | None = None) -> Vectors:
        """Inner products, one line a query, one column a row (all rows, or the given ones in their order)."""
        return queries @ (self.vectors if rows is None else self.vectors[rows]).T

    def search(self, queries: Vectors, k: int, subset: Rows | None = None) -> tuple[Vectors, Rows]:
        """For each query the k best rows (of the subset, if given), best first; fewer when there are fewer."""
        allowed = None if subset is None else np.unique(subset)
        size = len(self) if allowed is None else len(allowed)
        k = min(k, size)
        if k == 0:
            return np.empty((len(queries), 0), np.float32), np.empty((len(queries), 0), np.int64)
        if allowed is not None and size < GATHER_BELOW * len(self):
            found = self.scores(queries, allowed)
            order = np.argsort(-found, axis=1, kind="stable")[:, :k]
            return np.take_along_axis(found, order, axis=1), allowed[order]
        parameters: Any = None
        if allowed is not None:
            bits = np.zeros(len(self), dtype=bool)
            bits[allowed] = True
            selector = _faiss().IDSelectorBitmap(np.packbits(bits, bitorder="little"))
            parameters = _faiss().SearchParameters(sel=selector)
        scores, rows = self._built().search(np.ascontiguousarray(queries, np.float32), k, params=parameters)
        return scores, rows

    def _built(self) -> Any:
        if self._flat is None:
            self._flat = _faiss().IndexFlatIP(self.vectors.shape[1])
            self._flat.add(self.vectors)
        return self._flat


def _faiss() -> Any:
    import faiss

    return faiss
