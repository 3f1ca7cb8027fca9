"""The archive: pages kept with what they said, settled, re-read or forgotten."""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from sqlalchemy import Connection, bindparam, delete, select, update

from scrapers.records import Account, Event, Evidence, Page, Record, Request
from scrapers.store.frontier import SETTLED, Frontier
from scrapers.store.sql import tables as t
from scrapers.store.sql.rows import (
    PageDamaged,
    account_of,
    account_row,
    evidence_of,
    evidence_row,
    page_key,
    page_of,
    page_row,
)

_KEPT = select(t.pages).where(t.pages.c.page_key == bindparam("key"))
_CAME_AGAIN = (
    update(t.pages)
    .where(t.pages.c.page_key == bindparam("key"), t.pages.c.reading == bindparam("read"))
    .values(fetched_at=bindparam("at"))
)


@dataclass(frozen=True, slots=True)
class PageWithOutline:
    """A page in the archive, with the outline of one reading of it (`scrapers.reading.parse_cache`), packed."""

    page: Page
    reading: str | None
    packed: bytes | None

    def outline(self, reading: str) -> bytes | None:
        """Return the outline of this reading; None where there is none, or where it is damaged."""
        if self.packed is None or self.reading != reading:
            return None
        try:
            return zlib.decompress(self.packed)
        except zlib.error:
            return None


@dataclass(frozen=True, slots=True)
class ArchivedPage:
    """A page in the archive, still packed, with what its last reading left in the store."""

    key: str
    parser_version: int
    row: Any
    accounts: Mapping[str, Account]
    evidence: Mapping[str, Evidence]

    def page(self) -> Page:
        """The page; raises PageDamaged where its bytes do not match their hash."""
        return page_of(self.row)


def _names(url: str, handle: str) -> bool:
    """True if a page's address ends with that handle: then it is the account's own."""
    parts = urlsplit(url)
    last = [unquote(parts.path.rstrip("/").rpartition("/")[2]), *(value for _, value in parse_qsl(parts.query))]
    return handle.casefold() in {word.removeprefix("@").casefold() for word in last}


class Archive(Frontier):
    """Archived pages and the records that they gave."""

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
        reading: str | None = None,
        outline: bytes | None = None,
        again: bool = False,
        state: str = "done",
    ) -> None:
        """Keep a page, what it says and what it leads to, and settle its request: one transaction (G32).

        Of a page that came `again`, its outline of this very `reading` being known, the time alone is written.
        """
        key = page_key(request)
        with self._writing() as connection:
            if page is not None:
                if not archive:
                    connection.execute(delete(t.pages).where(t.pages.c.page_key == key))
                elif not (again and self._came_again(connection, key, page, reading)):
                    self._put(connection, t.pages, [page_row(key, page, parser_version, reading, outline)])
                self._keep_records(connection, key, page, records)
            self._ask(connection, crawl, follow)
            connection.execute(SETTLED, {"in_crawl": crawl, "of_source": request.source, "key": key, "now": state})

    def _came_again(self, connection: Connection, key: str, page: Page, reading: str | None) -> bool:
        told = {"key": key, "read": reading, "at": page.fetched_at}
        return bool(connection.execute(_CAME_AGAIN, told).rowcount)

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
        self._put(connection, t.accounts, list(named.values()))
        self._put(connection, t.evidence, list(acts.values()))
        self._put(connection, t.events, list(held.values()))

    def forget_page(self, crawl: str, request: Request) -> int:
        """A page that is gone for good: what it alone stated goes too (G8). Returns the number of rows removed.

        Where it was an account's own page, that account is noted as gone, for the next sweep.
        """
        key = page_key(request)
        with self._writing() as connection:
            for row in connection.execute(select(t.accounts).where(t.accounts.c.page_key == key)).all():
                if _names(request.url, row.handle):
                    gone = {"account": row.account, "kind": "gone", "role": "", "day": row.collected_at.date()}
                    self._add(connection, t.dealings, [gone])
            removed = sum(
                connection.execute(delete(table).where(table.c.page_key == key)).rowcount
                for table in (t.accounts, t.evidence, t.pages)
            )
        self.settle(crawl, request, state="gone")
        return removed

    def archived(self, request: Request) -> PageWithOutline | None:
        """The page as it was last kept for this request, for conditional requests; raises PageDamaged."""
        with self._reading() as connection:
            row = connection.execute(_KEPT, {"key": page_key(request)}).one_or_none()
        return PageWithOutline(page_of(row), row.reading, row.outline) if row else None

    def archive(self, damaged: list[str] | None = None) -> Iterator[tuple[str, Page]]:
        """Every archived page with its key, one at a time; the keys of damaged ones are added to `damaged`.

        Without such a list the first of them raises PageDamaged.
        """
        with self._reading() as connection:
            for row in connection.execution_options(yield_per=50).execute(select(t.pages).order_by(t.pages.c.page_key)):
                try:
                    page = page_of(row)
                except PageDamaged:
                    if damaged is None:
                        raise
                    damaged.append(row.page_key)
                    continue
                yield row.page_key, page

    def page_keys(self, sources: Collection[str]) -> list[str]:
        """The keys of all archived pages of these sources, in order."""
        wanted = select(t.pages.c.page_key).where(t.pages.c.source.in_(sources)).order_by(t.pages.c.page_key)
        with self._reading() as connection:
            return list(connection.scalars(wanted))

    def archived_rows(self, keys: Sequence[str]) -> list[ArchivedPage]:
        """Return these pages as rows of the archive, each with what the store holds of those very bytes."""
        with self._reading() as connection:
            pages = connection.execute(select(t.pages).where(t.pages.c.page_key.in_(keys))).all()
            accounts: defaultdict[tuple[str, str], dict[str, Account]] = defaultdict(dict)
            for row in connection.execute(select(t.accounts).where(t.accounts.c.page_key.in_(keys))):
                accounts[row.page_key, row.page_sha256][row.account] = account_of(row)
            acts: defaultdict[tuple[str, str], dict[str, Evidence]] = defaultdict(dict)
            for row in connection.execute(select(t.evidence).where(t.evidence.c.page_key.in_(keys))):
                acts[row.page_key, row.page_sha256][row.evidence_id] = evidence_of(row)
        bytes_of = [(row, (row.page_key, row.sha256)) for row in pages]
        return [ArchivedPage(row.page_key, row.parser_version, row, accounts[key], acts[key]) for row, key in bytes_of]

    def keep_reread(self, reread: Iterable[tuple[str, Page, Sequence[Record], int]]) -> int:
        """Store what archived pages say to a newer parser, as (key, page, records, version), in one transaction.

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
                reread_now = {"parser_version": version, "reading": None, "outline": None}
                connection.execute(update(t.pages).where(t.pages.c.page_key == key).values(reread_now))
        return removed
