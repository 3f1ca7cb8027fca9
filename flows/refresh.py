"""Scheduled refresh: join accounts anew, embed what is new. `python -m flows.refresh` runs it here and now."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

from prefect import flow, task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE

from flows.markdown import table
from ranking.erasure import reapply
from ranking.pool import embed_evidence
from scrapers.audit import record
from scrapers.candidates import join_accounts
from scrapers.locks import locked
from scrapers.settings import find_home
from scrapers.store import Store
from scrapers.suppression import SuppressionList


@flow(name="refresh")
def refresh(wait: float = 60.0) -> dict[str, int]:
    """Join and embed under one lock; returns and shows the counts."""
    home = find_home().create()
    with locked(home, "refresh", wait), Store.open(home) as store:
        reapply(home, store, SuppressionList.open(home, store))

        @task(name="join-accounts", cache_policy=NO_CACHE, persist_result=False)
        def join() -> dict[str, int]:
            return join_accounts(store, home.key, datetime.now(UTC))

        @task(name="embed-evidence", cache_policy=NO_CACHE, persist_result=False)
        def embed() -> dict[str, int]:
            return embed_evidence(store)

        counts = join() | embed()
        record(home, "refresh", datetime.now(UTC), counts=counts)
    create_markdown_artifact(
        key="refresh",
        markdown=f"## Refresh\n\n{table(('what', 'number'), counts.items())}\n",
        description="What is held",
    )
    return counts


if __name__ == "__main__":
    refresh()
    sys.exit(0)
