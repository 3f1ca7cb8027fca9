"""Meaning of a response: a page, a refusal, a wait, a redirect. Pure, and the same for the web and an archive."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urldefrag, urljoin, urlsplit, urlunsplit

from scrapers.records import Code, Page, Refused, Request


class FetchFailed(Exception):
    """A URL was not obtained: why, and what to do. `passing` when another try may do better.

    `asked` holds the seconds that the server asked us to wait, `limited` says that it counts our requests, `took`
    is how long the attempt lasted.
    """

    def __init__(
        self,
        code: Code,
        url: str,
        detail: str,
        *,
        passing: bool = False,
        limited: bool = False,
        asked: float | None = None,
    ) -> None:
        super().__init__(code, url, detail)
        self.code, self.url, self.detail = code, url, detail
        self.passing, self.limited, self.asked = passing, limited, asked
        self.took = 0.0

    def __str__(self) -> str:
        return f"{without_secrets(self.url)}: {self.detail}"

    def refused(self, request: Request) -> Refused:
        """The failure as a record about the request that led to it."""
        elsewhere = "" if self.url == request.url else f" (after a redirect to {without_secrets(self.url)})"
        return Refused(self.code, without_secrets(request.url), self.detail + elsewhere, request.source)


@dataclass(frozen=True, slots=True)
class Response:
    """A complete response from one URL: content coding removed, header names lower case. `took` is in seconds."""

    url: str
    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict, hash=False)
    took: float = 0.0


def refusal(page: Page) -> Refused | None:
    """Return why this response is not a page to read, or None where it is one."""
    failure = failure_of(Response(page.final_url or page.url, page.status, page.body, page.headers), page.fetched_at)
    return Refused(failure.code, without_secrets(page.url), failure.detail, page.source) if failure else None


def failure_of(answer: Response, now: datetime) -> FetchFailed | None:
    """Return the failure that this response means, or None. `now` stands in for a missing `Date` of the server."""
    status, headers = answer.status, answer.headers
    if is_limit(answer):
        asked = seconds_asked(headers, now)
        if asked is None and "rate limit" in answer.body[:2000].decode("utf-8", "replace").lower() and status == 403:
            asked = 60.0  # GitHub: wait a minute at least where a secondary limit names no time
        detail = f"status {status}: too many requests; ask again {_later(asked)}"
        return FetchFailed(Code.RATE_DEFERRED, answer.url, detail, passing=True, limited=True, asked=asked)
    if status == 202 and is_json(headers):
        detail = "status 202: still being prepared; ask again later"
        return FetchFailed(
            Code.RATE_DEFERRED, answer.url, detail, passing=True, limited=True, asked=seconds_asked(headers, now)
        )
    if status == 202 or status in {401, 403, 407}:
        return FetchFailed(Code.BLOCKED, answer.url, f"status {status}: the site does not let us in; we stop here")
    if status == 206:
        return FetchFailed(Code.TRUNCATED, answer.url, "status 206: a part, where the whole was asked", passing=True)
    if 200 <= status < 300:
        return FetchFailed(Code.NOINDEX, answer.url, "the site asks not to be indexed") if noindex(headers) else None
    if status == 304:
        detail = "status 304: unchanged, but the page itself is not in the archive; read it once without conditions"
        return FetchFailed(Code.NOT_ARCHIVED, answer.url, detail)
    if status in {404, 410, 451}:
        return FetchFailed(Code.GONE, answer.url, f"status {status}: no longer public")
    if status in _REDIRECTS:
        detail = f"status {status}: leads to {without_secrets(headers.get('location', 'nowhere'))}"
        return FetchFailed(Code.REDIRECTS, answer.url, detail)
    passing = status >= 500 or status in {408, 425}
    advice = "the site has a fault; the next run asks again" if passing else "check the address in sources.toml"
    asked = seconds_asked(headers, now) if passing else None
    return FetchFailed(Code.HTTP_STATUS, answer.url, f"status {status}: {advice}", passing=passing, asked=asked)


def is_limit(answer: Response) -> bool:
    """True if the server says that we asked too often (a 403 says so in its headers, or in the words of an API)."""
    if answer.status == 429:
        return True
    if answer.status != 403:
        return False
    told = "retry-after" in answer.headers or answer.headers.get("x-ratelimit-remaining") == "0"
    return told or (is_json(answer.headers) and b"rate limit" in answer.body[:2000].lower())


def is_json(headers: Mapping[str, str]) -> bool:
    """True if the headers declare JSON of any kind."""
    return "json" in headers.get("content-type", "").lower()


def seconds_asked(headers: Mapping[str, str], now: datetime) -> float | None:
    """Return the wait that the server asks for, in seconds; None where it asks nothing that makes sense.

    Reads `Retry-After` as seconds or date (RFC 9110, 10.2.3) and, where no request is left, `X-RateLimit-Reset`.
    Dates count from the server's own `Date`, so that a wrong clock on either side does no harm.
    """
    there = _http_date(headers.get("date", "")) or now
    retry = headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,9}", retry):
        return float(retry)
    if (at := _http_date(retry)) is not None:
        return _ahead((at - there).total_seconds())
    reset = headers.get("x-ratelimit-reset", "").strip()
    if headers.get("x-ratelimit-remaining") == "0" and re.fullmatch(r"\d{1,12}(\.\d+)?", reset):
        # an epoch at GitHub and most others; a small number counts from now
        return _ahead(float(reset) - (there.timestamp() if float(reset) > 1e9 else 0.0))
    return None


def quiet_after(answer: Response, now: datetime) -> float:
    """For how many seconds nobody should ask this origin: it says so, or has counted our last request."""
    failure = failure_of(answer, now)
    spent = answer.headers.get("x-ratelimit-remaining") == "0"
    return (failure.asked if failure else seconds_asked(answer.headers, now) if spent else None) or 0.0


def redirect_of(answer: Response) -> str | None:
    """The absolute URL, without fragment, where this answer sends us, or None where it sends us nowhere."""
    location = answer.headers.get("location", "").strip()
    if answer.status not in _REDIRECTS or not location:
        return None
    try:
        return urldefrag(urljoin(answer.url, location)).url
    except ValueError:
        raise FetchFailed(Code.REDIRECTS, answer.url, "leads to something that is no URL") from None


_REDIRECTS = frozenset({301, 302, 303, 307, 308})


def noindex(headers: Mapping[str, str]) -> bool:
    """True if `X-Robots-Tag` asks everybody, or us by name, not to index. What it asks of others is theirs.

    Directives after a name are that crawler's, so a field for everybody has to come first.
    """
    crawler = ""
    for part in headers.get("x-robots-tag", "").lower().split(","):
        name, colon, rest = part.partition(":")
        if colon and not re.match(r"\s*(max-|unavailable_after)", name):
            crawler, part = name.strip(), rest  # noqa: PLW2901
        if crawler in {"", "headwater"} and part.strip() in {"noindex", "none"}:
            return True
    return False


def without_secrets(url: str) -> str:
    """The URL fit for a message: without user and password, and with the values of secrets in its query blanked."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "[not a URL]"
    query = _SECRET.sub(r"\1[secret]", parts.query)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2], query=query))


_SECRET = re.compile(
    r"(?i)((?:^|&)(?:(?=[^&=]*(?:token|secret|passw|signature|credential|apikey|api[_-]key|auth))[^&=]*+"
    r"|[^&=]*[_-]key|key|sig|pwd)=)[^&]*"
)


def _later(asked: float | None) -> str:
    return "later" if asked is None else f"in {asked:.0f} s"


def _ahead(seconds: float) -> float | None:
    return seconds if seconds > 0 else None


def _http_date(text: str) -> datetime | None:
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
