"""Hostile pages through the article reader: the clean twin's text, no crash, flags set."""

from __future__ import annotations

import runpy
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from flows.work.markdown import table
from scrapers.reading.cleaning import LONGEST_TITLE, read_page
from scrapers.records import Account, Evidence, Page, Record, Refused
from scrapers.sources.feeds import SOURCE
from tests.exports.test_exports import shortlist, written

STORY = (
    "<p>The queue itself says when it is full, and the producer waits or gets an error that people understand.</p>" * 3
)
UNFLAGGED = {"hidden-noscript", "hidden-comment", "hidden-script", "hidden-alt", "hidden-meta", "hidden-details"}


def read(markup: str) -> list[Record]:
    headers = {"content-type": "text/html; charset=utf-8"}
    return read_page(
        SOURCE,
        Page("feeds", "https://a.example/x", markup.encode(), datetime(2026, 11, 21, tzinfo=UTC), headers=headers),
    )


@pytest.mark.shared
def test_hostile_pages_are_read_like_their_twin(shared: Path) -> None:
    """Hidden words never change an article, and are flagged; none stops the reader or asks for a link."""
    pages = runpy.run_path(str(shared / "abuse" / "pages.py"))["poisoned"]({"canary": "http://127.0.0.1:2"}, True)
    longer = {name: markup.replace("</p>", "</p>" + STORY, 1) for name, markup in pages.items()}
    found = {name: read(markup) for name, markup in longer.items()}
    posts = {name: r for name, records in found.items() for r in records if isinstance(r, Evidence)}
    assert all(isinstance(r, Evidence | Refused) for records in found.values() for r in records)
    for name in [n for n in pages if n.startswith("hidden-")] + ["zero-width", "tag-chars", "inject-hidden"]:
        assert posts[name].text == posts["clean"].text, name
        assert bool(posts[name].details.get("hidden_text")) == (name not in UNFLAGGED), name
    assert "hidden_text" not in posts["clean"].details
    assert len(posts["long-name"].title) <= LONGEST_TITLE
    assert "person" not in posts["emails"].text.replace("that people", "").lower().split("[address]")[-1]
    assert posts["do-not-contact"].details["do_not_contact"]
    assert posts["sensitive"].details["minor"]
    assert not [
        word for word in ("diabetes", "Catholic", "union", "gay", "16", "2010") if word in posts["sensitive"].text
    ]


@pytest.mark.shared
def test_what_hostile_pages_say_stays_text(shared: Path, tmp_path: Path) -> None:
    """Names, titles and texts of every page, raw markup too: the list's page holds one script and one policy, ours."""
    pages = runpy.run_path(str(shared / "abuse" / "pages.py"))["poisoned"]({"canary": "http://127.0.0.1:2"}, True)
    checks = runpy.run_path(str(shared / "abuse" / "checks.py"))
    assert {"html-injection", "md-injection", "script-link"} <= pages.keys()
    for name, markup in pages.items():
        records = read(markup.replace("</p>", "</p>" + STORY, 1))
        posts = tuple(r for r in records if isinstance(r, Evidence))
        accounts = tuple(r for r in records if isinstance(r, Account)) or (Account("web", "a.example"),)
        said = (*((post.title, post.text, post.url) for post in posts), (markup[:2000],) * 3)
        listed, (one,) = shortlist(), shortlist().matches
        quotes = tuple(replace(one.reasons[0], title=title, text=text, url=url) for title, text, url in said)
        candidate = replace(one.candidate, accounts=accounts, evidence=posts or one.candidate.evidence)
        match = replace(one, candidate=candidate, reasons=quotes)
        page = tmp_path / "list.html"
        page.write_text(written("page", replace(listed, matches=(match,))), encoding="utf-8")
        assert checks["check_html"](str(page)) == ["<meta>", "<script>"], name
        assert page.read_text(encoding="utf-8").count("Content-Security-Policy") == 1
        cells = tmp_path / "cells.md"
        cells.write_text(table(("said",), said), encoding="utf-8")
        assert checks["check_markdown"](str(cells)) == [], name


def test_a_footer_may_ask_for_silence() -> None:
    """A page whose footer asks for no contact marks its article; a long word takes no long time."""
    start = time.process_time()
    page = f"<title>A queue</title><body><article><h1>A queue</h1>{STORY}<p>{'N' * 100_000}</p></article>"
    posts = [r for r in read(f"{page}<footer>No recruiters please.</footer>") if isinstance(r, Evidence)]
    assert [post.details.get("do_not_contact") for post in posts] == [True]
    assert time.process_time() - start < 5
