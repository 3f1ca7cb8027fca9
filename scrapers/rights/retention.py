"""Retention: last days to keep a person and to give them notice (guardrails G6, G8). Pure; days in UTC.

Before notice: `unnotified_days` after they were handed over, else after their newest act was first seen; with a
public notice (GDPR Art. 14(5)(b)) people who were never handed over count as notified. After notice without an
answer: `retention_days`. After an answer: `contacted_days`. Seeing an act again restarts nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from scrapers.faults import Fault
from scrapers.settings.operator import Operator
from scrapers.store import Interaction

ARCHIVE_DAYS = 30  # raw pages (G4)
RUN_DAYS = 400  # the run log, which names no person
CLOCK_JUMP = timedelta(days=400)


class ClockInDoubt(Fault):
    """Raised, before anything is deleted, where the clock is behind the last run or very far ahead of it."""


@dataclass(frozen=True, slots=True)
class RetentionState:
    """Dates that decide the retention of a person: newest act first seen, first handover, last notice, last answer."""

    seen: date
    handed: date | None = None
    notified: date | None = None
    answered: date | None = None


def retention_state(dealings: Iterable[Interaction], seen: date) -> RetentionState:
    """Return the dates of one person; the time for the notice runs from the first handover."""
    days: dict[str, list[date]] = {}
    for dealing in dealings:
        days.setdefault(dealing.kind, []).append(dealing.day)
    last = {kind: max(dates) for kind, dates in days.items()}
    return RetentionState(
        seen,
        min(days["handed"]) if "handed" in days else None,
        last.get("notified"),
        last.get("answered"),
    )


def retention_states(
    people: Mapping[str, Collection[str]], acts: Mapping[str, date], dealings: Iterable[Interaction]
) -> dict[str, RetentionState]:
    """Return the dates of each person, without people of whom no act was ever seen.

    `people` maps a person to their accounts; `acts` maps an account to the day its newest act was first seen.
    """
    owner = {account: person for person, accounts in people.items() for account in accounts}
    by_person: dict[str, list[Interaction]] = defaultdict(list)
    for dealing in dealings:
        if dealing.account in owner:
            by_person[owner[dealing.account]].append(dealing)
    newest = {
        person: max((acts[a] for a in accounts if a in acts), default=None) for person, accounts in people.items()
    }
    return {person: retention_state(by_person[person], seen) for person, seen in newest.items() if seen is not None}


def notice_due(standing: RetentionState, operator: Operator) -> date | None:
    """Return the last day to notify the person that their data is held; None if done or not required."""
    if standing.notified or standing.answered:
        return None
    if standing.handed is None and operator.notice.policy == "public":
        return None
    return (standing.handed or standing.seen) + timedelta(days=operator.controller.unnotified_days)


def kept_until(standing: RetentionState, operator: Operator) -> date:
    """Return the last day on which the person may be kept."""
    keep = operator.controller
    if standing.answered:
        return standing.answered + timedelta(days=keep.contacted_days)
    if standing.notified:
        return standing.notified + timedelta(days=keep.retention_days)
    return notice_due(standing, operator) or standing.seen + timedelta(days=keep.retention_days)


Reason = Literal["not_told", "listed", "not_seen", "no_answer", "no_contact"]


def reason_of(standing: RetentionState, operator: Operator) -> Reason:
    """Return which of the operator's limits decides the last day of a person."""
    if standing.answered:
        return "no_contact"
    if standing.notified:
        return "no_answer"
    if standing.handed:
        return "listed"
    return "not_told" if notice_due(standing, operator) else "not_seen"


def check_clock(today: date, last_run: date | None, confirmed: bool) -> None:
    """Raise ClockInDoubt where today lies before the last run or over 400 days after it (G37)."""
    if last_run is None or confirmed or timedelta(0) <= today - last_run <= CLOCK_JUMP:
        return
    raise ClockInDoubt(
        f"today is {today} by this machine's clock, the last run was on {last_run}; nothing was deleted. "
        "Set the clock right, or pass --confirm-clock"
    )
