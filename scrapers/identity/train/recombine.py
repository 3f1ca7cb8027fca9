"""Invented strangers for training and for measuring growth: the same people again, under recombined names.

A copy keeps what ties a person's records together (which local part is the handle, which handle spells the name), but
carries the given name of one person and the family name of another, so that names collide as often as chance says.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from scrapers.identity.accounts import IdentityRecord
from scrapers.identity.match.rarity import common_names
from scrapers.identity.names import fold, name_forms, parse_name, squash

NAMESAKES = 12  # people of one very common name, on average
_VOWELS, _CONSONANTS = "aeiouy", "bcdfghjklmnpqrstvwxz"


def readable(records: Sequence[IdentityRecord]) -> list[IdentityRecord]:
    """The records with each hash replaced by the text behind it, where a name or handle among them gives it away.

    Comparing needs only equality, so this changes no result; it lets a copy's keys be made from its new name.
    """
    plain: dict[str, str] = {}
    for record in records:
        texts = dict(name_forms(record.name))
        if record.handle:
            texts["handle"] = squash(record.handle)
        plain |= {record.keys[form]: text for form, text in texts.items() if form in record.keys}
    return [
        replace(
            record,
            keys={form: plain.get(value, value) for form, value in record.keys.items()},
            email_local_hash=plain.get(record.email_local_hash, record.email_local_hash),
        )
        for record in records
    ]


def recombined(
    records: Sequence[IdentityRecord], person_of: Mapping[str, str], copies: int, seed: int = 0
) -> tuple[list[IdentityRecord], dict[str, str]]:
    """`copies` strangers for every person, as records with ids of their own, and which person each belongs to."""
    people = _by_person(records, person_of)
    pools = _pools(people)
    made: list[IdentityRecord] = []
    owners: dict[str, str] = {}
    taken = {record.account for record in records if record.account}
    for number in range(copies):
        for person, own in people.items():
            chance = random.Random(f"{seed} {number} {person}")  # noqa: S311 (nothing secret is drawn)
            pool = pools[_population(own)]
            name = chance.choice(pool)[0], chance.choice(pool)[1]
            for copy in _Stranger(own, name, pool, chance, f"{seed}.{number}").copies(taken):
                made.append(copy)
                owners[copy.record_id] = f"{person}/{seed}.{number}"
    return made, owners


def namesakes(
    records: Sequence[IdentityRecord], person_of: Mapping[str, str], people: int, seed: int = 0
) -> tuple[list[IdentityRecord], dict[str, str]]:
    """`people` strangers under very common names, about a dozen to a name: as records, and whose each one is.

    They look as the people of the records do, so that nothing but what ties a person's accounts together tells them
    apart. The names come from the list of common names, not from the records: a small store has such people too.
    """
    own = _by_person(records, person_of)
    chance = random.Random(f"namesakes {seed}")  # noqa: S311 (nothing secret is drawn)
    shares = common_names()
    words = sorted(shares)
    drawn = iter(chance.choices(words, [shares[word] for word in words], k=2 * max(1, people // NAMESAKES)))
    pool = list(zip(drawn, drawn, strict=True))
    made: list[IdentityRecord] = []
    owners: dict[str, str] = {}
    taken = {record.account for record in records if record.account}
    for number in range(people if own else 0):
        person = chance.choice(list(own))
        stranger = _Stranger(own[person], chance.choice(pool), pool, chance, f"{seed}.n{number}")
        for copy in stranger.copies(taken):
            made.append(copy)
            owners[copy.record_id] = f"{person}/{seed}.n{number}"
    return made, owners


def _by_person(records: Sequence[IdentityRecord], person_of: Mapping[str, str]) -> dict[str, list[IdentityRecord]]:
    people: dict[str, list[IdentityRecord]] = defaultdict(list)
    for record in readable(sorted(records, key=lambda record: record.record_id)):
        people[person_of[record.record_id]].append(record)
    return dict(sorted(people.items()))


def _population(records: Sequence[IdentityRecord]) -> str:
    return "page" if any(record.source == "profile" for record in records) else "other"


def _pools(people: Mapping[str, list[IdentityRecord]]) -> dict[str, list[tuple[str, str]]]:
    pools: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for own in people.values():
        full = [parse_name(record.name) for record in own if parse_name(record.name).full]
        if full:
            best = max(full, key=lambda name: (len(name.key), name.key))
            pools[_population(own)].append((best.given, best.family))
    return {key: pools[key] or pools["other"] or pools["page"] for key in ("page", "other")}


class _Stranger:
    """One invented copy of a person: the map of words, handles and keys, applied alike to all of the records."""

    def __init__(
        self,
        own: Sequence[IdentityRecord],
        called: tuple[str, str],
        pool: Sequence[tuple[str, str]],
        chance: random.Random,
        tag: str,
    ):
        self.own, self.tag, self.chance, self.ending = own, tag, chance, ""
        shuffled = ["".join(chance.sample(letters, len(letters))) for letters in (_VOWELS, _CONSONANTS, "0123456789")]
        self.letters = str.maketrans(_VOWELS + _CONSONANTS + "0123456789", "".join(shuffled))
        self.words: dict[str, str] = {}
        for name in sorted((parse_name(record.name) for record in own), key=lambda name: (-len(name.key), name.key)):
            if name.full and not self.words:
                self.words |= dict(zip((name.given, name.family), called, strict=True))
            for word in name.tokens:
                if len(word) > 1:
                    self.words.setdefault(word, self._near(word) or chance.choice(chance.choice(pool)))
        self.old = sorted((word for word in self.words if len(squash(word)) >= 3), key=len, reverse=True)

    def _near(self, word: str) -> str | None:
        """A short form or misspelling of a word already renamed changes with it."""
        for old, new in self.words.items():
            if old.startswith(word):
                return new[: len(word)]
            if word.startswith(old):
                return new + word[len(old) :]
        return None

    def name(self, text: str) -> str:
        if not text:
            return ""
        found = parse_name(text)
        if not found.full and not set(found.tokens) & self.words.keys():
            return fold(text).translate(self.letters)
        initials = {old[0]: new[0] for old, new in reversed(self.words.items())}
        words = [self.words.get(word) or initials.get(word[0], word) for word in found.tokens]
        return " ".join(word.title() for word in words)

    def handle(self, text: str) -> str:
        """The handle with the words of the old name replaced by those of the new, else with its letters exchanged."""
        if not text:
            return ""
        low = text.casefold()
        pieces = [squash(word) for word in self.old if squash(word) in low]
        if not pieces:
            return low.translate(self.letters) + self.ending
        new = {squash(word): squash(self.words[word]) or "x" for word in self.old}
        return re.sub("|".join(map(re.escape, pieces)), lambda match: new[match[0]], low) + self.ending

    def copies(self, taken: set[str]) -> list[IdentityRecord]:
        """The stranger's records, whose accounts are added to those taken: a handle is unique on its site."""
        copied = [self.copy(record) for record in self.own]
        while taken & (accounts := {copy.account for copy in copied if copy.account}):
            self.ending += self.chance.choice("0123456789")
            copied = [self.copy(record) for record in self.own]
        taken |= accounts
        return copied

    def copy(self, record: IdentityRecord) -> IdentityRecord:
        name, handle = self.name(record.name), self.handle(record.handle)
        keys = {form: value for form, value in name_forms(name).items() if form in record.keys}
        if "handle" in record.keys:
            keys["handle"] = squash(handle)
        local = record.email_local_hash
        if local:
            form = next((form for form, value in record.keys.items() if form != "handle" and value == local), "")
            opaque = len(local) == 12 and re.fullmatch(r"[0-9a-f]{12}", local) is not None
            local = keys.get(form) or (f"{local}/{self.tag}" if opaque else squash(self.handle(local)))
        own_domain = record.email_domain_class == "rare"
        return replace(
            record,
            record_id=f"{record.record_id}/{self.tag}",
            name=name,
            handle=handle,
            keys=keys,
            ids=tuple(f"{number}{self.tag.replace('.', '')}0" for number in record.ids),
            links=tuple(sorted(self._link(link) for link in record.links)),
            email_hash=record.email_hash and f"{record.email_hash}/{self.tag}",
            email_local_hash=local,
            email_domain_hash=f"{record.email_domain_hash}/{self.tag}" if own_domain else record.email_domain_hash,
            link_host_hashes=tuple(f"{host}/{self.tag}" for host in record.link_host_hashes),
        )

    def _link(self, link: str) -> str:
        site, _, handle = link.partition(":")
        return f"{link}.{self.tag}" if site == "web" else f"{site}:{self.handle(handle)}"
