"""Exported files and whom they name; the suppression list's hashes; marks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import delete, insert, select, update

from scrapers.store.sql import tables as t
from scrapers.store.sql.database import Database


@dataclass(frozen=True, slots=True)
class Exported:
    """A file that names candidates: the id of the home that wrote it, where, and the SHA-256 that it had then.

    `due` are those of them who were forgotten or objected since and are still to be struck from it.
    """

    home: str
    path: str
    sha256: str | None
    candidates: frozenset[str]
    due: frozenset[str] = frozenset()


class Exports(Database):
    """Exported files, suppressed hashes, marks."""

    def suppressed_hashes(self) -> dict[str, tuple[str, str]]:
        """Keyed hash -> (kind, reason)."""
        with self._reading() as connection:
            return {row.hash: (row.kind, row.reason) for row in connection.execute(select(t.suppressions))}

    def add_suppressions(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Add keyed hashes to the suppression list; one that is there already takes the reason given now."""
        with self._writing() as connection:
            self._put(connection, t.suppressions, rows)

    def mark(self, name: str) -> str | None:
        """Return the value kept for the store as a whole under that name, or None."""
        with self._reading() as connection:
            found = connection.scalar(select(t.marks.c.value).where(t.marks.c.name == name))
        return None if found is None else str(found)

    def set_mark(self, name: str, value: str) -> None:
        """Keep that of the store as a whole."""
        with self._writing() as connection:
            self._put(connection, t.marks, [{"name": name, "value": value}])

    def former_ids(self, accounts: Iterable[str] | None = None) -> dict[str, str]:
        """Candidate ids that these accounts, or all, had before a join, a split or a new key: id -> account."""
        query = select(t.former).order_by(t.former.c.account.desc())
        if accounts is not None:
            query = query.where(t.former.c.account.in_(list(accounts)))
        with self._reading() as connection:
            return {row.candidate_id: row.account for row in connection.execute(query)}

    def note_export(
        self, path: str, candidates: Iterable[str], at: datetime, *, home: str, digest: str | None = None
    ) -> None:
        """Remember which candidates a file of that home names, and its SHA-256, so that erasure reaches it."""
        with self._writing() as connection:
            connection.execute(delete(t.exports).where(t.exports.c.path == path, t.exports.c.home == home))
            rows = [
                {"home": home, "path": path, "candidate_id": c, "exported_at": at, "sha256": digest}
                for c in sorted(set(candidates))
            ]
            if rows:
                connection.execute(insert(t.exports), rows)

    def exports(self) -> list[Exported]:
        """Every file that names candidates, by home and path."""
        with self._reading() as connection:
            rows = connection.execute(select(t.exports).order_by(t.exports.c.home, t.exports.c.path)).all()
        grouped = groupby(rows, key=lambda row: (row.home, row.path, row.sha256))
        found = []
        for file, group in grouped:
            named = list(group)
            due = frozenset(row.candidate_id for row in named if row.due)
            found.append(Exported(*file, frozenset(row.candidate_id for row in named), due))
        return found

    def strike_later(self, candidates: Iterable[str]) -> None:
        """Note that these candidates are to be struck from every exported file that names them."""
        with self._writing() as connection:
            named = t.exports.c.candidate_id.in_(list(candidates))
            connection.execute(update(t.exports).where(named).values(due=True))

    def drop_exports(self, struck: Iterable[tuple[str, str]], candidates: Iterable[str]) -> None:
        """Forget that these files, by home and path, name these candidates: they were taken out of them."""
        gone = list(candidates)
        with self._writing() as connection:
            for home, path in struck:
                row = (t.exports.c.home == home) & (t.exports.c.path == path) & t.exports.c.candidate_id.in_(gone)
                connection.execute(delete(t.exports).where(row))

    def exports_naming(self, candidates: Iterable[str] | None = None) -> dict[str, list[str]]:
        """Path -> the given candidates, or all, that it names."""
        wanted = None if candidates is None else set(candidates)
        naming: dict[str, list[str]] = defaultdict(list)
        for file in self.exports():
            naming[file.path] += sorted(file.candidates if wanted is None else file.candidates & wanted)
        return {path: named for path, named in sorted(naming.items()) if named}
