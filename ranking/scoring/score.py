"""A typed role and a corpus → one score a person, as terms that add up.

Musts count by their mean, nice-to-haves by theirs and less; what is unwanted is a question of its own, asked of the
evidence, and taken away where the answer is strong. A negation is never left to an embedding.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from itertools import compress
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from ranking.corpus.corpus import Corpus
from ranking.corpus.retrieve import Retrieved, Similarity, find, near
from ranking.corpus.role_copies import copied_rows
from ranking.features import Signal, find_features
from ranking.features.availability import Availability
from ranking.features.follow_through import asks_for_making, asks_for_use, in_use, made_by_them
from ranking.features.recency import freshness
from ranking.index.bm25 import TermWeights, query_weights
from ranking.index.grouped import Weighed
from ranking.role import Requirement, Role
from ranking.scoring.fuse import Brought, Points, contributions, fused, strongest
from ranking.scoring.signals import asked_signals, blended, judged, last_said, measure, points_of, values_of
from ranking.scoring.weights import Levels, Weights
from scrapers.records import Evidence

T = TypeVar("T")
Values = TypeVar("Values", NDArray[np.float32], NDArray[np.float64])
# How far evidence for an "unless" must stand above the pool to lift a "never" in full. The middle, where half of it is
# lifted, lies in the gap between those who meet the exception and those who do not in tests/quality/unless.csv.
LIFTED_FROM, LIFTED_AT = 0.5, 1.25
# A piece shows a requirement when its cosine and half of the share of the query's words it has reach ON_TOPIC, or when
# it stands out among all pieces (in deviations) and its cosine is not low. Measured on 30 queries of each of four
# benches: of relevant people 38 to 81 of 100 are found so, of others 11 to 39, where labels are incomplete.
ON_TOPIC, WORDS_FOR_MEANING = 0.55, 0.5
OUTSTANDING, LEAST_MEANING = 2.0, 0.3
# What a graded skill counts beyond the share of the pool that was asked for.
BEYOND = 0.25
# Scores are compared, tied and written with this many decimals.
DECIMALS = 6


@dataclass(frozen=True, slots=True)
class RerankedPassage:
    """The passage of somebody's that answers a requirement best by a second reading, its row, and its mark."""

    requirement: str
    row: int
    passage: str
    mark: float


@dataclass(frozen=True)
class PoolTerm:
    """A summand of everybody's score: its points, shape [people], in the order of the corpus.

    `read` is what a term of a second reading rests on, by person (see `ranking.scoring.rerank`); others have none.
    """

    name: str
    detail: str
    points: Points
    requirements: tuple[str, ...] = ()
    signal: str = ""
    read: Mapping[int, RerankedPassage] | None = None


@dataclass(frozen=True)
class Scores:
    """Scores of everybody for a role, as terms that add up. `total` is the sum of the terms' points.

    `reader` names what read the best again, if anything did, and `to_come` is what that brought on average, for
    everybody whom it did not read.
    """

    role: Role
    corpus: Corpus
    weights: Weights
    as_of: date
    terms: tuple[PoolTerm, ...]
    total: Points
    found: Mapping[str, Retrieved]
    copies: frozenset[int]
    left_out: frozenset[int]
    strengths: Mapping[str, Points]
    said: tuple[Availability | None, ...]
    to_come: Points | None = None
    reader: str = ""
    kept: dict[Hashable, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def model(self) -> str:
        """The models that scores rest on."""
        return f"{self.corpus.model}, {self.reader}" if self.reader else self.corpus.model

    def signal(self, person: int, name: str) -> Signal:
        """Return the signal of a feature in a person, from evidence that counts."""
        return measure(name, self.role, judged(self.corpus, person, self.left_out), self.as_of)

    def standing(self, person: int, requirement: str) -> float:
        """The share of the pool that answers a requirement less well than this person, 0..1."""
        strength = self.strengths[requirement]
        return self.below(("strength", requirement), strength, person) / self.corpus.size

    def below(self, key: Hashable, values: Points, person: int) -> int:
        """Return how many people of the pool stand clearly below this person in some values, which the key names."""
        if ("sorted", key) not in self.kept:
            self.kept["sorted", key] = _ascending(values, self.corpus.stands_for)
        ascending, people = self.kept["sorted", key]
        return round(float(people[bisect_left(ascending, values[person] - 1e-9)]))

    def weigh(self, people: Sequence[int]) -> None:
        """Find at once what the rows of these people bring, which takes far longer for one after the other."""
        for requirement, found in self.found.items():
            brought = contributions(self.corpus, found, people, self.weights.parts)
            self.kept.update((("brings", who, requirement), rows) for who, rows in zip(people, brought, strict=True))

    def contributions(self, person: int, requirement: str) -> Brought:
        """The person's rows and what each brings to a requirement."""
        key = ("brings", person, requirement)
        if key not in self.kept:
            self.weigh([person])
        found: Brought = self.kept[key]
        return found

    def support(self, person: int, requirement: str) -> list[tuple[int, float]]:
        """The person's rows for a requirement id with their shares of what was found, which add up to 1, best first."""
        rows, worth = self.contributions(person, requirement)
        whole = float(worth.sum())
        if whole <= 0:
            return []
        shares = [(int(row), float(value) / whole) for row, value in zip(rows, worth, strict=True) if value > 0]
        return sorted(shares, key=lambda share: (-share[1], share[0]))

    def brought(self, person: int) -> list[tuple[int, float]]:
        """The person's rows with their shares of all that was found of what is wanted, best first; they add up to 1."""
        worth: dict[int, float] = {}
        for members, weight in wanted(self.role, self.weights):
            best = max(members, key=lambda each: (self.strengths[each][person], each))
            rows, values = self.contributions(person, best)
            for row, value in zip(rows, values, strict=True):
                worth[int(row)] = worth.get(int(row), 0.0) + weight * float(value)
        whole = sum(worth.values())
        shares = [(row, value / whole) for row, value in worth.items() if value > 0]
        return sorted(shares, key=lambda share: (-share[1], share[0]))

    def order(self) -> list[int]:
        """Return everybody, best first; equals by a hash salted with the role, which favours nobody."""
        shown, people = np.round(self.total, DECIMALS), self.corpus.people
        order = np.argsort(-shown, kind="stable")
        edges = np.flatnonzero(np.diff(shown[order], prepend=np.nan, append=np.nan))
        for tie in np.flatnonzero(np.diff(edges) > 1):
            equals = slice(edges[tie], edges[tie + 1])
            order[equals] = sorted(order[equals], key=lambda row: tie_break(self.role, people[row]))
        rows: list[int] = order.tolist()
        return rows

    def eligible(self, order: list[int]) -> list[int]:
        """Return those of an order who are there for their own sake, and not only because they were named."""
        stands_for = self.corpus.stands_for
        return order if stands_for is None else list(compress(order, (stands_for[order] > 0).tolist()))

    def places(self, order: Sequence[int]) -> NDArray[np.int64]:
        """The place among the whole pool of everybody in an order, by their number."""
        stands_for, places = self.corpus.stands_for, np.zeros(len(self.corpus.people), dtype=np.int64)
        if stands_for is None:
            places[order] = np.arange(1, len(order) + 1)
        else:
            places[order] = np.rint(np.cumsum(stands_for[order]) - stands_for[order]) + 1
        return places

    def worth(self, requirement: str, *, widened: bool) -> TermWeights:
        """Return the weights of a requirement's words, by rarity in the pool; `widened` adds related words."""
        key = ("worth", requirement, widened)
        if key not in self.kept:
            found = self.found[requirement]
            self.kept[key] = self.corpus.pieces.worth(found.asked if widened else query_weights(found.requirement))
        weights: TermWeights = self.kept[key]
        return weights

    def shows(self, row: int, requirement: str) -> bool:
        """True if a row is clearly on the requirement's topic, by its nearest passage and its words."""
        found = self.found[requirement]
        words = self.worth(requirement, widened=False).covered(self.corpus.words[row])
        mean, deviation = found.level
        outstanding = found.rows[row] >= mean + OUTSTANDING * deviation > mean
        on_topic = found.meaning[row] + WORDS_FOR_MEANING * words >= ON_TOPIC
        return bool(on_topic or (outstanding and found.meaning[row] >= LEAST_MEANING))


def tie_break(role: Role, person: str) -> str:
    """An order among equals that is neither the alphabet nor the age of an account."""
    return sha256(f"{role.name}\n{role.text}\n{person}".encode()).hexdigest()


def score_role(role: Role, corpus: Corpus, weights: Weights, as_of: date) -> Scores:
    """The score of everybody in the corpus; the same for any order of people, to the last digit shown."""
    return score_answers(role, corpus, weights, as_of, answers(role, corpus))


def answers(role: Role, corpus: Corpus, roughly: bool = False) -> dict[str, Similarity]:
    """Compare each text that the role asks about with everything; `roughly`, see `near`."""
    texts = questions_of(role)
    return dict(zip(texts, near(corpus, texts, corpus.encode_query(texts), roughly), strict=True))


def score_answers(
    role: Role, corpus: Corpus, weights: Weights, as_of: date, found_by: Mapping[str, Similarity]
) -> Scores:
    """The score of everybody in the corpus, from what each text that the role asks about finds there."""
    asked, stands_for = asked_for(role), corpus.stands_for
    counted = corpus.kind_weights(weights.kinds)
    copies = copied_rows(corpus, role.text, [found_by[each.text].passages for each in asked])
    left_out = copies | corpus.repetitive | corpus.listing
    counted[sorted(left_out | corpus.silent)] = 0
    by_text = {text: find(corpus, text, near, counted) for text, near in found_by.items()}
    said = last_said(corpus, as_of, weights.availability.half_life_days)
    points = {text: fused(found.parts, weights.parts, stands_for) for text, found in by_text.items()}
    graded = {each.id: tempered(points[each.text], each.threshold, stands_for) for each in asked}
    terms = [
        *_wanted("must", _musts(asked), graded, weights.levels.must, stands_for),
        *_wanted("nice", [[each] for each in asked if each.level == "nice"], graded, weights.levels.nice, stands_for),
        *(_unwanted(each, points, corpus, weights, left_out) for each in asked if each.level == "never"),
        *_signals(role, corpus, weights, as_of, left_out),
        *_recency(corpus, weights, as_of, left_out),
        *_features(role, corpus, weights, as_of, left_out),
        *_availability(said, weights.availability.ceiling, stands_for),
    ]
    total = np.sum([term.points for term in terms], axis=0) if terms else np.zeros(len(corpus.people))
    found = {each.id: by_text[each.text] for each in asked}
    strengths = {each.id: _total(points[each.text]) for each in asked}
    return Scores(role, corpus, weights, as_of, tuple(terms), total, found, copies, left_out, strengths, said)


def asked_for(role: Role) -> tuple[Requirement, ...]:
    """The role's requirements; where none is wanted, its title or text is the one must."""
    if any(each.level != "never" for each in role.requirements):
        return role.requirements
    return (Requirement("role", role.title or role.text or role.name), *role.requirements)


def questions_of(role: Role) -> list[str]:
    """Every text that a role asks the evidence about, once."""
    return list(dict.fromkeys(text for each in asked_for(role) for text in (each.text, each.unless) if text))


def wanted(role: Role, weights: Weights) -> Iterator[tuple[tuple[str, ...], float]]:
    """The ids of each must, group of one-ofs and nice-to-have, with what it weighs in a score."""
    asked = asked_for(role)
    musts, nice = _musts(asked), [each for each in asked if each.level == "nice"]
    yield from ((tuple(each.id for each in members), weights.levels.must / len(musts)) for members in musts)
    yield from (((each.id,), weights.levels.nice / len(nice)) for each in nice)


def _musts(asked: Sequence[Requirement]) -> list[list[Requirement]]:
    """Yield the musts, each by itself, the one-ofs of a group together."""
    together: dict[str, list[Requirement]] = {}
    for each in asked:
        if each.level == "must":
            together[f"must {each.id}"] = [each]
        elif each.level == "one_of":
            together.setdefault(f"group {each.group}", []).append(each)
    return list(together.values())


def _wanted(
    level: str,
    asked: list[list[Requirement]],
    points: Mapping[str, Mapping[str, Points]],
    weight: float,
    stands_for: Weighed,
) -> list[PoolTerm]:
    """The terms of all requirements of a level, whose points together are the weighted mean."""
    terms = []
    for members in asked:
        each_by = [points[each.id] for each in members]
        groups = strongest(each_by, stands_for) if len(members) > 1 else each_by[0]
        text, ids = " or ".join(each.text for each in members), tuple(each.id for each in members)
        terms += [
            PoolTerm(f"{level}: {short(text)} - {group}", text, values * (weight / len(asked)), ids)
            for group, values in groups.items()
        ]
    return terms


def _unwanted(
    each: Requirement,
    points: Mapping[str, Mapping[str, Points]],
    corpus: Corpus,
    weights: Weights,
    without: frozenset[int],
) -> PoolTerm:
    """Return the penalty for evidence of something unwanted, less where the exception holds."""
    penalty = taken_away(_total(points[each.text]), weights.levels)
    if each.unless:
        lifted = np.clip((_total(points[each.unless]) - LIFTED_FROM) / (LIFTED_AT - LIFTED_FROM), 0, 1)
        if asks_for_use(each.unless):
            lifted[_of_fact(corpus, "in use", in_use, without)] = 1
        if asks_for_making(each.unless):
            lifted[_of_fact(corpus, "made by them", made_by_them, without)] = 1
        penalty *= 1 - lifted
    return PoolTerm(f"never: {short(each.text)}", each.text, 0.0 - penalty, (each.id,))


def taken_away(strength: Values, levels: Levels) -> Values:
    """Return the penalty of unwanted evidence: hardly any for a little of it, more and more for a lot."""
    above = np.clip(strength - levels.never_from, 0, levels.never_most)
    cost: Values = levels.never * above * np.sqrt(above)
    return cost


def _of_fact(corpus: Corpus, name: str, tells: Callable[[Evidence], bool], without: frozenset[int]) -> list[int]:
    """The people one of whose pieces tells of a fact: shipped is shipped, however it is worded."""
    starts = corpus.segments.starts.tolist()
    telling = corpus.by_person(name)
    for person in telling.missing():
        rows = range(starts[person], starts[person + 1])
        telling[person] = tuple(place for place, row in enumerate(rows) if tells(corpus.evidence[row]))
    by_person = enumerate(telling.all())
    return [person for person, own in by_person if any(starts[person] + place not in without for place in own)]


def tempered(groups: Mapping[str, Points], threshold: float | None, stands_for: Weighed = None) -> Mapping[str, Points]:
    """Points for a graded skill: beyond the share of the pool that was asked for, more counts a quarter.

    So the upper half on three axes comes before a record on one. The average person is the least that can be asked.
    """
    if threshold is None or not len(strength := _total(groups)):
        return groups
    enough = max(_quantile(strength, threshold, stands_for), 0.0)
    beyond = (1 - BEYOND) * np.maximum(strength - enough, 0)
    return {**groups, "beyond what is asked": np.average(beyond, weights=stands_for) - beyond}


def _ascending(values: Points, stands_for: Weighed) -> tuple[list[float], Points]:
    """Return the values in ascending order, and for each place how many people of the pool stand before it."""
    if stands_for is None:
        return np.sort(values).tolist(), np.arange(len(values) + 1.0)
    order = np.argsort(values)
    return values[order].tolist(), np.concatenate([[0.0], np.cumsum(stands_for[order])])


def _quantile(values: Points, share: float, stands_for: Weighed) -> float:
    if stands_for is None:
        return float(np.quantile(values, share))
    return float(np.quantile(values, share, weights=stands_for, method="inverted_cdf"))


def _signals(role: Role, corpus: Corpus, weights: Weights, as_of: date, without: frozenset[int]) -> Iterator[PoolTerm]:
    """The signals that the role asks for, as a soft minimum against the pool's mean; unknown is neutral."""
    counts = weights.signals
    names = asked_signals(role, counts.always)
    if not counts.weight or not names or not corpus.people:
        return
    values = {name: values_of(name, role, corpus, as_of, without) for name in names}
    for name, part in blended(values, counts.neutral).items():
        yield PoolTerm(
            f"signal: {name}", name, counts.weight * (part - np.average(part, weights=corpus.stands_for)), signal=name
        )


def _recency(corpus: Corpus, weights: Weights, as_of: date, without: frozenset[int]) -> list[PoolTerm]:
    """Yield the term of recency, against the pool's mean; who has no date gets nothing added or taken."""
    weight = weights.features.get("recency")
    days = corpus.days.copy()
    days[sorted(without)] = 0
    fresh = freshness(corpus.segments.max(days), as_of.toordinal())
    known = np.isfinite(fresh)
    if not weight or not known.any():
        return []
    stands_for = None if corpus.stands_for is None else corpus.stands_for[known]
    values = np.where(known, weight * (fresh - np.average(fresh[known], weights=stands_for)), 0.0)
    return [PoolTerm("recency", "how lately something was done in public", values)]


def _features(role: Role, corpus: Corpus, weights: Weights, as_of: date, without: frozenset[int]) -> Iterator[PoolTerm]:
    """Yield a term for each further feature that no role asks for, or that has a weight of its own: 0 without one.

    It counts against the mean of those of whom something is known; who is unknown gets nothing added or taken.
    """
    own = {name for name, feature in find_features().items() if feature.asked is None} - {"recency", "availability"}
    for name in sorted(own | weights.features.keys() - {"recency"}):
        values = values_of(name, role, corpus, as_of, without)
        known = np.isfinite(values)
        stands_for = None if corpus.stands_for is None else corpus.stands_for[known]
        mean = np.average(values[known], weights=stands_for) if known.any() else 0.0
        points = np.where(known, weights.features.get(name, 0.0) * (values - mean), 0.0)
        yield PoolTerm(f"feature: {name}", name.replace("_", " "), points, signal=name)


def _availability(said: Sequence[Availability | None], ceiling: float, stands_for: Weighed) -> list[PoolTerm]:
    """Yield the term of openness to work, which decides among equals; where nobody says so there is no such term."""
    if not ceiling or not any(said):
        return []
    return [PoolTerm("availability", "what was last said of being open to work", points_of(said, ceiling, stands_for))]


def _total(groups: Mapping[str, Points]) -> Points:
    summed: Points = np.sum(list(groups.values()), axis=0)
    return summed


def short(text: str, most: int = 60) -> str:
    """A text as a term is named by it: on one line, cut between words."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 3].rsplit(" ", 1)[0] + "..."
