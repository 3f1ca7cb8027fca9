"""Greenhouse, bulk import of prospects: evidence goes into Notes; at most 8,000 rows a file."""

from __future__ import annotations

from ranking.exports._ats import evidence_of, first_and_last, links_of, table_writer
from ranking.exports._rows import row
from ranking.shortlist.shortlist import Match, Shortlist

SUFFIX = ".csv"
MOST_ROWS = 8_000
WARNING = (
    "Greenhouse mails people the moment they are imported into a job with GDPR rules configured; "
    "import into a prospect pool, or give the notice yourself first"
)
COLUMNS = (
    "First Name", "Last Name", "Company", "Title", "Notes", "Email", "Phone", "Social Media", "Website", "Address",
    "Source", "Who gets credit", "Job", "Department", "Office", "Prospect Pool", "Prospect Stage",
)  # fmt: skip


def _cells(match: Match, shortlist: Shortlist) -> dict[str, str]:
    first, last = first_and_last(match.candidate)
    told = row(match, shortlist)
    return {
        "First Name": first,
        "Last Name": last,
        "Notes": evidence_of(match, shortlist),
        "Social Media": ", ".join(links_of(match.candidate)),
        "Website": told["contact_url"],
        "Address": told["location"],
        "Source": "Headwater",
    }


write = table_writer(COLUMNS, _cells)
