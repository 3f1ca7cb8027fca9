"""One crawl under way: which request is next, what becomes of its answer, which links are worth asking."""

from __future__ import annotations

import traceback
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
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
from scrapers.sources import Source
from scrapers.sources.budget import Budget, listing_of
from scrapers.store import PageWithOutline, Pending, Store
from scrapers.store.sql.rows import PageDamaged, page_key
from scrapers.text import counted
from scrapers.text.hosts import host_of, registered, same_site

FAILURES_IN_A_ROW = 5
DEFERRALS_IN_A_ROW = 2


@dataclass(slots=True)
class CrawlState:
    """One crawl under way: what it knows beside the store, all of which the next run can do without."""

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
    told: set[object] = field(default_factory=set)  # what pages of this run said already
    listed: Counter[str] = field(default_factory=Counter)  # pages asked, by listing
    barren: Counter[str] = field(default_factory=Counter)  # pages in a row without anything new, by listing
    cut: Counter[tuple[str, str]] = field(default_factory=Counter)  # what was left out, by reason and where
    failed: Counter[str] = field(default_factory=Counter)  # in a row, by site
    put_off: Counter[str] = field(default_factory=Counter)  # in a row, by site
    drifting: defaultdict[str, Drifting] = field(default_factory=lambda: defaultdict(Drifting))  # by domain
    leaving: set[str] = field(default_factory=set)
    shunning: set[str] = field(default_factory=set)

    def requests(self) -> Iterator[Pending]:
        """What is pending, oldest first, without what this run leaves alone."""
        self.queue = self.store.queued(self.name, self.source.name)
        self.seen.waiting = self.store.pending(self.name).get(self.source.name, 0)
        while oldest := self.store.next_requests(
            self.name, self.source.name, leaving=self.leaving, shunning=self.shunning
        ):
            for pending in oldest:
                if not pending.request.url.startswith(tuple(self.shunning)):
                    yield pending

    def wants(self, pending: Pending) -> bool:
        """Whether to ask it; what is not asked is settled: for good, or until the next run."""
        request, listing = pending.request, listing_of(pending.request)
        chosen = page_key(request) in self.start
        if self.suppression.has_url(request.url):
            self._settle(request, Code.SUPPRESSED.value)
            self.seen.held_back += 1
            return False
        if self.budget.gives_up and self.drifting[domain := _domain(request.url)].reason:
            self._settle(request, "later")
            self.cut["drift", domain] += 1
            return False
        if not chosen and self.barren[listing] >= self.budget.barren:
            self._settle(request, "limit")
            self.cut["barren", listing] += 1
            return False
        if not chosen and self.listed[listing] >= self.budget.list_pages:
            self._settle(request, "later")
            self.cut["most_list_pages", listing] += 1
            return False
        self.listed[listing] += 1
        return True

    def known(self, request: Request) -> PageWithOutline | None:
        """The archived page with its outline; a damaged one is asked for again."""
        try:
            return self.store.archived(request)
        except PageDamaged as damage:
            self.seen.tell(Refused(Code.INTEGRITY, request.url, f"asked again in full: {damage}"))
            return None

    def take(self, pending: Pending, answer: Page | Refused, known: PageWithOutline | None = None) -> None:
        """Keep a page with what it says, or settle why there is none; an outline of this very reading says it all."""
        if isinstance(answer, Page):
            reading = reading_of(self.source, answer)
            outline = known.outline(reading) if known else None
            records = records_in(outline) if outline else self._read(pending.request, answer)
            match records:
                case [
                    Refused(code=Code.RATE_DEFERRED | Code.GONE | Code.TOO_LARGE) as refusal
                ]:  # no word of the page is read
                    self._refuse(pending.request, refusal)
                case _:
                    self._keep(pending, answer, records, reading, outline)
        else:
            self._refuse(pending.request, answer)

    def set_aside(self, pending: Pending, error: Exception) -> None:
        """Settle a request that stopped the crawl, with a record of what kind of error it was."""
        where = traceback.extract_tb(error.__traceback__)[-1]
        what = f"{type(error).__name__} at {Path(where.filename).name}:{where.lineno}"
        detail = f"this request stopped with {what}, the others go on; please report it with this URL"
        self.seen.note(Refused(Code.SCHEMA_DRIFT, pending.request.url, detail, self.source.name))
        self._settle(pending.request, "refused")

    def _read(self, request: Request, page: Page) -> list[Record]:
        """What the page says; a local history was made into a page here, and may be as long as it is."""
        if request.url.startswith("file:"):
            return read_page(self.source, page)
        return self.reader.read(self.source, page)

    def _refuse(self, request: Request, refusal: Refused) -> None:
        site = _site(request.url)
        self.seen.note(refusal)
        if refusal.code is Code.RATE_DEFERRED:
            self.leaving.add(page_key(request))
            self.seen.deferred += 1
            self.put_off[site] += 1
            if self.put_off[site] >= DEFERRALS_IN_A_ROW:
                self.shunning.add(site)
            return
        if refusal.code is Code.GONE:
            self.store.forget_page(self.name, request)
            self.seen.waiting -= 1
        else:
            self._settle(request, "refused")
        self.failed[site] = 0 if refusal.code in HARMLESS else self.failed[site] + 1
        if self.failed[site] >= FAILURES_IN_A_ROW:
            self.shunning.add(site)

    def _settle(self, request: Request, state: str) -> None:
        self.store.settle(self.name, request, state=state)
        self.seen.waiting -= 1

    def _keep(self, pending: Pending, page: Page, records: list[Record], reading: str, outline: bytes | None) -> None:
        """Keep a page with what it says, and with the outline of that where it had none; one transaction."""
        self.failed[_site(page.url)] = self.put_off[_site(page.url)] = 0
        failures, tolerated = judge_page(records, page.url)
        for refusal in failures:
            self.seen.note(refusal)
        self.seen.rejected += len(tolerated)
        self.drifting[_domain(page.url)].note(records)
        self.suppression.learn(self.store, records, page.fetched_at)
        kept, held = self.suppression.apply(record for record in records if not isinstance(record, Refused))
        refused = {record.code for record in records if isinstance(record, Refused)}
        if not kept and not held and refused & DRIFT:
            self.seen.drifted.append(page.url)
        names_listed = bool(self.suppression) and (
            any(map(self.suppression.names_by_name, kept))
            or self.suppression.mentions(page.body.decode("utf-8", "replace"))
        )
        follow = list(self._follow(pending, kept))
        self._look_for_news(pending.request, kept, refused)
        self.store.settle(
            self.name,
            pending.request,
            page=page,
            records=kept,
            follow=follow,
            parser_version=version_of(self.source),
            archive=Code.NOT_A_PAGE not in refused and not held and not names_listed,
            reading=reading,
            outline=outline or outline_of(records),
            again=outline is not None,
        )
        self.seen.waiting += sum(request.source == self.source.name for request, _ in follow) - 1
        _count(self.seen, page, kept, held)

    def _follow(self, pending: Pending, kept: Sequence[Record]) -> Iterator[tuple[Request, int]]:
        """The links worth asking, with their depth. A further page of the same listing lies no deeper."""
        listing = listing_of(pending.request)
        for request in (record for record in kept if isinstance(record, Request)):
            ours, key = request.source == self.source.name, page_key(request)
            if (ours and key in self.queue) or not (self.may_follow(request) or _at_home(request, pending.request)):
                continue
            depth = pending.depth + (not ours or listing_of(request) != listing)
            if depth > self.budget.depth:
                self.cut["deepest", _site(pending.request.url)] += 1
            elif ours and len(self.queue) >= self.budget.urls:
                self.cut["most_urls", _site(pending.request.url)] += 1
            else:
                if ours:
                    self.queue.add(key)
                yield request, depth

    def _look_for_news(self, request: Request, kept: Sequence[Record], refused: set[Code]) -> None:
        """Note a page that brought nothing new to this run: two in a row, and its listing is at its end."""
        if refused & DRIFT:
            return
        listing = listing_of(request)
        onward = {r.key for r in kept if isinstance(r, Request) and listing_of(r) != listing}
        said = {identity for record in kept if (identity := _identity(record)) is not None}
        news = (said | onward) - self.told
        self.told |= news
        self.barren[listing] = 0 if news else self.barren[listing] + 1
        if said and not news and self.listed[listing] > 1:
            repeats = "everybody on this page stood on an earlier page of this run; expected others"
            self.seen.tell(Refused(Code.SUSPICIOUS_YIELD, request.url, repeats))

    def sum_up(self) -> None:
        """One notice for each limit that was reached, with the number left out."""
        for (reason, where), count in sorted(self.cut.items()):
            if reason == "drift":
                told = f"{self.drifting[where].reason}; {count} left for the next run, and what was kept before stays"
                self.seen.note(Refused(Code.SCHEMA_DRIFT, where, told))
            else:
                self.seen.note(Refused(Code.LIMIT, where.partition(" ")[2] or where, counted(count, _LEFT_OUT[reason])))


_LEFT_OUT = {
    "barren": "pages left out: the last ones brought nothing new (barren_pages)",
    "most_list_pages": "pages of this listing left for the next run (most_list_pages)",
    "deepest": "links left out: too far from a start (deepest)",
    "most_urls": "links left out: the queue is full (most_urls)",
}


def _identity(record: Record) -> object:
    """What makes a record the same as one on an earlier page; None for what no page is read for."""
    match record:
        case Account():
            return str(record.key)
        case Evidence():
            return record.id
        case Event():
            return record.url
    return None


def _count(seen: SourceResult, page: Page, kept: Sequence[Record], held: int) -> None:
    acts = [record for record in kept if isinstance(record, Evidence)]
    seen.fetched += 1
    seen.unchanged += page.unchanged
    seen.bytes += 0 if page.unchanged else len(page.body)
    seen.parsed += bool(kept)
    seen.held_back += held
    seen.accounts += sum(isinstance(record, Account) for record in kept)
    seen.events += sum(isinstance(record, Event) for record in kept)
    seen.evidence += len(acts)
    seen.credited += sum(item.account is not None for item in acts)


def _site(url: str) -> str:
    """Scheme, host and port, with the slash that ends them: what all addresses of a site begin with."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/"


def _domain(url: str) -> str:
    """What a site's pages have in common, over all of its hosts."""
    host = host_of(url)
    return registered(host) or host


def _at_home(request: Request, origin: Request) -> bool:
    """Whether a follow-up stays with the same source on the site that was asked before."""
    return request.source == origin.source and same_site(host_of(request.url), host_of(origin.url))
