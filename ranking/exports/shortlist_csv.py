"""The shortlist as CSV for recruiters: one row a candidate, columns of `_rows.COLUMNS`, safe in spreadsheets."""

from __future__ import annotations

import csv
from typing import TextIO

from ranking.exports._rows import COLUMNS, row, safe_cell
from ranking.shortlist.shortlist import Shortlist

SUFFIX = ".csv"
DEFAULT = True


def write(shortlist: Shortlist, out: TextIO) -> None:
    """Write header and rows, every cell quoted."""
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for match in shortlist.matches:
        writer.writerow([safe_cell(value) for value in row(match, shortlist).values()])
