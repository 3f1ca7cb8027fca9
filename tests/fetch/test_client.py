"""The fetch door against a real server on this machine: who we are, what we take, how long we wait, when we stop."""

from __future__ import annotations

import gzip
import logging
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapers.fetch import transport
from scrapers.fetch.client import Fetcher, FetchFailed, Limits, NotAllowed, fetch_once
from scrapers.fetch.responses import Response
from scrapers.fetch.retries import Clock, Pause, RetryingRequest
from scrapers.records import Code, Page, Refused, Request
from tests.support.constants import THOROUGH
from tests.support.loopback import Reply, Site

START = datetime(2026, 11, 21, 12, tzinfo=UTC)
PAGE = Reply("<h1>Ada Example</h1>", headers={"Content-Type": "text/html; charset=utf-8"})
BOOM = Reply("boom", 503)


@dataclass
class Time:
    """A clock that stands still but for sleeping, and remembers every wait."""

    seconds: float = 1000.0
    waits: list[tuple[str, float]] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds

    def waited(self, host: str, reason: str, seconds: float) -> None:
        assert host == "127.0.0.1"
        self.waits.append((reason, round(seconds, 3)))

    @property
    def clock(self) -> Clock:
        now: Callable[[], datetime] = lambda: START + timedelta(seconds=self.seconds - 1000.0)  # noqa: E731
        return Clock(lambda: self.seconds, now, self.sleep, lambda: 1.0)


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as served:
        yield served


@pytest.fixture
def time_() -> Time:
    return Time()


@pytest.fixture
def door(site: Site, time_: Time) -> Iterator[Fetcher]:
    with opened(site, time_) as fetcher:
        yield fetcher


def opened(site: Site, time_: Time, **more: Any) -> Fetcher:
    return Fetcher(allow=frozenset({site.place}), clock=time_.clock, on_wait=time_.waited, **more)


def page_of(answer: Page | Refused) -> Page:
    assert isinstance(answer, Page), answer
    return answer


def code_of(answer: Page | Refused) -> Code:
    assert isinstance(answer, Refused), answer
    assert answer.detail
    return answer.code


def test_a_page_comes_whole(site: Site, door: Fetcher) -> None:
    """Body, status, final URL, lower-case headers, time and key are those of the answer."""
    site.says("/ada", PAGE)
    request = Request("example", site.url("/ada"))
    page = page_of(door.fetch(request))
    assert (page.body, page.status, page.url, page.final_url) == (
        b"<h1>Ada Example</h1>",
        200,
        request.url,
        request.url,
    )
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert (page.source, page.request_key, page.unchanged) == ("example", request.key, False)
    assert page.fetched_at == START


def test_we_say_who_we_are(site: Site, time_: Time) -> None:
    """Product, version and contact are sent on every request, and no header of a source can change that."""
    site.says("/", PAGE)
    mask = {"User-Agent": "Mozilla/5.0", "Cookie": "a=b", "Accept": "application/json", "Accept-Encoding": "br"}
    with opened(site, time_, contact="https://example.com/bot") as door:
        page_of(door.fetch(Request("example", site.url(), headers=mask)))
    for asked in site.asked:
        assert re.fullmatch(r"headwater/\d+\.\d+\.\d+ \(\+https://example\.com/bot\)", asked.headers["user-agent"])
        assert asked.headers["accept-encoding"] == "gzip"
        assert "cookie" not in asked.headers
    assert site.pages()[0].headers["accept"] == "application/json"


def test_no_cookie_is_kept(site: Site, door: Fetcher) -> None:
    """A cookie that a site sets never comes back to it."""
    site.says("/", replace(PAGE, headers={"Set-Cookie": "session=1; Path=/"}))
    for _ in range(2):
        page_of(door.fetch(Request("example", site.url())))
    assert all("cookie" not in asked.headers for asked in site.asked)


def test_a_post_carries_its_body(site: Site, door: Fetcher) -> None:
    """A declared read by POST sends its body, and its key differs from another body's."""
    site.says("/graphql", Reply("{}", headers={"Content-Type": "application/json"}))
    request = Request("example", site.url("/graphql"), "POST", '{"query": "é"}', {"Content-Type": "application/json"})
    assert page_of(door.fetch(request)).request_key == request.key
    assert (site.pages()[0].method, site.pages()[0].body) == ("POST", '{"query": "é"}'.encode())


def test_requests_keep_their_distance(site: Site, door: Fetcher, time_: Time) -> None:
    """Two requests to one origin are a pause apart; the first waits for nothing."""
    site.says("/", PAGE)
    for _ in range(3):
        page_of(door.fetch(Request("example", site.url()), pause=1.5))
    assert time_.waits == [("pace", 1.5), ("pace", 1.5)]


def test_robots_txt_is_asked_once_and_kept(time_: Time) -> None:
    """One question per origin and run; a forbidden page is never asked; the site's delay is the pace."""
    with Site("User-agent: *\nCrawl-delay: 3\nDisallow: /private/\n") as site, opened(site, time_) as door:
        site.says("/open", PAGE)
        page_of(door.fetch(Request("example", site.url("/open"))))
        assert code_of(door.fetch(Request("example", site.url("/private/x")))) is Code.ROBOTS_DENIED
        page_of(door.fetch(Request("example", site.url("/open"))))
        assert [asked.path for asked in site.asked] == ["/robots.txt", "/open", "/open"]
        assert time_.waits == [("pace", 3.0)]
        time_.sleep(25 * 3600)
        page_of(door.fetch(Request("example", site.url("/open"))))
        assert [asked.path for asked in site.asked].count("/robots.txt") == 2


def test_an_unreachable_robots_txt_closes_the_site_for_a_while(time_: Time) -> None:
    """Without robots.txt nothing is asked; after some minutes it is asked again."""
    with Site(Reply("no", 500)) as site, opened(site, time_) as door:
        site.says("/", PAGE)
        for _ in range(3):
            assert code_of(door.fetch(Request("example", site.url()))) is Code.ROBOTS_UNREACHABLE
        assert [asked.path for asked in site.asked] == ["/robots.txt"]
        site.says("/robots.txt", Reply("", 404))
        time_.sleep(600)
        page_of(door.fetch(Request("example", site.url())))


def test_robots_txt_is_checked_on_every_redirect(time_: Time) -> None:
    """A redirect into a forbidden part is not followed."""
    with Site("User-agent: *\nDisallow: /private/\n") as site, opened(site, time_) as door:
        site.says("/in", Reply(status=302, headers={"Location": "/private/x"}))
        assert code_of(door.fetch(Request("example", site.url("/in")))) is Code.ROBOTS_DENIED
        assert [asked.path for asked in site.pages()] == ["/in"]


def test_what_passes_is_tried_again(site: Site, door: Fetcher, time_: Time) -> None:
    """Two failures and a page: the page, after pauses that double."""
    site.says("/", BOOM, BOOM, PAGE)
    page_of(door.fetch(Request("example", site.url()), pause=0))
    assert time_.waits == [("retry", 1.0), ("retry", 2.0)]


def test_four_tries_are_enough(site: Site, door: Fetcher) -> None:
    """A fault that stays is reported after the fourth try."""
    site.says("/", BOOM)
    assert code_of(door.fetch(Request("example", site.url()))) is Code.HTTP_STATUS
    assert len(site.pages()) == 4


@pytest.mark.parametrize(
    ("headers", "status", "asked"),
    [
        ({"Retry-After": "7"}, 429, 7.0),
        ({"Retry-After": "7"}, 503, 7.0),
        ({"Retry-After": "7"}, 403, 7.0),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "30"}, 403, 30.0),
    ],
)
def test_a_server_is_given_the_time_that_it_asks_for(
    site: Site, door: Fetcher, time_: Time, headers: dict[str, str], status: int, asked: float
) -> None:
    """The next try comes no earlier than asked."""
    site.says("/", Reply("slow down", status, headers), PAGE)
    page_of(door.fetch(Request("example", site.url()), pause=0))
    assert time_.waits == [("asked", asked)]


def test_a_limit_without_a_time_is_waited_out_for_a_second_at_least(site: Site, door: Fetcher, time_: Time) -> None:
    """After a bare 429 our own pause is at least a second."""
    site.says("/", Reply("slow down", 429, {"Retry-After": "-5"}), PAGE)
    page_of(door.fetch(Request("example", site.url()), pause=0))
    assert time_.waits[0][1] >= 1.0


def test_a_long_wait_is_put_off(site: Site, door: Fetcher, time_: Time) -> None:
    """Nobody sleeps a day: the URL is deferred at once, and the site is left alone until its time."""
    site.says("/", Reply("slow down", 429, {"Retry-After": "86400"}), PAGE)
    for _ in range(3):
        assert code_of(door.fetch(Request("example", site.url()))) is Code.RATE_DEFERRED
    assert len(site.pages()) == 1
    assert not time_.waits
    time_.sleep(86400)
    page_of(door.fetch(Request("example", site.url())))


def test_the_last_permitted_request_is_noticed(site: Site, door: Fetcher, time_: Time) -> None:
    """A page that says that nothing is left of our budget holds the next request back until the reset."""
    site.says("/", replace(PAGE, headers={"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "40"}))
    page_of(door.fetch(Request("example", site.url())))
    page_of(door.fetch(Request("example", site.url())))
    assert time_.waits == [("asked", 40.0)]


def test_an_answer_in_preparation_is_awaited(site: Site, door: Fetcher) -> None:
    """A 202 in JSON means later; a 202 in HTML means a wall, and is not tried again."""
    later = Reply("{}", 202, {"Content-Type": "application/json"})
    site.says("/stats", later, later, Reply("[1]", headers={"Content-Type": "application/json"}))
    site.says("/wall", Reply("", 202, {"Content-Type": "text/html"}))
    assert page_of(door.fetch(Request("example", site.url("/stats")))).body == b"[1]"
    assert code_of(door.fetch(Request("example", site.url("/wall")))) is Code.BLOCKED
    assert [asked.path for asked in site.pages()].count("/wall") == 1


def test_an_origin_that_fails_and_fails_is_left_alone(site: Site, door: Fetcher, time_: Time) -> None:
    """After five failed pages in a row no request goes out; after a while one does, and success reopens the site."""
    site.says("/", BOOM)
    for _ in range(5):
        assert code_of(door.fetch(Request("example", site.url()), pause=0)) is Code.HTTP_STATUS
    before = len(site.asked)
    assert code_of(door.fetch(Request("example", site.url()), pause=0)) is Code.UNREACHABLE
    assert len(site.asked) == before
    site.says("/", PAGE)
    time_.sleep(301)
    page_of(door.fetch(Request("example", site.url()), pause=0))
    site.says("/gone", Reply("", 404))
    for _ in range(6):
        assert code_of(door.fetch(Request("example", site.url("/gone")), pause=0)) is Code.GONE
    page_of(door.fetch(Request("example", site.url()), pause=0))


def test_an_unchanged_page_costs_no_body(site: Site, door: Fetcher) -> None:
    """A known page is asked for with its validators; a 304 brings it back, marked and dated anew."""
    site.says(
        "/",
        replace(PAGE, headers={"ETag": '"v1"', "Last-Modified": "Fri, 20 Nov 2026 00:00:00 GMT"}),
        Reply(status=304),
    )
    known = page_of(door.fetch(Request("example", site.url())))
    again = page_of(door.fetch(Request("example", site.url()), known=known))
    assert site.pages()[1].headers["if-none-match"] == '"v1"'
    assert site.pages()[1].headers["if-modified-since"] == "Fri, 20 Nov 2026 00:00:00 GMT"
    assert again == replace(known, unchanged=True, fetched_at=again.fetched_at)
    assert again.fetched_at > known.fetched_at


def test_validators_go_to_the_url_that_gave_them(site: Site, door: Fetcher) -> None:
    """Where a page came by a redirect, the first hop is asked without conditions."""
    site.says("/old", Reply(status=301, headers={"Location": "/new"}))
    site.says("/new", replace(PAGE, headers={"ETag": '"n"'}), Reply(status=304))
    known = page_of(door.fetch(Request("example", site.url("/old"))))
    assert page_of(door.fetch(Request("example", site.url("/old")), known=known)).unchanged
    assert [asked.headers.get("if-none-match") for asked in site.pages()] == [None, None, None, '"n"']


def test_redirects_are_followed_five_times(site: Site, door: Fetcher) -> None:
    """Five hops lead to the page, six do not, and a circle is left at once."""
    for hop in range(7):
        site.says(f"/{hop}", Reply(status=302, headers={"Location": f"/{hop + 1}"}))
    site.says("/circle", Reply(status=302, headers={"Location": "/circle#again"}))
    site.says("/7", PAGE)
    assert page_of(door.fetch(Request("example", site.url("/2")))).final_url == site.url("/7")
    assert code_of(door.fetch(Request("example", site.url("/1")))) is Code.REDIRECTS
    assert code_of(door.fetch(Request("example", site.url("/circle")))) is Code.REDIRECTS
    assert [asked.path for asked in site.pages()].count("/circle") == 1


def test_a_redirect_to_an_inner_address_touches_nothing(site: Site, door: Fetcher) -> None:
    """No connection is opened to what a redirect may not lead to, and the message names it."""
    with Site() as inner:
        for target in (
            inner.url("/secret"),
            "file:///etc/passwd",
            "http://[::1",
            f"//{inner.place}/",
            "http://10.0.0.1/",
        ):
            site.says("/in", Reply(status=302, headers={"Location": target}))
            assert code_of(door.fetch(Request("example", site.url("/in")))) in {Code.SSRF_REFUSED, Code.REDIRECTS}
        assert inner.connections == 0


def test_a_robots_redirect_to_an_inner_address_touches_nothing(time_: Time) -> None:
    """robots.txt is fetched under the same rules as a page."""
    with Site() as inner, Site(Reply(status=302, headers={"Location": inner.url("/robots.txt")})) as site:
        with opened(site, time_) as door:
            assert code_of(door.fetch(Request("example", site.url()))) is Code.ROBOTS_UNREACHABLE
        assert inner.connections == 0


def test_a_token_goes_to_its_host_alone(time_: Time) -> None:
    """A bearer token is sent where it belongs, not to robots.txt and not to the host that a redirect leads to."""
    with Site() as api, Site() as other:
        api.says("/", PAGE)
        api.says("/away", Reply(status=302, headers={"Location": other.url("/")}))
        other.says("/", PAGE)
        allow = frozenset({api.place, other.place})
        with Fetcher(allow=allow, clock=time_.clock) as door:
            for path in ("/", "/away"):
                page_of(door.fetch(Request("example", api.url(path)), token="s3cret", token_host=api.place))
            page_of(door.fetch(Request("example", other.url()), token="s3cret", token_host=api.place))
            page_of(door.fetch(Request("example", other.url()), token="s3cret"))
        assert {asked.headers.get("authorization") for asked in api.pages()} == {"Bearer s3cret"}
        assert all("authorization" not in asked.headers for asked in other.asked)
        assert "authorization" not in api.asked[0].headers


def test_https_never_leads_to_http() -> None:
    """A redirect that drops encryption is refused."""

    steps = RetryingRequest(Limits(), Time().clock).steps(Request("example", "https://example.com/"))
    hop = next(steps)
    assert isinstance(hop, Request)
    with pytest.raises(FetchFailed, match="https to http"):
        steps.send(Response(hop.url, 301, headers={"location": "http://example.com/"}))


def test_own_waits_end_before_our_time_for_a_url() -> None:
    """Timeouts are tried again only as long as a whole further attempt fits into sixty seconds."""
    time_ = Time()

    def take(step: Request | Pause) -> FetchFailed | None:
        time_.sleep(step.seconds if isinstance(step, Pause) else 20)
        if isinstance(step, Pause):
            return None
        failure = FetchFailed(Code.TIMEOUT, step.url, "late", passing=True)
        failure.took = 20.0
        return failure

    def obtain(request: Request) -> None:
        steps, answer = RetryingRequest(Limits(), time_.clock).steps(request), None
        while True:
            answer = take(steps.send(answer))

    with pytest.raises(FetchFailed, match="late"):
        obtain(Request("example", "https://example.com/"))
    assert time_.seconds - 1000 <= 60


# sizes, codings, time


def test_a_gzip_body_is_opened(site: Site, door: Fetcher) -> None:
    """A gzip body comes out as its content, also in several members."""
    body = gzip.compress(b"one ") + gzip.compress(b"two")
    site.says("/", Reply(body, headers={"Content-Encoding": "gzip"}))
    assert page_of(door.fetch(Request("example", site.url()))).body == b"one two"


@settings(max_examples=2000 if THOROUGH else 60, deadline=None)
@given(body=st.binary(max_size=3000), cuts=st.integers(1, 400), level=st.integers(0, 9))
def test_inflating_is_the_inverse_of_gzip(body: bytes, cuts: int, level: int) -> None:
    """However the wire cuts it, a whole body comes back, and a body that lacks its end never does."""
    packed = gzip.compress(body, level)
    parts = [packed[i : i + cuts] for i in range(0, len(packed), cuts)]
    assert b"".join(transport._inflated("", parts)) == body
    with pytest.raises(FetchFailed):
        list(transport._inflated("", [packed[:-1]]))


BOMB = gzip.compress(bytes(40 << 20))


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (Reply(BOMB, headers={"Content-Encoding": "gzip"}), Code.TOO_LARGE),
        (Reply(gzip.compress(BOMB), headers={"Content-Encoding": "gzip, gzip"}), Code.BAD_ENCODING),
        (Reply(zlib.compress(b"x"), headers={"Content-Encoding": "deflate"}), Code.BAD_ENCODING),
        (Reply(b"x", headers={"Content-Encoding": "br"}), Code.BAD_ENCODING),
        (Reply(b"<h1>not gzip</h1>", headers={"Content-Encoding": "gzip"}), Code.BAD_ENCODING),
        (Reply(bytes(6 << 20)), Code.TOO_LARGE),
        (Reply(b"x", length=6 << 20), Code.TOO_LARGE),
        (Reply(b"x", headers={f"X-{n}": "p" * 8000 for n in range(10)}), Code.TOO_LARGE),
        (Reply(b"x", headers={f"X-{n}": "p" * 8000 for n in range(99)}), Code.TOO_LARGE),
    ],
)
def test_what_is_too_large_or_oddly_packed_is_refused_at_once(
    site: Site, door: Fetcher, reply: Reply, code: Code
) -> None:
    """One try, and no body handed on."""
    site.says("/", reply)
    assert code_of(door.fetch(Request("example", site.url()))) is code
    assert len(site.pages()) == 1


def test_json_may_be_larger_than_a_page(site: Site, door: Fetcher) -> None:
    """An API's answer may inflate to 20 MiB, a page's to 10."""
    packed = {"Content-Encoding": "gzip"}
    body = gzip.compress(b"1" * (15 << 20))
    site.says("/page", Reply(body, headers=packed))
    site.says("/api", Reply(body, headers={**packed, "Content-Type": "application/vnd.github+json"}))
    assert code_of(door.fetch(Request("example", site.url("/page")))) is Code.TOO_LARGE
    assert len(page_of(door.fetch(Request("example", site.url("/api")))).body) == 15 << 20


@pytest.mark.parametrize(
    "reply",
    [
        Reply(b"half", length=5000),
        Reply(gzip.compress(b"whole" * 500)[:-9], headers={"Content-Encoding": "gzip"}),
        Reply(raw=b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n"),
        Reply(raw=b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\nno\r\n"),
        Reply(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 9\r\n\r\nokokokoko"),
        Reply(raw=b"\x00\x01 not http\r\n\r\n"),
        Reply(raw=b""),
        Reply("part", 206, {"Content-Range": "bytes 0-3/9"}),
    ],
)
def test_a_part_is_never_taken_for_the_whole(site: Site, door: Fetcher, reply: Reply) -> None:
    """What breaks off is tried again; a whole page that follows is taken, a part never is."""
    site.says("/", reply, PAGE)
    assert page_of(door.fetch(Request("example", site.url()))).body == b"<h1>Ada Example</h1>"
    site.says("/always", reply)
    assert code_of(door.fetch(Request("example", site.url("/always")))) is Code.TRUNCATED


def drip(between: float, first: bytes) -> Callable[[Any], None]:
    def write(to: Any) -> None:
        to.write(first)
        for _ in range(100):
            to.write(b"X-A: 1\r\n" if first.endswith(b"OK\r\n") else b"z")
            to.flush()
            time.sleep(between)

    return write


@pytest.mark.parametrize("first", [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"])
def test_the_deadline_is_for_the_whole_attempt(site: Site, first: bytes) -> None:
    """A server that drips never outlasts the attempt, though every single read succeeds in time."""
    site.says("/", Reply(write=drip(0.05, first)))
    started = time.monotonic()
    with Fetcher(allow=frozenset({site.place}), limits=Limits(attempt=0.3, trying=0.5)) as door:
        assert code_of(door.fetch(Request("example", site.url()))) is Code.TIMEOUT
    assert time.monotonic() - started < 1.5


def test_a_name_is_resolved_once_and_the_checked_address_is_used(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that first is public and then is not never gets a second look-up, nor a connection to a second address."""
    looked_up: list[str] = []
    connected: list[Any] = []
    real = socket.getaddrinfo

    def lookup(host: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
        if host != "rebind.example":
            return real(host, port, *args, **kwargs)
        looked_up.append(host)
        return real("93.184.216.34" if len(looked_up) == 1 else "127.0.0.1", port, type=socket.SOCK_STREAM)

    def connect(address: Any, *args: Any, **kwargs: Any) -> Any:
        connected.append(address)
        raise OSError("no network in tests")

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    monkeypatch.setattr(socket, "create_connection", connect)
    with Fetcher(limits=Limits(tries=1)) as door:
        assert code_of(door.fetch(Request("example", "http://rebind.example/"))) is Code.ROBOTS_UNREACHABLE
    assert (looked_up, connected) == (["rebind.example"], [("93.184.216.34", 80)])


@pytest.mark.parametrize("answers", [["127.0.0.1"], ["93.184.216.34", "127.0.0.1"], ["::1"], ["169.254.169.254"]])
def test_one_inner_address_among_many_closes_a_name(answers: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Every address of a name has to be public; else nothing is connected to."""
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 80)) for address in answers]
    connected: list[Any] = []
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    monkeypatch.setattr(socket, "create_connection", lambda *args, **_: connected.append(args))
    with Fetcher() as door:
        assert code_of(door.fetch(Request("example", "http://inner.example/"))) is Code.SSRF_REFUSED
    assert not connected


def test_a_slow_name_server_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """The look-up of a name is part of the attempt's time."""
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: time.sleep(1.0) or [])
    started = time.monotonic()
    with Fetcher(limits=Limits(attempt=0.2, tries=1)) as door:
        assert code_of(door.fetch(Request("example", "http://slow.example/"))) is Code.ROBOTS_UNREACHABLE
    assert time.monotonic() - started < 0.9


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl to make a certificate")
def test_a_certificate_that_nobody_vouches_for_ends_it(tmp_path: Path) -> None:
    """A self-signed host is refused, once, and is not asked without encryption instead."""
    key, cert = tmp_path / "key.pem", tmp_path / "cert.pem"
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=wrong.example"]
    subprocess.run([*make, "-keyout", str(key), "-out", str(cert)], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        place = f"127.0.0.1:{listening.getsockname()[1]}"
        shaken: list[str] = []

        def serve() -> None:
            try:
                while True:
                    with listening.accept()[0] as plain:
                        shaken.append("connection")
                        try:
                            context.wrap_socket(plain, server_side=True).close()
                        except OSError:
                            continue
            except OSError:
                return

        threading.Thread(target=serve, daemon=True).start()
        with pytest.raises(NotAllowed, match="certificate is not valid"):
            fetch_once(f"https://{place}/", {place})
        assert len(shaken) == 1


def test_an_origin_gets_one_request_at_a_time(site: Site, time_: Time) -> None:
    """Threads that share the door take turns at an origin."""

    def slowly(to: Any) -> None:
        time.sleep(0.03)
        to.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    site.says("/", Reply(write=slowly))
    with opened(site, time_) as door, ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: door.fetch(Request("example", site.url())), range(8)))
    assert all(isinstance(answer, Page) for answer in answers)
    assert site.most_at_once == 1
    assert [asked.path for asked in site.asked].count("/robots.txt") == 1


def test_connections_are_kept(site: Site, door: Fetcher) -> None:
    """Pages of one origin travel over one connection."""
    site.says("/", PAGE)
    for _ in range(5):
        page_of(door.fetch(Request("example", site.url())))
    assert site.connections == 1


@pytest.mark.parametrize(
    "reply",
    [
        replace(PAGE, headers={"X-Robots-Tag": "noindex, noai"}),
        Reply("<meta name=robots content=noindex><h1>x</h1>", headers={"Content-Type": "text/html"}),
    ],
)
def test_a_page_that_opts_out_is_not_kept(site: Site, door: Fetcher, reply: Reply) -> None:
    """noindex in a header or in the page is a no."""
    site.says("/", reply)
    assert code_of(door.fetch(Request("example", site.url()))) is Code.NOINDEX


def test_nothing_logged_or_said_spells_a_secret(site: Site, time_: Time, caplog: pytest.LogCaptureFixture) -> None:
    """Neither logs nor refusals hold a token, in a header or in a URL."""
    caplog.set_level(logging.INFO)
    site.says("/x?api_key=s3cret", Reply("", 404))
    with opened(site, time_) as door:
        gone = door.fetch(Request("example", site.url("/x?api_key=s3cret")), token="s3cret", token_host=site.place)
    assert code_of(gone) is Code.GONE
    assert "s3cret" not in caplog.text + repr(gone)


@pytest.mark.parametrize("value", ["a\r\nX-B: b", "\ud800", "→"])
def test_a_header_that_cannot_be_sent_is_a_refusal(site: Site, door: Fetcher, value: str) -> None:
    """A line break or a character that no header holds is named, not sent."""
    assert code_of(door.fetch(Request("example", site.url(), headers={"X-A": value}))) is Code.CONFIG
    assert not site.pages()


@pytest.mark.parametrize("url", ["", "not a url", "http://", "http://[", "mailto:ada@example.com", "http://10.0.0.1/"])
def test_no_url_makes_the_door_raise(door: Fetcher, url: str) -> None:
    """Whatever is asked, the answer is a page or a refusal."""
    assert code_of(door.fetch(Request("example", url))) is Code.SSRF_REFUSED


def test_the_plain_function_gives_a_page_or_raises(site: Site) -> None:
    """`fetch_once` gives status, body and final URL, and raises with a message for all else."""
    site.says("/old", Reply(status=302, headers={"Location": "/new"}))
    site.says("/new", PAGE)
    assert fetch_once(site.url("/old"), {site.place}) == (200, b"<h1>Ada Example</h1>", site.url("/new"))
    with pytest.raises(FetchFailed, match="404"):
        fetch_once(site.url("/gone"), {site.place})
    with pytest.raises(NotAllowed, match="port"):
        fetch_once(site.url("/old"), set())


@pytest.mark.shared
@pytest.mark.skipif(not THOROUGH, reason="takes minutes; HEADWATER_THOROUGH=1 runs it")
@pytest.mark.parametrize(("only", "cases"), [("", 150), ("robots", 43)])
def test_the_hostile_corpus_is_withstood(shared: Path, only: str, cases: int) -> None:
    """All recorded attacks end as they should."""
    probe = [
        sys.executable,
        str(shared / "abuse" / "probe.py"),
        "--fetch",
        "scrapers.fetch.client:fetch_once",
        "--only",
        only,
    ]
    root = Path(__file__).resolve().parents[2]
    ran = subprocess.run(probe, capture_output=True, text=True, cwd=root, env=dict(os.environ), check=False)
    assert f"{cases} passed, 0 failed" in ran.stdout, ran.stdout


def test_an_api_under_its_own_terms_is_not_asked_for_robots() -> None:
    """Only a host that the operator named goes without robots.txt; every other rule stays."""
    with Site(robots="User-agent: *\nDisallow: /\n") as site:
        site.says("/users/ada", Reply("{}"))
        request = Request("made-up", f"http://{site.place}/users/ada")
        with Fetcher(allow=frozenset({site.place})) as strict:
            refused = strict.fetch(request)
        with Fetcher(allow=frozenset({site.place}), by_terms=frozenset({"127.0.0.1"})) as by_terms:
            page = by_terms.fetch(request)
    assert isinstance(refused, Refused)
    assert refused.code is Code.ROBOTS_DENIED
    assert isinstance(page, Page)
    assert [asked.path for asked in site.asked] == ["/robots.txt", "/users/ada"]


def test_fields_that_repeat_are_joined_and_thousands_of_them_are_read() -> None:
    """What a server repeats is one value with commas; a header block within its bound takes no time to speak of."""
    received = httpx.Headers([("Vary", "a"), ("vary", "b"), *((f"x-{number}", "1") for number in range(8_000))])
    found = transport._headers("https://ada.example.com/", received, Limits(headers=1 << 20))
    assert (found["vary"], found["x-7999"], len(found)) == ("a, b", "1", 8_001)
