"""The only HTTP: who we are, robots.txt, pace, retries, conditional requests, deadlines.

Addresses and sizes are guarded in `netguard` and `wire`, patience in `attempts`, the meaning of answers in `answers`.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import IO, Self
from urllib.parse import urljoin

import httpx

from scrapers import __version__
from scrapers.fetch.addresses import STANDARD, Limits, NotAllowed, check_url, origin_of
from scrapers.fetch.pacing import ALONE, NotYet, Pacing
from scrapers.fetch.responses import FetchFailed, Response, quiet_after, redirect_of
from scrapers.fetch.retries import Clock, Pause, RetryingRequest
from scrapers.fetch.robots import FIRST_BYTES, Rules, page_says_noindex, read_rules, unreachable
from scrapers.fetch.transport import Transport
from scrapers.records import Code, Page, Refused, Request

__all__ = ["Clock", "FetchFailed", "Fetcher", "Limits", "NotAllowed", "fetch_once"]

_CLOCK = Clock()
_GRACE = 2.0  # seconds that a lease outlives the longest request


@dataclass(slots=True)
class _Origin:
    """State of one origin (scheme, host and port) in a run. Times are on the monotonic clock."""

    name: str
    lock: threading.Lock = field(default_factory=threading.Lock)
    rules: Rules | None = None
    rules_until: float = -math.inf
    ended: float = -math.inf  # when the last request ended
    held_until: float = -math.inf  # the site asked us not to come before
    failures: int = 0  # in a row
    shut_until: float = -math.inf


class Fetcher:
    """Pages of the web for one run. Threads may share it; an origin gets one request at a time, never two.

    `allow` holds exact `host:port` pairs that need not be public, `by_terms` hosts of APIs that are used under their
    own terms and not under robots.txt. `on_wait(host, reason, seconds)` hears of every
    wait before it begins; the reason is `pace`, `asked` or `retry`. `turns` are those of all workers that ask the same
    sites; `permit(source)` returns once one more request of that source is within a budget that is kept elsewhere.
    """

    def __init__(
        self,
        *,
        contact: str | None = None,
        allow: frozenset[str] = frozenset(),
        by_terms: frozenset[str] = frozenset(),
        on_wait: Callable[[str, str, float], None] | None = None,
        turns: Pacing = ALONE,
        permit: Callable[[str], None] | None = None,
        limits: Limits = STANDARD,
        clock: Clock = _CLOCK,
    ) -> None:
        self._allow, self._on_wait, self._limits, self._clock = allow, on_wait, limits, clock
        self._by_terms, self._turns, self._permit = by_terms, turns, permit
        self._wire = Transport(user_agent(contact), allow, limits)
        self._origins: dict[str, _Origin] = {}
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End every connection."""
        self._wire.close()

    def fetch(
        self,
        request: Request,
        *,
        known: Page | None = None,
        pause: float = 1.0,
        token: str | None = None,
        token_host: str | None = None,
    ) -> Page | Refused:
        """The page, or why it was not obtained; nothing that the web does is an exception.

        With `known`, the page is asked for only if it changed, and `known` comes back marked unchanged. Requests to
        one origin stay `pause` seconds apart. The bearer token goes to `token_host` alone, over https.
        """

        return self._obtain(request, known, self._limits, lambda hop: self._ask(hop, pause, token, token_host))

    def download(
        self, request: Request, into: IO[bytes], *, known: Page | None = None, pause: float = 1.0
    ) -> Page | Refused:
        """A file that is too large for a page, under the limits for bulk files and every other rule of `fetch`.

        It is written to `into` as it came over the wire, and the page that says so has no body. The file is not
        unpacked, so whoever reads it must see to its end; nothing is written where `known` comes back unchanged.
        """
        seconds = self._limits.bulk_attempt
        limits = replace(self._limits, attempt=seconds, trying=2 * seconds + self._limits.trying)
        return self._obtain(request, known, limits, lambda hop: self._ask(hop, pause, None, None, into))

    def _obtain(
        self, request: Request, known: Page | None, limits: Limits, ask: Callable[[Request], Response]
    ) -> Page | Refused:
        origin = None
        try:
            origin = self._origin(check_url(request.url, self._allow))
            self._check_open(origin, request)
            steps, answer = RetryingRequest(limits, self._clock).steps(request, known), None
            while True:
                answer = self._take(steps.send(answer), ask)
        except StopIteration as end:
            page: Page = end.value
        except FetchFailed as failed:
            if origin is not None:
                self._count(origin, failed)
            return failed.refused(request)
        assert origin is not None
        origin.failures = 0
        return page

    def _take(self, step: Request | Pause, ask: Callable[[Request], Response]) -> Response | FetchFailed | None:
        """Ask, or wait."""
        if isinstance(step, Pause):
            self._wait(step.url, step.reason, step.seconds)
            return None
        try:
            return ask(step)
        except FetchFailed as failed:
            return failed

    def _ask(
        self, hop: Request, pause: float, token: str | None, token_host: str | None, into: IO[bytes] | None = None
    ) -> Response:
        """Send one request in its turn: allowed by robots.txt, apart from the one before, alone at its origin."""
        url = check_url(hop.url, self._allow)
        origin = self._origin(url)
        headers = dict(hop.headers)
        if (
            token
            and token_host in {url.host, origin_of(url)}
            and (url.scheme == "https" or origin_of(url) in self._allow)
        ):
            headers["authorization"] = f"Bearer {token}"
        lasts = self._limits.attempt if into is None else self._limits.bulk_attempt
        with origin.lock:
            rules = Rules() if url.host in self._by_terms else self._rules(origin, url, pause, hop.source)
            rules.check(str(url))
            self._take_turn(origin, url, max(pause, rules.delay), lasts, hop.source)
            body, quiet = hop.body.encode() if hop.body is not None else None, 0.0
            try:
                answer = self._wire.exchange(url, method=hop.method, headers=headers, content=body, into=into)
                quiet = quiet_after(answer, self._clock.now())
            finally:
                origin.ended = self._clock.monotonic()
                origin.held_until = max(origin.held_until, origin.ended + quiet)
                self._turns.end_turn(origin.name, quiet=quiet)
        if 200 <= answer.status < 300 and page_says_noindex(answer):
            raise FetchFailed(Code.NOINDEX, hop.url, "the page asks not to be indexed")
        return answer

    def _rules(self, origin: _Origin, url: httpx.URL, pause: float, source: str) -> Rules:
        """The origin's robots.txt, asked once and kept for a day. The page it is asked for may follow it at once."""
        if origin.rules is None or self._clock.monotonic() >= origin.rules_until:
            self._take_turn(origin, url, pause, self._limits.attempt, source)
            try:
                origin.rules = self._read_robots(url)
            finally:
                self._turns.end_turn(origin.name, paced=False)
            origin.rules_until = self._clock.monotonic() + origin.rules.kept
        return origin.rules

    def _read_robots(self, url: httpx.URL) -> Rules:
        target = own = str(url.copy_with(raw_path=b"/robots.txt", fragment=None))
        try:
            for _ in range(self._limits.redirects + 1):
                answer = self._wire.exchange(check_url(target, self._allow), first=FIRST_BYTES)
                to = redirect_of(answer)
                if to is None:
                    return read_rules(answer)
                if target.startswith("https:") and to.startswith("http:"):
                    return unreachable("it leads from https to http")
                target = urljoin(target, to)
        except FetchFailed as failed:
            if failed.code is Code.SSRF_REFUSED and target == own:  # the origin itself, not where it leads
                return Rules(closed=failed.detail, code=failed.code)
            return unreachable(failed.detail)
        return unreachable(f"more than {self._limits.redirects} redirects")

    def _take_turn(self, origin: _Origin, url: httpx.URL, apart: float, lasts: float, source: str) -> None:
        """Wait until the origin may be asked again; raises FetchFailed where that is too far ahead.

        What this process remembers comes first: it holds whatever happens to the clock that all workers share.
        """
        now = self._clock.monotonic()
        held, paced = origin.held_until - now, origin.ended + apart - now
        if max(held, paced) > 0:
            self._stay(url, NotYet(max(held, paced), asked=held > paced))
        if self._permit is not None:
            self._permit(source)
        while (later := self._turns.take_turn(origin.name, apart, lasts + _GRACE)) is not None:
            self._stay(url, later)

    def _stay(self, url: httpx.URL, later: NotYet) -> None:
        if later.asked and later.seconds > self._limits.longest_wait:
            detail = f"the site asks us to wait {later.seconds:.0f} s more; put off, the rest goes on"
            raise FetchFailed(Code.RATE_DEFERRED, str(url), detail, limited=True)
        self._wait(str(url), "asked" if later.asked else "pace", later.seconds)

    def _wait(self, url: str, reason: str, seconds: float) -> None:
        if self._on_wait is not None:
            self._on_wait(httpx.URL(url).host, reason, seconds)
        self._clock.sleep(seconds)

    def _origin(self, url: httpx.URL) -> _Origin:
        with self._lock:
            name = f"{url.scheme}://{origin_of(url)}"
            return self._origins.setdefault(name, _Origin(name))

    def _check_open(self, origin: _Origin, request: Request) -> None:
        """Raise FetchFailed while an origin that failed again and again is left alone."""
        left = origin.shut_until - self._clock.monotonic()
        if left > 0:
            detail = f"not asked: {origin.failures} failures of this site in a row; asked again in {left:.0f} s"
            raise FetchFailed(Code.UNREACHABLE, request.url, detail)

    def _count(self, origin: _Origin, failed: FetchFailed) -> None:
        if failed.code in {Code.GONE, Code.NOINDEX}:
            origin.failures = 0
        elif (failed.passing and not failed.limited) or failed.code is Code.BLOCKED:
            origin.failures += 1
            if origin.failures >= self._limits.failures:
                origin.shut_until = self._clock.monotonic() + self._limits.cooldown


def user_agent(contact: str | None) -> str:
    """Return the User-Agent header: product, version, and whom to turn to. Never a browser."""
    product = f"headwater/{__version__}"
    return f"{product} (+{contact})" if contact else product


def fetch_once(url: str, allow: Collection[str] = ()) -> tuple[int, bytes, str]:
    """Fetch one page as status, body and final URL, under all rules of the client; raises NotAllowed or FetchFailed.

    Redirects to the same origin follow each other half a second apart.
    """
    with Fetcher(allow=frozenset(allow)) as fetcher:
        found = fetcher.fetch(Request("", url), pause=0.5)
    if isinstance(found, Page):
        return found.status, found.body, found.final_url
    ours = {Code.SSRF_REFUSED, Code.ROBOTS_DENIED, Code.ROBOTS_UNREACHABLE}
    raise (NotAllowed if found.code in ours else FetchFailed)(found.code, found.url, found.detail)
