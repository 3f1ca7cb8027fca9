"""Crawl loop of every source: fetch, parse, store, follow. Killed at any moment, it resumes from the store."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from threading import Event

from scrapers.collect.crawl_state import CrawlState
from scrapers.collect.source_result import SourceResult
from scrapers.faults import Fault, Interrupted
from scrapers.fetch.door import Fetching
from scrapers.fetch.retries import Clock
from scrapers.reading.bounded import BoundedReader
from scrapers.records import Code, Refused, Request
from scrapers.rights.suppression import SuppressionList
from scrapers.sources import Source
from scrapers.sources.budget import STANDARD, Budget
from scrapers.store import Store
from scrapers.store.sql.rows import page_key
from scrapers.text import counted


def crawl(
    source: Source,
    start: Iterable[Request],
    door: Fetching,
    store: Store,
    suppression: SuppressionList,
    *,
    name: str,
    may_follow: Callable[[Request], bool],
    budget: Budget = STANDARD,
    token: str | None = None,
    first: Iterable[Request] = (),
    seen: SourceResult | None = None,
    on_page: Callable[[SourceResult], None] | None = None,
    stop: Event | None = None,
) -> SourceResult:
    """Fetch what the crawl called `name` has pending for one source, `first` before all others; store the records.

    Failures are counted, not raised. After five failures in a row, or a second request for a long wait, a site is
    skipped and its requests stay pending for the next run. `stop` and the seconds of `budget` end the crawl early.
    """
    seen, clock = seen or SourceResult(source.name), Clock()
    until = clock.monotonic() + budget.seconds
    seen.most = budget.pages
    first, start = ([r for r in requests if not suppression.has_url(r.url)] for requests in (first, start))
    store.ask_first(name, first)
    store.ask(name, start)
    chosen = frozenset(map(page_key, (*first, *start)))
    with BoundedReader() as reader:
        state = CrawlState(source, reader, store, suppression, name, may_follow, budget, seen, chosen)
        for pending in state.requests():
            if seen.asked >= budget.pages or clock.monotonic() >= until or (stop and stop.is_set()):
                seen.left_out = store.pending(name).get(source.name, 0)
                limit = "most_pages" if seen.asked >= budget.pages else "most_minutes"
                detail = f"{counted(seen.left_out, 'pages left for the next run')} ({limit})"
                seen.note(Refused(Code.LIMIT, pending.request.url, detail))
                break
            try:
                if not state.wants(pending):
                    continue
                seen.asked += 1
                known = state.known(pending.request)
                answer = door.fetch(
                    replace(pending.request, headers={**source.headers, **pending.request.headers}),
                    known=known.page if known else None,
                    pause=source.seconds_between_requests,
                    token=token,
                    token_host=source.token_host,
                )
                state.take(pending, answer, known)
            except (Fault, Interrupted, MemoryError):
                raise
            except Exception as error:  # an unexpected error costs one request, not the crawl
                state.set_aside(pending, error)
            if on_page:
                on_page(seen)
    state.sum_up()
    return seen
