"""Matches made of scores: terms, quotes, flags, and what would raise the score."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from math import fsum

from ranking.features.availability import Availability
from ranking.index.bm25 import tokens
from ranking.scoring import guaranteed_places
from ranking.scoring.gaps import met_by, would_raise
from ranking.scoring.quotes import best_words, sentences_of
from ranking.scoring.score import PoolTerm, RerankedPassage, Scores
from ranking.scoring.signals import question_of
from ranking.shortlist import shortlist
from ranking.shortlist.shortlist import Match, Quote, Shortlist, Term
from scrapers.records import Candidate

# How many pieces back a term, and how many reasons stand in a row of the list.
QUOTES, REASONS = 2, 3


def rank(
    scores: Scores, candidates: Mapping[str, Candidate], *, top: int = 25, only: Collection[str] = ()
) -> Shortlist:
    """The best `top` people, or the named ones at the places they hold, with the terms of their scores and quotes.

    The last places of the best may be kept for people of a small footprint (see `ranking.scoring.guaranteed_places`).
    """
    people, order = scores.corpus.people, scores.order()
    listed, small = guaranteed_places.with_slots(scores, scores.eligible(order), top)
    shown = [row for row in order if people[row] in only] if only else listed
    place = scores.places(order).tolist()
    scores.weigh(shown)
    matches = tuple(_flagged(match(scores, candidates, row, place[row]), row in small and not only) for row in shown)
    spread = {f"{each} {part}": scale for each, found in scores.found.items() for part, scale in found.scale.items()}
    considered, weights = scores.corpus.size, scores.weights.digest
    return Shortlist(scores.role, matches, scores.as_of, considered, scores.model, weights=weights, spread=spread)


def match(scores: Scores, candidates: Mapping[str, Candidate], person: int, place: int) -> Match:
    """Return one person's match at a known place; `person` is their number in the corpus."""
    shown = _backed(scores, person)
    best = {each: [row for row, _ in rows[:QUOTES]] for each, rows in shown.items()}
    met = met_by(scores, person, best)
    terms = _terms(scores, person, shown)
    musts = {term.requirements: term.detail for term in scores.terms if term.name.startswith("must")}
    nevers = [term for term in scores.terms if term.name.startswith("never") and term.points[person] < 0]
    candidate = candidates[scores.corpus.people[person]]
    signals = tuple(scores.signal(person, term.signal) for term in scores.terms if term.signal)
    return Match(
        rank=place,
        candidate=candidate,
        score=fsum(term.points for term in terms),
        terms=terms,
        must_met=tuple(text for ids, text in musts.items() if any(met[each] for each in ids)),
        must_unknown=tuple(text for ids, text in musts.items() if not any(met[each] for each in ids)),
        never_hit=tuple(term.detail for term in nevers if any(met[each] for each in term.requirements)),
        reasons=_reasons(scores, person, shown),
        stronger_than=scores.below("total", scores.total, person),
        flags=_flags(scores, candidate, person),
        signals=signals,
        availability=scores.said[person],
        questions=tuple(filter(None, (question_of(signal.name) for signal in signals if signal.value is None))),
        upper=float(guaranteed_places.upper_end(scores, slice(person, person + 1))[0]),
        would_raise=tuple(would_raise(scores, person, met, signals)),
    )


def _flagged(found: Match, small: bool) -> Match:
    return replace(found, flags=tuple(sorted({*found.flags, shortlist.SMALL_FOOTPRINT}))) if small else found


def _flags(scores: Scores, candidate: Candidate, person: int) -> tuple[str, ...]:
    """Return what a recruiter should look at twice; none of it is taken from the score in silence."""
    start, stop = scores.corpus.segments.starts[person : person + 2]
    found = {
        flag
        for piece in candidate.evidence
        for flag in ("hidden_text", "agency", "do_not_contact")
        if piece.details.get(flag)
    }
    not_counted = {
        "repeats_the_role": scores.copies,
        "repeats_itself": scores.corpus.repetitive,
        "lists_words": scores.corpus.listing,
    }
    found |= {flag for flag, rows in not_counted.items() if not rows.isdisjoint(range(start, stop))}
    newest = max((piece.date for piece in candidate.evidence if piece.date), default=None)
    if scores.role.since and newest and newest < scores.role.since:
        found.add("nothing_since")
    return tuple(sorted(found))


def _backed(scores: Scores, person: int) -> dict[str, list[tuple[int, float]]]:
    """The person's rows for each requirement, best first, with their shares."""
    return {each: scores.support(person, each) for each in scores.found}


def _terms(scores: Scores, person: int, shown: Mapping[str, list[tuple[int, float]]]) -> tuple[Term, ...]:
    """Every term with its points; quotes stand with the strongest term of their requirement."""
    strongest: dict[tuple[str, ...], PoolTerm] = {}
    for term in scores.terms:
        held = strongest.get(term.requirements)
        if held is None or abs(term.points[person]) > abs(held.points[person]):
            strongest[term.requirements] = term
    return tuple(
        Term(
            term.name,
            float(term.points[person]),
            _detail(scores, term, person),
            _statement(scores.said[person])
            if term.name == "availability"
            else _read(scores, term.read.get(person))
            if term.read is not None
            else _quotes(scores, term, shown)
            if strongest[term.requirements] is term and term.points[person]
            else (),
        )
        for term in scores.terms
    )


def _detail(scores: Scores, term: PoolTerm, person: int) -> str:
    if term.name == "availability":
        return _openness(scores, person)
    if term.read is None:
        return _standing(scores, term, person)
    if person not in term.read:
        return "not read again, as those at the head of the list are"
    below = sum(bool(term.points[each] < term.points[person] - 1e-9) for each in term.read)
    return f"clearer than {below} of the {len(term.read)} who were read again"


def _openness(scores: Scores, person: int) -> str:
    said = scores.said[person]
    return f"said to be {said.label}, {said.date or 'undated'}" if said else "nothing said"


def _statement(said: Availability | None) -> tuple[Quote, ...]:
    """The statement where it stands in evidence; a mark on a profile has no words to quote."""
    if said is None or not said.evidence_id:
        return ()
    return (Quote(said.sentence, said.url, said.date, said.evidence_id, said.title),)


def _standing(scores: Scores, term: PoolTerm, person: int) -> str:
    if not term.points[person] and term.name.startswith("never"):
        return "nothing that stands out"
    below = scores.below(("points", term.name, term.requirements), term.points, person)
    return f"stronger than {below} of {scores.corpus.size}"


def _quotes(scores: Scores, term: PoolTerm, shown: Mapping[str, list[tuple[int, float]]]) -> tuple[Quote, ...]:
    ranked = sorted(((share, row, each) for each in term.requirements for row, share in shown[each]), reverse=True)
    return tuple(_quote(scores, row, each) for _, row, each in ranked[:QUOTES])


def _reasons(scores: Scores, person: int, shown: Mapping[str, list[tuple[int, float]]]) -> tuple[Quote, ...]:
    """The pieces that bring most of what is wanted, each with its share, quoted for the requirement it serves best."""
    wanted = [each for term in scores.terms if term.name.startswith(("must", "nice")) for each in term.requirements]
    serves = {each: dict(shown[each]) for each in dict.fromkeys(wanted)}
    return tuple(
        _quote(scores, row, max(serves, key=lambda each: (serves[each].get(row, 0.0), each)), share)
        for row, share in scores.brought(person)[:REASONS]
    )


def _read(scores: Scores, reading: RerankedPassage | None) -> tuple[Quote, ...]:
    """Out of the passage that was read again, what best shows the requirement, as it stands in the evidence."""
    return (_quote(scores, reading.row, reading.requirement, passage=reading.passage),) if reading else ()


def _quote(scores: Scores, row: int, requirement: str, share: float | None = None, passage: str = "") -> Quote:
    """The words of a row that best show a requirement; with a passage, those all of whose words stand in it."""
    piece, known = scores.corpus.evidence[row], scores.corpus.known
    in_pool = ("sentences", int(scores.corpus.in_pool[1][row]))
    if in_pool not in known:
        known[in_pool] = sentences_of(piece.title, piece.text), piece.id
    sentences, key = known[in_pool]
    if passage:
        read = frozenset(tokens(passage))
        sentences = tuple(each for each in sentences if each[1] and read.issuperset(each[1])) or sentences
    words = ("quote", row, requirement, passage)
    if words not in scores.kept:
        scores.kept[words] = best_words(piece.title, sentences, scores.worth(requirement, widened=True))
    return Quote(scores.kept[words], piece.url, piece.date, key, piece.title, share)
