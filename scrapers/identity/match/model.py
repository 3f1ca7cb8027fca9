"""The learned part: a small LightGBM model in a plain text file. Without the library or the file, rules do the work."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any, Literal

import numpy as np

from scrapers.identity.match.table import Floats

# Chosen out of fold: precision 0.999, at most 0.5 false merges per 1,000 people beyond noise in the labels at 10,000
# records, and fewer than 2 among 100,000. See tests/benchmarks/bench_identity.py.
THRESHOLD = 0.992
SUGGEST = 0.5
VERSION = 3


class Model:
    """A fitted pair model: the probability that two records are one person."""

    def __init__(self, text: str) -> None:
        import lightgbm  # an optional library, imported where it is used

        self._booster: Any = lightgbm.Booster(model_str=text)
        self.features: list[str] = [name.replace("_", " ") for name in self._booster.feature_name()]

    def predict(self, found: Mapping[str, Floats]) -> Floats:
        """The probability for each pair, from the features of `compare`."""
        rows = np.stack([found[name] for name in self.features], axis=1)
        if not len(rows):
            return np.zeros(0, dtype=np.float32)
        return np.asarray(self._booster.predict(rows), dtype=np.float32)


Choice = Model | Literal["default"] | None


@cache
def default_model() -> Model | None:
    """The model that comes with the package, or None where LightGBM or the file is missing."""
    file = resources.files(__package__).joinpath("model.txt")
    try:
        return Model(file.read_text(encoding="utf-8"))
    except (ImportError, FileNotFoundError, OSError):
        return None


def chosen(model: Choice) -> Model | None:
    return default_model() if model == "default" else model
