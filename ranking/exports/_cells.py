"""Cells that a spreadsheet shows and never runs (CWE-1236), and what they said before. `page.js` has their twins."""

from __future__ import annotations

import re
import unicodedata

# What spreadsheets read as the start of a formula, full-width forms too, after blanks that they skip; also behind a
# semicolon, which some of them take for the end of a cell, and a double quote there, which doubled is an empty text to
# them. Quote marks already before it count: only so does taking one off give back what was said.
_BLANKS = r"[\s\u00a0\u200b-\u200f\u2060\ufeff]*"
_PLACE = rf"(^|;|;{_BLANKS}\")"
_STARTS = rf"(?='*{_BLANKS}[=+\-@|%＝＋－＠｜％])"
_FORMULA = re.compile(rf"{_PLACE}{_STARTS}")
_QUOTED = re.compile(rf"{_PLACE}'{_STARTS}")
_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")
_UNSEEN = {"Cc": " ", "Zl": " ", "Zp": " ", "Cs": "\ufffd"}


def safe_cell(value: object) -> str:
    """The value as text on one line; a formula gets one `'` before it, plain numbers stay."""
    text = str(value)
    if not text.isprintable():
        text = "".join(_UNSEEN.get(unicodedata.category(c), c) for c in text)
    return text if _NUMBER.fullmatch(text) else _FORMULA.sub(r"\1'", text)


def safe_text(value: str) -> str:
    """The same for a column that holds no numbers: what looks like one with a sign is text too.

    At the start of a row it would be a formula to a program that takes semicolons for the ends of cells.
    """
    text = safe_cell(value)
    return f"'{text}" if text[:1] in ("-", "+") else text


def said_in(cell: str) -> str:
    """What a cell said before `safe_cell`: one `'` before each formula is taken off."""
    return _QUOTED.sub(r"\1", cell)
