"""Where heavy work runs: in this process, or in batches on the Dask cluster that HEADWATER_DASK names. The only Dask.

    dask scheduler & dask worker tcp://127.0.0.1:8786 --nworkers 2 --nthreads 1 &
    HEADWATER_DASK=tcp://127.0.0.1:8786 python -m flows.refresh

Workers run the same version of this package. A batch is one Prefect task: texts to encode come with it, pages to read
again are taken from the store, which workers open as this process does. Dask sends pickled code and data, so the
cluster must be one's own: on an open network, with `tls://` and Dask's own settings for it.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager
from functools import partial
from typing import Any, Protocol, TypeVar

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.task_runners import TaskRunner

from scrapers import __version__
from scrapers.faults import Fault

Given = TypeVar("Given")
Found = TypeVar("Found")
# Seconds that a cluster has to answer, and batches that wait at each worker, so that none stands idle.
PATIENCE, AHEAD = 5, 2


class ClusterOutOfReach(Fault):
    """The cluster that was asked for does not answer, has no worker, or has others than this version needs."""


class EachBatch(Protocol):
    """Runs a function on every batch and gives the results, as the built-in `map` does."""

    def __call__(self, work: Callable[[Given], Found], batches: Iterable[Given], /) -> Iterable[Found]: ...


@contextmanager
def batches_run(step: str, address: str | None = None) -> Iterator[EachBatch]:
    """A `map` for the batches of a step: on the cluster of that address or of HEADWATER_DASK, else in this process.

    Raises ClusterOutOfReach before any work is done.
    """
    address = address or os.environ.get("HEADWATER_DASK")
    if not address:
        yield map
        return
    workers = workers_of(address)
    from prefect_dask import DaskTaskRunner

    with DaskTaskRunner(address=address, client_kwargs={"timeout": PATIENCE}) as runner:
        yield partial(_in_tasks, runner, step, AHEAD * workers)


def workers_of(address: str) -> int:
    """How many workers the cluster has, all of this version. Raises ClusterOutOfReach."""
    try:
        from distributed import Client
    except ImportError:
        raise ClusterOutOfReach(
            f"HEADWATER_DASK={address}: install the extra first: pip install headwater[dask]"
        ) from None
    try:
        with Client(address, timeout=PATIENCE, set_as_default=False) as client:
            versions = client.run(version_here)
    except (OSError, ValueError, TypeError, ImportError) as error:
        said = next(iter(str(error).splitlines()), "") or type(error).__name__
        raise ClusterOutOfReach(
            f"HEADWATER_DASK={address}: {said}; start the scheduler and its workers, or unset it"
        ) from None
    if not versions:
        raise ClusterOutOfReach(f"HEADWATER_DASK={address}: no worker there; start some, or unset it")
    for worker, version in versions.items():
        if version != __version__:
            raise ClusterOutOfReach(f"HEADWATER_DASK={address}: {worker} has version {version}, not {__version__}")
    return len(versions)


def version_here() -> str:
    """The version of this package in the process that is asked."""
    return __version__


@task(name="batch", task_run_name="{step} {number}", cache_policy=NO_CACHE, persist_result=False)
def _batch(step: str, number: int, work: Callable[[Any], Any], given: Any) -> Any:  # noqa: ARG001 - named after them
    return work(given)


def _in_tasks(
    runner: TaskRunner[Any], step: str, ahead: int, work: Callable[[Given], Found], batches: Iterable[Given]
) -> Iterator[Found]:
    """What each batch gives, in order, with never more than `ahead` of them at the cluster."""
    from distributed import KilledWorker

    waiting: deque[Any] = deque()
    try:
        for number, given in enumerate(batches, 1):
            if len(waiting) == ahead:
                yield waiting.popleft().result()
            waiting.append(runner.submit(_batch, {"step": step, "number": number, "work": work, "given": given}))
        while waiting:
            yield waiting.popleft().result()
    except (CancelledError, KilledWorker, OSError) as error:
        said = next(iter(str(error).splitlines()), "") or type(error).__name__
        raise ClusterOutOfReach(
            f"the cluster was lost at {step}: {said}; what was done is kept: run it again"
        ) from error
