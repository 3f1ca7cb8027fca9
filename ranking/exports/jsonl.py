"""The shortlist as JSON lines: the columns of the CSV, accounts, why they are one person, each term of the score."""

from __future__ import annotations

import json
from typing import TextIO

from ranking.exports._rows import row
from ranking.shortlist.shortlist import Shortlist, Term

SUFFIX = ".jsonl"


def write(shortlist: Shortlist, out: TextIO) -> None:
    """Write one object a candidate."""
    for match in shortlist.matches:
        cells = row(match, shortlist) | {
            "score": match.score,
            "accounts": [str(account.key) for account in match.candidate.accounts],
            "joined": list(match.candidate.joined),
            "terms": [term_json(term) for term in match.terms],
        }
        out.write(json.dumps(cells, ensure_ascii=False) + "\n")


def term_json(term: Term) -> dict[str, object]:
    """A term as `headwater explain --json` prints it."""
    quotes = [{"text": q.text, "url": q.url, "date": q.date.isoformat() if q.date else None} for q in term.quotes]
    return {"name": term.name, "points": term.points, "detail": term.detail, "quotes": quotes}
