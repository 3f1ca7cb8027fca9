"""Clearance of a shortlist for export: contacts by the rights of their sources, the notice, and its clock.

A shortlist that was not cleared shows no contact at all, in any format.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date
from itertools import chain
from typing import TypeVar

from ranking.role.model import role_key
from ranking.shortlist.prior_contact import prior_contact
from ranking.shortlist.shortlist import Match, Quote, Shortlist
from scrapers.records import Candidate
from scrapers.rights.ledger import Clearance, Ledger, clearance
from scrapers.rights.notice import notice_text
from scrapers.rights.retention import kept_until, notice_due, retention_state, retention_states
from scrapers.rights.suppression import SuppressionList
from scrapers.settings.home import Home
from scrapers.sources.watched import known_operator, operator_of
from scrapers.store import Interaction, Link, Store

Said = TypeVar("Said", Link, Interaction)
NO_CONTROLLER = "nobody answers for the data yet: run headwater init"


def cleared(shortlist: Shortlist, home: Home, store: Store, ledger: Ledger | None = None) -> Shortlist:
    """The shortlist with what may be shown of each person's contact, the notice that goes with it, and who met us.

    Raises RightsUnknown where a source of somebody on the list has no terms record.
    """
    operator = known_operator(home)
    people = [match.candidate for match in shortlist.matches]
    accounts = [str(account.key) for candidate in people for account in candidate.accounts]
    links, dealings = _by_account(store.links_of(accounts)), _by_account(store.interactions(accounts))
    sources = store.sources_of(accounts)
    acts, listed = store.newest_acts(accounts), SuppressionList.open(home, store)
    book = ledger or Ledger.read()

    def clear(candidate: Candidate) -> Clearance:
        theirs = {str(account.key) for account in candidate.accounts}
        done = [dealing for account in sorted(theirs) for dealing in dealings.get(account, ())]
        found = clearance(
            candidate,
            [link for account in sorted(theirs) for link in links.get(account, ()) if not listed.has_url(link.url)],
            {source for account in theirs for source in sources.get(account, ())},
            done,
            book,
            role=role_key(shortlist.role),
            on=shortlist.as_of,
            cool_down=operator.cool_down_days if operator else 0,
        )
        if operator is None:
            return replace(found, contact=None, withheld=NO_CONTROLLER if found.contact else found.withheld)
        seen = max((acts[account] for account in theirs if account in acts), default=shortlist.as_of)
        standing = retention_state(done + (_handed(candidate, shortlist) if found.contact else []), seen)
        found = replace(found, notice_due=notice_due(standing, operator))
        return replace(found, hint=_hint(candidate)) if found.contact else found

    clearances = {candidate.id: clear(candidate) for candidate in people}
    if operator is None:
        return replace(shortlist, clearances=clearances)
    met = {candidate.id: found for candidate in people if (found := prior_contact(candidate, operator.warm))}
    return replace(shortlist, clearances=clearances, warm=met, notice=notice_text(operator))


def _by_account(said: Iterable[Said]) -> dict[str, list[Said]]:
    found: dict[str, list[Said]] = defaultdict(list)
    for each in said:
        found[each.account].append(each)
    return found


def _hint(candidate: Candidate) -> str:
    """Return what the law where the candidate lives asks of a first message; places of the world load only now."""
    from scrapers.rights.jurisdiction import hint

    return hint(next((account.location for account in candidate.accounts if account.location), None))


def unlisted(shortlist: Shortlist, listed: SuppressionList) -> Shortlist:
    """The shortlist without anybody on that list, and without their names in what is quoted of others.

    Whoever opted out after the people were read, or is back in a restored store, gets no further than here.
    """
    if not listed:
        return shortlist

    def is_listed(candidate: Candidate) -> bool:
        return any(map(listed.account_listed, candidate.accounts))

    return replace(
        shortlist,
        matches=tuple(_without_names(m, listed) for m in shortlist.matches if not is_listed(m.candidate)),
        left={person: candidate for person, candidate in shortlist.left.items() if not is_listed(candidate)},
    )


def _without_names(match: Match, listed: SuppressionList) -> Match:
    def spared(quotes: Iterable[Quote]) -> tuple[Quote, ...]:
        named = (quote for quote in quotes if not listed.has_url(quote.url))
        return tuple(replace(q, text=listed.blank(q.text), title=listed.blank(q.title)) for q in named)

    person = match.candidate
    return replace(
        match,
        candidate=replace(
            person,
            accounts=tuple(map(listed.blanked, person.accounts)),
            evidence=tuple(listed.blanked(piece) for piece in person.evidence if not listed.has_url(piece.url)),
        ),
        reasons=spared(match.reasons),
        terms=tuple(replace(term, quotes=spared(term.quotes)) for term in match.terms),
    )


def past_due(
    people: Iterable[Candidate], home: Home, store: Store, on: date, accounts: Collection[str] | None = None
) -> frozenset[str]:
    """The ids of those who may be held no longer on that day: the next sweep deletes them, no list shows them (G6).

    `accounts` are theirs, where that is not everybody. Nobody is past due where no operator has said how long to keep.
    """
    if not (home / "operator.toml").is_file():
        return frozenset()
    operator, theirs = operator_of(home), {each.id: [str(account.key) for account in each.accounts] for each in people}
    found = retention_states(theirs, store.newest_acts(accounts), store.interactions(accounts))
    return frozenset(person for person, standing in found.items() if on > kept_until(standing, operator))


def hand_over(shortlist: Shortlist, store: Store) -> None:
    """Remember whom this shortlist gives a contact of: their notice is due, and other roles have to wait."""
    cleared = ((match.candidate, shortlist.clearances.get(match.candidate.id)) for match in shortlist.matches)
    handed = [_handed(candidate, shortlist) for candidate, clearance in cleared if clearance and clearance.contact]
    store.add_interactions([*chain.from_iterable(handed)])


def _handed(candidate: Candidate, shortlist: Shortlist) -> list[Interaction]:
    role, day = role_key(shortlist.role), shortlist.as_of
    return [Interaction(str(account.key), "handed", day, role) for account in candidate.accounts]
