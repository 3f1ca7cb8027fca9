"""Accounts that people name as theirs and that no page has shown yet: what matching cannot find, asking can.

A profile that links to another account says where to look for the other half of the evidence: whether the two are one
person is judged once both are held (see `scrapers.identity.match.claims`), by links that go both ways and names that
agree.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from scrapers.identity.keys import link_key
from scrapers.records import Account, Request
from scrapers.sources import Source
from scrapers.store import Store

MOST_ASKED = 200  # accounts of one source in one run: the rest waits for the next


def linked_accounts(source: Source, store: Store) -> list[Request]:
    """Requests for the accounts at this source's sites that people name as theirs and that are not held, by account.

    A link is followed where somebody with an act makes it, who has no account at that site yet and names one alone, and
    where nobody else claims the account (G22). An account that cannot be had is asked for once in each run.
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
    """The site and handle of each account that this one names, where it names one of that site."""
    if account.kind != "person":
        return
    named: dict[str, set[str]] = defaultdict(set)
    for url in account.links:
        site, found, handle = (link_key(url) or "").partition(":")
        if found and site != account.site:
            named[site].add(handle)
    for site, handles in named.items():
        if len(handles) == 1:
            yield site, handles.pop()
