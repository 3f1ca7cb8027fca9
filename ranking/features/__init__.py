"""The contract of a ranking feature, and the folder as its registry.

A feature is one file here with a pure `measure(role, candidate, context) -> Signal`. It counts as `weights.toml` says
under [features]; without a weight it is shown and counts for nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from ranking.role import Role
from scrapers.records import Candidate, Evidence


@dataclass(frozen=True, slots=True)
class Signal:
    """What one feature found: a value in 0..1, or None when nothing is known, in words, with what it rests on."""

    name: str
    value: float | None
    detail: str
    evidence: tuple[Evidence, ...] = ()

    def __post_init__(self) -> None:
        if self.value is not None and not 0 <= self.value <= 1:
            raise ValueError(f"{self.name}: a signal lies in 0..1 or is None, found {self.value}")


@dataclass(frozen=True, slots=True)
class Context:
    """What a feature may know beyond role and candidate: the day, and the evidence found for each requirement id."""

    as_of: date
    found: Mapping[str, tuple[Evidence, ...]] = field(default_factory=dict)


Measure = Callable[[Role, Candidate, Context], Signal]


@cache
def find_features() -> Mapping[str, Measure]:
    """Every feature in this folder by name, in order of name."""
    names = sorted(module.name for module in iter_modules(__path__) if not module.name.startswith("_"))
    return {name: import_module(f"{__name__}.{name}").measure for name in names}
