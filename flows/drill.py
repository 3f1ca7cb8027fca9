"""Scheduled drill: the store is copied and restored, and ranked without the model, before either is ever needed.

`python -m flows.drill [ROLE]` runs it here and now. Its artifact holds counts only.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from prefect import flow, task
from prefect.artifacts import create_markdown_artifact
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from flows.markdown import table
from flows.running import RESUMING, run_name, unquoted
from ranking import drill as drills
from ranking.pool import TalentPool
from ranking.role import read_role
from scrapers.locks import locked
from scrapers.settings import find_home, packaged
from scrapers.steps import noted
from scrapers.store import Store


@flow(name="drill", flow_run_name=run_name)
def drill(role: Path | None = None, wait: float = 60.0) -> State[Any]:
    """Rank one role as usual, out of a restored copy, and by words alone: Failed where a fallback does not hold."""
    home, now = find_home().create(), datetime.now(UTC)
    asked = read_role(role or sorted(packaged("roles").glob("*.md"))[0], as_of=now.date())
    with locked(home, "refresh", wait), Store.open(home) as store, noted(store, "drill") as counts:
        pool = TalentPool.open(home)
        usual = drills.places(pool, asked, now.date())

        @task(name="restore-copy", task_run_name="rank out of a restored copy", **RESUMING)
        @unquoted()
        def restore() -> drills.Places | None:
            return drills.places_restored(home, store, asked, now.date(), pool.weights)

        @task(name="rank-by-words", task_run_name="rank by words alone", **RESUMING)
        @unquoted()
        def rank_by_words() -> drills.Places:
            return drills.places_by_words(pool, asked, now.date())

        done = drills.Drilled(usual, restore(), rank_by_words())
        counts.update(done.counts)
    create_markdown_artifact(
        key="drill",
        markdown=f"## Drill\n\n{table(('what', 'result'), done.counts.items())}\n",
        description="Whether the fallbacks hold",
    )
    message = ", ".join(f"{what}: {result}" for what, result in done.counts.items())
    return Completed(message=message) if done.holds else Failed(message=message)


if __name__ == "__main__":
    state = drill(Path(sys.argv[1]) if sys.argv[1:] else None, return_state=True)
    sys.exit(4 if state.is_failed() else 0)
