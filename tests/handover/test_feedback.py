"""Feedback: what was decided comes back as it was said, whatever a spreadsheet did, or not at all."""

from __future__ import annotations

import csv
from io import StringIO
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranking.evaluation.labels import read_labels
from ranking.exports._rows import COLUMNS, safe_cell, said_in
from ranking.handover.feedback import FILE, Decision, keep, read_reviewed, role_in
from ranking.handover.spreadsheets import FeedbackUnreadable, SheetUnreadable
from scrapers.candidates.joining import ids_today
from scrapers.settings.home import Home
from scrapers.settings.secret_key import candidate_id
from scrapers.store import Store
from tests.support.constants import NOON

REASONS = ("", "- too junior", "=1+1", "'quoted'", "'=kept", 'größer; "besser", ja', "@team", "+1", "２０２６", "|x")


def reviewed(rows: list[Decision], columns: tuple[str, ...] = COLUMNS, separator: str = ",") -> str:
    """A shortlist CSV with these decisions filled in."""
    out = StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, delimiter=separator, lineterminator="\r\n")
    writer.writerow(columns)
    for said in rows:
        cells = {"candidate_id": said.candidate_id, "decision": said.decision, "decision_reason": said.reason}
        writer.writerow([safe_cell(cells.get(column, "x")) for column in columns])
    return out.getvalue()


def people(count: int) -> list[Decision]:
    rnd = Random(count)
    return [Decision(f"c{n:06}", rnd.choice(("yes", "maybe", "no")), rnd.choice(REASONS)) for n in range(count)]


@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"])))
def test_a_cell_gives_back_what_was_said(text: str) -> None:
    """Also what began with a quote mark itself."""
    assert said_in(safe_cell(text)) == text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("columns", [COLUMNS, COLUMNS[::-1]])
def test_a_thousand_rows_come_back(
    encoding: str, separator: str, columns: tuple[str, ...], home: Home, store: Store, tmp_path: Path
) -> None:
    """Nothing is lost on the way there and back; doing it twice changes nothing."""
    said, file = people(1000), tmp_path / "r.csv"
    file.write_bytes(reviewed(said, columns, separator).encode(encoding))
    known = {each.candidate_id: each.candidate_id for each in said}
    assert read_reviewed(file, known) == said
    assert keep(said, "AI engineer", home, store, NOON) == 1000
    first = (home / FILE).read_bytes()
    assert keep(read_reviewed(file, known), "AI engineer", home, store, NOON) == 0
    assert (home / FILE).read_bytes() == first
    assert [label.candidate_id for label in read_labels(home / FILE)] == [each.candidate_id for each in said]
    assert set(store.exports_naming(["c000001"])) == {str((home / FILE).resolve())}


def test_the_encoding_of_old_spreadsheets_is_read(tmp_path: Path) -> None:
    """A file in cp1252 keeps its umlauts."""
    (tmp_path / "r.csv").write_bytes(reviewed([Decision("c1", "no", "zu früh")], separator=";").encode("cp1252"))
    assert read_reviewed(tmp_path / "r.csv", {"c1": "c1"}) == [Decision("c1", "no", "zu früh")]


def test_the_marks_of_the_page_are_decisions(tmp_path: Path) -> None:
    """A star is a yes, hidden is a no, nothing is nothing."""
    rows = [Decision("c1", "star", ""), Decision("c2", "Hide", "no"), Decision("c3", "", "")]
    (tmp_path / "r.csv").write_text(reviewed(rows), encoding="utf-8", newline="")
    assert read_reviewed(tmp_path / "r.csv", {"c1": "c1", "c2": "c2"}) == [
        Decision("c1", "yes", ""),
        Decision("c2", "no", "no"),
    ]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([Decision("c1", "yes", ""), Decision("c1", "no", "")], ":3: c1 is no here and yes in line 2"),
        ([Decision("c1", "yes", ""), Decision("c9", "no", "")], ":3: candidate_id 'c9'"),
        ([Decision("c1", "perhaps", "")], ":2: decision 'perhaps'"),
    ],
)
def test_what_cannot_be_taken_is_named_with_its_line(rows: list[Decision], words: str, tmp_path: Path) -> None:
    """Conflicts, strangers and unknown words stop the whole file."""
    (tmp_path / "r.csv").write_text(reviewed(rows), encoding="utf-8", newline="")
    with pytest.raises(FeedbackUnreadable, match=words):
        read_reviewed(tmp_path / "r.csv", {"c1": "c1"})


def test_cells_that_excel_leaves_off_are_empty_and_a_cut_row_is_told(tmp_path: Path) -> None:
    """Rows that end early say nothing there; one that lacks what no row lacks stops the file."""
    said = [Decision("c1", "yes", "")]
    lines = reviewed([*said, Decision("c2", "", "")]).splitlines(keepends=True)
    lines[2] = lines[2].replace(',"",""', "")
    (tmp_path / "r.csv").write_text("".join(lines), encoding="utf-8", newline="")
    assert lines[2].count(",") == len(COLUMNS) - 3
    assert read_reviewed(tmp_path / "r.csv", {"c1": "c1"}) == said
    lines[2] = ",".join(lines[2].split(",")[:6]) + "\r\n"
    (tmp_path / "r.csv").write_text("".join(lines), encoding="utf-8", newline="")
    with pytest.raises(FeedbackUnreadable, match=r"r\.csv:3: 6 cells where the header has 31"):
        read_reviewed(tmp_path / "r.csv", {"c1": "c1"})


def test_an_id_from_before_a_join_is_whose_it_is_today(tmp_path: Path) -> None:
    """A decision goes to the person whom two became since; two different ones about that person are a conflict."""
    known = ids_today({"forem:ada": "c-ada", "github:ada": "c-ada", "forem:bob": "c-bob"}, b"key")
    old = candidate_id("github:ada", b"key")
    assert set(known.values()) == {"c-ada", "c-bob"}
    (tmp_path / "r.csv").write_text(reviewed([Decision(old, "yes", "")]), encoding="utf-8", newline="")
    assert read_reviewed(tmp_path / "r.csv", known) == [Decision("c-ada", "yes", "")]
    rows = [Decision(old, "yes", ""), Decision("c-ada", "no", "")]
    (tmp_path / "r.csv").write_text(reviewed(rows), encoding="utf-8", newline="")
    with pytest.raises(FeedbackUnreadable, match="keep one of the two"):
        read_reviewed(tmp_path / "r.csv", known)


@pytest.mark.parametrize("saved", [b"PK\x03\x04rest", b"\xd0\xcf\x11\xe0\0\0", "评语,decision\n".encode("utf-16-le")])
def test_what_is_no_csv_is_told_with_how_to_save_it(saved: bytes, tmp_path: Path) -> None:
    """A workbook, an old one, and UTF-16 that nothing marks as such: the file is named, and what to choose in Excel."""
    (tmp_path / "r.xlsx").write_bytes(saved)
    with pytest.raises(SheetUnreadable, match=r'r\.xlsx: .*save the sheet as "CSV UTF-8"'):
        read_reviewed(tmp_path / "r.xlsx", {})


def test_a_file_without_the_columns_is_named(tmp_path: Path) -> None:
    """The missing column stands in the message."""
    (tmp_path / "r.csv").write_text("a,b\r\n1,2\r\n")
    with pytest.raises(FeedbackUnreadable, match="no column candidate_id"):
        read_reviewed(tmp_path / "r.csv", {})


def test_the_role_may_stand_in_the_file(home: Home, store: Store, tmp_path: Path) -> None:
    """A column of one role is taken, what the home keeps reads back as well, and two roles are told with their line."""
    file = tmp_path / "r.csv"
    file.write_text('role,candidate_id,decision,decision_reason\n"\'=a role",c1,yes,\n"",c2,no,\n')
    assert role_in(file) == "=a role"
    keep([Decision("c1", "yes", "")], "=a role", home, store, NOON)
    assert role_in(home / FILE) == "=a role"
    file.write_text("role,candidate_id\na,c1\nb,c2\n")
    with pytest.raises(FeedbackUnreadable, match=r"r\.csv:3: 'b', and 'a' before"):
        role_in(file)
    file.write_text(reviewed(people(3)))
    assert role_in(file) is None
