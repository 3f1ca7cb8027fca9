"""Every text is embedded once."""

from __future__ import annotations

import numpy as np
import pytest

from ranking.embed import Memory, MiniLM, embed_new, minilm_for, text_hash
from tests.embedder import HashingEmbedder


def test_what_is_known_is_not_embedded_again() -> None:
    """A second run encodes only the new text, and gives the same rows in the order that was asked."""
    embedder, cache, said = HashingEmbedder(), Memory(), ["a parser", "a linker", "a parser"]
    first = embed_new(said, embedder, cache)
    assert sorted(embedder.encoded) == ["a linker", "a parser"]
    second = embed_new(["new", *said], embedder, cache)
    assert embedder.encoded[2:] == ["new"]
    assert np.array_equal(second[1:], first)
    assert embed_new([], embedder, cache).shape == (0, embedder.dimension)


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_a_cache_decides_the_precision(precision: str) -> None:
    """Vectors once stored are kept to, whatever this machine would choose, without loading the model."""
    cache = Memory()
    cache.add_vectors(MiniLM.id_of(precision), {text_hash("a parser"): np.ones(384, np.float32)})  # type: ignore[arg-type]
    assert minilm_for(cache, ["a parser", "new"]).model_id.endswith(f"/{precision}")


@pytest.mark.model
def test_the_packaged_model_reads_meaning() -> None:
    """Unit rows of 384 numbers from the pinned weights, in which like things lie nearer."""
    rows = MiniLM("fp32").encode(["a database in Rust", "a storage engine written in Rust", "a recipe for bread"])
    assert rows.shape == (3, 384)
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    assert rows[0] @ rows[1] > rows[0] @ rows[2] + 0.2
