"""Strict reading of configuration files, TOML and YAML: unknown keys, duplicate keys, tags and aliases are refused."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError
from yaml.events import AliasEvent

from scrapers.faults import Fault

Model = TypeVar("Model", bound=BaseModel)


class BadConfiguration(Fault):
    """A configuration file says something we do not accept; the message names file and field."""


class Strict(BaseModel):
    """A table of a configuration file: unknown keys are refused by name."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def read_toml(path: Path) -> dict[str, Any]:
    """The file's tables; raises BadConfiguration naming file and line."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadConfiguration(f"{path}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadConfiguration(f"{path}: {error}") from None


def parsed(model: type[Model], table: Mapping[str, Any], where: Path | str) -> Model:
    """The table as that model; raises BadConfiguration naming each wrong field."""
    try:
        return model.model_validate(table)
    except ValidationError as error:
        wrong = "; ".join(
            f"{'.'.join(map(str, e['loc'])) or 'table'}: {_in_words(e['type'], e['msg'])}" for e in error.errors()
        )
        raise BadConfiguration(f"{where}: {wrong}") from None


def _in_words(kind: str, told: str) -> str:
    """Return what is wrong with a field, and what to do, in the words of somebody who edits the file."""
    known = {"extra_forbidden": "no such key; correct its name or delete it", "missing": "is not there; add it"}
    return known.get(kind, told)


DEEPEST, LARGEST = 50, 1 << 20


class StrictLoader(yaml.SafeLoader):
    """SafeLoader that refuses duplicate keys, aliases and deep nesting, and knows on which line a key stands."""

    depth = 0
    yaml_implicit_resolvers = {  # noqa: RUF012 - a day that is none ("2026-02-30") is ours to explain, so dates stay text
        first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(AliasEvent):
            raise yaml.MarkedYAMLError(problem="aliases are not read", problem_mark=self._mark())
        self.depth += 1
        if self.depth > DEEPEST:
            raise yaml.MarkedYAMLError(problem=f"nested deeper than {DEEPEST}", problem_mark=self._mark())
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def _mark(self) -> Any:
        return self.peek_event().start_mark  # type: ignore[no-untyped-call]

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        seen: set[Any] = set()
        for key, _ in node.value:
            name = getattr(key, "value", None)
            if not isinstance(name, str) or name in seen:
                problem = f"the key {name!r} stands twice" if isinstance(name, str) else "a key is not a word"
                raise yaml.MarkedYAMLError(problem=problem, problem_mark=key.start_mark)
            seen.add(name)
        return super().construct_mapping(node, deep=deep)


def read_yaml(path: Path) -> Any:
    """Read a YAML file of at most 1 MiB; raises BadConfiguration naming file and line."""
    try:
        raw = path.read_bytes()
        if len(raw) > LARGEST:
            raise BadConfiguration(f"{path}: larger than 1 MiB; a file written by hand is a page of text")
        return yaml.load(raw.decode("utf-8-sig"), Loader=StrictLoader)  # noqa: S506  # nosec B506 - a stricter SafeLoader
    except OSError as error:
        raise BadConfiguration(f"{path}: {error.strerror}") from None
    except yaml.MarkedYAMLError as error:
        line = f":{error.problem_mark.line + 1}" if error.problem_mark else ""
        raise BadConfiguration(f"{path}{line}: {error.problem}; write plain YAML") from None
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise BadConfiguration(f"{path}: {error}; write plain YAML in UTF-8") from None
