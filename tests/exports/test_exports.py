"""Exports: the columns outsiders rely on, cells that never run, pages that never load or execute anything."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import replace
from datetime import date, timedelta
from io import StringIO
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ranking.exports import UnknownFormat, find_exports
from ranking.exports._rows import COLUMNS, safe_cell, said_in
from ranking.handover.exporting import export, format_for
from ranking.notebook.views import Shortlist
from ranking.role import Requirement, Role
from ranking.shortlist.shortlist import Match, Quote, Term
from scrapers.records import Account, AccountKey, Candidate, Evidence, EvidenceKind
from scrapers.rights.ledger import Clearance, Contact
from scrapers.settings.home import Home, NotWritten
from scrapers.store import Store
from scrapers.text import slug_of
from tests.support.constants import NOON

HOSTILE = '<script>alert(1)</script> =cmd|"/c calc" & "quotes"\nnew line'
DESIGN = """
rank, candidate_id, name, score, summary, must_met, must_unknown, never_hit, reason_1, url_1, date_1, reason_2, url_2,
date_2, reason_3, url_3, date_3, location, availability, availability_date, warm, contact_url, contact_basis, sources,
first_seen, newest_evidence, flags, opener, notice_due, decision, decision_reason
"""


def shortlist(
    name: str = "Ada Example", text: str = "It retried every call.", url: str = "https://devpost.com/software/pager"
) -> Shortlist:
    key = AccountKey("devpost", "ada-example")
    item = Evidence(EvidenceKind.HACKATHON_WIN, key, "Pager", text, url, date(2026, 9, 1))
    account = Account(
        "devpost",
        "ada-example",
        "https://devpost.com/ada-example",
        name=name,
        location="Oslo",
        links=("https://ada.example/",),
    )
    candidate = Candidate("c0123", (account,), (item,), date(2026, 11, 1))
    quote = Quote(text, url, date(2026, 9, 1), item.id, "Pager")
    terms = (Term("must: retries - words", 1.25, "r1", (quote,)), Term("recency", -0.25, ""))
    match = Match(1, candidate, 1.0, terms, ("retries",), ("evals",), (), (quote,), 41)
    clear = Clearance(
        Contact("https://ada.example/", "their own page", "feeds"), notice_due=date(2026, 12, 15), hint="US"
    )
    role = Role("AI engineer", (Requirement("r1", "retries"),))
    return Shortlist(role, (match,), NOON.date(), 60, "model@1/fp32", {"c0123": clear})


def written(form: str, of: Shortlist) -> str:
    out = StringIO(newline="")
    find_exports()[form].write(of, out)
    return out.getvalue()


def test_the_csv_has_the_columns_outsiders_rely_on() -> None:
    """Header, order and values stay as documented."""
    assert tuple(re.split(r",\s+", DESIGN.strip())) == COLUMNS
    (row,) = csv.DictReader(StringIO(written("shortlist_csv", shortlist()), newline=""))
    assert row["score"] == "1.0000"
    assert row["reason_1"] == "It retried every call."
    assert (row["contact_url"], row["contact_basis"]) == ("https://ada.example/", "their own page; US")
    assert row["summary"] == "Stronger than 41 of 60 people, 1 of 2 musts shown; 1 piece of evidence."
    assert row["notice_due"] == "2026-12-15"
    assert row["decision"] == row["decision_reason"] == ""


@pytest.mark.parametrize(
    ("bio", "post", "told", "day"),
    [
        (None, "I am open to work as of today.", "I am open to work as of today.", "2026-10-01"),
        (None, "I am not looking for a job.", "not available: I am not looking for a job.", "2026-10-01"),
        ("I am open to work.", "Retries.", "I am open to work.", ""),
        (None, "Retries.", "", ""),
    ],
)
def test_what_people_say_of_being_open_to_work_stands_in_their_words(
    bio: str | None, post: str, told: str, day: str
) -> None:
    """A yes and a no with their day, what a profile says without one, and nothing where nothing was said."""
    listed = shortlist()
    (match,) = listed.matches
    account = replace(match.candidate.accounts[0], bio=bio)
    piece = Evidence(EvidenceKind.POST, account.key, "Today", post, "https://ada.example/1", date(2026, 10, 1))
    candidate = replace(match.candidate, accounts=(account,), evidence=(*match.candidate.evidence, piece))
    (row,) = csv.DictReader(
        StringIO(written("shortlist_csv", replace(listed, matches=(replace(match, candidate=candidate),))), newline="")
    )
    assert (row["availability"], row["availability_date"]) == (told, day)


FORMULA = re.compile(r"(?![+-]?\d+(\.\d+)?$)[\s\u200b-\u200f\u2060\ufeff]*[=+\-@|%＝＋－＠｜％]")


@given(st.text())
def test_no_cell_starts_a_formula(text: str) -> None:
    """Whatever a page says, the cell is text on one line, and one quote mark away from what was said."""
    cell = safe_cell(text)
    assert not FORMULA.match(cell)
    assert "\n" not in cell
    assert "\r" not in cell
    assert len(said_in(cell)) == len(text)


@settings(max_examples=1000)
@given(st.lists(st.text(st.sampled_from(";\"'=+-@|1a,＝ \u00a0\u200b\n")), min_size=1, max_size=3))
def test_no_cell_starts_a_formula_where_a_program_splits_cells_elsewhere(texts: list[str]) -> None:
    """A text that holds separators and quotes starts none either where a semicolon or a tab is taken for the end."""
    out = StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL).writerow([1, *map(safe_cell, texts), "c0123"])
    for separator in ",;\t":
        (row,) = csv.reader([out.getvalue()], delimiter=separator)
        assert [cell for cell in row if FORMULA.match(cell)] == []


def test_pandas_reads_back_what_was_written(tmp_path: Path) -> None:
    """The file opens with the same values, hostile ones included, after one `'` is taken off."""
    path = shortlist(name="=HYPERLINK(1)").to_csv(tmp_path / "list")
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    assert frame.loc[0, "name"] == "'=HYPERLINK(1)"
    assert list(frame.columns) == list(COLUMNS)
    assert list(shortlist().to_frame().columns) == list(COLUMNS)


def test_jsonl_is_the_csvs_twin_with_every_term() -> None:
    """The same fields, the exact score, and terms that add up to it."""
    told = json.loads(written("jsonl", shortlist()))
    assert set(COLUMNS) <= told.keys()
    assert sum(term["points"] for term in told["terms"]) == told["score"] == 1.0


@pytest.mark.parametrize(
    "hostile", [HOSTILE, "javascript:alert(1)", "data:text/html,<b>", 'https://x.example/" onload="x']
)
def test_the_page_and_the_notebook_are_inert(hostile: str) -> None:
    """Markup stays text, only http links become links, and nothing is loaded from anywhere."""
    listed = shortlist(name=hostile, text=hostile, url=hostile)
    page = written("page", listed)
    assert page.count("<script") == 1
    without_ours = page[: page.index("<style>")] + page[page.index("<body>") : page.index("<script>")]
    for html in (without_ours, listed._repr_html_()):
        assert "<script" not in html
        assert not re.search(r'href="(?!https?://|#people")', html)
        assert not re.search(r'\sonload="', html)
        assert not re.search(r"<(img|link|iframe|object)\b|url\(|@import", html)


@pytest.mark.parametrize(("days", "new"), [(-1, False), (0, True), (6, True), (7, False)])
def test_who_is_new_was_first_seen_in_the_week_before_the_list(days: int, new: bool) -> None:
    """Somebody first seen after the day that the list is of is not new on it, nor found by the filter for newness."""
    listed, (match,) = shortlist(), shortlist().matches
    candidate = replace(match.candidate, first_seen=listed.as_of - timedelta(days))
    page = written("page", replace(listed, matches=(replace(match, candidate=candidate),)))
    assert ('class="chip new"' in page) is new
    assert f'data-seen="{days if days >= 0 else ""}"' in page


def test_a_match_explains_itself() -> None:
    """Terms, quotes, link, date and the sum stand in the text."""
    told = shortlist()[0].explain()
    for part in ("+1.2500", "-0.2500", "+1.0000  score", "It retried every call.", "2026-09-01"):
        assert part in told


def test_files_are_whole_private_and_remembered(home: Home, tmp_path: Path) -> None:
    """The suffix follows the format, the mode is 0600, and the store knows whom the file names."""
    path = export(shortlist(), home, "page", tmp_path / "out" / "list", at=NOON)
    assert path.suffix == ".html"
    assert path.stat().st_mode & 0o077 == 0
    with Store.open(home) as store:
        assert store.exports_naming(["c0123"]) == {str(path): ["c0123"]}
    assert [entry.name for entry in path.parent.iterdir()] == ["list.html"]


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """No permission or no folder gives one clear message and leaves the old file alone."""
    (tmp_path / "file").write_text("kept")
    with pytest.raises(NotWritten, match="--out"):
        export(shortlist(), None, "jsonl", tmp_path / "file" / "list", at=NOON)
    assert (tmp_path / "file").read_text() == "kept"


def test_formats_are_chosen_by_name_or_suffix() -> None:
    """csv, html and jsonl are understood; an unknown one is refused with the list."""
    assert format_for(Path("a.html"), None).name == "page"
    assert format_for(None, "csv").name == "shortlist_csv"
    assert format_for(Path("a"), None).name == "shortlist_csv"
    assert format_for(Path("A.CSV"), None).name == "shortlist_csv"
    assert format_for(Path("a.txt"), "gem").name == "gem"
    with pytest.raises(UnknownFormat, match=r"a\.xlsx: .*\.csv, \.html, \.jsonl, or give --format"):
        format_for(Path("a.xlsx"), None)
    with pytest.raises(UnknownFormat, match="shortlist_csv"):
        format_for(None, "docx")


@given(st.text())
def test_slugs_are_safe_names(name: str) -> None:
    """Fit for a file and for an artifact's key, whatever the role is called."""
    assert re.fullmatch(r"[a-z0-9][a-z0-9-]{0,59}", slug_of(name))
