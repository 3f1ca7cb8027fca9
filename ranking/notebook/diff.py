"""Two shortlists side by side: who came, went and moved, and the term that moved them most."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ranking.shortlist.shortlist import Match, Shortlist

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("candidate_id", "name", "place", "was", "up", "points", "because")


def rank_changes(now: Shortlist, before: Shortlist) -> pd.DataFrame:
    """Return a row for each person of either list, in the order of `now`, then who left.

    `up` counts places gained and `points` what the score gained; both are empty for who is on one list only.
    """
    import pandas as pd

    was = {match.candidate.id: match for match in before}
    stay = {match.candidate.id for match in now}
    rows = [_row(match, was.get(match.candidate.id)) for match in now]
    rows += [_row(None, match) for match in before if match.candidate.id not in stay]
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    return frame.astype(dict.fromkeys(("place", "was", "up"), "Int64"))


def _row(now: Match | None, was: Match | None) -> tuple[object, ...]:
    one = now or was
    assert one is not None, "a row is of somebody on one list at least"
    place, before = (match.rank if match else None for match in (now, was))
    if now is None or was is None:
        return one.candidate.id, one.candidate.name, place, before, None, None, ""
    gained = {name: points for name, points in _gained(now, was).items() if abs(points) >= 5e-5}
    most = max(gained, key=lambda name: abs(gained[name]), default="")
    because = f"{gained[most]:+.4f} {most}" if most else ""
    return one.candidate.id, one.candidate.name, place, before, was.rank - now.rank, now.score - was.score, because


def _gained(now: Match, was: Match) -> dict[str, float]:
    total: dict[str, float] = {}
    for sign, match in ((1, now), (-1, was)):
        for term in match.terms:
            total[term.name] = total.get(term.name, 0.0) + sign * term.points
    return total
