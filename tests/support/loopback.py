"""A web server on this machine that says what a test tells it to, byte for byte, and remembers who asked."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

NO_RULES = "User-agent: *\nDisallow:\n"


@dataclass(frozen=True)
class Reply:
    """One answer. `raw` goes out as it is and ends the connection; `length` lies about the body's size."""

    body: bytes | str = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    length: int | None = None
    raw: bytes | None = None
    write: Callable[[Any], None] | None = None  # writes the answer itself, to a file-like connection


@dataclass(frozen=True)
class Asked:
    """One request as the server saw it."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    at: float


class Site:
    """`site.says("/path", Reply(...), ...)`: answers in order, the last one repeats; else 404."""

    def __init__(self, robots: str | Reply = NO_RULES) -> None:
        self._replies: dict[str, list[Reply]] = {}
        self._given: defaultdict[str, int] = defaultdict(int)
        self._lock = threading.Lock()
        self._open = 0
        self.most_at_once = 0
        self.connections = 0
        self.asked: list[Asked] = []
        self.says("/robots.txt", robots if isinstance(robots, Reply) else Reply(robots))
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        self.place = f"127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def says(self, path: str, *replies: Reply) -> None:
        self._replies[path] = list(replies)

    def url(self, path: str = "/") -> str:
        return f"http://{self.place}{path}"

    def pages(self) -> list[Asked]:
        """The requests other than those for robots.txt."""
        return [asked for asked in self.asked if asked.path != "/robots.txt"]

    def reply_to(self, asked: Asked) -> Reply:
        with self._lock:
            self.asked.append(asked)
            replies = self._replies.get(asked.path)
            nth = self._given[asked.path]
            self._given[asked.path] += 1
        return replies[min(nth, len(replies) - 1)] if replies else Reply("nothing here", 404)

    def count(self, step: int) -> None:
        with self._lock:
            self._open += step
            self.most_at_once = max(self.most_at_once, self._open)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        pass  # a client that hangs up is what many tests are about


def _handler(site: Site) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            super().setup()
            site.connections += 1

        def do_GET(self) -> None:
            site.count(1)
            try:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                told = {name.lower(): value for name, value in self.headers.items()}
                self._answer(site.reply_to(Asked(self.command, self.path, told, body, time.monotonic())))
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True
            finally:
                site.count(-1)

        do_POST = do_GET

        def _answer(self, reply: Reply) -> None:
            if reply.raw is not None or reply.write is not None:
                self.close_connection = True
                if reply.write is not None:
                    reply.write(self.wfile)
                else:
                    self.wfile.write(reply.raw or b"")
                return
            body = reply.body.encode() if isinstance(reply.body, str) else reply.body
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            if reply.status != 304:
                self.send_header("Content-Length", str(len(body) if reply.length is None else reply.length))
            self.end_headers()
            if reply.status != 304:
                self.wfile.write(body)
            if reply.length is not None:
                self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler
