"""How much each piece of a person's evidence brings to a requirement."""

from __future__ import annotations

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
    # A row that does not count has a cosine of exactly 0, and no part in the peak either.
    peaks = np.where(found.meaning[own] == 0, 0.0, np.exp(SHARPNESS * found.meaning[own].astype(np.float64)))
    dealt: dict[str, NDArray[np.floating]] = {
        "words_profile": found.words[own],
        "words_top5": _ranked(found.words[own], np.arange(len(rows)) < 5),
        "words_best": _ranked(found.words[own], _decay(len(rows))),
        "meaning_profile": np.maximum(found.meaning[own], 0),
        "meaning_best": _ranked(found.above["meaning"][own], _decay(len(rows))),
        "meaning_peak": peaks,
        "themes_top5": _ranked(found.themes[own], np.arange(len(rows)) < 5),
        "themes_best": _ranked(found.above["themes"][own], _decay(len(rows))),
        "kindred_best": _ranked(found.above["kindred"][own], _decay(len(rows))),
    }
    for part, values in dealt.items():
        lowest, spread = found.scale[part]
        whole = float(np.sum(values))
        if spread > 1e-9 and whole > 0:
            lift = float(found.parts[part][person]) - lowest
            worth += weights.of(part) * lift / spread * (values / whole)
    return rows, worth


def _decay(size: int) -> NDArray[np.float64]:
    return np.where(np.arange(size) < DEPTH, DECAY ** np.arange(size), 0.0)


def _ranked(values: NDArray[np.floating], by_rank: NDArray[np.floating] | NDArray[np.bool_]) -> NDArray[np.float64]:
    """Values weighted by their rank, best first, in their own order; values below 0 count as 0."""
    weighted = np.zeros(len(values))
    order = np.argsort(-values, kind="stable")
    weighted[order] = np.maximum(values[order], 0) * by_rank
    return weighted
