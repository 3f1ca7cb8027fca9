"""Fusion of a requirement's parts into points, whose mean is 0, and attribution of the points to pieces of evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from ranking.corpus.corpus import Corpus
from ranking.corpus.retrieve import DECAY, DEPTH, SHARPNESS, Retrieved
from ranking.index.grouped import Weighed, standardised
from ranking.scoring.weights import Parts

Points = NDArray[np.float64]
# What a reader of an explanation tells apart; each holds the parts whose names begin with one of these words.
GROUPS: Mapping[str, tuple[str, ...]] = {
    "words": ("words",),
    "meaning": ("meaning",),
    "themes": ("themes", "kindred"),
}


def fused(parts: Mapping[str, NDArray[np.float32]], weights: Parts, stands_for: Weighed = None) -> dict[str, Points]:
    """The points of each group of parts; over the pool each has mean 0, and all together weigh 1."""
    return {
        group: np.sum(
            [
                weights.of(part) * standardised(raw, stands_for=stands_for)
                for part, raw in sorted(parts.items())
                if part.startswith(begins)
            ],
            axis=0,
        )
        for group, begins in GROUPS.items()
    }


def strongest(members: Sequence[Mapping[str, Points]], stands_for: Weighed = None) -> dict[str, Points]:
    """Fuse several alternatives into one requirement: each person by the one they answer best, again with mean 0."""
    best = np.argmax([sum(member.values(), np.zeros(1)) for member in members], axis=0)
    chosen = {group: np.choose(best, [member[group] for member in members]) for group in members[0]}
    return {group: points - np.average(points, weights=stands_for) for group, points in chosen.items()}


Ints = NDArray[np.int64]


Values = NDArray[np.floating]


Brought = tuple[Ints, NDArray[np.float64]]  # a person's rows and what each brings


def contributions(corpus: Corpus, found: Retrieved, people: Sequence[int], weights: Parts) -> list[Brought]:
    """Return what each of these people's rows contribute: each part's points dealt to the rows it was computed from."""
    who = np.asarray(people, dtype=np.int64)
    counts = corpus.segments.counts[who]
    rows, owner, ends = corpus.segments.rows_of(who), np.repeat(np.arange(len(who)), counts), np.cumsum(counts)
    place = np.arange(len(rows)) - (ends - counts)[owner]
    first, decay = place < 5, np.where(place < DEPTH, DECAY**place, 0.0)

    def ranked(values: Values, by_place: Values | NDArray[np.bool_]) -> Values:
        """Values, those below 0 as 0, weighted by their place among the person's own, best first."""
        order, weighted = np.lexsort((-values, owner)), np.zeros(len(rows))
        weighted[order] = np.maximum(values[order], 0) * by_place
        return weighted

    words, meaning, themes = found.words[rows], found.meaning[rows], found.themes[rows]
    above = {name: values[rows] for name, values in found.above.items()}
    dealt: dict[str, Values] = {
        "words_profile": words,
        "words_top5": ranked(words, first),
        "words_best": ranked(words, decay),
        "meaning_profile": np.maximum(meaning, 0),
        "meaning_best": ranked(above["meaning"], decay),
        # A row that does not count has a cosine of exactly 0, and no part in the peak either.
        "meaning_peak": np.where(meaning == 0, 0.0, np.exp(SHARPNESS * meaning.astype(np.float64))),
        "themes_top5": ranked(themes, first),
        "themes_best": ranked(above["themes"], decay),
        "kindred_best": ranked(above["kindred"], decay),
    }
    worth = np.zeros(len(rows))
    for part, values in dealt.items():
        lowest, spread = found.scale.get(part, (0.0, 0.0))
        whole = np.bincount(owner, values, len(who))
        if spread > 1e-9:
            lift = weights.of(part) * (found.parts[part][who].astype(np.float64) - lowest) / spread
            worth += values * np.divide(lift, whole, out=np.zeros(len(who)), where=whole > 0)[owner]
    return [(rows[start:end], worth[start:end]) for start, end in zip(ends - counts, ends, strict=True)]
