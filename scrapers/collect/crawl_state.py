"""State of one crawl: the next request, the handling of its answer, and the links to follow from it."""

from __future__ import annotations

import traceback
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from scrapers.collect.drift import DRIFT, Drifting, judge_page
from scrapers.collect.source_result import HARMLESS, SourceResult
from scrapers.reading.bounded import BoundedReader
from scrapers.reading.cleaning import read_page, version_of
from scrapers.reading.parse_cache import outline_of, reading_of, records_in
from scrapers.records import Account, Code, Event, Evidence, Page, Record, Refused, Request
from scrapers.rights.suppression import SuppressionList
from scrapers.sources import Source, source_named
from scrapers.sources.budget import Budget, listing_of
from scrapers.store import PageWithOutline, Pending, Store
from scrapers.store.sql.rows import PageDamaged, page_key
from scrapers.text import counted
from scrapers.text.hosts import host_of, registered, same_site

FAILURES_IN_A_ROW = 5
DEFERRALS_IN_A_ROW = 2


@dataclass(slots=True)
class _Sites:
    """Failures by site in one run, and the sites and pages that the run skips because of them."""

    failures: Counter[str] = field(default_factory=Counter)  # in a row
    deferrals: Counter[str] = field(default_factory=Counter)  # in a row
    skipped: set[str] = field(default_factory=set)
    deferred_pages: set[str] = field(default_factory=set)

    def skips(self, url: str) -> bool:
        return url.startswith(tuple(self.skipped))

    def answered(self, url: str) -> None:
        """Count a page, which ends the failures in a row of its site."""
        self.failures[_site(url)] = self.deferrals[_site(url)] = 0

    def deferred(self, request: Request) -> None:
        """Count a request that the site asked to send later."""
        site = _site(request.url)
        self.deferred_pages.add(page_key(request))
        self.deferrals[site] += 1
        if self.deferrals[site] >= DEFERRALS_IN_A_ROW:
            self.skipped.add(site)

    def refused(self, url: str, code: Code) -> None:
        """Count a refusal; after FAILURES_IN_A_ROW harmful ones the site is skipped."""
        site = _site(url)
        self.failures[site] = 0 if code in HARMLESS else self.failures[site] + 1
        if self.failures[site] >= FAILURES_IN_A_ROW:
            self.skipped.add(site)


@dataclass(slots=True)
class _Listings:
    """Pages by listing in one run: how many were fetched, and how many in a row had no new record or link."""

    asked: Counter[str] = field(default_factory=Counter)
    without_news: Counter[str] = field(default_factory=Counter)
    identities: set[object] = field(default_factory=set)  # of all records and links of the run

    def is_repeat(self, request: Request, kept: Sequence[Record]) -> bool:
        """Count a page; True if it is a later page of its listing and all of its records stood on earlier pages."""
        listing = listing_of(request)
        onward = {r.key for r in kept if isinstance(r, Request) and listing_of(r) != listing}
        records = {identity for record in kept if (identity := _identity(record)) is not None}
        news = (records | onward) - self.identities
        self.identities |= news
        self.without_news[listing] = 0 if news else self.without_news[listing] + 1
        return bool(records) and not news and self.asked[listing] > 1


@dataclass(slots=True)
class CrawlState:
    """State of one crawl of one source in one run: queue, limits reached, drift by domain. No later run needs it.

    `start` are keys of the requests that the crawl begins with; no limit of a listing applies to them.
    """

    source: Source
    reader: BoundedReader
    store: Store
    suppression: SuppressionList
    name: str
    may_follow: Callable[[Request], bool]
    budget: Budget
    seen: SourceResult
    start: frozenset[str]
    queue: set[str] = field(default_factory=set)
    left_out: Counter[tuple[str, str]] = field(default_factory=Counter)  # requests, by limit and place
    drifting: defaultdict[str, Drifting] = field(default_factory=lambda: defaultdict(Drifting))  # by domain
    sites: _Sites = field(default_factory=_Sites)
    listings: _Listings = field(default_factory=_Listings)

    def requests(self) -> Iterator[Pending]:
        """Yield the pending requests, oldest first, without the pages and sites that this run skips."""
        self.queue = self.store.queued(self.name, self.source.name)
        self.seen.waiting = self.store.pending(self.name).get(self.source.name, 0)
        while oldest := self.store.next_requests(
            self.name, self.source.name, leaving=self.sites.deferred_pages, shunning=self.sites.skipped
        ):
            for pending in oldest:
                if not self.sites.skips(pending.request.url):
                    yield pending

    def wants(self, pending: Pending) -> bool:
        """True if the request is to be fetched; otherwise settle it, for good or until the next run."""
        request = pending.request
        if self.suppression.has_url(request.url):
            self._settle(request, Code.SUPPRESSED.value)
            self.seen.held_back += 1
            return False
        if limit := self._limit_of(request):
            self._settle(request, "limit" if limit[0] == "barren" else "later")
            self.left_out[limit] += 1
            return False
        self.listings.asked[listing_of(request)] += 1
        return True

    def _limit_of(self, request: Request) -> tuple[str, str] | None:
        """Return the limit that keeps a request from being sent, with the domain or listing it applies to, or None."""
        listing = listing_of(request)
        if self.budget.gives_up and self.drifting[domain := _domain(request.url)].reason:
            return "drift", domain
        if page_key(request) in self.start:
            return None
        if self.listings.without_news[listing] >= self.budget.barren:
            return "barren", listing
        return ("most_list_pages", listing) if self.listings.asked[listing] >= self.budget.list_pages else None

    def known(self, request: Request) -> PageWithOutline | None:
        """Return the archived page with its cached records; None if there is none or it is damaged."""
        try:
            return self.store.archived(request)
        except PageDamaged as damage:
            self.seen.tell(Refused(Code.INTEGRITY, request.url, f"asked again in full: {damage}"))
            return None

    def take(self, pending: Pending, answer: Page | Refused, known: PageWithOutline | None = None) -> None:
        """Store a page with its records, or settle the refusal; records cached for this very reading are reused."""
        if isinstance(answer, Page):
            reading = reading_of(self.source, answer)
            outline = known.outline(reading) if known else None
            records = records_in(outline) if outline else self._read(pending.request, answer)
            match records:
                case [Refused(code=Code.RATE_DEFERRED | Code.GONE | Code.TOO_LARGE) as refusal]:
                    self._refuse(pending.request, refusal)
                case _:
                    self._keep(pending, answer, records, reading, outline)
        else:
            self._refuse(pending.request, answer)

    def set_aside(self, pending: Pending, error: Exception) -> None:
        """Settle a request whose handling raised, and note the kind and place of the error."""
        where = traceback.extract_tb(error.__traceback__)[-1]
        what = f"{type(error).__name__} at {Path(where.filename).name}:{where.lineno}"
        detail = f"this request stopped with {what}, the others go on; please report it with this URL"
        self.seen.note(Refused(Code.SCHEMA_DRIFT, pending.request.url, detail, self.source.name))
        self._settle(pending.request, "refused")

    def _read(self, request: Request, page: Page) -> list[Record]:
        """Parse the page. A local git history is our own making, so no bound of time or size applies to it."""
        if request.url.startswith("file:"):
            return read_page(self.source, page)
        return self.reader.read(self.source, page)

    def _refuse(self, request: Request, refusal: Refused) -> None:
        self.seen.note(refusal)
        if refusal.code is Code.RATE_DEFERRED:
            self.seen.deferred += 1
            self.sites.deferred(request)
            return
        if refusal.code is Code.GONE:
            self.store.forget_page(self.name, request)
            self.seen.waiting -= 1
        else:
            self._settle(request, "refused")
        self.sites.refused(request.url, refusal.code)

    def _settle(self, request: Request, state: str) -> None:
        self.store.settle(self.name, request, state=state)
        self.seen.waiting -= 1

    def _keep(self, pending: Pending, page: Page, records: list[Record], reading: str, outline: bytes | None) -> None:
        """Store a page, its records and its parse cache entry (`outline`, made here if None), in one transaction."""
        self.sites.answered(page.url)
        failures, tolerated = judge_page(records, page.url)
        for refusal in failures:
            self.seen.note(refusal)
        self.seen.rejected += len(tolerated)
        self.drifting[_domain(page.url)].note(records)
        self.suppression.learn(self.store, records, page.fetched_at)
        kept, dropped = self.suppression.apply([record for record in records if not isinstance(record, Refused)])
        refused = {record.code for record in records if isinstance(record, Refused)}
        if not kept and not dropped and refused & DRIFT:
            self.seen.drifted.append(page.url)
        names_listed = bool(self.suppression) and (
            any(map(self.suppression.names_by_name, kept))
            or self.suppression.mentions(page.body.decode("utf-8", "replace"))
        )
        follow = list(self._follow(pending, kept))
        if not refused & DRIFT and self.listings.is_repeat(pending.request, kept):
            detail = "everybody on this page stood on an earlier page of this run; expected others"
            self.seen.tell(Refused(Code.SUSPICIOUS_YIELD, pending.request.url, detail))
        self.store.settle(
            self.name,
            pending.request,
            page=page,
            records=kept,
            follow=follow,
            parser_version=version_of(self.source),
            archive=Code.NOT_A_PAGE not in refused and not dropped and not names_listed,
            reading=reading,
            outline=outline or outline_of(records),
            again=outline is not None,
        )
        self.seen.waiting += sum(request.source == self.source.name for request, _ in follow) - 1
        _count(self.seen, page, kept, dropped)

    def _follow(self, pending: Pending, kept: Sequence[Record]) -> Iterator[tuple[Request, int]]:
        """Yield the links to follow with their depth. A further page of the same listing has the depth of its first."""
        listing = listing_of(pending.request)
        for request in (record for record in kept if isinstance(record, Request)):
            own, key = request.source == self.source.name, page_key(request)
            if (own and key in self.queue) or not (self.may_follow(request) or _at_home(request, pending.request)):
                continue
            depth = pending.depth + (not own or listing_of(request) != listing)
            if depth > self.budget.depth:
                self.left_out["deepest", _site(pending.request.url)] += 1
            elif own and len(self.queue) >= self.budget.urls:
                self.left_out["most_urls", _site(pending.request.url)] += 1
            else:
                if own:
                    self.queue.add(key)
                yield request, depth

    def sum_up(self) -> None:
        """Note one refusal for each limit that was reached, with the number of requests left out."""
        for (reason, where), count in sorted(self.left_out.items()):
            if reason == "drift":
                detail = f"{self.drifting[where].reason}; {count} left for the next run, and what was kept before stays"
                self.seen.note(Refused(Code.SCHEMA_DRIFT, where, detail))
            else:
                self.seen.note(Refused(Code.LIMIT, where.partition(" ")[2] or where, counted(count, _LEFT_OUT[reason])))


def follow_rule(names: Collection[str]) -> Callable[[Request], bool]:
    """Return a predicate that is True for follow-up requests to these sources, on hosts that their rules name."""

    def may_follow(request: Request) -> bool:
        return request.source in names and is_followed(source_named(request.source), request.url)

    return may_follow


def is_followed(source: Source, url: str) -> bool:
    """True if the `follow` rules of a source name the host of this URL."""
    host = (urlsplit(url).hostname or "").casefold()
    return any(host == rule.lstrip(".") or (rule.startswith(".") and host.endswith(rule)) for rule in source.follow)


_LEFT_OUT = {
    "barren": "pages left out: the last ones brought nothing new (barren_pages)",
    "most_list_pages": "pages of this listing left for the next run (most_list_pages)",
    "deepest": "links left out: too far from a start (deepest)",
    "most_urls": "links left out: the queue is full (most_urls)",
}


def _identity(record: Record) -> object:
    """Return the key by which a record equals one on an earlier page; None for requests and refusals."""
    match record:
        case Account():
            return str(record.key)
        case Evidence():
            return record.id
        case Event():
            return record.url
    return None


def _count(seen: SourceResult, page: Page, kept: Sequence[Record], dropped: int) -> None:
    acts = [record for record in kept if isinstance(record, Evidence)]
    seen.fetched += 1
    seen.unchanged += page.unchanged
    seen.bytes += 0 if page.unchanged else len(page.body)
    seen.parsed += bool(kept)
    seen.held_back += dropped
    seen.accounts += sum(isinstance(record, Account) for record in kept)
    seen.events += sum(isinstance(record, Event) for record in kept)
    seen.evidence += len(acts)
    seen.credited += sum(item.account is not None for item in acts)


def _site(url: str) -> str:
    """Return the prefix of all URLs of a site: scheme, host and port, with the slash that ends them."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/"


def _domain(url: str) -> str:
    """Return the registered domain of a URL, or its host where there is none."""
    host = host_of(url)
    return registered(host) or host


def _at_home(request: Request, origin: Request) -> bool:
    """True if a follow-up request stays with the source and on the site of its origin."""
    return request.source == origin.source and same_site(host_of(request.url), host_of(origin.url))
