"""Recency of public work: 1 today, 0 after three years."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ranking.features._contract import Context, Signal
from ranking.role import Role
from scrapers.records import Candidate

# Beyond this, longer ago makes no difference: the measured benefit ends there.
FORGOTTEN_AFTER_DAYS = 3 * 365.25


def key(_role: Role) -> tuple[()]:
    """Return nothing: the value is the same for every role."""
    return ()


def measure(_role: Role, candidate: Candidate, context: Context) -> Signal:
    """1 for evidence of the day itself, falling to 0; None where nothing is dated. A later date counts as the day."""
    dated = [piece for piece in candidate.evidence if piece.date is not None]
    if not dated:
        return Signal("recency", None, "nothing is dated")
    last = max(dated, key=lambda piece: (piece.date, piece.id))
    assert last.date is not None
    value = float(freshness(np.array([last.date.toordinal()]), context.as_of.toordinal())[0])
    return Signal("recency", value, f"last seen on {last.date.isoformat()}", (last,))


def freshness(days: NDArray[np.int64], today: int) -> NDArray[np.float64]:
    """Return the recency of many people by the ordinal of their last day; NaN where that is 0, for unknown."""
    age = np.maximum(today - days, 0)
    return np.where(days > 0, np.maximum(0.0, 1 - age / FORGOTTEN_AFTER_DAYS), np.nan)
