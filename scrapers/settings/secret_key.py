"""Fingerprints of the secret key: whether a home's key is the one its store and its suppression list were made with.

Both carry the key's fingerprint: the keyed hash of a constant, which tells nothing of the key.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from scrapers.faults import Fault

KEY = "key"  # the kind of the list's row, and the name of the store's mark, that hold the fingerprint
LIST = "suppression.jsonl"
REMEDY = (
    "copy secret.key here from the home that made it, or give up what it was made with: `headwater init --new-key` "
    "says how many opt-outs are lost by it"
)


class KeyRefused(Fault):
    """The key is missing, or is not the one that the store or the list was made with; nothing was read or written."""


def fingerprint(key: bytes) -> str:
    """Return the fingerprint of a key that a store and a list keep."""
    return hmac.digest(key, b"fingerprint:", sha256).hex()[:32]


def candidate_id(account: str, key: bytes) -> str:
    """The opaque id of the candidate whose oldest account this is; without the home's key it says nothing."""
    return "c" + hmac.digest(key, f"candidate:{account}".encode(), sha256).hex()[:20]


def reproduces(key: bytes, members: Mapping[str, str]) -> bool:
    """True if any of these candidate ids, by account, was made with that key."""
    return any(candidate_id(account, key) == owner for account, owner in members.items())


def listed_key(path: Path) -> tuple[str | None, bool]:
    """The fingerprint that a suppression list carries, if any, and whether it lists anybody. The newest one counts."""
    found, anybody = None, False
    if not path.is_file():
        return found, anybody
    with path.open("rb") as file:
        for line in file:
            if b'"kind": "key"' in line:
                with suppress(ValueError, KeyError):  # a line that a crash tore
                    found = str(json.loads(line)["hash"])
            else:
                anybody = anybody or line.startswith(b"{")
    return found, anybody


def missing(home: Path, what: Path | str) -> KeyRefused:
    """The refusal where there is no key."""
    return KeyRefused(f"{home / 'secret.key'}: not there, and {what} was made with one; {REMEDY}")


def foreign(home: Path, what: Path | str) -> KeyRefused:
    """The refusal where it is another key."""
    return KeyRefused(f"{home / 'secret.key'}: not the key that {what} was made with; {REMEDY}")
