"""What everybody in a corpus last said of being open to work, and the points that it is worth."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from ranking.corpus.corpus import Corpus
from ranking.features.availability import Availability, newest
from ranking.index.grouped import Weighed
from ranking.scoring.fuse import Points
from ranking.scoring.signals import judged


def last_said(corpus: Corpus, as_of: date, half_life: float) -> tuple[Availability | None, ...]:
    """Each person's last statement, in evidence or else on their profiles; None for who said nothing."""
    last = corpus.by_person(("said", as_of, half_life))
    for person in last.missing():
        last[person] = newest(judged(corpus, person).evidence, as_of, half_life) or corpus.profiles_say[person]
    return tuple(last.all())


def points_of(said: Sequence[Availability | None], ceiling: float, stands_for: Weighed = None) -> Points:
    """At most `ceiling` for a yes of today, against the pool's mean. Silence counts as a no does, and both as nothing.

    So nobody passes anybody who is further ahead than the ceiling, and an old yes is never worse than silence.
    """
    values = ceiling * np.array([each.value if each else 0.0 for each in said], dtype=np.float64)
    return values - np.average(values, weights=stands_for) if len(values) else values
