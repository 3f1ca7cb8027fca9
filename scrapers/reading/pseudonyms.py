"""Pseudonyms for recorded pages: each person is replaced by one invented person throughout. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from scrapers.identity.keys import avatar_id, link_key
from scrapers.records import Account, AccountKey, Evidence, Record

_FIRST = (
    "Ada", "Bela", "Cleo", "Dario", "Edda", "Femi", "Greta", "Hugo", "Ines", "Jonas", "Kira", "Luan", "Mina", "Nils",
    "Olga", "Pia", "Quin", "Rosa", "Sven", "Tara", "Uma", "Viggo", "Wanda", "Xenia", "Yuri", "Zora",
)  # fmt: skip
_LAST = ("Example", "Sample", "Specimen", "Instance", "Template", "Pattern", "Model", "Fixture")
_ADDRESS = re.compile(r"(?<![\w.+%-])[\w.+%-]++@(?:[\w-]++\.)+[A-Za-z]{2,}")
_URL = re.compile(r"https?://[^\s\"'<>\\)\]]+")
_RESERVED = re.compile(r"(?:^|\.)(?:example\.(?:com|net|org)|example|test|invalid|localhost)$")
# Hosts that everybody shares say nothing of a person: their paths do, and those are swapped.
_SHARED = frozenset({
    "github.com", "gitlab.com", "linkedin.com", "twitter.com", "x.com", "youtube.com", "youtu.be", "medium.com",
    "dev.to", "devpost.com", "huggingface.co", "stackoverflow.com", "google.com", "wikipedia.org", "arxiv.org",
    "kaggle.com", "facebook.com", "instagram.com", "mastodon.social", "bsky.app", "npmjs.com", "pypi.org",
    "avatars.githubusercontent.com", "api.github.com", "w3.org", "schema.org", "ogp.me", "opengraphprotocol.org",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pseudonyms:
    """Replacements, from casefolded word to pseudonym; whole words are replaced, longest first."""

    swaps: Mapping[str, str]

    def play(self, text: str) -> str:
        """Return the text with people replaced; e-mail addresses become someone@example.com."""
        if self.swaps:
            text = self._pattern.sub(self._swap, text)
        return _ADDRESS.sub(self._address, text)

    def seen_in(self, text: str) -> list[str]:
        """Return the words of the replacements that the text still holds, sorted."""
        return sorted({match.group() for match in self._pattern.finditer(text)}) if self.swaps else []

    @property
    def _pattern(self) -> re.Pattern[str]:
        longest_first = sorted(self.swaps, key=lambda word: (-len(word), word))
        return re.compile(rf"(?i)(?<![\w-])(?:{'|'.join(map(re.escape, longest_first))})(?![\w-])")

    def _swap(self, match: re.Match[str]) -> str:
        return self.swaps[match.group().casefold()]

    @staticmethod
    def _address(match: re.Match[str]) -> str:
        host = match.group().rpartition("@")[2].casefold()
        return match.group() if _RESERVED.search(host) else "someone@example.com"


def pseudonyms_for(records: Iterable[Record], text: str, hosts: Iterable[str]) -> Pseudonyms:
    """Return the replacements for all people named by these records or by links in the text.

    A person keeps one invented name, handle and number throughout. `hosts` are the source's own and stay, as shared
    ones do; every other host becomes a reserved one.
    """
    records, own = list(records), [host.lstrip(".") for host in hosts]
    swaps: dict[str, str] = {}

    def swap(word: str | None, to: str) -> None:
        if word and len(word) > 1 and word.casefold() not in swaps:
            swaps[word.casefold()] = to

    people = [record for record in records if isinstance(record, Account)]
    for number, person in enumerate(people):
        first, last = invented(number)
        swap(person.name, f"{first} {last}")
        if person.site != "web":
            swap(person.handle, f"{first}-{last}".casefold())
        if person.id and len(person.id) > 3:
            swap(person.id, f"{9 * 10 ** (len(person.id) - 1) + number}" if person.id.isdigit() else f"id-{number}")
        for part, to in zip(_parts(person.name), (first, last), strict=False):
            swap(part, to)
    others = [key for record in records if isinstance(record, Evidence) for key in _keys(record)]
    urls = _URL.findall(text)
    others += [AccountKey(*key.split(":", 1)) for url in urls if (key := link_key(url)) and not key.startswith("web:")]
    for other in others:
        if other.site != "web" and other.handle.casefold() not in swaps:
            first, last = invented(len(swaps) + len(people))
            swap(other.handle, f"{first}-{last}".casefold())
    for number, native in enumerate(sorted({avatar for url in urls if (avatar := avatar_id(url))}), start=len(people)):
        digits = native.partition("#")[2]
        swap(digits, f"{9 * 10 ** (len(digits) - 1) + number}")
    for url in urls:
        host = (urlsplit(url).hostname or "").casefold()
        if host and not _kept(host, own):
            swap(host, f"site-{sum(to.endswith('.example') for to in swaps.values()) + 1}.example")
    swaps |= {quote(word).casefold(): quote(to) for word, to in swaps.items() if quote(word) != word}
    return Pseudonyms({word: to for word, to in swaps.items() if not _RESERVED.search(word)})


def invented(number: int) -> tuple[str, str]:
    """Return the first and last name of the invented person of that number."""
    quotient, first = divmod(number, len(_FIRST))
    generation, last = divmod(quotient, len(_LAST))
    return _FIRST[first], _LAST[last] + (f"-{generation}" if generation else "")


def _kept(host: str, own: list[str]) -> bool:
    """True if a host stays: the source's own and those below it, shared ones, reserved ones."""
    is_own = any(host == known or host.endswith(f".{known}") for known in own)
    return is_own or host.removeprefix("www.") in _SHARED or bool(_RESERVED.search(host))


def _parts(name: str | None) -> list[str]:
    """Return the first and last word of a name of several words, if longer than two letters."""
    words = (name or "").split()
    return [word for word in (words[0], words[-1]) if len(word) > 2] if len(words) > 1 else []


def _keys(item: Evidence) -> list[AccountKey]:
    return [*([item.account] if item.account else []), *item.team]
