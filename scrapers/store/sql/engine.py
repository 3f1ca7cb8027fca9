"""Database engines: SQLite in the home, or PostgreSQL by URL, and what their faults mean."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from hashlib import sha256
from typing import Any

import orjson
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.pool import Pool

from scrapers.faults import StorageFault
from scrapers.settings.home import Home
from scrapers.settings.strict import BadConfiguration

# PostgreSQL's advisory locks are two integers, seen by every client of one database. The first says that it is ours.
OURS = 0x4857
# A server that does not answer is told apart from a slow one; a client that vanished lets go of its locks.
_PATIENCE = {"connect_timeout": 5, "keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}


class StoreUnusable(StorageFault):
    """The store is damaged, full, locked, out of reach or of a newer schema; nothing in it was changed."""


class StoreOutOfReach(StoreUnusable):
    """Another program holds the store, or its server does not answer: it may in a moment."""


def server_url(home: Home) -> URL | None:
    """The database server that HEADWATER_STORE names for this home, or None where the store is a file.

    Raises BadConfiguration for another kind of database; no message repeats the value, which may hold a password.
    """
    told = os.environ.get("HEADWATER_STORE")
    if not told or home.apart:
        return None
    try:
        url = make_url(told)
    except (ArgumentError, ValueError):
        raise BadConfiguration(f"HEADWATER_STORE: not a database URL; {_EXPECTED}") from None
    if url.get_backend_name() != "postgresql":
        raise BadConfiguration(f"HEADWATER_STORE: {url.get_backend_name()} is not supported; {_EXPECTED}")
    return url.set(drivername="postgresql+psycopg")


_EXPECTED = "expected postgresql+psycopg://user@host/database"


def engine_for(home: Home, durable: bool = True) -> Engine:
    """The database of that home, not yet connected to."""
    if (url := server_url(home)) is not None:
        return server_engine(url, "headwater")
    engine = create_engine(f"sqlite:///{home.create() / 'headwater.db'}", json_deserializer=_from_json)
    event.listen(engine, "connect", partial(_sqlite_settings, "FULL" if durable else "NORMAL"))
    event.listen(engine, "begin", _sqlite_begin)
    return engine


def server_engine(url: URL, application: str, poolclass: type[Pool] | None = None) -> Engine:
    """Connections to a database server, which lists them under that application name."""
    told = {name: value for name, value in _PATIENCE.items() if name not in url.query}
    try:
        engine = create_engine(
            url,
            pool_pre_ping=True,
            poolclass=poolclass,
            connect_args=told | {"application_name": application},
            json_deserializer=_from_json,
        )
    except (ArgumentError, NoSuchModuleError, ImportError) as error:
        raise BadConfiguration(f"HEADWATER_STORE: {error}; {_EXPECTED}") from None
    event.listen(engine, "begin", _server_begin)
    return engine


def _from_json(text: str | bytes) -> Any:
    """A value of a JSON column: read fast, or by the standard library where it holds what only that reads."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return json.loads(text)


def lock_number(name: str) -> int:
    """The second integer of an advisory lock: 32 bits of the name's hash."""
    return int.from_bytes(sha256(name.encode()).digest()[:4], "big", signed=True)


def _sqlite_settings(synchronous: str, connection: Any, _: object) -> None:
    connection.isolation_level = None  # we begin transactions ourselves, see _sqlite_begin
    for setting in ("journal_mode=WAL", f"synchronous={synchronous}", "busy_timeout=30000", "secure_delete=ON"):
        connection.execute(f"PRAGMA {setting}")


def _sqlite_begin(connection: Connection) -> None:
    """A writer takes its lock at the start, so that it never fails half-way with "database is locked"."""
    options = connection.get_execution_options()
    if options.get("isolation_level") == "AUTOCOMMIT":  # a file is not written anew inside of a transaction
        return
    writes = options.get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _server_begin(connection: Connection) -> None:
    """Lock out other writers, as in SQLite: transactions are short, and none can deadlock with another."""
    if connection.get_execution_options().get("writes"):
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(%s, %s)", (OURS, lock_number("write")))


def place_of(engine: Engine) -> str:
    """Return the store's place, without user, password or options."""
    url = engine.url
    return str(URL.create(url.drivername, host=url.host, port=url.port, database=url.database))


@contextmanager
def faults_named(engine: Engine) -> Iterator[None]:
    """Turn faults of the database into one line: what, where, and what to do about it."""
    try:
        yield
    except DBAPIError as error:
        what = next(iter(str(error.orig).splitlines()), "no message")  # the lines below it may quote a row
        sign = next((sign for sign in _REMEDIES if sign in what), "")
        kind = StoreOutOfReach if sign in _PASSING else StoreUnusable
        raise kind(f"{place_of(engine)}: {what}; {_REMEDIES.get(sign, 'see the message')}") from error


_REMEDIES = {
    "not a database": "the file is damaged: move it away and restore a backup, or collect again",
    "malformed": "the file is damaged: keep a copy, restore a backup, or collect again",
    "full": "free some disk space and run again; what was kept before is whole",
    "disk I/O error": "free some disk space, or look at the disk, and run again; what was kept before is whole",
    "No space left": "free some disk space on the database server and run again; what was kept before is whole",
    "lock timeout": "another program reads the store; close notebooks and run this again",
    "locked": "another program holds the store; wait for it or close it",
    "readonly": "the store cannot be written: check who owns the folder",
    "unable to open": "check that the folder exists and that you may write to it",
    "authentication failed": "check user and password in HEADWATER_STORE",
    "does not exist": "create it on the server, and check HEADWATER_STORE",
    "permission denied": "the user that HEADWATER_STORE names needs to create and write tables in that database",
    "connection": "check HEADWATER_STORE and that the database server answers",
    "timeout": "check HEADWATER_STORE and that the database server answers",
}
_PASSING = {"lock timeout", "locked", "connection", "timeout"}
