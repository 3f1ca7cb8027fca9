"""CPU of this process per request: the fetch door against a bare shared httpx.Client, on loopback, interleaved.

    python -m tests.benchmarks.bench_fetch [requests a round, default 400] [rounds, default 5]

Bodies are 16 kB. The server runs in a process of its own; only the client's CPU is counted. Prints milliseconds a
request and the ratio of the medians (aim: at most 1.5).
"""

from __future__ import annotations

import multiprocessing
import statistics
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection

import httpx

from scrapers.fetch.client import Fetcher
from scrapers.records import Page, Request
from tests.support.arguments import arguments

BODY = b"<p>" + b"rust async embedded " * 800 + b"</p>"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = b"User-agent: *\nDisallow: /private/\n" if self.path == "/robots.txt" else BODY
        head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        self.wfile.write(head + body)

    def log_message(self, format: str, *args: object) -> None:
        pass


def serve(ready: Connection) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    ready.send(server.server_address[1])
    server.serve_forever()


def cpu(ask: Callable[[str], int], base: str, count: int) -> float:
    """CPU milliseconds a request."""
    started = time.process_time()
    for number in range(count):
        assert ask(f"{base}/page/{number}") == len(BODY)
    return (time.process_time() - started) * 1000 / count


def main(count: int = 400, rounds: int = 5) -> float:
    """Print the figures and return the ratio."""
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.Process(target=serve, args=(theirs,), daemon=True)
    server.start()
    place = f"127.0.0.1:{ours.recv()}"
    with Fetcher(allow=frozenset({place})) as door, httpx.Client() as client:

        def through_the_door(url: str) -> int:
            page = door.fetch(Request("bench", url), pause=0)
            assert isinstance(page, Page), page
            return len(page.body)

        def bare(url: str) -> int:
            return len(client.get(url).content)

        asks = {"httpx": bare, "door": through_the_door}
        for ask in asks.values():
            cpu(ask, f"http://{place}", 50)
        seen: dict[str, list[float]] = {name: [] for name in asks}
        for nth in range(rounds):
            for name in sorted(asks, reverse=bool(nth % 2)):
                seen[name].append(cpu(asks[name], f"http://{place}", count))
    server.terminate()
    median = {name: statistics.median(each) for name, each in seen.items()}
    ratio = median["door"] / median["httpx"]
    print(f"httpx {median['httpx']:.3f} ms, door {median['door']:.3f} ms a request: {ratio:.2f}x")
    return ratio


if __name__ == "__main__":
    main(*arguments(__doc__, "requests?", "rounds?", kind=int))
