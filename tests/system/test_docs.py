"""What exists is documented, and what is documented exists."""

from __future__ import annotations

import doctest
import re
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules, resolve_name
from typing import Any

import pytest
from typer.main import get_command

from flows import cli
from flows.cli.app import app
from ranking.exports import find_exports
from scrapers.records import EvidenceKind
from scrapers.rights.notice import notice_text
from scrapers.settings.operator import Controller, Operator
from scrapers.sources import find_sources
from scrapers.sources.watched import read_sources

ROOT = Path(__file__).parents[2]
SOURCES = (ROOT / "docs" / "sources.md").read_text(encoding="utf-8")


def rows(text: str, heading: str) -> dict[str, list[str]]:
    """The rows of the tables below a heading whose first cell is one word of code: the cells behind it."""
    part = text.partition(heading)[2].partition("\n## ")[0]
    lines = [
        [cell.strip() for cell in line.strip("| ").split(" | ")] for line in part.splitlines() if line[:3] == "| `"
    ]
    return {cells[0].strip("`"): cells[1:] for cells in lines if re.fullmatch(r"`[\w.-]+`", cells[0])}


READ = rows(SOURCES, "## What is read")
PAPERS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def commands() -> Mapping[str, Any]:
    """Every command of the command line, by the word that runs it."""
    for module in iter_modules(cli.__path__):  # each adds its commands to the app
        import_module(f"{cli.__name__}.{module.name}")
    return getattr(get_command(app), "commands", {})


def options_of(command: Any) -> set[str]:
    return {option for each in command.params for option in (*each.opts, *each.secondary_opts)}


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
    assert not source.verified or not verified.startswith("documentation")
    assert source.verified != ("Unverified:" in (import_module(f"scrapers.sources.{name}").__doc__ or ""))
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
    assert {"rank", "draft", "forget"} <= commands().keys()
    assert [name for name in commands() if f"`headwater {name}" not in readme] == []


@pytest.mark.parametrize("file", PAPERS, ids=lambda file: str(file.relative_to(ROOT)))
def test_links_and_commands_in_the_documents_lead_somewhere(file: Path) -> None:
    """A relative link leads to a file of this repository, a command that is named is one, and so are its options."""
    text = file.read_text(encoding="utf-8")
    links = [link.partition("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in link]
    assert [link for link in links if link and not (file.parent / link).exists()] == []
    known = commands()
    named = re.findall(r"`headwater ([a-z]+)([^`]*)`", text)
    assert [name for name, _ in named if name not in known] == []
    options = [(name, option) for name, rest in named for option in re.findall(r"--[a-z-]+", rest)]
    assert [(name, option) for name, option in options if option not in options_of(known[name])] == []


def test_the_papers_say_what_the_code_does() -> None:
    """The notice is the software's own, retention is the settings' own, figures stand in the measurements."""
    papers = {file.name: file.read_text(encoding="utf-8") for file in (ROOT / "docs" / "operator").glob("*.md")}
    told = {"name": "[OPERATOR: name]", "contact": "[OPERATOR: contact]", "purpose": "[OPERATOR: purpose].",
            "legal_basis": "[OPERATOR: legal basis]."}  # fmt: skip
    notice = notice_text(Operator.model_validate({"contact": "https://example.com/", "controller": told}))
    plain = " ".join(papers["notice-gdpr.md"].replace("## ", "").split())
    assert " ".join(notice.split()) in plain
    for name, field in Controller.model_fields.items():
        if name.endswith("_days"):
            assert f"`{name}` ({field.default})" in papers["retention.md"]
    measured = "".join(
        (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8") for name in ("measurements", "identity")
    )
    figures = re.findall(r"\d+\.\d+", "".join(re.findall(r"Measured.*?\n\n", papers["model-card.md"], re.S)))
    assert len(figures) >= 8
    assert [figure for figure in figures if figure not in measured] == []
    assert [name for name, text in papers.items() if "compliant" in text.casefold()] == []
    assert {file for file in papers if f"({file})" in papers["README.md"]} == papers.keys() - {"README.md"}


@pytest.mark.parametrize("file", sorted((ROOT / "docs").glob("*.md")), ids=lambda file: file.name)
def test_paths_in_the_documents_exist(file: Path) -> None:
    """A path of this repository that a document names is there."""
    named = re.findall(r"`((?:scrapers|ranking|flows|data|docs|tests)/[\w./-]*)`", file.read_text(encoding="utf-8"))
    assert [path for path in named if not (ROOT / path).exists() and not path.startswith("data/home")] == []


EXAMPLES = [
    "ranking.exports", "ranking.features", "ranking.notebook.views", "ranking.pool", "ranking.role.model",
    "scrapers.sources",
]  # fmt: skip


@pytest.mark.parametrize("module", EXAMPLES)
def test_examples_of_what_others_build_on_are_true(module: str) -> None:
    """The notebook's names and the contracts of sources, features and formats have examples that run."""
    done = doctest.testmod(import_module(module))
    assert done.attempted > 2
    assert done.failed == 0


def test_the_main_line_is_short_and_leads_through_what_exists() -> None:
    """The architecture page names at most sixty functions from a page to its row, and each of them is there."""
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    line = text.partition("## From a recorded page")[2].partition("\n## ")[0]
    named = re.findall(r"`((?:scrapers|ranking|flows)(?:\.\w+)+)`", line)
    assert 30 < len(named) <= 60
    for name in named:
        assert callable(resolve_name(name)), name


def test_every_folder_has_its_line_on_the_architecture_page() -> None:
    """A folder of the packages that the page does not name is one that nobody finds."""
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    packages = [ROOT / name for name in ("scrapers", "ranking", "flows")]
    folders = sorted({path.parent.relative_to(ROOT) for package in packages for path in package.rglob("*.py")})
    assert [str(folder) for folder in folders if len(folder.parts) == 2 and f"`{folder}`" not in text] == []
