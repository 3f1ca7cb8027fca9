"""How much each piece of a person's evidence brings to a requirement."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from ranking.corpus import Corpus
from ranking.retrieve import DECAY, DEPTH, SHARPNESS, Found
from ranking.weights import Parts

Ints = NDArray[np.int64]


def contributions(corpus: Corpus, found: Found, person: int, weights: Parts) -> tuple[Ints, NDArray[np.float64]]:
    """The person's rows and what each brings: every part's points dealt to the rows that it was computed from."""
    start, stop = corpus.segments.starts[person : person + 2]
    rows = np.arange(start, stop)
    worth = np.zeros(len(rows))
    if not len(rows):
        return rows, worth
    own = slice(int(start), int(stop))
    first, decay = np.arange(len(rows)) < 5, _decay(len(rows))
    words, themes = _best_first(found.words[own]), _best_first(found.themes[own])
    # A row that does not count has a cosine of exactly 0, and no part in the peak either.
    peaks = np.where(found.meaning[own] == 0, 0.0, np.exp(SHARPNESS * found.meaning[own].astype(np.float64)))
    dealt: dict[str, NDArray[np.floating]] = {
        "words_profile": found.words[own],
        "words_top5": _ranked(*words, first),
        "words_best": _ranked(*words, decay),
        "meaning_profile": np.maximum(found.meaning[own], 0),
        "meaning_best": _ranked(*_best_first(found.above["meaning"][own]), decay),
        "meaning_peak": peaks,
        "themes_top5": _ranked(*themes, first),
        "themes_best": _ranked(*_best_first(found.above["themes"][own]), decay),
        "kindred_best": _ranked(*_best_first(found.above["kindred"][own]), decay),
    }
    for part, values in dealt.items():
        lowest, spread = found.scale[part]
        whole = float(values.sum())
        if spread > 1e-9 and whole > 0:
            lift = float(found.parts[part][person]) - lowest
            worth += weights.of(part) * lift / spread * (values / whole)
    return rows, worth


@cache
def _decay(size: int) -> NDArray[np.float64]:
    return np.where(np.arange(size) < DEPTH, DECAY ** np.arange(size), 0.0)


def _best_first(values: NDArray[np.floating]) -> tuple[NDArray[np.floating], Ints]:
    """Values in descending order, those below 0 as 0, and where each stood."""
    order = np.argsort(-values, kind="stable")
    return np.maximum(values[order], 0), order


def _ranked(
    values: NDArray[np.floating], order: Ints, by_rank: NDArray[np.floating] | NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Values weighted by their rank, where each stood."""
    weighted = np.zeros(len(values))
    weighted[order] = values * by_rank
    return weighted
