"""The YAML head of a role file: known keys only, each once, read by `safe_load` rules within limits (guardrail G26)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

import yaml

from ranking.role.model import RoleUnclear
from scrapers.settings.strict import StrictLoader

_FENCE = re.compile(r"-{3}[ \t]*\r?\n(?P<head>.*?)(?:^|\n)(?:-{3}|\.{3})[ \t]*(?:\n|\Z)", re.DOTALL)
_KEYS = ("title", "places", "remote", "seniority", "languages", "stage", "themes", "since", "requirements")
_REQUIREMENT_KEYS = ("text", "level", "axis", "threshold", "group", "unless")
_LEVELS = ("must", "nice", "never", "one_of")
_STAGES = ("early", "middle", "late")


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """The typed front matter. Requirements are the mappings as written, checked, in order."""

    title: str = ""
    places: tuple[str, ...] = ()
    remote: bool | None = None
    seniority: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    stage: str | None = None
    themes: tuple[str, ...] = ()
    since: date | None = None
    requirements: tuple[dict[str, Any], ...] = ()
    lines: int = 0


def split_front_matter(text: str, name: str = "") -> tuple[FrontMatter, str]:
    """The front matter, empty where there is none, and the body after it. Raises RoleUnclear with file and line."""
    match = _FENCE.match(text)
    if not match:
        if re.match(r"-{3}[ \t]*\n\w+[ \t]*:", text):
            raise RoleUnclear(
                "the front matter is never closed", "end it with a line of three dashes", name=name, line=1
            )
        return FrontMatter(), text
    head = _load(match["head"], name)
    return _typed(head, match["head"], match.group().count("\n"), name), text[match.end() :]


def _load(text: str, name: str) -> dict[str, Any]:
    try:
        loaded = yaml.load(text, Loader=StrictLoader)  # noqa: S506  # nosec B506 - a SafeLoader with more refusals
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 2 if error.problem_mark else None
        raise RoleUnclear(f"front matter: {error.problem}", _remedy(), name=name, line=line) from None
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise RoleUnclear(f"front matter: {error}", _remedy(), name=name, line=1) from None
    if loaded is None:
        return {}
    if not isinstance(loaded, dict):
        raise RoleUnclear("the front matter is not a list of keys", _remedy(), name=name, line=2)
    return loaded


def _remedy() -> str:
    return f"write plain YAML with the keys {', '.join(_KEYS)}"


def _typed(head: dict[str, Any], text: str, lines: int, name: str) -> FrontMatter:
    def fault(key: str, problem: str, remedy: str) -> RoleUnclear:
        return RoleUnclear(f"front matter: {problem}", remedy, name=name, line=_line_of(text, key))

    for key in head:
        if key not in _KEYS:
            raise fault(key, f"unknown key {key!r}", f"known keys are {', '.join(_KEYS)}")

    def words(key: str) -> tuple[str, ...]:
        value = head.get(key)
        if value is None:
            return ()
        listed = value if isinstance(value, list) else [value]
        if not all(isinstance(word, str) and word.strip() for word in listed):
            raise fault(
                key,
                f"{key!r} is not a list of words",
                f'write {key}: [one, another], in quotes where YAML reads "no" or 1.10',
            )
        return tuple(" ".join(word.split()) for word in listed)

    title = head.get("title") or ""
    if not isinstance(title, str):
        raise fault("title", "'title' is not a text", "write title: AI engineer")
    remote = head.get("remote")
    if remote is not None and not isinstance(remote, bool):
        raise fault("remote", "'remote' is neither yes nor no", "write remote: true, remote: false, or leave it out")
    stage = head.get("stage")
    if stage is not None and stage not in _STAGES:
        raise fault("stage", f"unknown stage {stage!r}", f"write one of {', '.join(_STAGES)}")
    requirements = head.get("requirements") or []
    if not isinstance(requirements, list):
        raise fault("requirements", "'requirements' is not a list", "write one requirement a line, each after a dash")
    return FrontMatter(
        " ".join(title.split()),
        words("places"),
        remote,
        words("seniority"),
        words("languages"),
        stage,
        words("themes"),
        _day(head.get("since"), fault),
        tuple(_requirement(item, fault) for item in requirements),
        lines,
    )


def _day(value: Any, fault: Any) -> date | None:
    if value is None:
        return None
    match = re.fullmatch(r"(\d{4})(?:-(\d\d?))?(?:-(\d\d?))?", str(value).strip())
    try:
        if match:
            year, month, day_of_month = (int(part or 1) for part in match.groups())
            return date(year, month, day_of_month)
    except ValueError:
        pass
    raise fault("since", f"'since' is not a date: {value!r}", "write since: 2024-01-31, 2024-01 or 2024")


def _requirement(item: Any, fault: Any) -> dict[str, Any]:
    shown = {"text": item} if isinstance(item, str) else item
    if not isinstance(shown, dict) or not isinstance(shown.get("text"), str) or not shown["text"].strip():
        raise fault("requirements", f"not a requirement: {item!r}", "write a sentence, or {text: ..., level: must}")
    for key in shown:
        if key not in _REQUIREMENT_KEYS:
            raise fault(
                str(key), f"unknown key {key!r} in a requirement", f"known keys are {', '.join(_REQUIREMENT_KEYS)}"
            )
    if shown.get("level", "must") not in _LEVELS:
        raise fault("level", f"unknown level {shown['level']!r}", f"write one of {', '.join(_LEVELS)}")
    threshold = shown.get("threshold")
    if threshold is not None and (
        isinstance(threshold, bool) or not isinstance(threshold, int | float) or not 0 <= threshold <= 1
    ):
        raise fault(
            "threshold",
            f"the threshold {threshold!r} is not a share",
            "write a number from 0 to 1: 0.5 is the upper half",
        )
    for key in ("axis", "group", "unless"):
        if not isinstance(shown.get(key, ""), str):
            raise fault(key, f"{key!r} is not a text", f"write {key}: words")
    return shown


def _line_of(text: str, key: str) -> int | None:
    """The line of the file (the fence is line 1) on which a key first stands."""
    lines = enumerate(text.splitlines(), start=2)
    return next((number for number, line in lines if re.search(rf"(?:^|[\s{{,-]){re.escape(key)}\s*:", line)), 2)
