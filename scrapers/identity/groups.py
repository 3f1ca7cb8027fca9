"""Clusters: connected components of the standing "same" judgements, with the guards that keep strangers apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256

from scrapers.identity.accounts import IdentityRecord
from scrapers.identity.names import compatible, parse_name
from scrapers.records.judgements import LOCK, NUMBERS, Judgement

SIZE_CAP = 40  # a person with more accounts than this is for a human to look at


class Groups:
    """A partition of records that only grows, and says which joins the log or the records forbid."""

    def __init__(self, ids: Iterable[str], records: Mapping[str, IdentityRecord] | None = None) -> None:
        self._records = records or {}
        self._members: dict[str, list[str]] = {}  # of groups of two and more: the rest is its own group
        self._root: dict[str, str] = dict.fromkeys(ids, "")
        self._foes: dict[str, set[str]] = {}
        self._locked: set[str] = set()
        self._owned: dict[str, set[str]] = {}
        self._vouched: dict[str, tuple[str, ...]] = {}

    def root(self, record: str) -> str:
        return self._root[record] or record

    def members(self, record: str) -> Sequence[str]:
        root = self.root(record)
        return self._members.get(root) or (root,)

    def together(self, left: str, right: str) -> bool:
        return self.root(left) == self.root(right)

    def part(self, left: str, right: str) -> None:
        """Forbid that the groups of these two are ever joined."""
        self._foes.setdefault(left, set()).add(right)
        self._foes.setdefault(right, set()).add(left)

    def lock(self, record: str) -> None:
        """Forbid rules and the model to add to the group of this record."""
        self._locked.add(record)

    def refuses(self, left: str, right: str, *, by_people: bool = False) -> str | None:
        """Return why the log forbids to join these two groups, in words; None where it does not.

        Monotone: what is refused stays refused when groups grow, so that the order of equal input cannot matter.
        """
        ours, theirs = self.members(left), self.members(right)
        if len(ours) > len(theirs):
            ours, theirs = theirs, ours
        if self._foes and any(self._foes.get(one, set()).intersection(theirs) for one in ours):
            return "somebody said that they are two people"
        if by_people:
            return None
        if self._locked and not self._locked.isdisjoint((*ours, *theirs)):
            return "a human locked this person"
        if len(ours) + len(theirs) > SIZE_CAP:
            return f"together they would have more than {SIZE_CAP} accounts"
        return None

    def contradiction(self, left: str, right: str) -> str | None:
        """Return what the records of these two groups contradict each other in; None where they do not."""
        ours, theirs = self.members(left), self.members(right)
        numbers, others = ([n for one in side for n in self._numbers(one)] for side in (ours, theirs))
        if numbers and others and (differing := two_numbers(numbers, others)):
            return f"they are two different accounts at {differing[0][0].partition('#')[0]}"
        names = {self._names(one) for one in theirs}
        for name in {self._names(one) for one in ours}:
            for other in names:
                if not any(compatible(a, b) for a in name for b in other):
                    return "their full names do not agree"
        return None

    def vouch(self, record: str) -> None:
        """The group of this record, as it is now, is people's word: who agrees with one name in it agrees with it."""
        members = self.members(record)
        names = {self._records[one].name for one in members if one in self._records}
        told = tuple(sorted(name for name in names if parse_name(name).full)) or ("",)
        self._vouched |= dict.fromkeys(members, told)

    def own(self, word: Judgement) -> None:
        """Both records of a human's word have the account numbers that it names, though they are of one site."""
        told = {number for proof in word.evidence if proof.field == NUMBERS for number in (proof.left, proof.right)}
        for record in word.pair if told else ():
            self._owned[record] = self._owned.get(record, set()) | told

    def _numbers(self, record: str) -> Iterable[str]:
        own = self._records[record].ids
        return (*own, *self._owned[record]) if record in self._owned else own

    def _names(self, record: str) -> tuple[str, ...]:
        return self._vouched.get(record) or (self._records[record].name,)

    def join(self, left: str, right: str) -> None:
        """Join two groups; the caller has asked `refuses`."""
        a, b = self.root(left), self.root(right)
        if a == b:
            return
        if len(self.members(a)) < len(self.members(b)):
            a, b = b, a
        merged = [*self.members(a), *self.members(b)]
        for record in self.members(b):
            self._root[record] = a
        self._members.pop(b, None)
        self._members[a] = merged

    def add(self, record: str) -> None:
        self._root.setdefault(record, "")

    def __contains__(self, record: object) -> bool:
        return record in self._root

    def __iter__(self) -> Iterator[str]:
        return iter(self._root)


def two_numbers(ours: Iterable[str], theirs: Iterable[str]) -> list[tuple[str, str]]:
    """For each site at which both have account numbers ("github#1234") and share none, one of each."""
    mine, yours = _by_site(ours), _by_site(theirs)
    shared = sorted(mine.keys() & yours.keys())
    return [(min(mine[site]), min(yours[site])) for site in shared if not mine[site] & yours[site]]


def _by_site(numbers: Iterable[str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for number in numbers:
        found.setdefault(number.partition("#")[0], set()).add(number)
    return found


def judgements_in_force(judgements: Iterable[Judgement]) -> list[Judgement]:
    """The judgements that hold: not revoked and, where people spoke of one pair more than once, the newest word.

    A lock neither replaces what was said of a pair before, nor is it replaced by that.
    """
    kept: dict[tuple[tuple[str, str], bool], Judgement] = {}
    rest = []
    for judgement in judgements:
        if judgement.revoked_at is not None:
            continue
        if not judgement.by_people:
            rest.append(judgement)
            continue
        said = judgement.pair, judgement.rule == LOCK
        before = kept.get(said)
        if before is None or (judgement.at, judgement.verdict == "different") > (
            before.at,
            before.verdict == "different",
        ):
            kept[said] = judgement
    return [*kept.values(), *rest]


def gather(groups: Groups, judgements: Iterable[Judgement]) -> None:
    """Apply standing judgements: first what sets apart and locks, then people's joins, then the rest, best first."""
    known = [j for j in judgements_in_force(judgements) if j.left in groups and j.right in groups]
    for judgement in known:
        if judgement.verdict == "different":
            groups.part(judgement.left, judgement.right)
        elif judgement.left == judgement.right and judgement.by_people and judgement.verdict == "same":
            groups.lock(judgement.left)
    joins = [j for j in known if j.verdict == "same" and j.left != j.right]
    joins.sort(key=lambda j: (-j.at.timestamp() if j.by_people else 0, -j.score, j.left, j.right))
    for people_said in (True, False):
        for judgement in (j for j in joins if j.by_people is people_said):
            if not groups.together(*judgement.pair) and not groups.refuses(*judgement.pair, by_people=people_said):
                groups.join(*judgement.pair)
        for judgement in (j for j in joins if j.by_people and people_said and groups.together(*j.pair)):
            groups.own(judgement)
            groups.vouch(judgement.left)


def cluster(record_ids: Iterable[str], judgements: Iterable[Judgement]) -> dict[str, str]:
    """Return the person of each record, from the log alone: the same log in any order gives the same answer.

    The id of a person is opaque and depends only on the smallest record id of the cluster.
    """
    groups = Groups(sorted(set(record_ids)))
    gather(groups, judgements)
    return names_of(groups)


def names_of(groups: Groups) -> dict[str, str]:
    """An opaque id for each record's group."""
    ids: dict[str, str] = {}
    for record in groups:
        root = groups.root(record)
        if root not in ids:
            ids[root] = "p" + sha256(min(groups.members(root)).encode()).hexdigest()[:15]
    return {record: ids[groups.root(record)] for record in groups}
