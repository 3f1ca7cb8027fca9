"""YAML written by hand, read within limits (guardrail G26): no tags, no aliases, no key twice, no deep nesting."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from yaml.events import AliasEvent

from scrapers.settings import BadConfiguration

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
    """What a file of at most 1 MiB says; raises BadConfiguration naming file and line."""
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
