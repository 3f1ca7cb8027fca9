"""Processes that read pages beside this one: none is a copy of it, and each knows every source when it starts."""

from __future__ import annotations

from collections.abc import Sequence
from multiprocessing import get_all_start_methods, get_context
from multiprocessing.context import BaseContext

from scrapers import sources


def fresh_processes(*also: str) -> BaseContext:
    """How such processes start, each at once but for the first, which waits for every source to be imported.

    `also` are modules to import beside them. A fork of this process would keep the locks of its threads.
    """
    context = get_context("forkserver" if "forkserver" in get_all_start_methods() else "spawn")
    if hasattr(context, "set_forkserver_preload"):
        modules = {source.parse.__module__ for source in sources.find_sources().values()}
        context.set_forkserver_preload(["scrapers.reading.bounded", *also, *modules])
    return context


def know_sources(folders: Sequence[str]) -> None:
    """What such a process does first: import the sources of these folders, before anybody's seconds are counted."""
    sources.__path__[:] = folders
    sources.find_sources.cache_clear()
    list(sources.find_sources().values())
