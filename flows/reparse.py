"""Reading the archive again after a parser was mended: `python -m flows.reparse`, here and now.

With HEADWATER_DASK the pages are read on that cluster, whose workers open the same home and store.
"""

from __future__ import annotations

from datetime import UTC, datetime

from prefect.artifacts import create_markdown_artifact

from flows.work import entry
from flows.work.markdown import table
from flows.work.runners import batches_run
from flows.work.running import flow
from scrapers.collect import reparse as archive
from scrapers.rights.audit_log import record
from scrapers.settings.home import Home, find_home
from scrapers.sources import source_named
from scrapers.store import Store


@flow(name="reparse")
def reparse(sources: list[str] | None = None, cluster: str | None = None, wait: float = 60.0) -> dict[str, int]:
    """Read every archived page of these sources (of all, by default) with today's parsers; returns the counts."""
    home = find_home().create()
    with batches_run("reparse", cluster) as each_batch, Store.open(home) as store:
        elsewhere = None if each_batch is map else each_batch
        found = archive.reparse(home, store, sources or (), wait_for_locks=wait, each_batch=elsewhere)
        counts = {
            "pages": found.pages.total(),
            "changed": found.changed.total(),
            "removed": found.removed,
            "failures": len(found.refused.failures),
        }
        record(home, "reparse", datetime.now(UTC), counts=counts)
    create_markdown_artifact(
        key="reparse",
        markdown=f"## Archive read again\n\n{table(('what', 'number'), counts.items())}\n",
        description="What the archive says now",
    )
    return counts


def check(home: Home, sources: list[str] | None) -> None:  # noqa: ARG001 - the home is the run's
    """Raise what such a run would be refused for: an unknown source, a cluster that does not answer."""
    for name in sources or ():
        source_named(name)
    with batches_run("reparse"):
        pass


if __name__ == "__main__":
    parser = entry.arguments("flows.reparse", __doc__)
    parser.add_argument("sources", nargs="*", metavar="SOURCE", help="whose pages to read again (default: all)")
    entry.run(reparse, parser, check)
