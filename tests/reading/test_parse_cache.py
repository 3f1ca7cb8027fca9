"""Unchanged pages are not read again, and nobody can tell: the rows and the list are those of a run that reads all."""

from __future__ import annotations

import ast
import json
import sys
import zlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from importlib.metadata import packages_distributions
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

import scrapers
from ranking.corpus.embedding import embed_evidence
from ranking.exports import find_exports
from ranking.pool import TalentPool
from ranking.upkeep.erasure import expire, forget, suppress
from scrapers.candidates.joining import join_accounts
from scrapers.collect import crawl_state
from scrapers.collect.reparse import reparse
from scrapers.collect.run import CollectingRun, Report, collect, planned
from scrapers.reading import parse_cache
from scrapers.reading.cleaning import read_page
from scrapers.reading.parse_cache import outline_of, reading_of, records_in
from scrapers.records import Code, Evidence, EvidenceKind, Page, Refused
from scrapers.rights.suppression import SuppressionList
from scrapers.settings.home import Home, packaged
from scrapers.sources import find_sources, source_named
from scrapers.store import Store
from scrapers.store.sql.tables import metadata, pages
from tests.sources.test_sources import CASES, Case
from tests.support.constants import NOON
from tests.support.hash_embedder import HashingEmbedder
from tests.support.postgres import Postgres
from tests.upkeep.test_erasure import GONE, STAYS, archive, traces, user

__all__ = ["archive"]

TODAY = NOON.date()
STORES = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
CLOCKS = {"collected_at", "fetched_at", "proofs", "at", "revoked_at"}


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses of the pages that were read, as they are."""
    seen: list[str] = []

    def reading(*asked: Any) -> Any:
        seen.append(asked[-1].url)
        return read_page(*asked[-2:])

    monkeypatch.setattr("scrapers.reading.bounded.read_page", reading)
    return seen


@pytest.fixture(params=STORES)
def either(request: pytest.FixtureRequest, home: Home, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """An empty store in that home: a file, and a server's."""
    if request.param == "postgres":
        server: Postgres = request.getfixturevalue("postgres")
        monkeypatch.setenv("HEADWATER_STORE", server.database())
    with Store.open(home) as opened:
        yield opened


def replayed(home: Home, store: Store, folder: Path, *names: str, since: date = TODAY) -> Report:
    with planned(home, names, since=since, today=NOON.date(), replay=folder) as plan:
        return collect(CollectingRun(plan, home, store, SuppressionList.open(home, store)))


def night(home: Home, store: Store, folder: Path, *names: str) -> str:
    """Collect, join, embed and rank; the list as CSV."""
    replayed(home, store, folder, *names)
    join_accounts(store, home.key, NOON)
    embed_evidence(store, embedder=HashingEmbedder())
    pool, out = TalentPool.open(home, embedder=HashingEmbedder()), StringIO()
    find_exports()["shortlist_csv"].write(pool.rank("engineer who retries calls", as_of=NOON.date()), out)
    return out.getvalue()


def rows(store: Store) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table but the log of runs, without what says when."""
    with store._reading() as connection:
        return {
            table.name: sorted(
                (
                    {k: v for k, v in row._mapping.items() if k not in CLOCKS}
                    for row in connection.execute(select(table))
                ),
                key=repr,
            )
            for table in metadata.sorted_tables
            if table.name not in {"runs", "frontier"}
        }


def outlined(store: Store) -> dict[str, str]:
    """What the outlines say, by the page's address."""
    with store._reading() as connection:
        return {
            row.url: zlib.decompress(row.outline).decode()
            for row in connection.execute(select(pages))
            if row.outline is not None
        }


def without_outlines(store: Store) -> None:
    with store._writing() as connection:
        connection.execute(update(pages).values(reading=None, outline=None))


@pytest.mark.parametrize("case", CASES, ids=str)
def test_an_outline_gives_back_what_the_page_said(case: Case) -> None:
    """Every record, equal in every field; a page that is refused in any part has no outline."""
    records = read_page(case.source, case.page())
    outline = outline_of(records)
    assert (outline is None) == any(isinstance(record, Refused) for record in records)
    assert outline is None or records_in(outline) == records


@pytest.mark.parametrize(
    "details", [{"set": {1}}, {"pair": (1, 2)}, {1: "a number"}, {"half": "\ud800"}, {"huge": float("inf")}]
)
def test_what_would_come_back_otherwise_has_no_outline(details: Any) -> None:
    """What JSON changes or cannot say is read from the page each time."""
    assert outline_of([Evidence(EvidenceKind.POST, None, "A", "B", "https://a.example/", details=details)]) is None


@pytest.mark.parametrize("case", [case for case in CASES if case.source.timeless], ids=str)
def test_a_timeless_source_looks_at_no_day(case: Case) -> None:
    """The same bytes say the same on the first and the last day of a year."""
    first = replace(case.page(), fetched_at=case.page().fetched_at.replace(month=1, day=1))
    last = replace(first, fetched_at=first.fetched_at.replace(month=12, day=31))
    assert read_page(case.source, first) == read_page(case.source, last)
    assert reading_of(case.source, first) == reading_of(case.source, last)


@pytest.mark.parametrize(
    "change",
    [
        {"body": b"[] "}, {"headers": {"link": '<https://b.example>; rel="next"'}}, {"status": 203},
        {"final_url": "https://b.example/"}, {"fetched_at": NOON.replace(year=2027)}, {"url": "https://b.example/"},
    ],
    ids=lambda change: next(iter(change)),
)  # fmt: skip
def test_whatever_a_parser_sees_makes_another_reading(change: dict[str, Any]) -> None:
    page = Page("forem", "https://a.example/", b"[]", NOON)
    assert reading_of(source_named("forem"), page) != reading_of(source_named("forem"), replace(page, **change))


def test_another_day_is_another_reading_unless_the_source_is_timeless() -> None:
    """Feeds leave out dates of the future, so that their pages are read anew each day."""
    page = Page("", "https://a.example/", b"[]", NOON)
    later = replace(page, fetched_at=NOON + timedelta(days=1))
    for name, same in (("feeds", False), ("github", False), ("devpost", True)):
        source = source_named(name)
        assert (reading_of(source, page) == reading_of(source, later)) == same == source.timeless


@pytest.mark.parametrize("who", ["source", "cleaning", "library", "code"])
def test_who_reads_makes_another_reading(who: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A newer parser, cleaning, library, or any other line of code reads every page again."""
    source, page = source_named("forem"), Page("forem", "https://a.example/", b"[]", NOON)
    before = reading_of(source, page)
    if who == "source":
        source = replace(source, version=source.version + 1)
    elif who == "cleaning":
        monkeypatch.setattr("scrapers.reading.cleaning.CLEANING", 1000)
    elif who == "library":
        monkeypatch.setattr(parse_cache, "version", lambda name: "999" if name == "lxml" else "1")
    else:
        (tmp_path / "one.py").write_text("# another source")
        monkeypatch.setattr("scrapers.sources.__path__", [*parse_cache.sources.__path__, str(tmp_path)])
    parse_cache._readers.cache_clear()
    assert reading_of(source, page) != before
    parse_cache._readers.cache_clear()


def test_every_library_that_reads_pages_is_known_by_its_version() -> None:
    """What any source, or any module of ours that it leads to, imports from elsewhere stands among READERS."""
    root, found = Path(scrapers.__file__).parent, set()
    waiting = [root / "reading" / "cleaning.py", *(root / "sources").rglob("*.py")]
    waiting.remove(root / "sources" / "watched.py")  # configuration, which no parser reads
    seen = set(waiting)
    while waiting:
        for node in ast.walk(ast.parse(waiting.pop().read_text(encoding="utf-8"))):
            named = [each.name for each in node.names] if isinstance(node, ast.Import | ast.ImportFrom) else []
            if isinstance(node, ast.ImportFrom):
                named = [str(node.module), *(f"{node.module}.{name}" for name in named)]
            for module in named:
                place = root.parent / module.replace(".", "/")
                ours = {path for path in (place.with_suffix(".py"), place / "__init__.py") if path.exists()} - seen
                seen |= ours
                waiting += ours
                found.add(module.partition(".")[0])
    elsewhere = found - sys.stdlib_module_names - {"scrapers", "pydantic"}
    assert {packages_distributions()[name][0] for name in elsewhere} == set(parse_cache.READERS)


def test_a_second_run_reads_nothing_and_leaves_the_same(home: Home, either: Store, read: list[str]) -> None:
    """The rows of every table and the CSV are, byte for byte, those of a run that reads every page."""
    names, sample = ("forem", "huggingface", "hackernews", "feeds"), packaged("sample")
    first = night(home, either, sample, *names)
    read.clear()
    again, kept = night(home, either, sample, *names), rows(either)
    refused = [url for url in read if url not in outlined(either)]
    assert read == refused
    assert len(read) <= 2
    without_outlines(either)
    read.clear()
    whole = night(home, either, sample, *names)
    assert len(read) > 30
    assert first == again == whole
    assert kept == rows(either)


def test_what_was_written_over_is_put_right(home: Home, either: Store, archive: Path) -> None:
    """Rows that something else changed or took away are as the page says after the next run, read or not."""
    replayed(home, either, archive)
    before = rows(either)
    with either._writing() as connection:
        connection.execute(update(metadata.tables["accounts"]).values(bio="changed"))
        connection.execute(metadata.tables["evidence"].delete())
    replayed(home, either, archive)
    assert rows(either) == before


def test_only_what_changed_is_read(home: Home, store: Store, archive: Path, read: list[str]) -> None:
    """A body that says something else is read, and alone; the run tells the same counts as one that reads all."""
    counts = replayed(home, store, archive).counts
    read.clear()
    assert replayed(home, store, archive, since=date(2020, 1, 1)).counts == counts
    assert read == []
    (archive / "2.json").write_text(json.dumps(user(STAYS, 900_001_001, "Bob Stays", bio="Left for the sea.")))
    replayed(home, store, archive)
    assert read == [f"https://api.github.com/users/{STAYS}"]
    assert store.accounts()[f"github:{STAYS}"].bio == "Left for the sea."


def test_a_newer_parser_reads_again(
    home: Home, store: Store, archive: Path, read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A raised version reads every page; reading the archive again does so too, whatever outlines there are."""
    replayed(home, store, archive)
    whole = len(outlined(store))
    read.clear()
    monkeypatch.setattr("scrapers.reading.cleaning.CLEANING", 1000)
    replayed(home, store, archive)
    assert len(set(read)) == whole > 2
    monkeypatch.setattr("scrapers.collect.reparse.version_of", lambda _: 5000)
    assert reparse(home, store, workers=1).changed.total() == whole
    assert outlined(store) == {}


@pytest.mark.parametrize("damaged", ["outline", "body"])
def test_what_is_damaged_is_read_and_kept_anew(
    home: Home, store: Store, archive: Path, read: list[str], damaged: str
) -> None:
    """Bytes that cannot be unpacked are no outline, and those of another hash no page."""
    replayed(home, store, archive)
    whole = rows(store)
    with store._writing() as connection:
        connection.execute(update(pages).values({damaged: zlib.compress(b"x")[: None if damaged == "body" else 4]}))
    read.clear()
    replayed(home, store, archive)
    assert len(read) > 2
    assert rows(store) == whole


def test_a_page_that_is_refused_is_read_each_time(home: Home, store: Store, archive: Path, read: list[str]) -> None:
    """What a page could not be read for is told in every run."""
    (archive / "2.json").write_text("{}")
    told = [replayed(home, store, archive).yields[0].refused for _ in range(2)]
    assert told[0] == told[1]
    assert told[0][Code.SCHEMA_DRIFT] == 1
    assert read.count(f"https://api.github.com/users/{STAYS}") == 2


def test_an_opt_out_holds_for_pages_that_are_not_read(home: Home, either: Store, archive: Path) -> None:
    """After an objection the next run leaves what a run that reads everything leaves; pages that name them go."""
    replayed(home, either, archive)
    join_accounts(either, home.key, NOON)
    suppress(f"github:{GONE}", home, either, SuppressionList.open(home, either), at=NOON)
    replayed(home, either, archive)
    kept = rows(either)
    assert not [url for url, said in outlined(either).items() if GONE in said and GONE not in url]
    without_outlines(either)
    replayed(home, either, archive)
    assert {name: kept[name] for name in ("accounts", "evidence")} == {
        name: rows(either)[name] for name in ("accounts", "evidence")
    }


@pytest.mark.parametrize("how", ["forget", "expire"])
def test_erasing_a_person_drops_every_outline(home: Home, either: Store, archive: Path, how: str) -> None:
    """No outline is left that could name them; who was erased is in none of the next runs' either."""
    night(home, either, archive)
    assert any(GONE in said for said in outlined(either).values())
    listed = SuppressionList.open(home, either)
    if how == "forget":
        forget(f"github:{GONE}", home, either, listed, at=NOON)
    else:
        expire([f"github:{GONE}"], home, either, listed, at=NOON)
    assert outlined(either) == {}
    for _ in range(2):
        replayed(home, either, archive)
        if how == "forget":
            assert not any(GONE in said for said in outlined(either).values())
            assert traces(home, GONE) == []


def test_every_source_says_whether_it_is_timeless() -> None:
    """Those whose code asks when a page came are not."""
    root = Path(parse_cache.sources.__path__[0])
    asking = {file.relative_to(root).as_posix() for file in root.rglob("*.py") if "fetched_at" in file.read_text()}
    assert asking == {"feeds/__init__.py", "feeds/articles.py", "github/work.py"}
    assert {name for name, source in find_sources().items() if not source.timeless} == {"feeds", "github"}
    assert crawl_state.reading_of is reading_of
