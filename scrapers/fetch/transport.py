"""HTTP exchange over guarded connections: whole, within its sizes, and every fault named."""

from __future__ import annotations

import logging
import ssl
import time
import zlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import IO

import httpcore
import httpx

from scrapers.fetch.addresses import STANDARD, Limits
from scrapers.fetch.connections import GuardedBackend
from scrapers.fetch.responses import FetchFailed, Response, is_json
from scrapers.records import Code

for _chatty in ("httpx", "httpcore"):  # both log whole URLs and headers, which may hold secrets
    logging.getLogger(_chatty).setLevel(logging.WARNING)

_STEP = 256 * 1024  # bytes inflated at a time


class Transport:
    """A pool of guarded connections, shared by a whole run. Threads may share it; `close` ends them all."""

    def __init__(self, user_agent: str, allow: Collection[str] = (), limits: Limits = STANDARD) -> None:
        self._limits = limits
        self._guard = GuardedBackend(frozenset(allow), limits)
        pool = httpcore.ConnectionPool(
            ssl_context=_trusted(),
            max_connections=20,
            keepalive_expiry=60.0,
            network_backend=self._guard,
        )
        self._client = httpx.Client(
            transport=_Transport(pool),
            headers={"user-agent": user_agent, "accept": "*/*", "accept-encoding": "gzip"},
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),  # none is kept, none is sent
            timeout=limits.attempt,
            trust_env=False,
        )

    def close(self) -> None:
        self._client.close()

    def exchange(
        self,
        url: httpx.URL,
        *,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        first: int | None = None,
        into: IO[bytes] | None = None,
    ) -> Response:
        """The whole answer of one request; redirects are not followed. Raises FetchFailed for all that goes wrong.

        With `first`, reading stops quietly after that many bytes of body. With `into`, the body of a 200 is written
        there as it came over the wire, from the beginning, under the limits for bulk files; the answer has no body.
        """
        try:
            request = self._client.build_request(method, url, headers=headers, content=content)
        except ValueError as fault:
            raise _unsendable(str(url)) from fault
        limits = self._limits
        if into is not None:
            limits = replace(limits, wire=limits.bulk, attempt=limits.bulk_attempt)
        budget = self._guard.begin(limits.wire if first is None else first + 64 * 1024, limits.attempt)
        try:
            return self._read(url, request, limits, first, into)
        except FetchFailed as failed:
            failed.took = budget.spent()
            raise
        except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, OSError) as fault:
            named = _named(str(url), fault, limits)
            named.took = budget.spent()
            raise named from fault
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as fault:  # httpx looks at Location before we do
            raise FetchFailed(Code.REDIRECTS, str(url), "leads to something that is no URL") from fault

    def _read(
        self, url: httpx.URL, request: httpx.Request, limits: Limits, first: int | None, into: IO[bytes] | None
    ) -> Response:
        started = time.monotonic()
        with closing(self._client.send(request, stream=True)) as response:
            headers = _headers(str(url), response.headers, limits)
            declared = headers.get("content-length", "")
            if first is None and declared.isdecimal() and int(declared) > limits.wire:
                raise _too_large(str(url), limits.wire)
            if into is not None and response.status_code == 200:
                _save(str(url), response.iter_raw(), into)
                return Response(str(url), 200, b"", headers, time.monotonic() - started)
            cap = first or (limits.json if is_json(headers) else limits.body)
            body = bytearray()
            for part in _decoded(str(url), response.iter_raw(), headers.get("content-encoding", "")):
                body += part
                if len(body) > cap:
                    if first is None:
                        raise _too_large(str(url), cap)
                    break
        whole = bytes(body if first is None else body[:first])
        return Response(str(url), response.status_code, whole, headers, time.monotonic() - started)


@cache
def _trusted() -> ssl.SSLContext:
    """The certificate authorities that we trust (certifi's); reading them takes longer than a page."""
    return httpx.create_ssl_context(trust_env=False)


def _headers(url: str, received: httpx.Headers, limits: Limits) -> dict[str, str]:
    if sum(len(name) + len(value) for name, value in received.raw) > limits.headers:
        raise FetchFailed(Code.TOO_LARGE, url, f"headers above {limits.headers} bytes")
    fields: dict[str, list[str]] = defaultdict(list)
    for name, value in received.multi_items():
        fields[name].append(value)
    headers = {name: ", ".join(values) for name, values in fields.items()}
    if "x-robots-tag" in headers:  # fields for everybody first, those that name a crawler after them
        headers["x-robots-tag"] = ", ".join(sorted(received.get_list("x-robots-tag"), key=lambda field: ":" in field))
    return headers


def _save(url: str, parts: Iterable[bytes], into: IO[bytes]) -> None:
    """The body written as it comes, in place of what an earlier attempt left; raises FetchFailed on a full disk."""
    try:
        into.seek(0)
        into.truncate()
    except OSError as fault:
        raise _unwritten(url, fault) from fault
    for part in parts:
        try:
            into.write(part)
        except OSError as fault:
            raise _unwritten(url, fault) from fault


def _unwritten(url: str, fault: OSError) -> FetchFailed:
    return FetchFailed(Code.STORAGE, url, f"the file could not be written ({fault.strerror or fault}); make room")


def _decoded(url: str, parts: Iterable[bytes], coding: str) -> Iterator[bytes]:
    """The body without its content coding; we ask for gzip alone, once, and accept nothing else."""
    match coding.strip().lower():
        case "" | "identity":
            return iter(parts)
        case "gzip" | "x-gzip":
            return _inflated(url, parts)
        case other:
            raise FetchFailed(Code.BAD_ENCODING, url, f"content coding {other[:40]!r}, only gzip was asked for")


def _inflated(url: str, parts: Iterable[bytes]) -> Iterator[bytes]:
    """A gzip body in steps of bounded size; raises FetchFailed unless it ends where its last checksum says."""
    member, begun = zlib.decompressobj(wbits=31), False
    for part in parts:
        while part:
            begun = True
            if member.eof:  # several members may follow each other (RFC 1952)
                member = zlib.decompressobj(wbits=31)
            try:
                yield member.decompress(part, _STEP)
            except zlib.error:
                raise FetchFailed(Code.BAD_ENCODING, url, "the gzip body is damaged") from None
            part = member.unconsumed_tail or member.unused_data  # noqa: PLW2901
    if begun and not member.eof:
        raise FetchFailed(Code.TRUNCATED, url, "the gzip body breaks off", passing=True)


def _too_large(url: str, cap: int) -> FetchFailed:
    return FetchFailed(Code.TOO_LARGE, url, f"more than {cap} bytes; larger pages are not read")


def _unsendable(url: str) -> FetchFailed:
    return FetchFailed(Code.CONFIG, url, "the request has a header that cannot be sent; check the source's headers")


def _named(url: str, fault: Exception, limits: Limits) -> FetchFailed:
    """The failure that a fault of the network amounts to."""
    beneath = next(iter(fault.args), None)  # httpcore wraps what h11 or the socket raised, and drops the cause
    if isinstance(beneath, ssl.SSLCertVerificationError):
        detail = f"its certificate is not valid ({beneath.verify_message}); never read without one"
        return FetchFailed(Code.UNREACHABLE, url, detail)
    if isinstance(fault, httpcore.TimeoutException | TimeoutError):
        return FetchFailed(Code.TIMEOUT, url, f"no whole answer within {limits.attempt:.0f} s", passing=True)
    if isinstance(fault, httpcore.LocalProtocolError):
        return _unsendable(url)
    if isinstance(fault, httpcore.ConnectError):
        return FetchFailed(Code.UNREACHABLE, url, f"no connection ({fault})", passing=True)
    if getattr(beneath, "error_status_hint", None) == 431:  # how h11 says that headers do not end
        return FetchFailed(Code.TOO_LARGE, url, f"headers above {limits.headers} bytes")
    return FetchFailed(Code.TRUNCATED, url, f"the answer breaks off ({fault or type(fault).__name__})", passing=True)


class _Transport(httpx.BaseTransport):
    """httpx on our own pool. Errors stay those of httpcore, which say more."""

    def __init__(self, pool: httpcore.ConnectionPool) -> None:
        self._pool = pool

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        answer = self._pool.handle_request(
            httpcore.Request(
                request.method,
                httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        return httpx.Response(answer.status, headers=answer.headers, stream=_Body(answer), extensions=answer.extensions)

    def close(self) -> None:
        self._pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._answer.iter_stream())

    def close(self) -> None:
        self._answer.close()
