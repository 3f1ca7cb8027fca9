"""Aggregation over people agrees with a plain loop."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ranking.index.grouped import Segments, standardised

COUNTS = st.lists(st.integers(0, 200), min_size=1, max_size=8)


@given(COUNTS, st.integers(0, 2**32 - 1), st.integers(1, 12))
def test_the_best_of_each_person_are_what_sorting_finds(counts: list[int], seed: int, k: int) -> None:
    """For people with any number of rows, also none, the k best are those of a loop, padded by 0."""
    values = np.random.default_rng(seed).normal(size=sum(counts)).astype(np.float32)
    segments = Segments(np.repeat(np.arange(len(counts)), counts), len(counts))
    bounds = np.cumsum([0, *counts])
    for person, best in enumerate(segments.best(values, k)):
        own = sorted((max(0.0, float(v)) for v in values[bounds[person] : bounds[person + 1]]), reverse=True)
        assert np.array_equal(best, np.array([*own, *[0.0] * k][:k], dtype=np.float32))


def test_sums_and_maxima_of_a_person_without_rows_are_zero() -> None:
    """Somebody without evidence neither disappears nor takes a neighbour's rows."""
    segments = Segments(np.array([0, 0, 2]), 3)
    assert segments.sum(np.array([1, 2, 4], dtype=np.float32)).tolist() == [3, 0, 4]
    assert segments.max(np.array([1, 2, 4])).tolist() == [2, 0, 4]
    assert segments.max(np.array([-3, -2, -4], dtype=np.float32)).tolist() == [-2, 0, -4]
    assert segments.rows_of(np.array([2, 1, 0])).tolist() == [2, 0, 1]


def test_what_does_not_differ_standardises_to_zero() -> None:
    """A part that is the same for everybody moves nobody, instead of dividing by nothing."""
    assert standardised(np.full(5, 3, dtype=np.float32)).tolist() == [0] * 5
