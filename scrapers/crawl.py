"""The loop that every source shares: ask, read, keep, follow. It can be killed at any moment and goes on from there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol
from urllib.parse import urlsplit

from scrapers.hosts import host_of, same_site
from scrapers.reading import read_page
from scrapers.records import Account, Code, Event, Evidence, Page, Record, Refused, Request
from scrapers.sources import Source
from scrapers.store import Pending, Store
from scrapers.suppression import SuppressionList

DEEPEST = 5
FAILURES_IN_A_ROW = 5
# What a site may answer without anything being wrong: such a page is no failure of the source.
HARMLESS = frozenset({Code.GONE, Code.EMPTY, Code.NOINDEX, Code.NOT_ARCHIVED, Code.SUPPRESSED, Code.LIMIT})


class Door(Protocol):
    """Whatever answers requests: the web, politely, or an archive."""

    def fetch(
        self,
        request: Request,
        *,
        known: Page | None = None,
        pause: float = 1.0,
        token: str | None = None,
        token_host: str | None = None,
    ) -> Page | Refused: ...


@dataclass(slots=True)
class Yield:
    """What one source gave in one run: the funnel from pages to kept evidence, and every refusal."""

    source: str
    resumed: int = 0
    fetched: int = 0
    unchanged: int = 0
    parsed: int = 0
    accounts: int = 0
    evidence: int = 0
    credited: int = 0
    events: int = 0
    held_back: int = 0
    left_out: int = 0
    refused: Counter[Code] = field(default_factory=Counter)
    failures: list[Refused] = field(default_factory=list)

    @property
    def outcome(self) -> str:
        """whole, degraded (something failed, something came) or failed (nothing came)."""
        if not self.failures:
            return "whole"
        return "degraded" if self.parsed else "failed"

    def note(self, refusal: Refused) -> None:
        """Count a refusal; one that is the source's fault is kept for the report."""
        self.refused[refusal.code] += 1
        if refusal.code not in HARMLESS:
            self.failures.append(refusal)


def crawl(
    source: Source,
    start: Iterable[Request],
    door: Door,
    store: Store,
    suppression: SuppressionList,
    *,
    name: str,
    may_follow: Callable[[Request], bool],
    most_pages: int = 500,
    token: str | None = None,
    seen: Yield | None = None,
    on_page: Callable[[Yield], None] = lambda _: None,
) -> Yield:
    """Ask everything that crawl `name` of this source still has to ask, and keep what the pages say.

    A failure is counted and the crawl goes on; after five in a row, or when the site asks for a long wait, it stops
    and what is left stays pending for the next run.
    """
    seen = seen or Yield(source.name)
    store.ask(name, (request for request in start if not suppression.has_url(request.url)))
    in_a_row = 0
    while pending := store.next_request(name, source.name):
        if seen.fetched >= most_pages:
            seen.left_out = store.pending(name).get(source.name, 0)
            seen.note(Refused(Code.LIMIT, pending.request.url, f"{seen.left_out} pages left for the next run"))
            break
        if suppression.has_url(pending.request.url):
            store.settle(name, pending.request, state=Code.SUPPRESSED.value)
            seen.held_back += 1
            continue
        answer = door.fetch(
            replace(pending.request, headers={**source.headers, **pending.request.headers}),
            known=store.archived(pending.request),
            pause=source.seconds_between_requests,
            token=token,
            token_host=source.token_host,
        )
        if isinstance(answer, Refused):
            seen.note(answer)
            if answer.code is Code.RATE_DEFERRED:
                break
            _settle_refusal(store, name, pending.request, answer)
            in_a_row = 0 if answer.code in HARMLESS else in_a_row + 1
            if in_a_row >= FAILURES_IN_A_ROW:
                break
        else:
            in_a_row = 0
            _keep(source, pending, answer, store, suppression, name, may_follow, seen)
        on_page(seen)
    return seen


def _settle_refusal(store: Store, name: str, request: Request, refusal: Refused) -> None:
    if refusal.code is Code.GONE:
        store.forget_page(name, request)
    else:
        store.settle(name, request, state=refusal.code.value)


def _keep(
    source: Source,
    pending: Pending,
    page: Page,
    store: Store,
    suppression: SuppressionList,
    name: str,
    may_follow: Callable[[Request], bool],
    seen: Yield,
) -> None:
    """Read a page and keep it with what it says; one transaction."""
    records = read_page(source, page)
    for refusal in (r for r in records if isinstance(r, Refused)):
        seen.note(refusal)
    kept, held = suppression.apply(r for r in records if not isinstance(r, Refused))
    wrong_page = any(isinstance(r, Refused) and r.code is Code.NOT_A_PAGE for r in records)
    names_listed = bool(suppression) and suppression.mentions(page.body.decode("utf-8", "replace"))
    asked = [r for r in kept if isinstance(r, Request) and pending.depth < DEEPEST]
    follow = [r for r in asked if may_follow(r) or _at_home(r, pending.request)]
    store.settle(
        name,
        pending.request,
        page=page,
        records=kept,
        follow=[(request, pending.depth + 1) for request in follow],
        parser_version=source.version,
        archive=not wrong_page and not names_listed,
    )
    _count(seen, page, kept, held)


def _count(seen: Yield, page: Page, kept: Sequence[Record], held: int) -> None:
    acts = [record for record in kept if isinstance(record, Evidence)]
    seen.fetched += 1
    seen.unchanged += page.unchanged
    seen.parsed += bool(kept)
    seen.held_back += held
    seen.accounts += sum(isinstance(record, Account) for record in kept)
    seen.events += sum(isinstance(record, Event) for record in kept)
    seen.evidence += len(acts)
    seen.credited += sum(item.account is not None for item in acts)


def _at_home(request: Request, origin: Request) -> bool:
    """Whether a follow-up stays with the same source on the site that was asked before."""
    return request.source == origin.source and same_site(host_of(request.url), host_of(origin.url))


def is_followed(source: Source, url: str) -> bool:
    """Whether a source's rules name the host of a follow-up request."""
    host = (urlsplit(url).hostname or "").casefold()
    return any(host == rule.lstrip(".") or (rule.startswith(".") and host.endswith(rule)) for rule in source.follow)
