"""Scheduled forgetting: whose time has run out, accounts that are gone, old pages, and who came back out of a backup.

`python -m flows.forget` runs it here and now. Its artifact holds counts only.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from prefect.artifacts import create_markdown_artifact
from prefect.client.schemas.objects import State
from prefect.states import Completed

from flows.work import entry
from flows.work.markdown import paragraphs, table
from flows.work.running import RESUMING, flow, task
from ranking.upkeep.expiry import announced, last_deletion
from ranking.upkeep.sweep import sweep
from scrapers.rights.audit_log import record
from scrapers.rights.suppression import SuppressionList
from scrapers.settings.home import find_home
from scrapers.sources.watched import operator_of
from scrapers.store import Store
from scrapers.store.sql.locks import locked

LEFT_ALONE = "files of another home, left alone"


@flow(name="forget")
def forget(wait: float = 60.0) -> State[Any]:
    """Sweep under the lock of refresh; returns and shows the counts. Fails, and deletes nothing, by an odd clock.

    Completed as "Degraded" where files that another home wrote were left alone.
    """
    counts = sweep_home(wait)
    home, today = find_home(), datetime.now(UTC).date()
    with Store.open(home) as store:
        deleted = last_deletion(home, store) if counts["expired"] else None
        told = paragraphs([*([f"{deleted}.".capitalize()] if deleted else []), *announced(home, store, today)])
    create_markdown_artifact(
        key="forget",
        markdown=f"## Forgotten\n\n{table(('what', 'number'), counts.items())}\n{told}",
        description="What was cleared away",
    )
    return Completed(name="Degraded" if LEFT_ALONE in counts else "Completed", data=counts)


@task(name="sweep", run_name="sweep what is past its day", **RESUMING)
def sweep_home(wait: float) -> dict[str, int]:
    """Clear away what may be held no longer; the counts, and how many notices are due within a week."""
    home, now = find_home().create(), datetime.now(UTC)
    with locked(home, "refresh", wait), Store.open(home) as store:
        swept = sweep(home, store, SuppressionList.open(home, store), at=now)
        record(home, "sweep", now, counts=swept.counts)
    counts = swept.counts | {"notices due within a week": len(swept.notices_due)}
    return counts | ({LEFT_ALONE: len(swept.left_alone)} if swept.left_alone else {})


if __name__ == "__main__":
    entry.run(forget, entry.arguments("flows.forget", __doc__), operator_of)
