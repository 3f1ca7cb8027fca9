"""Signals that a role asks for, over the whole corpus, and how they are blended; openness to work, and its points.

They come together as a soft minimum: who has a little of everything asked for comes before who has one thing in
abundance. Unknown counts as neutral, adds nothing, and becomes a question to ask.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from ranking.corpus.corpus import Corpus
from ranking.features import BrokenFeature, Context, Signal, feature_named, find_features
from ranking.features.availability import Availability, newest
from ranking.index.grouped import Weighed
from ranking.role import Role
from ranking.scoring.fuse import Points
from scrapers.records import Candidate

Floats = NDArray[np.float64]
# Sharpness of the soft minimum: at 4, of two signals 0.5 apart the lower one decides seven times as much.
SHARPNESS = 4.0


def asked_signals(role: Role, always: Sequence[str] = ()) -> tuple[str, ...]:
    """The signals that the role's axes and words ask for, and those that count for every role."""
    asked = {name for name, feature in find_features().items() if feature.asked and feature.asked(role)}
    return tuple(sorted(asked | set(always)))


def question_of(name: str) -> str:
    """Return the question to ask somebody of whom the signal knows nothing."""
    return feature_named(name).question


def judged(corpus: Corpus, person: int, without: frozenset[int] = frozenset()) -> Candidate:
    """A person as signals see them: evidence alone, without accounts, without the rows that do not count."""
    start, stop = (int(edge) for edge in corpus.segments.starts[person : person + 2])
    evidence = tuple(corpus.evidence[row] for row in range(start, stop) if row not in without)
    return Candidate(corpus.people[person], (), evidence)


def measure(name: str, role: Role, candidate: Candidate, as_of: date) -> Signal:
    """Return a signal of one person."""
    feature = feature_named(name)
    try:
        return feature.measure(role, candidate, Context(as_of))
    except Exception as error:
        where = f"ranking/features/{name}.py: measuring {candidate.id} raised {error!r}"
        raise BrokenFeature(f"{where}; mend the file, or move it away") from error


def values_of(name: str, role: Role, corpus: Corpus, as_of: date, without: frozenset[int]) -> Floats:
    """Return everybody's value of a signal, shape [people], NaN where nothing is known; of the role only its fields
    matter.
    """

    key = (name, feature_named(name).key(role), as_of)
    gone: dict[int, set[int]] = {}
    for row in without:
        person = int(corpus.segments.owner[row])
        gone.setdefault(person, set()).add(row - int(corpus.segments.starts[person]))

    def value(person: int, out: frozenset[int] = frozenset()) -> float:
        found = measure(name, role, judged(corpus, person, out), as_of)
        return np.nan if found.value is None else found.value

    cached = corpus.by_person(key)
    for person in cached.missing():
        cached[person] = value(person)
    values = np.array(cached.all(), dtype=np.float64)
    for person, rows in gone.items():
        known = (*key, corpus.people[person], frozenset(rows))
        if known not in corpus.known:
            corpus.known[known] = value(person, without)
        values[person] = corpus.known[known]
    return values


def blended(values: Mapping[str, Floats], neutral: float) -> dict[str, Floats]:
    """Return each signal's share of the soft minimum -log(mean(exp(-s v))) / s, counted from all being neutral.

    The parts add up to it exactly: it is dealt in proportion to exp(-s v) - exp(-s neutral). A signal at neutral, or
    unknown, has no part; one above it has a part above 0.
    """
    filled = {name: np.where(np.isfinite(found), found, neutral) for name, found in values.items()}
    lifted = {name: np.expm1(-SHARPNESS * (found - neutral)) / len(filled) for name, found in filled.items()}
    whole = np.sum(list(lifted.values()), axis=0)
    small = np.abs(whole) < 1e-12
    rate = np.where(small, 1.0, np.log1p(whole) / np.where(small, 1.0, whole)) / SHARPNESS
    return {name: -rate * part for name, part in lifted.items()}


def last_said(corpus: Corpus, as_of: date, half_life: float) -> tuple[Availability | None, ...]:
    """Return each person's last statement, in evidence or else on their profiles; None for who said nothing."""
    last = corpus.by_person(("said", as_of, half_life))
    for person in last.missing():
        last[person] = newest(judged(corpus, person).evidence, as_of, half_life) or corpus.profiles_say[person]
    return tuple(last.all())


def points_of(said: Sequence[Availability | None], ceiling: float, stands_for: Weighed = None) -> Points:
    """Return the points of openness: at most `ceiling` for a yes of today, against the pool's mean. Silence counts as a
    no does, and both as nothing.

    So nobody passes anybody who is further ahead than the ceiling, and an old yes is never worse than silence.
    """
    values = ceiling * np.array([each.value if each else 0.0 for each in said], dtype=np.float64)
    return values - np.average(values, weights=stands_for) if len(values) else values
