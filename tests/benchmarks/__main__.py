"""Every benchmark that gives lines, as one table for docs/performance.md: `python -m tests.benchmarks [NAME...]`.

All of it takes a quarter of an hour of CPU and 6 GB of memory. `bench_fetch`, `bench_parse` and `bench_identity` are
run by themselves.
"""

from __future__ import annotations

from importlib import import_module

from tests.benchmarks.timing import HEAD
from tests.support.arguments import arguments

NAMES = ("embed", "index", "rank", "pipeline", "store", "dask", "flows")

if __name__ == "__main__":
    chosen = arguments(__doc__, "names*")
    print(HEAD)
    for name in chosen or NAMES:
        for line in import_module(f"tests.benchmarks.bench_{name}").lines():
            print(line, flush=True)
