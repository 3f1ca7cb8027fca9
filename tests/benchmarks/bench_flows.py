"""What Prefect adds: a whole night as flows, beside the same steps called plainly. CPU of this process, in turns.

    python -m tests.benchmarks.bench_flows [ROUNDS]

The night: the bundled sample collected out of its archive, joined, embedded, looked over and mapped, every role ranked
and exported. Prefect's server is a process of its own, as in production, and is not counted.
"""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from tests.benchmarks.timing import HEAD, Line, in_turns, one_thread
from tests.support.arguments import arguments

os.environ |= {"PREFECT_LOGGING_LEVEL": "ERROR", "DO_NOT_TRACK": "1", "PREFECT_SERVER_ANALYTICS_ENABLED": "false"}


def fresh(folder: Path) -> None:
    """An empty home, which the flows and the steps find by its name."""
    from scrapers.settings.home import packaged

    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    shutil.copy(packaged("sample") / "operator.toml", folder / "operator.toml")
    os.environ["HEADWATER_HOME"] = str(folder)


def flows_night(folder: Path) -> None:
    """Three flow runs."""
    from flows.collect import collect
    from flows.refresh import refresh
    from flows.shortlist import shortlist
    from scrapers.settings.home import packaged

    fresh(folder)
    collect(replay=packaged("sample"), return_state=True)
    refresh(return_state=True)
    shortlist(return_state=True)


def plain_night(folder: Path) -> None:
    """The same steps, one after the other."""
    from ranking.evaluation.doctor import judge
    from ranking.handover.exporting import export
    from ranking.notebook.map import draw
    from ranking.pool import TalentPool
    from ranking.role import read_role
    from ranking.upkeep import refreshing
    from scrapers.collect.run import CollectingRun, collect, planned
    from scrapers.rights.audit_log import config_hash, record
    from scrapers.rights.suppression import SuppressionList
    from scrapers.settings.home import find_home, packaged
    from scrapers.store import Store
    from scrapers.store.run_log import logged_step
    from scrapers.store.sql.locks import locked

    fresh(folder)
    home, now = find_home().create(), datetime.now(UTC)
    with (
        Store.open(home, durable=False) as store,
        planned(home, since=now.date(), today=now.date(), replay=packaged("sample")) as plan,
    ):
        report = collect(CollectingRun(plan, home, store, SuppressionList.open(home, store)))
    record(home, "collect", now, config=config_hash(), counts=report.counts)
    with locked(home, "refresh"), Store.open(home) as store:
        counts = refreshing.join(home, store, now) | refreshing.embed(store)
        record(home, "refresh", now, counts=counts)
    corpus = TalentPool.open(home).corpus
    judge(corpus)
    draw(corpus, folder / "map.png").read_bytes()
    roles = {file.stem: read_role(file) for file in sorted(packaged("roles").glob("*.md"))}
    pool = TalentPool.open(home)
    judge(pool.corpus, probe=False)
    for name, role in roles.items():
        with Store.open(home) as store, logged_step(store, "rank", name):
            found = pool.rank(role)
            for form in ("shortlist_csv", "page"):
                export(found, home, form, home / "exports" / name, at=now)


def lines(rounds: int = 3) -> Iterator[Line]:
    """The night, both ways."""
    from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings
    from prefect.testing.utilities import prefect_test_harness

    logging.disable(logging.WARNING)
    one_thread()
    with (
        tempfile.TemporaryDirectory() as folder,
        prefect_test_harness(server_startup_timeout=180),
        temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}),
    ):
        home = Path(folder) / "home"
        ours, theirs = in_turns(lambda: flows_night(home), lambda: plain_night(home), rounds)
    yield Line("a night as flows", "the same steps", ours, theirs, "<= 1.02")


if __name__ == "__main__":
    print(HEAD)
    for line in lines(*arguments(__doc__, "rounds?", kind=int)):
        print(line)
