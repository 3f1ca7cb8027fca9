"""Recording a page as a test case: trimmed, peopled with nobody real, in the harness's own format."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scrapers.reading.cleaning import read_page
from scrapers.reading.pseudonyms import invented, pseudonyms_for
from scrapers.reading.recording import NotRecorded, page_of_file, record_case
from scrapers.records import Account, AccountKey, Evidence, EvidenceKind, Refused
from scrapers.sources import source_named
from tests.sources.test_sources import CASES, Case, as_lines
from tests.support.constants import THOROUGH

URL = "https://api.github.com/repos/mona-lisa/pond/contributors"
CONTRIBUTORS = [
    {
        "login": login,
        "id": 7_700_000 + n,
        "type": "User",
        "contributions": 30 - n,
        "gravatar_id": "",
        "site_admin": False,
    }
    | {"html_url": f"https://github.com/{login}", "followers_url": "x" * 300, "node_id": "abc" * 30}
    for n, login in enumerate(["mona-lisa", "raf-tester", "third-person"])
]


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """A page of three people as the site would send it, with much that nobody reads."""
    file = tmp_path / "contributors.json"
    file.write_text(json.dumps(CONTRIBUTORS), encoding="utf-8")
    return file


def test_a_recorded_case_is_one_that_the_harness_reads(tmp_path: Path, saved: Path) -> None:
    """What is written passes the harness as it stands, with landmarks whose loss is refused."""
    made = record_case(page_of_file("github", URL, saved), tmp_path / "case")
    case = Case.at(made.folder)
    assert made.doubts == ()
    assert as_lines(read_page(case.source, case.page())) == case.said["expect"]
    assert case.said["landmarks"]
    for landmark in case.said["landmarks"]:
        assert all(isinstance(r, Refused) for r in read_page(case.source, case.without(landmark)))


def test_nobody_real_is_left_and_one_person_stays_one(tmp_path: Path, saved: Path) -> None:
    """No handle or number of the page is in either file; the owner of the address is the same invented person."""
    made = record_case(page_of_file("github", URL, saved), tmp_path / "case")
    written = "".join(file.read_text(encoding="utf-8") for file in made.folder.iterdir())
    for person in CONTRIBUTORS:
        assert str(person["login"]) not in written
        assert str(person["id"]) not in written
    said = Case.at(made.folder).said
    handles = [line["handle"] for line in said["expect"] if line["type"] == "account"]
    assert len(set(handles)) == 3
    assert f"/repos/{handles[0]}/pond/" in said["url"]


def test_what_the_parser_does_not_read_is_cut(tmp_path: Path, saved: Path) -> None:
    """Fields that no record needs are gone, and the page says what it said."""
    made = record_case(page_of_file("github", URL, saved), tmp_path / "case")
    body = Case.at(made.folder).file.read_text(encoding="utf-8")
    assert "followers_url" not in body
    assert len(body) < saved.stat().st_size / 3
    before = read_page(source_named("github"), page_of_file("github", URL, saved))
    assert made.records == len(before)


def test_a_refused_page_is_kept_whole(tmp_path: Path) -> None:
    """A page that the parser refuses is a case too: nothing is cut, and the doubt is told."""
    file = tmp_path / "wall.html"
    file.write_text("<html><body><p>Please sign in</p></body></html>", encoding="utf-8")
    made = record_case(page_of_file("devpost", "https://devpost.com/software/x", file), tmp_path / "case")
    assert "Please sign in" in Case.at(made.folder).file.read_text(encoding="utf-8")
    assert any("refused" in doubt for doubt in made.doubts)


def test_a_case_is_never_written_over(tmp_path: Path, saved: Path) -> None:
    """A folder that holds a case is left alone, and the message says what to do."""
    page = page_of_file("github", URL, saved)
    record_case(page, tmp_path / "case")
    with pytest.raises(NotRecorded, match="--out"):
        record_case(page, tmp_path / "case")


READ = [
    case
    for case in CASES
    if case.file.suffix in {".html", ".json"} and not any(line["type"] == "refused" for line in case.said["expect"])
]


@pytest.mark.parametrize("case", READ if THOROUGH else READ[::8], ids=str)
def test_recording_keeps_what_a_page_says(tmp_path: Path, case: Case) -> None:
    """Recording a recorded case gives as many records of each type as it had."""
    record_case(case.page(), tmp_path / "again")
    again = Case.at(tmp_path / "again").said["expect"]
    assert [line["type"] for line in again] == [line["type"] for line in case.said["expect"]]


def test_the_cast_swaps_words_not_parts_of_words() -> None:
    """A short handle inside of another word stays; names, addresses, hosts and numbers go, whatever their case."""
    people = [Account("github", "ann", name="Ann Tester", id="4711999")]
    act = Evidence(EvidenceKind.POST, AccountKey("github", "ann"), "t", "t", "https://blog.tester-ann.dev/1")
    text = 'planned by ANN (Tester) ann@tester-ann.dev 4711999 "https://blog.tester-ann.dev/1" annual'
    cast = pseudonyms_for([*people, act], text, ["api.github.com"])
    first, last = invented(0)
    played = cast.play(text)
    assert played.startswith(f"planned by {first.casefold()}-{last.casefold()} ({last})")
    assert played.endswith("annual")
    assert "tester" not in played.casefold()
    assert "4711999" not in played
    assert cast.seen_in(played) == []
