"""Keys that records share: accounts behind links, numbers that never change, keyed hashes of addresses."""

from __future__ import annotations

import hmac
import re
import tomllib
from functools import lru_cache
from importlib import resources
from urllib.parse import parse_qs, unquote, urlsplit

import idna
from confusable_homoglyphs import confusables  # type: ignore[import-untyped]

from scrapers.text.hosts import registered

_WORDS = tomllib.loads(resources.files(__package__).joinpath("words.toml").read_text(encoding="utf-8"))
_SITES: dict[str, str] = _WORDS["sites"]
_NO_ACCOUNT, _NOBODY, _FREEMAIL = (frozenset(_WORDS[name].split()) for name in ("no_account", "nobody", "freemail"))
_BEFORE_HANDLE = frozenset({"in", "pub", "u", "c", "user", "users", "profile", "channel", "members", "software", "org"})
_HANDLE = re.compile(r"[\w.-]{1,64}")
_AVATAR = re.compile(r"https?://avatars\d?\.githubusercontent\.com/u/(\d{1,12})(?:[?/].*)?")
_NOREPLY = re.compile(
    r"(?:(\d{1,12})\+)?([a-z\d][a-z\d-]{0,38}(?:\[bot\])?)@users\.noreply\.github\.com", re.IGNORECASE
)


def avatar_id(url: str) -> str | None:
    """The GitHub number behind an avatar address, as "github#1234"."""
    match = _AVATAR.fullmatch(url.strip())
    return f"github#{int(match[1])}" if match else None


@lru_cache(maxsize=200_000)
def link_key(url: str) -> str | None:
    """Return the target of a link: "github:ada", "web:example.com/blog", or None where it is no safe http(s) address.

    Hosts are compared after IDNA; one that holds a look-alike of Latin letters, credentials or a backslash brings
    nothing (Unicode TR39, WHATWG URL). A page below an account that is not the account itself brings nothing either.
    """
    host, path, query = _split(url)
    if not host:
        return None
    parts = [unquote(part) for part in path.split("/") if part]
    domain = host.removeprefix("www.").removeprefix("m.").removeprefix("mobile.")
    if domain == "news.ycombinator.com":
        names = parse_qs(query).get("id", []) if parts == ["user"] else []
        return f"hackernews:{names[0].casefold()}" if names and _HANDLE.fullmatch(names[0]) else None
    if domain.endswith("linkedin.com") and registered(domain) == "linkedin.com":
        person = len(parts) >= 2 and parts[0] in ("in", "pub") and parts[1]
        return f"linkedin:{person.casefold()}" if person else None
    if domain in _SITES:
        return _account_key(_SITES[domain], parts)
    if registered(domain) in _SITES and domain.count(".") <= 1:
        return None
    if not registered(domain):
        return None
    tail = "/".join(parts).casefold().removesuffix("/index.html")
    return f"web:{domain}/{tail}" if tail else f"web:{domain}"


def _split(url: str) -> tuple[str, str, str]:
    if not isinstance(url, str) or len(url) > 2_000 or "\\" in url or re.search(r"[\x00-\x20\x7f]", url.strip()):
        return "", "", ""
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").rstrip(".")
        if parts.scheme not in ("http", "https") or "@" in parts.netloc or parts.port not in (None, 80, 443):
            return "", "", ""
    except ValueError:
        return "", "", ""
    return _safe_host(host), parts.path, parts.query


@lru_cache(maxsize=100_000)
def _safe_host(host: str) -> str:
    """The host in ASCII, or an empty string where it is not a name, or looks like another name."""
    try:
        shown = idna.decode(host)
        plain = idna.encode(host, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError, ValueError):
        # names such as my_site.github.io are no valid IDNA, but exist
        shown = plain = host.casefold() if re.fullmatch(r"[A-Za-z0-9_.-]+", host) else ""
    if not shown.isascii() and (
        confusables.is_dangerous(shown) or confusables.is_confusable(shown, preferred_aliases=["latin"])
    ):
        return ""
    return plain.casefold()


def _account_key(site: str, parts: list[str]) -> str | None:
    if parts and parts[0].casefold() in _BEFORE_HANDLE and len(parts) >= 2:
        if parts[0].casefold() == "software":
            return None
        parts = parts[-1:] if site == "stackoverflow" else parts[1:]
    if len(parts) != 1:
        return None
    handle = parts[0].removeprefix("@").casefold()
    return f"{site}:{handle}" if _HANDLE.fullmatch(handle) and handle not in _NO_ACCOUNT else None


def keyed(value: str, key: bytes) -> str:
    """48 bits of HMAC-SHA256: equal for equal values under one key, and no way back without it."""
    return hmac.digest(key, value.encode(), "sha256").hex()[:12]


def noreply_of(address: str) -> tuple[str | None, str] | None:
    """GitHub's number, where it is there, and login of a noreply address; None for any other address."""
    match = _NOREPLY.fullmatch(address.strip())
    return (f"github#{int(match[1])}" if match[1] else None, match[2].casefold()) if match else None


def address_parts(address: str) -> tuple[str, str] | None:
    """Local part (without +tag) and domain of an address that one person may own, or None."""
    local, at, domain = address.strip().casefold().rpartition("@")
    local = local.partition("+")[0]
    if not at or not local or "." not in domain or local in _NOBODY or "noreply" in local or "noreply" in domain:
        return None
    return None if domain.endswith((".local", ".localdomain", ".lan", ".invalid", ".(none)")) else (local, domain)


def domain_class(domain: str) -> str:
    """Return the class of a mail domain: a big free one, a school's, or one that tells something of its owner."""
    if domain in _FREEMAIL:
        return "freemail"
    return "edu" if re.search(r"(^|\.)(edu|ac)(\.[a-z]{2})?$", domain) else "rare"
