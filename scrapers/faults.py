"""Errors that end a command: each says what is wrong, where, and what to do, and carries its exit code."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from errno import EDQUOT, ENOSPC
from pathlib import Path


class Fault(Exception):
    """Wrong input or configuration (exit code 2)."""

    exit_code = 2
    quotes = False  # whether its words may quote what is stored about people


class NothingDelivered(Fault):
    """Every source failed (exit code 4)."""

    exit_code = 4


class Locked(Fault):
    """Another run holds the lock (exit code 5)."""

    exit_code = 5


class StorageFault(Fault):
    """The store or the disk cannot be used (exit code 6)."""

    exit_code = 6


class DiskFull(StorageFault):
    """There is no room for what was to be written; what was kept before is whole."""


class Interrupted(Exception):
    """The run is being ended; what was not asked yet stays pending."""


@contextmanager
def full_disk_named(place: Path | str) -> Iterator[None]:
    """A disk without room becomes one fault with the place and the remedy; every other error passes."""
    try:
        yield
    except OSError as error:
        if error.errno not in (ENOSPC, EDQUOT):
            raise
        told = "no room on the disk; free some and run again, what was kept before is whole"
        raise DiskFull(f"{error.filename or place}: {told}") from error
