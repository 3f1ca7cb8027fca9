"""Large pools: whose whole evidence is scored, and for how many others each of them stands.

Up to EXACT_UP_TO pieces everybody is scored. Above, every piece and everybody's profile are compared with each question
by words and by meaning, and the best LONGLIST people are scored beside a sample of people, the same for every role. The
sample stands for all who are not on the longlist, so that scores are measured by the whole pool and 0 is its average.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property, reduce
from typing import TypeVar, overload

import numpy as np

from ranking.corpus.corpus import Corpus, Floats, Ints
from ranking.corpus.retrieve import Similarity, by_row
from ranking.corpus.topics import Neighbours, Topics, sampled
from ranking.index.bm25 import BM25Index
from ranking.index.grouped import Segments
from ranking.index.nearest import VectorIndex, products
from ranking.role import Role
from ranking.scoring.fuse import Points
from ranking.scoring.score import Scores, answers, asked_for, score_answers, score_role, taken_away, tempered, wanted
from ranking.scoring.weights import Weights
from scrapers.records import EvidenceKind

T = TypeVar("T")
# Up to so many pieces everybody is scored.
EXACT_UP_TO = 100_000
# The best by all questions together, and the best among people of few pieces, who may have guaranteed places.
LONGLIST, OF_FEW = 2_000, 500
SAMPLE = 4_000
# Of who is compared in single precision, whoever is no further apart is equal.
ROUNDING = 1e-5


def score_best(
    role: Role,
    corpus: Corpus,
    weights: Weights,
    as_of: date,
    named: Collection[str] = (),
    exact_up_to: int | None = None,
) -> Scores:
    """The scores of everybody who may be among the best, and of the named ones, whom naming gives nothing.

    In a pool of at most `exact_up_to` pieces (by default EXACT_UP_TO) these are the scores of everybody.
    """
    if corpus.rows <= (EXACT_UP_TO if exact_up_to is None else exact_up_to):
        return score_role(role, corpus, weights, as_of)
    found = answers(role, corpus, roughly=True)
    part = part_of(corpus, longlisted(role, corpus, weights, found), named)
    return score_answers(role, part, weights, as_of, part.found(found))


def longlisted(role: Role, corpus: Corpus, weights: Weights, found: Mapping[str, Similarity]) -> Ints:
    """The people who answer best by words and meaning, and those of few pieces who may come near to them, ascending.

    Whoever is as good as the last is in too, so that it matters to nobody in which order people come.
    """
    counted = corpus.kind_weights(weights.kinds)
    counted[_tables(corpus).left_out] = 0
    asked = asked_for(role)
    strengths = {each.id: strength(corpus, found[each.text], counted) for each in asked}
    graded = {each.id: _graded(strengths[each.id], each.threshold) for each in asked}
    total = np.zeros(len(corpus.people), dtype=np.float32)
    for ids, weight in wanted(role, weights):
        total += np.float32(weight) * reduce(np.maximum, [graded[each] for each in ids])
    for each in asked:
        if each.level == "never" and not each.unless:
            total -= taken_away(strengths[each.id], weights.levels)
    few = _of_few(corpus, weights.slots.pieces)
    ends = total[few] + weights.slots.reach / np.sqrt(corpus.segments.counts[few] + weights.slots.beyond)
    chosen = total >= _nth(total, LONGLIST)
    chosen[few[ends >= _nth(ends, OF_FEW)]] = True
    return np.flatnonzero(chosen)


def _graded(strength: Floats, threshold: float | None) -> Floats:
    """The strength, of which what is beyond the threshold counts less."""
    if threshold is None:
        return strength
    graded: Floats = np.sum(list(tempered({"": strength.astype(np.float64)}, threshold).values()), axis=0)
    return graded.astype(np.float32)


def strength(corpus: Corpus, near: Similarity, counted: Floats) -> Floats:
    """Return how well everybody answers by what costs least: profiles, and the best piece by words and by meaning."""
    segments, meaning = corpus.segments, by_row(corpus, near.passages)
    parts = [
        near.profiles,
        segments.sum(meaning) * _tables(corpus).spread,
        segments.max(near.words * counted),
        segments.max(meaning * counted),
    ]
    if corpus.themes:
        parts.append(_tables(corpus).topics.roughly(corpus.themes.query(near.asked)[None, :])[0])
    summed: Floats = reduce(np.add, map(_narrow, parts))
    return summed / np.float32(len(parts))


class _Tables:
    """Tables for longlisting a whole pool whatever the role, each made at first use."""

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus

    @cached_property
    def left_out(self) -> list[int]:
        """Rows that count for nothing."""
        return sorted(self._corpus.repetitive | self._corpus.listing | self._corpus.silent)

    @cached_property
    def spread(self) -> Floats:
        """Factors from a person's summed cosines to the cosine of their rows' common direction; shape [people]."""
        lengths: Floats = np.linalg.norm(self._corpus.segments.sum(self._corpus.vectors), axis=1)
        return np.divide(np.float32(1), lengths, out=np.zeros_like(lengths), where=lengths > 0)

    @cached_property
    def topics(self) -> VectorIndex:
        """The mean of each person's rows in topic space, times their number up to five."""
        segments, topics = self._corpus.segments, self._corpus.themes
        assert topics is not None
        counts = segments.counts[:, None]
        return VectorIndex(
            segments.sum(topics.rows) * (np.minimum(counts, 5) / np.maximum(counts, 1)).astype(np.float32)
        )

    @cached_property
    def sample(self) -> Ints:
        """People who stand for the rest of the pool."""
        return sampled(self._corpus.people, SAMPLE)

    @cached_property
    def anchors(self) -> Ints:
        """People whose rows are neighbours of others' rows; none where no neighbours are known."""
        if (kindred := self._corpus.kindred) is None:
            return np.empty(0, dtype=np.int64)
        anchors = np.zeros(self._corpus.rows, dtype=bool)
        anchors[kindred.neighbours] = True
        return np.unique(self._corpus.segments.owner[anchors])


def _tables(corpus: Corpus) -> _Tables:
    key = ("longlist", SAMPLE)
    if key not in corpus.kept:
        corpus.kept[key] = _Tables(corpus)
    tables: _Tables = corpus.kept[key]
    return tables


def _narrow(values: Floats) -> Floats:
    """Mean 0 and deviation 1, as near as single precision has them."""
    deviation = values.std()
    narrow: Floats = (values - values.mean()) / (deviation if deviation > 1e-9 else np.float32(np.inf))
    return narrow


def _of_few(corpus: Corpus, most: int) -> Ints:
    """The people of at most so many pieces."""
    return np.flatnonzero((corpus.segments.counts > 0) & (corpus.segments.counts <= most))


def _nth(values: Floats, n: int) -> float:
    """The n-th highest value, or the lowest; a little less, so that who is as good but for rounding is as good."""
    return float(np.partition(values, -n)[-n]) - ROUNDING if n < len(values) else -np.inf


def part_of(corpus: Corpus, longlist: Ints, named: Collection[str] = ()) -> CorpusSubset:
    """The longlist, the sample and the named, each standing for as many people as they should: all add up to the pool.

    Whose pieces others are compared with are in it too; they and the named stand for nobody unless they are in the
    sample or on the longlist.
    """
    size = len(corpus.people)
    stand_for = np.zeros(size)
    stand_for[_tables(corpus).sample] = 1.0
    stand_for[longlist] = 0.0
    stand_for *= (size - len(longlist)) / max(int(np.count_nonzero(stand_for)), 1)
    stand_for[longlist] = 1.0
    present = stand_for > 0
    present[_tables(corpus).anchors] = True
    present[[corpus.position[each] for each in named]] = True
    people = np.flatnonzero(present)
    rows, counts = corpus.segments.rows_of(people), corpus.segments.counts[people]
    return CorpusSubset(
        people=LazySubset(corpus.people, people),
        evidence=LazySubset(corpus.evidence, rows),
        segments=Segments(np.repeat(np.arange(len(people)), counts), len(people)),
        days=corpus.days[rows],
        profiles_say=LazySubset(corpus.profiles_say, people),
        texts=LazySubset(corpus.texts, rows),
        index=corpus.index,
        passage_row=np.arange(len(rows)),
        embedder=corpus.embedder,
        cache=corpus.cache,
        known=corpus.known,
        whole=corpus,
        persons=people,
        places=rows,
        stand_for=stand_for[people],
    )


class LazySubset(Sequence[T]):
    """Part of a sequence, looked up when asked for."""

    def __init__(self, whole: Sequence[T], places: Ints) -> None:
        self._whole, self._places = whole, places

    def __len__(self) -> int:
        return len(self._places)

    @overload
    def __getitem__(self, place: int) -> T: ...

    @overload
    def __getitem__(self, place: slice) -> LazySubset[T]: ...

    def __getitem__(self, place: int | slice) -> T | LazySubset[T]:
        if isinstance(place, slice):
            return LazySubset(self._whole, self._places[place])
        found: T = self._whole[self._places[place]]
        return found


@dataclass(frozen=True, kw_only=True)
class CorpusSubset(Corpus):
    """Part of a corpus, by people; words are as rare, and topics and neighbours the same, as in the whole.

    `persons` and `places` are the numbers of its people and rows in the whole, ascending; its index is the whole's.
    """

    whole: Corpus
    persons: Ints
    places: Ints
    stand_for: Points

    @property
    def size(self) -> int:
        return self.whole.size

    @property
    def in_pool(self) -> tuple[Ints, Ints]:
        return self.persons, self.places

    @property
    def stands_for(self) -> Points:
        return self.stand_for

    @cached_property
    def rows_stand_for(self) -> Points:
        return self.stand_for[self.segments.owner]

    def found(self, found: Mapping[str, Similarity]) -> dict[str, Similarity]:
        """Return the similarities of the whole at the people here; of each row the nearest passage, exactly."""
        passages, counts = self.whole.passages.rows_of(self.places), self.whole.passages.counts[self.places]
        starts = np.cumsum(counts) - counts
        exactly = self.whole.index.scores(np.stack([near.vector for near in found.values()]), passages)
        return {
            text: replace(
                near,
                passages=nearest if len(nearest) == self.rows else np.maximum.reduceat(nearest, starts),
                words=near.words[self.places],
                profiles=near.profiles[self.persons],
            )
            for (text, near), nearest in zip(found.items(), exactly, strict=True)
        }

    @cached_property
    def words(self) -> Sequence[Sequence[str]]:
        return LazySubset(self.whole.words, self.places)

    @cached_property
    def pieces(self) -> BM25Index:
        return self.whole.pieces

    @cached_property
    def profiles(self) -> BM25Index:
        return self.whole.profiles

    @cached_property
    def vectors(self) -> Floats:
        return self.whole.vectors.take(self.places, axis=0)

    def likeness(self, vector: Floats) -> Floats:
        return products(self.whole.means, vector, self.persons)

    @cached_property
    def themes(self) -> Topics | None:
        themes = self.whole.themes
        return themes and replace(themes, places=self.places)

    @cached_property
    def kindred(self) -> Neighbours | None:
        kindred = self.whole.kindred
        if kindred is None:
            return None
        here = np.zeros(self.whole.rows, dtype=np.int64)
        here[self.places] = np.arange(self.rows)
        neighbours = kindred.neighbours.take(self.places, axis=0)
        return Neighbours(here.take(neighbours), kindred.weights.take(self.places, axis=0))

    @cached_property
    def repetitive(self) -> frozenset[int]:
        return self._here(self.whole.repetitive)

    @cached_property
    def listing(self) -> frozenset[int]:
        return self._here(self.whole.listing)

    @cached_property
    def silent(self) -> frozenset[int]:
        return self._here(self.whole.silent)

    def kind_weights(self, kinds: Mapping[EvidenceKind, float]) -> Floats:
        weights: Floats = self.whole.kind_weights(kinds)[self.places]
        return weights

    def _here(self, rows: frozenset[int]) -> frozenset[int]:
        return frozenset(np.flatnonzero(np.isin(self.places, sorted(rows))).tolist()) if rows else rows
