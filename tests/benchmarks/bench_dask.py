"""Embedding on two Dask worker processes, beside this process alone: seconds by the clock.

    python -m tests.benchmarks.bench_dask [texts, default 256]

The cluster is a local one of two processes with one thread each, so that two cores gain at most twice; each loads the
model before the clock runs. Figures mean something on an idle machine alone.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator

import numpy as np
from distributed import Client, LocalCluster

from ranking import embed
from ranking.embed import Memory, MiniLM, embed_new
from tests.benchmarks.grown import real
from tests.benchmarks.timing import HEAD, Line

GROUP = 32


def lines(count: int = 256) -> Iterator[Line]:
    """The same texts, here and there."""
    embed.GROUP = GROUP
    words, model = " ".join(real().texts).split(), MiniLM("fp32")
    texts = [" ".join(words[n * 97 % len(words) :][:180]) for n in range(count)]
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0", memory_limit=0) as cluster,
        Client(cluster) as client,
    ):
        client.run(model.encode, texts[:2])
        model.encode(texts[:2])
        started = time.perf_counter()
        here = embed_new(texts, model, Memory())
        alone = time.perf_counter() - started
        started = time.perf_counter()
        there = embed_new(
            texts, model, Memory(), each_group=lambda work, groups: client.gather(client.map(work, groups))
        )
        together = time.perf_counter() - started
    note = f"{alone / together:.2f} times as fast by the clock, largest difference {np.abs(here - there).max():.1e}"
    yield Line(
        f"embed {count} texts on two Dask processes (s by the clock)", "one process", together, alone, "<= 0.6", note
    )


if __name__ == "__main__":
    print(HEAD, *lines(*map(int, sys.argv[1:])), sep="\n")
