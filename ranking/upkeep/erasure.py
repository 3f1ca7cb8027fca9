"""Forgetting a person everywhere: store, vectors, archive, exports, tracebacks; and keeping them out for good (G7).

The identifiers go onto the suppression list first, so that a crash in the middle can bring nobody back.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from ranking.corpus.passages import render
from ranking.upkeep.references import (
    Files,
    acts_naming,
    files_naming,
    rewritten_rows,
    shared_by_others,
    struck,
    vectors_of_theirs,
)
from scrapers.candidates.joining import load_candidates
from scrapers.candidates.lookup import accounts_behind
from scrapers.faults import Locked
from scrapers.records import AccountKey, Candidate, Page
from scrapers.rights.identifiers import declared, identifiers_of
from scrapers.rights.suppression import ERASING, ERASURE, EXPIRED, OBJECTION, SuppressionList
from scrapers.settings.home import Home
from scrapers.settings.secret_key import candidate_id
from scrapers.settings.tracebacks import drop_tracebacks
from scrapers.store import Store
from scrapers.store.copies import clear_copies
from scrapers.store.sql.locks import locked
from scrapers.text.full_names import full_name, names_in


@dataclass(frozen=True, slots=True)
class Erasure:
    """Result of an erasure: counts by kind, and the files that named the person."""

    accounts: tuple[str, ...]
    candidates: tuple[str, ...]
    counts: Mapping[str, int]
    files: tuple[str, ...]
    left_alone: tuple[str, ...] = ()  # files that another home wrote
    failed: tuple[str, ...] = ()  # files that could not be changed, with the reason


@dataclass(frozen=True, slots=True)
class ErasureTargets:
    """Accounts about to go, with all that points to them, and the list that knows them.

    Without identifiers every row of others is held against the list, not only those that spell one of them.
    """

    accounts: tuple[str, ...]
    everybody: tuple[Candidate, ...]
    theirs: tuple[Candidate, ...]
    ids: tuple[str, ...]
    identifiers: frozenset[tuple[str, str]]
    listing: SuppressionList
    names: frozenset[str]
    home: Home


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
    if not dry_run and (home / ERASING).exists():
        reapply(home, store, suppression)  # what was broken off comes first
    going = _going(accounts_behind(identifier, store, home.key), home, store)
    if dry_run:
        return _remove(going, store, dry_run)
    suppression.add(home, store, sorted(going.identifiers), ERASURE, at)
    (home / ERASING).write_text("".join(f"{name}\n" for name in sorted(going.names)))  # gone with the flag
    erased = _remove(going, store)
    clear_copies(home)
    (home / ERASING).unlink(missing_ok=True)
    return erased


def suppress(identifier: str, home: Home, store: Store, suppression: SuppressionList, *, at: datetime) -> Erasure:
    """List every alias of a person who objects, without erasing them: never collected, ranked, exported or contacted.

    Files and other people's rows that name them lose them.
    """
    going = _going(accounts_behind(identifier, store, home.key), home, store)
    store.strike_later(going.ids)  # so that a crash leaves no file as it was
    suppression.add(home, store, sorted(going.identifiers), OBJECTION, at)
    store.unwatch(going.accounts)
    files = files_naming(set(going.ids), going.home, store)
    store.rewrite(rewritten_rows(store, going.accounts, going.listing, _spelled(going.identifiers)))
    done, failed = struck(files, going.listing, going.names)
    store.drop_exports(done, going.ids)
    counts = {"aliases": len(going.identifiers), "accounts": _held(going, store)}
    return Erasure(going.accounts, going.ids, counts, _changed(files, failed), files.left_alone, tuple(failed.values()))


def expire(
    accounts: Collection[str], home: Home, store: Store, suppression: SuppressionList, *, at: datetime
) -> Erasure:
    """Erase people whose time has run out. A tombstone keeps the same acts out; a new act of theirs starts anew."""
    going = _going(sorted(accounts), home, store)
    acts = {("act", item.id) for item, _, _ in store.evidence() if str(item.account) in going.accounts}
    suppression.add(home, store, sorted(acts | {("past", key) for key in going.accounts}), EXPIRED, at)
    return _remove(going, store)


def reapply(home: Home, store: Store, suppression: SuppressionList) -> Erasure | None:
    """Erase again who was erased and is here all the same: out of a restored backup, or by a run that was under way.

    After a restore, or an erasure that was broken off, everything is looked through for everybody who was ever erased.
    """
    names = (home / ERASING).read_text().splitlines() if (home / ERASING).exists() else []
    _strike_due(home, store, suppression, names)
    erased = suppression.erasures()
    if not erased:
        return None
    held, broken_off = store.accounts(), (home / ERASING).exists()
    back = {key for key, account in held.items() if erased.account_listed(account)}
    back |= {key for key in store.named() - held.keys() if erased.account_listed(AccountKey.parse(key).bare)}
    if not back and not broken_off:
        return None
    going = _going(sorted(back), home, store)
    if not broken_off:
        clear_copies(home)
        return _remove(going, store)
    known = {candidate_id(account, home.key) for account in store.named() - back}
    known |= {former for former, account in store.former_ids().items() if account not in back}
    unknown = {each for named in store.exports_naming().values() for each in named} - known
    everyone = replace(
        going,
        ids=(*going.ids, *unknown),
        identifiers=frozenset(),
        listing=erased | going.listing,
        names=going.names.union(names),
    )
    done = _remove(everyone, store)
    clear_copies(home)
    (home / ERASING).unlink(missing_ok=True)
    return done


def _strike_due(home: Home, store: Store, suppression: SuppressionList, names: Collection[str]) -> None:
    """Take those out of this home's files who are to be struck and are in them still.

    Another home on the same store erased them, a crash came between, or the file could not be changed then.
    """
    due = {person for file in store.exports() for person in file.due}
    files = files_naming(due, home, store)
    done, _ = struck(files, suppression, names)
    if done:
        store.drop_exports(done, due)


def finish(home: Home, store: Store, suppression: SuppressionList) -> Erasure | None:
    """Erase what is held of accounts that a run found to be a listed person's, or leave it to the next refresh."""
    if not (home / ERASING).exists():
        return None
    try:
        with locked(home, "refresh", 0.0):
            return reapply(home, store, suppression)
    except Locked:
        return None


def unfinished(home: Home, store: Store) -> tuple[str, ...]:
    """Files of this home that name people still who are to be struck, because they could not be changed."""
    due = {person for file in store.exports() for person in file.due}
    return tuple(map(str, files_naming(due, home, store).ours))


def _going(accounts: Iterable[str], home: Home, store: Store) -> ErasureTargets:
    gone, everybody, stated = tuple(accounts), tuple(load_candidates(store)), store.accounts()
    theirs = tuple(c for c in everybody if any(str(account.key) in gone for account in c.accounts))
    held = [stated.get(key) or AccountKey.parse(key).bare for key in gone]
    keys = {key for account in held for key in declared(account)}
    words = {account.handle.casefold() for account in held} | {key.split(":", 1)[1] for key in keys}
    shared = shared_by_others(words, keys, everybody, gone)
    names = frozenset(name for account in held if (name := full_name(account.name)))
    identifiers = frozenset(acts_naming(names, store, gone)).union(*(identifiers_of(each, shared) for each in held))
    blank = SuppressionList(home.key)
    ids = {c.id for c in theirs} | {candidate_id(key, home.key) for key in gone} | store.former_ids(gone).keys()
    return ErasureTargets(
        gone,
        everybody,
        theirs,
        tuple(sorted(ids)),
        identifiers,
        SuppressionList(home.key, (blank.hash(kind, name) for kind, name in identifiers)),
        names,
        home,
    )


def _remove(going: ErasureTargets, store: Store, dry_run: bool = False) -> Erasure:
    listing = going.listing
    rewritten = rewritten_rows(store, going.accounts, listing, _spelled(going.identifiers))
    stand_on = {page for _, page in rewritten} | store.pages_about(going.accounts)
    damaged: list[str] = []  # what a damaged page told of cannot be known: it goes
    pages = [key for key, page in store.archive(damaged) if key in stand_on or _tells_of(page, going)] + damaged
    files = files_naming(set(going.ids), going.home, store)
    if dry_run:
        acts = sum(len(candidate.evidence) for candidate in going.theirs)
        counts = {"accounts": _held(going, store), "evidence": acts, "pages": len(pages)}
        counts |= {"rows_of_others": list(rewritten.values()).count(None)}
        return Erasure(going.accounts, going.ids, counts, tuple(map(str, files.ours)), files.left_alone)
    drop_tracebacks(going.home)
    vectors = vectors_of_theirs(going.theirs, going.everybody, store)
    counts = store.erase(
        going.accounts,
        candidates=going.ids,
        rewritten=rewritten,
        pages=pages,
        vectors=vectors,
        listed=listing.has_url,
    )
    render.cache_clear()
    done, failed = struck(files, listing, going.names)
    store.drop_exports(done, going.ids)
    return Erasure(going.accounts, going.ids, counts, _changed(files, failed), files.left_alone, tuple(failed.values()))


def _changed(files: Files, failed: Collection[Path]) -> tuple[str, ...]:
    return tuple(str(path) for path in files.ours if path not in failed)


def _held(going: ErasureTargets, store: Store) -> int:
    return len(store.accounts().keys() & going.accounts)


def _tells_of(page: Page, going: ErasureTargets) -> bool:
    if going.listing.has_url(page.url):
        return True
    body = page.body.decode("utf-8", "replace")
    return going.listing.mentions(body) or any(names_in(body, going.names.__contains__))


def _spelled(identifiers: Iterable[tuple[str, str]]) -> set[str]:
    """Return the spellings in text that name one of these: words, last names, numbers, hosts with their paths."""
    words = {name.split()[-1] for kind, name in identifiers if kind in ("word", "name")}
    numbers = {name.partition("#")[2] for kind, name in identifiers if kind == "id"}
    return words | numbers | {name.removeprefix("web:") for _, name in identifiers if name.startswith("web:")}
