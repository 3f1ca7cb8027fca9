"""Devpost: how dates are worded, where to start, which address is which page."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from scrapers.parse.pages import NotThisPage
from scrapers.reading.cleaning import read_page
from scrapers.records import Account, Evidence, Page, Refused
from scrapers.sources.devpost import SOURCE, DevpostWatch, parse, plan
from scrapers.sources.devpost.hackathons import period

SINCE = date(2026, 11, 1)


def page(url: str, body: bytes = b"<html></html>") -> Page:
    return Page("devpost", url, body, datetime(2026, 11, 21, tzinfo=UTC))


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("Aug 31 - Oct 23, 2026", "2026-08-31", "2026-10-23"),
        ("Mar 28 - 29, 2026", "2026-03-28", "2026-03-29"),
        ("Sep 05 - 07, 2026", "2026-09-05", "2026-09-07"),
        ("Dec 15, 2026 - Jan 20, 2027", "2026-12-15", "2027-01-20"),
        ("Dec 15 - Jan 20, 2027", "2026-12-15", "2027-01-20"),
        ("Nov 13, 2026", "2026-11-13", "2026-11-13"),
        ("November 13, 2026", "2026-11-13", "2026-11-13"),
        ("Aug 31 – Oct 23, 2026", "2026-08-31", "2026-10-23"),
        ("Feb 28 - 30, 2026", "2026-02-28", None),
        ("Foo 13, 2026", None, None),
        ("Dates to be announced", None, None),
        ("Nov 13", None, None),
        ("", None, None),
    ],
)
def test_a_period_is_read_as_it_is_worded(text: str, start: str | None, end: str | None) -> None:
    """What one side of a period leaves out it shares with the other; what is no date is none."""
    assert tuple(found.isoformat() if found else None for found in period(text)) == (start, end)


@given(st.dates(date(2010, 1, 1), date(2040, 1, 1)), st.integers(0, 300))
def test_every_period_comes_back(start: date, days: int) -> None:
    """A period worded with one year, as Devpost does, comes back as it was."""
    end = start + timedelta(days)
    assert period(f"{start:%b %d} - {end:%b %d, %Y}") == (start, end)


def test_where_devpost_starts() -> None:
    """Each search asks the list for ended hackathons; what is named is asked for directly."""
    watch = DevpostWatch(
        searches=("rust", ""),
        themes=("Machine Learning/AI",),
        pages=2,
        hackathons=("https://harbour-hacks.devpost.com/",),
        projects=("tidewatch",),
        people=("https://devpost.com/ada-example",),
    )
    urls = [request.url for request in plan(watch, SINCE)]
    assert urls[0] == (
        "https://devpost.com/api/hackathons?page=1&per_page=40&status[]=ended&order_by=recently-added"
        "&search=rust&themes[]=Machine+Learning%2FAI"
    )
    assert [url for url in urls if "api" not in url] == [
        "https://harbour-hacks.devpost.com/project-gallery",
        "https://devpost.com/software/tidewatch",
        "https://devpost.com/ada-example",
    ]
    assert len(urls) == 7
    assert [request.source for request in plan(watch, SINCE)] == ["devpost"] * 7


def test_following_every_project_is_asked_in_the_fragment() -> None:
    """The choice to follow every project travels in the fragment, which is not sent; a plain watch has none."""
    assert all("#" not in request.url for request in plan(DevpostWatch(), SINCE))
    assert {request.url.split("#")[1] for request in plan(DevpostWatch(every_project=True), SINCE)} == {"every-project"}


def test_a_watch_refuses_a_key_that_it_does_not_know() -> None:
    """A mistyped key of sources.toml is refused by name."""
    with pytest.raises(ValidationError, match="serches"):
        DevpostWatch.model_validate({"serches": ["rust"]})


@pytest.mark.parametrize(
    "url",
    [
        "https://devpost.com/",
        "https://devpost.com/hackathons",
        "https://devpost.com/software/search?query=x",
        "https://devpost.com/software/built-with/python",
        "https://devpost.com/users/login",
        "https://secure.devpost.com/users/register",
        "https://harbour-hacks.devpost.com/participants",
        "https://devpost.com.evil.example/software/tidewatch",
        "https://evil.example/ada-example",
    ],
)
def test_other_addresses_are_no_pages_of_ours(url: str) -> None:
    """An address that is no hackathon, gallery, project or profile is refused, wherever it was reached from."""
    with pytest.raises(NotThisPage):
        parse(page(url))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\x00\xff",
        b"{}",
        b"[]",
        b"null",
        b'{"hackathons": {}}',
        b'{"hackathons": [1, null]}',
        b"<html><body>hello",
    ],
)
@pytest.mark.parametrize(
    "url",
    [
        "https://devpost.com/api/hackathons?page=1",
        "https://harbour-hacks.devpost.com/",
        "https://harbour-hacks.devpost.com/project-gallery",
        "https://devpost.com/software/tidewatch",
        "https://devpost.com/ada-example",
    ],
)
def test_a_broken_page_names_nobody(url: str, body: bytes) -> None:
    """An empty, binary, foreign or half page is one refusal: never an account, never an act."""
    records = read_page(SOURCE, page(url, body))
    assert [type(record) for record in records] == [Refused]
    assert not any(isinstance(record, Account | Evidence) for record in records)
