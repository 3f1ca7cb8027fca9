"""Inserts that say what becomes of a row that is there already, compiled once and not once a page.

SQLAlchemy (2.0) keeps no compiled form of an insert with a conflict clause, since the clause is no part of its cache
key; compiling each anew was half of what collecting an archive took.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Dialect, Table
from sqlalchemy.dialects import postgresql, sqlite

from scrapers.store.sql.tables import STAYS


def insert_into(table: Table, dialect: Dialect) -> Any:
    """An insert that may have a conflict clause."""
    return (sqlite if dialect.name == "sqlite" else postgresql).insert(table)


def if_new(insert: Any) -> Any:
    """A row that is there stays as it is."""
    return insert.on_conflict_do_nothing()


def or_put(insert: Any) -> Any:
    """A row that is there is written again, but for its key and the columns that keep what was said first."""
    table: Table = insert.table
    said = {c.name: insert.excluded[c.name] for c in table.columns if not c.primary_key and c.info is not STAYS}
    return insert.on_conflict_do_update(index_elements=list(table.primary_key), set_=said)


class Statements:
    """The compiled inserts of one database."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._made: dict[tuple[Any, ...], Any] = {}

    def of(self, clause: Callable[[Any], Any], table: Table, columns: tuple[str, ...]) -> Any:
        """An insert with that clause for rows of these columns, ready to be executed."""
        key = (clause, table, columns)
        if key not in self._made:
            insert = clause(insert_into(table, self._dialect))
            self._made[key] = insert.compile(dialect=self._dialect, column_keys=list(columns), for_executemany=True)
        return self._made[key]
