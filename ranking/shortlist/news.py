"""News of people who are followed: a statement that they are open to work, or a deep piece of work."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from ranking.corpus.keyword_lists import without_lists
from ranking.corpus.passages import said_once
from ranking.features.availability import HALF_LIFE_DAYS, newest
from scrapers.records import Candidate, Evidence, EvidenceKind

# So many words of prose, each phrase once, are a piece of work gone into; a note or a link is shorter.
DEEP_WORDS = 150
# Others judged these, or came to hear them, however few words tell of it.
_WITNESSED = frozenset({EvidenceKind.HACKATHON_WIN, EvidenceKind.TALK, EvidenceKind.PAPER})


@dataclass(frozen=True, slots=True)
class News:
    """A statement or work of a followed person since; `said` stands verbatim in the piece."""

    candidate_id: str
    kind: Literal["available", "unavailable", "deep work"]
    said: str
    url: str
    date: date | None
    evidence_id: str


def news_of(people: Iterable[Candidate], fresh: Collection[str], as_of: date) -> tuple[News, ...]:
    """Yield the news in these people's fresh evidence: statements on being open to work first, then the newest."""
    found = [told for person in people for told in _of(person, fresh, as_of)]
    return tuple(
        sorted(found, key=lambda each: (each.kind == "deep work", -(each.date or date.min).toordinal(), each.url))
    )


def is_deep(piece: Evidence) -> bool:
    """True if a piece goes into something: enough prose of their own, or an act that others judged or came to hear."""
    if piece.details.get("reupload") or piece.kind is EvidenceKind.AVAILABILITY:
        return False
    return piece.kind in _WITNESSED or len(said_once(without_lists(piece.text)).split()) >= DEEP_WORDS


def _of(person: Candidate, fresh: Collection[str], as_of: date) -> Iterator[News]:
    new = [piece for piece in person.evidence if piece.id in fresh]
    stated = newest(new, as_of, HALF_LIFE_DAYS)
    if stated is not None:
        yield News(person.id, stated.label, stated.sentence, stated.url, stated.date, stated.evidence_id)
    for piece in new:
        if is_deep(piece) and (stated is None or piece.id != stated.evidence_id):
            yield News(person.id, "deep work", piece.title or piece.text[:80], piece.url, piece.date, piece.id)
