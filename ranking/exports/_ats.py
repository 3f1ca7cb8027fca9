"""Common parts of the dialects of applicant tracking systems: who goes out, names in two parts, links, the table.

No dialect fills a column with an address or a number: nothing here collects them, and none is invented.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TextIO

from ranking.exports._rows import REASONS, row, safe_text
from ranking.exports._view import weblink
from ranking.shortlist.shortlist import Match, Shortlist
from scrapers.records import Candidate
from scrapers.text.privacy import wants_no_contact

ONE_NAME, HANDLE = "(one name)", "(handle)"
_PARTICLES = frozenset({
    "al", "bin", "da", "de", "del", "den", "der", "di", "dos", "du", "el", "la", "le", "ten", "ter", "van",
    "von", "zu",
})  # fmt: skip


def table_writer(
    columns: Sequence[str], cells: Callable[[Match, Shortlist], Mapping[str, str]]
) -> Callable[[Shortlist, TextIO], None]:
    """Return the `write` of a dialect: header, and a row for each person who may be handed on.

    `cells(match, shortlist)` gives a row by column; a column that it leaves out is empty. Every cell is quoted.
    """

    def write(shortlist: Shortlist, out: TextIO) -> None:
        writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
        writer.writerow(columns)
        for match in handed_on(shortlist):
            row_by_column = cells(match, shortlist)
            writer.writerow([safe_text(row_by_column.get(column, "")) for column in columns])

    return write


def handed_on(shortlist: Shortlist) -> Iterator[Match]:
    """Yield the matches who did not ask for silence: an applicant tracking system is there to write to people (G10)."""
    return (match for match in shortlist.matches if not wants_no_contact(match.candidate))


def first_and_last(candidate: Candidate) -> tuple[str, str]:
    """The name in the two parts that imports demand; one name, or a mere handle, is followed by a word that says so.

    Particles such as "van der" go with the last part. What is guessed here is for a human to correct.
    """
    name = " ".join(candidate.name.split())
    words = name.split(" ")
    if not any(account.name for account in candidate.accounts):
        return name, HANDLE
    if len(words) == 1:
        return name, ONE_NAME
    last = len(words) - 1
    while last > 1 and words[last - 1].casefold() in _PARTICLES:
        last -= 1
    return " ".join(words[:last]), " ".join(words[last:])


def links_of(candidate: Candidate) -> list[str]:
    """The pages of their accounts, each once."""
    return list(dict.fromkeys(link for account in candidate.accounts if (link := weblink(account.url))))


def linkedin_of(candidate: Candidate) -> str:
    """The LinkedIn page that one of their accounts declares, never one that was guessed."""
    declared = (link for account in candidate.accounts for link in (account.url or "", *account.links))
    return next((link for link in declared if "linkedin.com/in/" in link and weblink(link)), "")


def evidence_of(match: Match, shortlist: Shortlist) -> str:
    """Summary and reasons in one text, each with its date and link, and the id that leads back."""
    cells = row(match, shortlist)
    parts = [str(cells["summary"])]
    for number in range(1, REASONS + 1):
        if text := cells[f"reason_{number}"]:
            where = " ".join(filter(None, (cells[f"date_{number}"], cells[f"url_{number}"])))
            parts.append(f'"{text}" ({where})' if where else f'"{text}"')
    return " / ".join([*parts, f"Headwater {match.candidate.id}, {shortlist.as_of}: a suggestion, not a decision."])
