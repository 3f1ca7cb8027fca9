"""Query expansion by subject: a "database administrator" names PostgreSQL and schemas.

`data/related.toml` lists subjects with the names that go with them. A requirement's words are widened by the names of
the subjects that it mentions, or that it lies near to in meaning; each counts a part of a word that was asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from ranking.index.bm25 import query_weights, tokens
from ranking.index.grouped import standardised
from scrapers.settings.home import packaged
from scrapers.settings.strict import read_toml

Floats = NDArray[np.float32]

# What a related name counts at most, where a word that was asked for counts 1.
WORTH = 0.3
# How near a subject is: its cosine with the requirement, in deviations above the mean subject. One that is mentioned
# counts in full from LIKELY on, so that a driver's licence asks for no kernel; one that is not, between NEAR and SURE.
LIKELY, NEAR, SURE = 2.0, 3.0, 5.0


@dataclass(frozen=True)
class Subject:
    """A subject: its name, its phrases as stemmed words between blanks, and its terms, 1 for a whole name."""

    called: str
    phrases: tuple[str, ...]
    terms: dict[str, float]

    def mentioned(self, said: str) -> bool:
        """True if a phrase of it stands in a text of stemmed words."""
        return any(phrase in said for phrase in self.phrases)


@cache
def subjects() -> tuple[Subject, ...]:
    """The packaged subjects."""
    table: dict[str, str] = read_toml(packaged("related.toml"))["subjects"]
    return tuple(
        Subject(called, tuple(_spaced(phrase) for phrase in called.split(", ")), _terms(names.split(", ")))
        for called, names in table.items()
    )


def widened(requirement: str, nearness: Floats) -> dict[str, float]:
    """The weights of a requirement's words and of those related to it; `nearness` is its cosine with each subject."""
    own = query_weights(requirement)
    said, added = _spaced(requirement), dict[str, float]()
    for subject, above in zip(subjects(), standardised(nearness).tolist(), strict=True):
        lexical = above / LIKELY if above > 0 and subject.mentioned(said) else 0.0
        share = min(max(lexical, (above - NEAR) / (SURE - NEAR), 0.0), 1.0)
        for term, worth in subject.terms.items() if share else ():
            if term not in own:
                added[term] = max(added.get(term, 0.0), WORTH * share * worth)
    return own | added


def _terms(names: Sequence[str]) -> dict[str, float]:
    """The terms of names, as written and in lower case; the words of a name share its worth, letters say nothing."""
    forms = {tuple(tokens(spelled)) for name in names for spelled in (name, name.lower())}
    terms: dict[str, float] = {}
    for form in forms:
        terms |= {term: max(terms.get(term, 0.0), 1 / len(form)) for term in form if len(term) > 1}
    return terms


def _spaced(text: str) -> str:
    return f" {' '.join(tokens(text))} "
