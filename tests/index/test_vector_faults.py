"""What befalls stored vectors: a flipped bit, a cut, a full disk. Found, made anew, and never served."""

from __future__ import annotations

import logging
import random
import sqlite3

import numpy as np
import pytest

from ranking.index.embedder import embed_new, text_hash
from scrapers.settings.home import Home
from scrapers.store import Store
from scrapers.store.vectors import SEAL, sealed, unsealed
from tests.support.hash_embedder import HashingEmbedder

SAID = [f"a note on {what}, number {n}" for n in range(10) for what in ("parsers", "queues", "storage")]


def embedded(home: Home) -> tuple[list[str], np.ndarray]:
    """What had to be encoded to have all vectors, and the vectors."""
    embedder = HashingEmbedder()
    with Store.open(home) as store:
        vectors = embed_new(SAID, embedder, store)
    return embedder.encoded, vectors


def test_each_of_twenty_flipped_bits_is_found_and_mended(home: Home, caplog: pytest.LogCaptureFixture) -> None:
    """One bit anywhere in a stored vector: exactly that text is encoded again, said so, and all is as it was (G27)."""
    _, whole = embedded(home)
    file, draw = home / "headwater.db", random.Random(7)
    for text in draw.sample(SAID, 20):
        vector = whole[SAID.index(text)]
        kept = sealed(HashingEmbedder.model_id, text_hash(text), vector)
        bytes_ = bytearray(file.read_bytes())
        at = bytes_.find(kept)
        assert at > 0
        bytes_[at + draw.randrange(len(kept))] ^= 1 << draw.randrange(8)
        file.write_bytes(bytes_)
        caplog.clear()
        with caplog.at_level(logging.WARNING):
            again, mended = embedded(home)
        assert again == [text]
        assert "integrity: 1 vector damaged, not used" in caplog.text
        assert np.array_equal(mended, whole)
    assert embedded(home)[0] == []


@pytest.mark.parametrize("left", [0, 1, SEAL, 130, -1])
def test_each_of_five_cuts_is_found_and_mended(home: Home, left: int) -> None:
    """A vector of which only the first bytes are left, or all but the last, is made anew (G27)."""
    _, whole = embedded(home)
    with sqlite3.connect(home / "headwater.db") as database:
        length = left if left >= 0 else 64 * 4 + SEAL - 1
        database.execute(
            "UPDATE vectors SET vector = substr(vector, 1, ?) WHERE text_sha256 = ?", (length, text_hash(SAID[4]))
        )
    database.close()
    again, mended = embedded(home)
    assert again == [SAID[4]]
    assert np.array_equal(mended, whole)
    assert embedded(home)[0] == []


def test_a_vector_is_that_of_its_text_and_model() -> None:
    """Moved to another text, or read as another model's, it is refused."""
    kept = sealed("m", "a" * 64, np.ones(4, np.float32))
    assert unsealed("m", "a" * 64, kept) is not None
    assert unsealed("m", "b" * 64, kept) is None
    assert unsealed("n", "a" * 64, kept) is None
