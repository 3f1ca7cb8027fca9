"""Scheduled refresh: join accounts anew, embed what is new, look whether the vectors can be trusted.

`python -m flows.refresh` runs it here and now.
"""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from prefect.artifacts import create_image_artifact, create_markdown_artifact

from flows.work import entry
from flows.work.markdown import paragraphs, table
from flows.work.runners import batches_run
from flows.work.running import ONCE_A_RUN, RESUMING, Progress, flow, task
from ranking.evaluation.doctor import judge
from ranking.index.models import embedder_of
from ranking.notebook.map import draw
from ranking.pool import NobodyToRank, TalentPool
from ranking.upkeep import refreshing
from ranking.upkeep.expiry import announcement
from scrapers.rights.audit_log import record
from scrapers.settings.home import Home, find_home
from scrapers.store import Store
from scrapers.store.sql.locks import locked


@flow(name="refresh")
def refresh(wait: float = 60.0) -> dict[str, int]:
    """Join and embed under one lock; returns and shows the counts, and what the doctor finds.

    A model that operator.toml names and nobody has is told before any work is done.
    """
    home = find_home().create()
    embedder = embedder_of(home)
    with batches_run("embed") as each_batch, locked(home, "refresh", wait), Store.open(home) as store:

        @task(name="join-accounts", run_name="join accounts", **ONCE_A_RUN)
        def join() -> dict[str, int]:
            return refreshing.join(home, store, datetime.now(UTC))

        @task(name="embed-evidence", run_name="embed new evidence", **RESUMING)
        def embed() -> dict[str, int]:
            return refreshing.embed(store, Progress("embedding", "New passages embedded"), each_batch, embedder)

        counts = join() | embed()
        record(home, "refresh", datetime.now(UTC), counts=counts)
    leaving = paragraphs(announcement(home, datetime.now(UTC).date()))
    create_markdown_artifact(
        key="refresh",
        markdown=f"## Refresh\n\n{table(('what', 'number'), counts.items())}\n{leaving}",
        description="What is held",
    )
    look(home)
    return counts


@task(name="doctor", run_name="check vectors, draw the map", **RESUMING)
def look(home: Home) -> None:
    """Show what is wrong with the vectors, and everybody in two dimensions: dots and words, no name and no id."""
    try:
        corpus = TalentPool.open(home).corpus
    except NobodyToRank as nobody:
        create_markdown_artifact(key="doctor", markdown=f"{nobody}\n", description="Whether the vectors can be trusted")
        return
    rows = [(finding.code.value, finding.effect, finding.sentence, finding.remedy) for finding in judge(corpus).found]
    told = table(("what", "effect", "in words", "what to do"), rows) if rows else "Nothing is wrong."
    create_markdown_artifact(
        key="doctor", markdown=f"## Vectors\n\n{told}\n", description="Whether the vectors can be trusted"
    )
    with TemporaryDirectory() as folder:
        picture = b64encode(draw(corpus, Path(folder) / "map.png").read_bytes()).decode()
    create_image_artifact(f"data:image/png;base64,{picture}", key="map", description="Everybody by what they made")


def check(home: Home) -> None:
    """Raise what a run would be refused for: a model that is not there, a cluster that does not answer."""
    embedder_of(home)
    with batches_run("embed"):
        pass


if __name__ == "__main__":
    entry.run(refresh, entry.arguments("flows.refresh", __doc__), check)
