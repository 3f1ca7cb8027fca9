"""Drift is loud (guardrail G35): what a source owes each time, and how a run tells that it stopped giving it. Pure.

A page owes its rows: more than a fifth of them unreadable is a failure. A run owes its usual yield: less than half of
the median of its last five good runs is a failure too, since a source that changed may go on answering.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from scrapers.records import Account, Code, Event, Evidence, Record, Refused
from scrapers.text import counted

MOST_REJECTED = 0.2
LEAST_OF_USUAL = 0.5
GOOD_RUNS = 5
FEWEST_RUNS = 3  # before that nobody knows what is usual
FEWEST_PAGES = 5  # of fewer, each drifting page speaks for itself
PAGES_IN_A_ROW = 5  # refused as a whole, and nothing more is asked of their site in this run
FEWEST_ROWS = 200  # of a site, before the share of unreadable ones ends its run
DRIFT = frozenset({Code.SCHEMA_DRIFT, Code.NOT_A_PAGE})


@dataclass(slots=True)
class Drifting:
    """What the pages of one site gave so far in a run: rows read and rejected, pages in a row refused as a whole."""

    read: int = 0
    rejected: int = 0
    in_a_row: int = 0

    def note(self, records: Sequence[Record]) -> None:
        """Count one page; a page refused as a whole counts as one rejected row."""
        rejected = sum(isinstance(record, Refused) and record.code in DRIFT for record in records)
        self.read += _rows(records)
        self.rejected += rejected
        self.in_a_row = self.in_a_row + 1 if rejected == len(records) else 0

    @property
    def reason(self) -> str | None:
        """Why nothing more is to be asked there, or None."""
        if self.in_a_row >= PAGES_IN_A_ROW:
            return f"{self.in_a_row} pages in a row are not what they were"
        rows = self.read + self.rejected
        if rows >= FEWEST_ROWS and self.rejected > MOST_REJECTED * rows:
            return f"{self.rejected} of {rows} rows could not be read"
        return None


def judge_page(records: Sequence[Record], url: str) -> tuple[list[Refused], list[Refused]]:
    """The refusals of one page as (failures, tolerated): single rows are tolerated up to a fifth of the page.

    A page that is refused as a whole fails as it stands.
    """
    refused = [record for record in records if isinstance(record, Refused)]
    rejected = [record for record in refused if record.code is Code.SCHEMA_DRIFT]
    read = _rows(records)
    if not rejected or read + len(rejected) == 1:
        return refused, []
    others = [record for record in refused if record.code is not Code.SCHEMA_DRIFT]
    share = len(rejected) / (len(rejected) + read)
    if share <= MOST_REJECTED:
        return others, rejected
    first = rejected[0].detail
    detail = f"{len(rejected)} of {len(rejected) + read} rows could not be read ({first}); the others are kept"
    return [*others, Refused(Code.SCHEMA_DRIFT, url, detail, rejected[0].source)], []


def _rows(records: Sequence[Record]) -> int:
    """How many rows a page seems to have given: a row may give an account and an act, or several acts."""
    return max(
        Counter(type(record) for record in records if isinstance(record, Account | Evidence | Event)).values(),
        default=0,
    )


def judge_pages(drifted: Sequence[str], read: int, source: str) -> Refused | None:
    """A failure where more than a fifth of a run's pages were not what the source always gave."""
    total = len(drifted) + read
    if total < FEWEST_PAGES or len(drifted) <= MOST_REJECTED * total:
        return None
    detail = f"{len(drifted)} of {total} pages of this run are not what they were; expected at most one in five"
    return Refused(Code.SCHEMA_DRIFT, drifted[0], detail, source)


def judge_yield(rows: int, usual: Sequence[int], url: str, source: str) -> Refused | None:
    """A failure where a whole run gave less than half of the median of the last good runs, newest first."""
    good = usual[:GOOD_RUNS]
    if len(good) < FEWEST_RUNS or rows >= LEAST_OF_USUAL * median(good):
        return None
    detail = (
        f"{counted(rows, 'rows')}, expected about {median(good):.0f} as in the last {len(good)} good runs; "
        "what was kept before stays"
    )
    return Refused(Code.SUSPICIOUS_YIELD, url, detail, source)
