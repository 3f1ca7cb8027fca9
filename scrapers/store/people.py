"""People in the store: accounts, evidence, judgements, candidates; and their erasure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from scrapers.records import Account, Event, Evidence, EvidenceKind
from scrapers.records.judgements import Judgement, PairProposal, Past
from scrapers.store.sql import tables as t
from scrapers.store.sql.database import Database
from scrapers.store.sql.rows import (
    account_of,
    account_row,
    evidence_of,
    evidence_row,
    judgement_of,
    judgement_row,
    merge_accounts,
)


@dataclass(frozen=True, slots=True)
class StatedAccount:
    """An account as one page states it, and where that page lies: what a judgement can cite."""

    account: Account
    source: str
    page_url: str
    collected_at: datetime
    first_seen: date


class People(Database):
    """Accounts, evidence and who belongs together."""

    def stated_accounts(self) -> Iterator[StatedAccount]:
        """Every account statement, by account and page: the immutable records that identity judges."""
        with self._reading() as connection:
            for row in connection.execute(select(t.accounts).order_by(t.accounts.c.account, t.accounts.c.page_url)):
                yield StatedAccount(account_of(row), row.source, row.page_url, row.collected_at, row.first_seen)

    def accounts(self) -> dict[str, Account]:
        """Return each account, merged from all pages that state something of it."""
        grouped = groupby(self.stated_accounts(), key=lambda stated: str(stated.account.key))
        return {key: merge_accounts([stated.account for stated in group]) for key, group in grouped}

    def evidence(
        self, closed: Collection[str] = (), kind: EvidenceKind | None = None
    ) -> Iterator[tuple[Evidence, date, datetime]]:
        """Return each act once, with the day it was first seen and when it was last collected; the fullest page wins.

        What only `closed` sources tell is left out, and so is every other kind than a `kind` that is asked for.
        """
        rows_by_id = select(t.evidence).order_by(t.evidence.c.evidence_id, t.evidence.c.page_url)
        if closed:
            rows_by_id = rows_by_id.where(t.evidence.c.source.not_in(closed))
        if kind:
            rows_by_id = rows_by_id.where(t.evidence.c.kind == kind.value)
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

    def judgements(self, *, by_people: bool = False) -> list[Judgement]:
        """The log of judgements, or of what people said, oldest first."""
        ordered = select(t.judgements).order_by(t.judgements.c.at, t.judgements.c.judgement_id)
        if by_people:
            ordered = ordered.where(t.judgements.c.by.in_(["human", "person"]))
        with self._reading() as connection:
            return [judgement_of(row) for row in connection.execute(ordered)]

    def add_judgements(self, judgements: Iterable[Judgement]) -> None:
        """Append to the log; a judgement already there stays as it is."""
        rows = [judgement_row(judgement) for judgement in judgements]
        if rows:
            with self._writing() as connection:
                self._add(connection, t.judgements, rows)

    def set_derived(self, judgements: Iterable[Judgement], members: Mapping[str, str], at: datetime) -> None:
        """Store the judgements of rules and model that hold today, and the candidates: account key -> candidate id.

        A derived judgement that no longer holds is revoked, one that holds again is reinstated; people's stay. An
        account that changes its candidate keeps the former id on record: exported files still name it by that.
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
            self._put(connection, t.judgements, rows)
            before = [dict(row._mapping) for row in connection.execute(select(t.members))]
            self._add(
                connection, t.former, [row for row in before if members.get(row["account"]) != row["candidate_id"]]
            )
            connection.execute(delete(t.members))
            if ours:
                connection.execute(insert(t.members), ours)

    def past(self) -> Past | None:
        """The last comparison of all accounts, without what is known no longer; None before the first."""
        with self._reading() as connection:
            rows = connection.execute(select(t.compared)).all()
            found = tuple(PairProposal(**row._mapping) for row in connection.execute(select(t.proposals)))
        return Past({row.account: row.digest for row in rows}, found, min(row.at for row in rows)) if rows else None

    def set_past(self, past: Past | None) -> None:
        """Keep a comparison of all accounts, or none, in the place of the one before."""
        digests = (
            [{"account": one, "digest": digest, "at": past.at} for one, digest in past.digests.items()] if past else []
        )
        found = [asdict(proposal) for proposal in past.proposals] if past else []
        with self._writing() as connection:
            for table, rows in ((t.compared, digests), (t.proposals, found)):
                connection.execute(delete(table))
                if rows:
                    connection.execute(insert(table), rows)

    def drop_past(self, accounts: Iterable[str]) -> None:
        """Keep nothing of these accounts, which are gone, in the last comparison."""
        gone = [{"gone": account} for account in accounts]
        one: Any = bindparam("gone")
        with self._writing() as connection:
            connection.execute(delete(t.compared).where(t.compared.c.account == one), gone)
            connection.execute(
                delete(t.proposals).where((t.proposals.c.left == one) | (t.proposals.c.right == one)), gone
            )

    def members(self) -> dict[str, str]:
        """Account key -> candidate id, as the last refresh derived it."""
        with self._reading() as connection:
            return {row.account: row.candidate_id for row in connection.execute(select(t.members))}

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
        `listed` says of a URL whether it is the person's. Which exported files name them stays known until they are
        taken out of these. No page that stays keeps an outline: each is read again.
        """
        keys, gone = list(accounts), list(candidates)
        named = t.exports.c.candidate_id.in_(gone)
        with self._writing() as connection:

            def drop(table: Any, condition: Any) -> int:
                return int(connection.execute(delete(table).where(condition)).rowcount)

            counts = {
                "accounts": drop(t.accounts, t.accounts.c.account.in_(keys)),
                "evidence": drop(t.evidence, t.evidence.c.account.in_(keys)),
                "members": drop(t.members, t.members.c.account.in_(keys)),
                "judgements": drop(t.judgements, t.judgements.c.left.in_(keys) | t.judgements.c.right.in_(keys)),
                "compared": drop(t.compared, t.compared.c.account.in_(keys)),
                "proposals": drop(t.proposals, t.proposals.c.left.in_(keys) | t.proposals.c.right.in_(keys)),
                "dealings": drop(t.dealings, t.dealings.c.account.in_(keys)),
                "former": drop(t.former, t.former.c.account.in_(keys)),
                "watched": drop(t.watched, t.watched.c.account.in_(keys)),
                "pages": sum(drop(t.pages, t.pages.c.page_key == key) for key in pages),
                "vectors": sum(drop(t.vectors, t.vectors.c.text_sha256 == key) for key in vectors),
                "frontier": sum(
                    drop(t.frontier, t.frontier.c.position == row.position)
                    for row in connection.execute(select(t.frontier.c.position, t.frontier.c.url)).all()
                    if listed(row.url)
                ),
            }
            connection.execute(update(t.exports).where(named).values(due=True))
            connection.execute(update(t.pages).values(reading=None, outline=None))
            nobody: dict[str, Any] = {"candidate_id": None, "terms": [], "evidence": []}
            connection.execute(update(t.placings).where(t.placings.c.candidate_id.in_(gone)).values(nobody))
            counts["rows_of_others"] = self._rewrite(connection, rewritten)
        self.compact()
        return counts

    def rewrite(self, rewritten: Mapping[tuple[str, str], Evidence | Account | None]) -> int:
        """Put what remains of rows, by evidence id or account and by page, in their place; returns how many went."""
        with self._writing() as connection:
            return self._rewrite(connection, rewritten)

    def _rewrite(self, connection: Connection, rewritten: Mapping[tuple[str, str], Evidence | Account | None]) -> int:
        gone = 0
        for (name, key), kept in rewritten.items():
            if kept is None:
                for table, column in ((t.evidence, t.evidence.c.evidence_id), (t.accounts, t.accounts.c.account)):
                    gone += connection.execute(delete(table).where(column == name, table.c.page_key == key)).rowcount
            elif isinstance(kept, Evidence):
                row = (t.evidence.c.evidence_id == name) & (t.evidence.c.page_key == key)
                connection.execute(update(t.evidence).where(row).values(evidence_row(kept)))
            else:
                row = (t.accounts.c.account == name) & (t.accounts.c.page_key == key)
                connection.execute(update(t.accounts).where(row).values(account_row(kept)))
        return gone

    def stated_rows(self) -> Iterator[tuple[str, str, str, Evidence | Account]]:
        """Every statement about anybody, unmerged: evidence id or account key, page key, page URL, and what it says."""
        with self._reading() as connection:
            for row in connection.execute(select(t.evidence)):
                yield row.evidence_id, row.page_key, row.page_url, evidence_of(row)
            for row in connection.execute(select(t.accounts)):
                yield row.account, row.page_key, row.page_url, account_of(row)
