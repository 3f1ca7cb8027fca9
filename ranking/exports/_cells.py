"""Cells that a spreadsheet shows and never runs (CWE-1236), and what they said before. `page.js` has their twins."""

from __future__ import annotations

import re
import unicodedata

# What spreadsheets read as the start of a formula, full-width forms too, after blanks that they skip. Quote marks
# already before it count: only so does taking one off give back what was said.
_FORMULA = re.compile(r"'*[\s\u00a0\u200b-\u200f\u2060\ufeff]*[=+\-@|%＝＋－＠｜％]")
_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")
_UNSEEN = {"Cc": " ", "Zl": " ", "Zp": " ", "Cs": "\ufffd"}


def safe_cell(value: object) -> str:
    """The value as text on one line; a formula gets one `'` before it, plain numbers stay."""
    text = "".join(_UNSEEN.get(unicodedata.category(c), c) for c in str(value))
    return text if _NUMBER.fullmatch(text) or not _FORMULA.match(text) else f"'{text}"


def said_in(cell: str) -> str:
    """What a cell said before `safe_cell`: one `'` before a formula is taken off."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell
