"""People whom an applicant tracking system knows: keyed hashes of addresses and profile links, never as such.

Whoever is known there is flagged, and given to nobody as a contact: they have been written to, or have said no.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from ranking.handover.spreadsheets import FeedbackUnreadable, table_of
from ranking.shortlist.shortlist import Shortlist
from scrapers.identity.keys import link_key
from scrapers.records import Candidate
from scrapers.rights.ledger import Clearance
from scrapers.settings.home import Home, replace_file

FILE = "known.txt"
KNOWN = Clearance(withheld="already in your applicant tracking system", flags=("already_known",))
_COLUMNS = frozenset(
    ("email", "email address", "emails", "links", "social media", "website", "linkedin_url", "linkedin url", "url")
)
_ADDRESS = re.compile(r"[^\s,;<>@]+@[^\s,;<>@]+\.\w+")


def is_export_of_others(path: Path) -> bool:
    """True if the header is one of an applicant tracking system and not of ours."""
    header, _ = table_of(path)
    return "candidate_id" not in header and not _COLUMNS.isdisjoint(header)


def remember(path: Path, home: Home) -> int:
    """Keep everybody whom that export names, in one step; returns how many identifiers were new."""
    header, rows = table_of(path)
    columns = [place for place, name in enumerate(header) if name in _COLUMNS]
    said = {name for _, row in rows for place in columns if place < len(row) for name in _names(row[place])}
    if not said:
        raise FeedbackUnreadable(f"{path}: no address and no profile link in {', '.join(header)}; nobody to know")
    held = _held(home)
    found = held | {_hash(name, home) for name in said}
    if found != held:
        replace_file(home / FILE, "".join(f"{name}\n" for name in sorted(found)))
    return len(found - held)


def with_known(shortlist: Shortlist, home: Home) -> Shortlist:
    """The shortlist with those who are known already flagged, and without their contacts."""
    held = _held(home)
    if not held:
        return shortlist
    met = {m.candidate.id: KNOWN for m in shortlist.matches if any(_hash(n, home) in held for n in _own(m.candidate))}
    return replace(shortlist, clearances={**shortlist.clearances, **met})


def _own(candidate: Candidate) -> Iterator[str]:
    for account in candidate.accounts:
        yield str(account.key)
        for url in (account.url, *account.links):
            yield from _names(url or "")


def _names(cell: str) -> Iterator[str]:
    """Every address and every account or page that a cell names."""
    for word in re.split(r"[\s,;]+", cell):
        if _ADDRESS.fullmatch(word):
            yield word.casefold()
        elif key := link_key(word if "://" in word else f"https://{word}") if "." in word else None:
            yield key


def _held(home: Home) -> set[str]:
    path = home / FILE
    return set(path.read_text(encoding="ascii").split()) if path.is_file() else set()


def _hash(name: str, home: Home) -> str:
    return hmac.digest(home.key, f"known:{name}".encode(), sha256).hex()
