"""Retrieval for one requirement over all evidence: parts by words, by meaning, by topics, by neighbours.

Every part is computed over every piece of everybody, so that people compare; each part grows with evidence or pads
short profiles by nothing, so that one lucky piece does not beat a body of work.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ranking.corpus.corpus import Corpus
from ranking.corpus.expansion import widened
from ranking.index.bm25 import joined
from ranking.index.grouped import Weighed, deviation, standardised
from ranking.index.nearest import unit

Floats = NDArray[np.float32]

# How many pieces of a person count, and what each further one counts of the one before.
DEPTH = 12
DECAY = 0.7
# Sharpness of the log-sum-exp: at 20 a cosine 0.1 lower counts an eighth.
SHARPNESS = 20.0
_BEST = (DECAY ** np.arange(DEPTH)).astype(np.float32)
_TOP5 = (np.arange(DEPTH) < 5).astype(np.float32)


@dataclass(frozen=True)
class Retrieved:
    """Retrieval results of one requirement: a strength of each row by each signal, each person's raw parts by name.

    `rows` say how well each row answers by all signals together: standardised over rows and added.

    `asked` are its words and those related to it, with their weights.
    """

    requirement: str
    asked: Mapping[str, float]
    words: Floats
    meaning: Floats
    themes: Floats
    kindred: Floats
    rows: Floats
    parts: dict[str, Floats]
    stands_for: Weighed = None
    rows_stand_for: Weighed = None

    @cached_property
    def level(self) -> tuple[float, float]:
        """Mean and deviation of `rows`."""
        mean = self.rows.mean() if self.rows_stand_for is None else np.average(self.rows, weights=self.rows_stand_for)
        return float(mean), deviation(self.rows, self.rows_stand_for)

    @cached_property
    def best_tenth(self) -> float:
        """Threshold above which a row answers better than nine tenths of all: as well as any single piece can."""
        if self.rows_stand_for is not None:
            return float(np.quantile(self.rows, 0.9, weights=self.rows_stand_for, method="inverted_cdf"))
        place = math.ceil(len(self.rows) * 0.9) - 1
        return float(np.partition(self.rows, place)[place])

    @cached_property
    def above(self) -> dict[str, Floats]:
        """Strength of each row above the mean row, in deviations, by signal; 0 below."""
        signals = {"meaning": self.meaning, "themes": self.themes, "kindred": self.kindred}
        return {name: np.maximum(_rows(values, self.rows_stand_for), 0) for name, values in signals.items()}

    @cached_property
    def scale(self) -> dict[str, tuple[float, float]]:
        """Lowest value and deviation of each part over the pool."""
        counts = True if self.stands_for is None else self.stands_for > 0
        return {
            name: (float(raw.min(initial=0, where=counts)), deviation(raw, self.stands_for))
            for name, raw in self.parts.items()
            if len(raw)
        }


@dataclass(frozen=True)
class Similarity:
    """Similarity of one question to everything: its cosine with every passage, and its words' BM25.

    `asked` are its words and those related to it, with their weights.
    """

    vector: Floats
    passages: Floats
    asked: dict[str, float]
    words: Floats
    profiles: Floats


def near(corpus: Corpus, texts: Sequence[str], questions: Floats, roughly: bool = False) -> list[Similarity]:
    """Compare questions, a vector a line, with everything; the cosines of many cost little more than of one.

    `roughly` has cosines that are off by less than 0.001 as a rule, and had sooner.
    """
    passages = corpus.index.roughly(questions) if roughly else corpus.index.scores(questions)
    asked = [widened(text, corpus.subjects @ question) for text, question in zip(texts, questions, strict=True)]
    return [
        Similarity(*each, corpus.pieces.scores(each[-1]), corpus.profiles.scores(each[-1]))
        for each in zip(questions, passages, asked, strict=True)
    ]


def find(corpus: Corpus, requirement: str, nearness: Similarity, counted: Floats) -> Retrieved:
    """The rows' strengths and the people's parts for one requirement; `counted` says how much each row counts."""
    segments, weights = corpus.segments, nearness.asked
    words = nearness.words * counted
    meaning = by_row(corpus, nearness.passages) * counted
    themes = corpus.themes.scores(weights) * counted if corpus.themes else np.zeros_like(words)
    stand_for = corpus.rows_stand_for
    meaning_rows, themes_rows = _rows(meaning, stand_for), _rows(themes, stand_for)
    rows = _rows(words, stand_for) + meaning_rows + np.float32(0.7) * themes_rows
    kindred = np.zeros_like(words)
    if corpus.kindred is not None:
        kindred = corpus.kindred.smoothed(np.maximum(rows, 0)) * counted
    best_words, best_themes = segments.best(words, DEPTH), segments.best(themes, DEPTH)
    peak = (np.log(np.maximum(segments.sum(np.exp(SHARPNESS * meaning)), 1)) / SHARPNESS).astype(np.float32)
    words_profile, meaning_profile = _profiles(corpus, nearness, counted)
    parts: dict[str, Floats] = {
        "words_profile": words_profile,
        "words_top5": _weighed(best_words, _TOP5),
        "words_best": _weighed(best_words, _BEST),
        "meaning_profile": meaning_profile,
        "meaning_best": _weighed(segments.best(meaning_rows, DEPTH), _BEST),
        "meaning_peak": peak,
        "themes_top5": _weighed(best_themes, _TOP5),
        "themes_best": _weighed(segments.best(themes_rows, DEPTH), _BEST),
        "kindred_best": _weighed(segments.best(_rows(kindred, stand_for), DEPTH), _BEST),
    }
    signals = (words, meaning, themes, kindred, rows)
    return Retrieved(requirement, weights, *signals, parts, corpus.stands_for, stand_for)


def _profiles(corpus: Corpus, nearness: Similarity, counted: Floats) -> tuple[Floats, Floats]:
    """Return everybody's profile by words and by meaning; a row that counts for nothing is no part of it."""
    words, meaning = nearness.profiles.copy(), corpus.likeness(nearness.vector)
    for person in np.unique(corpus.segments.owner[counted == 0]):
        start, stop = corpus.segments.starts[person : person + 2]
        rows = np.flatnonzero(counted[start:stop]) + start
        words[person] = corpus.profiles.score_of(nearness.asked, joined(corpus.words[row] for row in rows))
        meaning[person] = unit(corpus.vectors[rows].sum(axis=0, keepdims=True))[0] @ nearness.vector
    return words, meaning


def by_row(corpus: Corpus, passages: Floats) -> Floats:
    """The cosine of each row's nearest passage."""
    if len(passages) == corpus.rows:
        return passages
    nearest: Floats = np.maximum.reduceat(passages, corpus.passage_starts)
    return nearest


def _weighed(best: Floats, by_place: Floats) -> Floats:
    """Return the weighted sum of each person's best values; summed by person, so that equals stay equal to the last
    bit.
    """
    total: Floats = (best * by_place).sum(axis=1)
    return total


def _rows(values: Floats, stands_for: Weighed = None) -> Floats:
    return standardised(values, stands_for=stands_for).astype(np.float32) if len(values) else values
