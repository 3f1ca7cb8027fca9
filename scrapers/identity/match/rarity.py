"""Rarity of names: how many bearers to expect in a corpus of this size."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from math import log10

from scrapers.identity.accounts import IdentityRecord
from scrapers.identity.names import parse_name

RECORDS_A_PERSON = 1.6
ENOUGH_NAMES = 1_000  # named records below which nobody knows how rare a name is: an equal name is then only suggested
PRIOR_WEIGHT = 3_000  # how many named records the prior list of common names is worth


@cache
def common_names() -> Mapping[str, float]:
    """Share of people with a very common given or family name, by folded name; see `common_names.txt`."""
    shares: dict[str, float] = {}
    text = resources.files(__package__).joinpath("common_names.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        share, _, names = line.partition(":")
        if names and not line.startswith("#"):
            shares |= {name: float(share) / 10_000 for name in names.split()}
    return shares


@dataclass(slots=True)
class NameCounts:
    """Counts of names and of words of names among the records; grows by one record at a time."""

    given: Counter[str] = field(default_factory=Counter)
    family: Counter[str] = field(default_factory=Counter)
    whole: Counter[str] = field(default_factory=Counter)
    named: int = 0

    @classmethod
    def of(cls, records: Iterable[IdentityRecord]) -> NameCounts:
        counts = cls()
        for record in records:
            counts.add(record)
        return counts

    def add(self, record: IdentityRecord, times: int = 1) -> None:
        """Count a record's name, or with `times` -1 take it out again."""
        name = parse_name(record.name)
        if name.key:
            self.whole[name.key] += times
            self.named += times
            if name.full:
                self.given[name.given] += times
                self.family[name.family] += times

    @property
    def counted(self) -> bool:
        """True if the corpus has names enough to estimate rarity."""
        return self.named >= ENOUGH_NAMES

    @property
    def people(self) -> float:
        return max(1.0, self.named / RECORDS_A_PERSON)

    def share(self, name: str, counts: Counter[str]) -> float:
        """The probability that a person carries this given or family name."""
        expected = counts[name] + PRIOR_WEIGHT * common_names().get(name, 0.0)
        return max(expected, 1.0) / (self.named + PRIOR_WEIGHT)

    def rarity(self, text: str) -> float | None:
        """lambda = log10(people x P(given) x P(family)): how many others of this name to expect; None if not full.

        A given name can stand last and a family name first, so the likelier order of the two counts.
        """
        name = parse_name(text)
        if not name.full:
            return None
        given, family = name.given, name.family
        written = self.share(given, self.given) * self.share(family, self.family)
        crossed = self.share(family, self.given) * self.share(given, self.family)
        return log10(self.people * max(written, crossed))

    def word_rarity(self, word: str) -> float:
        """Return the expected number of people with this word in their name, as a power of ten."""
        return log10(self.people * max(self.share(word, self.given), self.share(word, self.family)))
