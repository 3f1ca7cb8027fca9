"""One worker of several, as a process of its own.

    python -m tests.support.worker collect HOME WATCH      made-up sources of a server on this machine, as a plain run
    python -m tests.support.worker collect-flow HOME WATCH the same as a flow, under Prefect's budgets
    python -m tests.support.worker night HOME              the flows refresh and shortlist, one after the other
    python -m tests.support.worker rewrite HOME            twenty people told anew, erased, joined, until it is killed

WATCH is {"paged": {...}, ...}, as in sources.toml. The clock is real, the turns are those of the store, locks are
waited for. Prints the exit code that the command would end with; failures go to stderr.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

from scrapers.collect.run import CollectingRun, Plan
from scrapers.collect.run import collect as collect_all
from scrapers.fetch.client import Fetcher, Limits
from scrapers.records import Account, Evidence, EvidenceKind, Page, Request
from scrapers.rights.suppression import SuppressionList
from scrapers.settings.home import Home
from scrapers.store import Store
from tests.support.arguments import arguments
from tests.support.constants import NOON
from tests.support.fake_sources.__main__ import plan_for, register

QUICK = Limits(attempt=5.0)  # a lease that a killed worker leaves behind ends soon
PATIENCE = 120.0  # seconds for the other worker's locks


@contextmanager
def made_up_plan(watch: dict[str, Any], **told: Any) -> Iterator[Plan]:
    """What `planned` makes, for these sources and behind no gate."""
    place = next(iter(watch.values()))["place"]
    with Fetcher(allow=frozenset({place}), limits=QUICK, **told) as web:
        yield plan_for(web, watch)


def collect(home: Home, watched: str) -> int:
    """A run over these sources."""
    with Store.open(home) as store, made_up_plan(json.loads(watched), turns=store) as plan:
        report = collect_all(CollectingRun(plan, home, store, SuppressionList.open(home, store), PATIENCE))
    for failure in (failure for seen in report.yields for failure in seen.failures):
        print(failure, file=sys.stderr)
    return report.exit_code


def collect_flow(home: Home, watched: str) -> int:
    """The same, by the flow."""
    from flows import collect as collecting

    def planned(*_: object, turns: Store, permit: Any, **__: object) -> Any:
        return made_up_plan(json.loads(watched), turns=turns, permit=permit)

    vars(collecting)["planned"] = planned
    state = collecting.collect(wait=PATIENCE, return_state=True)
    return 4 if state.is_failed() else 3 if state.name == "Degraded" else 0


def night(home: Home) -> int:
    """Refresh, then a shortlist, with a stand-in for the model."""
    from flows.refresh import refresh
    from flows.shortlist import shortlist
    from ranking.corpus import corpus
    from tests.support.hash_embedder import HashingEmbedder

    vars(corpus)["minilm_for"] = lambda *_: HashingEmbedder()
    refresh(wait=PATIENCE)
    role = Path(__file__).parents[2] / "data" / "roles" / "ai-engineer.md"
    return 0 if shortlist(roles=[role], top=5, return_state=True).is_completed() else 4


def rewrite(home: Home) -> int:
    """Every telling is one transaction in which all people have the same number; the last of them comes and goes."""
    url = "https://makers.example/people"
    people = [Account("makers.example", f"maker-{n}", name=f"Maker {n}") for n in range(20)]
    members = {str(account.key): f"c{n}" for n, account in enumerate(people)}
    with Store.open(home) as store:
        for telling in count(1):
            said = f"Telling {telling % 50}"
            acts = [Evidence(EvidenceKind.POST, each.key, said, said, f"{url}/{each.handle}") for each in people]
            page = Page("makers", url, b"", datetime.now(UTC))
            store.settle("live", Request("makers", url), page=page, records=[*people, *acts])
            store.set_derived([], members, NOON)
            print(telling, flush=True)
            last = next(reversed(members))
            store.erase([last], candidates=[members[last]], rewritten={}, pages=(), vectors=(), listed=lambda _: False)
    raise AssertionError("a count ends nowhere")


if __name__ == "__main__":
    how, folder, *more = arguments(__doc__, "work", "home", "watch?")
    os.environ["HEADWATER_HOME"] = folder
    register()
    works = {"collect": collect, "collect-flow": collect_flow, "night": night, "rewrite": rewrite}
    print(works[how](Home(Path(folder)).create(), *more))
