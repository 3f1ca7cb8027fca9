"""Offers of work on Hacker News: which comments are offers, and what they say."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.parse.pages import NobodyThere, NotThisPage, PageChanged
from scrapers.records import Evidence, Page, Record, Request
from scrapers.sources.hackernews import FIREBASE, HIRED, Watch, parse, plan
from scrapers.sources.hackernews.offers import Offer, read_offer, technologies

FORM = "Location: Lisbon<p>Remote: Yes<p>Willing to relocate: No<p>Technologies: Python, Rust"
HIRED_TITLE = "Ask HN: Who wants to be hired? (October 2026)"


def page(said: Any, url: str = "https://hn.algolia.com/api/v1/search?page=0") -> Page:
    return Page("hackernews", url, json.dumps(said).encode(), datetime(2026, 11, 21, tzinfo=UTC))


def hit(
    number: int, text: str = FORM, title: str | None = HIRED_TITLE, parent: int = 1, author: str = "ada"
) -> dict[str, Any]:
    return {
        "objectID": str(number),
        "author": author,
        "comment_text": text,
        "story_id": 1,
        "parent_id": parent,
        "story_title": title,
        "created_at": "2026-10-02T11:27:21.000Z",
    }


def read(markup: str) -> Offer:
    offer = read_offer(markup)
    assert offer is not None
    return offer


def ids(records: list[Record]) -> list[str]:
    return [str(record.details["id"]) for record in records if isinstance(record, Evidence)]


@pytest.mark.parametrize(
    "markup",
    [
        FORM,
        FORM.replace("<p>", " | "),
        FORM.replace(": ", " - "),
        FORM.replace("Location", "*Location*").replace("Technologies", "Tech stack"),
        "<pre><code>  Location: Lisbon\n  Remote: Yes\n  Willing to relocate: No\n"
        "  Technologies: Python,\n     Rust\n</code></pre>",
        FORM.replace("Technologies: Python, Rust", "Technologies:<p>- Languages: Python, Rust"),
        FORM.replace("Technologies", "Skills")
        .replace("Remote", "Remote OK")
        .replace("Willing to relocate", "Relocation"),
    ],
)
def test_one_form_is_read_in_all_its_spellings(markup: str) -> None:
    """Paragraphs, bars, dashes, asterisks, an indented block or a list below: the fields are the same."""
    offer = read(markup)
    assert (offer.location, offer.remote, offer.relocate) == ("Lisbon", True, False)
    assert offer.technologies == ("Python", "Rust")


@pytest.mark.parametrize(
    "markup",
    [
        "Nice thread! Does remote: yes count?",
        "SEEKING FREELANCER | Remote<p>" + FORM,
        "Seeking a Django developer<p>" + FORM,
        "I wish everybody good luck.",
        "Location: my couch",
        "",
    ],
)
def test_a_remark_is_no_offer(markup: str) -> None:
    """Questions, jokes and people who seek somebody else offer nothing."""
    assert read_offer(markup) is None


@pytest.mark.parametrize(
    ("stated", "remote"),
    [
        ("Yes", True),
        ("Only", True),
        ("No preference", True),
        ("hybrid", True),
        ("No", False),
        ("Not now", False),
        ("N/A", None),
    ],
)
def test_remote_is_what_is_said(stated: str, remote: bool | None) -> None:
    """Anything but a refusal is a yes; what is not said is unknown."""
    assert read(FORM.replace("Remote: Yes", f"Remote: {stated}")).remote is remote
    assert read("Location: Lisbon<p>Technologies: C").remote is None


@pytest.mark.parametrize(
    ("stated", "relocate"),
    [("Yes, in the EU", True), ("open to relocation", True), ("No", False), ("Negotiable", None), ("", None)],
)
def test_relocation_is_decided_or_unknown(stated: str, relocate: bool | None) -> None:
    """Negotiable is neither yes nor no."""
    assert read(FORM.replace("relocate: No", f"relocate: {stated}")).relocate is relocate


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ("Go (golang), AWS (EC2, S3) and more.", ["Go", "AWS", "EC2", "S3"]),
        ("C, C++ and C#, (X)HTML5, .NET", ["C", "C++", "C#", "(X)HTML5", ".NET"]),
        ("Node.js, React; PL/SQL. Since March I also paint.", ["Node.js", "React", "PL/SQL"]),
        ("Languages: Python / Elixir, etc.", ["Python", "Elixir"]),
    ],
)
def test_technologies_are_single_names(value: str, names: list[str]) -> None:
    """Lists come apart at their commas and brackets, not inside of names; prose after the list is left out."""
    assert technologies(value) == names


@given(
    st.lists(
        st.sampled_from(["Python", "C++", "C#", ".NET", "Node.js", "Intel SGX", "PL/SQL"]), min_size=1, unique=True
    )
)
def test_a_plain_list_comes_back(names: list[str]) -> None:
    """Names joined by commas are read as exactly these names."""
    assert technologies(", ".join(names)) == names


@pytest.mark.parametrize(
    "spelled", ["ada [at] pond [dot] example", "ada at pond dot example", "ada (at) pond.example", "ada [ ata ] pond"]
)
def test_no_address_is_kept(spelled: str) -> None:
    """Neither the contact line nor a spelled-out address in the prose is in the text."""
    offer = read(f"{FORM}<p>E-mail: {spelled}<p>Write to {spelled} any time.")
    assert "pond" not in offer.text
    assert "Write to [address]" in offer.text


def test_links_are_told_apart() -> None:
    """The CV and own pages are the person's links; a customer's site is a link of the post alone."""
    links = {"cv": "https://ada.example/cv", "hub": "https://github.com/ada", "work": "https://customer.example/case"}
    offer = read(f"{FORM}<p>Resume: {links['cv']}<p>GitHub: ada<p>Recent work for <a href='{links['work']}'>them</a>")
    assert offer.resume_url == links["cv"]
    assert offer.own_links == (links["cv"], links["hub"])
    assert set(offer.links) == set(links.values())


def test_an_agency_is_said_to_be_one() -> None:
    """`Agency: Yes` is a flag of the post."""
    assert read(FORM + "<p>Agency: Yes").agency
    assert not read(FORM).agency


def test_only_comments_right_below_a_thread_of_offers_count() -> None:
    """Replies, other stories and the thread of companies give nothing, however well they fill in the form."""
    hits = [
        hit(1),
        hit(2, parent=1000),
        hit(3, title="Ask HN: Who is hiring? (October 2026)"),
        hit(4, title="Show HN: My CV"),
    ]
    assert ids(list(parse(page({"hits": hits})))) == ["1"]


def test_a_thread_whose_form_changed_is_loud() -> None:
    """Many comments of a thread without one readable offer are a changed page, not an empty one."""
    with pytest.raises(PageChanged):
        list(parse(page({"hits": [hit(number, "Hello!") for number in range(20)]})))
    with pytest.raises(NobodyThere):
        list(parse(page({"hits": [hit(1, "Hello!")]})))


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ({"hits": [], "page": 5, "nbPages": 5}, NobodyThere),
        ({"hits": [{"author": "x"}]}, PageChanged),
        ({"message": "rate limited"}, PageChanged),
        ([], NotThisPage),
        ({"id": 1, "type": "comment", "deleted": True}, NobodyThere),
    ],
)
def test_every_emptiness_has_its_reason(said: Any, error: type[Exception]) -> None:
    """A page past the end lists nobody; a page in another form has changed."""
    with pytest.raises(error):
        list(parse(page(said)))


def test_pages_are_followed_to_the_last() -> None:
    """The next page is asked for as long as there is one, with the same query."""
    asked = [
        [
            r.url
            for r in parse(
                page(
                    {"hits": [hit(1)], "page": n, "nbPages": 2}, f"https://hn.algolia.com/api/v1/search?tags=a&page={n}"
                )
            )
            if isinstance(r, Request)
        ]
        for n in (0, 1)
    ]
    assert asked == [["https://hn.algolia.com/api/v1/search?tags=a&page=1"], []]


def test_official_items_are_read_too() -> None:
    """An official thread asks for its comments; an official comment is an offer by its form alone."""
    thread = {"id": 1, "type": "story", "by": "whoishiring", "title": HIRED_TITLE, "kids": [2, 3]}
    assert [r.url for r in parse(page(thread)) if isinstance(r, Request)] == [
        f"{FIREBASE}/item/{n}.json" for n in (2, 3)
    ]
    comment = {"id": 2, "type": "comment", "by": "ada", "parent": 1, "text": FORM, "time": 1790940441}
    (offer,) = [r for r in parse(page(comment)) if isinstance(r, Evidence)]
    assert (offer.date, offer.details["id"]) == (date(2026, 10, 2), "2")


def test_the_plan_reaches_back_a_month() -> None:
    """A thread of the month before `since` may still gain offers, so it is asked for."""
    (request,) = plan(Watch(threads=(HIRED,)), date(2026, 10, 20))
    assert f"created_at_i%3E{int(datetime(2026, 9, 19, tzinfo=UTC).timestamp())}" in request.url
