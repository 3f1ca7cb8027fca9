"""Audit log: append-only, ids and hashes only, each line chained to the one before (G11).

Each line carries the SHA-256 of the line before it and of itself, so that a changed, removed or inserted byte is found.
The hash of the last line is kept in a file beside it, so that lines cut off at the end are found as well.
"""

from __future__ import annotations

import json
import os
from datetime import datetime
from hashlib import sha256
from typing import Any

from scrapers.faults import StorageFault, full_disk_named
from scrapers.settings.home import Home, packaged
from scrapers.store.sql.locks import locked

_START = "0" * 64


class LogChanged(StorageFault):
    """Raised where the log is not what was written."""


def record(home: Home, act: str, at: datetime, **fields: Any) -> str:
    """Append an entry and return its hash. `fields` are ids, counts and hashes: never a name, a URL or an address."""
    with locked(home, "audit", 10.0), full_disk_named(home / "audit.jsonl"):
        end = home / "audit.end"
        before = end.read_text().strip() if end.exists() else _START
        last = json.loads(written[-1]) if (written := lines(home)) else {}
        if last.get("before") == before:  # a crash came between writing the line and the end file
            before = last["hash"]
        entry = {"at": at.isoformat(), "act": act, **fields, "before": before}
        mark = _hash(entry)
        with os.fdopen(os.open(home / "audit.jsonl", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a") as log:
            log.truncate(_whole(home))
            log.write(json.dumps(entry | {"hash": mark}, sort_keys=True) + "\n")
            log.flush()
            os.fsync(log.fileno())
        draft = home / "audit.end.new"
        draft.write_text(mark)
        draft.chmod(0o600)
        draft.replace(end)
    return mark


def config_hash() -> str:
    """Return the hash of `sources.toml`, which holds what is watched, on which terms and within which limits."""
    return sha256(packaged("sources.toml").read_bytes()).hexdigest()


def read(home: Home) -> list[dict[str, Any]]:
    """Return every entry, oldest first; raises LogChanged naming the first line that is not what was written."""
    before, entries = _START, []
    path = home / "audit.jsonl"
    for number, line in enumerate(lines(home), 1):
        try:
            entry = json.loads(line)
            unsigned = {name: value for name, value in entry.items() if name != "hash"}
            whole = entry["before"] == before and _hash(unsigned) == entry["hash"]
        except (ValueError, KeyError, TypeError):
            whole = False
        if not whole or json.dumps(entry, sort_keys=True) != line:
            raise LogChanged(f"{path}:{number}: this line is not what was written; compare it with a backup")
        before = entry["hash"]
        entries.append(entry)
    end = home / "audit.end"
    mark = end.read_text().strip() if end.exists() else _START
    if mark not in {before, entries[-1]["before"] if entries else _START}:
        raise LogChanged(f"{path}: lines are missing after line {len(entries)}; compare it with a backup")
    return entries


def lines(home: Home) -> list[str]:
    """Return the whole lines of the log, unchecked."""
    path = home / "audit.jsonl"
    return path.read_bytes().decode("utf-8", "replace").split("\n")[:-1] if path.exists() else []


def _whole(home: Home) -> int:
    """Return the bytes of the log up to its last whole line; a full disk or a crash may leave half a line behind."""
    path = home / "audit.jsonl"
    return path.read_bytes().rfind(b"\n") + 1 if path.exists() else 0


def _hash(entry: dict[str, Any]) -> str:
    return sha256(json.dumps(entry, sort_keys=True).encode()).hexdigest()
