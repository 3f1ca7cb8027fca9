"""Announcements of deletion: how many people go within a week, when, why and what keeps them; and who went, and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from scrapers.faults import Fault
from scrapers.rights.retention import Reason, RetentionState, kept_until, reason_of, retention_states
from scrapers.settings.home import Home
from scrapers.settings.operator import Operator
from scrapers.sources.watched import known_operator
from scrapers.store import Store
from scrapers.text import counted

WEEK = 7  # days before their last day that people are announced
_WHY: Mapping[Reason, str] = {
    "not_told": "nobody told them within {days} that data of theirs is held",
    "listed": "a list with their contact was handed over, and nobody told them within {days}",
    "not_seen": "nothing new of theirs was seen for {days}",
    "no_answer": "they were told, and did not answer within {days}",
    "no_contact": "there was no contact with them for {days}",
}
_KEEPS: Mapping[Reason, str] = {
    "not_told": "To keep them, give each the notice (docs/operator) and record it with `headwater notified ID...`, "
    'or publish the notice and set policy = "public" under [notice] in operator.toml.',
    "listed": "Only the notice keeps them, whatever the policy: give it to each (docs/operator) and record it with "
    "`headwater notified ID...`.",
    "not_seen": "Something new of theirs keeps them, or the notice, recorded with `headwater notified ID...`.",
    "no_answer": "An answer keeps them: record it with `headwater notified --answered ID...`.",
    "no_contact": "A new contact keeps them: record it with `headwater notified --answered ID...`.",
}


@dataclass(frozen=True, slots=True)
class UpcomingDeletion:
    """People whose time runs out for one reason: candidate id -> first day on which they may be held no longer."""

    reason: Reason
    days: Mapping[str, date]


def expiring(people: Mapping[str, RetentionState], operator: Operator, today: date) -> tuple[UpcomingDeletion, ...]:
    """Return the people who are deleted within a week, by reason; who is past their last day goes today. Pure."""
    by_reason: dict[Reason, dict[str, date]] = defaultdict(dict)
    for person, standing in people.items():
        day = max(kept_until(standing, operator) + timedelta(days=1), today)
        if day - today <= timedelta(days=WEEK):
            by_reason[reason_of(standing, operator)][person] = day
    return tuple(UpcomingDeletion(reason, days) for reason, days in sorted(by_reason.items()))


def announced(home: Home, store: Store, today: date) -> tuple[str, ...]:
    """A sentence for each reason for which people go within a week; none before `headwater init`, or of the sample."""
    if home.apart:  # which lives on its own day
        return ()
    try:
        operator = known_operator(home)
    except Fault:  # what is wrong with operator.toml is said where it is needed
        return ()
    if operator is None:
        return ()
    people = people_standings(store)
    return tuple(sentence(each, operator, len(people)) for each in expiring(people, operator, today))


def announcement(home: Home, today: date) -> tuple[str, ...]:
    """Return what `announced` does, of the home's own store."""
    with Store.open(home) as store:
        return announced(home, store, today)


def sentence(group: UpcomingDeletion, operator: Operator, held: int) -> str:
    """Return how many of all held people go, when, why, and what keeps them."""
    first, count = min(group.days.values()), len(group.days)
    then = sum(day == first for day in group.days.values())
    last = max(group.days.values())
    when = f"on {first}" if first == last else f"by {last}, {then} of them on {first}"
    why = _WHY[group.reason].format(days=counted(days_of(group.reason, operator), "days"))
    return f"{count} of {counted(held, 'people')} will be deleted {when}: {why}. {_KEEPS[group.reason]}"


def went(reasons: Mapping[Reason, int], on: date, operator: Operator | None) -> str:
    """Return how many people were deleted, and why."""
    told = []
    for reason, why in _WHY.items():
        if count := reasons.get(reason):
            days = counted(days_of(reason, operator), "days") if operator else "the days allowed"
            told.append(f"{counted(count, 'people')} because {why.format(days=days)}")
    whom = " and ".join(told)
    return f"deleted on {on}: {whom}; the same acts stay out, a new act of theirs starts anew"


def last_deletion(home: Home, store: Store) -> str | None:
    """Return what the last sweep that deleted somebody did, in words; None where none did."""
    for run in store.runs(limit=None, step="sweep"):
        reasons: dict[Reason, int] = {reason: int(run.counts.get(f"expired_{reason}", 0)) for reason in _WHY}
        if any(reasons.values()):
            return went(reasons, run.started_at.date(), known_operator(home))
    return None


def days_of(reason: Reason, operator: Operator) -> int:
    """The days that the operator allows for that reason."""
    keep = operator.controller
    return {
        "not_told": keep.unnotified_days,
        "listed": keep.unnotified_days,
        "not_seen": keep.retention_days,
        "no_answer": keep.retention_days,
        "no_contact": keep.contacted_days,
    }[reason]


def people_standings(store: Store) -> dict[str, RetentionState]:
    """The standing with each person held, by candidate id."""
    return retention_states(people_held(store), store.newest_acts(), store.interactions())


def people_held(store: Store) -> dict[str, list[str]]:
    """Accounts by candidate; an account that no refresh has seen yet stands for itself.

    Organisations and bots are nobody, and are kept.
    """
    stated, owner = store.accounts(), dict(store.members())
    persons = {key for key, account in stated.items() if account.kind == "person"}
    for key in (store.credited() - stated.keys()) | persons:
        owner.setdefault(key, key)
    people: dict[str, list[str]] = defaultdict(list)
    for account, person in sorted(owner.items()):
        people[person].append(account)
    return people
