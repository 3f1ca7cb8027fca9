"""Embedding on two Dask worker processes, beside this process alone: seconds by the clock.

    python -m tests.benchmarks.bench_dask [texts, default 256]

The cluster is a local one of two processes with one thread each, so that two cores gain at most twice over one process
with one thread; one process with a thread a core shows what torch itself makes of them. Each loads the model before the
clock runs. Figures mean something on an idle machine alone.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
import torch
from distributed import Client, LocalCluster

from ranking.index import embedder
from ranking.index.embedder import EachGroup, Memory, Vectors, embed_new
from ranking.index.models import MiniLM
from tests.benchmarks.grown import real
from tests.benchmarks.timing import HEAD, Line
from tests.support.arguments import arguments

GROUP = 32


def lines(count: int = 256) -> Iterator[Line]:
    """The same texts, here and there."""
    embedder.GROUP = GROUP
    words, model = " ".join(real().texts).split(), MiniLM("fp32")
    texts = [" ".join(words[n * 97 % len(words) :][:180]) for n in range(count)]
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0", memory_limit=0) as cluster,
        Client(cluster) as client,
    ):
        client.run(model.encode, texts[:2])
        model.encode(texts[:2])
        together, there = clocked(texts, model, lambda work, groups: client.gather(client.map(work, groups)))
        for threads in (1, torch.get_num_threads()):
            torch.set_num_threads(threads)
            alone, here = clocked(texts, model, map)
            note = f"{alone / together:.2f} times as fast, largest difference {np.abs(here - there).max():.1e}"
            what = f"embed {count} texts on two Dask processes (s by the clock)"
            yield Line(what, f"one process, threads: {threads}", together, alone, "", note)


def clocked(texts: list[str], model: MiniLM, each_group: EachGroup) -> tuple[float, Vectors]:
    """Seconds by the clock that embedding takes, and the vectors."""
    started = time.perf_counter()
    vectors = embed_new(texts, model, Memory(), each_group=each_group)
    return time.perf_counter() - started, vectors


if __name__ == "__main__":
    print(HEAD, *lines(*arguments(__doc__, "texts?", kind=int)), sep="\n")
