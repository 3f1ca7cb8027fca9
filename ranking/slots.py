"""Small footprints: how far a score may rise once more is seen, and the places of a list kept for those few show.

What is not there is unknown, not bad. Somebody with one piece of evidence whose score could reach the list gets one of
a few guaranteed places at its end, where a recruiter looks: optimism in the face of uncertainty (Auer et al. 2002).
"""

from __future__ import annotations

import numpy as np

from ranking.fuse import Points
from ranking.score import Scores
from ranking.weights import Slots

FLAG = "small_footprint"
# A piece that answers a must better than this share of all pieces shows it as well as any single piece can.
AMONG_PIECES = 0.9


def upper_ends(scores: Scores) -> Points:
    """The upper end of everybody's score: what nine of ten do not exceed once all of their evidence is seen."""
    slots = scores.weights.slots
    ends: Points = scores.total + slots.reach / np.sqrt(scores.corpus.segments.counts + slots.beyond)
    return ends


def with_slots(scores: Scores, order: list[int], top: int) -> tuple[list[int], frozenset[int]]:
    """The first `top` of an order, at whose end people of a small footprint have their places; and who these are.

    They have at most `pieces` pieces, an upper end that reaches the last regular place, and a piece
    among the best tenth for a must.
    They take the places of the last others; who is on the list by score stays, and uses none of the guaranteed places.
    """
    slots = scores.weights.slots
    quota = round(slots.share * top)
    if not quota or len(order) <= top:
        return order[:top], frozenset()
    ends, bar = upper_ends(scores), scores.total[order[top - quota - 1]] if quota < top else -np.inf
    hopeful = [row for row in order[top:] if is_small(scores, row, slots) and ends[row] >= bar]
    chosen: list[int] = []
    for row in sorted(hopeful, key=lambda row: -round(float(ends[row]), 6)):
        if len(chosen) < quota and shows_a_must(scores, row):
            chosen.append(row)
    giving_way = [row for row in order[:top] if not is_small(scores, row, slots)][::-1][: len(chosen)]
    placed = frozenset(chosen[: len(giving_way)])
    return [row for row in order if row in placed or (row in order[:top] and row not in giving_way)], placed


def is_small(scores: Scores, person: int, slots: Slots) -> bool:
    """Whether little is seen of a person: something, and at most `pieces` pieces."""
    return bool(0 < scores.corpus.segments.counts[person] <= slots.pieces)


def shows_a_must(scores: Scores, person: int) -> bool:
    """Whether one of the person's pieces is among the best of all pieces for a must."""
    start, stop = scores.corpus.segments.starts[person : person + 2]
    musts = {each for term in scores.terms if term.name.startswith("must") for each in term.requirements}
    rows = [row for row in range(int(start), int(stop)) if row not in scores.left_out]
    found = [scores.found[each].rows for each in musts]
    return any((each < each[row]).mean() >= AMONG_PIECES for each in found for row in rows)


def sentence(pieces: int, upper: float) -> str:
    """Why somebody of a small footprint stands on a list."""
    seen = f"{pieces} piece{'s' if pieces != 1 else ''} of evidence"
    return f"on the list with only {seen} seen: with more, the score may reach {upper:+.2f}"
