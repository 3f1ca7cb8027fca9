"""Linked accounts: accounts that people declare in their profiles and that were not collected yet.

Whether two accounts are one person is judged once both are in the store (see `scrapers.identity.match.claims`),
by links that go both ways and names that agree.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from scrapers.identity.keys import link_key
from scrapers.records import Account, Request
from scrapers.sources import Source
from scrapers.store import Store

MOST_ASKED = 200  # accounts of one source in one run; further ones wait for the next


def linked_accounts(source: Source, store: Store) -> list[Request]:
    """Return requests for the accounts at this source's sites that people declare and that are not stored, by account.

    A link is followed if its author has an act, has no account at that site yet and declares only one there, and if no
    other person claims the account (G22). An account that cannot be fetched is requested once in each run.
    """
    if not source.profiles:
        return []
    accounts, members = store.accounts(), store.members()
    makers = {members.get(account, account) for account in store.credited()}
    at_home = {(members.get(key, key), account.site) for key, account in accounts.items()}
    claims: dict[str, set[str]] = defaultdict(set)
    for key, account in accounts.items():
        for site, handle in _named_alone(account):
            claims[f"{site}:{handle}"].add(members.get(key, key))
    wanted = [
        claimed.partition(":")
        for claimed, (owner, *others) in sorted(claims.items())
        if not others
        and owner in makers
        and not {claimed, claimed.split("/")[0]} & accounts.keys()
        and (owner, claimed.partition(":")[0]) not in at_home
    ]
    return [source.profiles[site](handle) for site, _, handle in wanted if site in source.profiles][:MOST_ASKED]


def _named_alone(account: Account) -> Iterator[tuple[str, str]]:
    """Yield the site and handle of each account that this one links to, if it is the only one of its site."""
    if account.kind != "person":
        return
    named: dict[str, set[str]] = defaultdict(set)
    for url in account.links:
        site, colon, handle = (link_key(url) or "").partition(":")
        if colon and site != account.site:
            named[site].add(handle)
    for site, handles in named.items():
        if len(handles) == 1:
            yield site, handles.pop()
