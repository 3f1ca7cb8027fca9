"""Scheduled drill: the store is copied and restored, and ranked without the model, before either is ever needed.

`python -m flows.drill` runs it here and now. Its artifact holds counts only.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from prefect.artifacts import create_markdown_artifact
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from flows.work import entry
from flows.work.markdown import table
from flows.work.running import RESUMING, flow, task
from ranking.evaluation import drill as drills
from ranking.pool import TalentPool
from ranking.role import Role, read_role
from scrapers.settings.home import Home, find_home, packaged
from scrapers.store import Store
from scrapers.store.run_log import logged_step
from scrapers.store.sql.locks import locked


@flow(name="drill")
def drill(role: Path | None = None, wait: float = 60.0) -> State[Any]:
    """Rank one role as usual, out of a restored copy, and by words alone: Failed where a fallback does not hold."""
    home, now = find_home().create(), datetime.now(UTC)
    asked = _read(role, now.date())
    with locked(home, "refresh", wait), Store.open(home) as store, logged_step(store, "drill") as counts:
        pool = TalentPool.open(home)
        usual = drills.places(pool, asked, now.date())

        @task(name="restore-copy", run_name="rank out of a restored copy", **RESUMING)
        def restore() -> drills.Places | None:
            return drills.places_restored(home, store, asked, now.date(), pool.weights)

        @task(name="rank-by-words", run_name="rank by words alone", **RESUMING)
        def rank_by_words() -> drills.Places:
            return drills.places_by_words(pool, asked, now.date())

        done = drills.DrillResult(usual, restore(), rank_by_words())
        counts.update(done.counts)
    create_markdown_artifact(
        key="drill",
        markdown=f"## Drill\n\n{table(('what', 'result'), done.counts.items())}\n",
        description="Whether the fallbacks hold",
    )
    message = ", ".join(f"{what}: {result}" for what, result in done.counts.items())
    return Completed(message=message) if done.holds else Failed(message=message)


def _read(role: Path | None, day: date) -> Role:
    return read_role(role or min(packaged("roles").glob("*.md")), as_of=day)


def check(home: Home, role: Path | None) -> None:  # noqa: ARG001 - the home is the run's
    """Raise what such a run would be refused for: a role that cannot be read."""
    _read(role, datetime.now(UTC).date())


if __name__ == "__main__":
    parser = entry.arguments("flows.drill", __doc__)
    parser.add_argument("role", nargs="?", type=Path, metavar="ROLE", help="a role file (default: the first packaged)")
    entry.run(drill, parser, check)
