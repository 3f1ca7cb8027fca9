"""A role against many people, beside `IndexFlatIP.search` and `bm25s` over the same evidence for the same queries.

    python -m tests.benchmarks.bench_rank [people, default 100000] [pieces each, default 4]

Ours is everything from a role that was read to the best hundred with their terms, reasons and quotes. Theirs is the
hundred nearest pieces by each, for every text that the role asks about; what both build once is not counted.
One thread.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import bm25s
import faiss
import numpy as np

from ranking.index.bm25 import tokens
from ranking.pool import TalentPool
from ranking.role import read_role
from ranking.scoring.score import asked_for
from scrapers.settings.home import packaged
from tests.benchmarks.grown import grown_corpus
from tests.benchmarks.timing import HEAD, Line, in_turns, one_thread
from tests.support.arguments import arguments

TOP, DAY = 100, date(2026, 11, 1)
# Their words are of different rarity: BM25 alone takes four times as long for one as for another.
SENTENCES = (
    "kept a language model feature running after the demo",
    "evaluates language models",
    "built a real time collaborative editor in rust",
    "maintains a compiler for machine learning",
)


def lines(people: int = 100_000, pieces_each: int = 4) -> Iterator[Line]:
    """Single sentences, and one role of several requirements."""
    one_thread()
    corpus, candidates = grown_corpus(people, pieces_each)
    pool = TalentPool(list(candidates.values()), corpus)
    flat = faiss.IndexFlatIP(corpus.index.vectors.shape[1])
    flat.add(corpus.index.vectors)
    words = bm25s.BM25(method="lucene", k1=1.2, b=0.75, dtype="float32")
    words.index([list(said) for said in corpus.words], show_progress=False)
    for asked in (*SENTENCES, packaged("roles") / "ai-engineer.md"):
        role = read_role(asked, as_of=DAY)
        texts = list(dict.fromkeys(text for each in asked_for(role) for text in (each.text, each.unless) if text))
        vectors = corpus.encode_query(texts)

        def bare(vectors: np.ndarray = vectors, texts: list[str] = texts) -> None:
            for vector, text in zip(vectors, texts, strict=True):
                flat.search(vector[None, :], TOP)
                words.retrieve([tokens(text)], k=TOP, show_progress=False, n_threads=0)

        ours, theirs = in_turns(lambda role=role: pool.rank(role, TOP, DAY), bare, rounds=3)
        name = f'"{asked}"' if isinstance(asked, str) else f"a role of {len(texts)} questions"
        what = f"rank {people} people, {corpus.rows} pieces, by {name}, top {TOP} with reasons"
        yield Line(what, "IndexFlatIP + bm25s", ours, theirs, "<= 1.5")


if __name__ == "__main__":
    print(HEAD, *lines(*arguments(__doc__, "people?", "pieces?", kind=int)), sep="\n")
