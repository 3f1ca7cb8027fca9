"""Estimate of a planned run: its requests, and the least time that the pauses between them take. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from scrapers.collect.plan import Plan
from scrapers.sources import Source, source_named
from scrapers.sources.watched import SourceSettings


@dataclass(frozen=True, slots=True)
class Estimate:
    """Estimate for one source: its first URLs, its budget, and the least seconds that the first and all pages take.

    Each site is asked one page at a time, `pause` seconds apart; response times and longer pauses asked for by
    robots.txt come on top. `without` names a token that is not set.
    """

    source: str
    begins: tuple[str, ...]
    sites: int
    most_pages: int
    pause: float
    least_to_begin: float
    least_in_all: float
    without: str | None


def estimate(plan: Plan, environment: Mapping[str, str]) -> list[Estimate]:
    """Return the estimate for each source of the plan, in order of name."""
    return [
        _of(source_named(name), [request.url for request in plan.start[name]], plan.settings.get(name), environment)
        for name in sorted(plan.start)
    ]


def _of(source: Source, begins: list[str], settings: SourceSettings | None, environment: Mapping[str, str]) -> Estimate:
    budget = (settings or SourceSettings()).budget
    sites = Counter(urlsplit(url).netloc for url in begins if not url.startswith("file:"))
    busiest = max(sites.values(), default=0)
    pause = source.seconds_between_requests
    without = source.token if source.token and not environment.get(source.token) else None
    whole = min(budget.pages * pause / max(len(sites), 1), budget.seconds) if sites else 0.0
    return Estimate(
        source.name, tuple(begins), len(sites), budget.pages, pause, max(busiest - 1, 0) * pause, whole, without
    )
