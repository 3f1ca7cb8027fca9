"""What exists is documented, and what is documented exists."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pytest
from typer.main import get_command

from flows import cli
from ranking.exports import find_exports
from scrapers.records import EvidenceKind
from scrapers.settings import read_sources
from scrapers.sources import find_sources

ROOT = Path(__file__).parents[1]
SOURCES = (ROOT / "docs" / "sources.md").read_text(encoding="utf-8")


def rows(text: str, heading: str) -> dict[str, list[str]]:
    """The rows of the tables below a heading whose first cell is one word of code: the cells behind it."""
    part = text.partition(heading)[2].partition("\n## ")[0]
    lines = [
        [cell.strip() for cell in line.strip("| ").split(" | ")] for line in part.splitlines() if line[:3] == "| `"
    ]
    return {cells[0].strip("`"): cells[1:] for cells in lines if re.fullmatch(r"`[\w.-]+`", cells[0])}


READ = rows(SOURCES, "## What is read")


def test_every_source_is_documented() -> None:
    """Each source has one row, in order, and no row is invented."""
    assert list(READ) == list(find_sources())
    assert {len(cells) for cells in READ.values()} == {5}


@pytest.mark.parametrize("name", find_sources())
def test_a_source_claims_no_more_than_it_is(name: str) -> None:
    """A row says "documentation" where the format was never verified, "off" where it is, and its basis of terms."""
    _, kinds, terms, verified, limits = READ[name]
    settings, source = read_sources()[name], find_sources()[name]
    assert source.verified or "documentation" in verified
    assert settings.enabled == ("off by default" not in limits)
    assert settings.terms is not None
    basis = "own files" if settings.terms.basis == "own_export" else settings.terms.basis
    assert re.match(rf"{basis}\b", terms)
    assert set(re.findall(r"`(\w+)`", kinds)) <= set(EvidenceKind)


def test_every_export_format_is_documented() -> None:
    """Each format has a row with its suffix, and no row is invented."""
    documented = rows((ROOT / "docs" / "exports.md").read_text(encoding="utf-8"), "# Export formats")
    assert {name: cells[0].strip("`") for name, cells in documented.items()} == {
        name: export.suffix for name, export in find_exports().items()
    }


def test_every_command_is_documented() -> None:
    """The README names each command of the command line with the word that runs it."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for module in iter_modules(cli.__path__):  # each adds its commands to the app
        import_module(f"{cli.__name__}.{module.name}")
    commands = getattr(get_command(cli.app), "commands", {})
    assert {"rank", "draft", "forget"} <= commands.keys()
    assert [name for name in commands if f"`headwater {name}" not in readme] == []


@pytest.mark.parametrize("file", sorted((ROOT / "docs").glob("*.md")), ids=lambda file: file.name)
def test_paths_in_the_documents_exist(file: Path) -> None:
    """A path of this repository that a document names is there."""
    named = re.findall(r"`((?:scrapers|ranking|flows|data|docs|tests)/[\w./-]*)`", file.read_text(encoding="utf-8"))
    assert [path for path in named if not (ROOT / path).exists() and not path.startswith("data/home")] == []
