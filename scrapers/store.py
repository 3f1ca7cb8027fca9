"""The only SQL: one relational store as the system of record (SQLite by default, PostgreSQL by URL).

Writes are idempotent: the same page read twice leaves the same rows. Readers never block a writer (WAL).
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Engine, create_engine, delete, event, func, insert, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError

from scrapers import tables as t
from scrapers.faults import StorageFault
from scrapers.identity.records import Judgement
from scrapers.records import Account, Event, Evidence, Page, Record, Request
from scrapers.rows import (
    account_of,
    account_row,
    evidence_of,
    evidence_row,
    judgement_of,
    judgement_row,
    merge_accounts,
    page_key,
    page_of,
    page_row,
)
from scrapers.settings import Home

SCHEMA = "0001"


class StoreUnusable(StorageFault):
    """The store is damaged, full, locked or of a newer schema; nothing in it was changed."""


@dataclass(frozen=True, slots=True)
class Stated:
    """An account as one page states it, and where that page lies: what a judgement can cite."""

    account: Account
    source: str
    page_url: str
    collected_at: datetime
    first_seen: date


@dataclass(frozen=True, slots=True)
class Pending:
    """A request of a crawl that has not been settled yet, and how many links from the start it lies."""

    request: Request
    depth: int


@dataclass(frozen=True, slots=True)
class Run:
    """One step of work as it went: what the runs table keeps."""

    run_id: str
    step: str
    source: str | None
    outcome: str
    started_at: datetime
    ended_at: datetime
    counts: Mapping[str, Any]
    versions: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Archived:
    """A page in the archive, still packed, with what its last reading left in the store."""

    key: str
    parser_version: int
    row: Any
    accounts: Mapping[str, Account]
    evidence: Mapping[str, Evidence]

    def page(self) -> Page:
        """The page; raises PageDamaged where its bytes do not match their hash."""
        return page_of(self.row)


class Store:
    """The open store. Every public method is one transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @classmethod
    def open(cls, home: Home, *, durable: bool = True) -> Store:
        """Open (and on first use create) the store, bringing an older schema up to date.

        Every commit survives a power cut; without `durable` (a replay can be repeated) the last ones may not.
        Raises StoreUnusable naming the path and the remedy; a damaged file is never written to.
        """
        url = os.environ.get("HEADWATER_STORE") or f"sqlite:///{home.create() / 'headwater.db'}"
        engine = create_engine(url)
        if engine.dialect.name == "sqlite":
            event.listen(engine, "connect", partial(_sqlite_settings, "FULL" if durable else "NORMAL"))
            event.listen(engine, "begin", _sqlite_begin)
        store = cls(engine)
        with _faults_named(engine):
            store._migrate()
        if engine.dialect.name == "sqlite" and engine.url.database:
            Path(engine.url.database).chmod(0o600)
        return store

    def close(self) -> None:
        self._engine.dispose()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _migrate(self) -> None:
        with self._engine.connect() as connection:
            tables = self._engine.dialect.get_table_names(connection)
            current = connection.scalar(text("SELECT version_num FROM alembic_version")) if tables else None
        if current == SCHEMA:
            return
        if current is not None and current > SCHEMA:
            raise StoreUnusable(f"{self._engine.url}: schema {current} is newer than this version knows ({SCHEMA})")
        from alembic import command
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", "scrapers:migrations")
        with self._writing() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with (
            _faults_named(self._engine),
            self._engine.connect().execution_options(writes=True) as connection,
            connection.begin(),
        ):
            yield connection

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with _faults_named(self._engine), self._engine.connect() as connection:
            yield connection

    def _insert(self, table: Any) -> Any:
        return (sqlite if self._engine.dialect.name == "sqlite" else postgresql).insert(table)

    def _upsert(self, connection: Connection, table: Any, rows: Sequence[Mapping[str, Any]], keep: set[str]) -> None:
        """Insert, or update every column but the key and those in `keep`."""
        if not rows:
            return
        statement = self._insert(table)
        changed = {
            c.name: statement.excluded[c.name] for c in table.columns if not c.primary_key and c.name not in keep
        }
        connection.execute(statement.on_conflict_do_update(index_elements=list(table.primary_key), set_=changed), rows)

    # ---- collecting: the frontier and what pages say

    def begin_crawl(self, crawl: str, sources: Iterable[str]) -> dict[str, int]:
        """Begin anew where a source has nothing left to ask; returns how many requests each of the others resumes.

        A source that begins anew goes on with listings that the last run broke off ("later") as well.
        """
        with self._writing() as connection:
            left = self._left(connection, crawl)
            for source in set(sources) - left.keys():
                ours = (t.frontier.c.crawl == crawl) & (t.frontier.c.source == source)
                connection.execute(delete(t.frontier).where(ours, t.frontier.c.state != "later"))
                connection.execute(update(t.frontier).where(ours).values(state="pending"))
        return left

    def ask(self, crawl: str, requests: Iterable[Request]) -> None:
        """Add requests to a crawl; one that it already holds, settled or not, is not asked twice."""
        with self._writing() as connection:
            self._ask(connection, crawl, [(request, 0) for request in requests])

    def _ask(self, connection: Connection, crawl: str, requests: Iterable[tuple[Request, int]]) -> None:
        rows = [
            {
                "crawl": crawl,
                "source": request.source,
                "request_key": page_key(request),
                "method": request.method,
                "url": request.url,
                "body": request.body,
                "headers": dict(request.headers),
                "depth": depth,
                "state": "pending",
            }
            for request, depth in requests
        ]
        if rows:
            connection.execute(self._insert(t.frontier).on_conflict_do_nothing(), rows)

    def next_request(
        self, crawl: str, source: str, *, leaving: Collection[str] = (), shunning: Collection[str] = ()
    ) -> Pending | None:
        """The oldest request of this crawl and source that is not settled.

        Those with the keys in `leaving`, and those whose address begins as one of `shunning` does, are passed over.
        """
        wanted = (
            select(t.frontier)
            .where(t.frontier.c.crawl == crawl, t.frontier.c.source == source, t.frontier.c.state == "pending")
            .order_by(t.frontier.c.position)
            .limit(1)
        )
        if leaving:
            wanted = wanted.where(t.frontier.c.request_key.not_in(leaving))
        for site in shunning:
            wanted = wanted.where(~t.frontier.c.url.startswith(site, autoescape=True))
        with self._reading() as connection:
            row = connection.execute(wanted).one_or_none()
        if row is None:
            return None
        return Pending(Request(row.source, row.url, row.method, row.body, row.headers), row.depth)

    def queued(self, crawl: str, source: str) -> set[str]:
        """The keys of all requests that this crawl of the source holds, settled or not."""
        held = select(t.frontier.c.request_key).where(t.frontier.c.crawl == crawl, t.frontier.c.source == source)
        with self._reading() as connection:
            return set(connection.scalars(held))

    def pending(self, crawl: str) -> dict[str, int]:
        """How many requests each source of this crawl still has to ask."""
        with self._reading() as connection:
            return self._left(connection, crawl)

    def _left(self, connection: Connection, crawl: str) -> dict[str, int]:
        counted = (
            select(t.frontier.c.source, func.count().label("left"))
            .where(t.frontier.c.crawl == crawl, t.frontier.c.state == "pending")
            .group_by(t.frontier.c.source)
        )
        return {row.source: row.left for row in connection.execute(counted)}

    def settle(
        self,
        crawl: str,
        request: Request,
        *,
        page: Page | None = None,
        records: Sequence[Record] = (),
        follow: Sequence[tuple[Request, int]] = (),
        parser_version: int = 1,
        archive: bool = True,
        state: str = "done",
    ) -> None:
        """Keep a page, what it says and what it leads to, and settle its request: one transaction (G32)."""
        key = page_key(request)
        with self._writing() as connection:
            if page is not None:
                if archive:
                    row = page_row(key, page, parser_version)
                    self._upsert(connection, t.pages, [row], set())
                else:
                    connection.execute(delete(t.pages).where(t.pages.c.page_key == key))
                self._keep_records(connection, key, page, records)
            self._ask(connection, crawl, follow)
            connection.execute(
                update(t.frontier)
                .where(
                    t.frontier.c.crawl == crawl,
                    t.frontier.c.source == request.source,
                    t.frontier.c.request_key == key,
                )
                .values(state=state)
            )

    def _keep_records(self, connection: Connection, key: str, page: Page, records: Sequence[Record]) -> None:
        origin = {
            "page_key": key,
            "source": page.source,
            "page_url": page.url,
            "page_sha256": page.sha256,
            "collected_at": page.fetched_at,
            "first_seen": page.fetched_at.astimezone(UTC).date(),
        }
        named = {str(r.key): account_row(r) | origin for r in records if isinstance(r, Account)}
        acts = {r.id: evidence_row(r) | origin for r in records if isinstance(r, Evidence)}
        held = {r.url: asdict(r) | {"themes": list(r.themes)} | origin for r in records if isinstance(r, Event)}
        for row in held.values():
            del row["page_key"]
        self._upsert(connection, t.accounts, list(named.values()), {"first_seen"})
        self._upsert(connection, t.evidence, list(acts.values()), {"first_seen"})
        self._upsert(connection, t.events, list(held.values()), {"first_seen"})

    def forget_page(self, crawl: str, request: Request) -> int:
        """A page that is gone for good: what it alone stated goes too (G8). Returns the number of rows removed."""
        key = page_key(request)
        with self._writing() as connection:
            removed = sum(
                connection.execute(delete(table).where(table.c.page_key == key)).rowcount
                for table in (t.accounts, t.evidence, t.pages)
            )
        self.settle(crawl, request, state="gone")
        return removed

    def archived(self, request: Request) -> Page | None:
        """The page as it was last kept for this request, for conditional requests and for reading it again."""
        with self._reading() as connection:
            row = connection.execute(select(t.pages).where(t.pages.c.page_key == page_key(request))).one_or_none()
        return page_of(row) if row else None

    def archive(self) -> Iterator[tuple[str, Page]]:
        """Every archived page with its key, one at a time."""
        with self._reading() as connection:
            for row in connection.execution_options(yield_per=50).execute(select(t.pages).order_by(t.pages.c.page_key)):
                yield row.page_key, page_of(row)

    # ---- the archive, read again

    def page_keys(self, sources: Collection[str]) -> list[str]:
        """The keys of all archived pages of these sources, in order."""
        wanted = select(t.pages.c.page_key).where(t.pages.c.source.in_(sources)).order_by(t.pages.c.page_key)
        with self._reading() as connection:
            return list(connection.scalars(wanted))

    def archived_rows(self, keys: Sequence[str]) -> list[Archived]:
        """These pages as they lie in the archive, each with what the store holds of those very bytes."""
        with self._reading() as connection:
            pages = connection.execute(select(t.pages).where(t.pages.c.page_key.in_(keys))).all()
            accounts: defaultdict[tuple[str, str], dict[str, Account]] = defaultdict(dict)
            for row in connection.execute(select(t.accounts).where(t.accounts.c.page_key.in_(keys))):
                accounts[row.page_key, row.page_sha256][row.account] = account_of(row)
            acts: defaultdict[tuple[str, str], dict[str, Evidence]] = defaultdict(dict)
            for row in connection.execute(select(t.evidence).where(t.evidence.c.page_key.in_(keys))):
                acts[row.page_key, row.page_sha256][row.evidence_id] = evidence_of(row)
        bytes_of = [(row, (row.page_key, row.sha256)) for row in pages]
        return [Archived(row.page_key, row.parser_version, row, accounts[key], acts[key]) for row, key in bytes_of]

    def keep_reread(self, reread: Iterable[tuple[str, Page, Sequence[Record], int]]) -> int:
        """What archived pages say to a newer parser, as (key, page, records, version), in one transaction.

        What the same bytes said before and no longer say goes; what older bytes of the page said stays. Returns how
        many rows were removed.
        """
        removed = 0
        with self._writing() as connection:
            for key, page, records, version in reread:
                kept = {str(r.key) for r in records if isinstance(r, Account)}
                acts = {r.id for r in records if isinstance(r, Evidence)}
                for table, column, stays in (
                    (t.accounts, t.accounts.c.account, kept),
                    (t.evidence, t.evidence.c.evidence_id, acts),
                ):
                    same_bytes = (table.c.page_key == key) & (table.c.page_sha256 == page.sha256)
                    gone = same_bytes & column.not_in(stays)
                    removed += connection.execute(delete(table).where(gone)).rowcount
                self._keep_records(connection, key, page, records)
                connection.execute(update(t.pages).where(t.pages.c.page_key == key).values(parser_version=version))
        return removed

    # ---- reading what is held

    def stated_accounts(self) -> Iterator[Stated]:
        """Every account statement, by account and page: the immutable records that identity judges."""
        with self._reading() as connection:
            for row in connection.execute(select(t.accounts).order_by(t.accounts.c.account, t.accounts.c.page_url)):
                yield Stated(account_of(row), row.source, row.page_url, row.collected_at, row.first_seen)

    def accounts(self) -> dict[str, Account]:
        """Each account, merged from all pages that state something of it."""
        grouped = groupby(self.stated_accounts(), key=lambda stated: str(stated.account.key))
        return {key: merge_accounts([stated.account for stated in group]) for key, group in grouped}

    def evidence(self) -> Iterator[tuple[Evidence, date, datetime]]:
        """Each act once, with the day it was first seen and when it was last collected; the fullest page wins."""
        rows_by_id = select(t.evidence).order_by(t.evidence.c.evidence_id, t.evidence.c.page_url)
        with self._reading() as connection:
            for _, group in groupby(connection.execute(rows_by_id), key=lambda row: row.evidence_id):
                rows = list(group)
                fullest = max(rows, key=lambda row: (len(row.text), row.page_url))
                yield evidence_of(fullest), min(r.first_seen for r in rows), max(r.collected_at for r in rows)

    def events(self) -> list[Event]:
        """Every event that a page announced."""
        with self._reading() as connection:
            rows = connection.execute(select(t.events).order_by(t.events.c.url)).all()
        names = ("site", "title", "url", "start", "end", "winners_announced")
        return [Event(**{name: getattr(row, name) for name in names}, themes=tuple(row.themes)) for row in rows]

    def rows_of(self, accounts: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
        """Every row of these accounts, raw, by table: what `show` gives to a person (G9)."""
        keys = list(accounts)
        with self._reading() as connection:
            found = {
                table.name: [
                    dict(row._mapping) for row in connection.execute(select(table).where(table.c.account.in_(keys)))
                ]
                for table in (t.accounts, t.evidence, t.members)
            }
            about = t.judgements.c.left.in_(keys) | t.judgements.c.right.in_(keys)
            found["judgements"] = [dict(r._mapping) for r in connection.execute(select(t.judgements).where(about))]
        return found

    # ---- identity

    def judgements(self) -> list[Judgement]:
        """The log of judgements, oldest first."""
        ordered = select(t.judgements).order_by(t.judgements.c.at, t.judgements.c.judgement_id)
        with self._reading() as connection:
            return [judgement_of(row) for row in connection.execute(ordered)]

    def add_judgements(self, judgements: Iterable[Judgement]) -> None:
        """Append to the log; a judgement already there stays as it is."""
        rows = [judgement_row(judgement) for judgement in judgements]
        if rows:
            with self._writing() as connection:
                connection.execute(self._insert(t.judgements).on_conflict_do_nothing(), rows)

    def set_derived(self, judgements: Iterable[Judgement], members: Mapping[str, str], at: datetime) -> None:
        """What the rules and the model hold today, and who belongs to which candidate: account key -> candidate id.

        A derived judgement that no longer holds is revoked, one that holds again is reinstated; people's stay.
        """
        rows = [judgement_row(judgement) for judgement in judgements]
        standing = [row["judgement_id"] for row in rows]
        ours = [{"account": account, "candidate_id": candidate} for account, candidate in sorted(members.items())]
        with self._writing() as connection:
            derived = t.judgements.c.by.in_(["rule", "model"]) & t.judgements.c.revoked_at.is_(None)
            held = set(connection.scalars(select(t.judgements.c.judgement_id).where(derived)))
            for fallen in sorted(held - set(standing)):
                connection.execute(
                    update(t.judgements).where(t.judgements.c.judgement_id == fallen).values(revoked_at=at)
                )
            self._upsert(connection, t.judgements, rows, {"at"})
            connection.execute(delete(t.members))
            if ours:
                connection.execute(insert(t.members), ours)

    def members(self) -> dict[str, str]:
        """Account key -> candidate id, as the last refresh derived it."""
        with self._reading() as connection:
            return {row.account: row.candidate_id for row in connection.execute(select(t.members))}

    # ---- vectors

    def vectors(self, model_id: str, hashes: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        """The stored vectors of these texts (float32, unit length) by the SHA-256 of the text."""
        found: dict[str, NDArray[np.float32]] = {}
        with self._reading() as connection:
            for start in range(0, len(hashes), 500):
                wanted = t.vectors.c.text_sha256.in_(hashes[start : start + 500])
                query = select(t.vectors.c.text_sha256, t.vectors.c.vector)
                for row in connection.execute(query.where(t.vectors.c.model_id == model_id, wanted)):
                    found[row.text_sha256] = np.frombuffer(row.vector, dtype="<f4")
        return found

    def add_vectors(self, model_id: str, vectors: Mapping[str, NDArray[np.float32]]) -> None:
        """Keep new vectors; one that is there already stays."""
        rows = [
            {"model_id": model_id, "text_sha256": key, "vector": np.asarray(vector, dtype="<f4").tobytes()}
            for key, vector in vectors.items()
        ]
        if rows:
            with self._writing() as connection:
                connection.execute(self._insert(t.vectors).on_conflict_do_nothing(), rows)

    def vector_models(self) -> list[str]:
        """The models that made the stored vectors."""
        with self._reading() as connection:
            return list(connection.scalars(select(t.vectors.c.model_id).distinct().order_by(t.vectors.c.model_id)))

    # ---- suppression, exports, runs

    def suppressed_hashes(self) -> dict[str, tuple[str, str]]:
        """Keyed hash -> (kind, reason)."""
        with self._reading() as connection:
            return {row.hash: (row.kind, row.reason) for row in connection.execute(select(t.suppressions))}

    def add_suppressions(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Add keyed hashes to the suppression list."""
        if rows:
            with self._writing() as connection:
                connection.execute(self._insert(t.suppressions).on_conflict_do_nothing(), rows)

    def note_export(self, path: str, candidates: Iterable[str], at: datetime) -> None:
        """Remember which candidates a file names, so that erasure reaches it."""
        with self._writing() as connection:
            connection.execute(delete(t.exports).where(t.exports.c.path == path))
            rows = [{"path": path, "candidate_id": c, "exported_at": at} for c in sorted(set(candidates))]
            if rows:
                connection.execute(insert(t.exports), rows)

    def exports_naming(self, candidates: Iterable[str]) -> dict[str, list[str]]:
        """Path -> the given candidates that it names."""
        naming: dict[str, list[str]] = defaultdict(list)
        with self._reading() as connection:
            query = select(t.exports).where(t.exports.c.candidate_id.in_(list(candidates)))
            for row in connection.execute(query.order_by(t.exports.c.path)):
                naming[row.path].append(row.candidate_id)
        return dict(naming)

    def add_run(self, run: Run) -> None:
        """Append to the runs table."""
        with self._writing() as connection:
            connection.execute(insert(t.runs), [asdict(run)])

    def runs(self, limit: int = 50) -> list[Run]:
        """The newest runs first."""
        with self._reading() as connection:
            rows = connection.execute(select(t.runs).order_by(t.runs.c.started_at.desc()).limit(limit)).all()
        return [Run(**row._mapping) for row in rows]

    def runs_of(self, step: str, source: str, limit: int = 50) -> list[Run]:
        """The newest runs of one source in one step, the last ended first."""
        wanted = select(t.runs).where(t.runs.c.step == step, t.runs.c.source == source)
        with self._reading() as connection:
            rows = connection.execute(wanted.order_by(t.runs.c.ended_at.desc()).limit(limit)).all()
        return [Run(**row._mapping) for row in rows]

    # ---- erasure

    def erase(
        self,
        accounts: Iterable[str],
        *,
        candidates: Iterable[str],
        rewritten: Mapping[tuple[str, str], Evidence | Account | None],
        pages: Iterable[str],
        vectors: Iterable[str],
        listed: Callable[[str], bool],
    ) -> dict[str, int]:
        """Remove accounts with all that hangs on them, in one transaction; returns rows removed by table.

        `rewritten` maps other people's rows, by evidence id or account and by page, to what remains of them, or None;
        `listed` says of a URL whether it is the person's.
        """
        keys, gone = list(accounts), list(candidates)
        with self._writing() as connection:

            def drop(table: Any, condition: Any) -> int:
                return int(connection.execute(delete(table).where(condition)).rowcount)

            counts = {
                "accounts": drop(t.accounts, t.accounts.c.account.in_(keys)),
                "evidence": drop(t.evidence, t.evidence.c.account.in_(keys)),
                "members": drop(t.members, t.members.c.account.in_(keys)),
                "judgements": drop(t.judgements, t.judgements.c.left.in_(keys) | t.judgements.c.right.in_(keys)),
                "exports": drop(t.exports, t.exports.c.candidate_id.in_(gone)),
                "pages": sum(drop(t.pages, t.pages.c.page_key == key) for key in pages),
                "vectors": sum(drop(t.vectors, t.vectors.c.text_sha256 == key) for key in vectors),
                "frontier": sum(
                    drop(t.frontier, t.frontier.c.position == row.position)
                    for row in connection.execute(select(t.frontier.c.position, t.frontier.c.url)).all()
                    if listed(row.url)
                ),
                "rows_of_others": 0,
            }
            for (name, key), kept in rewritten.items():
                if kept is None:
                    for table, column in ((t.evidence, t.evidence.c.evidence_id), (t.accounts, t.accounts.c.account)):
                        counts["rows_of_others"] += drop(table, (column == name) & (table.c.page_key == key))
                elif isinstance(kept, Evidence):
                    row = (t.evidence.c.evidence_id == name) & (t.evidence.c.page_key == key)
                    connection.execute(update(t.evidence).where(row).values(evidence_row(kept)))
                else:
                    row = (t.accounts.c.account == name) & (t.accounts.c.page_key == key)
                    connection.execute(update(t.accounts).where(row).values(account_row(kept)))
        self.compact()
        return counts

    def stated_rows(self) -> Iterator[tuple[str, str, str, Evidence | Account]]:
        """Every statement about anybody, unmerged: evidence id or account key, page key, page URL, and what it says."""
        with self._reading() as connection:
            for row in connection.execute(select(t.evidence)):
                yield row.evidence_id, row.page_key, row.page_url, evidence_of(row)
            for row in connection.execute(select(t.accounts)):
                yield row.account, row.page_key, row.page_url, account_of(row)

    def compact(self) -> None:
        """Leave no deleted byte behind: fold the write-ahead log into the file, whose freed pages are zeroed."""
        if self._engine.dialect.name != "sqlite":
            return
        connection = self._engine.raw_connection()
        try:
            busy, *_ = connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        finally:
            connection.close()
        if busy:
            raise StoreUnusable(f"{self._engine.url}: a reader keeps the old log; close notebooks and run this again")


def _sqlite_settings(synchronous: str, connection: Any, _: object) -> None:
    connection.isolation_level = None  # we begin transactions ourselves, see _sqlite_begin
    for setting in ("journal_mode=WAL", f"synchronous={synchronous}", "busy_timeout=30000", "secure_delete=ON"):
        connection.execute(f"PRAGMA {setting}")


def _sqlite_begin(connection: Connection) -> None:
    """A writer takes its lock at the start, so that it never fails half-way with "database is locked"."""
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def _faults_named(engine: Engine) -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        what, where = str(error.orig), engine.url.render_as_string(hide_password=True)
        remedy = next((advice for sign, advice in _REMEDIES.items() if sign in what), "see the message")
        raise StoreUnusable(f"{where}: {what}; {remedy}") from error


_REMEDIES = {
    "not a database": "the file is damaged: move it away and restore a backup, or collect again",
    "malformed": "the file is damaged: keep a copy, restore a backup, or collect again",
    "full": "free some disk space and run again; what was kept before is whole",
    "locked": "another program holds the store; wait for it or close it",
    "readonly": "the store cannot be written: check who owns the folder",
    "unable to open": "check that the folder exists and that you may write to it",
    "connection": "check HEADWATER_STORE and that the database server answers",
}
