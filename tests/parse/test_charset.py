"""Which characters the bytes of a page stand for."""

from __future__ import annotations

import re
import runpy
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.parse.charset import decoded
from scrapers.parse.pages import soup
from scrapers.reading.cleaning import LONGEST_NAME, read_page
from scrapers.records import Account, Evidence, Page, Refused
from scrapers.sources.feeds import SOURCE
from scrapers.text import squeeze

READ_AT = datetime(2026, 11, 21, tzinfo=UTC)
NAME = "Zoë Müller"
STORY = "The queue itself says when it is full, and the producer waits or gets an error that a person understands. " * 3


def page(body: bytes, content_type: str = "text/html") -> Page:
    return Page("feeds", "https://pond.example/queue", body, READ_AT, headers={"content-type": content_type})


def tagged(charset: str, name: str = NAME) -> bytes:
    return f"<meta charset={charset}><p>{name}".encode(charset)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"\xef\xbb\xbf" + NAME.encode(), "text/html; charset=iso-8859-1"),
        (b"\xff\xfe" + NAME.encode("utf-16-le"), "text/html; charset=utf-8"),
        (b"\xfe\xff" + NAME.encode("utf-16-be"), ""),
        (f"<meta charset=utf-8>{NAME}".encode("latin-1"), "text/html; charset=ISO-8859-1"),
        (tagged("windows-1252"), "text/html"),
        (
            f"<meta http-equiv=Content-Type content='text/html; charset=koi8-r'>{NAME}".encode(),
            "text/html;charset=utf-8",
        ),
        (f'<?xml version="1.0" encoding="iso-8859-1"?><p>{NAME}'.encode("latin-1"), "application/xml"),
        (f"<!-- <meta charset=koi8-r> --><meta charset=utf-8>{NAME}".encode(), "text/html"),
        (f"<meta charset=utf-16>{NAME}".encode(), "text/html"),
        (f"<p>{NAME}".encode("utf-16-le"), "text/html"),
        (f"<p>{NAME}".encode(), "text/html; charset=no-such-charset"),
        (f"<p>{NAME}".encode("cp1252"), "text/html; charset=utf-8"),
    ],
    ids=[
        "bom",
        "16le",
        "16be",
        "header",
        "meta",
        "over-meta",
        "xml",
        "comment",
        "not-16",
        "wide",
        "unknown",
        "western",
    ],
)
def test_the_order_of_evidence_for_a_charset(body: bytes, content_type: str) -> None:
    """Byte order mark, header, the page itself, UTF-8: in this order; a wrong UTF-8 label is seen through."""
    assert NAME in decoded(page(body, content_type))


def test_utf_7_never_becomes_tags() -> None:
    """A charset that no browser knows is not read, whoever names it: "+ADw-" stays what it is."""
    smuggled = b"<meta charset=utf-7><p>+ADw-script+AD4-alert(1)+ADw-/script+AD4-</p>"
    for content_type in ("text/html; charset=utf-7", "text/html; charset=unicode-1-1-utf-7", "text/html"):
        tree = soup(page(smuggled, content_type))
        assert not tree.find_all("script")
        assert "+ADw-script" in tree.get_text()


def test_what_is_no_character_is_dropped() -> None:
    """NUL, escapes and halves of characters go; bytes that are no UTF-8 are replaced; white space stays."""
    assert decoded(page(b"M\x00\x00\x1b[31m\xc2\x9b\xed\xa0\x80u\t\r\n")) == "M[31mu\t\r\n"
    assert decoded(page(b"\xff\xfa\xf0\xfdZed \xc3\xa9")) == "\ufffd\ufffd\ufffd\ufffdZed é"


def test_composing_characters_leave_tags_whole() -> None:
    """A composing character after a tag does not swallow its end; the text is normalised afterwards."""
    tree = soup(page("<b>\u0338Zoe\u0308</b><i>x</i>".encode()))
    assert tree.i is not None
    assert squeeze(tree.i.get_text()) == "x"
    assert tree.b is not None
    assert squeeze(tree.b.get_text()).endswith("Zoë")


@given(
    st.binary(max_size=200),
    st.sampled_from(["", "utf-8", "utf-16", "gb18030", "utf-7", "replacement", "iso-2022-jp", "é"]),
)
def test_no_bytes_stop_a_reader(body: bytes, charset: str) -> None:
    """Whatever the bytes and the label, there is a text, and every source's tree can be made of it."""
    text = decoded(page(body, f"text/html; charset={charset}"))
    assert not re.search(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff]", text)
    soup(page(body, f"text/html; charset={charset}"))


EXPECTED = {
    "utf16-bom": "Zoë Müller 张伟 Ελένη",
    "latin1-labelled": NAME,
    "latin1-mislabelled": NAME,
    "cp1252-meta": NAME,
    "utf7": "+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
    "lone-surrogate": "ab",
    "invalid": "\ufffd\ufffd\ufffd\ufffdZed",
    "control": "a[31mRED[0m INFO forged log line",
    "nfd": "Zoë",
    "emoji": "\U0001f468\U0001f469\U0001f467 Fam",  # joiners are invisible, and go (guardrail G19)
}


@pytest.mark.shared
def test_every_hostile_encoding_is_read_right(shared: Path) -> None:
    """All 17 mixed-up encodings give the right name in a tree, as an article's title, and as an entry's author."""
    check = runpy.run_path(str(shared / "abuse" / "checks.py"))["check_text"]
    cases = runpy.run_path(str(shared / "abuse" / "pages.py"))["encodings"]()
    assert len(cases) == 17
    for case, (body, content_type) in cases.items():
        heading = soup(page(body, content_type)).select_one("h1.name")
        assert heading is not None, case
        name = squeeze(heading.get_text())
        if case == "combining":
            assert name.startswith("Ź"), case
        else:
            assert name == EXPECTED.get(case, EXPECTED["utf16-bom"]), case
        assert check(name) == [], case

        wide = "utf-16-le" if case.startswith("utf16") else "ascii"
        story = f"<p>{STORY}</p></body>".encode(wide)
        end = "</body>".encode(wide)
        longer = body.replace(end, story) if end in body else body + f"<p>{STORY}</p>".encode(wide)
        article = read_page(SOURCE, page(longer, content_type))
        posts = [record for record in article if isinstance(record, Evidence)]
        assert [post.title for post in posts] == [name[:LONGEST_NAME]] or case == "combining", (case, article)
        for post in posts:
            assert check(post.text) == check(post.title) == [], case

        feed_of = (
            f"<rss version='2.0'><channel><title>t</title><item><title>T</title><link>https://pond.example/1</link>"
            f"<description>{STORY}</description><author>".encode(wide)
        )
        heading_bytes = body[body.index("<h1 class=name>".encode(wide)) : body.rindex("</h1>".encode(wide))]
        name_bytes = heading_bytes.removeprefix("<h1 class=name>".encode(wide))
        prolog = body[: body.index("<".encode(wide))] if case.endswith("bom") else b""
        feed = prolog + feed_of + name_bytes + "</author></item></channel></rss>".encode(wide)
        declared = {"cp1252-meta": "windows-1252", "gb18030": "gb18030"}.get(case)
        if declared:
            feed = f'<?xml version="1.0" encoding="{declared}"?>'.encode() + feed
        read = read_page(SOURCE, page(feed, content_type.replace("text/html", "application/rss+xml")))
        assert not any(isinstance(record, Refused) for record in read), (case, read)
        entries = [record for record in read if isinstance(record, Evidence)]
        shown = str(entries[0].details["author"])
        assert shown == name or case == "combining", (case, shown)
        assert check(shown) == [], case
        for account in read:
            assert not isinstance(account, Account) or len(account.name or "") <= LONGEST_NAME
