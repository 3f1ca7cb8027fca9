"""What answers mean, without any network: pages, refusals, waits, redirects, messages without secrets."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapers.fetch.responses import Response, failure_of, redirect_of, refusal, seconds_asked, without_secrets
from scrapers.records import Code, Page
from tests.support.constants import THOROUGH

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
JSON = {"content-type": "application/json; charset=utf-8"}
SPENT = {"x-ratelimit-remaining": "0"}


def at(seconds: float) -> str:
    return format_datetime(NOW + timedelta(seconds=seconds), usegmt=True)


@pytest.mark.parametrize(
    ("status", "headers", "body", "code"),
    [
        (200, {}, b"x", None),
        (200, SPENT, b"x", None),
        (203, {}, b"x", None),
        (204, {}, b"", None),
        (200, {"x-robots-tag": "noindex"}, b"x", Code.NOINDEX),
        (202, JSON, b"{}", Code.RATE_DEFERRED),
        (202, {"content-type": "text/html"}, b"", Code.BLOCKED),
        (202, {}, b"", Code.BLOCKED),
        (206, {}, b"x", Code.TRUNCATED),
        (302, {"location": "/login"}, b"", Code.REDIRECTS),
        (304, {}, b"", Code.NOT_ARCHIVED),
        (400, {}, b"", Code.HTTP_STATUS),
        (401, {}, b"", Code.BLOCKED),
        (403, {}, b"", Code.BLOCKED),
        (403, {"x-ratelimit-remaining": "12"}, b"", Code.BLOCKED),
        (403, SPENT, b"", Code.RATE_DEFERRED),
        (403, {"retry-after": "2"}, b"", Code.RATE_DEFERRED),
        (403, JSON, b'{"message": "You have exceeded a secondary rate limit"}', Code.RATE_DEFERRED),
        (403, {"content-type": "text/html"}, b"about our rate limit", Code.BLOCKED),
        (404, {}, b"", Code.GONE),
        (407, {}, b"", Code.BLOCKED),
        (410, {}, b"", Code.GONE),
        (429, {}, b"", Code.RATE_DEFERRED),
        (451, {}, b"", Code.GONE),
        (500, {}, b"", Code.HTTP_STATUS),
        (503, {"retry-after": "2"}, b"", Code.HTTP_STATUS),
    ],
)
def test_each_status_has_one_meaning(status: int, headers: dict[str, str], body: bytes, code: Code | None) -> None:
    """A status, its headers and its words decide, and a refusal says what was answered."""
    found = refusal(Page("example", "https://example.com/x", body, NOW, status, "", headers))
    assert (found and found.code) == code
    assert found is None or (found.url, found.source) == ("https://example.com/x", "example")
    assert found is None or code is Code.NOINDEX or str(status) in found.detail


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "0"}, 0.0),
        ({"retry-after": at(90)}, 90.0),
        ({"retry-after": at(7203), "date": at(7200)}, 3.0),  # a server whose clock is two hours ahead
        ({"retry-after": at(-3600)}, None),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "9" * 30}, None),
        ({"retry-after": "Sat, 99 Foo 2026 25:61:61 GMT"}, None),
        ({}, None),
        ({"x-ratelimit-reset": str(int(NOW.timestamp()) + 30), **SPENT}, 30.0),
        ({"x-ratelimit-reset": str(int(NOW.timestamp()) + 30), **SPENT, "date": at(10)}, 20.0),
        ({"x-ratelimit-reset": str(int(NOW.timestamp()) - 30), **SPENT}, None),
        ({"x-ratelimit-reset": "30", **SPENT}, 30.0),
        ({"x-ratelimit-reset": "30", "x-ratelimit-remaining": "5"}, None),
        ({"x-ratelimit-reset": "never", **SPENT}, None),
        ({"retry-after": "7", "x-ratelimit-reset": "30", **SPENT}, 7.0),
    ],
)
def test_a_server_is_believed_by_its_own_clock(headers: dict[str, str], seconds: float | None) -> None:
    """Seconds, dates and reset times become seconds from now; nonsense and the past become nothing."""
    assert seconds_asked(headers, NOW) == seconds


def test_a_secondary_limit_without_a_time_means_a_minute() -> None:
    """Where an API only says that we were too fast, a minute is kept."""
    body = b'{"message": "You have exceeded a secondary rate limit"}'
    failure = failure_of(Response("https://api.example.com/", 403, body, JSON), NOW)
    assert failure is not None
    assert (failure.asked, failure.passing, failure.limited) == (60.0, True, True)


@pytest.mark.parametrize(
    ("status", "location", "target"),
    [
        (302, "/b", "https://example.com/b"),
        (301, "//other.example/b#part", "https://other.example/b"),
        (307, "c?d", "https://example.com/a/c?d"),
        (200, "/b", None),
        (304, "/b", None),
        (302, "", None),
    ],
)
def test_redirects_lead_to_absolute_urls(status: int, location: str, target: str | None) -> None:
    """A Location is joined to the URL that gave it, its fragment left out."""
    assert redirect_of(Response("https://example.com/a/b", status, headers={"location": location})) == target


SECRET = st.text(alphabet="abcdef0123456789", min_size=12, max_size=40)


@settings(max_examples=2000 if THOROUGH else 100, deadline=None)
@given(
    secret=SECRET,
    name=st.sampled_from(
        ["token", "access_token", "api_key", "apikey", "key", "client_secret", "sig", "X-Amz-Signature"]
    ),
    place=st.sampled_from(
        ["https://h.example/p?{n}={s}", "https://h.example/p?a=1&{n}={s}&b=2", "https://u:{s}@h.example/"]
    ),
)
def test_no_message_spells_a_secret(secret: str, name: str, place: str) -> None:
    """Values of secrets in a query, and user names and passwords, are not in what we print."""
    assert secret not in without_secrets(place.format(n=name, s=secret))


def test_other_parts_of_a_url_stay_readable() -> None:
    """What is no secret is printed as it is, also where its name holds the letters of one."""
    url = "https://example.com/keys?page=2&keyword=rust&monkey=1&key=abc"
    assert without_secrets(url) == "https://example.com/keys?page=2&keyword=rust&monkey=1&key=[secret]"
