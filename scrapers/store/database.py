"""One transaction at a time, over a schema that is up to date."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any, Self

from sqlalchemy import Connection, Engine, Table, text

from scrapers.settings import Home
from scrapers.store.engine import StoreUnusable, engine_for, faults_named, place_of
from scrapers.store.statements import Statements, if_new, or_put
from scrapers.tables import metadata


class Database:
    """An open database with its schema up to date; what is read and written is said in the rooms beside."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._held = threading.local()
        self._statements = Statements(engine.dialect)
        # A snapshot for reads of several statements, which SQLite gives to every transaction.
        self._snapshot = {} if self._in_a_file else {"isolation_level": "REPEATABLE READ"}

    @classmethod
    def open(cls, home: Home, *, durable: bool = True) -> Self:
        """Open (and on first use create) the store, bringing an older schema up to date.

        Every commit survives a power cut; without `durable` (a replay can be repeated) the last ones may not.
        Raises StoreUnusable naming the place and the remedy; a damaged file is never written to.
        """
        store = cls(engine_for(home, durable))
        store._migrate()
        if store._in_a_file and store._engine.url.database:
            Path(store._engine.url.database).chmod(0o600)
        return store

    @property
    def _in_a_file(self) -> bool:
        return self._engine.dialect.name == "sqlite"

    def close(self) -> None:
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _migrate(self) -> None:
        newest = max(step.name[:4] for step in files("scrapers.migrations.versions").iterdir() if step.name[0] == "0")
        with self._reading() as connection:
            begun = "alembic_version" in self._engine.dialect.get_table_names(connection)
            current = connection.scalar(text("SELECT version_num FROM alembic_version")) if begun else None
        if current == newest:
            return
        if current is not None and (len(current) != len(newest) or current > newest):
            where = place_of(self._engine)
            raise StoreUnusable(f"{where}: schema {current} is newer than this version knows ({newest}); update it")
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
            faults_named(self._engine),
            self._engine.connect().execution_options(writes=True) as connection,
            connection.begin(),
        ):
            yield connection

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        if (held := getattr(self._held, "connection", None)) is not None:
            yield held
            return
        with faults_named(self._engine), self._engine.connect().execution_options(**self._snapshot) as connection:
            yield connection

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """All that this thread reads inside stands as of one moment, whatever is written meanwhile, also by itself."""
        with self._reading() as connection:
            before, self._held.connection = getattr(self._held, "connection", None), connection
            try:
                yield
            finally:
                self._held.connection = before

    @contextmanager
    def _alone(self) -> Iterator[Connection]:
        """A transaction on rows that no other kind of writer touches: on a server it waits for none of them."""
        with (
            faults_named(self._engine),
            self._engine.connect().execution_options(writes=self._in_a_file) as connection,
            connection.begin(),
        ):
            yield connection

    def _add(self, connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert what is new; rows that are there stay as they are. All rows have the columns of the first."""
        if rows:
            connection.execute(self._statements.of(if_new, table, tuple(rows[0])), rows)

    def _put(self, connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert, or put in the place of what is there; columns that keep what was said first do."""
        if rows:
            connection.execute(self._statements.of(or_put, table, tuple(rows[0])), rows)

    def copy_to(self, path: Path) -> bool:
        """Write a whole, consistent copy to a new SQLite file while others read and write.

        False, and no copy, where a server keeps the store: its backups are its operator's.
        """
        if not self._in_a_file:
            return False
        with (
            faults_named(self._engine),
            self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection,
        ):
            connection.exec_driver_sql("VACUUM INTO ?", (str(path),))
        return True

    def compact(self) -> None:
        """Leave no deleted byte behind in the database's files.

        SQLite writes its file anew, since rows that were moved about leave copies that it does not zero, and folds its
        write-ahead log into it; PostgreSQL writes its tables anew. A server's own log and backups are its operator's to
        expire.
        """
        with faults_named(self._engine):
            if not self._in_a_file:
                with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                    connection.execute(text("SET lock_timeout = '30s'"))
                    for table in metadata.sorted_tables:
                        connection.execute(text(f'VACUUM FULL "{table.name}"'))
                    connection.execute(text("RESET lock_timeout"))
                return
            with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text("VACUUM"))
                busy = connection.scalar(text("PRAGMA wal_checkpoint(TRUNCATE)"))
        if busy:
            where = place_of(self._engine)
            raise StoreUnusable(f"{where}: a reader keeps the old log; close notebooks and run this again")
