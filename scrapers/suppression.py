"""People who must not be collected, ranked or exported: keyed hashes of their identifiers, never the identifiers.

The hash is HMAC-SHA256 under the home's own key, which lies outside of the database (G7). The list is kept in the
store and in a file beside it; opening joins the two, so that a restored backup of either forgets nobody.
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
from typing import Any, overload
from urllib.parse import parse_qsl, unquote, urlsplit

from scrapers.identity.keys import avatar_id, link_key
from scrapers.records import Account, AccountKey, Evidence, Record, Refused, Request
from scrapers.settings import Home
from scrapers.store import Store

REDACTED = "[removed]"
Listed = Callable[[AccountKey], bool]
_TOKEN = re.compile(r"[\w-]+(?:\.[\w-]+)*")


class SuppressionList:
    """Answers whether an account, a URL or a word of a page belongs to somebody on the list."""

    def __init__(self, key: bytes, hashes: Iterable[str] = ()) -> None:
        self._key = key
        self._hashes = set(hashes)

    @classmethod
    def open(cls, home: Home, store: Store) -> SuppressionList:
        """The union of the list in the store and the one in the home; each is given what it lacks."""
        path = home.create() / "suppression.jsonl"
        in_store = store.suppressed_hashes()
        in_file = {row["hash"]: row for row in map(json.loads, path.read_text().splitlines())} if path.exists() else {}
        missing = [in_file[h] | {"at": datetime.fromisoformat(in_file[h]["at"])} for h in in_file.keys() - in_store]
        store.add_suppressions(missing)
        now = datetime.now(UTC).isoformat()
        _append(
            home, [{"hash": h, "kind": k, "reason": r, "at": now} for h, (k, r) in in_store.items() if h not in in_file]
        )
        return cls(home.key, in_store.keys() | in_file.keys())

    def __bool__(self) -> bool:
        return bool(self._hashes)

    def hash(self, kind: str, identifier: str) -> str:
        """The keyed hash under which an identifier of that kind is listed."""
        return hmac.digest(self._key, f"{kind}:{identifier}".encode(), sha256).hex()

    def has_account(self, key: AccountKey) -> bool:
        return self._has("account", str(key))

    def has_url(self, url: str) -> bool:
        """Whether the URL is a listed person's page or profile, or lies below it."""
        if not self._hashes:
            return False
        number = avatar_id(url) or _api_number(url)
        if number and self._has("id", number):
            return True
        return any(self._has("account", key) for key in accounts_in(url))

    def has_word(self, word: str) -> bool:
        """Whether a word that looks like an account name is one of a listed person."""
        return self._has("word", word.casefold())

    def _has(self, kind: str, identifier: str) -> bool:
        return bool(self._hashes) and self.hash(kind, identifier) in self._hashes

    def mentions(self, text: str) -> bool:
        """Whether any word of the text is a listed account name: such a page is not archived."""
        return bool(self._hashes) and any(self._blank_token(token) != token for token in set(_TOKEN.findall(text)))

    def account_listed(self, account: Account) -> bool:
        """Listed by its own key, number or URL, or because it declares a listed account or page as its own."""
        by_number = account.id is not None and self._has("id", f"{account.site}#{account.id}")
        urls = (*account.links, account.url or "")
        return self.has_account(account.key) or by_number or any(self.has_url(url) for url in urls if url)

    def apply(self, records: Iterable[Record]) -> tuple[list[Record], int]:
        """The records without listed people, and how many were held back.

        A team loses the listed member, links and words that name them are removed from the evidence of others.
        """
        records = list(records)
        if not self._hashes:
            return records, 0
        listed = {str(r.key) for r in records if isinstance(r, Account) and self.account_listed(r)}
        kept = [kept for r in records if (kept := self._without(r, listed)) is not None]
        return kept, len(records) - len(kept)

    def _without(self, record: Record, listed: set[str]) -> Record | None:
        def is_listed(key: AccountKey) -> bool:
            return str(key) in listed or self.has_account(key)

        if isinstance(record, Account):
            return None if is_listed(record.key) else self.blanked(record)
        if isinstance(record, Request | Refused):
            return None if self.has_url(record.url) else record
        if not isinstance(record, Evidence):
            return record
        if (record.account and is_listed(record.account)) or self.has_url(record.url):
            return None
        return self.blanked(record, is_listed)

    @overload
    def blanked(self, item: Account, is_listed: Listed | None = None) -> Account: ...
    @overload
    def blanked(self, item: Evidence, is_listed: Listed | None = None) -> Evidence: ...
    def blanked(self, item: Account | Evidence, is_listed: Listed | None = None) -> Account | Evidence:
        """What another person's record says without every word, link and team entry of listed people."""
        links = tuple(link for link in item.links if not self._names(link))
        if isinstance(item, Account):
            return replace(item, bio=self.blank(item.bio) if item.bio else item.bio, links=links)
        on_list = is_listed or self.has_account
        return replace(
            item,
            title=self.blank(item.title),
            text=self.blank(item.text),
            tags=tuple(self.blank(tag) for tag in item.tags),
            links=links,
            team=tuple(key for key in item.team if not on_list(key)),
            details={name: self.blank_value(value) for name, value in item.details.items()},
        )

    def _names(self, link: str) -> bool:
        return self.has_url(link) or self.mentions(unquote(link))

    def blank(self, text: str) -> str:
        """The text without listed names; a URL of a listed person goes as a whole."""
        if text.startswith(("http://", "https://")) and self.has_url(text):
            return ""
        return _TOKEN.sub(lambda token: self._blank_token(token.group()), text)

    def _blank_token(self, token: str) -> str:
        """A listed name, alone or as a part of a dotted name such as a host, is removed."""
        if self.has_word(token):
            return REDACTED
        return ".".join(REDACTED if self.has_word(part) else part for part in token.split("."))

    def blank_value(self, value: Any) -> Any:
        """The same for every text inside a JSON value."""
        if isinstance(value, str):
            return self.blank(value)
        if isinstance(value, Mapping):
            return {key: self.blank_value(item) for key, item in value.items()}
        return [self.blank_value(item) for item in value] if isinstance(value, list | tuple) else value

    def add(self, home: Home, store: Store, identifiers: Iterable[tuple[str, str]], reason: str, at: datetime) -> None:
        """List identifiers, as (kind, identifier): account "site:handle" or "web:host/path", id "site#number", word."""
        rows = [{"hash": self.hash(kind, name), "kind": kind, "reason": reason, "at": at} for kind, name in identifiers]
        fresh = [row for row in rows if row["hash"] not in self._hashes]
        store.add_suppressions(fresh)
        _append(home, [row | {"at": at.isoformat()} for row in fresh])
        self._hashes |= {str(row["hash"]) for row in fresh}


def identifiers_of(account: Account, shared: frozenset[str] = frozenset()) -> set[tuple[str, str]]:
    """All that points to an account: its key, its number, the accounts and pages it declares, its handle as a word.

    `shared` are words and declared keys that other people use too; they identify nobody and are left out.
    """
    declared = {key for url in (account.url, *account.links) if url and (key := link_key(url))} - shared
    numbers = {number for url in account.links if (number := avatar_id(url))}
    if account.id:
        numbers.add(f"{account.site}#{account.id}")
    keys = declared | {str(account.key)}
    words = {key.split(":", 1)[1] for key in keys if not key.startswith("web:")} | {account.handle.casefold()}
    return (
        {("account", key) for key in keys}
        | {("id", number) for number in numbers}
        | {("word", word) for word in words - shared if len(word) >= 3}
    )


def accounts_in(url: str) -> set[str]:
    """Every account that a URL may belong to: the one it names, each part of its path as a handle, the site itself."""
    try:
        parts = urlsplit(url if "://" in url else f"https://{url}")
        host = (parts.hostname or "").removeprefix("www.").removeprefix("api.")
    except ValueError:
        return set()
    words = [unquote(part) for part in parts.path.split("/") if part]
    named = {link_key(f"https://{host}/{word}") for word in (*words, *(value for _, value in parse_qsl(parts.query)))}
    parents = {link_key("/".join([f"https://{host}", *words[:count]])) for count in range(len(words) + 1)}
    return {key for key in (*named, *parents, link_key(url)) if key}


def _api_number(url: str) -> str | None:
    match = re.match(r"https://api\.github\.com/user/(\d+)", url)
    return f"github#{match[1]}" if match else None


def _append(home: Home, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    path = home / "suppression.jsonl"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "a") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
        file.flush()
        os.fsync(file.fileno())
