"""A shortlist without names, handles and links, for a first look at the work alone; the key file joins them back."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from dataclasses import replace
from io import StringIO

from ranking.corpus.passages import blind
from ranking.exports._rows import safe_cell
from ranking.features.availability import Availability
from ranking.shortlist.shortlist import Match, Quote, Shortlist
from scrapers.records import Account, Candidate, Evidence

KEY_COLUMNS = ("candidate_id", "name", "accounts")


def blinded(shortlist: Shortlist) -> Shortlist:
    """Return the same people in the same order under their ids, quotes blinded as for ranking; no contacts."""
    matches = tuple(_blind_match(match) for match in shortlist.matches)
    return replace(shortlist, matches=matches, clearances={}, warm={}, notice="", changes=None, left={})


def key_of(shortlist: Shortlist) -> str:
    """The CSV that says who is behind each id."""
    out = StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(KEY_COLUMNS)
    for match in shortlist.matches:
        accounts = " ".join(account.url or str(account.key) for account in match.candidate.accounts)
        writer.writerow(map(safe_cell, (match.candidate.id, match.candidate.name, accounts)))
    return out.getvalue()


def _blind_match(match: Match) -> Match:
    person = match.candidate
    handles = {account.handle for account in person.accounts}
    names = {account.name for account in person.accounts if account.name}

    def without(text: str) -> str:
        return blind(text, handles, names)

    def quote(said: Quote) -> Quote:
        return replace(said, text=without(said.text), title=without(said.title), url="")

    return replace(
        match,
        candidate=_nobody(person, {piece.id: without(piece.title) for piece in person.evidence}),
        reasons=tuple(map(quote, match.reasons)),
        availability=_unnamed(match.availability, without),
        terms=tuple(replace(term, quotes=tuple(map(quote, term.quotes))) for term in match.terms),
    )


def _unnamed(said: Availability | None, without: Callable[[str], str]) -> Availability | None:
    return said and replace(said, sentence=without(said.sentence), url="", evidence_id="", title="")


def _nobody(person: Candidate, titles: Mapping[str, str]) -> Candidate:
    """Return where somebody lives, on which sites, and what kinds of things they made when: nothing that names them."""
    accounts = tuple(
        Account(each.site, person.id, kind=each.kind, location=each.location, open_to_work=each.open_to_work)
        for each in person.accounts
    )
    evidence = tuple(
        Evidence(each.kind, None, titles[each.id], "", "", each.date, details=_flags(each.details))
        for each in person.evidence
    )
    return Candidate(person.id, accounts, evidence, person.first_seen)


def _flags(details: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in details.items() if value is True}
