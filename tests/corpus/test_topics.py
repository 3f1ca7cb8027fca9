"""Themes and kindred: what a pool says about its own words, and nothing for a pool too small."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ranking.corpus.topics import ANCHORS, LEAST_ROWS, find_neighbours, fit_topics, sampled, unit
from ranking.index.bm25 import BM25Index

KEYS = [f"text {number}" for number in range(LEAST_ROWS)]
# Two crafts of two words each, in as many themes; half of the boat builders never say "sail".
TEXTS = [["sail", "hull"], ["hull"], ["oven", "flour"], ["flour"]] * (LEAST_ROWS // 4)


def vectors(seed: int, rows: int = LEAST_ROWS) -> np.ndarray:
    return unit(np.random.default_rng(seed).normal(size=(rows, 8)).astype(np.float32))


def test_a_piece_is_found_by_a_word_that_it_does_not_say() -> None:
    """A text on hulls answers "sail", which its pool uses with it; a text on flour does not."""
    themes = fit_topics(BM25Index(TEXTS), KEYS)
    assert themes is not None
    said, unsaid, other, _ = themes.scores({"sail": 1.0})[:4]
    assert min(said, unsaid) > 0.5 > abs(other)


def test_a_word_that_nobody_knows_finds_no_theme() -> None:
    """An unknown query scores every piece 0, so that the part moves nobody."""
    themes = fit_topics(BM25Index(TEXTS), KEYS)
    assert themes is not None
    assert not themes.scores({"unheard": 1.0}).any()


def test_a_small_pool_has_neither_themes_nor_kindred() -> None:
    """Below LEAST_ROWS pieces both are silent instead of guessing."""
    few = LEAST_ROWS - 1
    assert fit_topics(BM25Index(TEXTS[:few]), KEYS[:few]) is None
    assert find_neighbours(vectors(0, few), np.arange(few), KEYS[:few]) is None


@given(st.integers(0, 2**32 - 1), st.integers(2, 40))
def test_nobody_is_lifted_by_their_own_pieces(seed: int, people: int) -> None:
    """Whoever owns the only strong pieces has neighbours that say nothing, whatever the vectors."""
    owner = np.arange(LEAST_ROWS) % people
    kindred = find_neighbours(vectors(seed), owner, KEYS)
    assert kindred is not None
    smoothed = kindred.smoothed((owner == 0).astype(np.float32))
    assert not smoothed[owner == 0].any()


@given(st.integers(0, 2**32 - 1))
def test_neighbours_weigh_one_together(seed: int) -> None:
    """A smoothed score lies between the lowest and the highest score of the pool."""
    kindred = find_neighbours(vectors(seed), np.arange(LEAST_ROWS), KEYS)
    assert kindred is not None
    assert np.allclose(kindred.smoothed(np.ones(LEAST_ROWS, dtype=np.float32)), 1, atol=1e-5)


def test_a_sample_is_hardly_disturbed_by_one_more_text() -> None:
    """One text more changes one place of the sample at most, so that scores do not jump."""
    keys = [f"text {number}" for number in range(ANCHORS + 500)]
    before = {keys[row] for row in sampled(keys, ANCHORS)}
    more = [*keys, "one more"]
    assert len(before - {more[row] for row in sampled(more, ANCHORS)}) <= 1
