"""Prior contact: contributors to the operator's repositories, entrants of their events, fellow speakers.

Shown with its link, so that the people who know us are written to first; never in the score.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from scrapers.records import Candidate, Evidence, EvidenceKind
from scrapers.settings.operator import PriorContacts

# What GH Archive counts of an hour in a repository; who only reported an issue made nothing there, and met us still.
_MAKING = ("pushes", "opened", "accepted", "reviews", "releases", "merged")


@dataclass(frozen=True, slots=True)
class PriorContact:
    """A prior contact in a sentence, and the page that shows it."""

    sentence: str
    url: str


def prior_contact(candidate: Candidate, ours: PriorContacts) -> PriorContact | None:
    """The strongest way in which this person has met us: work on our code, then our event, then a stage we shared."""
    met = [(order, piece, sentence) for piece in candidate.evidence for order, sentence in _met(piece, ours)]
    if not met:
        return None
    _, piece, sentence = min(met, key=lambda each: (each[0], -each[1].date.toordinal() if each[1].date else 0))
    return PriorContact(sentence, piece.url)


def _met(piece: Evidence, ours: PriorContacts) -> Iterator[tuple[int, str]]:
    when = f" ({piece.date})" if piece.date else ""
    repository = str(piece.details.get("repository") or "")
    if piece.kind is EvidenceKind.CONTRIBUTION and repository.casefold() in map(str.casefold, ours.repositories):
        only_told = "reported" in piece.details and not any(piece.details.get(each) for each in _MAKING)
        yield 0, f"{'Reported an issue in' if only_told else 'Contributed to'} our {repository}{when}"
    for name, url in _entered(piece):
        if _is_among(ours.events, name, url):
            yield 1, f"Entered our event “{name}” with “{piece.title}”{when}"
    conference = str(piece.details.get("conference") or "")
    if piece.kind is EvidenceKind.TALK and _is_among(ours.conferences, conference, piece.url):
        yield 2, f"Spoke where we spoke, at “{conference or _address(piece.url)}”: “{piece.title}”{when}"


def _entered(piece: Evidence) -> Iterator[tuple[str, str]]:
    """Name and address of each event that a project was handed in to."""
    if piece.kind in {EvidenceKind.HACKATHON_WIN, EvidenceKind.HACKATHON_PROJECT}:
        yield from ((award.event, award.event_url or "") for award in piece.awards)
        for event in piece.details.get("events") or ():
            yield str(event.get("name") or ""), str(event.get("url") or "")


def _is_among(listed: Iterable[str], name: str, url: str) -> bool:
    """True if one of the listed names is that name, or one of the listed addresses holds that page."""
    place = _address(url)
    for each in listed:
        if "://" not in each:
            if each.casefold() == name.casefold():
                return True
        elif place and f"{place}/".startswith(f"{_address(each)}/"):
            return True
    return False


def _address(url: str) -> str:
    """Host and path, as far as two spellings of one page agree in them."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return f"{(parts.hostname or '').removeprefix('www.')}{parts.path}".rstrip("/").casefold()
