"""The loop that every source shares: ask, read, keep, follow. It can be killed at any moment and goes on from there."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from urllib.parse import urlsplit

from scrapers.collect.crawl_state import CrawlState
from scrapers.collect.source_result import SourceResult
from scrapers.faults import Fault, Interrupted
from scrapers.fetch.door import Fetching
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
    on_page: Callable[[SourceResult], None] = lambda _: None,
    out_of_time: Callable[[], bool] = lambda: False,
) -> SourceResult:
    """Ask everything that crawl `name` of this source still has to ask, `first` before the rest; keep what pages say.

    A failure is counted and the crawl goes on. After five in a row, or when it asks for a long wait again, a site is
    left alone, and what is left of it stays pending for the next run.
    """
    seen = seen or SourceResult(source.name)
    seen.most = budget.pages
    first, begin = ([each for each in asked if not suppression.has_url(each.url)] for asked in (first, start))
    store.ask_first(name, first)
    store.ask(name, begin)
    chosen = frozenset(map(page_key, (*first, *begin)))
    with BoundedReader() as reader:
        walk = CrawlState(source, reader, store, suppression, name, may_follow, budget, seen, chosen)
        for pending in walk.requests():
            if seen.asked >= budget.pages or out_of_time():
                seen.left_out = store.pending(name).get(source.name, 0)
                limit = "most_pages" if seen.asked >= budget.pages else "most_minutes"
                told = f"{counted(seen.left_out, 'pages left for the next run')} ({limit})"
                seen.note(Refused(Code.LIMIT, pending.request.url, told))
                break
            try:
                if not walk.wants(pending):
                    continue
                seen.asked += 1
                known = walk.known(pending.request)
                answer = door.fetch(
                    replace(pending.request, headers={**source.headers, **pending.request.headers}),
                    known=known.page if known else None,
                    pause=source.seconds_between_requests,
                    token=token,
                    token_host=source.token_host,
                )
                walk.take(pending, answer, known)
            except (Fault, Interrupted, MemoryError):
                raise
            except Exception as error:  # one odd request costs that request; what went wrong is told by its kind
                walk.set_aside(pending, error)
            on_page(seen)
    walk.sum_up()
    return seen


def is_followed(source: Source, url: str) -> bool:
    """Whether a source's rules name the host of a follow-up request."""
    host = (urlsplit(url).hostname or "").casefold()
    return any(host == rule.lstrip(".") or (rule.startswith(".") and host.endswith(rule)) for rule in source.follow)
