"""Transactions, one at a time, over a schema that is up to date."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any, Self

from sqlalchemy import Connection, Engine, Table, delete, func, literal, select, text

from scrapers.settings.home import Home
from scrapers.settings.secret_key import KEY, LIST, KeyRefused, fingerprint, foreign, listed_key, missing, reproduces
from scrapers.store.copies import clear_copies, new_copy
from scrapers.store.sql import tables as t
from scrapers.store.sql.engine import StoreUnusable, engine_for, faults_named, place_of
from scrapers.store.sql.statements import Statements, if_new, or_put


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
        Raises StoreUnusable naming the place and the remedy; a damaged file is never written to. Raises KeyRefused
        before anything is written where the home's key is missing or is not the one that the store was made with.
        """
        store = cls(engine_for(home, durable))
        try:
            schema = store._schema()
            if not home.has_key and (held := store._made_with_a_key(home, schema)):
                raise missing(home.folder, held)
            home.make_key()
            store._check_key(home, schema)
            clear_copies(home, datetime.now(UTC))
            store._migrate(home, schema)
            store._mark_key(home)
            store.claim_exports(home)
        except BaseException:
            store.close()
            raise
        if store._in_a_file and store._engine.url.database:
            Path(store._engine.url.database).chmod(0o600)
        return store

    @classmethod
    def adopt(cls, home: Home) -> int | None:
        """Let the store and the list take the key of this home, made where there is none, as theirs from now on.

        Who opted out under another key stays listed and cannot be told any more: returns how many accounts that are,
        or None where the key fits. The ids that people have in files by then stay known, so that erasure finds them.
        """
        store = cls(engine_for(home))
        with store:
            schema = store._schema()
            if home.has_key:
                try:
                    store._check_key(home, schema)
                except KeyRefused:
                    pass
                else:
                    return None
            home.make_key()
            new = fingerprint(home.key)
            store._migrate(home, schema)
            with store._writing() as connection:
                rows = [dict(row._mapping) for row in connection.execute(select(t.members))]
                store._add(connection, t.former, rows)
                store._put(connection, t.marks, [{"name": KEY, "value": new}])
                opted_out = t.suppressions.c.reason.in_(["erasure", "objection"]) & (t.suppressions.c.kind == "account")
                return int(connection.scalar(select(func.count()).select_from(t.suppressions).where(opted_out)) or 0)

    @property
    def _in_a_file(self) -> bool:
        return self._engine.dialect.name == "sqlite"

    def close(self) -> None:
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _schema(self) -> str | None:
        """The schema's version, None before the first; raises StoreUnusable where it is newer than this code."""
        newest, file = _newest(), self._engine.url.database
        if self._in_a_file and not (file and Path(file).exists()):  # connecting would make it
            return None
        with self._reading() as connection:
            begun = "alembic_version" in self._engine.dialect.get_table_names(connection)
            current = connection.scalar(text("SELECT version_num FROM alembic_version")) if begun else None
        if current is not None and (len(current) != len(newest) or current > newest):
            where = place_of(self._engine)
            raise StoreUnusable(f"{where}: schema {current} is newer than this version knows ({newest}); update it")
        return current

    def _made_with_a_key(self, home: Home, schema: str | None) -> str | None:
        """Return what was made with a key here, the list or the store, or None."""
        listed, anybody = listed_key(home / LIST)
        if listed or anybody:
            return str(home / LIST)
        keyed = (t.accounts, t.evidence, t.members, t.suppressions)
        held = schema is not None and (self._key_marked(schema) or any(map(self._any, keyed)))
        return place_of(self._engine) if held else None

    def _check_key(self, home: Home, schema: str | None) -> None:
        """Raise KeyRefused where the home's key is not the one of its list or of its store.

        A store that says nothing of its key, from before, takes one that gives a candidate their stored id.
        """
        own, marked = fingerprint(home.key), self._key_marked(schema)
        if (listed_key(home / LIST)[0] or own) != own:
            raise foreign(home.folder, home / LIST)
        if marked is None and schema is not None:
            with self._reading() as connection:
                members = {row.account: row.candidate_id for row in connection.execute(select(t.members))}
            fits = reproduces(home.key, members) if members else not self._any(t.suppressions)
        else:
            fits = marked in (None, own)
        if not fits:
            raise foreign(home.folder, place_of(self._engine))

    def _key_marked(self, schema: str | None) -> str | None:
        """The fingerprint of the key that the store was made with, if it says so."""
        if schema is None or schema < "0009":
            return None
        with self._reading() as connection:
            found = connection.scalar(select(t.marks.c.value).where(t.marks.c.name == KEY))
        return None if found is None else str(found)

    def _any(self, table: Table) -> bool:
        with self._reading() as connection:
            return connection.execute(select(literal(1)).select_from(table).limit(1)).first() is not None

    def _mark_key(self, home: Home) -> None:
        """Say in the store which key it is made with; where another home was first, its key holds."""
        own = fingerprint(home.key)
        if self._key_marked(_newest()) is None:
            with self._writing() as connection:
                self._add(connection, t.marks, [{"name": KEY, "value": own}])
        if self._key_marked(_newest()) != own:
            raise foreign(home.folder, place_of(self._engine))

    def claim_exports(self, home: Home, *, moved: bool = False) -> None:
        """Take for this home's the files from before homes had an id, as far as they are; a copy leaves them alone.

        Of a home that is said to be `moved` all are. Where several machines share the store, only files that lie here
        are claimed.
        """
        identity, old = home.identity, t.exports.c.home == ""
        with self._reading() as connection:
            rows = [dict(row._mapping) for row in connection.execute(select(t.exports).where(old))]
        at = {
            row["path"]: str(identity.own("", row["path"]) or row["path"])
            for row in rows
            if moved or identity.exported(Path(row["path"]), row["exported_at"])
        }
        ours = {path: here for path, here in at.items() if self._in_a_file or Path(here).exists()}
        if ours:
            claimed = [row | {"home": identity.id, "path": ours[row["path"]]} for row in rows if row["path"] in ours]
            with self._writing() as connection:
                self._add(connection, t.exports, claimed)
                for path in ours:
                    connection.execute(delete(t.exports).where(old, t.exports.c.path == path))

    def _migrate(self, home: Home, current: str | None) -> None:
        if current == _newest():
            return
        if current is not None:
            self.keep_copy(home, f"schema-{current}", datetime.now(UTC))
        from alembic import command
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", "scrapers.store:migrations")
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
        """Give all reads of this thread the same moment, whatever is written meanwhile, also by itself."""
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

    def keep_copy(self, home: Home, before: str, at: datetime) -> Path | None:
        """Keep a private copy in the home, named after what it was made before; None where a server keeps the store.

        Raises StoreUnusable, and leaves nothing half done, where there is no room.
        """
        if not self._in_a_file:
            return None
        path = new_copy(home, before, at)
        try:
            self.copy_to(path)  # into the empty file, which is private from the start
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return path

    def compact(self) -> None:
        """Leave no deleted byte behind in the database's files.

        SQLite writes its file anew, since rows that were moved about leave copies that it does not zero, and folds its
        write-ahead log into it; PostgreSQL writes its tables anew, and the statistics that it gathered of their values.
        A server's own log and backups are its operator's to expire.
        """
        with faults_named(self._engine):
            if not self._in_a_file:
                with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                    connection.execute(text("SET lock_timeout = '30s'"))
                    for table in t.metadata.sorted_tables:
                        connection.execute(text(f'VACUUM (FULL, ANALYZE) "{table.name}"'))
                    connection.execute(text("VACUUM FULL pg_catalog.pg_statistic"))
                    connection.execute(text("RESET lock_timeout"))
                return
            with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text("VACUUM"))
                busy = connection.scalar(text("PRAGMA wal_checkpoint(TRUNCATE)"))
        if busy:
            where = place_of(self._engine)
            raise StoreUnusable(f"{where}: a reader keeps the old log; close notebooks and run this again")


def _newest() -> str:
    return max(step.name[:4] for step in files("scrapers.store.migrations.versions").iterdir() if step.name[0] == "0")
