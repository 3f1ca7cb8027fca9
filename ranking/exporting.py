"""Writing a shortlist to a file: whole or not at all, private, and remembered for erasure."""

from __future__ import annotations

import os
import re
import unicodedata
from contextlib import suppress
from datetime import datetime
from io import StringIO
from pathlib import Path

from ranking.clearance import cleared, hand_over
from ranking.exports import Export, export_named, find_exports
from ranking.shortlist import Shortlist
from scrapers.faults import StorageFault
from scrapers.settings import Home
from scrapers.store import Store


class NotWritten(StorageFault):
    """The file could not be written; what was there before is untouched."""


def export(shortlist: Shortlist, home: Home | None, form: str, path: Path, *, at: datetime) -> Path:
    """Write the shortlist in that format (the suffix is added where it is missing) and return the file's path.

    With a home, contacts are cleared first, and whom the file names is on record before the file is there. The notice
    lies beside it.
    """
    how = export_named(form)
    target = path if path.suffix else path.with_suffix(how.suffix)
    if home is not None:
        with Store.open(home) as store:
            shortlist = cleared(shortlist, home, store)
            store.note_export(str(target.resolve()), (match.candidate.id for match in shortlist.matches), at)
            hand_over(shortlist, store)
    text = StringIO(newline="")
    how.write(shortlist, text)
    replace_file(target, text.getvalue())
    if any(found.contact for found in shortlist.clearances.values()):
        replace_file(target.with_suffix(".notice.txt"), shortlist.notice)
    return target


def format_for(path: Path | None, form: str | None) -> Export:
    """The format asked for by name, else by the file's suffix, else CSV."""
    if form is not None:
        return export_named({"csv": "shortlist_csv", "html": "page"}.get(form, form))
    by_suffix = {".html": "page", ".jsonl": "jsonl"}
    return find_exports()[by_suffix.get(path.suffix if path else "", "shortlist_csv")]


def replace_file(path: Path, text: str) -> None:
    """Put the text there in one step (write, flush to disk, rename): a reader sees the old file or the new one."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        with suppress(OSError):
            draft.unlink()
        raise NotWritten(f"{path}: {error.strerror}; choose another place with --out") from None


def slug_of(name: str) -> str:
    """A name as lower-case letters, digits and dashes: fit for a file and for an artifact's key."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.casefold()).strip("-")[:60] or "role"
