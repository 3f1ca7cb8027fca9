"""Flows and tasks: names of their runs, retries, progress."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from inspect import signature
from pathlib import Path
from time import monotonic
from typing import Any
from uuid import UUID

import prefect
from prefect import runtime
from prefect.artifacts import create_progress_artifact, update_progress_artifact
from prefect.cache_policies import INPUTS, NO_CACHE, RUN_ID, TASK_SOURCE

from flows.work.guard import unquoted
from scrapers import __version__
from scrapers.faults import Locked
from scrapers.store import StoreOutOfReach


def flow(name: str) -> Callable[[Callable[..., Any]], Any]:
    """A Prefect flow whose runs have a name that says what they are about, and whose errors quote nobody."""

    def made(body: Callable[..., Any]) -> Any:
        guarded = unquoted(body)
        # Prefect would look for the names of types where the guard stands, and not where the flow does.
        vars(guarded)["__signature__"] = signature(body, eval_str=True)
        return prefect.flow(name=name, version=__version__, flow_run_name=run_name)(guarded)

    return made


def task(name: str, run_name: str, **options: Any) -> Callable[[Callable[..., Any]], Any]:
    """A Prefect task whose runs have that name, and whose errors quote nobody."""
    return lambda body: prefect.task(name=name, task_run_name=run_name, **options)(unquoted(body))


LONG = 3.0  # seconds after which a step shows its progress, and between two times that it does


def run_name() -> str:
    """Return a run's name: the flow, the sources or roles it is about, and the minute (UTC) it was meant for."""
    run = runtime.flow_run
    about = [Path(str(each)).stem for name in ("sources", "roles") for each in run.parameters.get(name) or ()]
    when = (run.scheduled_start_time or datetime.now(UTC)).astimezone(UTC)
    return " ".join([str(run.flow_name), *([", ".join(about)] if about else []), f"{when:%Y-%m-%d %H:%M}"])


def passes(task: object, task_run: object, state: Any) -> bool:  # noqa: ARG001 - what Prefect calls it with
    """True if what ended a task may be over by itself: a lock that another run holds, a database out of reach.

    What a site answered is tried again per request, by the fetch door; wrong input stays wrong.
    """
    try:
        state.result()
    except (Locked, StoreOutOfReach):
        return True
    except Exception:
        return False
    return False


PATIENT = {"retries": 3, "retry_delay_seconds": [5, 30, 180], "retry_jitter_factor": 0.5, "retry_condition_fn": passes}
# A run that goes on after a crash does not repeat such a step: what it returned, counts and no more, is kept.
ONCE_A_RUN = PATIENT | {
    "cache_policy": RUN_ID + TASK_SOURCE + INPUTS,
    "persist_result": True,
    "result_serializer": "json",
}
# A step that goes on by itself, from what the store holds, whenever it is called.
RESUMING = PATIENT | {"cache_policy": NO_CACHE, "persist_result": False}


class Progress:
    """Progress of a long step, as an artifact; a short one leaves none."""

    def __init__(self, key: str, description: str) -> None:
        self._key, self._description = key, description
        self._shown: UUID | None = None
        self._next = monotonic() + LONG

    def __call__(self, done: int, total: int) -> None:
        """Show it, unless it was shown a moment ago."""
        if monotonic() < self._next and not (self._shown and done == total):
            return
        percent = 100 * min(done / max(total, 1), 1.0)
        if self._shown is None:
            self._shown = create_progress_artifact(percent, key=self._key, description=self._description)
        else:
            update_progress_artifact(self._shown, percent)
        self._next = monotonic() + LONG
