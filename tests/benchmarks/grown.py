"""Texts and vectors in any number, grown from real ones: what a pool of many thousands is made of for a measurement.

A grown text is half of one real text and half of another; its vector lies between theirs, nearer to the first, with a
little noise. The words and the geometry are real in their kinds, not in their numbers.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from ranking.corpus.corpus import Corpus
from ranking.corpus.topics import unit
from ranking.index.grouped import Segments
from ranking.index.nearest import VectorIndex
from ranking.pool import TalentPool
from scrapers.records import Account, AccountKey, Candidate, Evidence, EvidenceKind

Floats = NDArray[np.float32]
NEARER, NOISE = (0.65, 0.85), 0.015
WORDS = 40  # of a real text, halved


@cache
def real() -> Corpus:
    """The bundled sample, read and embedded."""
    return TalentPool.sample().corpus


def grown_vectors(count: int, seed: int = 0) -> tuple[Floats, NDArray[np.int64]]:
    """Unit vectors between two real ones each, and the rows of these two."""
    base, draw = real().vectors, np.random.default_rng(seed)
    parents = draw.integers(0, len(base), size=(count, 2))
    share = draw.uniform(*NEARER, size=(count, 1)).astype(np.float32)
    grown = np.empty((count, base.shape[1]), np.float32)
    for start in range(0, count, 50_000):
        block = slice(start, start + 50_000)
        first, second = base[parents[block, 0]], base[parents[block, 1]]
        mixed = share[block] * first + (1 - share[block]) * second
        grown[block] = unit(mixed + np.float32(NOISE) * draw.standard_normal(mixed.shape, dtype=np.float32))
    return grown, parents


def grown_corpus(people: int, pieces_each: int, seed: int = 0) -> tuple[Corpus, dict[str, Candidate]]:
    """So many invented people, each with so many grown pieces, and the candidates by id."""
    vectors, parents = grown_vectors(people * pieces_each, seed)
    halves = [_halves(text) for text in real().texts]
    texts = tuple(f"{halves[first][0]} {halves[second][1]}" for first, second in parents)
    names = tuple(f"person-{number:07}" for number in range(people))
    evidence = tuple(
        Evidence(EvidenceKind.POST, AccountKey("file", names[row // pieces_each]), "", text, f"#piece-{row}")
        for row, text in enumerate(texts)
    )
    candidates = {
        name: Candidate(name, (Account("file", name),), evidence[number * pieces_each : (number + 1) * pieces_each])
        for number, name in enumerate(names)
    }
    rows = np.arange(len(texts))
    corpus = Corpus(
        people=names,
        evidence=evidence,
        segments=Segments(rows // pieces_each, people),
        days=np.zeros(len(texts), dtype=np.int64),
        profiles_say=(None,) * people,
        texts=texts,
        index=VectorIndex(vectors),
        passage_row=rows,
        embedder=real().embedder,
        cache=real().cache,
    )
    return corpus, candidates


def _halves(text: str) -> tuple[str, str]:
    """The first and the last words of a text."""
    words = text.split()[:WORDS]
    middle = len(words) // 2
    return " ".join(words[:middle]), " ".join(words[middle:])
