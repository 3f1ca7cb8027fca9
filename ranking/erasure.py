"""Forgetting a person everywhere: store, vectors, archive, exports; and keeping them out for good (G7).

The identifiers go onto the suppression list first, so that a crash in the middle can bring nobody back.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ranking.traces import declared, rewritten_rows, shared_by_others, strike, vectors_of_theirs
from scrapers.access import accounts_behind
from scrapers.aliases import identifiers_of
from scrapers.candidates import candidate_id, load_candidates
from scrapers.records import Account, Candidate
from scrapers.settings import Home
from scrapers.store import Store
from scrapers.suppression import ERASURE, EXPIRED, OBJECTION, SuppressionList


@dataclass(frozen=True, slots=True)
class Erasure:
    """What forgetting removes: counts by kind, and the files that named the person."""

    accounts: tuple[str, ...]
    candidates: tuple[str, ...]
    counts: Mapping[str, int]
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Going:
    """Accounts about to go, with all that points to them. `listing` knows them and nobody else."""

    accounts: tuple[str, ...]
    everybody: tuple[Candidate, ...]
    theirs: tuple[Candidate, ...]
    ids: tuple[str, ...]
    identifiers: frozenset[tuple[str, str]]
    listing: SuppressionList


def forget(
    identifier: str,
    home: Home,
    store: Store,
    suppression: SuppressionList,
    *,
    at: datetime,
    dry_run: bool = False,
) -> Erasure:
    """Erase a person and list every alias of theirs; with `dry_run` only say what would go."""
    going = _going(accounts_behind(identifier, store, home.key), home, store)
    if not dry_run:
        suppression.add(home, store, sorted(going.identifiers), ERASURE, at)
    return _remove(going, store, dry_run)


def suppress(identifier: str, home: Home, store: Store, suppression: SuppressionList, *, at: datetime) -> Erasure:
    """List every alias of a person who objects, without erasing them: never collected, ranked, exported or contacted.

    Files that name them lose them.
    """
    going = _going(accounts_behind(identifier, store, home.key), home, store)
    suppression.add(home, store, sorted(going.identifiers), OBJECTION, at)
    files = store.exports_naming(going.ids)
    for path, candidates in files.items():
        strike(Path(path), set(candidates), going.listing)
    return Erasure(going.accounts, going.ids, {"aliases": len(going.identifiers)}, tuple(files))


def expire(
    accounts: Collection[str], home: Home, store: Store, suppression: SuppressionList, *, at: datetime
) -> Erasure:
    """Erase people whose time has run out. A tombstone keeps the same acts out; a new act of theirs starts anew."""
    going = _going(sorted(accounts), home, store)
    acts = {("act", item.id) for item, _, _ in store.evidence() if str(item.account) in going.accounts}
    suppression.add(home, store, sorted(acts | {("past", key) for key in going.accounts}), EXPIRED, at)
    return _remove(going, store)


def reapply(home: Home, store: Store, suppression: SuppressionList) -> Erasure | None:
    """Erase again who was erased and is here all the same: out of a restored backup, or by a run that was under way."""
    erased = suppression.erasures()
    if not erased:
        return None
    held = store.accounts()
    back = {key for key, account in held.items() if erased.account_listed(account)}
    back |= {key for key in store.credited() - held.keys() if erased.account_listed(_bare(key))}
    return _remove(_going(sorted(back), home, store), store) if back else None


def _going(accounts: Iterable[str], home: Home, store: Store) -> Going:
    gone, everybody, stated = tuple(accounts), tuple(load_candidates(store)), store.accounts()
    theirs = tuple(c for c in everybody if any(str(account.key) in gone for account in c.accounts))
    held = [stated.get(key) or _bare(key) for key in gone]
    keys = {key for account in held for key in declared(account)}
    words = {account.handle.casefold() for account in held} | {key.split(":", 1)[1] for key in keys}
    shared = shared_by_others(words, keys, everybody, gone)
    identifiers = frozenset().union(*(identifiers_of(account, shared) for account in held))
    blank = SuppressionList(home.key)
    ids = {c.id for c in theirs} | {candidate_id(key, home.key) for key in gone}
    return Going(
        gone,
        everybody,
        theirs,
        tuple(sorted(ids)),
        identifiers,
        SuppressionList(home.key, (blank.hash(kind, name) for kind, name in identifiers)),
    )


def _remove(going: Going, store: Store, dry_run: bool = False) -> Erasure:
    listing = going.listing
    words = {name for kind, name in going.identifiers if kind == "word"}
    rewritten = rewritten_rows(store, going.accounts, listing, words)
    pages = [
        key
        for key, page in store.archive()
        if listing.has_url(page.url) or listing.mentions(page.body.decode("utf-8", "replace"))
    ]
    files = store.exports_naming(going.ids)
    if dry_run:
        acts = sum(len(candidate.evidence) for candidate in going.theirs)
        counts = {"accounts": len(going.accounts), "evidence": acts, "pages": len(pages)}
        counts |= {"rows_of_others": list(rewritten.values()).count(None)}
        return Erasure(going.accounts, going.ids, counts, tuple(files))
    vectors = vectors_of_theirs(going.theirs, going.everybody, store)
    for path, candidates in files.items():
        strike(Path(path), set(candidates), listing)
    counts = store.erase(
        going.accounts,
        candidates=going.ids,
        rewritten=rewritten,
        pages=pages,
        vectors=vectors,
        listed=listing.has_url,
    )
    return Erasure(going.accounts, going.ids, counts, tuple(files))


def _bare(account: str) -> Account:
    site, _, handle = account.partition(":")
    return Account(site, handle)
