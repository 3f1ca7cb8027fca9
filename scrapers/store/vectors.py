"""Vectors of texts, each sealed by eight bytes of SHA-256 over its model, its text and itself: none that is damaged is
served.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select

from scrapers.store.sql import tables as t
from scrapers.store.sql.database import Database
from scrapers.text import counted

_log = logging.getLogger(__name__)


class VectorRows(Database):
    """Vectors, suppressions, exports and runs."""

    def vectors(self, model_id: str, hashes: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        """The stored vectors of these texts (float32, unit length) by the SHA-256 of the text.

        A damaged one is told of and left out, as if it had never been made: who embeds next makes it anew.
        """
        found: dict[str, NDArray[np.float32]] = {}
        damaged = 0
        with self._reading() as connection:
            for start in range(0, len(hashes), 500):
                wanted = t.vectors.c.text_sha256.in_(hashes[start : start + 500])
                query = select(t.vectors.c.text_sha256, t.vectors.c.vector)
                for row in connection.execute(query.where(t.vectors.c.model_id == model_id, wanted)):
                    if (vector := unsealed(model_id, row.text_sha256, row.vector)) is not None:
                        found[row.text_sha256] = vector
                    else:
                        damaged += 1
        if damaged:
            _log.warning("integrity: %s damaged, not used, and made anew", counted(damaged, "vectors"))
        return found

    def add_vectors(self, model_id: str, vectors: Mapping[str, NDArray[np.float32]]) -> None:
        """Keep these vectors, in place of what was there."""
        rows = [
            {"model_id": model_id, "text_sha256": key, "vector": sealed(model_id, key, vector)}
            for key, vector in vectors.items()
        ]
        if rows:
            with self._writing() as connection:
                self._put(connection, t.vectors, rows)

    def vector_models(self) -> list[str]:
        """The models that made the stored vectors."""
        with self._reading() as connection:
            return list(connection.scalars(select(t.vectors.c.model_id).distinct().order_by(t.vectors.c.model_id)))


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
