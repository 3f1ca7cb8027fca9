"""People who are followed, and the pages of theirs that are asked for before all others."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from datetime import date

from sqlalchemy import delete, func, select, update

from scrapers.records import Request
from scrapers.store.frontier import Frontier
from scrapers.store.sql import tables as t
from scrapers.store.sql.rows import page_key

# So many pages of one person come first; their further ones wait their turn.
MOST_PAGES = 20


class Follows(Frontier):
    """Followed people, account by account."""

    def watch(self, accounts: Iterable[str], day: date) -> None:
        """Follow these accounts from that day; one that is followed already stays as it is."""
        rows = [{"account": account, "since": day} for account in accounts]
        if rows:
            with self._writing() as connection:
                self._add(connection, t.watched, rows)

    def unwatch(self, accounts: Collection[str]) -> int:
        """Follow these accounts no more; returns how many were followed."""
        with self._writing() as connection:
            return int(connection.execute(delete(t.watched).where(t.watched.c.account.in_(accounts))).rowcount)

    def watched(self) -> dict[str, date]:
        """Account -> the day since which it is followed."""
        with self._reading() as connection:
            return dict(connection.execute(select(t.watched).order_by(t.watched.c.account)).tuples().all())

    def own_pages(self, source: str) -> list[Request]:
        """The pages of a source that speak of one followed person and nobody else, profiles first, then the newest.

        A page that has to be asked for by POST is none of them: its body is not kept.
        """
        followed = set(self.watched())
        if not followed:
            return []
        about: dict[Request, set[str | None]] = defaultdict(set)
        rank: dict[Request, tuple[bool, date, str]] = {}
        with self._reading() as connection:
            for table in (t.accounts, t.evidence):
                theirs = select(table.c.page_key).where(table.c.source == source, table.c.account.in_(followed))
                said = select(table.c.page_key, table.c.page_url, table.c.account, table.c.first_seen)
                for row in connection.execute(said.where(table.c.page_key.in_(theirs))):
                    request = Request(source, row.page_url)
                    if page_key(request) == row.page_key:
                        about[request].add(row.account)
                        worth = (table is t.accounts, row.first_seen, row.page_url)
                        rank[request] = max(rank.get(request, worth), worth)
        given: Counter[str | None] = Counter()
        found = []
        for request in sorted(about, key=lambda request: rank[request], reverse=True):
            account, *others = about[request]
            given[account] += not others
            if account in followed and not others and given[account] <= MOST_PAGES:
                found.append(request)
        return found

    def ask_first(self, crawl: str, requests: Iterable[Request]) -> None:
        """Put requests before all that a crawl still has to ask; one that it has settled is not asked twice."""
        wanted = list(requests)
        with self._writing() as connection:
            self._ask(connection, crawl, [(request, 0) for request in wanted])
            first = connection.scalar(select(func.min(t.frontier.c.position))) or 0
            for number, request in enumerate(wanted):
                ours = (t.frontier.c.crawl == crawl) & (t.frontier.c.source == request.source)
                pending = ours & (t.frontier.c.request_key == page_key(request)) & (t.frontier.c.state == "pending")
                place = first - len(wanted) + number
                connection.execute(update(t.frontier).where(pending).values(position=place))
