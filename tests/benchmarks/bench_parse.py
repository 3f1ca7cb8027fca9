"""CPU of reading pages, against the bare library that each kind needs, and re-reading an archive on all cores.

    python tests/benchmarks/bench_parse.py [ARCHIVE] [--rounds 5] [--pages 1500]

ARCHIVE is a folder as `collect --replay` takes it; without one the recorded cases under tests/cases/sources are read.
Bare means BeautifulSoup with lxml for HTML, json.loads for JSON, trafilatura.extract for articles, feedparser for XML;
where JSON carries markup, a second line gives json.loads with BeautifulSoup for each text that holds a tag. All of it
in the same process, interleaved, medians of CPU time, and no text remembered from one round to the next. The archive
holds `--pages` pages, those of the folder in turn; seconds with one process and with one a core: by the clock, and the
CPU of the busiest process with this one's, which a machine that others use does not blur.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from itertools import cycle, islice
from pathlib import Path

import feedparser
import trafilatura
from bs4 import BeautifulSoup

from scrapers.collect.reparse import reparse
from scrapers.fetch.replay import Replay
from scrapers.reading import cleaning
from scrapers.reading.cleaning import read_page
from scrapers.records import Evidence, EvidenceKind, Page, Refused, Request
from scrapers.settings.home import Home
from scrapers.sources import source_named
from scrapers.store import Store

TAG = re.compile(r"<[a-zA-Z/][^<>]*>")
CASES = Path(__file__).parents[1] / "cases" / "sources"
NOW = datetime(2026, 11, 21, tzinfo=UTC)


def json_and_markup(body: bytes) -> int:
    """Reads JSON, and as HTML each text in it that holds a tag; gives their number."""
    pending, read = [json.loads(body)], 0
    while pending:
        item = pending.pop()
        if isinstance(item, str) and TAG.search(item):
            BeautifulSoup(item, "lxml")
            read += 1
        elif isinstance(item, dict | list):
            pending += item.values() if isinstance(item, dict) else item
    return read


BARE: dict[str, Callable[[bytes], object]] = {
    "json": json.loads,
    "html": lambda body: BeautifulSoup(body, "lxml"),
    "article": lambda body: trafilatura.extract(body.decode("utf-8", "replace")),
    "xml": feedparser.parse,
}


def cases() -> Iterator[Page]:
    """The recorded cases."""
    for file in sorted(CASES.glob("*/*/case.json")):
        said = json.loads(file.read_bytes())
        (body,) = file.parent.glob("page.*")
        yield Page(
            said["source"],
            said["url"],
            body.read_bytes(),
            NOW,
            final_url=said.get("final_url", said["url"]),
            headers=said.get("headers", {}),
        )


def archived(folder: Path) -> Iterator[Page]:
    """Every page that an archive folder answers."""
    replay = Replay(folder)
    for request in dict.fromkeys(replay.entries):
        if isinstance(page := replay.fetch(request), Page):
            yield page


def kind_of(page: Page) -> str:
    """Which bare library reads this page."""
    begin = page.body.lstrip(b"\xef\xbb\xbf \r\n\t")[:200].lower()
    if begin[:1] in {b"{", b"["}:
        return "json"
    if begin.startswith(b"<?xml") or b"<rss" in begin or b"<feed" in begin:
        return "xml"
    articles = any(isinstance(r, Evidence) and r.kind is EvidenceKind.POST for r in read_page(source(page), page))
    return "article" if articles and page.source == "feeds" else "html"


def source(page: Page):  # type: ignore[no-untyped-def]
    return source_named(page.source)


def ours_of(page: Page) -> object:
    cleaning._prose.cache_clear()
    return read_page(source(page), page)


def cpu(read: Callable[[Page], object], pages: Iterable[Page]) -> float:
    started = time.process_time()
    for page in pages:
        read(page)
    return (time.process_time() - started) * 1000


def parsing(pages: list[Page], rounds: int) -> None:
    """Print milliseconds a page, ours and bare, by kind."""
    by_kind: defaultdict[tuple[str, str], list[Page]] = defaultdict(list)
    for page in pages:
        if not any(isinstance(record, Refused) for record in read_page(source(page), page)):
            by_kind[kind_of(page), page.source].append(page)
    for (kind, name), some in sorted(by_kind.items()):
        bares = [(kind, BARE[kind])]
        if kind == "json" and any(json_and_markup(page.body) for page in some):
            bares.append(("json+tag", json_and_markup))
        for label, bare in bares:
            ours, theirs = [], []
            for _ in range(rounds):
                ours.append(cpu(ours_of, some))
                theirs.append(cpu(lambda page, bare=bare: bare(page.body), some))
            mine, its = statistics.median(ours) / len(some), statistics.median(theirs) / len(some)
            print(
                f"{label:8} {name:12} {len(some):4} pages {mine:8.2f} ms, bare {its:8.2f} ms, ratio {mine / its:5.2f}"
            )


def rereading(pages: list[Page], count: int) -> None:
    """Print how long an archive takes with one process and with one a core."""
    cores = len(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder)).create()
        with Store.open(home, durable=False) as store:
            for number, page in enumerate(islice(cycle(pages), count)):
                store.settle("bench", Request(page.source, f"{page.url}#copy-{number}"), page=page)
            reparse(home, store, workers=1)  # what the bare pages lacked is written once
            clock, busiest = {}, {}
            for workers in (1, cores):
                started, mine = time.perf_counter(), time.process_time()
                found = reparse(home, store, workers=workers)
                clock[workers] = time.perf_counter() - started
                ours = 0.0 if os.getpid() in found.cpu else time.process_time() - mine
                busiest[workers] = max(found.cpu.values()) + ours
                told = f"{sum(found.pages.values())} pages, {sum(found.changed.values())} changed"
                print(f"archive  {workers} processes: {clock[workers]:6.2f} s, CPU {busiest[workers]:6.2f} s ({told})")
            by_clock, by_cpu = clock[1] / clock[cores], busiest[1] / busiest[cores]
            print(f"archive  {cores} cores: {by_clock:.2f} times as fast by the clock, {by_cpu:.2f} by CPU")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("archive", nargs="?", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--pages", type=int, default=1500)
    chosen = parser.parse_args()
    pages = list(archived(chosen.archive) if chosen.archive else cases())
    parsing(pages, chosen.rounds)
    rereading(pages, chosen.pages)


if __name__ == "__main__":
    main()
