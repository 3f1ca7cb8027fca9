"""The index is brute force, faster."""

from __future__ import annotations

import numpy as np
import pytest

from ranking.index import nearest
from ranking.index.int8 import Int8Rows
from ranking.index.nearest import VectorIndex, unit


@pytest.mark.parametrize("passing", [None, 3, 40, 1500])
def test_the_index_agrees_with_brute_force(passing: int | None) -> None:
    """With no subset, a tiny one (gathered) and a large one (selected), rows and scores are those of a full sort."""
    rng = np.random.default_rng(1)
    vectors = rng.normal(size=(2000, 24)).astype(np.float32)
    queries = rng.normal(size=(5, 24)).astype(np.float32)
    allowed = np.arange(2000) if passing is None else np.sort(rng.choice(2000, passing, replace=False))
    scores, rows = VectorIndex(vectors).search(queries, 10, None if passing is None else allowed)
    truth = queries @ vectors[allowed].T
    order = np.argsort(-truth, axis=1)[:, :10]
    assert np.array_equal(rows, allowed[order])
    assert np.allclose(scores, np.take_along_axis(truth, order, axis=1), atol=1e-4)


@pytest.mark.parametrize("passing", [None, 20, 1500])
def test_many_are_found_by_codes_and_scored_exactly(passing: int | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Above the bound nearly all of the nearest are found, all of them under a small filter; every score is exact."""
    monkeypatch.setattr(nearest, "EXACT_UP_TO", 1000)
    rng = np.random.default_rng(3)
    vectors = rng.normal(size=(3000, 64)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    allowed = np.arange(3000) if passing is None else np.sort(rng.choice(3000, passing, replace=False))
    scores, rows = VectorIndex(vectors).search(vectors[:20], 10, None if passing is None else allowed)
    truth = allowed[np.argsort(-(vectors[:20] @ vectors[allowed].T), axis=1)[:, :10]]
    found = [len(set(mine) & set(best)) for mine, best in zip(rows, truth, strict=True)]
    assert sum(found) >= 0.99 * truth.size
    assert np.allclose(scores, np.einsum("qd,qkd->qk", vectors[:20], vectors[rows]), atol=1e-6)


@pytest.mark.parametrize("rows", [None, [5, 3, 3, 900]])
def test_one_query_and_many_have_the_same_products(rows: list[int] | None) -> None:
    """Vectors on the grid give the same numbers to the last bit, whether they are asked one query or several."""
    vectors = unit(np.random.default_rng(4).normal(size=(1000, 96)).astype(np.float32))
    some = None if rows is None else np.array(rows)
    together = VectorIndex(vectors).scores(vectors[:3], some)
    assert all((VectorIndex(vectors).scores(vectors[n : n + 1], some) == together[n]).all() for n in range(3))


@pytest.mark.parametrize("asked", [0, 1, 12])
def test_codes_are_off_by_little_and_the_same_for_equal_rows(asked: int) -> None:
    """Products by codes are within 0.01 of the exact ones, and no row gains or loses by where it stands."""
    vectors = unit(np.random.default_rng(5).normal(size=(5000, 384)).astype(np.float32))
    vectors[-1] = vectors[17]
    rough, exact = Int8Rows(vectors).products(vectors[:asked]), VectorIndex(vectors).scores(vectors[:asked])
    assert rough.shape == exact.shape
    assert np.abs(rough - exact).max(initial=0) < 0.01
    assert np.abs(rough - exact).mean() < 0.002 if asked else rough.size == 0
    assert (rough[:, -1] == rough[:, 17]).all()


@pytest.mark.parametrize("pays", [True, False])
def test_a_rough_comparison_is_exact_where_codes_do_not_pay(pays: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a processor that multiplies codes slowly nothing is rounded."""
    monkeypatch.setattr(nearest, "pay_off", lambda: pays)
    vectors = unit(np.random.default_rng(6).normal(size=(500, 96)).astype(np.float32))
    held = VectorIndex(vectors)
    assert (held.roughly(vectors[:1]) == held.scores(vectors[:1])).all() == (not pays)
    assert held.roughly(vectors[:1]) == pytest.approx(held.scores(vectors[:1]), abs=0.02)


def test_a_row_that_is_not_there_is_an_error() -> None:
    """Rows are looked up where they lie, and never beside them."""
    with pytest.raises(IndexError):
        VectorIndex(np.eye(4, dtype=np.float32)).scores(np.eye(4, dtype=np.float32)[:1], np.array([4]))


def test_rows_of_a_filter_may_come_in_any_order_and_twice() -> None:
    """A filter is a set of rows; equals come in order of their rows."""
    vectors = np.repeat(np.eye(4, dtype=np.float32), 100, axis=0)
    scores, rows = VectorIndex(vectors).search(vectors[:1], 3, np.array([250, 7, 3, 7, 5]))
    assert rows.tolist() == [[3, 5, 7]]
    assert scores.tolist() == [[1, 1, 1]]


def test_an_empty_subset_finds_nobody() -> None:
    """A filter that nobody passes gives no rows, not wrong ones."""
    scores, rows = VectorIndex(np.eye(4, dtype=np.float32)).search(
        np.eye(4, dtype=np.float32), 3, np.array([], dtype=np.int64)
    )
    assert scores.shape == rows.shape == (4, 0)
