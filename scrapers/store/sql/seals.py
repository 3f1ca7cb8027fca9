"""A stored vector carries eight bytes of SHA-256 over its model, its text and itself: what is damaged is not served."""

from __future__ import annotations

from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

SEAL = 8


def sealed(model_id: str, text_sha256: str, vector: NDArray[np.float32]) -> bytes:
    """The vector's numbers as bytes, and its seal."""
    said = np.asarray(vector, dtype="<f4").tobytes()
    return said + _seal(model_id, text_sha256, said)


def unsealed(model_id: str, text_sha256: str, kept: bytes) -> NDArray[np.float32] | None:
    """The vector, or None where one bit is not as it was kept, or it was kept for another text or model."""
    said, seal = kept[:-SEAL], kept[-SEAL:]
    return np.frombuffer(said, dtype="<f4") if seal == _seal(model_id, text_sha256, said) else None


def _seal(model_id: str, text_sha256: str, said: bytes) -> bytes:
    return sha256(f"{model_id}\n{text_sha256}\n".encode() + said).digest()[:SEAL]
