"""Copies of the store that are kept for a week, in case a new version or a first sweep did what nobody wanted."""

from __future__ import annotations

import re
import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path

from scrapers.faults import full_disk_named
from scrapers.settings.home import Home

FOLDER, KEPT = "copies", timedelta(days=7)
_NAME = re.compile(r"(\d{8}T\d{6}Z)-.*\.db(-journal)?")


def new_copy(home: Home, before: str, at: datetime) -> Path:
    """An empty private file that a copy made at that moment, before that event, goes into."""
    folder = home / FOLDER
    path = folder / f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}-before-{before}-{secrets.token_hex(2)}.db"
    with full_disk_named(path):
        folder.mkdir(exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
    return path


def copies(home: Home) -> list[tuple[Path, datetime]]:
    """Every copy that is kept, oldest first, and when it was made."""
    if not (home / FOLDER).is_dir():
        return []
    found = ((path, _NAME.fullmatch(path.name)) for path in sorted((home / FOLDER).iterdir()))
    return [(path, datetime.strptime(f"{m[1]}+0000", "%Y%m%dT%H%M%SZ%z")) for path, m in found if m]


def clear_copies(home: Home, now: datetime | None = None) -> int:
    """Delete the copies of more than a week ago, all of them without a moment; returns how many."""
    old = [path for path, at in copies(home) if now is None or now - at > KEPT]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)
