"""Every source under every fault of a site: the run ends in a declared state, and nothing that was kept is lost."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest

from scrapers.collect.run import CollectingRun, Plan, Report, collect
from scrapers.fetch.client import Fetcher, Limits
from scrapers.records import Code, Page, Refused, Request
from scrapers.rights.suppression import SuppressionList
from scrapers.settings.home import Home
from scrapers.sources.watched import SourceSettings
from scrapers.store import Store
from tests.sources.test_sources import CASES, Case
from tests.support.fake_sources.__main__ import AT_ONCE
from tests.support.loopback import Reply, Site

TOLD = {"account", "evidence", "event"}
ONE = {
    case.said["source"]: case
    for case in CASES
    if case.said["source"] != "git" and TOLD & {line["type"] for line in case.said["expect"]}
}
# Short, and yet more than a whole answer takes on a machine with other work.
HASTE = Limits(attempt=3.0, tries=1)
FAULTS: Mapping[str, tuple[Reply, set[Code]]] = {
    "timeout": (Reply(write=lambda _: time.sleep(3.5)), {Code.TIMEOUT}),
    "403": (Reply("<h1>Forbidden</h1>", 403), {Code.BLOCKED}),
    "429": (Reply("slow down", 429, {"Retry-After": "3600"}), {Code.RATE_DEFERRED}),
    "bad markup": (Reply(b"<html><div<p>\x00<<table><tr>]]>{\xff&#xD800;" * 40), {Code.NOT_A_PAGE, Code.SCHEMA_DRIFT}),
    "empty": (Reply(b""), {Code.NOT_A_PAGE, Code.SCHEMA_DRIFT}),
}
SILENT = {("homepages", "bad markup")}  # a front page that marks no links names nobody, however it is written


class Mirror:
    """The web, where each source's site is a server on this machine that holds one recorded page."""

    def __init__(self, web: Fetcher, sites: Mapping[str, Site]) -> None:
        self.web, self.sites = web, sites

    def fetch(self, request: Request, *, known: Page | None = None, **_: Any) -> Page | Refused:
        there = replace(request, url=self.sites[request.source].url(path_of(request.url)))
        answer = self.web.fetch(there, pause=0.0)
        if isinstance(answer, Page):
            return replace(answer, url=request.url, final_url=ONE[request.source].page().final_url)
        return replace(answer, url=request.url)


def whole(case: Case) -> Reply:
    return Reply(case.file.read_bytes(), headers=case.said.get("headers", {}))


def path_of(url: str) -> str:
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


@pytest.fixture
def sites() -> Iterator[dict[str, Site]]:
    """A site for each source, whole at first."""
    with ExitStack() as open_:
        served = {name: open_.enter_context(Site()) for name in ONE}
        for name, case in ONE.items():
            served[name].says(path_of(case.said["url"]), whole(case))
        yield served


def run(home: Home, store: Store, sites: Mapping[str, Site]) -> Report:
    """A live run that asks each source for its one page."""
    start = {name: (request_for(case),) for name, case in ONE.items()}
    settings = {name: SourceSettings(deepest=0, most_urls=1) for name in ONE}
    allow = frozenset(site.place for site in sites.values())
    with Fetcher(allow=allow, clock=AT_ONCE, limits=HASTE) as web:
        plan = Plan("live", Mirror(web, sites), start, (), settings, dict.fromkeys(ONE, "same"))
        return collect(CollectingRun(plan, home, store, SuppressionList.open(home, store)))


def kept(store: Store) -> tuple[Any, ...]:
    """Accounts and acts, without the moment at which they were last seen."""
    return store.accounts(), {item.id: (item, first_seen) for item, first_seen, _ in store.evidence()}


def request_for(case: Case) -> Request:
    return Request(case.said["source"], case.said["url"])


@pytest.mark.parametrize("fault", FAULTS)
def test_every_source_ends_in_a_declared_state(home: Home, store: Store, sites: dict[str, Site], fault: str) -> None:
    """Half of the sources break, then the others: each is named with its code, what was kept stays, exit 3."""
    assert run(home, store, sites).exit_code == 0
    before = kept(store)
    reply, codes = FAULTS[fault]
    for half in (0, 1):
        broken = set(list(ONE)[half::2])
        for name, site in sites.items():
            site.says(path_of(ONE[name].said["url"]), reply if name in broken else whole(ONE[name]))
        broken -= {name for name, silent in SILENT if silent == fault}
        report = run(home, store, sites)
        outcomes = {seen.source: seen.outcome for seen in report.yields if seen.outcome != "whole"}
        assert (report.exit_code, outcomes) == (3, dict.fromkeys(broken, "failed"))
        for seen in report.yields:
            assert {failure.code for failure in seen.failures} <= codes, seen.failures
            assert all(failure.source and failure.url and failure.detail for failure in seen.failures)
        assert set(report.standings) == broken
        assert kept(store) == before
