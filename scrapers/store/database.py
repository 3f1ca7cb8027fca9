"""The connection: opened, migrated, one transaction at a time, faults named with their remedy."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Self

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError

from scrapers.faults import StorageFault
from scrapers.settings import Home

SCHEMA = "0002"


class StoreUnusable(StorageFault):
    """The store is damaged, full, locked or of a newer schema; nothing in it was changed."""


class Database:
    """An open database with its schema up to date; what is read and written is said in the rooms beside."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @classmethod
    def open(cls, home: Home, *, durable: bool = True) -> Self:
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

    def __enter__(self) -> Self:
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
