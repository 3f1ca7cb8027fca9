"""Runners of heavy work: this process, or batches on the Dask cluster that HEADWATER_DASK names. The only Dask.

    dask scheduler & dask worker tcp://127.0.0.1:8786 --nworkers 2 --nthreads 1 &
    HEADWATER_DASK=tcp://127.0.0.1:8786 python -m flows.refresh

Workers run the same version of this package. Texts to encode come with a batch, pages to read again are taken from the
store, which workers open as this process does; Prefect knows the step that the batches belong to, and no batch. Dask
sends pickled code and data, so the cluster must be one's own: on an open network, with `tls://` and Dask's own settings
for it.
"""

from __future__ import annotations

import os
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager
from functools import partial
from typing import Any, Protocol, TypeVar

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
    with _connected(address) as client:
        yield partial(_on_cluster, client, step, AHEAD * _workers_of(client, address))


@contextmanager
def _connected(address: str) -> Iterator[Any]:
    """A client of the cluster. Raises ClusterOutOfReach."""
    try:
        from distributed import Client
    except ImportError:
        raise ClusterOutOfReach(
            f"HEADWATER_DASK={address}: install the extra first: pip install headwater[dask]"
        ) from None
    try:
        client = Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError, TypeError, ImportError) as error:
        raise _unreached(address, error) from None
    with client:
        yield client


def _workers_of(client: Any, address: str) -> int:
    """Return how many workers the cluster has, all of this version. Raises ClusterOutOfReach."""
    try:
        versions = client.run(version_here)
    except (OSError, ValueError, TypeError, ImportError) as error:
        raise _unreached(address, error) from None
    if not versions:
        raise ClusterOutOfReach(f"HEADWATER_DASK={address}: no worker there; start some, or unset it")
    for worker, version in versions.items():
        if version != __version__:
            raise ClusterOutOfReach(f"HEADWATER_DASK={address}: {worker} has version {version}, not {__version__}")
    return len(versions)


def _unreached(address: str, error: Exception) -> ClusterOutOfReach:
    return ClusterOutOfReach(
        f"HEADWATER_DASK={address}: {_first_line(error)}; start the scheduler and its workers, or unset it"
    )


def version_here() -> str:
    """The version of this package in the process that is asked."""
    return __version__


def _on_cluster(
    client: Any, step: str, ahead: int, work: Callable[[Given], Found], batches: Iterable[Given]
) -> Iterator[Found]:
    """Yield each batch's result, in order, with never more than `ahead` of them at the cluster."""
    waiting: deque[Any] = deque()
    for given in batches:
        if len(waiting) == ahead:
            yield _found(waiting.popleft(), step)
        waiting.append(client.submit(_tried, work, given, pure=False))
    while waiting:
        yield _found(waiting.popleft(), step)


def _tried(work: Callable[[Given], Found], given: Given) -> tuple[Found | None, Exception | None]:
    """Return the work's result or its failure: if it raised, Dask would write the batch into the worker's log."""
    try:
        return work(given), None
    except Fault as fault:
        return None, fault
    except Exception as error:
        error.add_note(f"On the worker:\n{''.join(traceback.format_exception(error))}")  # which pickling leaves out
        return None, error


def _found(waiting: Any, step: str) -> Any:
    """The batch's result, or its error raised here. Raises ClusterOutOfReach where the cluster was lost."""
    from distributed import KilledWorker

    try:
        found, error = waiting.result()
    except (CancelledError, KilledWorker, OSError) as lost:
        raise ClusterOutOfReach(
            f"the cluster was lost at {step}: {_first_line(lost)}; what was done is kept: run it again"
        ) from lost
    if error is not None:
        raise error
    return found


def _first_line(error: BaseException) -> str:
    return next(iter(str(error).splitlines()), "") or type(error).__name__
