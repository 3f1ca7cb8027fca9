"""What is held of one person, and whom an identifier means (G9)."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import Any

from scrapers.candidates import candidate_id
from scrapers.faults import Fault
from scrapers.identity import address_hash
from scrapers.identity.keys import link_key
from scrapers.records import Account
from scrapers.store import Store


class WhoIsThat(Fault):
    """An identifier that leads to nobody here."""


def accounts_behind(identifier: str, store: Store, key: bytes) -> list[str]:
    """The account keys an identifier leads to: all accounts of that candidate, or the one it spells where none is held.

    Takes a candidate id (of today, or from before accounts were joined), a URL, "site:handle", or an address, of which
    only the keyed hash is looked up. Raises WhoIsThat for an id that is no candidate's.
    """
    members = store.members()
    spelled = _spelled(identifier, key)
    if spelled is not None:
        owners = {members[spelled]} if spelled in members else set()
    else:
        owners = {owner for account, owner in members.items() if identifier in {owner, candidate_id(account, key)}}
        if not owners:
            raise WhoIsThat(f"{identifier}: no candidate here; give a candidate id, a URL, site:handle or an address")
    return sorted(account for account, owner in members.items() if owner in owners) or [spelled or ""]


def _spelled(identifier: str, key: bytes) -> str | None:
    """The account key that an identifier spells out, or None where it can only be a candidate id."""
    if "://" in identifier:
        return link_key(identifier) or f"web:{identifier.split('://', 1)[1].strip('/').casefold()}"
    if re.fullmatch(r"[^@\s:]+@[^@\s]+", identifier):
        return f"git:{address_hash(identifier, key)}"
    site, found, handle = identifier.partition(":")
    return f"{site}:{handle.casefold()}" if found and handle else None


def spelled_account(identifier: str, key: bytes) -> Account:
    """The account that a URL, a "site:handle" or an address spells, with nothing else known of it."""
    spelled = _spelled(identifier, key)
    if spelled is None:
        raise WhoIsThat(f"{identifier}: neither a URL, nor site:handle, nor an address")
    site, _, handle = spelled.partition(":")
    return Account(site, handle)


def held_of(identifier: str, store: Store, key: bytes) -> dict[str, Any]:
    """Accounts, evidence, joins, exports, places on shortlists and what was done with one person.

    Every row of a source has its URL and time.
    """
    accounts = accounts_behind(identifier, store, key)
    rows = store.rows_of(accounts)
    owners = sorted({member["candidate_id"] for member in rows["members"]})
    if not rows["accounts"] and not rows["evidence"]:
        raise WhoIsThat(f"{identifier}: nothing is held of this person")
    ids = {*owners, *(candidate_id(account, key) for account in accounts)}
    return {
        "candidate_id": owners[0] if owners else None,
        "accounts": rows["accounts"],
        "evidence": rows["evidence"],
        "judgements": rows["judgements"],
        "exports": sorted(store.exports_naming(ids)),
        "shortlists": store.placings_of(ids),
        "dealings": [asdict(dealing) for dealing in store.dealings(accounts)],
        "followed_since": min((day for each, day in store.watched().items() if each in accounts), default=None),
    }
