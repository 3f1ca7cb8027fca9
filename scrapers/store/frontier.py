"""Frontier of a crawl: the requests that are still to be made."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, delete, func, select, update

from scrapers.records import Request
from scrapers.store.sql import tables as t
from scrapers.store.sql.database import Database
from scrapers.store.sql.rows import (
    page_key,
)

# Statements that every page needs, made once.
_OURS = (t.frontier.c.crawl == bindparam("in_crawl"), t.frontier.c.source == bindparam("of_source"))
_OLDEST = select(t.frontier).where(*_OURS, t.frontier.c.state == "pending").order_by(t.frontier.c.position).limit(32)
SETTLED = update(t.frontier).where(*_OURS, t.frontier.c.request_key == bindparam("key")).values(state=bindparam("now"))


@dataclass(frozen=True, slots=True)
class Pending:
    """A request of a crawl that has not been settled yet, and how many links from the start it lies."""

    request: Request
    depth: int


class Frontier(Database):
    """The frontier and the archive."""

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
        self._add(connection, t.frontier, rows)

    def next_requests(
        self, crawl: str, source: str, *, leaving: Collection[str] = (), shunning: Collection[str] = ()
    ) -> list[Pending]:
        """The oldest requests of this crawl and source that are not settled, a few at a time; none at the end.

        Those with the keys in `leaving`, and those whose address begins as one of `shunning` does, are passed over.
        """
        wanted = _OLDEST
        if leaving:
            wanted = wanted.where(t.frontier.c.request_key.not_in(leaving))
        for site in shunning:
            wanted = wanted.where(~t.frontier.c.url.startswith(site, autoescape=True))
        with self._reading() as connection:
            rows = connection.execute(wanted, {"in_crawl": crawl, "of_source": source}).all()
        return [Pending(Request(row.source, row.url, row.method, row.body, row.headers), row.depth) for row in rows]

    def queued(self, crawl: str, source: str) -> set[str]:
        """The keys of all requests that this crawl of the source holds, settled or not."""
        held = select(t.frontier.c.request_key).where(t.frontier.c.crawl == crawl, t.frontier.c.source == source)
        with self._reading() as connection:
            return set(connection.scalars(held))

    def pending(self, crawl: str) -> dict[str, int]:
        """Return the number of pending requests of this crawl, by source."""
        with self._reading() as connection:
            return self._left(connection, crawl)

    def _left(self, connection: Connection, crawl: str) -> dict[str, int]:
        counted = (
            select(t.frontier.c.source, func.count().label("left"))
            .where(t.frontier.c.crawl == crawl, t.frontier.c.state == "pending")
            .group_by(t.frontier.c.source)
        )
        return {row.source: row.left for row in connection.execute(counted)}
