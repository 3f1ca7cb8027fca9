"""What a page of a local history says of its people."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from scrapers.reading.cleaning import read_page
from scrapers.records import Account, Code, Evidence, Page, Record, Refused
from scrapers.sources.git import SOURCE, Watch, commit_page
from scrapers.sources.github import SOURCE as GITHUB

READ_ON = datetime(2026, 11, 21, tzinfo=UTC)
FIRST, LAST = "a" * 40, "b" * 40


def person(**more: Any) -> dict[str, Any]:
    plain = {
        "site": "github",
        "handle": "ada-example",
        "id": "4101",
        "name": "Ada Example",
        "commits": 3,
        "co_authored": 1,
    }
    ends = {"first": "2024-01-02", "last": "2025-03-04", "first_commit": FIRST, "last_commit": LAST}
    work = {"wide": 0, "folders": ["src"], "languages": ["Python"], "subjects": ["Quantise the index"]}
    return plain | ends | work | more


def read(web: str | None, *people: dict[str, Any], **more: Any) -> list[Record]:
    name = web.split("://")[1].removeprefix("github.com/") if web else "heron"
    body = {
        "repository": name,
        "web": web,
        "description": "Finds neighbours",
        "people": people,
        "shallow": False,
    } | more
    return read_page(SOURCE, Page("git", web or "git:heron", json.dumps(body).encode(), READ_ON))


def contributions(records: list[Record]) -> list[Evidence]:
    return [record for record in records if isinstance(record, Evidence) and record.account]


def test_a_clone_and_the_contributor_list_tell_of_one_act() -> None:
    """A GitHub account's work has the same identity from a clone as from GitHub's API, so nothing counts twice."""
    (ours,) = contributions(read("https://github.com/pond-example/heron", person()))
    body = json.dumps([{"login": "Ada-Example", "id": 4101, "type": "User", "contributions": 3}]).encode()
    url = "https://api.github.com/repos/pond-example/heron/contributors"
    (theirs,) = contributions(read_page(GITHUB, Page("github", url, body, READ_ON)))
    assert ours.id == theirs.id
    assert ours.details["repository"] == theirs.details["repository"]
    assert len(ours.text) > len(theirs.text)


def test_work_elsewhere_is_shown_by_its_first_and_last_commit() -> None:
    """Without a GitHub account the first commit is the page that never changes, the last one a further link."""
    (act,) = contributions(
        read("https://gitlab.example.org/g/heron", person(site="git", handle="0123456789ab", id=None))
    )
    assert act.url == f"https://gitlab.example.org/g/heron/-/commit/{FIRST}"
    assert act.links == (f"https://gitlab.example.org/g/heron/-/commit/{LAST}",)


def test_a_history_without_public_address_has_no_web_page() -> None:
    """A private history is cited as git:<name>, never as an invented or local URL."""
    (act,) = contributions(read(None, person()))
    assert act.url == f"git:heron/commit/{FIRST}"
    assert act.links == ()


def test_an_account_of_a_hashed_address_has_no_page() -> None:
    """A keyed hash is a handle at no site; the name is the one that the commits carry."""
    (account,) = [r for r in read(None, person(site="git", handle="0123456789ab", id=None)) if isinstance(r, Account)]
    assert (account.site, account.url, account.name) == ("git", None, "Ada Example")


def test_the_text_is_what_a_reader_would_say() -> None:
    """Counts, days, languages and places come first, then the person's own words."""
    (act,) = contributions(read("https://github.com/pond-example/heron", person()))
    assert act.text == (
        "3 commits to heron and 1 as co-author, 2024-01-02 to 2025-03-04. Languages: Python. Worked in src.\n"
        "- Quantise the index"
    )
    assert (act.date, act.tags) == (date(2025, 3, 4), ("Python",))


def test_the_repository_is_described_once_and_credited_to_nobody() -> None:
    """What the repository is about is evidence without an account, for passages to join by repository."""
    acts = [
        r for r in read("https://github.com/o/heron", person(), person(handle="noor-test")) if isinstance(r, Evidence)
    ]
    (about,) = [act for act in acts if act.account is None]
    assert (about.text, about.details) == ("Finds neighbours", {"repository": "o/heron"})


def test_a_history_of_robots_only_lists_nobody() -> None:
    """No people is an accepted emptiness, with its sign."""
    (refused,) = read("https://github.com/o/heron")
    assert isinstance(refused, Refused)
    assert refused.code is Code.EMPTY


@pytest.mark.parametrize("missing", ["site", "handle", "commits", "first_commit"])
def test_a_person_who_lacks_a_field_is_refused_with_the_page(missing: str) -> None:
    """A page that clone.py did not write is not half read."""
    broken = {name: value for name, value in person(site="git").items() if name != missing}
    (refused,) = read("https://github.com/o/heron", broken)
    assert isinstance(refused, Refused)
    assert refused.code is Code.SCHEMA_DRIFT


def test_clones_are_asked_for_as_files(tmp_path: Path) -> None:
    """A watched folder becomes a file URL, which no web request can answer."""
    (request,) = SOURCE.plan(Watch(clones=(tmp_path / "my clone",)), date(2026, 1, 1))
    assert request.url == (tmp_path / "my clone").as_uri()


@pytest.mark.parametrize(
    ("web", "page"),
    [
        ("https://github.com/o/r", "https://github.com/o/r/commit/abc"),
        ("https://gitlab.com/g/s/r", "https://gitlab.com/g/s/r/-/commit/abc"),
        ("https://bitbucket.org/o/r", "https://bitbucket.org/o/r/commits/abc"),
        ("https://codeberg.org/o/r", "https://codeberg.org/o/r/commit/abc"),
    ],
)
def test_a_commit_has_the_page_that_its_forge_gives_it(web: str, page: str) -> None:
    """Forges spell the page of a commit differently."""
    assert commit_page(web, "abc") == page
