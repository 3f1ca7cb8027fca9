"""Lever, import of candidates: no column for evidence, which goes beside it; at most 55,000 rows a file."""

from __future__ import annotations

from ranking.exports._ats import links_of, table_writer
from ranking.shortlist.shortlist import Match, Shortlist

SUFFIX = ".csv"
MOST_ROWS = 55_000
BESIDE = True
WARNING = "Lever finds duplicates by address alone, and there is none here: look people up by link before importing"
COLUMNS = ("Full name", "Email", "Lever Posting URL", "Stage", "Sources", "Origin", "Links", "Tags")


def _cells(match: Match, shortlist: Shortlist) -> dict[str, str]:  # noqa: ARG001  (every dialect is asked alike)
    return {
        "Full name": " ".join(match.candidate.name.split()),
        "Stage": "New Lead",
        "Sources": "Headwater",
        "Origin": "Sourced",
        "Links": ", ".join(links_of(match.candidate)),  # a comma and a blank here, a bare comma between tags
        "Tags": f"headwater,{match.candidate.id}",
    }


write = table_writer(COLUMNS, _cells)
