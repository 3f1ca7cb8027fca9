"""The sure tiers as proposals: what is verified, declared, or shares a key. Guards are applied by `judge`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import combinations

from scrapers.identity.accounts import IdentityRecord
from scrapers.identity.groups import SIZE_CAP, Groups
from scrapers.identity.match.claims import find_claims
from scrapers.identity.names import compatible, parse_name, same_full
from scrapers.records.judgements import PairProposal

Keys = Callable[[IdentityRecord], Iterable[str]]
RULES_VERSION = 1
SMALL_TEAM = 20  # credited records of one project among whom an equal name is no coincidence


def proposed(
    one: IdentityRecord, other: IdentityRecord, rule: str, score: float, detail: str = "", *, join: bool = True
) -> PairProposal:
    """The proposal about two records, in whichever order they come."""
    left, right = sorted((one.record_id, other.record_id))
    return PairProposal(left, right, rule, score, detail, join)


# Tier scores: a verified edge is tried before a declared one, a declared one before a shared key, and so on.
SCORES = {
    "number": 1.0, "two-way": 0.9999, "declared": 0.999, "same-account": 0.9985, "address": 0.998, "project": 0.995,
    "shared-claim": 0.9945,
}  # fmt: skip


def ordered(proposals: Iterable[PairProposal]) -> list[PairProposal]:
    """Joins before doubts, best first, ties by record id."""
    return sorted(proposals, key=lambda one: (not one.join, -one.score, one.left, one.right, one.rule))


def sure_people(rows: Sequence[IdentityRecord], proposals: Iterable[PairProposal]) -> list[int]:
    """For each row the place of its sure person's root: what verified, declared and key tiers alone would join."""
    groups = Groups([row.record_id for row in rows], {row.record_id: row for row in rows})
    for proposal in ordered(proposals):
        pair = proposal.left, proposal.right
        if proposal.join and not groups.refuses(*pair) and not groups.contradiction(*pair):
            groups.join(*pair)
    places = {row.record_id: place for place, row in enumerate(rows)}
    return [min(places[member] for member in groups.members(row.record_id)) for row in rows]


def sure(records: Sequence[IdentityRecord]) -> Iterator[PairProposal]:
    """Proposals of the verified, declared and key tiers."""
    yield from _linked("number", _by(records, lambda record: record.ids), records)
    for claim in find_claims(records):
        pair = records[claim.left], records[claim.right]
        if claim.worth == "unverified":
            yield proposed(*pair, "unverified-claim", 0.0, claim.why, join=False)
        else:
            yield proposed(*pair, claim.worth, SCORES[claim.worth])
    yield from _linked("same-account", _by(records, lambda record: (record.account,)), records)
    yield from _linked("address", _by(records, lambda record: (record.email_hash,)), records)
    yield from _teammates(records)
    yield from _shared_claims(records)


def _by(records: Sequence[IdentityRecord], keys_of: Keys) -> dict[str, list[int]]:
    """Records of persons by key; a key of one record only is left out."""
    found: dict[str, list[int]] = defaultdict(list)
    for place, record in enumerate(records):
        if record.kind == "person":
            for key in keys_of(record):
                if key:
                    found[key].append(place)
    return {key: places for key, places in found.items() if len(places) > 1}


def _linked(rule: str, groups: dict[str, list[int]], records: Sequence[IdentityRecord]) -> Iterator[PairProposal]:
    """Holders of one key, each tied to the first, unless two of them are certainly different people.

    An address with two incompatible full names is a shared mailbox; one of more than 40 records is a robot's.
    """
    for places in groups.values():
        names = {records[place].name for place in places}
        if len(places) <= SIZE_CAP and all(compatible(a, b) for a, b in combinations(sorted(names), 2)):
            first, *rest = sorted((records[place] for place in places), key=lambda record: record.record_id)
            yield from (proposed(first, other, rule, SCORES[rule]) for other in rest)


def _teammates(records: Sequence[IdentityRecord]) -> Iterator[PairProposal]:
    """Accounts of two sites credited for one small project under the same full name, or the same handle."""
    for places in _by(records, lambda record: record.projects).values():
        if len(places) > 2 * SMALL_TEAM:
            continue
        for a, b in combinations(places, 2):
            left, right = records[a], records[b]
            if not left.site or not right.site or left.site == right.site or not compatible(left.name, right.name):
                continue
            named = same_full(left.name, right.name)
            handled = left.handle.casefold() == right.handle.casefold() and len(left.handle) >= 4
            rivals = [c for c in places if records[c].site in (left.site, right.site) and c not in (a, b)]
            if (named and not any(same_full(records[c].name, left.name) for c in rivals)) or handled:
                yield proposed(left, right, "project", SCORES["project"])


def _shared_claims(records: Sequence[IdentityRecord]) -> Iterator[PairProposal]:
    """Accounts of different sites, under one full name, that name the same third account as theirs."""
    accounts = lambda record: [link for link in record.links if not link.startswith("web:")]  # noqa: E731
    for places in _by(records, accounts).values():
        sites = {records[place].site or records[place].record_id for place in places}
        if len(places) <= 5 and len(sites) == len(places) and parse_name(records[places[0]].name).full:
            first, *rest = sorted((records[place] for place in places), key=lambda record: record.record_id)
            if all(same_full(first.name, other.name) for other in rest):
                yield from (proposed(first, other, "shared-claim", SCORES["shared-claim"]) for other in rest)
