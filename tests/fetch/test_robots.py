"""robots.txt as RFC 9309 has it, and as sites really write it."""

from __future__ import annotations

import pytest

from scrapers.fetch.addresses import NotAllowed
from scrapers.fetch.responses import Response, noindex
from scrapers.fetch.robots import FIRST_BYTES, Rules, page_says_noindex, read_rules
from scrapers.records import Code

DENY = "User-agent: *\nDisallow: /\n"


def rules(text: str | bytes, status: int = 200) -> Rules:
    return read_rules(
        Response("https://example.com/robots.txt", status, text.encode() if isinstance(text, str) else text)
    )


def allows(given: Rules, path: str) -> bool:
    try:
        given.check(f"https://example.com{path}")
    except NotAllowed:
        return False
    return True


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 451])
def test_no_robots_file_allows_all(status: int) -> None:
    """A 4xx means that there are no rules."""
    assert allows(rules(DENY, status), "/x")


@pytest.mark.parametrize("status", [202, 206, 304, 429, 500, 502, 503, 504])
def test_an_unreachable_robots_file_allows_nothing(status: int) -> None:
    """A 5xx, a 429 or an answer that is none closes the site, and says that this passes."""
    with pytest.raises(NotAllowed) as closed:
        rules("", status).check("https://example.com/")
    assert closed.value.code is Code.ROBOTS_UNREACHABLE
    assert rules("", status).kept < rules("").kept


def test_the_longest_rule_wins_and_allow_wins_ties() -> None:
    """Order does not matter; the longer pattern does, and among equals the kinder one."""
    given = rules(
        "User-agent: *\nDisallow: /*?sort=\nDisallow: /*.json$\nAllow: /ok.json$\nDisallow: /tie\nAllow: /tie\n"
    )
    assert [allows(given, path) for path in ("/a.json", "/ok.json", "/x?sort=1", "/a.json?x", "/tie")] == [
        False,
        True,
        False,
        True,
        True,
    ]


def test_our_own_group_wins_over_the_one_for_all() -> None:
    """The group that names us, in any case, is the one that counts."""
    given = rules("User-agent: *\nAllow: /\n\nUser-agent: HeadWater\nDisallow: /private\n")
    assert allows(given, "/x")
    assert not allows(given, "/private/x")
    assert allows(rules("User-agent: otherbot\nDisallow: /\n"), "/x")


def test_a_byte_order_mark_hides_no_group() -> None:
    """The first group counts also behind a BOM and with CRLF."""
    assert not allows(rules(b"\xef\xbb\xbf" + DENY.replace("\n", "\r\n").encode()), "/x")


def test_the_first_500_kib_count() -> None:
    """Rules within the first 500 KiB hold, whatever follows; what lies behind is not read."""
    padding = "# padding\n" * (FIRST_BYTES // 10 + 100)
    assert not allows(rules(DENY + padding), "/x")
    assert allows(rules(padding + DENY), "/x")


def test_a_web_page_in_its_place_is_named(caplog: pytest.LogCaptureFixture) -> None:
    """An HTML answer holds no rules; that is logged, and all is allowed."""
    assert allows(rules("<!doctype html><title>Not found</title>"), "/x")
    assert "web page" in caplog.text


def test_a_crawl_delay_is_kept_up_to_a_minute() -> None:
    """A delay is part of the rules; a site that asks for more than a minute is left out, and told why."""
    assert rules("User-agent: *\nCrawl-delay: 2.5\n").delay == 2.5
    assert rules("User-agent: *\nCrawl-delay: soon\n").delay == 0.0
    with pytest.raises(NotAllowed, match="86400 s between requests"):
        rules("User-agent: *\nCrawl-delay: 86400\n").check("https://example.com/")


def test_bytes_that_are_no_text_are_survived() -> None:
    """Any bytes give rules."""
    assert allows(rules(bytes(range(256)) * 40), "/x")


@pytest.mark.parametrize(
    ("field", "asked"),
    [
        ("noindex", True),
        ("NOINDEX, nofollow", True),
        ("nofollow, none", True),
        ("headwater: noindex", True),
        ("max-snippet: 20, noindex", True),
        ("unavailable_after: 25 Jun 2030 15:00:00 GMT, noindex", True),
        ("noindex, otherbot: nofollow", True),
        ("otherbot: noindex, nofollow", False),
        ("all", False),
        ("noimageindex", False),
        ("", False),
    ],
)
def test_noindex_in_a_header(field: str, asked: bool) -> None:
    """X-Robots-Tag counts when it speaks to everybody or to us."""
    assert noindex({"x-robots-tag": field}) is asked


@pytest.mark.parametrize(
    ("html", "asked"),
    [
        ("<meta name=robots content='noindex,noai'>", True),
        ('<META CONTENT="NOINDEX" NAME="ROBOTS">', True),
        ('<meta name="headwater" content="none">', True),
        ('<meta name="googlebot" content="noindex">', False),
        ('<meta name="robots" content="index, follow">', False),
        ('<meta name="description" content="noindex">', False),
        ("<p>noindex</p>", False),
    ],
)
def test_noindex_in_a_page(html: str, asked: bool) -> None:
    """A meta element counts when it speaks to robots or to us; in JSON the same words are only words."""
    body = f"<html><head>{html}</head>".encode()
    assert page_says_noindex(Response("", 200, body, {"content-type": "text/html"})) is asked
    assert not page_says_noindex(Response("", 200, body, {"content-type": "application/json"}))
