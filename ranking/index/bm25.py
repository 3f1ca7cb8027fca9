"""Words: BM25 over single pieces of evidence and over whole profiles. The only bm25s and stemmer."""

from __future__ import annotations

import logging
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z][a-z])|(?<=[A-Z])(?=[A-Z][a-z])")
_TOKEN = re.compile(r"[^\W_]+(?:\+\+|#)?")
STOP_WORDS = frozenset(
    """
    a about above after again all also am an and any are as at be because been before being below between both but
    by can could did do does doing done down during each etc few for from further get had has have having here how i
    if in into is it its itself just let like me more most my no nor not now of off on once only or other our ours
    out over own per same should so some such than that the their theirs them then there these they this those
    through to too under until up us using use used very via was we were what when where which while who whom why
    will with within would you your yours
    """.split()  # noqa: SIM905 - as prose it can be read
)


@cache
def _stemmer() -> Any:
    import Stemmer

    return Stemmer.Stemmer("english")


@lru_cache(maxsize=200_000)
def _stems(word: str) -> tuple[str, ...]:
    """The stems of a word as it is written: several of one in CamelCase, none of a stop word."""
    lower = _CAMEL.sub(" ", word).lower().split()
    return tuple(str(_stemmer().stemWord(each)) for each in lower if each not in STOP_WORDS)


def tokens(text: str) -> list[str]:
    """Stemmed words in reading order: lower case, CamelCase split, stop words gone, `c++` and `c#` whole."""
    return list(chain.from_iterable(map(_stems, _TOKEN.findall(text))))


def query_weights(text: str) -> dict[str, float]:
    """Return the terms of a query with weights: a term said n times counts the square root of at most three."""
    return {term: min(count, 3) ** 0.5 for term, count in Counter(tokens(text)).items()}


class TermWeights:
    """Weights of a query's terms."""

    def __init__(self, terms: Mapping[str, float]) -> None:
        self._terms, self._whole = terms, sum(terms.values())

    def covered(self, text: Iterable[str]) -> float:
        """Return the share of the query's weight that a text's words cover, 0..1; quickest for a set."""
        shared = map(self._terms.__getitem__, self._terms.keys() & text)
        return math.fsum(shared) / self._whole if self._whole else 0.0  # the same in whatever order they come


class BM25Index:
    """BM25 (Lucene idf) over a list of token lists; scores are for every text at once.

    Terms are numbered in order of the alphabet, so that the same texts in another order have the same columns.
    """

    def __init__(self, texts: Sequence[Sequence[str]], k1: float = 1.2, b: float = 0.75) -> None:
        self.size, self._k1, self._b = len(texts), k1, b
        self._mean_length = max(sum(map(len, texts)) / max(len(texts), 1), 1e-9)
        self._terms = {term: number for number, term in enumerate(sorted(set(chain.from_iterable(texts))))}
        ids = [[self._terms[term] for term in text] for text in texts]
        self._index: Any = None
        if self._terms:
            import bm25s

            logging.getLogger("bm25s").setLevel(logging.WARNING)

            self._index = bm25s.BM25(method="lucene", k1=k1, b=b, dtype="float32")
            self._index.index(bm25s.tokenization.Tokenized(ids=ids, vocab=self._terms), show_progress=False)

    def scores(self, weights: dict[str, float]) -> Floats:
        """The BM25 score of every text for weighted query terms; 0 where no term occurs."""
        total = np.zeros(self.size, dtype=np.float32)
        known = [(self._terms[term], weight) for term, weight in weights.items() if term in self._terms]
        if not known:
            return total
        data, rows, starts = (self._index.scores[key] for key in ("data", "indices", "indptr"))
        for term, weight in sorted(known):
            column = slice(starts[term], starts[term + 1])
            total[rows[column]] += np.float32(weight) * data[column]
        return total

    def score_of(self, weights: dict[str, float], text: Sequence[str]) -> float:
        """The BM25 score that a text would have among these, whose counts stay as they are."""
        counts = Counter(text)
        length = self._k1 * (1 - self._b + self._b * len(text) / self._mean_length)
        known = sorted(term for term in weights if counts[term] and term in self._terms)
        return sum(weights[term] * self._idf(term) * counts[term] / (counts[term] + length) for term in known)

    def _idf(self, term: str) -> float:
        starts, column = self._index.scores["indptr"], self._terms[term]
        holding = int(starts[column + 1] - starts[column])
        return math.log1p((self.size - holding + 0.5) / (holding + 0.5))

    def rarity(self, term: str) -> float:
        """Return the inverse document frequency of a term: log(1 + texts / texts that have it); 0 where none has it."""
        column = self._terms.get(term)
        if column is None:
            return 0.0
        starts = self._index.scores["indptr"]
        return math.log1p(self.size / max(1, int(starts[column + 1] - starts[column])))

    def rarity_weighted(self, weights: dict[str, float]) -> list[tuple[int, float]]:
        """Columns of the known query terms, each weighted by its rarity twice over, as theme space wants them."""
        return [
            (self._terms[term], weights[term] * self.rarity(term) ** 2)
            for term in sorted(weights)
            if term in self._terms
        ]

    def worth(self, weights: Mapping[str, float]) -> TermWeights:
        """Return the weights of a query's terms by their rarity; a term that nobody uses counts in full."""
        rarest = math.log1p(self.size)
        return TermWeights({term: weight * (self.rarity(term) or rarest) for term, weight in weights.items()})

    def matrix(self) -> Any:
        """The BM25 scores as a sparse matrix, one line a text, one column a term; None where there is no word."""
        if self._index is None:
            return None
        from scipy.sparse import csc_matrix

        columns = tuple(self._index.scores[key] for key in ("data", "indices", "indptr"))
        return csc_matrix(columns, shape=(self.size, len(columns[2]) - 1)).tocsr()


def joined(texts: Iterable[Sequence[str]]) -> list[str]:
    """Several token lists as one, in order."""
    return [term for text in texts for term in text]
