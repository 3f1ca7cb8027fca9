"""Errors that end a command: each says what is wrong, where, and what to do, and carries its exit code."""

from __future__ import annotations


class Fault(Exception):
    """Wrong input or configuration (exit code 2)."""

    exit_code = 2


class NothingDelivered(Fault):
    """Every source failed (exit code 4)."""

    exit_code = 4


class Locked(Fault):
    """Another run holds the lock (exit code 5)."""

    exit_code = 5


class StorageFault(Fault):
    """The store or the disk cannot be used (exit code 6)."""

    exit_code = 6
