"""Comparison of shortlists: who is new, came back, moved or left, and which cause moved them.

Numbers are whole millionths of a point, so that the changes of the terms add up to the change of the score exactly.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date, datetime
from hashlib import sha256

from ranking.role import Role, to_json
from ranking.role.model import role_key
from ranking.shortlist.change import Cause, Change, Changes, Kind, by_cause
from ranking.shortlist.news import news_of
from ranking.shortlist.shortlist import Match, Pool, Shortlist
from scrapers.candidates.joining import followed, ids_today
from scrapers.faults import Fault
from scrapers.settings.home import Home
from scrapers.store import PastShortlist, Placing, Store
from scrapers.store.shortlists import MILLION

_OF_TIME = ("recency", "availability", "signal: ")  # terms that change as days go by


class NothingKept(Fault):
    """There is no shortlist of that role from before that day."""


def compare(
    before: PastShortlist,
    after: PastShortlist,
    *,
    elsewhere: Mapping[str, Placing] | None = None,
    earlier: Collection[str] = (),
    fresh: Collection[str] = (),
) -> Changes:
    """Return the changes from one shortlist to another.

    `elsewhere` tells where those stand now who are on the list no more, `earlier` who was ever on one before, and
    `fresh` which evidence has come in since. Nobody is new who was on a list before. The cause of a term's change is
    the first that applies: another model or other weights, an edited role, evidence of theirs that came or went, days
    gone by (in the terms of time), the pool. Who is in the pool no more was suppressed, erased or held back.
    """
    was = {place.candidate_id: place for place in before.places if place.candidate_id}
    now = {place.candidate_id: place for place in after.places if place.candidate_id}
    blank = {place.rank for place in after.places if place.candidate_id is None}
    rows = []
    for person, place in now.items():
        if person not in was:
            kind: Kind = "back" if person in earlier else "new"
            came = _around(before, after, own=not place.evidence.isdisjoint(fresh))
            rows.append(Change(person, kind, None, place.rank, came, {}, {}))
        elif was[person].rank != place.rank:
            rows.append(_moved("moved", was[person], place, before, after))
    for place in before.places:
        if place.candidate_id is None:
            if place.rank in blank:
                continue
            rows.append(Change("", "left", place.rank, None, "suppression", {}, {}))
        elif place.candidate_id not in now:
            stands = (elsewhere or {}).get(place.candidate_id)
            rows.append(
                _moved("left", place, stands, before, after)
                if stands
                else Change(place.candidate_id, "left", place.rank, None, "suppression", {}, {})
            )
    parts = before.spread.keys() | after.spread.keys()
    moved = sum(before.spread.get(part) != after.spread.get(part) for part in parts)
    return Changes(before, after, tuple(rows), (moved, len(parts)))


def _moved(kind: Kind, was: Placing, now: Placing, before: PastShortlist, after: PastShortlist) -> Change:
    names = [*now.terms, *(name for name in was.terms if name not in now.terms)]
    terms = {name: d for name in names if (d := now.terms.get(name, 0) - was.terms.get(name, 0))}
    why = {name: _cause(name, was, now, before, after) for name in terms}
    worth = by_cause(terms, why)
    cause = max(worth, key=lambda each: abs(worth[each])) if worth else _around(before, after)
    return Change(was.candidate_id or "", kind, was.rank, now.rank, cause, terms, why)


def _cause(term: str, was: Placing, now: Placing, before: PastShortlist, after: PastShortlist) -> Cause:
    if _other_model(before, after):
        return "model"
    if before.role_hash != after.role_hash and term not in ("recency", "availability"):
        return "role edit"
    if was.evidence != now.evidence:
        return "new evidence"
    return "decay" if term.startswith(_OF_TIME) and before.as_of != after.as_of else "pool"


def _around(before: PastShortlist, after: PastShortlist, own: bool = False) -> Cause:
    """The cause where no term of the person's own tells it: they came, or others passed them."""
    if _other_model(before, after):
        return "model"
    if before.role_hash != after.role_hash:
        return "role edit"
    if own:
        return "new evidence"
    same_pool = (before.considered, before.spread) == (after.considered, after.spread)
    return "decay" if same_pool and before.as_of != after.as_of else "pool"


def _other_model(before: PastShortlist, after: PastShortlist) -> bool:
    return (before.model_id, before.weights_hash) != (after.model_id, after.weights_hash)


def kept(shortlist: Shortlist, at: datetime) -> PastShortlist:
    """A shortlist as it is remembered."""
    return PastShortlist(
        role=role_key(shortlist.role),
        role_hash=sha256(json.dumps([to_json(shortlist.role), shortlist.role.text]).encode()).hexdigest(),
        model_id=shortlist.model,
        weights_hash=shortlist.weights,
        as_of=shortlist.as_of,
        at=at,
        considered=shortlist.considered,
        spread=shortlist.spread,
        places=tuple(map(placed, shortlist.matches)),
    )


def keep(shortlist: Shortlist, store: Store, at: datetime) -> PastShortlist:
    """Remember a shortlist that leaves the house; returns the entry."""
    entry = kept(shortlist, at)
    store.keep_shortlist(entry)
    return entry


def placed(match: Match) -> Placing:
    """A match as it is remembered; terms of one name count together."""
    terms: Counter[str] = Counter()
    for term in match.terms:
        terms[term.name] += round(term.points * MILLION)
    return Placing(match.rank, match.candidate.id, dict(terms), frozenset(e.id for e in match.candidate.evidence))


def with_changes(found: Shortlist, pool: Pool, home: Home, store: Store) -> Shortlist:
    """The shortlist with what changed since the last one of its role, for the page; as it is where none is kept."""
    try:
        changed = changes_since(pool, found.role, home, store, found.as_of, None, found)
    except NothingKept:
        return found
    left = {change.candidate_id for change in changed.rows if change.kind == "left"}
    return replace(found, changes=changed, left={each: pool.candidates[each] for each in left & pool.candidates.keys()})


def changes_since(
    pool: Pool,
    role: Role,
    home: Home,
    store: Store,
    as_of: date,
    since: date | None,
    found: Shortlist | None = None,
) -> Changes:
    """Return the changes of a role's shortlist if it were made on `as_of`, against the last one that was kept.

    With `since`, against the last one made for that day or before. `found` is that shortlist, where it was made
    already. Raises NothingKept.
    """
    lists = history(role, home, store, since)
    before = lists[-1]
    earlier = {place.candidate_id for each in lists for place in each.places if place.candidate_id}
    if found is None or len(found) != len(before.places):
        found = pool.rank(role, top=max(len(before.places), 1), as_of=as_of)
    after = kept(found, before.at)
    gone = {p.candidate_id for p in before.places} - {p.candidate_id for p in after.places}
    still = [person for person in gone if person and person in pool.candidates]
    elsewhere = {m.candidate.id: placed(m) for m in pool.matches(role, still, as_of)} if still else {}
    fresh = {
        item.id
        for item, first, newest in store.evidence()
        if first > before.at.date() or (first == before.at.date() and newest > before.at)
    }
    watched = [pool.candidates[person] for person in followed(store) if person in pool.candidates]
    changed = compare(before, after, elsewhere=elsewhere, earlier=earlier, fresh=fresh)
    return replace(changed, news=news_of(watched, fresh, as_of))


def history(role: Role, home: Home, store: Store, until: date | None = None) -> list[PastShortlist]:
    """The shortlists of a role that are kept, oldest first, up to a day, under the ids that people have today.

    Accounts that were joined in the meantime are one person in all of them. Raises NothingKept.
    """
    name = role_key(role)
    owners = ids_today(store.members(), home.key, store.former_ids())
    lists = [each for each in store.shortlists(name) if until is None or each.as_of <= until]
    if not lists:
        when = f" from {until} or before" if until else ""
        raise NothingKept(f"{name}: no shortlist{when} is kept; `headwater rank ROLE --out FILE` keeps one")
    return [replace(each, places=_renamed(each.places, owners)) for each in lists]


def _renamed(places: Collection[Placing], owners: Mapping[str, str]) -> tuple[Placing, ...]:
    """The places under today's ids; where two of them are one person now, the better place is theirs."""
    seen: dict[str, Placing] = {}
    for place in places:
        today = owners.get(place.candidate_id, place.candidate_id) if place.candidate_id else None
        seen.setdefault(today or f"erased {place.rank}", replace(place, candidate_id=today))
    return tuple(seen.values())
