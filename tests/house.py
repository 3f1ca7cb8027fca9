"""The picture of the code in words: modules in each folder, circles of imports, imports that go upward.

python -m tests.house
"""

from __future__ import annotations

import tomllib
from collections import Counter
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import grimp

from tests.support.arguments import arguments

ROOT = Path(__file__).parents[1]
PACKAGES = ("flows", "scrapers", "ranking")
MOST = 13
# A file here is one entry: a source, a feature, a format, a group of commands, a step of the schema.
REGISTRIES = {
    "scrapers/sources",
    "ranking/features",
    "ranking/exports",
    "flows/cli",
    "scrapers/store/migrations/versions",
}


def modules_by_folder() -> Counter[str]:
    """How many modules lie in each folder, `__init__.py` left out."""
    files = (path for package in PACKAGES for path in (ROOT / package).rglob("*.py") if path.name != "__init__.py")
    return Counter(path.parent.relative_to(ROOT).as_posix() for path in files)


def circle(graph: grimp.ImportGraph) -> list[str]:
    """A circle of modules that import each other; empty where there is none."""
    try:
        TopologicalSorter({name: graph.find_modules_directly_imported_by(name) for name in graph.modules}).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def upward(graph: grimp.ImportGraph) -> list[tuple[str, str]]:
    """Imports of a higher floor by a lower one, by the floors that the contracts in `pyproject.toml` name."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    floors: dict[str, int] = {}
    for contract in (contract for contract in contracts if contract["type"] == "layers"):
        for prefix in contract.get("containers", [""]):
            for floor, names in enumerate(reversed(contract["layers"])):
                floors |= {".".join(filter(None, (prefix, name.strip()))): floor for name in names.split("|")}
    arrows = ((name, other) for name in graph.modules for other in graph.find_modules_directly_imported_by(name))
    return [(name, other) for name, other in arrows if _is_upward(name.split("."), other.split("."), floors)]


def _is_upward(name: list[str], other: list[str], floors: dict[str, int]) -> bool:
    """True if the floors of the first two folders that differ say that `other` lies above `name`."""
    at = next((at for at, (one, two) in enumerate(zip(name, other, strict=False)) if one != two), None)
    if at is None:
        return False
    mine, theirs = (floors.get(".".join(path[: at + 1])) for path in (name, other))
    return mine is not None and theirs is not None and theirs > mine


def main() -> None:
    """Print the picture; exit 1 where it is not as it should be."""
    arguments(__doc__)
    graph = grimp.build_graph(*PACKAGES)
    counts, ring, arrows = modules_by_folder(), circle(graph), upward(graph)
    for folder, count in sorted(counts.items()):
        print(f"{count:4}  {folder}{' (registry)' if folder in REGISTRIES else ''}")
    full = [folder for folder, count in counts.items() if count > MOST and folder not in REGISTRIES]
    print(f"folders above {MOST} but registries: {len(full)} {' '.join(full)}".rstrip())
    print(f"circles: {int(bool(ring))} {' -> '.join(ring)}".rstrip())
    print(f"arrows upward: {len(arrows)} {' '.join(f'{name} -> {other}' for name, other in arrows)}".rstrip())
    raise SystemExit(bool(full or ring or arrows))


if __name__ == "__main__":
    main()
