"""What a shortlist says of each candidate, as one flat row: the columns that outsiders rely on."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from ranking.shortlist import Match, Shortlist
from scrapers.identity.keys import avatar_id, link_key
from scrapers.privacy import wants_no_contact
from scrapers.records import Candidate, EvidenceKind

COLUMNS = (
    "rank", "candidate_id", "name", "score", "summary", "must_met", "must_unknown", "never_hit",
    "reason_1", "url_1", "date_1", "reason_2", "url_2", "date_2", "reason_3", "url_3", "date_3",
    "location", "availability", "availability_date", "warm", "contact_url", "contact_basis", "sources",
    "first_seen", "newest_evidence", "flags", "opener", "notice_due", "decision", "decision_reason",
)  # fmt: skip
REASONS = 3
NOTICE_DAYS = 30  # guardrail G6: at the latest a month after the data were obtained


def row(match: Match, shortlist: Shortlist) -> dict[str, Any]:
    """One candidate's row, every column of COLUMNS present; empty text where nothing is known."""
    candidate = match.candidate
    available, available_on = availability(candidate)
    contact, basis = contact_of(candidate)
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
        "contact_url": contact,
        "contact_basis": basis,
        "sources": " ".join(sorted({account.site for account in candidate.accounts})),
        "first_seen": _day(candidate.first_seen),
        "newest_evidence": _day(newest),
        "flags": " ".join(match.flags),
        "notice_due": _day(shortlist.as_of + timedelta(days=NOTICE_DAYS)),
    }
    for number, quote in enumerate(match.reasons[:REASONS], start=1):
        cells |= {f"reason_{number}": quote.text, f"url_{number}": quote.url, f"date_{number}": _day(quote.date)}
    return cells


def summary(match: Match, shortlist: Shortlist) -> str:
    """One sentence: how this person compares, and on how much evidence."""
    items = len(match.candidate.evidence)
    works = f"{items} piece{'s' if items != 1 else ''} of evidence"
    asked = len(match.must_met) + len(match.must_unknown)
    met = f", {len(match.must_met)} of {asked} musts shown" if asked else ""
    return f"Stronger than {match.stronger_than} of {shortlist.considered} people{met}; {works}."


def availability(candidate: Candidate) -> tuple[str, date | None]:
    """What the person last said about being open to work, and when; empty where nothing was said."""
    said = [item for item in candidate.evidence if item.kind is EvidenceKind.AVAILABILITY]
    if said:
        newest = max(said, key=lambda item: (item.date or date.min, item.id))
        return newest.title, newest.date
    if any(account.open_to_work for account in candidate.accounts):
        return "marked as open to work on the profile", None
    return "", None


def contact_of(candidate: Candidate) -> tuple[str, str]:
    """A page that the person publishes as their own, and where they name it; never an address.

    Nothing where they asked not to be contacted (guardrails G7, G10).
    """
    if wants_no_contact(candidate):
        return "", "asked not to be contacted"
    for account in candidate.accounts:
        for link in account.links:
            key = link_key(link)
            if key and key.startswith("web:") and not avatar_id(link):
                return link, f"own page, named on their {account.site} profile"
    posts = [a for a in candidate.accounts if a.site == "web" and a.url]
    return (posts[0].url or "", "own page") if posts else ("", "")


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""
