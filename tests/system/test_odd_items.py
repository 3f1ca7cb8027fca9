"""One odd item costs one item: a link, a text or a folder that nobody can read ends nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from scrapers.collect.source_result import SourceResult
from scrapers.fetch.addresses import NotAllowed, check_url
from scrapers.fetch.client import Fetcher
from scrapers.reading.cleaning import read_page
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
from scrapers.rights.suppression import SuppressionList
from scrapers.store import Store
from tests.collect.test_crawl import LIST, ROOT, Door, run
from tests.fetch.test_clone import git
from tests.flows.test_cli import headwater
from tests.support.constants import NOON

ODD_LINKS = [
    "https://xn--a.ada.example.com/feed.xml",
    "https://xn--a.com",
    "https://xn--.com/",
    "https://xn--ls8h.example.com/",  # an emoji domain, which exist
    "https://\U0001f4a9.example.com/",
    "https://ada.example.com/\ud800",
    "https://\ud800.example.com/",
    "https://[::1",
    "https://ada.example.com:99999/",
    "https://" + "a" * 64 + ".example.com/",
    "https://" + "a." * 2_000 + "example.com/",
    "http://\u2100.example.com/",
    "https://ada.example.com/\x00",
]


@pytest.mark.parametrize("link", ODD_LINKS[:10], ids=ascii)
def test_a_link_that_cannot_be_read_is_refused(link: str) -> None:
    """The check says so, and the door answers with a refusal; nothing else is raised."""
    if link.isascii() and "xn--" in link:
        with pytest.raises(NotAllowed):
            check_url(link)
    with Fetcher(contact="https://crawler.example.org/") as door:
        answer = door.fetch(Request("feeds", link))
    assert isinstance(answer, Refused)


@pytest.mark.parametrize("link", ODD_LINKS, ids=ascii)
def test_an_odd_link_on_a_page_costs_that_link(store: Store, suppression: SuppressionList, link: str) -> None:
    """It is followed, refused or left out; whoever else stands there is kept, and nothing stays pending."""
    pages = {ROOT: {"people": ["ada"], "next": [link, f"{ROOT}?2"]}, f"{ROOT}?2": {"people": ["bob"]}}
    for _ in range(2):
        run(Door(pages), store, suppression)
    assert {"list.example:ada", "list.example:bob"} == store.accounts().keys()
    assert store.pending("live") == {}


def test_a_request_that_stops_the_crawl_is_set_aside_with_a_record(store: Store, suppression: SuppressionList) -> None:
    """Whatever is raised for one request: the others go on, the failure is told by its kind, the next run is free."""

    class Odd(Door):
        def fetch(self, request: Request, **options: object) -> Page | Refused:
            if request.url.endswith("?2"):
                raise ZeroDivisionError("Ada Example said so")
            return super().fetch(request, **options)

    pages = {ROOT: {"people": ["ada"], "next": [f"{ROOT}?2", f"{ROOT}?3"]}, f"{ROOT}?3": {"people": ["bob"]}}
    seen: SourceResult = run(Odd(pages), store, suppression)
    (failure,) = seen.failures
    assert (failure.code, failure.url) == (Code.SCHEMA_DRIFT, f"{ROOT}?2")
    assert "ZeroDivisionError at test_odd_items.py" in failure.detail
    assert "Ada" not in failure.detail
    assert {"list.example:ada", "list.example:bob"} == store.accounts().keys()
    assert store.pending("live") == {}


def everything(odd: str) -> Iterator[Record]:
    """A record of each kind with that text in every field that a page can fill."""
    key = AccountKey("list.example", f"ada{odd}")
    yield Account("list.example", f"ada{odd}", odd, "person", odd, odd, odd, odd, (odd, f"https://a.example/{odd}"))
    yield Evidence(
        EvidenceKind.POST, key, odd, odd, f"https://a.example/{odd}", None, (odd,), (odd,), (Award(odd, odd, odd),),
        (key,), {odd: odd, "list": [odd]},
    )  # fmt: skip
    yield Event("list.example", odd, f"https://a.example/{odd}", None, None, False, (odd,))
    yield Request("list", f"https://a.example/{odd}")


@pytest.mark.parametrize("odd", ["\ud800", "a\udfff\u200b", "\x00", "\ufeff", "\u202e", "\U000e0041", "=\t"], ids=ascii)
def test_odd_characters_leave_records_that_can_be_kept(store: Store, suppression: SuppressionList, odd: str) -> None:
    """Every field of every kind of record: what is kept has an id, can be written as UTF-8 and finds its account."""
    source = replace(LIST, parse=lambda page: everything(odd))
    page = Page("list", ROOT, b"{}", NOON)
    records = [record for record in read_page(source, page) if not isinstance(record, Refused)]
    assert {type(record) for record in records} == {Account, Evidence, Event, Request}
    for record in records:
        json.dumps(to_json(record), ensure_ascii=False).encode()
    account, act = records[0], records[1]
    assert isinstance(account, Account)
    assert isinstance(act, Evidence)
    assert act.account == account.key == act.team[0]
    store.ask("live", [Request("list", ROOT)])
    store.settle("live", Request("list", ROOT), page=page, records=records)
    assert set(store.accounts()) == {str(account.key)}


def test_an_item_that_cannot_be_cleaned_costs_that_item(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is one refusal among the records of its page."""
    fine, broken = Account("list.example", "ada"), Account("list.example", "bob", bio="x")

    def bio(text: str | None, year: int) -> str | None:
        raise ValueError if text else None

    monkeypatch.setattr("scrapers.reading.cleaning._bio", lambda text, year: bio(text, year) if text else None)
    source = replace(LIST, parse=lambda page: [fine, broken])
    assert [type(each) for each in read_page(source, Page("list", ROOT, b"{}", NOON))] == [Account, Refused]


def test_a_mistyped_clone_costs_that_clone(tmp_path: Path) -> None:
    """It is named, the others are read, and the next run begins without it."""
    (tmp_path / "good").mkdir()
    git(tmp_path / "good", "init", "--quiet")
    (tmp_path / "good" / "a.py").write_text("print()\n")
    git(tmp_path / "good", "add", ".")
    git(
        tmp_path / "good", "-c", "user.name=Ada Example", "-c", "user.email=ada@example.com", "commit", "-qm",
        "Retry every call",
    )  # fmt: skip
    home, good, wrong = tmp_path / "home", tmp_path / "good", tmp_path / "mistyped"
    assert headwater("collect", "git", "--path", wrong, home=home).returncode == 4
    both = headwater("collect", "git", "--path", wrong, "--path", good, home=home)
    assert both.returncode == 3
    assert f"{wrong}: not a git clone" in both.stdout + both.stderr
    assert headwater("collect", "git", "--path", good, home=home).returncode == 0
