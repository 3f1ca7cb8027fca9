"""Claims of ownership between records: two-way links, one-way claims, and claims that nothing bears out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from scrapers.identity.accounts import IdentityRecord
from scrapers.identity.names import compatible, parse_name, same_full

MOST_CLAIMANTS = 5  # an account that more pages claim, even under its own name, is claimed by nobody
MOST_SHOWN = 3  # unverified claims shown for one account: a link farm must not fill a screen


@dataclass(frozen=True, slots=True)
class Claim:
    """A record that links to an account (`left` claims `right`), and what that is worth."""

    left: int
    right: int
    worth: Literal["two-way", "declared", "unverified"]
    why: str


def find_claims(records: Sequence[IdentityRecord]) -> Iterator[Claim]:
    """Every claim of a person's record to an account among the records, judged. Linear in records and links."""
    owners: dict[str, list[int]] = defaultdict(list)
    for place, record in enumerate(records):
        if record.account and record.kind == "person":
            owners[record.account].append(place)
    claims: dict[int, list[int]] = defaultdict(list)
    for place, record in enumerate(records):
        if record.kind == "person":
            targets = {owner for link in record.links for owner in owners.get(_owned(link, owners), ())}
            for target in targets - {place}:
                claims[target].append(place)
    several = _several_claims(records, claims)
    for target, claimants in claims.items():
        yield from _judge_claims(records, target, claimants, claims, several)


def _owned(link: str, owners: dict[str, list[int]]) -> str:
    """The account key that a link means: a page below a host whose only writer we know is that writer's."""
    if link in owners or not link.startswith("web:"):
        return link
    return link.split("/", 1)[0]


def _several_claims(records: Sequence[IdentityRecord], claims: dict[int, list[int]]) -> set[tuple[int, str]]:
    """Records that claim more than one account at one site: at most one of them can be theirs."""
    seen: dict[tuple[int, str], set[str]] = defaultdict(set)
    for target, claimants in claims.items():
        for claimant in claimants:
            seen[claimant, records[target].site].add(records[target].account)
    return {key for key, accounts in seen.items() if len(accounts) > 1}


def _judge_claims(
    records: Sequence[IdentityRecord],
    target: int,
    claimants: list[int],
    claims: dict[int, list[int]],
    several: set[tuple[int, str]],
) -> Iterator[Claim]:
    claimed = records[target]
    doubtful: list[Claim] = []
    back = {one for one in claimants if target in claims.get(one, ())} if len(claimants) <= 1_000 else set()
    backed = [one for one in claimants if one in back]
    others = [one for one in claimants if one not in back]
    for one in backed:
        if not compatible(records[one].name, claimed.name):
            doubtful.append(Claim(one, target, "unverified", "the names do not agree"))
        elif _ambiguous(records, one, target, several):
            doubtful.append(Claim(one, target, "unverified", "it claims several accounts there"))
        elif one < target:
            yield Claim(one, target, "two-way", "")
    agreed = [one for one in others if _bears_out(records[one], claimed)]
    single = len(claimants) == 1 and compatible(records[claimants[0]].name, claimed.name)
    one_a_site = len({records[one].site or records[one].record_id for one in agreed}) == len(agreed) <= MOST_CLAIMANTS
    for one in others:
        if not compatible(records[one].name, claimed.name):
            doubtful.append(Claim(one, target, "unverified", "the names do not agree"))
        elif _ambiguous(records, one, target, several):
            doubtful.append(Claim(one, target, "unverified", "it claims several accounts there"))
        elif single or (one in agreed and one_a_site):
            yield Claim(one, target, "declared", "")
        else:
            doubtful.append(Claim(one, target, "unverified", f"{len(claimants)} pages claim that account"))
    yield from sorted(doubtful, key=lambda claim: records[claim.left].record_id)[:MOST_SHOWN]


def _bears_out(claimant: IdentityRecord, claimed: IdentityRecord) -> bool:
    """Something beside the link agrees: a full name, or the handle itself."""
    handles = claimant.handle.casefold() == claimed.handle.casefold() and len(claimed.handle) >= 4
    return same_full(claimant.name, claimed.name) or (handles and compatible(claimant.name, claimed.name))


def _ambiguous(records: Sequence[IdentityRecord], claimant: int, target: int, several: set[tuple[int, str]]) -> bool:
    """The record claims two accounts at that site, and this one does not carry its full name."""
    if (claimant, records[target].site) not in several and (target, records[claimant].site) not in several:
        return False
    return not (parse_name(records[claimant].name).full and same_full(records[claimant].name, records[target].name))
