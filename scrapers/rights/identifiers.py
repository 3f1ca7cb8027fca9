"""Identifiers of one person (accounts, numbers, pages, words), and the accounts that a URL may belong to."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, unquote, urlsplit

from scrapers.identity.keys import avatar_id, link_key
from scrapers.records import Account


def declared(account: Account) -> set[str]:
    """Return the keys of the accounts and pages that an account links to as its own."""
    return {key for url in (account.url, *account.links) if url and (key := link_key(url))}


def identifiers_of(account: Account, shared: frozenset[str] = frozenset()) -> set[tuple[str, str]]:
    """Return (kind, identifier) pairs: key, number, declared accounts and pages, handle as a word.

    `shared` are words and declared keys that other people use too; they are left out.
    """
    numbers = {number for url in account.links if (number := avatar_id(url))}
    if account.id:
        numbers.add(f"{account.site}#{account.id}")
    keys = (declared(account) - shared) | {str(account.key)}
    words = {key.split(":", 1)[1] for key in keys if not key.startswith("web:")} | {account.handle.casefold()}
    return (
        {("account", key) for key in keys}
        | {("id", number) for number in numbers}
        | {("word", word) for word in words - shared if len(word) >= 3}
    )


def accounts_in(url: str) -> set[str]:
    """Return the key of every account that a URL may belong to: its own, each path part as a handle, the site."""
    try:
        parts = urlsplit(url if "://" in url else f"https://{url}")
        host = (parts.hostname or "").removeprefix("www.").removeprefix("api.")
    except ValueError:
        return set()
    words = [unquote(part) for part in parts.path.split("/") if part]
    named = {link_key(f"https://{host}/{word}") for word in (*words, *(value for _, value in parse_qsl(parts.query)))}
    parents = {link_key("/".join([f"https://{host}", *words[:count]])) for count in range(len(words) + 1)}
    return {key for key in (*named, *parents, link_key(url)) if key}


def api_number(url: str) -> str | None:
    match = re.match(r"https://api\.github\.com/user/(\d+)", url)
    return f"github#{match[1]}" if match else None
