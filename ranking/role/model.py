"""A role description as a typed, editable query: the nouns, the errors, and the JSON that outsiders read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from scrapers.faults import Fault

Level = Literal["must", "nice", "never", "one_of"]
PlaceKind = Literal["city", "metro", "state", "country", "region"]
Stage = Literal["early", "middle", "late"]


class RoleUnclear(Fault):
    """A role that cannot be read: says which file and line, what is wrong, and what to write instead."""

    def __init__(self, problem: str, remedy: str, *, name: str = "", line: int | None = None) -> None:
        where = ":".join(str(part) for part in (name or "role", line) if part is not None)
        super().__init__(f"{where}: {problem}; {remedy}")
        self.problem, self.remedy, self.name, self.line = problem, remedy, name, line


class RoleRefused(RoleUnclear):
    """A role that asks for something no one may be ranked by: age, gender, origin, belief, health, family."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place as written, with its canonical name where it is known."""

    text: str
    name: str | None
    kind: PlaceKind


@dataclass(frozen=True, slots=True)
class Requirement:
    """A requirement of a role. `unless` lifts a never; `axis` and `threshold` (0..1) grade a skill; `group` ties
    one-ofs.

    A threshold is a share of the pool: 0.5 asks for somebody in the upper half on that axis.
    """

    id: str
    text: str
    level: Level = "must"
    axis: str | None = None
    threshold: float | None = None
    group: str | None = None
    unless: str | None = None


@dataclass(frozen=True, slots=True)
class Role:
    """A role description as typed requirements, with what was not understood of it.

    `languages` are programming languages, `stage` that of the company, `since` the day before which nothing counts.
    `parse_role` and `read_role` make one; it can be written by hand as well.

    >>> from ranking.role import parse_role
    >>> role = parse_role("engineer who measures retries, not looking for managers")
    >>> [(requirement.level, requirement.text) for requirement in role.requirements]
    [('must', 'engineer who measures retries'), ('never', 'managers')]
    """

    title: str
    requirements: tuple[Requirement, ...]
    seniority: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()
    remote: bool | None = None
    languages: tuple[str, ...] = ()
    stage: Stage | None = None
    themes: tuple[str, ...] = ()
    since: date | None = None
    not_understood: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    text: str = ""
    name: str = ""


def to_json(role: Role) -> dict[str, Any]:
    """The agreed JSON object of a role; optional keys of a requirement, and an unknown stage, are left out."""
    shown: dict[str, Any] = {
        "title": role.title,
        "seniority": list(role.seniority),
        "places": [{"text": place.text, "name": place.name, "kind": place.kind} for place in role.places],
        "remote": role.remote,
        "languages": list(role.languages),
        "requirements": [_requirement(requirement) for requirement in role.requirements],
    }
    if role.stage is not None:
        shown["stage"] = role.stage
    return shown | {
        "themes": list(role.themes),
        "since": role.since.isoformat() if role.since else None,
        "not_understood": list(role.not_understood),
        "warnings": list(role.warnings),
    }


def _requirement(requirement: Requirement) -> dict[str, Any]:
    shown: dict[str, Any] = {"id": requirement.id, "text": requirement.text, "level": requirement.level}
    optional = ("axis", "threshold", "group", "unless")
    return shown | {key: value for key in optional if (value := getattr(requirement, key)) is not None}


def role_key(role: Role) -> str:
    """Return the key by which two wordings are the same role: its title, in short."""
    return " ".join((role.title or role.name or role.text).split())[:80]
