"""Start of worker processes for parsing: none is a fork of this one, and each has every source imported."""

from __future__ import annotations

from collections.abc import Sequence
from multiprocessing import get_all_start_methods, get_context
from multiprocessing.context import BaseContext

from scrapers import sources


def fresh_processes(*also: str) -> BaseContext:
    """Return the context that starts such processes; only the first waits for every source to be imported.

    `also` are further modules to preload. A fork of this process would inherit the locks of its threads.
    """
    context = get_context("forkserver" if "forkserver" in get_all_start_methods() else "spawn")
    if hasattr(context, "set_forkserver_preload"):
        modules = (f"{sources.__name__}.{name}" for name in sources.find_sources())
        context.set_forkserver_preload(["scrapers.reading.bounded", *also, *modules])
    return context


def know_sources(folders: Sequence[str]) -> None:
    """Initialise a worker process: import the sources of these folders, before any page's time is counted."""
    sources.__path__[:] = folders
    sources.find_sources.cache_clear()
    list(sources.find_sources().values())
