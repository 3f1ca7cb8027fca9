"""arXiv: who is credited for a paper, and what is no paper at all."""

from __future__ import annotations

from datetime import UTC, date, datetime
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

import pytest

from scrapers.reading.cleaning import read_page
from scrapers.records import Account, Code, Evidence, Page, Record, Refused, Request
from scrapers.sources.arxiv import MOST_AUTHORS, SOURCE, Watch, plan

URL = "https://export.arxiv.org/api/query?search_query=cat%3Acs.IR&start=0&max_results=100"
SPACES = (
    'xmlns="http://www.w3.org/2005/Atom" xmlns:arxiv="http://arxiv.org/schemas/atom" '
    'xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/"'
)


def paper(*authors: str, number: int = 1, comment: str = "", summary: str = "We measure.") -> str:
    named = "".join(f"<author><name>{escape(author)}</name></author>" for author in authors)
    return (
        f"<entry><id>http://arxiv.org/abs/2611.{number:05}v2</id><title>A paper</title><summary>{escape(summary)}"
        f"</summary><published>2026-11-10T17:59:59Z</published>{named}<arxiv:comment>{escape(comment)}</arxiv:comment>"
        "</entry>"
    )


def feed(*entries: str, total: int | None = None, start: int = 0) -> bytes:
    counted = len(entries) if total is None else total
    return (
        f"<feed {SPACES}><opensearch:totalResults>{counted}</opensearch:totalResults>"
        f"<opensearch:startIndex>{start}</opensearch:startIndex>{''.join(entries)}</feed>"
    ).encode()


def read(body: bytes) -> list[Record]:
    return read_page(SOURCE, Page("arxiv", URL, body, datetime(2026, 11, 21, tzinfo=UTC)))


def acts(body: bytes) -> list[Evidence]:
    return [record for record in read(body) if isinstance(record, Evidence)]


def code_of(body: bytes) -> Code:
    (only,) = read(body)
    assert isinstance(only, Refused), only
    return only.code


def test_each_search_is_asked_newest_first_in_pages_of_a_hundred() -> None:
    """Two searches of two pages are four requests, three seconds apart."""
    watch = Watch(searches=("cat:cs.IR", 'abs:"retrieval"'), pages=2)
    asked = [parse_qs(urlsplit(request.url).query) for request in plan(watch, date(2026, 1, 1))]
    assert [(one["search_query"], one["start"]) for one in asked] == [
        (["cat:cs.IR"], ["0"]),
        (["cat:cs.IR"], ["100"]),
        (['abs:"retrieval"'], ["0"]),
        (['abs:"retrieval"'], ["100"]),
    ]
    assert all(one["sortBy"] == ["submittedDate"] for one in asked)
    assert SOURCE.seconds_between_requests == 3.0


def test_each_author_of_a_short_list_is_credited_in_their_place() -> None:
    """Position and number of authors stand in the details, which say that only a name proves who it is."""
    first, second = acts(feed(paper("Ada Example", "Bo Example")))
    assert (first.details["position"], second.details["position"]) == (1, 2)
    assert {act.details["identity"] for act in (first, second)} == {"by name only"}
    assert [str(key) for key in first.team] == ["arxiv:ada-example", "arxiv:bo-example"]
    assert first.url == "https://arxiv.org/abs/2611.00001"  # of every version


@pytest.mark.parametrize(("authors", "credited"), [(MOST_AUTHORS, MOST_AUTHORS), (MOST_AUTHORS + 1, 0)])
def test_a_long_list_credits_nobody(authors: int, credited: int) -> None:
    """Up to eight authors are credited; nine are not, and no account of theirs is made."""
    letters = "abcdefghi"
    records = read(feed(paper(*(f"Person{c} Name{c}" for c in letters[:authors]))))
    assert sum(isinstance(record, Account) for record in records) == credited
    keys = [record.account for record in records if isinstance(record, Evidence)]
    assert keys.count(None) == (credited == 0)


@pytest.mark.parametrize(
    "name", ["A. Example", "A. B. Example", "Example", "HERON Collaboration", "Pond Research Team"]
)
def test_what_could_be_anybody_is_not_credited(name: str) -> None:
    """Initials, a single word and a group's name make no account; the paper itself stays."""
    records = read(feed(paper(name)))
    assert [type(record) for record in records] == [Evidence]
    assert acts(feed(paper(name)))[0].account is None


def test_a_collaboration_on_the_list_hides_who_did_it() -> None:
    """Names beside a collaboration are a part of its list, so that nobody is credited."""
    assert [act.account for act in acts(feed(paper("Ada Example", "HERON Collaboration")))] == [None]


def test_a_withdrawn_paper_credits_nobody() -> None:
    """What its authors took back is no evidence of theirs."""
    taken_back = paper("Ada Example", comment="This paper has been withdrawn by the author due to an error")
    assert [(act.account, act.details["withdrawn"]) for act in acts(feed(taken_back))] == [(None, True)]


def test_an_author_named_twice_is_credited_once() -> None:
    """One name on one paper is one act, also where accents differ."""
    assert len(acts(feed(paper("Zoë Example", "Zoë Example", "Zoe Example")))) == 1


def test_links_to_code_and_data_are_kept() -> None:
    """Web links in the comment and the summary are links of the paper, without the stop behind them."""
    (act,) = acts(feed(paper("Ada Example", comment="Code: https://code.example/x.", summary="(https://d.example/y)")))
    assert act.links == ("https://code.example/x", "https://d.example/y")


def test_an_error_is_no_paper() -> None:
    """A wrong query comes as a paper called Error: it is refused as a matter of configuration, with what arXiv says."""
    error = "<entry><id>http://arxiv.org/api/errors#bad</id><title>Error</title><summary>bad query</summary></entry>"
    (refused,) = read(feed(error))
    assert isinstance(refused, Refused)
    assert (refused.code, "bad query" in refused.detail) == (Code.CONFIG, True)


def test_an_empty_answer_is_empty_only_where_arxiv_counts_none() -> None:
    """No entries where it counts many is a known fault of the API, and no end of the list."""
    assert code_of(feed(total=0)) is Code.EMPTY
    assert code_of(feed(total=150, start=200)) is Code.EMPTY
    assert code_of(feed(total=37211, start=21100)) is Code.SCHEMA_DRIFT


@pytest.mark.parametrize(
    "body",
    [
        b"Rate exceeded.",
        b"<html><body>Service unavailable</body></html>",
        b'<!DOCTYPE feed [<!ENTITY x SYSTEM "file:///etc/hostname">]><feed>&x;</feed>',
        b"<feed",
    ],
)
def test_what_is_no_feed_is_refused(body: bytes) -> None:
    """Plain text, a page, a document type and broken XML are not a feed, and nothing in them is read."""
    assert code_of(body) is Code.NOT_A_PAGE


def test_nothing_is_followed() -> None:
    """Pages of a search are planned; an answer asks for nothing."""
    assert not [record for record in read(feed(paper("Ada Example"), total=5000)) if isinstance(record, Request)]
