"""The nouns of a ranking feature: what it is given, and the signal that it returns."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import date

from ranking.role import Role
from scrapers.records import Candidate, Evidence


@dataclass(frozen=True, slots=True)
class Signal:
    """The result of a feature for one person: 0 to 1, or None where nothing is known; in words, with evidence."""

    name: str
    value: float | None
    detail: str
    evidence: tuple[Evidence, ...] = ()

    def __post_init__(self) -> None:
        if self.value is not None and not 0 <= self.value <= 1:
            raise ValueError(f"{self.name}: a signal lies in 0..1 or is None, found {self.value}")


@dataclass(frozen=True, slots=True)
class Context:
    """Context of a measurement beside role and candidate: the day of the ranking."""

    as_of: date


Measure = Callable[[Role, Candidate, Context], Signal]


@dataclass(frozen=True, slots=True)
class Feature:
    """A feature of the registry.

    `asked(role)` tells whether a role asks for it; without it no role does, and it is shown for every role. `question`
    is what to ask somebody of whom it knows nothing. `key(role)` is the part of a role that its value depends on.
    """

    name: str
    measure: Measure
    question: str = ""
    asked: Callable[[Role], bool] | None = None
    key: Callable[[Role], Hashable] = lambda role: role
