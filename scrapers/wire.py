"""One guarded exchange: resolve once, check every address, connect to the checked one, read within time and size.

The guards stand in the network backend of httpcore, below everything that parses, so that neither a redirect, a
slow header, a TLS handshake nor an endless body can pass them by.
"""

from __future__ import annotations

import logging
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any

import httpcore
import httpx

from scrapers.answers import Answer, FetchFailed, is_json
from scrapers.netguard import STANDARD, Limits, NotAllowed, is_public, place
from scrapers.records import Code

for _chatty in ("httpx", "httpcore"):  # both log whole URLs and headers, which may hold secrets
    logging.getLogger(_chatty).setLevel(logging.WARNING)

_STEP = 256 * 1024  # bytes inflated at a time


class Wire:
    """A pool of guarded connections, shared by a whole run. Threads may share it; `close` ends them all."""

    def __init__(self, user_agent: str, allow: Collection[str] = (), limits: Limits = STANDARD) -> None:
        self._limits = limits
        self._guard = _Guard(frozenset(allow), limits)
        pool = httpcore.ConnectionPool(
            ssl_context=httpx.create_ssl_context(trust_env=False),
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
    ) -> Answer:
        """The whole answer of one request; redirects are not followed. Raises FetchFailed for all that goes wrong.

        With `first`, reading stops quietly after that many bytes of body.
        """
        budget = self._guard.begin(self._limits.wire if first is None else first + 64 * 1024)
        try:
            return self._read(url, self._client.build_request(method, url, headers=headers, content=content), first)
        except FetchFailed as failed:
            failed.took = budget.spent()
            raise
        except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, OSError) as fault:
            named = _named(str(url), fault, self._limits)
            named.took = budget.spent()
            raise named from fault
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as fault:  # httpx looks at Location before we do
            raise FetchFailed(Code.REDIRECTS, str(url), "leads to something that is no URL") from fault

    def _read(self, url: httpx.URL, request: httpx.Request, first: int | None) -> Answer:
        started = time.monotonic()
        with closing(self._client.send(request, stream=True)) as response:
            headers = _headers(str(url), response.headers, self._limits)
            declared = headers.get("content-length", "")
            if first is None and declared.isdecimal() and int(declared) > self._limits.wire:
                raise _too_large(str(url), self._limits.wire)
            cap = first or (self._limits.json if is_json(headers) else self._limits.body)
            body = bytearray()
            for part in _decoded(str(url), response.iter_raw(), headers.get("content-encoding", "")):
                body += part
                if len(body) > cap:
                    if first is None:
                        raise _too_large(str(url), cap)
                    break
        whole = bytes(body if first is None else body[:first])
        return Answer(str(url), response.status_code, whole, headers, time.monotonic() - started)


def _headers(url: str, received: httpx.Headers, limits: Limits) -> dict[str, str]:
    if sum(len(name) + len(value) for name, value in received.raw) > limits.headers:
        raise FetchFailed(Code.TOO_LARGE, url, f"headers above {limits.headers} bytes")
    headers = dict(received)  # repeated fields joined by a comma
    if "x-robots-tag" in headers:  # fields for everybody first, those that name a crawler after them
        headers["x-robots-tag"] = ", ".join(sorted(received.get_list("x-robots-tag"), key=lambda field: ":" in field))
    return headers


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


def _named(url: str, fault: Exception, limits: Limits) -> FetchFailed:
    """The failure that a fault of the network amounts to."""
    beneath = next(iter(fault.args), None)  # httpcore wraps what h11 or the socket raised, and drops the cause
    if isinstance(beneath, ssl.SSLCertVerificationError):
        detail = f"its certificate is not valid ({beneath.verify_message}); never read without one"
        return FetchFailed(Code.UNREACHABLE, url, detail)
    if isinstance(fault, httpcore.TimeoutException | TimeoutError):
        return FetchFailed(Code.TIMEOUT, url, f"no whole answer within {limits.attempt:.0f} s", passing=True)
    if isinstance(fault, httpcore.LocalProtocolError):
        return FetchFailed(Code.CONFIG, url, "the request has a header that cannot be sent; check the source's headers")
    if isinstance(fault, httpcore.ConnectError):
        return FetchFailed(Code.UNREACHABLE, url, f"no connection ({fault})", passing=True)
    if getattr(beneath, "error_status_hint", None) == 431:  # how h11 says that headers do not end
        return FetchFailed(Code.TOO_LARGE, url, f"headers above {limits.headers} bytes")
    return FetchFailed(Code.TRUNCATED, url, f"the answer breaks off ({fault or type(fault).__name__})", passing=True)


@dataclass(slots=True)
class _Budget:
    """What is left of one attempt: time on the monotonic clock, bytes on the wire."""

    started: float
    deadline: float
    room: int

    def spent(self) -> float:
        return time.monotonic() - self.started

    def left(self, late: type[httpcore.TimeoutException]) -> float:
        seconds = self.deadline - time.monotonic()
        if seconds <= 0:
            raise late("the attempt has used up its time")
        return seconds


class _Guard(httpcore.NetworkBackend):
    """Connects to checked addresses only. Each thread works on one attempt at a time, with one budget."""

    def __init__(self, allow: frozenset[str], limits: Limits) -> None:
        self._allow, self._limits = allow, limits
        self._sockets = httpcore.SyncBackend()
        self._attempt = threading.local()

    def begin(self, wire: int) -> _Budget:
        """Start the clock of an attempt of this thread; its answer may have that many bytes beside its headers."""
        now = time.monotonic()
        self._attempt.budget = _Budget(now, now + self._limits.attempt, wire + self._limits.headers)
        return self.budget

    @property
    def budget(self) -> _Budget:
        budget: _Budget = self._attempt.budget
        return budget

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        addresses = _resolve(host, port, self.budget.left(httpcore.ConnectTimeout))
        if place(host, port) not in self._allow and not all(map(is_public, addresses)):
            raise NotAllowed(Code.SSRF_REFUSED, host, "resolves to an address that is not public")
        for tried, address in enumerate(addresses, start=1):
            patience = self.budget.left(httpcore.ConnectTimeout) / (len(addresses) - tried + 1)
            try:
                stream = self._sockets.connect_tcp(address, port, patience, local_address, socket_options or ())
                return _GuardedStream(stream, self)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if tried == len(addresses):
                    raise
        raise httpcore.ConnectError(f"{host} has no address")


class _GuardedStream(httpcore.NetworkStream):
    """A connection whose every read and write is held to the budget of the attempt that it serves."""

    def __init__(self, stream: httpcore.NetworkStream, guard: _Guard) -> None:
        self._stream, self._guard = stream, guard

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        budget = self._guard.budget
        data = self._stream.read(max_bytes, budget.left(httpcore.ReadTimeout))
        budget.room -= len(data)
        if budget.room < 0:
            raise FetchFailed(Code.TOO_LARGE, "", "too many bytes on the wire")
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        self._stream.write(buffer, self._guard.budget.left(httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        patience = self._guard.budget.left(httpcore.ConnectTimeout)
        return _GuardedStream(self._stream.start_tls(ssl_context, server_hostname, patience), self._guard)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _resolve(host: str, port: int, patience: float) -> list[str]:
    """Every address of a name, asked once. The system's resolver knows no deadline, so a thread keeps it for us."""
    found: list[str] = []
    fault: list[OSError] = []

    def look_up() -> None:
        try:
            answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found.extend(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in answers))
        except (OSError, UnicodeError) as problem:
            fault.append(problem if isinstance(problem, OSError) else OSError(str(problem)))

    thread = threading.Thread(target=look_up, daemon=True, name="headwater-lookup")
    thread.start()
    thread.join(patience)
    if thread.is_alive():
        raise httpcore.ConnectTimeout(f"no answer to the question for {host}")
    if fault and isinstance(fault[0], socket.gaierror) and fault[0].errno == socket.EAI_NONAME:
        raise FetchFailed(Code.UNREACHABLE, host, "no such name; check the address, or remove it from sources.toml")
    if fault:
        raise httpcore.ConnectError(str(fault[0]))
    return found


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
