"""Tables that people saved out of a spreadsheet, whatever it did to the file."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from io import StringIO
from pathlib import Path

from scrapers.faults import Fault

_ZIP = b"PK\x03\x04"  # how an .xlsx and an .ods begin


class SheetUnreadable(Fault):
    """A file is no CSV; names the file, and how to save it."""


def table_of(path: Path) -> tuple[Sequence[str], list[tuple[int, list[str]]]]:
    """Header in lower case, and rows with their lines, in any encoding and with any separator that Excel saves."""
    try:
        raw = path.read_bytes()
        text = _decoded(raw)
        if raw.startswith(_ZIP) or "\0" in text:
            raise SheetUnreadable(
                f'{path}: a workbook or an unknown encoding, not a CSV; save the sheet as "CSV UTF-8"'
            )
        head = text.split("\n", 1)[0]
        reader = csv.reader(StringIO(text, newline=""), delimiter=max(",;\t", key=head.count), strict=True)
        header = [cell.strip().casefold() for cell in next(reader, [])]
        return header, [(reader.line_num, row) for row in reader if any(row)]
    except (OSError, csv.Error) as error:
        raise SheetUnreadable(f'{path}: {error}; save it as "CSV UTF-8" again') from None


def _decoded(raw: bytes) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", "replace")
    if b"\0" in raw[:4]:  # a header begins with letters of ASCII
        return raw.decode("utf-16-le" if raw[1:2] == b"\0" else "utf-16-be", "replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")
