"""Words: BM25 is what its formula says, tokens keep what tells, and coverage is a share."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranking.index.bm25 import BM25Index, query_weights, tokens

WORDS = st.sampled_from(["kernel", "compiler", "garden", "violin", "tide"])
TEXTS = st.lists(st.lists(WORDS, max_size=8), min_size=1, max_size=8).filter(any)


def by_formula(texts: list[list[str]], weights: dict[str, float], k1: float = 1.2, b: float = 0.75) -> list[float]:
    mean = sum(map(len, texts)) / len(texts)
    found = [0.0] * len(texts)
    for term, weight in weights.items():
        have = sum(term in text for text in texts)
        rarity = math.log(1 + (len(texts) - have + 0.5) / (have + 0.5))
        for number, text in enumerate(texts):
            count = Counter(text)[term]
            found[number] += weight * rarity * count / (count + k1 * (1 - b + b * len(text) / mean))
    return found


@given(TEXTS, st.dictionaries(WORDS, st.floats(0.1, 2), max_size=5))
def test_scores_are_those_of_the_formula(texts: list[list[str]], weights: dict[str, float]) -> None:
    """For any texts, also empty ones, and any weights the scores are Lucene's BM25."""
    assert BM25Index(texts).scores(weights) == pytest.approx(by_formula(texts, weights), abs=1e-5)


@given(TEXTS, st.dictionaries(WORDS, st.floats(0.1, 2), min_size=1, max_size=5), st.lists(WORDS, max_size=8))
def test_coverage_is_a_share_and_more_words_never_lower_it(
    texts: list[list[str]], weights: dict[str, float], text: list[str]
) -> None:
    """Nothing covers nothing, all the words cover all, and every further word adds or leaves."""
    lexicon = BM25Index(texts)
    shares = [lexicon.worth(weights).covered(text[:size]) for size in range(len(text) + 1)]
    assert shares[0] == 0
    assert shares == sorted(shares)
    assert lexicon.worth(weights).covered(weights) == pytest.approx(1)


def test_a_word_that_nobody_uses_counts_most_against_coverage() -> None:
    """A text with the common half of a query covers less than half when the other half is unheard of."""
    lexicon = BM25Index([["kernel"], ["kernel"], ["garden"]])
    assert lexicon.worth({"kernel": 1, "unheard": 1}).covered(["kernel"]) < 0.5


def test_tokens_split_camel_case_and_keep_the_names_of_languages() -> None:
    """A class name is found by its words, and C++ and C# are not C."""
    assert tokens("UnitTestFramework in C++ and C#") == ["unit", "test", "framework", "c++", "c#"]


def test_a_term_said_often_counts_the_root_of_three_at_most() -> None:
    """Repeating a word in a query does not drown the others."""
    assert query_weights("tide " * 9 + "violin") == {"tide": pytest.approx(3**0.5), "violin": 1}


def test_without_any_word_everything_scores_nothing() -> None:
    """A pool of wordless evidence is ranked without an error."""
    lexicon = BM25Index([[], []])
    assert np.array_equal(lexicon.scores({"kernel": 1.0}), np.zeros(2, dtype=np.float32))
    assert lexicon.matrix() is None
    assert lexicon.rarity("kernel") == 0
