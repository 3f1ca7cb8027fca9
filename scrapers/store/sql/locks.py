"""Locks: one writer at a time for each thing that is written; a killed holder blocks nobody (G34)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from filelock import FileLock, Timeout

from scrapers.faults import Locked, full_disk_named
from scrapers.settings.home import Home
from scrapers.store.sql.advisory import advisory_lock
from scrapers.store.sql.engine import server_url


@contextmanager
def locked(home: Home, name: str, wait: float = 1.0) -> Iterator[None]:
    """Hold the lock of that name, waiting at most that many seconds; raises Locked naming who holds it.

    Where the store is a database server, so is the lock: workers on other machines see it.
    """
    if (url := server_url(home)) is not None:
        with advisory_lock(url, name, wait):
            yield
        return
    folder = home.create() / "locks"
    folder.mkdir(exist_ok=True, mode=0o700)
    holder = folder / f"{name}.holder"
    lock = FileLock(folder / f"{name}.lock", mode=0o600, thread_local=False)  # another thread may let go of it
    try:
        lock.acquire(timeout=wait)
    except Timeout:
        who = holder.read_text() if holder.exists() else "another run"
        raise Locked(f"{name} is locked by {who}; wait for it to end, or pass --wait SECONDS") from None
    try:
        with full_disk_named(holder):
            holder.write_text(f"process {os.getpid()}")
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()
