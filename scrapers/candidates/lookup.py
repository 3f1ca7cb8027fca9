"""Look-up of identifiers: whom one means, and everything held of that person (G9)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from scrapers.faults import Fault
from scrapers.identity import address_hash
from scrapers.identity.keys import link_key
from scrapers.parse.commits import noreply_handle
from scrapers.records import Account, Evidence, EvidenceKind
from scrapers.rights.identifiers import declared
from scrapers.settings.secret_key import candidate_id
from scrapers.store import Store

MOST_NAMED = 5  # candidates that one message names


class WhoIsThat(Fault):
    """An identifier that leads to nobody here."""


def accounts_behind(identifier: str, store: Store, key: bytes) -> list[str]:
    """The account keys an identifier leads to: all accounts of that candidate, or the one it spells where none is held.

    Takes a candidate id (of today, or from before accounts were joined), a URL, "site:handle", or an address, of which
    only the keyed hash is looked up. An account or page that nobody here is, is theirs who link to it as their own.
    Raises WhoIsThat for what is no candidate's id, what several people have, and a page that merely tells of people.
    """
    members, spelled = store.members(), _spelled(identifier, key)
    if spelled is None:
        owners = {owner for account, owner in members.items() if identifier in {owner, candidate_id(account, key)}}
        former = None if owners else store.former_ids().get(identifier)
        owners |= {members[former]} if former in members else set()
        if not owners:
            raise WhoIsThat(f"{identifier}: no candidate here; give a candidate id, a URL, site:handle or an address")
    elif spelled in members:
        owners = {members[spelled]}
    elif spelled in (held := store.accounts()):
        owners = set()  # an organisation or a bot: nobody's candidate
    else:
        owners = {members[name] for name, account in held.items() if name in members and spelled in declared(account)}
        owners |= _users_of(identifier, spelled, store, members) if is_address(identifier) else set()
        if not owners and (there := _people_on(spelled, store, members)):
            raise WhoIsThat(f"{identifier}: nobody's own page, though it tells of {_listed(there)}; give the id meant")
    if len(owners) > 1:
        raise WhoIsThat(f"{identifier}: {len(owners)} people call it their own; give the id meant: {_listed(owners)}")
    return sorted(account for account, owner in members.items() if owner in owners) or [spelled or ""]


def held_behind(identifier: str, store: Store, key: bytes) -> list[str]:
    """Return the accounts as `accounts_behind` does, if anything is held of them; else raise WhoIsThat.

    What is recorded of a person may not be the only thing that names them here, as it would of one who was erased.
    """
    accounts = accounts_behind(identifier, store, key)
    if (store.accounts().keys() | store.credited()).isdisjoint(accounts):
        raise WhoIsThat(f"{identifier}: nothing is held of them, so nothing was recorded; is it spelled right?")
    return accounts


def is_address(identifier: str) -> bool:
    """True if an identifier is an e-mail address."""
    return re.fullmatch(r"[^@\s:]+@[^@\s]+", identifier) is not None


def _users_of(identifier: str, spelled: str, store: Store, members: Mapping[str, str]) -> set[str]:
    """The candidates who committed from that address: by the number in a noreply address, or one of several names."""
    handle = noreply_handle(identifier) if is_address(identifier) else None
    if handle and handle.id:
        return {
            members[name]
            for name, account in store.accounts().items()
            if name in members and (account.site, account.id) == (handle.site, handle.id)
        }
    mailbox = spelled.removeprefix("git:")
    acts = (item for item, _, _ in store.evidence(kind=EvidenceKind.CONTRIBUTION))
    return {members[str(act.account)] for act in acts if act.account and act.details.get("mailbox") == mailbox}


def _people_on(page: str, store: Store, members: Mapping[str, str]) -> set[str]:
    """The candidates of whom that page tells, or whose work stands there."""
    found = set()
    for _, _, page_url, said in store.stated_rows():
        account = said.account if isinstance(said, Evidence) else said.key
        if page in {_page_key(page_url), _page_key(said.url or "")} and str(account) in members:
            found.add(members[str(account)])
    return found


def _page_key(url: str) -> str:
    return link_key(url) or f"web:{url.partition('://')[2].strip('/').casefold()}"


def _listed(people: Iterable[str]) -> str:
    names = sorted(people)
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more


def _spelled(identifier: str, key: bytes) -> str | None:
    """The account key that an identifier spells out, or None where it can only be a candidate id."""
    if "://" in identifier:
        return _page_key(identifier)
    if is_address(identifier):
        if login := noreply_handle(identifier):
            return f"{login.site}:{login.login.casefold()}"
        if own := address_hash(identifier, key):
            return f"git:{own}"
        raise WhoIsThat(f"{identifier}: an address that anybody may use proves nothing; give a URL or a candidate id")
    site, found, handle = identifier.partition(":")
    if found and handle:
        return f"{site}:{handle.casefold()}"
    return _page_key(f"https://{identifier}") if re.fullmatch(r"[^\s:@/][^\s:@/.]*+\.[^\s:@]+", identifier) else None


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
    ids = {*owners, *(candidate_id(account, key) for account in accounts), *store.former_ids(accounts)}
    return {
        "candidate_id": owners[0] if owners else None,
        "accounts": rows["accounts"],
        "evidence": rows["evidence"],
        "judgements": rows["judgements"],
        "exports": sorted(store.exports_naming(ids)),
        "shortlists": store.placings_of(ids),
        "dealings": [asdict(dealing) for dealing in store.interactions(accounts)],
        "followed_since": min((day for each, day in store.watched().items() if each in accounts), default=None),
    }
