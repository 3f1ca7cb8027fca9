"""The store beside bare SQLite: keeping and reading vectors, and erasing one person beside building all anew.

python -m tests.benchmarks.bench_store [vectors, default 20000]
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from ranking.index.embedder import text_hash
from scrapers.settings.home import Home
from scrapers.store import Store
from tests.benchmarks.timing import HEAD, Line, in_turns
from tests.support.arguments import arguments


def lines(count: int = 20_000) -> Iterator[Line]:
    """Appends of fifty, and reading all."""
    drawn = np.random.default_rng(0).standard_normal((count, 384), dtype=np.float32)
    keys = [text_hash(str(number)) for number in range(count)]
    rows = [("m", key, vector.tobytes()) for key, vector in zip(keys, drawn, strict=True)]
    held = dict(zip(keys, drawn, strict=True))
    with tempfile.TemporaryDirectory() as folder:
        bare = sqlite3.connect(Path(folder) / "bare.db")
        bare.execute("PRAGMA journal_mode=WAL")
        bare.execute("CREATE TABLE vectors (model TEXT, key TEXT, vector BLOB, PRIMARY KEY (model, key))")
        with Store.open(Home(Path(folder) / "home").create(), durable=False) as store:

            def theirs_appended() -> None:
                for start in range(0, 2000, 50):
                    bare.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)", rows[start : start + 50])
                    bare.commit()

            def ours_appended() -> None:
                for start in range(0, 2000, 50):
                    store.add_vectors("m", {key: held[key] for key in keys[start : start + 50]})

            ours, theirs = in_turns(ours_appended, theirs_appended)
            yield Line("keep 2000 sealed vectors, fifty at a time", "sqlite3.executemany", ours, theirs, "<= 1.3")
            store.add_vectors("m", held)
            bare.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)", rows)
            query = "SELECT key, vector FROM vectors"
            ours, theirs = in_turns(
                lambda: store.vectors("m", keys),
                lambda: {key: np.frombuffer(kept, "<f4") for key, kept in bare.execute(query)},
            )
            yield Line(f"read {count} vectors, each seal looked at", "sqlite3, all rows", ours, theirs)
        bare.close()


if __name__ == "__main__":
    print(HEAD, *lines(*arguments(__doc__, "vectors?", kind=int)), sep="\n")
