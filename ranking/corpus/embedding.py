"""Embedding of new evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ranking.corpus.corpus import build_corpus
from ranking.index.embedder import EachGroup, Embedder, Progress

if TYPE_CHECKING:
    from scrapers.store import Store


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
