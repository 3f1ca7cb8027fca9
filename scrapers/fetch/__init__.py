"""Answers to requests: the polite web client, an archive folder, a local clone.

`fetch_once` and `Fetcher` are loaded on first use, so that importing a protocol of this folder loads no HTTP library.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scrapers.fetch.client import Fetcher, fetch_once

__all__ = ["Fetcher", "fetch_once"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'scrapers.fetch' has no attribute {name!r}")
    from scrapers.fetch import client

    return getattr(client, name)
