"""Records as columns of whole numbers, with what must be known of the whole corpus to say what is rare."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from scrapers.identity.accounts import IdentityRecord
from scrapers.identity.match.block import Ints, skeleton
from scrapers.identity.match.rarity import NameCounts
from scrapers.identity.names import Name, compatible, parse_name, squash

Floats = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]
FORMS = ("name", "firstlast", "lastfirst", "flast", "firstl", "lastf", "first", "last")


@dataclass(slots=True)
class Statistics:
    """Statistics of the whole corpus that a comparison needs beside the records compared."""

    names: NameCounts = field(default_factory=NameCounts)
    handles: Counter[str] = field(default_factory=Counter)
    projects: Counter[str] = field(default_factory=Counter)
    claims: Counter[str] = field(default_factory=Counter)
    locals: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, records: Iterable[IdentityRecord]) -> Statistics:
        statistics = cls()
        for record in records:
            statistics.add(record)
        return statistics

    def add(self, record: IdentityRecord, times: int = 1) -> None:
        self.names.add(record, times)
        if record.handle and record.site != "git":
            self.handles[skeleton(record.handle)] += times
        for project in record.projects:
            self.projects[project] += times
        for link in record.links:
            self.claims[link] += times
        if record.email_local_hash:
            self.locals[record.email_local_hash] += times


class RecordTable:
    """Records as columns of small whole numbers, so that many pairs can be compared at once."""

    def __init__(self, records: Sequence[IdentityRecord], statistics: Statistics, people: Sequence[int] | Ints) -> None:
        """`people` says which records the sure tiers hold for one person: equal numbers, one person."""
        self.records, self.statistics = records, statistics
        self._numbers: dict[str, int] = {"": 0}
        self.names: list[Name] = [parse_name(record.name) for record in records]
        self.handles = [squash(r.handle) if r.site != "git" else "" for r in records]
        self.people = np.asarray(people, dtype=np.int64)

    def column(self, values: Iterable[str]) -> Ints:
        numbers = self._numbers
        return np.fromiter((numbers.setdefault(value, len(numbers)) for value in values), np.int64, len(self.records))

    @cached_property
    def name_key(self) -> Ints:
        return self.column("name " + name.key if name.key else "" for name in self.names)

    @cached_property
    def given(self) -> Ints:
        return self.column("word " + name.given if name.full else "" for name in self.names)

    @cached_property
    def family(self) -> Ints:
        return self.column("word " + name.family if name.full else "" for name in self.names)

    @cached_property
    def full(self) -> Flags:
        return np.fromiter((name.full for name in self.names), np.bool_, len(self.names))

    @cached_property
    def rarity(self) -> Floats:
        found = (self.statistics.names.rarity(record.name) for record in self.records)
        return np.fromiter((np.nan if value is None else value for value in found), np.float32, len(self.records))

    @cached_property
    def family_rarity(self) -> Floats:
        """The expected number of people with the family name, as a power of ten."""
        names = self.statistics.names
        shares = (names.share(name.family, names.family) if name.full else np.nan for name in self.names)
        expected = names.people * np.fromiter(shares, np.float32, len(self.names))
        powers: Floats = np.log10(expected).astype(np.float32)
        return powers

    @cached_property
    def forms(self) -> Ints:
        columns: Ints = np.stack([self.column(r.keys.get(form, "") for r in self.records) for form in FORMS], axis=1)
        return columns

    @cached_property
    def handle_hash(self) -> Ints:
        return self.column(record.keys.get("handle", "") for record in self.records)

    @cached_property
    def local(self) -> Ints:
        return self.column("" if r.email_local_class == "generic" else r.email_local_hash for r in self.records)

    @cached_property
    def handle(self) -> Ints:
        return self.column("handle " + handle if handle else "" for handle in self.handles)

    @cached_property
    def site(self) -> Ints:
        return self.column("site " + r.site if r.site and r.site != "git" else "" for r in self.records)

    @cached_property
    def skeletons(self) -> list[str]:
        return [skeleton(handle) for handle in self.handles]

    @cached_property
    def skeleton(self) -> Ints:
        return self.column("letters " + letters if letters else "" for letters in self.skeletons)

    @cached_property
    def spelled(self) -> list[str]:
        """The name as one word, as far as it can be written in ASCII letters."""
        return [squash("".join(name.tokens)) for name in self.names]

    @cached_property
    def declared(self) -> list[set[str]]:
        """Handles that the record, or another of its sure person, declares at other sites."""
        own: dict[int, set[str]] = defaultdict(set)
        for person, record in zip(self.people.tolist(), self.records, strict=True):
            own[person] |= {squash(link.partition(":")[2]) for link in record.links if not link.startswith("web:")} - {
                ""
            }
        return [own[person] for person in self.people.tolist()]


def admissible(table: RecordTable, left: Ints, right: Ints) -> Flags:
    """Pairs that could be one person: not one already, numbers not in conflict, full names not incompatible."""
    wanted: Flags = table.people[left] != table.people[right]
    numbers = table.column(next((n for n in r.ids if n.startswith("github#")), "") for r in table.records)
    wanted &= ~((numbers[left] > 0) & (numbers[right] > 0) & (numbers[left] != numbers[right]))
    doubtful = np.flatnonzero(
        wanted
        & (table.name_key[left] != table.name_key[right])
        & (table.name_key[left] > 0)
        & (table.name_key[right] > 0)
    )
    records = table.records
    agree = (
        compatible(records[a].name, records[b].name)
        for a, b in zip(left[doubtful].tolist(), right[doubtful].tolist(), strict=True)
    )
    wanted[doubtful] = np.fromiter(agree, np.bool_, len(doubtful))
    return wanted
