"""Registry of ranking features: a file here each, or a table of `cues.toml`.

A feature is a file with a pure `measure(role, candidate, context) -> Signal`, or, where the words of evidence alone
decide, a table of cues. It counts as `weights.toml` says under [features]; without a weight it is shown and counts for
nothing.

>>> from datetime import date
>>> from ranking.features import Context, feature_named
>>> from ranking.role import Role
>>> from scrapers.records import AccountKey, Candidate, Evidence, EvidenceKind
>>> post = Evidence(
...     EvidenceKind.POST, AccountKey("web", "ada.example"), "Retries", "We measured retries.", "https://ada.example/1",
...     date(2026, 11, 1),
... )
>>> ada = Candidate("c1", (), (post,))
>>> signal = feature_named("recency")(Role("engineer", ()), ada, Context(as_of=date(2026, 11, 1)))
>>> signal.value, signal.detail
(1.0, 'last seen on 2026-11-01')
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from ranking.features._contract import Context, Measure, Signal
from ranking.features._cues import IN_WORDS, measured_by
from scrapers.faults import Fault

__all__ = ["Context", "Measure", "Signal", "UnknownFeature", "feature_named", "find_features"]


class UnknownFeature(Fault):
    """The name is not that of a feature; the message names those there are."""


def find_features() -> Mapping[str, Measure]:
    """Return every feature by name, in order of name."""
    return {name: feature_named(name) for name in sorted({*_files(), *IN_WORDS})}


@cache
def feature_named(name: str) -> Measure:
    """Return the feature of that name, importing no other; raises UnknownFeature with the names there are."""
    if name in _files():
        measure: Measure = import_module(f"{__name__}.{name}").measure
        return measure
    if name in IN_WORDS:
        return measured_by(name)
    raise UnknownFeature(f"no feature is called {name!r}; there are: {', '.join(sorted({*_files(), *IN_WORDS}))}")


def _files() -> frozenset[str]:
    return frozenset(module.name for module in iter_modules(__path__) if not module.name.startswith("_"))
