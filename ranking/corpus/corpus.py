"""People with their evidence, made ready to be ranked: blind texts, words, vectors, themes."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ranking.corpus.expansion import subjects
from ranking.corpus.keyword_lists import only_lists
from ranking.corpus.passages import render, repeats_itself, split
from ranking.corpus.topics import Neighbours, Topics, find_neighbours, fit_topics
from ranking.features.availability import Availability, of_profiles
from ranking.index.bm25 import BM25Index, joined, tokens
from ranking.index.embedder import EachGroup, Embedder, Progress, VectorCache, embed_new, vectors_id
from ranking.index.grouped import Segments, Weighed
from ranking.index.models import minilm_for
from ranking.index.nearest import VectorIndex, on_grid, products, unit
from scrapers.records import Candidate, Evidence, EvidenceKind

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
# What people say, as against what they made.
CLAIMS = frozenset({EvidenceKind.POST, EvidenceKind.AVAILABILITY, EvidenceKind.TALK})


@dataclass(frozen=True, slots=True)
class PersonCache:
    """Cached values, one for each person of the pool, of which a corpus sees its own; `here` are their numbers.

    `known` and `values` have the shape [people of the pool].
    """

    known: NDArray[np.bool_]
    values: NDArray[np.object_]
    here: Ints

    def missing(self) -> list[int]:
        """Return the people of the corpus whose value is not known, by their number in the corpus."""
        people: list[int] = np.flatnonzero(~self.known[self.here]).tolist()
        return people

    def __setitem__(self, person: int, value: object) -> None:
        self.values[self.here[person]], self.known[self.here[person]] = value, True

    def all(self) -> list[Any]:
        """Return the values of all people of the corpus, in its order."""
        values: list[Any] = self.values[self.here].tolist()
        return values


@dataclass(frozen=True)
class Corpus:
    """People in order of id with their evidence as rows: each person's together, in order of evidence id.

    The same people give the same corpus in whatever order they come. `days` are ordinals, 0 where undated. Word and
    theme tables are made at first use. `profiles_say` is what profiles say of being open to work, person by person.
    """

    people: Sequence[str]
    evidence: Sequence[Evidence]
    segments: Segments
    days: Ints
    profiles_say: Sequence[Availability | None]
    texts: Sequence[str]
    index: VectorIndex
    passage_row: Ints
    embedder: Embedder
    cache: VectorCache
    kept: dict[Hashable, Any] = field(default_factory=dict, compare=False, repr=False)
    known: dict[Hashable, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def rows(self) -> int:
        return len(self.evidence)

    @property
    def size(self) -> int:
        """Number of people in the pool."""
        return len(self.people)

    @cached_property
    def in_pool(self) -> tuple[Ints, Ints]:
        """The numbers that the people and the rows here have in the whole pool."""
        return np.arange(len(self.people)), np.arange(self.rows)

    @property
    def model(self) -> str:
        """Identity of the vectors compared: the model, and its prompts where it has any."""
        embedder = self.embedder
        return vectors_id(vectors_id(embedder.model_id, embedder.passage_prompt), embedder.query_prompt)

    @property
    def stands_for(self) -> Weighed:
        """For how many people of the pool each stands; None where each stands for themselves."""
        return None

    @property
    def rows_stand_for(self) -> Weighed:
        """For how many rows of the pool each stands."""
        return None

    @cached_property
    def position(self) -> Mapping[str, int]:
        """Number of each person in `people`."""
        return {person: number for number, person in enumerate(self.people)}

    @cached_property
    def words(self) -> Sequence[Sequence[str]]:
        """The tokens of each row."""
        return tuple(tuple(tokens(text)) for text in self.texts)

    @cached_property
    def pieces(self) -> BM25Index:
        """BM25 over rows."""
        return BM25Index(self.words)

    @cached_property
    def profiles(self) -> BM25Index:
        """BM25 over people: all words of a person seen together."""
        starts = self.segments.starts
        return BM25Index([joined(self.words[a:b]) for a, b in pairwise(starts)])

    @cached_property
    def passages(self) -> Segments:
        """Passages grouped by row; every row has at least one."""
        return Segments(self.passage_row, self.rows)

    @property
    def passage_starts(self) -> Ints:
        """The first passage of each row."""
        return self.passages.starts[:-1]

    @cached_property
    def vectors(self) -> Floats:
        """Unit vectors of the rows, shape [rows, width]: the common direction of a row's passages."""
        if not self.rows:
            return np.empty((0, self.embedder.dimension), dtype=np.float32)
        return unit(np.add.reduceat(self.index.vectors, self.passage_starts, axis=0))

    @cached_property
    def means(self) -> Floats:
        """Unit vectors of the people, shape [people, width]: the common direction of their rows; 0 without rows."""
        return unit(self.segments.sum(self.vectors))

    def likeness(self, vector: Floats) -> Floats:
        """The cosine of everybody's mean with a unit vector."""
        return products(self.means, vector)

    @cached_property
    def themes(self) -> Topics | None:
        return fit_topics(self.pieces, self.texts)

    @cached_property
    def kindred(self) -> Neighbours | None:
        return find_neighbours(self.vectors, self.segments.owner, self.texts)

    @cached_property
    def repetitive(self) -> frozenset[int]:
        """Rows of text that mostly says the same again; the blind text, where phrases stand once, is far shorter."""
        said = zip(self.evidence, self.texts, strict=True)
        return frozenset(
            row
            for row, (piece, text) in enumerate(said)
            if len(piece.text) > 2 * len(text) and repeats_itself(piece.text)
        )

    @cached_property
    def subjects(self) -> Floats:
        """Unit rows of the names of all subjects (`ranking.corpus.expansion`), shape [subjects, width]."""
        return self.encode_query([subject.called for subject in subjects()])

    def by_person(self, key: Hashable) -> PersonCache:
        """Return the cache of one value a person that no role changes; it lives as long as the pool."""
        if key not in self.known:
            self.known[key] = np.zeros(self.size, dtype=bool), np.empty(self.size, dtype=object)
        known, values = self.known[key]
        return PersonCache(known, values, self.in_pool[0])

    @cached_property
    def listing(self) -> frozenset[int]:
        """Rows of claims that list words and hardly say anything; a work stands for itself, without its lists."""
        said = zip(self.evidence, self.texts, strict=True)
        return frozenset(
            row
            for row, (piece, text) in enumerate(said)
            if piece.kind in CLAIMS and len(text) < len(piece.title) + 0.7 * len(piece.text) and only_lists(piece.text)
        )

    @cached_property
    def silent(self) -> frozenset[int]:
        """Rows without a word: acts that are known of, and say nothing of what was done."""
        return frozenset(row for row, text in enumerate(self.texts) if not text)

    def kind_weights(self, kinds: Mapping[EvidenceKind, float]) -> Floats:
        """Return the weight of each row by its kind, shape [rows]."""
        key = ("kinds", *sorted(kinds.items()))
        if key not in self.kept:
            self.kept[key] = np.array([kinds.get(piece.kind, 1.0) for piece in self.evidence], dtype=np.float32)
        weights: Floats = self.kept[key]
        return weights.copy()

    def encode_query(self, texts: Sequence[str]) -> Floats:
        """Unit rows for query texts, from the cache where they were asked before."""
        return on_grid(embed_new(texts, self.embedder, self.cache, prompt=self.embedder.query_prompt))


def build_corpus(
    candidates: Sequence[Candidate],
    cache: VectorCache,
    embedder: Embedder | None = None,
    progress: Progress | None = None,
    repositories: Mapping[str, Evidence] | None = None,
    each_group: EachGroup = map,
) -> Corpus:
    """The corpus of these candidates; new passages are embedded and stored, known ones are not touched.

    Without an embedder the packaged model is used, in the precision that the cache already holds. `repositories` maps
    a contribution's repository, "owner/repo" in lower case, to the evidence that describes it; `each_group` says where
    texts are encoded.
    """
    ordered = sorted(candidates, key=lambda candidate: candidate.id)
    rows = [(number, *said) for number, each in enumerate(ordered) for said in written(each, repositories or {})]
    texts = tuple(text for _, _, text in rows)
    passages = [(row, passage) for row, (_, piece, text) in enumerate(rows) for passage in passages_of(piece, text)]
    said = [passage for _, passage in passages]
    embedder = embedder or minilm_for(cache, said)
    vectors = embed_new(said, embedder, cache, progress, each_group, embedder.passage_prompt)
    return Corpus(
        people=tuple(candidate.id for candidate in ordered),
        evidence=tuple(piece for _, piece, _ in rows),
        segments=Segments(np.array([number for number, _, _ in rows], dtype=np.int64), len(ordered)),
        days=np.array([piece.date.toordinal() if piece.date else 0 for _, piece, _ in rows], dtype=np.int64),
        profiles_say=tuple(of_profiles(candidate.accounts) for candidate in ordered),
        texts=texts,
        index=VectorIndex(on_grid(vectors)),
        passage_row=np.array([row for row, _ in passages], dtype=np.int64),
        embedder=embedder,
        cache=cache,
    )


def written(candidate: Candidate, repositories: Mapping[str, Evidence]) -> Iterator[tuple[Evidence, str]]:
    """A candidate's evidence in order of id, each piece with its blind text."""
    names = tuple(account.name for account in candidate.accounts if account.name)
    for piece in sorted(candidate.evidence, key=lambda piece: (piece.id, piece.text)):
        context = repositories.get(str(piece.details.get("repository", "")).casefold())
        yield piece, render(piece, context, names)


def passages_of(piece: Evidence, text: str) -> tuple[str, ...]:
    """Return the passages of a blind text that are embedded; its title leads the later ones."""
    return split(text, text.split(". ", 1)[0] if piece.title else "").texts
