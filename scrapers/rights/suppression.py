"""Suppression list: people who must not be collected, ranked or exported, as keyed hashes of their identifiers.

The hash is HMAC-SHA256 under the home's own key, which lies outside of the database (G7). The list is kept in the
store and in a file beside it; opening merges the two, so that a restored backup of either loses no entry. A run that
is under way reads the file again when it has grown.

People whose retention ended (G6, G8) leave a tombstone instead: "act" and "past" hashes keep out the same acts, and
the accounts with nothing but them; a new act starts anew.
"""

from __future__ import annotations

import hmac
import json
import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, overload
from urllib.parse import unquote

from scrapers.faults import full_disk_named
from scrapers.identity.keys import avatar_id
from scrapers.records import Account, AccountKey, Evidence, Record, Refused, Request
from scrapers.rights.identifiers import accounts_in, api_number, declared
from scrapers.settings.home import Home
from scrapers.settings.secret_key import KEY, LIST, fingerprint, foreign, listed_key
from scrapers.store import Store
from scrapers.text.full_names import without_names

REDACTED = "[removed]"
ERASURE, OBJECTION, EXPIRED = "erasure", "objection", "expired"  # reasons of an entry
ERASING = "erasing"  # marker file in the home, from the start of an erasure to its end
Listed = Callable[[AccountKey], bool]
_TOKEN = re.compile(r"[\w-]+(?:\.[\w-]++)*")
_URL = re.compile(r"https?://[^\s\"'<>`|\\^{}()\[\],;]+", re.IGNORECASE)


class SuppressionList:
    """Set of keyed hashes that tells whether an account, a URL or a word of a page belongs to a listed person."""

    def __init__(self, key: bytes, hashes: Iterable[str] = ()) -> None:
        self._key = key
        self._hashes = set(hashes)
        self._erased: set[str] = set()
        self._has_tombstones = False
        self._returned: set[str] = set()  # accounts with a tombstone and a new act
        self._home: Home | None = None  # where the list grows
        self._path: Path | None = None
        self._read = 0  # bytes of the file read so far

    @classmethod
    def open(cls, home: Home, store: Store) -> SuppressionList:
        """Return the union of the list in the store and the one in the home; each is given the entries it lacks."""
        path = home.create() / LIST
        in_store = store.suppressed_hashes()
        in_file = {row["hash"]: row for row in _rows(path, 0)[0]}
        missing = [row for h, row in in_file.items() if _lacks(in_store.get(h, ("", ""))[1], row["reason"])]
        if any(row["reason"] == ERASURE for row in missing):  # a restored older store may hold erased people
            (home / ERASING).touch(mode=0o600)
        store.add_suppressions([row | {"at": datetime.fromisoformat(row["at"])} for row in missing])
        now = datetime.now(UTC).isoformat()
        stored = [{"hash": h, "kind": kind, "reason": reason, "at": now} for h, (kind, reason) in in_store.items()]
        _append(home, [row for row in stored if _lacks(in_file.get(row["hash"], {}).get("reason", ""), row["reason"])])
        opened = cls(home.key)
        opened._home, opened._path = home, path
        opened._reread()
        if opened._has_tombstones:
            opened._returned = {account for account in store.credited() if opened._has("past", account)}
        return opened

    def _reread(self) -> None:
        """Read the entries that this run or another one appended to the file since the last read."""
        if self._path is None or not self._path.exists() or self._path.stat().st_size == self._read:
            return
        rows, self._read = _rows(self._path, self._read)
        self._hashes |= {str(row["hash"]) for row in rows}
        self._erased |= {str(row["hash"]) for row in rows if row["reason"] == ERASURE}
        self._has_tombstones = self._has_tombstones or any(row["kind"] == "act" for row in rows)

    def erasures(self) -> SuppressionList:
        """Return the list of erased people alone, of whom nothing may be stored at all."""
        return SuppressionList(self._key, self._erased)

    def __or__(self, other: SuppressionList) -> SuppressionList:
        """Return the union of both lists, under the key of this one."""
        return SuppressionList(self._key, self._hashes | other._hashes)

    def __bool__(self) -> bool:
        return bool(self._hashes)

    def hash(self, kind: str, identifier: str) -> str:
        """Return the keyed hash (hex) under which an identifier of that kind is listed."""
        return hmac.digest(self._key, f"{kind}:{identifier}".encode(), sha256).hex()

    def has_account(self, key: AccountKey) -> bool:
        return self._has("account", str(key))

    def has_url(self, url: str) -> bool:
        """True if the URL is a page or profile of a listed person, or lies below one."""
        if not self._hashes:
            return False
        number = avatar_id(url) or api_number(url)
        if number and self._has("id", number):
            return True
        return any(self._has("account", key) for key in accounts_in(url))

    def has_word(self, word: str) -> bool:
        """True if the word is an account name of a listed person."""
        return self._has("word", word.casefold())

    def _has(self, kind: str, identifier: str) -> bool:
        return bool(self._hashes) and self.hash(kind, identifier) in self._hashes

    def mentions(self, text: str) -> bool:
        """True if the text holds a listed account name or a URL of a listed person; such pages are not archived."""
        if not self._hashes:
            return False
        named = any(self._blank_token(token) != token for token in set(_TOKEN.findall(text)))
        return named or any(map(self.has_url, set(_URL.findall(text))))

    def account_listed(self, account: Account) -> bool:
        """True if an account is listed by its key, number or URL, or declares a listed account or page as its own."""
        if self.has_account(account.key) or self._has_number(account):
            return True
        return any(self.has_url(url) for url in (*account.links, account.url) if url)

    def _has_number(self, account: Account) -> bool:
        return account.id is not None and self._has("id", f"{account.site}#{account.id}")

    def learn(self, store: Store, records: Iterable[Record], at: datetime) -> None:
        """Add to the list the accounts among these records that belong to a listed person.

        Such an account has a listed number, or the same handle as a listed account that it declares; under another
        handle a link may be a friend's. With its key listed, pages that show the key alone restore nobody.
        """
        if self._home is None or not self._hashes:
            return
        erased = self.erasures()
        new = [r for r in records if isinstance(r, Account) and not self.has_account(r.key) and self._is_same(r)]
        for account in new:
            reason = ERASURE if erased.account_listed(account) else OBJECTION
            numbers = [("id", f"{account.site}#{account.id}")] if account.id else []
            self.add(self._home, store, [("account", str(account.key)), *numbers], reason, at)

    def _is_same(self, account: Account) -> bool:
        """True if an account belongs to a listed person, by number, or by handle and its own declaration."""
        if self._has_number(account):
            return True
        handle = account.handle.casefold()
        return any(key.partition(":")[2] == handle and self._has("account", key) for key in declared(account))

    def apply(self, records: Iterable[Record]) -> tuple[list[Record], int]:
        """Return the records without listed people, and the number of records dropped.

        From the evidence of others, listed team members and the links and words that name them are removed.
        """
        self._reread()
        records = list(records)
        if not self._hashes:
            return records, 0
        if self._has_tombstones:
            self._returned |= {
                str(r.account) for r in records if isinstance(r, Evidence) and r.account and self._is_new(r)
            }
        listed = {str(r.key) for r in records if isinstance(r, Account) and self.account_listed(r)}
        listed |= {str(r.account) for r in records if isinstance(r, Evidence) and r.account and self._by_mailbox(r)}
        kept = [record for r in records if (record := self._without(r, listed)) is not None]
        return kept, len(records) - len(kept)

    def _by_mailbox(self, act: Evidence) -> bool:
        """True if the address of a commit is a listed person's, whatever the name on it."""
        mailbox = act.details.get("mailbox")
        return isinstance(mailbox, str) and self._has("account", f"git:{mailbox}")

    def _without(self, record: Record, listed: set[str]) -> Record | None:
        def is_listed(key: AccountKey) -> bool:
            return str(key) in listed or self.has_account(key)

        if isinstance(record, Account):
            return None if is_listed(record.key) or self._is_buried(record) else self.blanked(record)
        if isinstance(record, Request | Refused):
            return None if self.has_url(record.url) else record
        if not isinstance(record, Evidence):
            return record
        if (record.account and is_listed(record.account)) or self.has_url(record.url) or self._has("act", record.id):
            return None
        return self.blanked(record, is_listed)

    def _is_new(self, act: Evidence) -> bool:
        """True if an act of a person with a tombstone is not in the tombstone."""
        return self._has("past", str(act.account)) and not self._has("act", act.id)

    def _is_buried(self, account: Account) -> bool:
        """True if the retention of a person had ended and no new act of theirs was seen since."""
        key = str(account.key)
        return self._has_tombstones and key not in self._returned and self._has("past", key)

    @overload
    def blanked(self, item: Account, is_listed: Listed | None = None) -> Account: ...
    @overload
    def blanked(self, item: Evidence, is_listed: Listed | None = None) -> Evidence: ...
    def blanked(self, item: Account | Evidence, is_listed: Listed | None = None) -> Account | Evidence:
        """Return the record of another person without the words, links and team entries of listed people."""
        links = tuple(link for link in item.links if not self._names(link))
        if isinstance(item, Account):
            return replace(item, bio=self.blank(item.bio, str(item.key)) if item.bio else item.bio, links=links)
        on_list = is_listed or self.has_account
        return replace(
            item,
            title=self.blank(item.title, item.id),
            text=self.blank(item.text, item.id),
            tags=tuple(self.blank(tag) for tag in item.tags),
            links=links,
            team=tuple(key for key in item.team if not on_list(key)),
            details=within(item.details, lambda text: self.blank(text, item.id)),
        )

    def names_by_name(self, record: Record) -> bool:
        """True if a record is known to give the full name of a listed person."""
        if not isinstance(record, Account | Evidence):
            return False
        return self._has("names", record.id if isinstance(record, Evidence) else str(record.key))

    def _names(self, link: str) -> bool:
        return self.has_url(link) or self.mentions(unquote(link))

    def blank(self, text: str, act: str = "") -> str:
        """Return the text without listed account names and hosts; a URL of a listed person is removed as a whole.

        `act` is an evidence id, or the key of the account whose biography it is; full names that are listed for it are
        removed as well.
        """
        if text.startswith(("http://", "https://")) and self.has_url(text):
            return ""
        text = _URL.sub(lambda url: REDACTED if self.has_url(url.group()) else url.group(), text)
        text = _TOKEN.sub(lambda token: self._blank_token(token.group()), text)
        if act and self._has("names", act):
            return without_names(text, lambda name: self._has("name", f"{act} {name}"), REDACTED)
        return text

    def _blank_token(self, token: str) -> str:
        """Return the token without listed names, alone or as parts of a dotted name such as a host."""
        if self.has_word(token) or ("." in token and self._has("account", f"web:{token.casefold()}")):
            return REDACTED
        return ".".join(REDACTED if self.has_word(part) else part for part in token.split("."))

    def add(self, home: Home, store: Store, identifiers: Iterable[tuple[str, str]], reason: str, at: datetime) -> None:
        """Add identifiers, as (kind, identifier) pairs.

        Kinds: account "site:handle" or "web:host/path"; id "site#number"; word; names (an act that gives a full name);
        name ("act name"); in a tombstone, act (an evidence id) and past (an account). The marker of an erasure is
        written before anything is listed, so that an interrupted one is noticed.
        """
        if reason == ERASURE:
            (home / ERASING).touch(mode=0o600)
        rows = [{"hash": self.hash(kind, name), "kind": kind, "reason": reason, "at": at} for kind, name in identifiers]
        known = self._erased if reason == ERASURE else self._hashes  # an objection may become an erasure later
        fresh = [row for row in rows if row["hash"] not in known]
        store.add_suppressions(fresh)
        _append(home, [row | {"at": at.isoformat()} for row in fresh])
        self._path = home / LIST
        self._reread()


def adopt_key(home: Home) -> int | None:
    """Adopt the key of this home for its store and its list; the list keeps its entries.

    Returns the number of opted-out accounts that can no longer be recognised, or None where the key fits already.
    """
    lost = Store.adopt(home)
    if lost is not None:
        _append(home, [], adopted=True)
    return lost


def _lacks(present: str, reason: str) -> bool:
    """True if a copy of the list that has a hash for reason `present` ("": not at all) must add it for `reason`."""
    return not present or (reason == ERASURE != present)


def within(value: Any, change: Callable[[str], str]) -> Any:
    """Return a JSON value with `change` applied to every string in it."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return {key: within(item, change) for key, item in value.items()}
    return [within(item, change) for item in value] if isinstance(value, list | tuple) else value


def _rows(path: Path, start: int) -> tuple[list[dict[str, Any]], int]:
    """Return the entries of the list from byte `start` on, and the byte where they end.

    A line still being written is left for later; one that a crash tore is skipped, since the store has its entry.
    """
    if not path.exists():
        return [], 0
    with path.open("rb") as file:
        file.seek(start)
        whole, _, _ = file.read().rpartition(b"\n")
    rows = [json.loads(line) for line in whole.splitlines() if line.startswith(b"{") and line.endswith(b"}")]
    return [row for row in rows if row["kind"] != KEY], start + len(whole) + bool(whole)


def _append(home: Home, rows: list[dict[str, Any]], *, adopted: bool = False) -> None:
    """Append rows to the list, below the fingerprint of the key that they were made with.

    Raises KeyRefused for a list that another key made, unless the key of the home was `adopted`.
    """
    path, own = home / LIST, fingerprint(home.key)
    key, anybody = listed_key(path)
    if key not in (None, own) and not adopted:
        raise foreign(home.folder, path)
    if (rows or anybody) and key != own:
        rows = [{"hash": own, "kind": KEY, "reason": KEY, "at": datetime.now(UTC).isoformat()}, *rows]
    if not rows:
        return
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with full_disk_named(path), os.fdopen(descriptor, "a") as file:
        torn = file.tell() > 0 and not path.read_bytes().endswith(b"\n")
        file.write("\n" if torn else "")
        file.writelines(json.dumps(row) + "\n" for row in rows)
        file.flush()
        os.fsync(file.fileno())
