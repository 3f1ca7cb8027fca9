"""From a page to records: faults named, texts clean, nobody credited who is no person."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers import text
from scrapers.parse.pages import NobodyThere, NotThisPage, PageChanged, most
from scrapers.reading import cleaning
from scrapers.reading.cleaning import is_web_link, read_page
from scrapers.records import (
    Account,
    AccountKey,
    Award,
    Code,
    Event,
    Evidence,
    EvidenceKind,
    Page,
    Record,
    Refused,
    Request,
    to_json,
)
from scrapers.sources import Source, Watch
from scrapers.text import clean, redact

URL = "https://pond.example/"
PAGE = Page("pond", URL, b"", datetime(2026, 11, 21, tzinfo=UTC))
ADA = AccountKey("pond", "ada")


def act(account: AccountKey | None = ADA, title: str = "A thing", text: str = "Made.", **fields: object) -> Evidence:
    return Evidence(EvidenceKind.POST, account, title, text, URL, **fields)  # type: ignore[arg-type]


def source(parse: Callable[[Page], Iterator[Record]]) -> Source:
    def plan(_watch: Watch, _since: date) -> Iterator[Request]:
        yield Request("pond", URL)

    return Source("pond", "A pond", plan, parse, Watch, follow=("pond.example",))


def read(*records: Record) -> list[Record]:
    return read_page(source(lambda page: iter(records)), PAGE)


@pytest.mark.parametrize(
    ("fault", "code", "told"),
    [
        (PageChanged(URL, "exactly one '#name'"), Code.SCHEMA_DRIFT, "#name"),
        (NotThisPage(URL, "JSON"), Code.NOT_A_PAGE, "JSON"),
        (NobodyThere(URL, "no winners yet"), Code.EMPTY, "no winners yet"),
        (KeyError("secret"), Code.SCHEMA_DRIFT, "KeyError"),
        (RecursionError(), Code.SCHEMA_DRIFT, "RecursionError"),
    ],
)
def test_a_fault_is_one_refusal_that_says_what_was_expected(fault: Exception, code: Code, told: str) -> None:
    """Whatever a parser raises becomes one refusal with its code; records before the fault are not kept."""

    def parse(page: Page) -> Iterator[Record]:
        yield act()
        raise fault

    (refused,) = read_page(source(parse), PAGE)
    assert isinstance(refused, Refused)
    assert (refused.code, refused.url, refused.source) == (code, URL, "pond")
    assert told in refused.detail
    assert "secret" not in refused.detail


def test_a_fault_before_the_first_record_is_refused_too() -> None:
    """A parser that is no generator and raises at once is refused like any other."""

    def parse(page: Page) -> Iterator[Record]:
        raise PageChanged(URL, "a list")

    assert [type(record) for record in read_page(source(parse), PAGE)] == [Refused]


def test_silence_is_drift() -> None:
    """A page that gives nothing and does not say so is refused as changed, never taken for an empty one."""
    (refused,) = read()
    assert isinstance(refused, Refused)
    assert refused.code is Code.SCHEMA_DRIFT


def test_acts_of_bots_and_organizations_are_nobody_s() -> None:
    """Evidence of `[bot]` accounts and of what the page shows as bot or organization is dropped, in teams too."""
    company, robot = Account("pond", "Acme", kind="organization"), AccountKey("pond", "renovate[bot]")
    team = (ADA, robot, AccountKey("pond", "acme"))
    records = read(company, act(robot), act(AccountKey("pond", "acme")), act(None), act(team=team))
    kept = [record for record in records if isinstance(record, Evidence)]
    assert [record.account for record in kept] == [None, ADA]
    assert kept[1].team == (ADA,)
    assert company in records


def test_a_repeated_record_comes_once() -> None:
    """Identical records of one page are one record, in the order of their first appearance."""
    assert read(act(), Request("pond", URL), act(), Request("pond", URL)) == [act(), Request("pond", URL)]


def test_addresses_and_numbers_are_not_kept() -> None:
    """No text of an account or an act holds a mail address or a telephone number, no link leads to one."""
    said = "Write to ada@pond.example or +44 20 7946 0018 20"
    links = ("mailto:ada@pond.example", "tel:+442079460018", "javascript:alert(1)", "https://ada@pond.example/x")
    records = read(
        Account("pond", "ada", name=f"Ada {said}", bio=said, location=said, links=links),
        act(title=said, text=said, tags=(said,), links=(*links, "https://pond.example/b"), details={"a": [said]}),
    )
    told = json.dumps([to_json(record) for record in records])
    assert "ada@" not in told
    assert "7946" not in told
    assert "[address]" in told
    assert "[phone]" in told
    assert records[1].links == ("https://pond.example/b",)  # type: ignore[union-attr]


def test_ids_and_addresses_of_pages_are_left_alone() -> None:
    """A long number in details is an id, not a telephone number; an address of a page stays as it is."""
    details = {"id": "41234567890", "resume_url": "https://pond.example/cv-2026-11-21-0123456789.pdf", "commits": 3}
    (kept,) = read(act(details=details))
    assert isinstance(kept, Evidence)
    assert kept.details == details


def test_texts_are_clean() -> None:
    """Invisible and control characters go, lines of a text stay, names end at 200 characters, empty becomes None."""
    name = "Zoe\u0308 \u202eN" + "n" * 500
    kept, did, event = read(
        Account("pond", "ada\u200b", name=name, bio=" \x00 "),
        act(
            title=" A\nthing\x1b ",
            text="one\r\n two\u200b\n",
            tags=(" a ", "a", ""),
            awards=(Award("E\n", None, " P "),),
        ),
        Event("pond", " An\tevent ", URL, themes=(" x ", "x")),
    )
    assert isinstance(kept, Account)
    assert isinstance(did, Evidence)
    assert isinstance(event, Event)
    assert (kept.handle, kept.bio) == ("ada", None)
    assert kept.name is not None
    assert kept.name.startswith("Zo\u00eb Nn")
    assert len(kept.name) == 200
    assert (did.title, did.text, did.tags, did.awards) == ("A thing", "one\n two", ("a",), (Award("E", None, "P"),))
    assert (event.title, event.themes) == ("An event", ("x",))


@given(st.text(max_size=80))
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    """What has been cleaned is clean."""
    assert clean(clean(text)) == clean(text)


@given(st.text(max_size=60), st.text(max_size=60))
def test_reading_never_breaks_on_a_text(title: str, text: str) -> None:
    """Any text at all is read, and what is read could be read again unchanged."""
    once = read(act(title=title, text=text, tags=(title,), links=(text,), details={"said": text}))
    assert read(*once) == once


@pytest.mark.parametrize(
    ("link", "is_one"),
    [
        ("https://pond.example/a", True),
        ("http://pond.example", True),
        ("https://medium.example/@ada", True),
        ("https://cdn.example/npm/library@1.2.3/x.js", True),
        ("https://pond.example/?mail=ada%40pond.example", False),
        ("https://ada@pond.example/", False),
        ("mailto:ada@pond.example", False),
        ("ftp://pond.example/a", False),
        ("pond.example", False),
        ("https://[broken", False),
    ],
)
def test_only_web_links_are_links(link: str, is_one: bool) -> None:
    """A link is a web address that spells no mail address."""
    assert is_web_link(link) is is_one


def test_most_rows_must_be_readable() -> None:
    """One unreadable row in five is left out, more is a change of the page."""
    assert most([1, 2, 3, 4, None], URL, "a number") == [1, 2, 3, 4]
    with pytest.raises(PageChanged, match="a number, missing in 2 of 6"):
        most([1, 2, 3, 4, None, None], URL, "a number")


def test_every_character_that_nobody_sees_goes() -> None:
    """Also those that Python calls printable."""
    unseen = [letter for letter in map(chr, range(sys.maxunicode + 1)) if text._INVISIBLE.match(letter)]
    assert len(unseen) > 130_000
    assert {clean(f"a{letter}b") for letter in unseen} == {"ab"}


CONTACTS = (
    "ada @ . at [at] ( at ) <at> {AT} (@) a@b.example x.y+z@foo.example dot [dot] example +49 30 123456 78 (030) "
    "123-456-789 0171/1234567 2026-11-21 123\u2011456\u2011789 word \u4e2d\u6587 ( ) - 9 12 "
    "\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668\u0669"
)


@given(
    st.lists(st.sampled_from([*CONTACTS.split(), *"\n\t .-", "\u00a0", "\u2003"]), max_size=14),
    st.sampled_from(["", " "]),
)
def test_the_quick_looks_pass_no_address_and_no_number_over(said: list[str], between: str) -> None:
    """Every pattern run over the whole text gives the same."""
    whole = between.join(said)
    plainly = text._SPELLED.sub("[address]", text._ADDRESS.sub("[address]", whole))
    assert redact(whole) == "\n".join(text._PHONE.sub(text._phone, line) for line in plainly.split("\n"))


def test_nothing_of_a_page_is_remembered_after_it() -> None:
    """What a page says is not kept once it is read."""
    read(act(details={"track": "Ponds"}))
    assert not any(kept.cache_info().currsize for kept in (cleaning._prose, cleaning._line, cleaning._detail_text))


@pytest.mark.parametrize(
    ("what", "one"),
    [
        ("pages", "1 page"),
        ("people", "1 person"),
        ("queries", "1 query"),
        ("aliases", "1 alias"),
        ("pieces of evidence", "1 piece of evidence"),
        ("evidence", "1 evidence"),
    ],
)
def test_one_is_not_many(what: str, one: str) -> None:
    """Of one thing the noun is in the singular; of none and of two it is as given."""
    assert text.counted(1, what) == one
    assert [text.counted(number, what) for number in (0, 2)] == [f"0 {what}", f"2 {what}"]
