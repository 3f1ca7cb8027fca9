"""One post of one endless word, or of nothing but signs, stalls no command that comes after it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from scrapers.reading.bounded import LARGE
from tests.flows.test_cli import headwater

LETTERS = 200_000
WORDS = ["t.", "a", "@a-", "[", "<a", "{%", "- ", "a@"]
STEPS = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from ranking.corpus.embedding import embed_evidence
from ranking.pool import TalentPool
from scrapers.candidates.joining import join_accounts
from scrapers.settings.home import Home
from scrapers.store import Store
from tests.support.hash_embedder import HashingEmbedder

home = Home(Path(sys.argv[1]))
with Store.open(home) as store:
    join_accounts(store, home.key, datetime.now(UTC))
    embed_evidence(store, embedder=HashingEmbedder())
found = TalentPool.open(home, embedder=HashingEmbedder()).rank("retries of a job queue", as_of=datetime.now(UTC).date())
print(len(found))
"""


def feed(folder: Path, word: str) -> Path:
    """A feed of two posts by an invented author; the second ends in that word, said again and again."""
    folder.mkdir()
    post = "We moved the job queue to a log and measured the retries again and again. " * 8
    texts = post, f"{post} and/or www.example.com/a {word * (LETTERS // len(word))}"
    entries = "".join(
        f"<entry><title>Notes {number}</title><id>https://ada.example.com/{number}</id>"
        f"<link href='https://ada.example.com/{number}'/><updated>2026-10-0{number}T10:00:00Z</updated>"
        f"<author><name>Ada Example</name></author><content type='text'>{escaped(text)}</content></entry>"
        for number, text in enumerate(texts, 1)
    )
    (folder / "feed.xml").write_text(
        "<?xml version='1.0' encoding='utf-8'?><feed xmlns='http://www.w3.org/2005/Atom'><title>Ada Example</title>"
        "<id>https://ada.example.com/</id><link href='https://ada.example.com/'/><updated>2026-10-02T10:00:00Z</updated>"
        f"<author><name>Ada Example</name></author>{entries}</feed>"
    )
    headers = {"content-type": "application/atom+xml; charset=utf-8"}
    files = [{"file": "feed.xml", "url": "https://ada.example.com/feed.xml", "headers": headers}]
    (folder / "index.json").write_text(json.dumps({"source": "feeds", "files": files}))
    return folder


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


@pytest.mark.parametrize("word", WORDS, ids=ascii)
def test_no_post_stalls_what_comes_after_it(tmp_path: Path, word: str) -> None:
    """Collected, joined, embedded, ranked and forgotten; a step that hangs is ended, and fails."""
    home = tmp_path / "home"
    done = headwater("collect", "--replay", feed(tmp_path / "archive", word), home=home)
    assert done.returncode == 0, done.stderr
    ranked = subprocess.run(
        [sys.executable, "-c", STEPS, str(home)], capture_output=True, text=True, timeout=120, check=True
    )
    assert ranked.stdout.strip() == "1"
    assert headwater("forget", "https://ada.example.com/", home=home).returncode == 0


ROLES = {"newlines": "\n" * 200_000, "bullets": "- a\n" * 60_000, "stars": "**" * 50_000, "headings": "# a\n" * 50_000}
PAGES = {
    "style": f"<style>.zz{{display:none}}{'a' * 190_000}</style><p>We retried every call.</p>",
    "comment": f"<style>{'/*' * 90_000}</style><p>We retried every call.</p>",
    "commas": f"<style>{','.join('a' * 60_000)}{{display:none}}</style><p>We retried every call.</p>",
    "items": f"<p>We retried every call.</p><ul>{'<li>a' * 37_000}</ul>",
}


def ended(*command: str) -> int:
    """The exit code of a command in a process of its own, which is ended where it hangs."""
    run = [sys.executable, "-m", "flows.cli", *command]
    return subprocess.run(run, capture_output=True, timeout=120, check=False).returncode


@pytest.mark.parametrize("text", ROLES)
def test_no_role_stalls_its_reading(tmp_path: Path, text: str) -> None:
    """It is read, or refused as what it is."""
    (tmp_path / "role.md").write_text(f"# AI engineer\n\n{ROLES[text]}")
    assert ended("role", str(tmp_path / "role.md")) in {0, 2}


@pytest.mark.parametrize("page", PAGES)
def test_no_page_below_the_bound_stalls_its_reading(tmp_path: Path, page: str) -> None:
    """Pages that are read in this very process: whatever they hold, reading ends."""
    text = f"<html><head><title>Ada</title></head><body><article>{PAGES[page]}</article></body></html>"
    assert len(text) < LARGE
    (tmp_path / "page.html").write_text(text)
    assert ended("parse", "feeds", str(tmp_path / "page.html"), "--url", "https://ada.example.com/a") in {0, 3, 4}
