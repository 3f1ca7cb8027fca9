"""Connections to checked addresses: resolve once, check every address, connect to the checked one, within a budget.

The guards stand in the network backend of httpcore, below everything that parses, so that neither a redirect, a
slow header, a TLS handshake nor an endless body can pass them by.
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import httpcore

from scrapers.fetch.addresses import Limits, NotAllowed, is_public, place
from scrapers.fetch.responses import FetchFailed
from scrapers.records import Code


@dataclass(slots=True)
class AttemptBudget:
    """Remaining budget of one attempt: time on the monotonic clock, bytes on the wire."""

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


class GuardedBackend(httpcore.NetworkBackend):
    """Connects to checked addresses only. Each thread works on one attempt at a time, with one budget."""

    def __init__(self, allow: frozenset[str], limits: Limits) -> None:
        self._allow, self._limits = allow, limits
        self._sockets = httpcore.SyncBackend()
        self._attempt = threading.local()

    def begin(self, wire: int, seconds: float | None = None) -> AttemptBudget:
        """Start the clock of an attempt of this thread; its answer may have that many bytes beside its headers."""
        now = time.monotonic()
        seconds = self._limits.attempt if seconds is None else seconds
        self._attempt.budget = AttemptBudget(now, now + seconds, wire + self._limits.headers)
        return self.budget

    @property
    def budget(self) -> AttemptBudget:
        budget: AttemptBudget = self._attempt.budget
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

    def __init__(self, stream: httpcore.NetworkStream, guard: GuardedBackend) -> None:
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
