"""Embedding of new evidence, and the vectors of an opened pool."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ranking.corpus.corpus import build_corpus
from ranking.index.embedder import EachGroup, Embedder, Memory, Progress

if TYPE_CHECKING:
    from scrapers.store import Store


class PoolVectors:
    """The store's vectors, and beside them in memory what was embedded since: reading a pool never writes."""

    def __init__(self, store: Store) -> None:
        self._store, self._new = store, Memory()

    def vectors(self, model_id: str, hashes: Sequence[str]) -> Mapping[str, NDArray[np.float32]]:
        """The known vectors of these texts, by the hash of the text."""
        return {**self._store.vectors(model_id, hashes), **self._new.vectors(model_id, hashes)}

    def add_vectors(self, model_id: str, vectors: Mapping[str, NDArray[np.float32]]) -> None:
        """Keep new vectors as long as the pool lives."""
        self._new.add_vectors(model_id, vectors)


def embed_evidence(
    store: Store,
    progress: Progress | None = None,
    embedder: Embedder | None = None,
    each_group: EachGroup = map,
) -> dict[str, int]:
    """Embed and keep what is new of everybody's evidence; returns counts for the run report.

    The subjects that every role is compared with are kept too, so that no opened pool encodes them again.
    """
    from scrapers.candidates.joining import load_candidates, repositories

    candidates = load_candidates(store)
    if not candidates:  # so no model is loaded for nobody
        return {"evidence": 0, "passages": 0}
    corpus = build_corpus(candidates, store, embedder, progress, repositories(store), each_group)
    _ = corpus.subjects
    return {"evidence": corpus.rows, "passages": len(corpus.index)}
