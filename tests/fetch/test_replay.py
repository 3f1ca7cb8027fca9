"""An archive folder as a web that stands still: the same answers, the same rules, no waiting."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from scrapers.fetch.replay import NoArchive, Replay, pages_of_file
from scrapers.fetch.responses import refusal
from scrapers.records import Code, Page, Refused, Request

URL = "https://example.com/ada"
NOW = datetime(2026, 11, 21, tzinfo=UTC)
JSON = {"Content-Type": "application/json"}


def exchange(
    status: int, said: Any = "", *, url: str = URL, headers: dict[str, str] | None = None, **asked: Any
) -> Any:
    request = {"method": "GET", "url": url, "headers": {}, **asked}
    return {"request": request, "response": {"status": status, "headers": headers or {}, "body": said}}


def archive(folder: Path, files: dict[str, Any], entries: list[Any] | None = None, source: str = "example") -> Path:
    """A folder with these files and an index that lists them."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    listed = [{"file": name} for name in files] if entries is None else entries
    (folder / "index.json").write_text(json.dumps({"source": source, "files": listed}), encoding="utf-8")
    return folder


def recording(folder: Path, *exchanges: Any) -> Replay:
    return Replay(archive(folder, {"recording.json": {"exchanges": list(exchanges)}}))


def get(url: str = URL) -> Request:
    return Request("example", url)


def page_of(answer: Page | Refused) -> Page:
    assert isinstance(answer, Page), answer
    return answer


def code_of(answer: Page | Refused) -> Code:
    assert isinstance(answer, Refused), answer
    return answer.code


def test_saved_pages_answer_their_urls(tmp_path: Path) -> None:
    """A page listed with its URL answers there, with the status and headers of its entry."""
    entries = [
        {"file": "a.html", "url": URL, "headers": {"Content-Type": "text/html"}},
        {"file": "gone.html", "url": "https://example.com/gone", "status": 410},
    ]
    replay = Replay(archive(tmp_path, {"a.html": "<h1>Ada Example</h1>", "gone.html": "gone"}, entries))
    page = page_of(replay.fetch(get()))
    assert (page.body, page.status, page.headers["content-type"]) == (b"<h1>Ada Example</h1>", 200, "text/html")
    assert (page.url, page.final_url, page.request_key) == (URL, URL, get().key)
    assert (datetime.now(UTC) - page.fetched_at).total_seconds() < 60
    assert code_of(replay.fetch(get("https://example.com/gone"))) is Code.GONE


def test_folders_below_belong_to_the_archive(tmp_path: Path) -> None:
    """Every index below counts, in order of path, each entry by the source that its own index names."""
    archive(tmp_path / "b", {"p": "b"}, [{"file": "p", "url": "https://b.example/"}], source="second")
    archive(tmp_path / "a" / "deep", {"p": "a"}, [{"file": "p", "url": "https://a.example/"}], source="first")
    replay = Replay(tmp_path)
    assert replay.entries == (Request("first", "https://a.example/"), Request("second", "https://b.example/"))
    assert page_of(replay.fetch(replay.entries[1])).source == "second"


def test_answers_of_one_key_come_in_order_and_the_last_repeats(tmp_path: Path) -> None:
    """The same question asked again gets the next recorded answer, then the last one for ever."""
    replay = recording(tmp_path, exchange(200, "one"), exchange(200, "two"))
    assert [page_of(replay.fetch(get())).body for _ in range(4)] == [b"one", b"two", b"two", b"two"]
    assert replay.entries == (get(), get())


def test_spellings_of_one_url_are_one_url(tmp_path: Path) -> None:
    """Case of the host, a missing slash and a fragment make no difference; path and query do."""
    replay = recording(tmp_path, exchange(200, "x", url="https://Example.com"))
    for url in ("https://example.com", "https://example.com/", "HTTPS://EXAMPLE.COM/#top"):
        page_of(replay.fetch(get(url)))
    for url in ("https://example.com/X", "https://example.com/?x", "http://example.com/"):
        assert code_of(replay.fetch(get(url))) is Code.NOT_ARCHIVED


def test_a_post_is_answered_by_its_body(tmp_path: Path) -> None:
    """Two bodies are two questions; the layout of JSON is none."""
    first, second = {"query": "{a}", "variables": {"n": 1}}, {"query": "{a}", "variables": {"n": 2}}
    replay = recording(
        tmp_path,
        exchange(200, {"n": 1}, method="POST", body=first),
        exchange(200, {"n": 2}, method="POST", body=json.dumps(second)),
    )
    for body, expected in ((json.dumps(first, indent=2), 1), (json.dumps(dict(reversed(second.items()))), 2)):
        assert json.loads(page_of(replay.fetch(Request("example", URL, "POST", body))).body) == {"n": expected}
    assert code_of(replay.fetch(Request("example", URL, "POST", "{}"))) is Code.NOT_ARCHIVED
    assert code_of(replay.fetch(get())) is Code.NOT_ARCHIVED
    assert all(isinstance(replay.fetch(entry), Page) for entry in replay.entries)


@pytest.mark.parametrize(
    ("body", "content_type", "expected"),
    [
        ({"name": "Zoë"}, "application/json", '{"name": "Zoë"}'.encode()),
        ([1, 2], "application/json", b"[1, 2]"),
        ("Zoë", "text/html; charset=iso-8859-1", "Zoë".encode()),
        (None, "text/html", b""),
    ],
)
def test_bodies_are_written_as_utf_8(tmp_path: Path, body: Any, content_type: str, expected: bytes) -> None:
    """JSON is written out again, and text is labelled with the charset that it now has."""
    page = page_of(recording(tmp_path, exchange(200, body, headers={"Content-Type": content_type})).fetch(get()))
    assert page.body == expected
    if isinstance(body, str):
        assert page.headers["content-type"] == "text/html; charset=utf-8"


def test_redirects_are_followed_inside_the_archive(tmp_path: Path) -> None:
    """A recorded redirect leads to another recording, or to what is not archived; never to the network."""
    old, away = "https://example.com/old", "https://example.com/away"
    replay = recording(
        tmp_path,
        exchange(301, url=old, headers={"Location": "/ada"}),
        exchange(302, url=away, headers={"Location": "https://elsewhere.example/"}),
        exchange(200, "here"),
    )
    page = page_of(replay.fetch(get(old)))
    assert (page.url, page.final_url, page.body) == (old, URL, b"here")
    assert code_of(replay.fetch(get(away))) is Code.NOT_ARCHIVED


@pytest.mark.parametrize(
    ("status", "headers", "code"),
    [
        (404, {}, Code.GONE),
        (410, {}, Code.GONE),
        (401, {}, Code.BLOCKED),
        (403, {}, Code.BLOCKED),
        (429, {}, Code.RATE_DEFERRED),
        (403, {"X-RateLimit-Remaining": "0"}, Code.RATE_DEFERRED),
        (429, {"Retry-After": "86400"}, Code.RATE_DEFERRED),
        (500, {}, Code.HTTP_STATUS),
        (304, {}, Code.NOT_ARCHIVED),
        (200, {"X-Robots-Tag": "noindex"}, Code.NOINDEX),
    ],
)
def test_the_rules_are_those_of_the_web(tmp_path: Path, status: int, headers: dict[str, str], code: Code) -> None:
    """A recorded status means what it means live, and nothing is slept for it."""
    replay = recording(tmp_path, exchange(status, "x", headers=headers))
    started = time.monotonic()
    assert code_of(replay.fetch(get())) is code
    assert time.monotonic() - started < 0.5


def test_waits_are_counted_and_not_slept(tmp_path: Path) -> None:
    """What passed when it was recorded passes in replay: tried again, the wait only added up."""
    preparing = exchange(202, {}, headers=JSON)
    replay = recording(
        tmp_path, exchange(429, "", headers={"Retry-After": "7"}), preparing, exchange(200, [1], headers=JSON)
    )
    assert page_of(replay.fetch(get(), pause=1.0)).body == b"[1]"
    assert replay.waited == 1.0 + 7.0 + 2.0


def test_a_recorded_304_brings_back_the_known_page(tmp_path: Path) -> None:
    """With the known page a 304 says unchanged; without it the page is not in the archive."""
    replay = recording(tmp_path, exchange(200, "body"), exchange(304))
    known = page_of(replay.fetch(get()))
    again = page_of(replay.fetch(get(), known=known))
    assert (again.unchanged, again.status, again.body) == (True, 200, b"body")
    assert code_of(replay.fetch(get())) is Code.NOT_ARCHIVED
    assert replay.missing == 1


def test_what_is_not_archived_has_its_own_outcome(tmp_path: Path) -> None:
    """An unknown URL is neither gone nor failed; it is counted."""
    replay = recording(tmp_path, exchange(200, "x"))
    for _ in range(2):
        assert code_of(replay.fetch(get("https://example.com/other"))) is Code.NOT_ARCHIVED
    assert replay.missing == 2


def test_a_page_about_exchanges_is_a_page(tmp_path: Path) -> None:
    """JSON that merely has a list called exchanges is no recording."""
    body = {"exchanges": [{"name": "Example Exchange"}]}
    replay = Replay(archive(tmp_path, {"p.json": body}, [{"file": "p.json", "url": URL}]))
    assert json.loads(page_of(replay.fetch(get())).body) == body


def write(text: str) -> Callable[[Path], object]:
    return lambda folder: (folder / "index.json").write_text(text)


def listed(*entries: Any, **files: Any) -> Callable[[Path], object]:
    return lambda folder: archive(folder, files, list(entries))


@pytest.mark.parametrize(
    ("make", "names"),
    [
        (lambda folder: None, ["no index.json"]),
        (write("{"), ["index.json", "not JSON"]),
        (write("[" * 100_000), ["index.json", "not JSON"]),
        (write("[]"), ["index.json", '"source"']),
        (write('{"source": "example"}'), ["index.json", '"files"']),
        (listed("a.html"), ["entry 1", '"file"']),
        (listed({"url": URL}), ["entry 1", '"file"']),
        (listed({"file": "x.html", "url": URL}), ["entry 1", "x.html", "not there"]),
        (listed({"file": "../../etc/passwd", "url": URL}), ["entry 1", "outside"]),
        (listed({"file": "/etc/hostname", "url": URL}), ["entry 1", "outside"]),
        (listed({"file": "a", "url": URL}, {"file": "a"}, a="x"), ["entry 2", '"url"']),
        (listed({"file": "a", "url": URL, "status": "ok"}, a="x"), ["entry 1", '"status"']),
        (listed({"file": "a", "url": URL, "headers": ["x"]}, a="x"), ["entry 1", '"headers"']),
        (listed({"file": "r"}, r={"exchanges": [exchange(200), {"request": {}}]}), ["exchange 2", '"url"']),
        (listed({"file": "r"}, r={"exchanges": [exchange(200, method="PUT")]}), ["exchange 1", "PUT"]),
        (listed({"file": "r"}, r={"exchanges": [exchange(200) | {"response": {}}]}), ["exchange 1", '"status"']),
    ],
)
def test_a_broken_archive_names_what_is_wrong(tmp_path: Path, make: Callable[[Path], object], names: list[str]) -> None:
    """Folder, file and entry are named, and what was expected there."""
    make(tmp_path)
    with pytest.raises(NoArchive) as broken:
        Replay(tmp_path)
    assert str(tmp_path) in str(broken.value)
    assert all(name in str(broken.value) for name in names), str(broken.value)


def test_a_file_gives_its_pages(tmp_path: Path) -> None:
    """A saved page is one page at the given URL; a recording is a page for each exchange, refusals among them."""
    saved, recorded = tmp_path / "p.html", tmp_path / "r.json"
    saved.write_text("<h1>x</h1>")
    recorded.write_text(json.dumps({"exchanges": [exchange(404), exchange(403), exchange(304), exchange(200, "x")]}))
    [page] = pages_of_file("example", saved, URL, NOW)
    assert (page.body, page.url, page.fetched_at, page.request_key) == (b"<h1>x</h1>", URL, NOW, get().key)
    assert refusal(page) is None
    found = [refusal(page) for page in pages_of_file("example", recorded, "https://ignored.example/", NOW)]
    assert [each and each.code for each in found] == [Code.GONE, Code.BLOCKED, Code.NOT_ARCHIVED, None]


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    """A path that cannot be read is named."""
    with pytest.raises(NoArchive, match=r"nothing\.html"):
        list(pages_of_file("example", tmp_path / "nothing.html", URL, NOW))


@pytest.mark.shared
def test_every_recorded_page_is_there(shared: Path) -> None:
    """Every entry of the recorded corpus is answered, by a page or by the refusal that was recorded."""
    replay = Replay(shared / "corpus")
    answers = [replay.fetch(entry) for entry in replay.entries]
    refused = {answer.code for answer in answers if isinstance(answer, Refused)}
    assert len(answers) >= 60
    assert refused <= {Code.GONE, Code.RATE_DEFERRED, Code.NOT_ARCHIVED}
    assert sum(isinstance(answer, Page) for answer in answers) >= len(answers) - 4
