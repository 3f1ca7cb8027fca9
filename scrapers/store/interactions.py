"""Interactions with people: handed over, notified, answered; and the links they published to be reached by."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from sqlalchemy import delete, func, select

from scrapers.store.sql import tables as t
from scrapers.store.sql.database import Database

InteractionKind = Literal["handed", "notified", "answered", "gone"]


@dataclass(frozen=True, slots=True)
class Interaction:
    """An interaction with an account's person on a day; `role` only where somebody was handed over for one."""

    account: str
    kind: InteractionKind
    day: date
    role: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """A link as a source states it: an account's own `url`, one of its `links`, or an offer to work (`post`)."""

    account: str
    url: str
    field: str
    source: str
    day: date | None = None


class Interactions(Database):
    """Dealings with people, and what of theirs may lead to them."""

    def add_interactions(self, dealings: Iterable[Interaction]) -> None:
        """Remember what was done; the same thing on the same day once."""
        rows = [{"account": d.account, "kind": d.kind, "role": d.role, "day": d.day} for d in dealings]
        if rows:
            with self._writing() as connection:
                self._add(connection, t.dealings, rows)

    def interactions(self, accounts: Collection[str] | None = None) -> list[Interaction]:
        """Return the interactions with these accounts, or with all, oldest first."""
        found = select(t.dealings).order_by(t.dealings.c.day, t.dealings.c.account, t.dealings.c.role)
        if accounts is not None:
            found = found.where(t.dealings.c.account.in_(accounts))
        with self._reading() as connection:
            return [Interaction(row.account, row.kind, row.day, row.role) for row in connection.execute(found)]

    def links_of(self, accounts: Collection[str]) -> list[Link]:
        """Every link that the pages about these accounts state as theirs, and every offer to work."""
        stated = select(t.accounts.c.account, t.accounts.c.url, t.accounts.c.links, t.accounts.c.source)
        offers = select(t.evidence.c.account, t.evidence.c.url, t.evidence.c.source, t.evidence.c.date)
        found: list[Link] = []
        with self._reading() as connection:
            for row in connection.execute(stated.where(t.accounts.c.account.in_(accounts))):
                found += [Link(row.account, row.url, "url", row.source)] if row.url else []
                found += [Link(row.account, link, "links", row.source) for link in row.links]
            theirs = t.evidence.c.account.in_(accounts) & (t.evidence.c.kind == "availability")
            posts = connection.execute(offers.where(theirs))
            found += [Link(row.account, row.url, "post", row.source, row.date) for row in posts]
        return found

    def sources_of(self, accounts: Collection[str]) -> dict[str, set[str]]:
        """Account -> every source that gave something about it."""
        found: dict[str, set[str]] = defaultdict(set)
        with self._reading() as connection:
            for table in (t.accounts, t.evidence):
                query = select(table.c.account, table.c.source).where(table.c.account.in_(accounts)).distinct()
                for row in connection.execute(query):
                    found[row.account].add(row.source)
        return dict(found)

    def newest_acts(self, accounts: Collection[str] | None = None) -> dict[str, date]:
        """Account -> the day on which its newest act was first seen; where none is held, the account's own first day.

        Seeing the same act again moves nothing (G8).
        """
        acts = select(t.evidence.c.account, func.min(t.evidence.c.first_seen)).group_by(
            t.evidence.c.account, t.evidence.c.evidence_id
        )
        stated = select(t.accounts.c.account, func.min(t.accounts.c.first_seen)).group_by(t.accounts.c.account)
        if accounts is not None:
            acts = acts.where(t.evidence.c.account.in_(accounts))
            stated = stated.where(t.accounts.c.account.in_(accounts))
        newest: dict[str, date] = {}
        with self._reading() as connection:
            first: dict[str, date] = dict(connection.execute(stated).tuples().all())
            for account, day in connection.execute(acts.where(t.evidence.c.account.is_not(None))).tuples():
                newest[account] = max(day, newest.get(account, day))
        return first | newest

    def credited(self) -> set[str]:
        """Every account with an act that is held."""
        acts = select(t.evidence.c.account).where(t.evidence.c.account.is_not(None)).distinct()
        with self._reading() as connection:
            return set(connection.scalars(acts))

    def pages_about(self, accounts: Collection[str]) -> set[str]:
        """The keys of the pages that say something of these accounts."""
        with self._reading() as connection:
            return {
                key
                for table in (t.accounts, t.evidence)
                for key in connection.scalars(select(table.c.page_key).where(table.c.account.in_(accounts)).distinct())
            }

    def named(self) -> set[str]:
        """Every account that any table names."""
        names = ("account", "left", "right")
        columns = [table.c[name] for table in t.metadata.sorted_tables for name in names if name in table.c]
        with self._reading() as connection:
            found = {each for column in columns for each in connection.scalars(select(column).distinct())}
        return {account for account in found if account}

    def expire_pages(self, before: datetime) -> int:
        """Delete archived pages fetched before that moment (G4); returns how many."""
        with self._writing() as connection:
            return int(connection.execute(delete(t.pages).where(t.pages.c.fetched_at < before)).rowcount)
