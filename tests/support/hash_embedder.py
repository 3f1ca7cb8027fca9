"""A stand-in for the model: words hashed into a vector, so that texts with the same words lie near each other."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from ranking.index.bm25 import tokens


class HashingEmbedder:
    """Deterministic and instant; knows no meaning, only words."""

    model_id = "hashing@1/fp32"
    dimension = 64
    query_prompt = ""
    passage_prompt = ""

    def __init__(self) -> None:
        self.encoded: list[str] = []

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One unit row of 64 numbers a text; remembers what it was asked."""
        self.encoded += texts
        rows = np.full((len(texts), self.dimension), 1e-3, dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in tokens(text):
                digest = sha256(word.encode()).digest()
                row[digest[0] % self.dimension] += 1 if digest[1] % 2 else -1
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)
