"""A role description as a typed, editable query."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

Level = Literal["must", "nice", "never", "one_of"]


@dataclass(frozen=True, slots=True)
class Place:
    """A place as written, with its canonical name where it is known."""

    text: str
    name: str | None
    kind: Literal["city", "metro", "state", "country", "region"]


@dataclass(frozen=True, slots=True)
class Requirement:
    """One thing asked for. `unless` lifts a never; `axis` and `threshold` (0..1) grade a skill; `group` ties one-ofs."""

    id: str
    text: str
    level: Level = "must"
    axis: str | None = None
    threshold: float | None = None
    group: str | None = None
    unless: str | None = None


@dataclass(frozen=True, slots=True)
class Role:
    """What was understood of a role description, and what was not."""

    title: str
    requirements: tuple[Requirement, ...]
    seniority: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()
    remote: bool | None = None
    languages: tuple[str, ...] = ()
    stage: Literal["early", "middle", "late"] | None = None
    themes: tuple[str, ...] = ()
    since: date | None = None
    not_understood: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    text: str = ""
    name: str = ""
