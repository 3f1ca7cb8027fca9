"""Tables that people saved out of a spreadsheet, whatever it did to the file."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from scrapers.faults import Fault

_ZIP = b"PK\x03\x04"  # how an .xlsx and an .ods begin


LONGEST_CELL = 1 << 24
csv.field_size_limit(LONGEST_CELL)  # somebody may paste a page into a cell


class SheetUnreadable(Fault):
    """A file is no CSV; names the file, and how to save it."""


@dataclass(frozen=True, slots=True)
class SavedTable:
    """A table of text as somebody saved it: every row there is, and what it takes to write it back alike."""

    rows: list[list[str]]
    delimiter: str
    encoding: str

    def text(self) -> str:
        """The table in its own separators, every cell quoted."""
        out = StringIO(newline="")
        csv.writer(out, delimiter=self.delimiter, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(self.rows)
        return out.getvalue()


def saved_table(raw: bytes) -> SavedTable:
    """Rows of any length in any encoding and with any separator; characters that no table has are passed over.

    Raises csv.Error for a cell longer than LONGEST_CELL.
    """
    text, encoding = decoded(raw)
    text = text.replace("\0", "")
    delimiter = max(",;\t", key=text.count)
    return SavedTable(list(csv.reader(StringIO(text, newline=""), delimiter=delimiter)), delimiter, encoding)


def table_of(path: Path) -> tuple[Sequence[str], list[tuple[int, list[str]]]]:
    """Header in lower case, and rows with their lines, in any encoding and with any separator that Excel saves."""
    try:
        raw = path.read_bytes()
        text, _ = decoded(raw)
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


def decoded(raw: bytes) -> tuple[str, str]:
    """Text as editors and spreadsheets save it, and the encoding it is in; bytes that do not fit are replaced."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", "replace"), "utf-16"
    if b"\0" in raw[:4]:  # a header begins with letters of ASCII
        encoding = "utf-16-le" if raw[1:2] == b"\0" else "utf-16-be"
        return raw.decode(encoding, "replace"), encoding
    try:
        return raw.decode("utf-8-sig"), "utf-8-sig" if raw.startswith(b"\xef\xbb\xbf") else "utf-8"
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace"), "cp1252"


class FeedbackUnreadable(Fault):
    """A reviewed file that cannot be taken as it is: names file, line and remedy; nothing of it was kept."""
