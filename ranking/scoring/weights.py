"""Weights of the score: `weights.toml`, typed, unknown keys refused by name."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, NonNegativeFloat, NonNegativeInt, PositiveFloat

from ranking.features import feature_names
from ranking.features.availability import HALF_LIFE_DAYS
from scrapers.records import EvidenceKind
from scrapers.settings.home import Home, packaged
from scrapers.settings.strict import BadConfiguration, parsed, read_toml


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Parts(_Table):
    """The weights of a requirement's parts, by name."""

    words_profile: NonNegativeFloat
    words_top5: NonNegativeFloat
    words_best: NonNegativeFloat
    meaning_profile: NonNegativeFloat
    meaning_best: NonNegativeFloat
    meaning_peak: NonNegativeFloat
    themes_top5: NonNegativeFloat
    themes_best: NonNegativeFloat
    kindred_best: NonNegativeFloat

    def of(self, part: str) -> float:
        """The part's share of the requirement's score; shares add up to 1."""
        return self._shares[part]

    @cached_property
    def _shares(self) -> dict[str, float]:
        weights: dict[str, float] = self.model_dump()
        return {part: weight / (sum(weights.values()) or 1.0) for part, weight in weights.items()}


class Levels(_Table):
    """Weights of musts, nice-to-haves and nevers, and how they come together."""

    must: NonNegativeFloat
    nice: NonNegativeFloat
    never: NonNegativeFloat
    never_from: float
    never_most: NonNegativeFloat


class Openness(_Table):
    """The most points that being open to work is worth, and after how many days a statement of it is worth half."""

    ceiling: NonNegativeFloat = 0.0
    half_life_days: float = Field(default=HALF_LIFE_DAYS, gt=0)


class Trained(_Table):
    """Origin of fitted weights: the day, the labels and their digest, nDCG@10 on roles not trained on."""

    on: date
    labels: int
    roles: int
    digest: str
    before: float
    after: float
    low: float
    high: float


class Signals(_Table):
    """Weight of the signals that a role asks for, together, and those that count for every role (`always`)."""

    weight: NonNegativeFloat = 0.0
    neutral: float = Field(default=0.3, ge=0, le=1)
    always: tuple[str, ...] = ()


class Slots(_Table):
    """Places kept for people of a small footprint, and how far a score may rise: reach / sqrt(pieces seen + beyond)."""

    share: float = Field(default=0.0, ge=0, le=0.5)
    pieces: NonNegativeInt = 2
    reach: NonNegativeFloat = 4.2
    beyond: PositiveFloat = 2.0


class Weights(_Table):
    """All tables of `weights.toml`; `trained` only where `headwater train` wrote it."""

    parts: Parts
    levels: Levels
    kinds: Mapping[EvidenceKind, NonNegativeFloat] = Field(default_factory=dict)
    features: Mapping[str, NonNegativeFloat] = Field(default_factory=dict)
    availability: Openness = Openness()
    signals: Signals = Signals()
    slots: Slots = Slots()
    trained: Trained | None = None

    @property
    def digest(self) -> str:
        """A hash of all that counts; where fitted weights come from does not."""
        return sha256(self.model_dump_json(exclude={"trained"}).encode()).hexdigest()


def read_weights(path: Path | None = None) -> Weights:
    """The weights of that file, by default the packaged ones; an error names the file and the key."""
    path = path or packaged("weights.toml")
    weights = parsed(Weights, read_toml(path), path)
    for key, names in (("features", weights.features), ("signals.always", weights.signals.always)):
        for name in sorted(set(names).difference(known := feature_names())):
            raise BadConfiguration(f"{path}: {key}: no feature is called {name!r}; there are: {', '.join(known)}")
    return weights


TRAINED = "rankers"


def weights_of(home: Home) -> Weights:
    """The newest trained weights of the home, else the packaged ones; an error names the file and the key."""
    kept = trained_files(home)
    return read_weights(kept[-1] if kept else None)


def trained_files(home: Home) -> list[Path]:
    return sorted((home / TRAINED).glob("*.toml"))
