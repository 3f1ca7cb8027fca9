"""The export contract: one file is a format, chosen by its suffix; errors name file and formats."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ranking import exports
from ranking.exports import BrokenFormat, UnknownFormat, export_named, find_exports
from ranking.handover.exporting import export, format_for
from tests.exports.test_exports import shortlist
from tests.support.added_files import Add, files_added
from tests.support.constants import NOON

MARKDOWN = '''
"""The shortlist as a Markdown table, for an issue or a wiki."""

from typing import TextIO

from ranking.shortlist import Shortlist

SUFFIX = ".md"


def write(shortlist: Shortlist, out: TextIO) -> None:
    """One row a candidate."""
    out.write("| candidate | score |\\n| --- | --- |\\n")
    for match in shortlist.matches:
        out.write(f"| {match.candidate.name} | {match.score:+.2f} |\\n")
'''


@pytest.fixture
def add(tmp_path: Path) -> Iterator[Add]:
    """Puts a file into the folder of formats, for the length of a test."""
    with files_added(exports, tmp_path / "added", export_named.cache_clear) as add:
        yield add


def test_a_format_is_one_file(add: Add, tmp_path: Path) -> None:
    """It is listed, chosen by its suffix and by its name, and writes."""
    add("markdown_table", MARKDOWN)
    assert "markdown_table" in find_exports()
    assert format_for(Path("list.md"), None) == format_for(None, "markdown_table") == find_exports()["markdown_table"]
    path = export(shortlist(), None, "markdown_table", tmp_path / "list", at=NOON)
    assert path.name == "list.md"
    assert path.read_text(encoding="utf-8").splitlines()[2].startswith("| ")


def test_a_suffix_that_two_formats_claim_asks_for_the_name(add: Add) -> None:
    """Both are named, unless one of them says that it is the default."""
    add("markdown_table", MARKDOWN)
    add("markdown_list", MARKDOWN)
    with pytest.raises(UnknownFormat, match=r"claim \.md: markdown_list, markdown_table; give --format NAME"):
        format_for(Path("list.md"), None)
    add("markdown_default", f"{MARKDOWN}\nDEFAULT = True\n")
    assert format_for(Path("list.md"), None).name == "markdown_default"
    assert format_for(Path("list.csv"), None).name == "shortlist_csv"


@pytest.mark.parametrize(
    ("text", "words"), [("1 / 0\n", "ZeroDivisionError"), ("SUFFIX = 1\n", "no attribute 'write'")]
)
def test_a_file_that_raises_is_named(add: Add, text: str, words: str) -> None:
    """One line with the file and what it raised."""
    add("broken", text)
    with pytest.raises(BrokenFormat, match=rf"ranking/exports/broken\.py: .*{words}"):
        find_exports()
