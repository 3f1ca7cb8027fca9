"""Funnel of a shortlist: where its people came from, and how many each step on the way took out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from scrapers.records import Candidate


@dataclass(frozen=True, slots=True)
class Funnel:
    """Numbers of people collected, by site (one person may be on several), and taken out before ranking, by reason."""

    collected: int
    sites: Mapping[str, int] = field(default_factory=dict)
    taken_out: Mapping[str, int] = field(default_factory=dict)

    @property
    def rankable(self) -> int:
        """Number of people left to be ranked."""
        return self.collected - sum(self.taken_out.values())


def sift(candidates: Sequence[Candidate], reasons: Mapping[str, Collection[str]]) -> tuple[list[Candidate], Funnel]:
    """Return the candidates whose id no reason holds, in order, and how many each reason takes out.

    Of several reasons the first one counts.
    """
    left, taken_out = list(candidates), dict.fromkeys(reasons, 0)
    for reason, ids in reasons.items():
        kept = [candidate for candidate in left if candidate.id not in ids]
        taken_out[reason], left = len(left) - len(kept), kept
    sites = Counter(site for candidate in candidates for site in {account.site for account in candidate.accounts})
    return left, Funnel(len(candidates), dict(sites.most_common()), taken_out)
