"""The crawl loop: what it keeps, follows, counts and survives."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date

import pytest

from scrapers.collect.crawl import crawl
from scrapers.collect.crawl_state import is_followed
from scrapers.collect.drift import PAGES_IN_A_ROW
from scrapers.collect.source_result import SourceResult
from scrapers.parse.pages import NobodyThere, json_of
from scrapers.records import Account, AccountKey, Code, Evidence, EvidenceKind, Page, Record, Refused, Request
from scrapers.rights.suppression import SuppressionList
from scrapers.settings.home import Home
from scrapers.sources import Source, Watch
from scrapers.sources.budget import WHOLE_ARCHIVE, Budget
from scrapers.store import Store
from tests.support.constants import NOON

ROOT = "https://list.example/page"


def parse(page: Page) -> Iterator[Record]:
    told = json_of(page)
    if told == {"people": []}:
        raise NobodyThere(page.url, "people: []")
    for handle in told["people"]:
        yield Account("list.example", handle, url=f"https://list.example/{handle}", name=handle.title())
        yield Evidence(
            EvidenceKind.POST,
            AccountKey("list.example", handle),
            f"Work of {handle}",
            "Retries.",
            f"https://list.example/{handle}/1",
        )
    for url in told.get("next", []):
        yield Request("list", url)


def plan(watch: Watch, since: date) -> Iterator[Request]:
    yield Request("list", ROOT)


LIST = Source(
    "list", "A made-up list", plan, parse, Watch, follow=("list.example", ".wide.example"), headers={"accept": "text/x"}
)


class Door:
    """Answers from a table; counts what it was asked, and stops the process where told."""

    def __init__(self, answers: dict[str, object], stop_at: int | None = None) -> None:
        self.answers, self.stop_at = answers, stop_at
        self.asked: list[Request] = []

    def fetch(self, request: Request, *, known=None, pause=1.0, token=None, token_host=None) -> Page | Refused:
        if self.stop_at is not None and len(self.asked) >= self.stop_at:
            raise KeyboardInterrupt
        self.asked.append(request)
        answer = self.answers.get(request.url, Code.NOT_ARCHIVED)
        if isinstance(answer, Code):
            return Refused(answer, request.url, "as the table says", request.source)
        return Page("list", request.url, json.dumps(answer).encode(), NOON, headers={"etag": "1"})


def run(door: Door, store: Store, suppression: SuppressionList, **options: object) -> SourceResult:
    store.begin_crawl("live", ["list"])
    return crawl(
        LIST,
        plan(Watch(), NOON.date()),
        door,
        store,
        suppression,
        name="live",
        may_follow=lambda request: is_followed(LIST, request.url),
        seen=SourceResult("list"),
        **options,
    )


TEN = {
    ROOT if n == 0 else f"{ROOT}?{n}": {"people": [f"person-{n}"], "next": [f"{ROOT}?{n + 1}"]} for n in range(5)
} | {f"{ROOT}?5": {"people": []}}


def test_follows_to_the_end_and_counts(store: Store, suppression: SuppressionList) -> None:
    """Every page is asked once; an emptiness that the page itself states is no failure."""
    seen = run(Door(TEN), store, suppression)
    assert (seen.fetched, seen.credited, seen.outcome) == (6, 5, "whole")
    assert seen.refused == {Code.EMPTY: 1}


@pytest.mark.parametrize("stop_at", range(1, 6))
def test_a_killed_crawl_asks_nothing_twice(store: Store, suppression: SuppressionList, stop_at: int) -> None:
    """Killed after any page, the next run asks only what is left, and everybody is there once."""
    first, second = Door(TEN, stop_at), Door(TEN)
    with pytest.raises(KeyboardInterrupt):
        run(first, store, suppression)
    run(second, store, suppression)
    assert len(first.asked) + len(second.asked) == 6
    assert len(store.accounts()) == 5


def test_a_second_run_changes_nothing(store: Store, suppression: SuppressionList) -> None:
    """The same pages leave the same store."""
    run(Door(TEN), store, suppression)
    before = (store.accounts(), list(store.evidence()))
    run(Door(TEN), store, suppression)
    assert (store.accounts(), list(store.evidence())) == before


def test_one_failure_is_counted_and_the_crawl_goes_on(store: Store, suppression: SuppressionList) -> None:
    """A broken page degrades the yield, names itself, and stops nobody else."""
    answers = {
        ROOT: {"people": ["a"], "next": [f"{ROOT}?bad", f"{ROOT}?good"]},
        f"{ROOT}?bad": Code.TIMEOUT,
        f"{ROOT}?good": {"people": ["b"]},
    }
    seen = run(Door(answers), store, suppression)
    assert seen.outcome == "degraded"
    assert [f.url for f in seen.failures] == [f"{ROOT}?bad"]
    assert len(store.accounts()) == 2


def test_five_failures_in_a_row_end_the_crawl(store: Store, suppression: SuppressionList) -> None:
    """The circuit opens; what was not asked stays pending for the next run."""
    answers = {ROOT: {"people": ["a"], "next": [f"{ROOT}?{n}" for n in range(9)]}} | {
        f"{ROOT}?{n}": Code.TIMEOUT for n in range(9)
    }
    door = Door(answers)
    run(door, store, suppression)
    assert len(door.asked) == 6
    assert store.pending("live") == {"list": 4}


def test_a_deferred_request_stays_pending(store: Store, suppression: SuppressionList) -> None:
    """When a site asks for a long wait, the source is left for the next run and nothing is lost."""
    seen = run(Door({ROOT: Code.RATE_DEFERRED}), store, suppression)
    assert seen.outcome == "failed"
    assert store.pending("live") == {"list": 1}


def test_a_gone_page_takes_its_facts(store: Store, suppression: SuppressionList) -> None:
    """Deleted upstream means deleted here (G8)."""
    run(Door({ROOT: {"people": ["a"]}}), store, suppression)
    seen = run(Door({ROOT: Code.GONE}), store, suppression)
    assert store.accounts() == {}
    assert seen.outcome == "whole"


def test_a_failing_page_keeps_what_it_said_before(store: Store, suppression: SuppressionList) -> None:
    """A failure never deletes or ages what was delivered before."""
    run(Door({ROOT: {"people": ["a"]}}), store, suppression)
    before = list(store.evidence())
    run(Door({ROOT: Code.HTTP_STATUS}), store, suppression)
    run(Door({ROOT: {"drifted": True}}), store, suppression)
    assert list(store.evidence()) == before


def test_the_budget_leaves_the_rest_for_the_next_run(store: Store, suppression: SuppressionList) -> None:
    """At the limit of pages the crawl says how many it left out, and the next run goes on there."""
    seen = run(Door(TEN), store, suppression, budget=Budget(pages=2))
    assert (seen.fetched, seen.left_out) == (2, 1)
    assert run(Door(TEN), store, suppression).fetched == 4


def test_only_named_hosts_are_followed(store: Store, suppression: SuppressionList) -> None:
    """A link on a page never leads the crawl to a host that the source does not name."""
    door = Door(
        {
            ROOT: {
                "people": ["a"],
                "next": ["https://evil.example/", "https://a.wide.example/x", "https://notlist.example/"],
            }
        }
    )
    run(door, store, suppression)
    assert [request.url for request in door.asked] == [ROOT, "https://a.wide.example/x"]


def test_the_sources_own_headers_go_out(store: Store, suppression: SuppressionList) -> None:
    """Every request carries the headers that the source declares."""
    door = Door(TEN)
    run(door, store, suppression)
    assert {dict(request.headers)["accept"] for request in door.asked} == {"text/x"}


def test_listed_people_are_neither_asked_for_nor_kept(home: Home, store: Store, suppression: SuppressionList) -> None:
    """Someone on the list leaves no row, and no page that names them is archived."""
    suppression.add(
        home,
        store,
        [("account", "list.example:person-2"), ("account", "web:list.example/person-2"), ("word", "person-2")],
        "objection",
        NOON,
    )
    seen = run(Door(TEN), store, suppression)
    assert seen.held_back == 2
    assert "list.example:person-2" not in store.accounts()
    assert not any(b"person-2" in page.body for _, page in store.archive())
    assert len(store.accounts()) == 4


def test_a_site_that_drifts_is_left_alone_early(store: Store, suppression: SuppressionList) -> None:
    """Five changed pages in a row end its run: the report says so, the rest waits, and what was kept before stays."""
    links = [f"{ROOT}?{n}" for n in range(40)]
    run(
        Door({ROOT: {"people": ["a"], "next": links}} | {link: {"people": [f"of-{link[-2:]}"]} for link in links}),
        store,
        suppression,
    )
    before = (store.accounts(), list(store.evidence()))
    drifting = Door({ROOT: {"people": ["a"], "next": links}} | {link: {"drifted": True} for link in links})
    seen = run(drifting, store, suppression)
    assert len(drifting.asked) == 1 + PAGES_IN_A_ROW
    last = seen.failures[-1]
    assert (last.code, last.url) == (Code.SCHEMA_DRIFT, "list.example")
    assert last.detail.startswith("5 pages in a row are not what they were; 35 left for the next run")
    assert (store.accounts(), list(store.evidence())) == before
    assert len(run(Door(TEN | {ROOT: {"people": ["a"], "next": links}}), store, suppression).drifted) == 0


def test_one_site_that_drifts_stops_no_other(store: Store, suppression: SuppressionList) -> None:
    """Hosts of one domain drift together; another domain of the same source is read on."""
    bad = [f"https://{n}.wide.example/x" for n in range(9)]
    answers = {ROOT: {"people": ["a"], "next": [*bad, f"{ROOT}?good"]}} | {url: {"drifted": True} for url in bad}
    door = Door(answers | {f"{ROOT}?good": {"people": ["b"]}})
    run(door, store, suppression)
    assert [request.url for request in door.asked] == [ROOT, *bad[:PAGES_IN_A_ROW], f"{ROOT}?good"]
    assert len(store.accounts()) == 2


def test_an_archive_is_read_to_its_end(store: Store, suppression: SuppressionList) -> None:
    """Nobody is asked too much by a replay, so a drifting archive is read whole."""
    links = [f"{ROOT}?{n}" for n in range(9)]
    door = Door({ROOT: {"people": ["a"], "next": links}} | {link: {"drifted": True} for link in links})
    run(door, store, suppression, budget=WHOLE_ARCHIVE)
    assert len(door.asked) == 10
