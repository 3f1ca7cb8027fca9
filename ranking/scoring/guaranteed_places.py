"""Small footprints: how far a score may rise once more is seen, and the places of a list kept for those few show.

What is not there is unknown, not bad. Somebody with one piece of evidence whose score could reach the list gets one of
a few guaranteed places at its end, where a recruiter looks: optimism in the face of uncertainty (Auer et al. 2002).
"""

from __future__ import annotations

import numpy as np

from ranking.scoring.fuse import Points
from ranking.scoring.score import Scores


def upper_ends(scores: Scores) -> Points:
    """The upper end of everybody's score: what nine of ten do not exceed once all of their evidence is seen."""
    return upper_end(scores, slice(None))


def upper_end(scores: Scores, people: slice) -> Points:
    """Return the upper ends of some of the people."""
    slots = scores.weights.slots
    ends: Points = scores.total[people] + slots.reach / np.sqrt(scores.corpus.segments.counts[people] + slots.beyond)
    return ends if scores.to_come is None else ends + scores.to_come[people]


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
    counts = scores.corpus.segments.counts
    may = (counts > 0) & (counts <= slots.pieces) & (ends >= bar)
    later = np.array(order[top:])
    hopeful = later[may[later]].tolist()
    chosen: list[int] = []
    for row in sorted(hopeful, key=lambda row: -round(float(ends[row]), 6)):
        if len(chosen) < quota and shows_a_must(scores, row):
            chosen.append(row)
    giving_way = [row for row in order[:top] if counts[row] > slots.pieces or not counts[row]][::-1][: len(chosen)]
    placed = frozenset(chosen[: len(giving_way)])
    listed = placed.union(order[:top]).difference(giving_way)
    return [row for row in order if row in listed], placed


def shows_a_must(scores: Scores, person: int) -> bool:
    """True if one of the person's pieces is in the best tenth of all pieces for a must."""
    start, stop = scores.corpus.segments.starts[person : person + 2]
    musts = {each for term in scores.terms if term.name.startswith("must") for each in term.requirements}
    rows = [row for row in range(int(start), int(stop)) if row not in scores.left_out]
    return any(scores.found[each].rows[row] > scores.found[each].best_tenth for each in musts for row in rows)
