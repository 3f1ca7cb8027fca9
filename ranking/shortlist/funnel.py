"""Where the people of a shortlist came from, and how many each step on the way took out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from scrapers.records import Candidate


@dataclass(frozen=True, slots=True)
class Funnel:
    """Everybody collected, by site (one person may be on several), and who was taken out before ranking, by reason."""

    collected: int
    sites: Mapping[str, int] = field(default_factory=dict)
    taken_out: Mapping[str, int] = field(default_factory=dict)

    @property
    def rankable(self) -> int:
        """How many are left to be ranked."""
        return self.collected - sum(self.taken_out.values())


def sift(
    candidates: Iterable[Candidate], reasons: Mapping[str, Callable[[Candidate], bool]]
) -> tuple[list[Candidate], Funnel]:
    """Those whom no reason takes out, in order, and each reason's count: whom several would, the first one does."""
    kept: list[Candidate] = []
    sites: Counter[str] = Counter()
    taken = dict.fromkeys(reasons, 0)
    total = 0
    for candidate in candidates:
        total += 1
        sites.update({account.site for account in candidate.accounts})
        why = next((name for name, holds in reasons.items() if holds(candidate)), None)
        if why is None:
            kept.append(candidate)
        else:
            taken[why] += 1
    return kept, Funnel(total, dict(sites.most_common()), taken)
