"""Gaps of a candidate: what the role asks for and nothing seen shows, a sentence each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ranking.features import Signal
from ranking.scoring.score import Scores, asked_for


def met_by(scores: Scores, person: int, shown: Mapping[str, Sequence[int]]) -> dict[str, bool]:
    """For each requirement id, whether one of these rows shows it and the person reaches its threshold."""
    return {
        each.id: any(scores.shows(row, each.id) for row in shown[each.id]) and reaches(scores, person, each.id)
        for each in asked_for(scores.role)
    }


def reaches(scores: Scores, person: int, requirement: str) -> bool:
    """True if the person stands at or above the requirement's threshold; everybody does where there is none."""
    threshold = next(each.threshold for each in asked_for(scores.role) if each.id == requirement)
    return threshold is None or scores.standing(person, requirement) >= threshold


def would_raise(scores: Scores, person: int, met: Mapping[str, bool], signals: Sequence[Signal]) -> Iterator[str]:
    """A sentence for each must or graded skill that falls short, what is unwanted, and each signal that is unknown.

    `met` says which requirements are met (see `met_by`).
    """
    asked = {each.id: each for each in asked_for(scores.role)}
    musts = dict.fromkeys(term.requirements for term in scores.terms if term.name.startswith("must"))
    for ids in musts:
        if not any(met[each] or not reaches(scores, person, each) for each in ids):
            yield f"nothing seen clearly shows: {' or '.join(asked[each].text for each in ids)}"
    for each in asked.values():
        if each.threshold is not None and not reaches(scores, person, each.id):
            above = scores.standing(person, each.id)
            yield f"{each.axis or each.text}: ahead of {above:.0%} of the people, asked is {each.threshold:.0%}"
    for term in scores.terms:
        if term.name.startswith("never") and term.points[person] < 0:
            unless = asked[term.requirements[0]].unless
            lifted = f"; evidence that {unless} would lift it" if unless else ""
            yield f"{-term.points[person]:.2f} points are taken away for: {term.detail}{lifted}"
    for signal in signals:
        if signal.value is None:
            yield f"{signal.name.replace('_', ' ')} is unknown: {signal.detail}"
