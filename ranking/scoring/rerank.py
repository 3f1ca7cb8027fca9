"""A second reading of the best people: a cross-encoder reads what is asked and what they wrote side by side.

Off unless the operator names a model. It reads the blind passages that the encoder reads. Its points begin at 0 for the
least convincing of those it read: reading can only raise a score, so nobody passes them for not having been read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ranking.corpus.corpus import passages_of
from ranking.index.embedder import Progress
from ranking.index.grouped import standardised
from ranking.index.hub import NoSuchModel, find_model, gives_one_number, load
from ranking.scoring.fuse import Points
from ranking.scoring.score import BEYOND, DECIMALS, PoolTerm, RerankedPassage, Scores, asked_for, short, wanted
from scrapers.settings.home import Home
from scrapers.sources.watched import known_operator

Pair = tuple[str, str]
# How many people are read again, and how many pieces of each for a requirement: those that bring most to it.
FIRST, PIECES = 100, 3
# Marks are compared with so many decimals: a pair's last digits hang on which others are read in one batch with it.
MARK_DECIMALS = 4
# Pairs that are read between two words of progress.
GROUP = 128


class PairScorer(Protocol):
    """Cross-encoder: for each pair of question and passage one number, higher is better."""

    @property
    def model_id(self) -> str: ...
    def read(self, pairs: Sequence[Pair]) -> NDArray[np.float64]: ...


class HubCrossEncoder:
    """A cross-encoder from a local folder or the model hub, loaded at the first reading. Raises NoSuchModel."""

    def __init__(self, name: str, revision: str | None = None) -> None:
        self._folder, self.model_id = find_model(name, revision)
        if not gives_one_number(self._folder):
            raise NoSuchModel(f"{name}: no cross-encoder that gives one number for a pair of texts; choose another")
        self._model: Any = None

    def read(self, pairs: Sequence[Pair]) -> NDArray[np.float64]:
        """The model's bare outputs, in order; a pair beyond its window is cut there."""
        if self._model is None:
            self._model = load("CrossEncoder", self._folder)
        marks = self._model.predict(list(pairs), activation_fn=_as_it_is, show_progress_bar=False).astype(np.float64)
        if marks.shape != (len(pairs),) or not np.isfinite(marks).all():
            raise NoSuchModel(f"{self.model_id}: gives no number for some pairs of texts; choose another")
        found: NDArray[np.float64] = marks
        return found


class Reranker:
    """A reader, which reads no pair twice, and what it counts: points for a deviation of marks, all musts together."""

    def __init__(self, reader: PairScorer, weight: float) -> None:
        self._reader, self.weight = reader, weight
        self._kept: dict[Pair, float] = {}

    @property
    def model_id(self) -> str:
        return f"{self._reader.model_id} x {self.weight:g}"

    def marks(self, pairs: Iterable[Pair], progress: Progress | None = None) -> Mapping[Pair, float]:
        """The marks of these pairs and of those before. The order in which they come changes none.

        `progress(read, to read)` follows every group.
        """
        new = sorted(set(pairs) - self._kept.keys())
        for start in range(0, len(new), GROUP):
            group = new[start : start + GROUP]
            marks = np.round(self._reader.read(group), MARK_DECIMALS).tolist()
            self._kept |= dict(zip(group, marks, strict=True))
            if progress is not None:
                progress(start + len(group), len(new))
        return self._kept


def reranker_of(home: Home) -> Reranker | None:
    """The reranker that the home's operator.toml names; None where it names none. Raises NoSuchModel."""
    operator = known_operator(home)
    if operator is None or operator.reranker is None:
        return None
    asked = operator.reranker
    return Reranker(HubCrossEncoder(asked.model, asked.revision), asked.weight)


def read_again(scores: Scores, reranker: Reranker | None, progress: Progress | None = None) -> Scores:
    """The scores with a term more for each must, group and nice-to-have; as they are without a reranker.

    Everybody else keeps their score, and the order they had.
    """
    if reranker is None:
        return scores
    people, asked = best_of(scores), {each.id: each for each in asked_for(scores.role)}
    groups = list(wanted(scores.role, scores.weights))
    offered = {
        (person, each): [(row, asked[each].text, said) for row, said in _passages(scores, person, each)]
        for person in people
        for ids, _ in groups
        for each in ids
    }
    marks = reranker.marks(((text, said) for every in offered.values() for _, text, said in every), progress)
    best = {
        key: RerankedPassage(key[1], *max(((row, said, marks[text, said]) for row, text, said in every), key=_mark))
        for key, every in offered.items()
        if every
    }
    terms = [_term(scores, ids, reranker.weight * weight, people, best) for ids, weight in groups]
    gained = np.sum([term.points for term in terms], axis=0)
    to_come = np.full(len(gained), gained[people].mean() if people else 0.0)
    to_come[people] = 0
    return replace(
        scores,
        terms=(*scores.terms, *terms),
        total=scores.total + gained,
        to_come=to_come,
        reader=reranker.model_id,
        kept={},
    )


def best_of(scores: Scores) -> list[int]:
    """The FIRST people, best first, who are read again. Equals stay equal: whoever is as good as the last is read too.

    Where that would make more than twice as many, nobody as good as the last is read.
    """
    order = scores.eligible(scores.order())
    if len(order) <= FIRST:
        return order
    shown = np.round(scores.total[order], DECIMALS)
    level = int((shown >= shown[FIRST - 1]).sum())
    return order[: level if level <= 2 * FIRST else int((shown > shown[FIRST - 1]).sum())]


def _passages(scores: Scores, person: int, requirement: str) -> Iterator[tuple[int, str]]:
    """The passages of the pieces that bring most to a requirement, each with its row."""
    corpus, shares = scores.corpus, scores.support(person, requirement)
    for row, _ in sorted(shares, key=lambda share: (-round(share[1], DECIMALS), share[0]))[:PIECES]:
        for passage in passages_of(corpus.evidence[row], corpus.texts[row]):
            yield row, passage


def _mark(read: tuple[int, str, float]) -> tuple[float, int]:
    row, _, mark = read
    return mark, -row


def _term(
    scores: Scores,
    ids: Sequence[str],
    weight: float,
    people: Sequence[int],
    best: Mapping[tuple[int, str], RerankedPassage],
) -> PoolTerm:
    """Return the term of reranking for a requirement, or for the one of several that each person answers best."""
    asked = {each.id: each for each in asked_for(scores.role)}
    points, read = np.zeros(len(scores.corpus.people)), {}
    if people:
        worth = np.stack([_worth([best.get((person, each)) for person in people]) for each in ids])
        # Who is read again stands high already: what reading adds to a graded skill is beyond what was asked.
        worth *= np.array([[1.0 if asked[each].threshold is None else BEYOND] for each in ids])
        chosen, highest = worth.argmax(axis=0), worth.max(axis=0)
        points[list(people)] = weight * (highest - highest.min())
        found = {person: best.get((person, ids[member])) for person, member in zip(people, chosen, strict=True)}
        read = {person: reading for person, reading in found.items() if reading is not None}
    text = " or ".join(asked[each].text for each in ids)
    return PoolTerm(f"reread: {short(text)}", text, points, read=read)


def _worth(readings: Sequence[RerankedPassage | None]) -> Points:
    """Marks in deviations above the lowest; 0 for who has nothing to read."""
    worth, some = np.zeros(len(readings)), [place for place, each in enumerate(readings) if each is not None]
    if some:
        marks = standardised(np.array([each.mark for each in readings if each is not None]))
        worth[some] = marks - marks.min()
    return worth


def _as_it_is(outputs: Any) -> Any:
    return outputs
