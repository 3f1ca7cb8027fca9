"""How often, and how patiently, one URL is asked. The same steps serve the web and an archive."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from random import SystemRandom

from scrapers.fetch.addresses import Limits
from scrapers.fetch.responses import FetchFailed, Response, failure_of, redirect_of
from scrapers.records import Code, Page, Request

_OWN = frozenset({"host", "user-agent", "accept-encoding", "authorization", "cookie", "content-length", "connection"})


@dataclass(frozen=True, slots=True)
class Clock:
    """Time as seen from here: intervals, the calendar, sleep, and the spread of our own pauses."""

    monotonic: Callable[[], float] = time.monotonic
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    sleep: Callable[[float], None] = time.sleep
    jitter: Callable[[], float] = lambda: SystemRandom().uniform(1.0, 1.5)


@dataclass(slots=True)
class RetryingRequest:
    """All that is done for one request: redirects followed, passing failures tried again, waits kept.

    `ask` answers one URL or raises FetchFailed; `wait(url, reason, seconds)` waits, or only counts.
    """

    ask: Callable[[Request], Response]
    wait: Callable[[str, str, float], None]
    limits: Limits
    clock: Clock
    spent: float = field(default=0.0, init=False)

    def obtain(self, request: Request, known: Page | None = None) -> Page:
        """The page, or the `known` one marked unchanged after a 304; raises FetchFailed."""
        hop = replace(request, headers=_sendable(request))
        seen: set[tuple[str, str]] = set()
        for _ in range(self.limits.redirects + 1):
            seen.add((hop.method, hop.url))
            answer = self._persist(_conditional(hop, known))
            if answer.status == 304 and known is not None:
                return replace(known, unchanged=True, fetched_at=self.clock.now())
            if (target := redirect_of(answer)) is None:
                return self._page(request, hop, answer)
            hop = _redirected(hop, answer, target)
            if (hop.method, hop.url) in seen:
                raise FetchFailed(Code.REDIRECTS, request.url, "redirects in a circle")
        raise FetchFailed(Code.REDIRECTS, request.url, f"more than {self.limits.redirects} redirects")

    def _page(self, request: Request, hop: Request, answer: Response) -> Page:
        now = self.clock.now()
        if failure := failure_of(answer, now):
            failure.url = hop.url
            raise failure
        return Page(
            source=request.source,
            url=request.url,
            body=answer.body,
            fetched_at=now,
            status=answer.status,
            final_url=hop.url,
            headers=answer.headers,
            request_key=request.key,
        )

    def _persist(self, hop: Request) -> Response:
        """One URL asked until it answers: at most `limits.tries` times, and never beyond our own time for it."""
        for tried in range(1, self.limits.tries + 1):
            try:
                answer = self.ask(hop)
                self.spent += answer.took
                failure = failure_of(answer, self.clock.now())
                if failure is None or not failure.passing:
                    return answer
            except FetchFailed as failed:
                failure = failed
                self.spent += failed.took
            failure.url = hop.url
            if not failure.passing or tried == self.limits.tries:
                raise failure
            self._pause(hop, failure, tried)
        raise AssertionError("the last try either answers or raises")

    def _pause(self, hop: Request, failure: FetchFailed, tried: int) -> None:
        """Wait as long as asked, else ever longer; raises the failure where a further try would not fit."""
        if failure.asked is not None:
            if failure.asked > self.limits.longest_wait:
                detail = f"the site asks us to wait {failure.asked:.0f} s; put off, the rest goes on"
                raise FetchFailed(Code.RATE_DEFERRED, hop.url, detail, limited=True, asked=failure.asked)
            self.wait(hop.url, "asked", failure.asked)
            return
        seconds = 2.0 ** (tried - 1) * self.clock.jitter()
        if self.spent + seconds + self.limits.attempt > self.limits.trying:
            raise failure
        self.spent += seconds
        self.wait(hop.url, "retry", seconds)


def _sendable(request: Request) -> dict[str, str]:
    """The source's own headers, without those that say who we are or that are secrets."""
    return {name.lower(): value for name, value in request.headers.items() if name.lower() not in _OWN}


def _conditional(hop: Request, known: Page | None) -> Request:
    """The request with the validators of the known page, where it asks for the very URL that gave it."""
    if known is None or hop.method != "GET" or hop.url != (known.final_url or known.url):
        return hop
    told = {"if-none-match": known.headers.get("etag"), "if-modified-since": known.headers.get("last-modified")}
    return replace(hop, headers={**hop.headers, **{name: value for name, value in told.items() if value}})


def _redirected(hop: Request, answer: Response, target: str) -> Request:
    if hop.url.lower().startswith("https:") and target.lower().startswith("http:"):
        raise FetchFailed(Code.REDIRECTS, hop.url, "leads from https to http; not followed")
    if answer.status in {301, 302, 303}:  # as every browser does (RFC 9110, 15.4)
        return replace(hop, url=target, method="GET", body=None)
    return replace(hop, url=target)
