"""Comparing again only what changed: what is found of two unchanged records stays as it was found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from hashlib import blake2b
from operator import attrgetter

from scrapers.identity.accounts import IdentityRecord
from scrapers.identity.match.likely import compared, likely
from scrapers.identity.match.model import VERSION, Choice, chosen
from scrapers.identity.match.rules import RULES_VERSION
from scrapers.identity.match.table import Statistics
from scrapers.records.judgements import PairProposal, Past

MOST_CHANGED = 0.25  # of the records: above, everybody is compared anew, and what a name is worth is told anew
_NO_CONTENT = frozenset({"keys", "url", "collected_at"})  # keys are told apart: a mapping has no order
_content = attrgetter(*(field.name for field in fields(IdentityRecord) if field.name not in _NO_CONTENT))


def look_again(
    rows: Sequence[IdentityRecord],
    people: Sequence[int],
    statistics: Statistics,
    choice: Choice,
    past: Past | None,
    most_changed: float,
    at: datetime,
) -> tuple[list[PairProposal], Past]:
    """The proposals about likely pairs, and the last time that everybody was compared: `past`, or now.

    A pair is compared when its sure persons are not both what they were then; of any other the proposals of then stay.
    So the result rests on that past and on the records of today alone, not on what came in between nor in which order.
    What is older in it than in a comparison of everybody is how rare a name was and how full a block.
    """
    counted = statistics.names.counted
    model = chosen(choice) if counted else None
    digests = _digests(rows, people, f"{RULES_VERSION} {VERSION} {counted} {model is not None}")
    if past is not None:
        touched = {place for place, row in enumerate(rows) if past.digests.get(row.record_id) != digests[row.record_id]}
        if len(touched) <= most_changed * len(rows):
            same = digests.keys() - {rows[place].record_id for place in touched}
            kept = [proposal for proposal in past.proposals if proposal.left in same and proposal.right in same]
            return [*kept, *likely(compared(rows, people, statistics, touched), model, counted=counted)], past
    found = tuple(likely(compared(rows, people, statistics), model, counted=counted))
    return list(found), Past(digests, found, at)


def _digests(rows: Sequence[IdentityRecord], people: Sequence[int], versions: str) -> dict[str, str]:
    """For each record what all records of its sure person say, and the version of what judges it."""
    said: dict[int, list[str]] = defaultdict(list)
    for row, person in zip(rows, people, strict=True):
        said[person].append(repr((_content(row), sorted(row.keys.items()))))
    whole = {person: _hashed("\n".join([versions, *told])) for person, told in said.items()}
    return {row.record_id: whole[person] for row, person in zip(rows, people, strict=True)}


def _hashed(text: str) -> str:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()
