"""Human decisions on identity: appended to the log, obeyed by every refresh, undone by the next decision.

The newest human word about a pair holds. "Different" parts whole candidates, and no rule or model joins them again. A
locked candidate gains and loses accounts by human words only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations, pairwise, product

from scrapers.candidates.joining import join_accounts, joins_of, records_of
from scrapers.candidates.lookup import WhoIsThat, accounts_behind, spelled_account
from scrapers.faults import Fault
from scrapers.identity import Judgement, human, judgements_in_force
from scrapers.identity.groups import two_numbers
from scrapers.identity.judging import MOST_SUGGESTIONS
from scrapers.settings.secret_key import candidate_id
from scrapers.store import Store
from scrapers.text import counted


class NothingToDecide(Fault):
    """The identifiers name one and the same account, or a candidate of one account only."""


class TwoNumbers(Fault):
    """Two candidates have different account numbers at one site, which one person seldom has."""


def same(identifiers: Sequence[str], store: Store, key: bytes, at: datetime, *, force: bool = False) -> str:
    """Record that these are one person, against any earlier "different", and join anew; says what changed.

    Raises TwoNumbers where account numbers speak against it, unless `force`. A lock of one then holds for all.
    """
    accounts = [account_of(identifier, store, key) for identifier in identifiers]
    if len(set(accounts)) < 2:
        raise NothingToDecide(f"{accounts[0]} is one account: name two")
    before = _members(store)
    wanted = list(pairwise(accounts))
    candidates = list(dict.fromkeys(before[account] for account in accounts))
    numbers = _two_numbers([_held(candidate, before) for candidate in candidates], store, key)
    if numbers and not force:
        differing = "; ".join(f"{one} and {other}" for one, other in numbers)
        raise TwoNumbers(f"different account numbers at one site: {differing}. One person has both? Add --force")
    crossing = {
        _pair(one, other)
        for left, right in combinations(candidates, 2)
        for one, other in product(_held(left, before), _held(right, before))
    }
    apart = {j.pair for j in _words(store) if j.verdict == "different"} & crossing
    said = [
        human.merge(*pair, at=at, why=f"A human judged {' and '.join(pair)} to be one person.", numbers=numbers)
        for pair in wanted
    ]
    said += [human.retract(*pair, at=at) for pair in sorted(apart - {_pair(*pair) for pair in wanted})]
    if _locked(store) & {account for candidate in candidates for account in _held(candidate, before)}:
        said += [word for candidate in candidates for word in _lock(candidate, before, store, at)]
    after = _decide(said, store, key, at)
    together, names = {after[account] for account in accounts}, _listed(accounts)
    if len(together) > 1:
        return f"Recorded, but {names} are still {len(together)} candidates: other human words keep them apart."
    (candidate,) = together
    size = _accounts(len(_held(candidate, after)))
    if len(candidates) == 1:
        return f"{names} were one candidate already ({candidate}, {size}); no refresh parts them now."
    return f"{names} are now one candidate: {candidate}, {size}."


def different(one: str, other: str, store: Store, key: bytes, at: datetime) -> str:
    """Record that two are not one person, and join anew; says what changed.

    Of two candidates every account of one is parted from every account of the other. Within one candidate the two
    named accounts part, and each of the others stays with the one that it has the stronger reason to be with.
    """
    left, right = account_of(one, store, key), account_of(other, store, key)
    if left == right:
        raise NothingToDecide(f"{left} is one account: name two")
    before = _members(store)
    joined = before[left] == before[right]
    ours, theirs = ([left], [right]) if joined else (_held(before[left], before), _held(before[right], before))
    after = _decide(human.unmerge(ours, theirs, (), at=at), store, key, at)
    if after[left] == after[right]:  # cannot be: a "different" is applied before anything is joined
        raise RuntimeError(f"{left} and {right} are still joined")
    sizes = [f"{after[account]} ({_accounts(len(_held(after[account], after)))})" for account in (left, right)]
    if not joined:
        return f"{left} and {right} were two candidates already, and stay so: {sizes[0]} and {sizes[1]}."
    return f"{left} and {right} are now two candidates: {sizes[0]} and {sizes[1]}."


def split(candidate: str, store: Store, key: bytes, at: datetime) -> str:
    """Make every account of a candidate a candidate of its own, for good; says what changed."""
    named, before = account_of(candidate, store, key), _members(store)
    accounts = _held(before[named], before)
    if len(accounts) < 2:
        raise NothingToDecide(f"{candidate} has one account: there is nothing to split")
    said = [j for a, b in combinations(accounts, 2) for j in human.unmerge([a], [b], (), at=at)]
    after = _decide(said, store, key, at)
    apart = len({after[account] for account in accounts})
    return f"{_listed(accounts)} are now {apart} candidates; no refresh joins them again."


def lock(candidate: str, store: Store, key: bytes, at: datetime) -> str:
    """Record that a candidate is complete: no refresh adds an account to it or takes one away; says what is held."""
    named, before = account_of(candidate, store, key), _members(store)
    held = _held(before[named], before)
    if _locked(store).issuperset(held):
        raise NothingToDecide(f"{before[named]} is locked already; headwater unlock {before[named]} takes it back")
    _decide(_lock(before[named], before, store, at), store, key, at)
    return f"{before[named]} is locked: its {_accounts(len(held))} stay together, and only a human's word adds to them."


def unlock(candidate: str, store: Store, key: bytes, at: datetime) -> str:
    """Take back the lock of a candidate, and nothing else that was said of it; says what changed."""
    named, before = account_of(candidate, store, key), _members(store)
    said = human.unlock(_held(before[named], before), store.judgements(), at=at)
    if not said:
        raise NothingToDecide(f"{before[named]} is not locked")
    after = _decide(said, store, key, at)
    size = _accounts(len(_held(after[named], after)))
    return f"{before[named]} is no longer locked: {named} is now one of {after[named]} ({size})."


def queue(store: Store) -> list[Judgement]:
    """Pairs that no rule joins and that are worth a human's minute, best first, at most three a candidate."""
    members = _members(store)
    shown: Counter[str] = Counter()
    found = []
    suggested = [j for j in store.judgements() if j.rule == "suggestion" and j.revoked_at is None]
    for judgement in sorted(suggested, key=lambda j: (-j.score, j.pair)):
        people = {members[account] for account in judgement.pair if account in members}
        if len(people) == 2 and max(shown[person] for person in people) < MOST_SUGGESTIONS:
            shown.update(people)
            found.append(judgement)
    return found


@dataclass(frozen=True, slots=True)
class Grounds:
    """Reasons that the accounts of a candidate are one person, in sentences, weakest joins first, and what is open."""

    accounts: tuple[str, ...]
    locked: bool = False
    why: tuple[str, ...] = ()
    unverified: tuple[str, ...] = ()
    suggested: tuple[str, ...] = ()

    def told(self) -> list[str]:
        """The grounds as lines of text."""
        none = (
            "Not joined: one account." if len(self.accounts) < 2 else "No reason is on record; run headwater refresh."
        )
        lines = [*self.accounts, *(["The weakest reason first:", *self.why] if self.why else [none])]
        lines += [human.LOCKED] if self.locked else []
        lines += ["Claims that nothing bears out:", *self.unverified] if self.unverified else []
        return lines + (["For a human to judge:", *self.suggested] if self.suggested else [])


def grounds_of(identifier: str, store: Store, key: bytes) -> Grounds:
    """Return the log's entries on the candidate or account behind an identifier."""
    accounts, members = accounts_behind(identifier, store, key), _members(store)
    standing = judgements_in_force(store.judgements())
    joins = joins_of(standing, members).get(members.get(accounts[0], ""), [])
    open_ones = [j for j in standing if j.verdict == "unsure" and not set(j.pair).isdisjoint(accounts)]
    return Grounds(
        tuple(accounts),
        not _locked(store).isdisjoint(accounts),
        tuple(judgement.sentence for judgement in joins),
        tuple(judgement.sentence for judgement in open_ones if judgement.rule == "unverified-claim"),
        tuple(judgement.sentence for judgement in open_ones if judgement.rule == "suggestion"),
    )


def account_of(identifier: str, store: Store, key: bytes) -> str:
    """The account key an identifier names; for a candidate id, of today or of before a join, its oldest account.

    Raises WhoIsThat where no candidate holds it.
    """
    members = _members(store)
    oldest = next((account for account in members if candidate_id(account, key) == identifier), None)
    account = oldest or str(spelled_account(identifier, key).key)
    if account not in members:
        raise WhoIsThat(f"{identifier}: no candidate holds {account}; after collecting, run headwater refresh")
    return account


def _members(store: Store) -> dict[str, str]:
    """Return the candidate of each account that is still held: one may have gone since the last refresh."""
    held = store.accounts().keys() | store.credited()
    return {account: owner for account, owner in store.members().items() if account in held}


def _decide(said: Iterable[Judgement], store: Store, key: bytes, at: datetime) -> dict[str, str]:
    """Append to the log, join anew; who belongs to which candidate now."""
    store.add_judgements(said)
    join_accounts(store, key, at)
    return _members(store)


def _two_numbers(sides: Sequence[Sequence[str]], store: Store, key: bytes) -> list[tuple[str, str]]:
    """The account numbers by which these candidates differ from each other at one site."""
    records = records_of(store, key)
    told = [[number for account in side if account in records for number in records[account].ids] for side in sides]
    return [numbers for ours, theirs in combinations(told, 2) for numbers in two_numbers(ours, theirs)]


def _lock(candidate: str, members: Mapping[str, str], store: Store, at: datetime) -> list[Judgement]:
    joins = joins_of(store.judgements(), members)[candidate]
    return human.lock(_held(candidate, members), [join for join in joins if not join.by_people], at=at)


def _locked(store: Store) -> set[str]:
    return {word.left for word in _words(store) if word.pair == (word.left, word.left) and word.verdict == "same"}


def _words(store: Store) -> list[Judgement]:
    return judgements_in_force(store.judgements(by_people=True))


def _held(candidate: str, members: Mapping[str, str]) -> list[str]:
    return sorted(account for account, owner in members.items() if owner == candidate)


def _pair(one: str, other: str) -> tuple[str, str]:
    return (one, other) if one <= other else (other, one)


def _accounts(count: int) -> str:
    return counted(count, "accounts")


def _listed(accounts: Sequence[str]) -> str:
    return f"{', '.join(accounts[:-1])} and {accounts[-1]}"
