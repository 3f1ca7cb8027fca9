"""Following people: their own pages are asked for first, and what is new of them is said first."""

from __future__ import annotations

from datetime import date

from scrapers.candidates.lookup import accounts_behind
from scrapers.faults import Fault
from scrapers.records import AccountKey
from scrapers.rights.suppression import SuppressionList
from scrapers.store import Store


class NotFollowed(Fault):
    """The identifier names nobody who may, or can, be followed."""


def follow(identifier: str, store: Store, suppression: SuppressionList, key: bytes, day: date) -> list[str]:
    """Follow all accounts of one person from a day; returns them. Raises NotFollowed for who is suppressed or unknown.

    Accounts that are joined to the person later are not followed until they are asked for again.
    """
    accounts, held = accounts_behind(identifier, store, key), store.accounts()
    named = [held.get(account) or AccountKey.parse(account).bare for account in accounts]
    if any(map(suppression.account_listed, named)):
        raise NotFollowed(f"{identifier}: is on the suppression list, so nobody follows them")
    if not held.keys() & set(accounts) and not store.credited() & set(accounts):
        raise NotFollowed(f"{identifier}: nothing is held of this person; `headwater collect` finds people first")
    store.watch(accounts, day)
    return accounts


def unfollow(identifier: str, store: Store, key: bytes) -> list[str]:
    """Follow one person no more; returns their accounts. Raises NotFollowed for who was not followed."""
    accounts = accounts_behind(identifier, store, key)
    if not store.unwatch(accounts):
        raise NotFollowed(f"{identifier}: is not followed; `headwater watch --list` says who is")
    return accounts
