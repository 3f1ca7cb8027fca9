"""Short people searches: titles and places, whatever the title is."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ranking.role import parse_role
from ranking.role.search.titles import singular
from tests.support.constants import THOROUGH

EXAMPLES = 1_000 if THOROUGH else 60

# Singular and plural. None of them stands in a table as a whole: they are there to show that rules carry.
TITLES = [
    ("Lighthouse Keeper", "Lighthouse Keepers"),
    ("VP of Engineering", "VPs of Engineering"),
    ("Chief of Staff", "Chiefs of Staff"),
    ("SRE", "SREs"),
    ("Mid-Market Account Executive", "Mid-Market Account Executives"),
    ("Developer Relations", "Developer Relations"),
    ("Staff Data Scientist", "Staff Data Scientists"),
    ("Glaciologist", "Glaciologists"),
    ("Director of Volunteer Operations", "Directors of Volunteer Operations"),
    ("Senior Vice President of Product", "Senior Vice Presidents of Product"),
    ("Software Engineer in Test", "Software Engineers in Test"),
    ("Actuary", "Actuaries"),
    ("Agile Coach", "Agile Coaches"),
    ("Learning & Development Manager", "Learning & Development Managers"),
    ("Android Engineer", "Android Engineers"),
    ("Head of Trust & Safety", "Heads of Trust & Safety"),
]
PLACES = [
    ("Thessaloniki", "city"),
    ("Winston-Salem", "city"),
    ("NV", "state"),
    ("Wallonia", "state"),
    ("Uruguay", "country"),
    ("the Netherlands", "country"),
    ("EMEA", "region"),
    ("Pacific Northwest", "region"),
    ("Greater Philadelphia", "metro"),
    ("Twin Cities", "metro"),
    ("Ho Chi Minh City", "city"),
]
PATTERNS = [
    "{title} in {place}",
    "find {title} near {place}",
    "{title} based in {place} area",
    "{title} at companies in {place}",
    "{title} jobs {place}",
    "{place} {title}",
]
BEFORE = ["", "", "fintech ", "5+ years ", "early career ", "ai startup ", "terraform "]
AFTER = ["", "", " at healthtech", " 10+ years", " with kafka", " senior level", " series b", " sql experience"]


@given(
    st.sampled_from(TITLES),
    st.sampled_from(PLACES),
    st.sampled_from(PATTERNS),
    st.sampled_from(BEFORE),
    st.sampled_from(AFTER),
    st.booleans(),
    st.booleans(),
)
@settings(max_examples=EXAMPLES, deadline=None, derandomize=True)
def test_title_and_place_are_read_whatever_stands_around_them(
    title: tuple[str, str], place: tuple[str, str], pattern: str, before: str, after: str, plural: bool, lower: bool
) -> None:
    """Business, years and tools stay out of the title; the title is singular; the place is found, with its kind."""
    name, kind = place
    if pattern.startswith("{place}"):
        name = name.removeprefix("the ")
    text = before + pattern.format(title=title[plural], place=name) + after
    role = parse_role(text.lower() if lower else text)
    assert role.title.casefold() == title[0].casefold()
    assert [(found.text.casefold().removeprefix("the "), found.kind) for found in role.places] == [
        (name.removeprefix("the ").casefold(), kind)
    ]
    assert role.requirements[0].text == (text.lower() if lower else text).strip()


@pytest.mark.parametrize(
    ("text", "title", "places"),
    [
        ("or lighthouse keepers", "lighthouse keeper", ["Oregon"]),
        ("keepers in or area", "keeper", ["Oregon"]),
        ("engineers in Paris, Texas", "engineer", ["Paris"]),
        ("data engineer in Berlin or Vienna", "data engineer", ["Berlin", "Vienna"]),
        ("engineers in bangalore", "engineer", ["Bengaluru"]),
        ("web design brand designers in sf", "brand designer", ["San Francisco"]),
        ("mobile engineer", "mobile engineer", []),
        ("engineers in marketing", "engineer", []),
        ("founding engineer (m/f/d) – Zürich", "founding engineer", ["Zürich"]),
        ("part-time designer", "designer", []),
        ("search engineers in Addis Ababa", "search engineer", ["Addis Ababa"]),
        ("valletta bioinformaticians", "bioinformatician", ["Valletta"]),
        ("tri-state area first sales hires", "first sales hire", ["Tri-State Area"]),
        ("staff engineer, platform, in Narnia", "staff engineer", []),
    ],
)
def test_words_with_two_meanings(text: str, title: str, places: list[str]) -> None:
    """State codes, trades and towns that share a word are told apart by where they stand."""
    role = parse_role(text)
    assert (role.title, [place.name for place in role.places]) == (title, places)


@pytest.mark.parametrize(
    ("text", "seniority", "stage", "themes"),
    [
        ("senior staff engineers in oslo", ("senior", "staff"), None, ()),
        ("mid-level designers at fintech", ("mid-level",), None, ("fintech",)),
        ("5+ years accountant at series b", ("5+ years",), "middle", ()),
        ("startup heads of product", ("head",), "early", ()),
        ("faang ios engineers", (), "late", ()),
    ],
)
def test_qualifiers_become_slots(
    text: str, seniority: tuple[str, ...], stage: str | None, themes: tuple[str, ...]
) -> None:
    """What is kept out of the title is not lost: seniority, stage of the company and themes are slots."""
    role = parse_role(text)
    assert (role.seniority, role.stage, role.themes) == (seniority, stage, themes)


def test_a_place_that_is_ruled_out_is_listed() -> None:
    """ "Outside the US" is not a search in the US; as no field holds it, it is listed as not understood."""
    role = parse_role("designers outside the US")
    assert (role.title, role.places, role.not_understood) == ("designer", (), ("outside the US",))


@pytest.mark.parametrize(
    ("plural", "one"),
    [
        ("engineers", "engineer"),
        ("CSMs", "CSM"),
        ("secretaries", "secretary"),
        ("coaches", "coach"),
        ("salesmen", "salesman"),
        ("operations", "operations"),
        ("analytics", "analytics"),
        ("DevOps", "DevOps"),
        ("sales", "sales"),
        ("counsel", "counsel"),
        ("partnerships", "partnerships"),
    ],
)
def test_only_nouns_for_people_lose_their_plural(plural: str, one: str) -> None:
    """Fields of work keep their form, nouns for people do not."""
    assert singular(plural) == one


@given(st.sampled_from([title for title, _ in TITLES]))
@settings(deadline=None)
def test_singular_is_idempotent(title: str) -> None:
    """A title in the singular stays as it is."""
    word = title.split()[-1]
    assert singular(singular(word)) == singular(word)


@pytest.mark.shared
def test_recorded_queries_are_read(shared: Path) -> None:
    """At least 97 % of titles and of places are read from the recorded searches."""
    lines = (shared / "bench/role-queries/queries.jsonl").read_text(encoding="utf-8").splitlines()
    queries = [json.loads(line) for line in lines]
    roles = [parse_role(query["text"]) for query in queries]
    titles = sum(_fold(query["title"]) == _fold(role.title) for query, role in zip(queries, roles, strict=True))
    places = sum(
        any(_fold(query["place"]) in {_fold(place.text), _fold(place.name or "")} for place in role.places)
        for query, role in zip(queries, roles, strict=True)
    )
    assert min(titles, places) >= 0.97 * len(queries)


def _fold(text: str) -> str:
    return re.sub(r"[^a-z0-9&+/#. ]", "", text.lower()).strip()


@pytest.mark.parametrize(
    ("text", "title", "places"),
    [
        ("Sr. Tooling Engineer (Remote, US)", "Sr. Tooling Engineer", ["US"]),
        ("hiring: support engineer, Manila", "support engineer", ["Manila"]),
        ("Android engineers wanted in Tel Aviv", "Android engineer", ["Tel Aviv"]),
        ("Data Scientists (NYC/Boston)", "Data Scientist", ["NYC", "Boston"]),
        ("chief of staff in Washington, D.C.", "chief of staff", ["Washington, D.C."]),
        ("salespeople near Porto", "salesperson", ["Porto"]),
    ],
)
def test_shapes_of_advertisements_are_read(text: str, title: str, places: list[str]) -> None:
    """Abbreviations, labels, verbs after the noun, and places side by side do not hide whom and where."""
    role = parse_role(text)
    assert (role.title, [place.text for place in role.places]) == (title, places)
