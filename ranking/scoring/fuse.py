"""Parts, standardised over the pool and weighted, as points that add up; 0 is the average person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

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
