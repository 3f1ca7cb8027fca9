"""Schema drift (guardrail G35): failures where rows cannot be read or a run gives far less than usual. Pure.

A page fails if more than a fifth of its rows are unreadable; a run fails if it gives less than half of the median of
its last five good runs, since a source that changed may go on answering.
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
FEWEST_RUNS = 3  # fewer good runs give no baseline
FEWEST_PAGES = 5  # of a run, before the share of drifted ones is judged
PAGES_IN_A_ROW = 5  # refused as a whole, after which their site is skipped for the run
FEWEST_ROWS = 200  # of a site, before the share of unreadable ones ends its run
DRIFT = frozenset({Code.SCHEMA_DRIFT, Code.NOT_A_PAGE})


@dataclass(slots=True)
class Drifting:
    """Row counts of one site so far in a run: read, rejected, and pages in a row refused as a whole."""

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
        """The reason to skip the site for the rest of the run, or None."""
        if self.in_a_row >= PAGES_IN_A_ROW:
            return f"{self.in_a_row} pages in a row are not what they were"
        rows = self.read + self.rejected
        if rows >= FEWEST_ROWS and self.rejected > MOST_REJECTED * rows:
            return f"{self.rejected} of {rows} rows could not be read"
        return None


def judge_page(records: Sequence[Record], url: str) -> tuple[list[Refused], list[Refused]]:
    """Return the refusals of one page as (failures, tolerated): single rows are tolerated up to a fifth of the page.

    The refusal of a whole page is always a failure.
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
    """Estimate the rows of a page from its most frequent type of record: a row may give an account and an act."""
    types = Counter(type(record) for record in records if isinstance(record, Account | Evidence | Event))
    return max(types.values(), default=0)


def judge_pages(drifted: Sequence[str], read: int, source: str) -> Refused | None:
    """Return a failure if more than a fifth of the pages of a run drifted; `read` is the number of good pages."""
    total = len(drifted) + read
    if total < FEWEST_PAGES or len(drifted) <= MOST_REJECTED * total:
        return None
    detail = f"{len(drifted)} of {total} pages of this run are not what they were; expected at most one in five"
    return Refused(Code.SCHEMA_DRIFT, drifted[0], detail, source)


def judge_yield(rows: int, usual: Sequence[int], url: str, source: str) -> Refused | None:
    """Return a failure if a run gave less than half of the median rows of the last good runs, newest first."""
    good = usual[:GOOD_RUNS]
    if len(good) < FEWEST_RUNS or rows >= LEAST_OF_USUAL * median(good):
        return None
    detail = (
        f"{counted(rows, 'rows')}, expected about {median(good):.0f} as in the last {len(good)} good runs; "
        "what was kept before stays"
    )
    return Refused(Code.SUSPICIOUS_YIELD, url, detail, source)
