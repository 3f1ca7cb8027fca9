"""Locks that every machine on one database server sees. A connection holds them, so a killed holder blocks nobody."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import URL, Connection, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from scrapers.faults import Locked
from scrapers.store.sql.engine import OURS, faults_named, lock_number, server_engine


@contextmanager
def advisory_lock(url: URL, name: str, wait: float) -> Iterator[None]:
    """Hold the server's lock of that name, waiting at most that many seconds; raises Locked naming who holds it."""
    engine = server_engine(url, f"headwater: process {os.getpid()} on {socket.gethostname()}", poolclass=NullPool)
    ours = {"ours": OURS, "number": lock_number(name)}
    with faults_named(engine), engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"SET lock_timeout = {max(int(1000 * wait), 1)}"))
        try:
            connection.execute(text("SELECT pg_advisory_lock(:ours, :number)"), ours)
        except OperationalError as error:
            if getattr(error.orig, "sqlstate", None) != "55P03":  # lock_not_available
                raise
            who = _holder(connection, ours)
            raise Locked(f"{name} is locked by {who}; wait for it to end, or pass --wait SECONDS") from None
        yield  # closing the connection lets go of the lock


def _holder(connection: Connection, ours: dict[str, int]) -> str:
    """Return who holds the lock, as its connection tells the server."""
    number = ours["number"] % 2**32  # pg_locks shows it unsigned
    found = connection.scalar(
        text(
            "SELECT application_name FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE locktype = 'advisory' "
            "AND granted AND classid = :ours AND objid = :number AND objsubid = 2 "
            "AND pg_locks.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        ),
        {"ours": ours["ours"], "number": number},
    )
    return str(found or "another run").removeprefix("headwater: ")
