"""Inner products of vectors on the grid are exact, so that nothing hangs on how a library adds."""

from __future__ import annotations

import numpy as np

from ranking.index.nearest import on_grid, unit

DRAWN = np.random.default_rng(5).normal(size=(500, 384)).astype(np.float32)


def test_products_are_exact_in_any_order() -> None:
    """float32 gives what float64 gives, for all rows together, row by row, and with the numbers in another order."""
    rows = unit(DRAWN)
    exact = rows.astype(np.float64) @ rows.astype(np.float64).T
    shuffled = np.random.default_rng(6).permutation(rows.shape[1])
    assert (rows @ rows.T == exact).all()
    assert (rows[:, shuffled] @ rows[:, shuffled].T == exact).all()
    assert all((rows[7] @ rows[number] == exact[7, number]) for number in range(len(rows)))


def test_the_grid_moves_a_vector_by_little() -> None:
    """A cosine changes by 0.001 at most; a zero row stays zero; on the grid twice is once."""
    lengths = np.linalg.norm(DRAWN, axis=1, keepdims=True)
    before, rows = DRAWN / lengths, unit(DRAWN)
    assert np.abs(before @ before.T - rows @ rows.T).max() < 1e-3
    assert (unit(np.zeros((1, 384), np.float32)) == 0).all()
    assert (on_grid(rows) == rows).all()
