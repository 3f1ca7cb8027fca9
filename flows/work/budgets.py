"""Budgets of requests that all workers share: Prefect's global concurrency limits, by name.

`prefect gcl create headwater --limit 20 --slot-decay-per-second 10` bounds the requests of all workers to all sites,
`headwater-github` those of one source. They are budgets over time; the pause between requests to a site is the store's.
"""

from __future__ import annotations

from collections.abc import Callable

from prefect.client.orchestration import get_client
from prefect.client.schemas.responses import GlobalConcurrencyLimitResponse
from prefect.concurrency.sync import rate_limit

from scrapers.settings.strict import BadConfiguration

ALL = "headwater"
MANY = 200  # the server gives at most so many limits at a time


def permits() -> Callable[[str], None] | None:
    """Return what waits for one more request of a source, under the server's limits now; None where it has none.

    Raises BadConfiguration for a limit of ours that would never give a request back.
    """
    ours = {limit.name: limit for limit in _limits() if limit.name.split("-")[0] == ALL and limit.active}
    for name, limit in ours.items():
        if not limit.slot_decay_per_second:
            raise BadConfiguration(
                f"Prefect's global limit {name} has no slot decay, so that it never ends; "
                f"run `prefect gcl update {name} --slot-decay-per-second N`"
            )
    if not ours:
        return None

    def permit(source: str) -> None:
        rate_limit([name for name in (ALL, f"{ALL}-{source}") if name in ours])

    return permit


def _limits() -> list[GlobalConcurrencyLimitResponse]:
    with get_client(sync_client=True) as client:
        found: list[GlobalConcurrencyLimitResponse] = []
        while page := client.read_global_concurrency_limits(limit=MANY, offset=len(found)):
            found += page
        return found
