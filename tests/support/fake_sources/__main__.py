"""One collecting run over made-up sources, as a process of its own that can be killed at a chosen point.

    python -m tests.support.fake_sources HOME WATCH [POINT]      WATCH: {"paged": {...}}, as in sources.toml

POINT 4n + k kills this very process (SIGKILL) at page n: k = 0 before it is asked, 1 when it has come, 2 inside of the
transaction that keeps it, 3 right after that transaction. Prints the report as one JSON object.
"""

from __future__ import annotations

import json
import os
import signal
from collections import Counter
from pathlib import Path
from typing import Any

from scrapers import sources
from scrapers.collect.run import CollectingRun, Plan, Report, collect
from scrapers.fetch.client import Fetcher
from scrapers.fetch.door import Fetching
from scrapers.fetch.retries import Clock
from scrapers.records import Refused
from scrapers.rights.suppression import SuppressionList
from scrapers.settings.home import Home
from scrapers.sources.watched import SourceSettings, watch_of
from scrapers.store import Store
from tests.support.arguments import arguments
from tests.support.constants import NOON

HERE = Path(__file__).parent
AT_ONCE = Clock(sleep=lambda _: None, jitter=lambda: 1.0)  # what is waited for is another test's


def register() -> None:
    """Make the files beside this one sources, as a file in the sources folder is."""
    if str(HERE) not in sources.__path__:
        sources.__path__.append(str(HERE))
        sources.find_sources.cache_clear()


def unregister() -> None:
    """Undo `register`."""
    sources.__path__.remove(str(HERE))
    sources.find_sources.cache_clear()


def plan_for(door: Fetching, watch: dict[str, Any], **limits: float) -> Plan:
    """A live plan for these sources, behind no gate."""
    settings = {name: SourceSettings(watch=table, **limits) for name, table in watch.items()}
    start = {
        name: tuple(sources.source_named(name).plan(watch_of(name, table), NOON.date()))
        for name, table in settings.items()
    }
    return Plan("live", door, start, (), settings, dict.fromkeys(watch, "same"))


def collect_from(
    home: Home, place: str, watch: dict[str, Any], door: Fetching | None = None, **limits: float
) -> Report:
    """One live run against a server on this machine."""
    with Store.open(home) as store, Fetcher(allow=frozenset({place}), clock=AT_ONCE) as web:
        return collect(
            CollectingRun(plan_for(door or web, watch, **limits), home, store, SuppressionList.open(home, store))
        )


def kill_at(point: int) -> None:
    """Arrange for this process to die at that point."""
    page, step = divmod(point, 4)
    reached: Counter[int] = Counter()

    def die(here: int) -> None:
        reached[here] += 1
        if here == step and reached[here] == page + 1:
            os.kill(os.getpid(), signal.SIGKILL)

    def fetch(self: Fetcher, *given: Any, **named: Any) -> Any:
        die(0)
        answer = whole_fetch(self, *given, **named)
        die(1)
        return answer

    def keep(self: Store, *given: Any) -> None:
        whole_keep(self, *given)
        die(2)

    def settle(self: Store, *given: Any, **named: Any) -> None:
        whole_settle(self, *given, **named)
        die(3)

    whole_fetch, whole_keep, whole_settle = Fetcher.fetch, Store._keep_records, Store.settle
    Fetcher.fetch, Store._keep_records, Store.settle = fetch, keep, settle  # type: ignore[method-assign]


def said(refused: list[Refused]) -> list[list[str]]:
    return [[one.code.value, one.url, one.detail] for one in refused]


def main(home: str, watched: str, point: str = "") -> None:
    watch = json.loads(watched)
    register()
    if point:
        kill_at(int(point))
    report = collect_from(Home(Path(home)), next(iter(watch.values()))["place"], watch)
    print(json.dumps({s.source: {"outcome": s.outcome, "failures": said(s.failures)} for s in report.yields}))


if __name__ == "__main__":
    main(*arguments(__doc__, "home", "watch", "point?"))
