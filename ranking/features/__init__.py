"""Registry of ranking features: a file here each, or a table of `cues.toml`.

A feature is a file with a pure `measure(role, candidate, context) -> Signal`, or, where the words of evidence alone
decide, a table of cues. It counts as `weights.toml` says under [features]; without a weight it is shown and counts for
nothing. A file may also hold `ASKED`, a pattern of the words by which a role asks for it, or a function `asked(role)`:
then it counts for such roles as one of the [signals]. `QUESTION` is what to ask where nothing is known; `key(role)` is
the part of a role that the value depends on, by default all of it.

>>> from datetime import date
>>> from ranking.features import Context, feature_named
>>> from ranking.role import Role
>>> from scrapers.records import AccountKey, Candidate, Evidence, EvidenceKind
>>> post = Evidence(
...     EvidenceKind.POST, AccountKey("web", "ada.example"), "Retries", "We measured retries.", "https://ada.example/1",
...     date(2026, 11, 1),
... )
>>> ada = Candidate("c1", (), (post,))
>>> signal = feature_named("recency").measure(Role("engineer", ()), ada, Context(as_of=date(2026, 11, 1)))
>>> signal.value, signal.detail
(1.0, 'last seen on 2026-11-01')
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache, partial
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from ranking.features._contract import Context, Feature, Measure, Signal
from ranking.features._cues import IN_WORDS, asks_in_words, feature_of_cues
from ranking.role import Role
from scrapers.faults import Fault

__all__ = [
    "BrokenFeature", "Context", "Feature", "Measure", "Signal", "UnknownFeature", "feature_named", "feature_names",
    "find_features",
]  # fmt: skip


class UnknownFeature(Fault):
    """The name is not that of a feature; the message names those there are."""


class BrokenFeature(Fault):
    """A feature's file cannot be loaded, or its `measure` raised; the message names the file and the error."""


def find_features() -> Mapping[str, Feature]:
    """Return every feature by name, in order of name."""
    return {name: feature_named(name) for name in feature_names()}


def feature_names() -> list[str]:
    """Return the names of all features, in order, importing none."""
    files = (module.name for module in iter_modules(__path__) if not module.name.startswith("_"))
    return sorted({*files, *IN_WORDS})


@cache
def feature_named(name: str) -> Feature:
    """Return the feature of that name, importing no other; raises UnknownFeature with the names there are."""
    if name not in feature_names():
        raise UnknownFeature(f"no feature is called {name!r}; there are: {', '.join(feature_names())}")
    if name in IN_WORDS and name not in {module.name for module in iter_modules(__path__)}:
        return feature_of_cues(name)
    try:
        module = import_module(f"{__name__}.{name}")
        feature = Feature(name, module.measure, getattr(module, "QUESTION", ""), _asked(module))
    except Exception as error:
        raise BrokenFeature(f"ranking/features/{name}.py: {error!r}; mend the file, or move it away") from error
    return replace(feature, key=module.key) if hasattr(module, "key") else feature


def _asked(module: ModuleType) -> Callable[[Role], bool] | None:
    if hasattr(module, "asked"):
        asked: Callable[[Role], bool] = module.asked
        return asked
    return partial(asks_in_words, asked=module.ASKED) if hasattr(module, "ASKED") else None
