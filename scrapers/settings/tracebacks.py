"""Tracebacks of unexpected errors, each a private file in the home's folder `faults`.

An error's own words may quote what is stored about people, so they stand there and in no log. The newest are kept,
for thirty days at most, and none outlives an erasure.
"""

from __future__ import annotations

import os
import traceback
from datetime import datetime, timedelta
from pathlib import Path
from secrets import token_hex

from scrapers.settings.home import Home

FOLDER = "faults"
MOST = 40  # files
LONGEST = 200_000  # characters of a file; a message may hold a whole page
KEPT_FOR = timedelta(days=30)
_TIME = "%Y%m%dT%H%M%S"


def keep_traceback(home: Home, error: BaseException, at: datetime) -> Path | None:
    """Write the traceback with all that led to it; the file, or None where the home is not there or not writable."""
    folder = home / FOLDER
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        path = folder / f"{at.strftime(_TIME)}-{token_hex(4)}.txt"
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(_cut("".join(traceback.format_exception(error))).encode("utf-8", "backslashreplace"))
        _drop(_oldest_first(home)[:-MOST])
    except OSError:
        return None
    return path


def expire_tracebacks(home: Home, at: datetime) -> None:
    """Remove those that have been kept for thirty days."""
    before = (at - KEPT_FOR).strftime(_TIME)
    _drop([path for path in _oldest_first(home) if path.name < before])


def drop_tracebacks(home: Home) -> None:
    """Remove all, since any of them may name whoever is erased."""
    _drop(_oldest_first(home))


def _oldest_first(home: Home) -> list[Path]:
    return sorted((home / FOLDER).glob("*.txt"))


def _drop(paths: list[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)


def _cut(text: str) -> str:
    """The text, or its beginning and end where it is too long: the lines of code, and what was raised last."""
    if len(text) <= LONGEST:
        return text
    half = LONGEST // 2
    return f"{text[:half]}\n... {len(text) - 2 * half} characters are left out ...\n{text[-half:]}"
