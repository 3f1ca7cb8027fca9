"""Retries and redirects of one request, as steps without I/O. The same steps serve the web and an archive."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
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


@dataclass(frozen=True, slots=True)
class Pause:
    """A wait before the next step. `reason` is `asked` where the site wants it, `retry` where we try again."""

    url: str
    reason: str
    seconds: float


Steps = Generator[Request | Pause, Response | FetchFailed | None, Page]


@dataclass(slots=True)
class RetryingRequest:
    """The steps of one request: redirects followed, passing failures tried again, waits kept. It does no I/O."""

    limits: Limits
    clock: Clock
    spent: float = field(default=0.0, init=False)

    def steps(self, request: Request, known: Page | None = None) -> Steps:
        """Yield each request to send, to be answered by its response or failure, and each pause; return the page.

        After a 304 that is the `known` page, marked unchanged. Raises FetchFailed.
        """
        hop = replace(request, headers=_sendable(request))
        seen: set[tuple[str, str]] = set()
        for _ in range(self.limits.redirects + 1):
            seen.add((hop.method, hop.url))
            answer = yield from self._persist(_conditional(hop, known))
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

    def _persist(self, hop: Request) -> Generator[Request | Pause, Response | FetchFailed | None, Response]:
        """Ask one URL until it answers: at most `limits.tries` times, and never beyond our own time for it."""
        for tried in range(1, self.limits.tries + 1):
            answer = yield hop
            assert answer is not None
            self.spent += answer.took
            failure = answer if isinstance(answer, FetchFailed) else failure_of(answer, self.clock.now())
            if isinstance(answer, Response) and (failure is None or not failure.passing):
                return answer
            assert failure is not None
            failure.url = hop.url
            if not failure.passing or tried == self.limits.tries:
                raise failure
            yield self._pause(hop, failure, tried)
        raise AssertionError("the last try either answers or raises")

    def _pause(self, hop: Request, failure: FetchFailed, tried: int) -> Pause:
        """Return the wait that the site asked for, else an ever longer one; raises the failure where no try fits."""
        if failure.asked is not None:
            if failure.asked > self.limits.longest_wait:
                detail = f"the site asks us to wait {failure.asked:.0f} s; put off, the rest goes on"
                raise FetchFailed(Code.RATE_DEFERRED, hop.url, detail, limited=True, asked=failure.asked)
            return Pause(hop.url, "asked", failure.asked)
        seconds = 2.0 ** (tried - 1) * self.clock.jitter()
        if self.spent + seconds + self.limits.attempt > self.limits.trying:
            raise failure
        self.spent += seconds
        return Pause(hop.url, "retry", seconds)


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
