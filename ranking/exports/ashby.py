"""Ashby, bulk import: columns are mapped by hand, notes and long texts are not taken; evidence goes beside it."""

from __future__ import annotations

from ranking.exports._ats import linkedin_of, links_of, table_writer
from ranking.exports._rows import row
from ranking.shortlist.shortlist import Match, Shortlist

SUFFIX = ".csv"
BESIDE = True
COLUMNS = ("Name", "Email", "Phone", "LinkedIn URL", "GitHub URL", "Website", "Location", "Source", "candidate_id")


def _cells(match: Match, shortlist: Shortlist) -> dict[str, str]:
    told = row(match, shortlist)
    return {
        "Name": " ".join(match.candidate.name.split()),
        "LinkedIn URL": linkedin_of(match.candidate),
        "GitHub URL": next((url for url in links_of(match.candidate) if "//github.com/" in url), ""),
        "Website": told["contact_url"],
        "Location": told["location"],
        "Source": "Headwater",
        "candidate_id": match.candidate.id,
    }


write = table_writer(COLUMNS, _cells)
