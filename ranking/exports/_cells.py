"""Cells that a spreadsheet shows and never runs (CWE-1236)."""

from __future__ import annotations

import re
import unicodedata

# What spreadsheets read as the start of a formula, full-width forms too, after blanks that they skip.
_FORMULA = re.compile(r"[\s\u00a0\u200b-\u200f\u2060\ufeff]*[=+\-@|%＝＋－＠｜％]")
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?")


def safe_cell(value: object) -> str:
    """The value as text on one line; a formula gets one `'` before it, plain numbers stay."""
    text = "".join(" " if unicodedata.category(c) in {"Cc", "Zl", "Zp"} else c for c in str(value))
    return text if _NUMBER.fullmatch(text) or not _FORMULA.match(text) else f"'{text}"
