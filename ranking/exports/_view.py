"""View model of the page: ages, reasons for silence, flags in words, as a reader wants them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from ranking.exports._rows import NOT_AVAILABLE, row
from ranking.shortlist.prior_contact import PriorContact
from ranking.shortlist.shortlist import Match, Quote, Shortlist
from scrapers.records import Account

FLAGS = {
    "already_known": "already in your applicant tracking system",
    "agency": "posts on behalf of an agency",
    "cooling_down": "handed over for another role a short while ago",
    "do_not_contact": "asks not to be contacted",
    "hidden_text": "a page of theirs holds text that readers do not see; it was not counted",
    "lists_words": "lists words and says little of them; such text was not counted",
    "nothing_since": "made nothing, that is known and dated, since the day that the role names",
    "repeats_itself": "says the same over and over; such text was not counted",
    "repeats_the_role": "repeats the words of the role; such text was not counted",
    "small_footprint": "little of theirs is in public: on this list because more could raise them",
}
NEAREST = "What comes nearest, in what they have done, to each thing that was not found?"
NEW_DAYS = 7
MILLION = 1_000_000
GONE = "somebody who may not be shown any more"


@dataclass(frozen=True, slots=True)
class Reason:
    """A quote with where it stands and how old it is."""

    text: str
    title: str
    url: str
    date: str
    age: str
    share: str


@dataclass(frozen=True, slots=True)
class Changed:
    """Change of a person since the last shortlist; `person` is their id where a card of theirs is on the page.

    `delta` is the change of the score in points and `shares` that of each cause, which add up to it as they are read.
    """

    kind: str
    person: str
    name: str
    was: str
    now: str
    cause: str
    delta: str
    shares: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Person:
    """A card of the page; `met` numbers the requirements they show, in the page's order of them."""

    match: Match
    row: dict[str, Any]
    reasons: tuple[Reason, ...]
    seen_days: int | None
    newest_days: int | None
    newest_age: str
    availability_age: str
    declines: bool
    flags: tuple[str, ...]
    questions: tuple[str, ...]
    warm: PriorContact | None = None
    met: tuple[int, ...] = ()

    @property
    def is_new(self) -> bool:
        """True if they were first seen within the last week; on a list of a day before that they are not new."""
        return self.seen_days is not None and self.seen_days < NEW_DAYS


def person(match: Match, shortlist: Shortlist, met: Iterable[int] = ()) -> Person:
    """The card of one match on that shortlist's day."""
    cells, today = row(match, shortlist), shortlist.as_of
    seen, newest = _days(cells["first_seen"], today), _days(cells["newest_evidence"], today)
    available = _days(cells["availability_date"], today)
    return Person(
        match=match,
        row=cells,
        reasons=tuple(_reason(quote, today) for quote in match.reasons),
        seen_days=None if seen is None or seen < 0 else seen,
        newest_days=newest,
        newest_age=age(newest),
        availability_age=age(available),
        declines=cells["availability"].startswith(NOT_AVAILABLE),
        flags=tuple(FLAGS.get(flag, flag.replace("_", " ")) for flag in cells["flags"].split()),
        questions=((NEAREST,) if match.must_unknown else ()) + match.questions,
        warm=shortlist.warm.get(match.candidate.id),
        met=tuple(met),
    )


def changed(shortlist: Shortlist) -> tuple[Changed, ...]:
    """A row for each change since the last shortlist of the role; nobody is named who may not be shown any more."""
    if shortlist.changes is None:
        return ()
    shown = {match.candidate.id: match.candidate for match in shortlist.matches}
    known = {**shortlist.left, **shown}
    return tuple(
        Changed(
            kind=change.kind,
            person=change.candidate_id if change.candidate_id in shown else "",
            name=known[change.candidate_id].name if change.candidate_id in known else GONE,
            was=str(change.was or ""),
            now=str(change.now or ""),
            cause=change.cause,
            delta=_points(change.delta) if change.why else "",
            shares=tuple((cause, _points(worth)) for cause, worth in change.by_cause.items()),
        )
        for change in shortlist.changes.rows
    )


def age(days: int | None) -> str:
    """Whole days in the largest unit that says enough: "today", "12 days ago", "5 months ago"; empty where unknown."""
    if days is None:
        return ""
    if days <= 0:
        return "today" if days == 0 else "in the future"
    for unit, length in (("year", 365), ("month", 30), ("week", 7), ("day", 1)):
        if days >= 2 * length or unit == "day":
            count = days // length
            return f"{count} {unit}{'s' if count > 1 else ''} ago"
    raise AssertionError(days)


def weblink(url: str | None) -> str:
    """The URL when a reader may follow it, else nothing: only http and https become links."""
    try:
        return url if url and urlsplit(url).scheme in {"http", "https"} else ""
    except ValueError:
        return ""


def host(url: str) -> str:
    """The host of a URL as a reader knows it."""
    try:
        return (urlsplit(url).hostname or url).removeprefix("www.")
    except ValueError:
        return url


def account_name(account: Account) -> str:
    """An account as site and handle; of a website its address alone."""
    return account.handle if account.site == "web" else f"{account.site} · {account.handle}"


def _points(millionths: int) -> str:
    """Points to the last millionth, without zeros that say nothing: sums are exact as they are read."""
    whole, _, part = f"{millionths / MILLION:+.6f}".partition(".")
    return f"{whole}.{part.rstrip('0'):0<2}".replace("-", "−")


def _reason(quote: Quote, today: date) -> Reason:
    link = weblink(quote.url)
    days = (today - quote.date).days if quote.date else None
    title = quote.title or (host(link) if link else "")
    share = f"{quote.share:.0%}" if quote.share is not None else ""
    return Reason(quote.text, title, link, quote.date.isoformat() if quote.date else "", age(days), share)


def _days(day: str, today: date) -> int | None:
    return (today - date.fromisoformat(day)).days if day else None
