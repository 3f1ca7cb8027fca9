"""Dialects: each target's own header, limits and traps, on one fixed shortlist."""

from __future__ import annotations

import csv
import json
import runpy
from dataclasses import replace
from importlib import import_module
from io import StringIO
from itertools import islice
from pathlib import Path
from random import Random

import pandas as pd
import pytest

from ranking.exports import export_named, find_exports
from ranking.exports._ats import HANDLE, ONE_NAME, first_and_last, table_writer
from ranking.exports._rows import said_in
from ranking.handover.exporting import export, parts
from ranking.shortlist.shortlist import Shortlist
from scrapers.records import Account, Candidate
from scrapers.settings.home import Home
from tests.exports.test_exports import shortlist, written
from tests.support.constants import NOON

MARKS = ("Ada", "-5", "+", "=1", "@", "'", '"', ";", ",", "\u00a0", "\u200b", "|", "％", "ö", " ", "12.5", "<b>", "林")
DIALECTS = ("ashby", "gem", "greenhouse", "lever")
EXPECTED = Path(__file__).parents[1] / "cases" / "exports"


def cast(count: int = 3) -> Shortlist:
    """That many people who differ in id and name."""
    one = shortlist().matches[0]
    people = (
        replace(one, rank=n, candidate=replace(one.candidate, id=f"c{n:04}"), stronger_than=60 - n)
        for n in range(1, count + 1)
    )
    return replace(shortlist(), matches=tuple(people), clearances={})


@pytest.mark.parametrize("name", DIALECTS)
def test_each_dialect_is_written_as_its_target_reads_it(name: str) -> None:
    """Header, order and values of one person stay as they were looked at."""
    assert written(name, shortlist()) == (EXPECTED / f"{name}.expected").read_bytes().decode()


@pytest.mark.parametrize("name", sorted(set(find_exports()) - {"page", "jsonl"}))
def test_pandas_reads_every_dialect_with_the_same_values(name: str, tmp_path: Path) -> None:
    """What the csv module reads and what pandas reads are the same, hostile names included."""
    listed = shortlist(name="=HYPERLINK(1) \"x\", 'y'", text="@SUM(1)\n; , \t")
    path = tmp_path / "list.csv"
    path.write_text(written(name, listed), encoding="utf-8", newline="")
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    assert frame.to_dict("records") == list(csv.DictReader(StringIO(written(name, listed), newline="")))


@pytest.mark.shared
@pytest.mark.parametrize("name", sorted(set(find_exports()) - {"page", "jsonl"}))
def test_no_cell_runs_whatever_separates_cells(name: str, shared: Path, tmp_path: Path) -> None:
    """Each hostile or harmless cell of the shared abuse cases is text under comma, semicolon and tab."""
    checks, cases = (runpy.run_path(str(shared / "abuse" / f"{file}.py")) for file in ("checks", "make_files"))
    path = tmp_path / "list.csv"
    for cell in (*cases["CELLS"], *cases["BENIGN_CELLS"]):
        path.write_text(written(name, shortlist(name=cell, text=cell)), encoding="utf-8", newline="")
        assert checks["check_csv"](str(path)) == [], cell


@pytest.mark.parametrize("name", DIALECTS)
def test_a_thousand_rows_lose_nothing(name: str) -> None:
    """Whatever people are called and say, each cell gives back what was written when its quote mark is taken off."""
    columns, draw = import_module(f"ranking.exports.{name}").COLUMNS, Random(name)
    out = StringIO(newline="")
    rows = [{column: "".join(draw.choices(MARKS, k=draw.randint(0, 6))) for column in columns} for _ in range(1000)]
    table_writer(columns, lambda match, _: rows[match.rank - 1])(cast(len(rows)), out)
    back = list(csv.DictReader(StringIO(out.getvalue(), newline="")))
    assert [{column: said_in(cell) for column, cell in row.items()} for row in back] == rows


@pytest.mark.parametrize("name", DIALECTS)
def test_nobody_is_given_an_address_and_who_asks_for_silence_is_left_out(name: str) -> None:
    """Address and phone columns are empty; a person who wants no recruiters has no row."""
    (row,) = csv.DictReader(StringIO(written(name, shortlist()), newline=""))
    assert not any(value for column, value in row.items() if column.lower() in {"email", "phone", "phone_number"})
    match = shortlist().matches[0]
    silent = replace(match.candidate, accounts=(replace(match.candidate.accounts[0], bio="No recruiters please."),))
    assert written(name, replace(shortlist(), matches=(replace(match, candidate=silent),))).count("\r\n") == 1


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Ada Example", ("Ada", "Example")),
        ("Ada Maria van der Example", ("Ada Maria", "van der Example")),
        ("  Zoë  ", ("Zoë", ONE_NAME)),
        ("Van Example", ("Van", "Example")),
        (None, ("ada-example", HANDLE)),
    ],
)
def test_names_fall_into_two_parts_or_say_why_not(name: str | None, parts: tuple[str, str]) -> None:
    """A mononym or a handle gets no invented surname."""
    assert first_and_last(Candidate("c1", (Account("github", "ada-example", name=name),), ())) == parts


def test_files_are_split_by_rows_and_by_bytes(tmp_path: Path) -> None:
    """No part is above the target's limit, and everybody is in exactly one."""
    assert (export_named("greenhouse").most_rows, export_named("lever").most_rows) == (8_000, 55_000)
    assert export_named("gem").most_bytes == 10_000_000
    for how in (
        replace(export_named("greenhouse"), most_rows=3),
        replace(export_named("gem"), most_bytes=250),
    ):
        texts = list(parts(cast(10), how))
        rows = [list(csv.reader(StringIO(text, newline=""))) for text in texts]
        assert len(texts) > 2
        assert all(len(part) - 1 <= how.most_rows for part in rows)
        assert all(len(text.encode()) <= how.most_bytes for text in texts)
        assert sum(len(part) - 1 for part in rows) == 10


def test_evidence_lies_beside_a_target_that_has_no_room_for_it(home: Home, tmp_path: Path) -> None:
    """The second file has the same ids; the target's own carries the id that leads there."""
    export(cast(), home, "lever", tmp_path / "x.csv", at=NOON)
    beside = list(csv.DictReader((tmp_path / "x.evidence.csv").open(encoding="utf-8", newline="")))
    own = list(csv.DictReader((tmp_path / "x.csv").open(encoding="utf-8", newline="")))
    assert [row["Tags"].split(",")[1] for row in own] == [row["candidate_id"] for row in beside]
    assert beside[0]["reason_1"] == "It retried every call."
    export(cast(), None, "greenhouse", tmp_path / "y.csv", at=NOON)
    assert not (tmp_path / "y.evidence.csv").exists()
    assert "GDPR" in find_exports()["greenhouse"].warning


@pytest.mark.parametrize("form", ["shortlist_csv", "jsonl", "page"])
def test_a_blind_list_names_nobody_and_its_key_everybody(form: str, home: Home, tmp_path: Path) -> None:
    """No name, handle or link is in the file; the key joins them back by id."""
    listed = shortlist(text="Ada Example wrote it (ada-example): https://ada.example/ retried every call.")
    file = export(listed, home, form, tmp_path / "blind", at=NOON, blind=True)
    text = file.read_text(encoding="utf-8")
    assert [word for word in ("Ada", "ada-example", "ada.example", "devpost.com") if word in text] == []
    assert "retried every call" in text
    (key,) = csv.DictReader((tmp_path / "blind.key.csv").open(encoding="utf-8", newline=""))
    assert (key["candidate_id"], key["name"]) == ("c0123", "Ada Example")
    if form == "jsonl":
        assert json.loads(next(islice(text.splitlines(), 1)))["candidate_id"] == "c0123"
