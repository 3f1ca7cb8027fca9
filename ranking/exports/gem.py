"""Gem ATS, import of applications: six columns, others are ignored; evidence goes beside it; at most 10 MB a file."""

from __future__ import annotations

from ranking.exports._ats import first_and_last, linkedin_of, table_writer
from ranking.shortlist.shortlist import Match, Shortlist

SUFFIX = ".csv"
MOST_BYTES = 10_000_000
BESIDE = True
# The last column is ignored by Gem and leads back to the evidence.
COLUMNS = ("job_stage", "first_name", "last_name", "email", "linkedin_url", "phone_number", "candidate_id")


def _cells(match: Match, shortlist: Shortlist) -> dict[str, str]:  # noqa: ARG001  (every dialect is asked alike)
    first, last = first_and_last(match.candidate)
    return {
        "first_name": first,
        "last_name": last,
        "linkedin_url": linkedin_of(match.candidate),
        "candidate_id": match.candidate.id,
    }


write = table_writer(COLUMNS, _cells)
