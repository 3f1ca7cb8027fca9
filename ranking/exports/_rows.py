"""A candidate as one flat row, the columns that outsiders rely on, and cells that are safe in spreadsheets."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import Any

from ranking.features.availability import current_statement
from ranking.shortlist.outreach import opener
from ranking.shortlist.shortlist import Match, Shortlist
from scrapers.records import Candidate
from scrapers.rights.ledger import Clearance
from scrapers.text import counted

COLUMNS = (
    "rank", "candidate_id", "name", "score", "summary", "must_met", "must_unknown", "never_hit",
    "reason_1", "url_1", "date_1", "reason_2", "url_2", "date_2", "reason_3", "url_3", "date_3",
    "location", "availability", "availability_date", "warm", "contact_url", "contact_basis", "sources",
    "first_seen", "newest_evidence", "flags", "opener", "notice_due", "decision", "decision_reason",
)  # fmt: skip
REASONS = 3
NOT_AVAILABLE = "not available:"


def row(match: Match, shortlist: Shortlist) -> dict[str, Any]:
    """Return a candidate's row, every column of COLUMNS present; empty text where nothing is known."""
    candidate = match.candidate
    available, available_on = availability(candidate, shortlist.as_of)
    clearance = shortlist.clearances.get(candidate.id, Clearance())
    contact, basis = contact_of(clearance)
    met = shortlist.warm.get(candidate.id)
    newest = max((item.date for item in candidate.evidence if item.date), default=None)
    cells: dict[str, Any] = dict.fromkeys(COLUMNS, "") | {
        "rank": match.rank,
        "candidate_id": candidate.id,
        "name": candidate.name,
        "score": f"{match.score:.4f}",
        "summary": summary(match, shortlist),
        "must_met": "; ".join(match.must_met),
        "must_unknown": "; ".join(match.must_unknown),
        "never_hit": "; ".join(match.never_hit),
        "location": next((a.location for a in candidate.accounts if a.location), ""),
        "availability": available,
        "availability_date": _day(available_on),
        "warm": f"{met.sentence} ({met.url})" if met else "",
        "contact_url": contact,
        "contact_basis": basis,
        "sources": " ".join(sorted({account.site for account in candidate.accounts})),
        "first_seen": _day(candidate.first_seen),
        "newest_evidence": _day(newest),
        "flags": " ".join(dict.fromkeys((*match.flags, *clearance.flags))),
        "opener": opener(match, shortlist.role, clearance),
        "notice_due": _day(clearance.notice_due),
    }
    for number, quote in enumerate(match.reasons[:REASONS], start=1):
        cells |= {f"reason_{number}": quote.text, f"url_{number}": quote.url, f"date_{number}": _day(quote.date)}
    return cells


def summary(match: Match, shortlist: Shortlist) -> str:
    """Return a sentence on how this person compares, and on how much evidence."""
    works = counted(len(match.candidate.evidence), "pieces of evidence")
    asked = len(match.must_met) + len(match.must_unknown)
    met = f", {len(match.must_met)} of {counted(asked, 'musts shown')}" if asked else ""
    return f"Stronger than {match.stronger_than} of {counted(shortlist.considered, 'people')}{met}; {works}."


def availability(candidate: Candidate, as_of: date) -> tuple[str, date | None]:
    """Return the person's last statement on being open to work, in their words, and its day; empty without one."""
    said = current_statement(candidate, as_of)
    if said is None:
        return "", None
    return said.sentence if said.label == "available" else f"{NOT_AVAILABLE} {said.sentence}", said.date


def contact_of(clearance: Clearance) -> tuple[str, str]:
    """The channel that may be used once, and its basis with the law's hint; or nothing, and why (G7, G10)."""
    if clearance.contact is None:
        return "", clearance.withheld
    return clearance.contact.url, "; ".join(filter(None, (clearance.contact.basis, clearance.hint)))


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


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
    """Make text safe as `safe_cell` does, for a column without numbers: what looks like one with a sign is text too.

    At the start of a row it would be a formula to a program that takes semicolons for the ends of cells.
    """
    text = safe_cell(value)
    return f"'{text}" if text[:1] in ("-", "+") else text


def said_in(cell: str) -> str:
    """Return the text of a cell before `safe_cell`: one `'` before each formula is taken off."""
    return _QUOTED.sub(r"\1", cell)
