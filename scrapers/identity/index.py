"""One new record among many: judged against its own neighbourhood only, at the statistics of the whole corpus."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from scrapers.identity.groups import SIZE_CAP, Groups, gather
from scrapers.identity.judging import judge_one
from scrapers.identity.match.block import KINDS, block_keys
from scrapers.identity.match.model import Choice
from scrapers.identity.match.table import Statistics
from scrapers.identity.records import IdentityRecord
from scrapers.records.judgements import Judgement

# Blocks that decide whether a key is shared by too many: looked into even where they are large, as far as matters.
_DECIDING = frozenset({"link", "address", "number"})


class Index:
    """The corpus in memory, filed for finding the few records that a new one could belong to."""

    def __init__(self, records: Iterable[IdentityRecord], standing: Iterable[Judgement] = ()) -> None:
        self.records: dict[str, IdentityRecord] = {}
        self.statistics = Statistics()
        self._blocks: dict[tuple[str, str], list[str]] = defaultdict(list)
        self._projects: dict[str, list[str]] = defaultdict(list)
        self._said: dict[str, list[Judgement]] = defaultdict(list)
        self.groups = Groups(())
        for record in records:
            self._file(record)
        known = list(standing)
        for judgement in known:
            self._remember(judgement)
        gather(self.groups, known)

    def add(self, record: IdentityRecord, judgements: Iterable[Judgement] = ()) -> None:
        """Take in a record and what `place` judged about it."""
        self._file(record)
        new = list(judgements)
        for judgement in new:
            self._remember(judgement)
        gather(self.groups, new)

    def _file(self, record: IdentityRecord) -> None:
        if record.record_id in self.records:
            raise ValueError(f"record {record.record_id!r} is in the index already")
        self.records[record.record_id] = record
        self.groups.add(record.record_id)
        self.statistics.add(record)
        for key in block_keys(record):
            self._blocks[key].append(record.record_id)
        for project in record.projects:
            self._projects[project].append(record.record_id)

    def _remember(self, judgement: Judgement) -> None:
        for record in {judgement.left, judgement.right}:
            self._said[record].append(judgement)

    def neighbours(self, record: IdentityRecord) -> set[str]:
        """Ids of the records that share a telling key with this one, with the whole persons they belong to."""
        near: set[str] = set()
        for key in block_keys(record):
            found = self._blocks.get(key, [])
            if key[0] in _DECIDING:
                near.update(found[: SIZE_CAP + 1])
            elif len(found) < KINDS[key[0]]:
                near.update(found)
        for project in record.projects:
            if len(self._projects[project]) <= SIZE_CAP:
                near.update(self._projects[project])
        return {member for one in near for member in self.groups.members(one)}

    def standing(self, ids: Iterable[str]) -> list[Judgement]:
        """What was judged about any of these records."""
        return list({id(judgement): judgement for one in ids for judgement in self._said.get(one, ())}.values())


def place(record: IdentityRecord, index: Index, *, at: datetime, model: Choice = "default") -> list[Judgement]:
    """The judgements that tie a new record to the people of the index; the index itself is left as it is.

    Only pairs of the new record are judged: what its arrival means for others waits for the next full run.
    """
    near = index.neighbours(record)
    others = [index.records[one] for one in sorted(near)]
    index.statistics.add(record)
    try:
        said = index.standing(near)
        return judge_one(record.record_id, [record, *others], said, index.statistics, at=at, model=model)
    finally:
        index.statistics.add(record, -1)
