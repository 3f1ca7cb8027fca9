"""The index is brute force, faster."""

from __future__ import annotations

import numpy as np
import pytest

from ranking import index
from ranking.index import Index


@pytest.mark.parametrize("passing", [None, 3, 40, 1500])
def test_the_index_agrees_with_brute_force(passing: int | None) -> None:
    """With no subset, a tiny one (gathered) and a large one (selected), rows and scores are those of a full sort."""
    rng = np.random.default_rng(1)
    vectors = rng.normal(size=(2000, 24)).astype(np.float32)
    queries = rng.normal(size=(5, 24)).astype(np.float32)
    allowed = np.arange(2000) if passing is None else np.sort(rng.choice(2000, passing, replace=False))
    scores, rows = Index(vectors).search(queries, 10, None if passing is None else allowed)
    truth = queries @ vectors[allowed].T
    order = np.argsort(-truth, axis=1)[:, :10]
    assert np.array_equal(rows, allowed[order])
    assert np.allclose(scores, np.take_along_axis(truth, order, axis=1), atol=1e-4)


@pytest.mark.parametrize("passing", [None, 20, 1500])
def test_many_are_found_by_codes_and_scored_exactly(passing: int | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Above the bound nearly all of the nearest are found, all of them under a small filter; every score is exact."""
    monkeypatch.setattr(index, "EXACT_UP_TO", 1000)
    rng = np.random.default_rng(3)
    vectors = rng.normal(size=(3000, 64)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    allowed = np.arange(3000) if passing is None else np.sort(rng.choice(3000, passing, replace=False))
    scores, rows = Index(vectors).search(vectors[:20], 10, None if passing is None else allowed)
    truth = allowed[np.argsort(-(vectors[:20] @ vectors[allowed].T), axis=1)[:, :10]]
    found = [len(set(mine) & set(best)) for mine, best in zip(rows, truth, strict=True)]
    assert sum(found) >= 0.99 * truth.size
    assert np.allclose(scores, np.einsum("qd,qkd->qk", vectors[:20], vectors[rows]), atol=1e-6)


def test_an_empty_subset_finds_nobody() -> None:
    """A filter that nobody passes gives no rows, not wrong ones."""
    scores, rows = Index(np.eye(4, dtype=np.float32)).search(
        np.eye(4, dtype=np.float32), 3, np.array([], dtype=np.int64)
    )
    assert scores.shape == rows.shape == (4, 0)
