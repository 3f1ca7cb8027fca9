"""Rows that belong to people, aggregated for everybody at once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
# For how many each value stands; None where each stands for itself.
Weighed = NDArray[np.float64] | None
Number = TypeVar("Number", np.float32, np.int64)
# Widths of the tables that people are padded to: most have a handful of pieces, a few have hundreds.
_WIDTHS = (4, 8, 16, 32, 64, 128)
# Up to so many values a person, comparing all people at once is faster than sorting each (measured).
NARROW = 8


@dataclass(frozen=True)
class Segments:
    """Rows grouped by person: `owner` holds the person of each row, in ascending order, out of `people`."""

    owner: Ints
    people: int

    @cached_property
    def starts(self) -> Ints:
        """The first row of each person; one more entry closes the last."""
        return np.searchsorted(self.owner, np.arange(self.people + 1))

    @cached_property
    def counts(self) -> Ints:
        return np.diff(self.starts)

    def rows_of(self, people: Ints) -> Ints:
        """The rows of these people, person by person."""
        counts = self.counts[people]
        return np.repeat(self.starts[people] - np.cumsum(counts) + counts, counts) + np.arange(counts.sum())

    @cached_property
    def _tables(self) -> list[tuple[Ints, Ints]]:
        """People of like size with a table of their rows, padded by the row after the last."""
        tables, low = [], 0
        for width in (*_WIDTHS, int(self.counts.max(initial=0))):
            who = np.flatnonzero((self.counts > low) & (self.counts <= width))
            if len(who):
                offsets = np.arange(width)[None, :]
                rows = self.starts[who][:, None] + offsets
                tables.append((who, np.where(offsets < self.counts[who][:, None], rows, len(self.owner))))
            low = max(low, width)
        return tables

    def best(self, values: Floats, k: int) -> Floats:
        """Return each person's k highest values, shape [people, k], best first, padded by 0; below 0 counts as 0."""
        padded = np.append(np.maximum(values, 0), np.float32(0)).astype(np.float32)
        found = np.zeros((self.people, k), dtype=np.float32)
        for who, rows in self._tables:
            best = _best_first(padded.take(rows.T))[:k]
            found[who, : len(best)] = best.T
        return found

    def sum(self, values: Floats) -> Floats:
        """The sum over each person's rows (rows may be vectors); 0 for a person without any."""
        total = np.zeros((self.people, *values.shape[1:]), dtype=np.float32)
        some = self.counts > 0
        if some.any():
            total[some] = np.add.reduceat(values, self.starts[:-1][some], axis=0)
        return total

    def max(self, values: NDArray[Number]) -> NDArray[Number]:
        """The highest value of each person's rows, or 0 for a person without any."""
        padded, highest = np.append(values, values.min(initial=0)), np.zeros(self.people, dtype=values.dtype)
        for who, rows in self._tables:
            highest[who] = padded.take(rows.T).max(axis=0)
        return highest


def _best_first(columns: Floats) -> Floats:
    """Return each column's values in descending order. Few rows are sorted whole rows at a time, by odd-even
    transposition.
    """
    if len(columns) > NARROW:
        columns.sort(axis=0)
        return columns[::-1]
    for turn in range(len(columns)):
        for row in range(turn % 2, len(columns) - 1, 2):
            low = np.minimum(columns[row], columns[row + 1])
            np.maximum(columns[row], columns[row + 1], out=columns[row])
            columns[row + 1] = low
    return columns


def standardised(values: Floats, axis: int = -1, stands_for: Weighed = None) -> NDArray[np.float64]:
    """Mean 0 and deviation 1 over the population; all 0 where nothing differs.

    Where the values are a sample's, `stands_for` says for how many of the population each stands.
    """
    wide: NDArray[np.float64] = values.astype(np.float64)
    if not wide.size:
        return wide
    wide -= np.average(wide, axis=axis, weights=stands_for, keepdims=True)
    spread = np.sqrt(np.average(np.square(wide), axis=axis, weights=stands_for, keepdims=True))
    wide /= np.where(spread > 1e-9, spread, np.inf)
    return wide


def deviation(values: Floats, stands_for: Weighed = None) -> float:
    """The deviation over the population."""
    if stands_for is None:
        return float(values.std())
    return float(np.sqrt(np.average(np.square(values - np.average(values, weights=stands_for)), weights=stands_for)))
