"""Hosts and the domains they are registered under, by the Public Suffix List that ships with tldextract (offline)."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from urllib.parse import urlsplit

import tldextract


@cache
def _suffixes() -> tldextract.TLDExtract:
    return tldextract.TLDExtract(suffix_list_urls=(), include_psl_private_domains=True)


def host_of(url: str | None) -> str:
    """The host without `www.`, in lower case; empty where there is none."""
    try:
        return (urlsplit(url or "").hostname or "").removeprefix("www.").casefold()
    except ValueError:
        return ""


@lru_cache(maxsize=100_000)
def registered(host: str) -> str:
    """The registered domain; an unlisted ending counts as one label (the list's own default rule)."""
    found = _suffixes()(host)
    unlisted = not found.suffix and bool(re.search(r"\.[a-z][a-z0-9-]*$", host))
    return ".".join(host.split(".")[-2:]) if unlisted else found.top_domain_under_public_suffix


def same_site(left: str, right: str) -> bool:
    """True if two hosts belong to one registered domain."""
    return bool(left) and (left == right or registered(left) == registered(right) != "")
