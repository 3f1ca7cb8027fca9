"""Blind texts → unit vectors, each text once.

A vector is a pure function of (model id, prompt, text): the model id names the model, the hash of its weights and the
precision it was run in, so vectors of different origin are never mixed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from hashlib import sha256
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ranking.index.hub import NoSuchModel as NoSuchModel

Vectors = NDArray[np.float32]
Encoded = dict[str, Vectors]
Progress = Callable[[int, int], None]
# Runs a function over groups of texts, here or on other machines; the results come in any order. The built-in: `map`.
EachGroup = Callable[[Callable[[Sequence[str]], Encoded], Iterable[Sequence[str]]], Iterable[Encoded]]

# Texts encoded between two writes to the cache: what a crash may cost.
GROUP = 512


class Embedder(Protocol):
    """Turns texts into unit rows. The prompts are put before a query or a passage by models that ask for them."""

    @property
    def model_id(self) -> str: ...
    @property
    def dimension(self) -> int: ...
    @property
    def query_prompt(self) -> str: ...
    @property
    def passage_prompt(self) -> str: ...
    def encode(self, texts: Sequence[str]) -> Vectors: ...


class VectorCache(Protocol):
    """Store of vectors by model id and hash of the text."""

    def vectors(self, model_id: str, hashes: Sequence[str]) -> Mapping[str, Vectors]: ...
    def add_vectors(self, model_id: str, vectors: Mapping[str, Vectors]) -> None: ...


class Memory:
    """A vector cache that lasts as long as the process; another one `below` it is read, and never written."""

    def __init__(self, below: VectorCache | None = None) -> None:
        self._below = below
        self._kept: dict[tuple[str, str], Vectors] = {}

    def vectors(self, model_id: str, hashes: Sequence[str]) -> dict[str, Vectors]:
        known = self._below.vectors(model_id, hashes) if self._below else {}
        return {**known, **{text: self._kept[model_id, text] for text in hashes if (model_id, text) in self._kept}}

    def add_vectors(self, model_id: str, vectors: Mapping[str, Vectors]) -> None:
        self._kept |= {(model_id, text): vector for text, vector in vectors.items()}


def embed_new(
    texts: Sequence[str],
    embedder: Embedder,
    cache: VectorCache,
    progress: Progress | None = None,
    each_group: EachGroup = map,
    prompt: str = "",
) -> Vectors:
    """The vector of every text, in order: stored ones are reused, each new text is encoded once and stored.

    Vectors of texts with a prompt are kept apart, yet by the hash of the bare text: erasing it erases them too.
    Texts are encoded longest first, so that a batch pads little. Every group is stored once it is done, wherever
    `each_group` has it encoded, and `progress(encoded, to encode)` follows.
    """
    made_by = vectors_id(embedder.model_id, prompt)
    hashes = [text_hash(text) for text in texts]
    by_hash = dict(zip(hashes, texts, strict=True))
    known = dict(cache.vectors(made_by, list(by_hash))) if by_hash else {}
    new = sorted((h for h in by_hash if h not in known), key=lambda h: (-len(by_hash[h]), h))
    groups = [[by_hash[h] for h in new[start : start + GROUP]] for start in range(0, len(new), GROUP)]
    done = 0
    for found in each_group(partial(_encoded, embedder, prompt), groups):
        cache.add_vectors(made_by, found)
        known |= found
        done += len(found)
        if progress is not None:
            progress(done, len(new))
    if not hashes:
        return np.empty((0, embedder.dimension), dtype=np.float32)
    return np.stack([known[h] for h in hashes]).astype(np.float32, copy=False)


def vectors_id(model_id: str, prompt: str) -> str:
    """Return the id of a vector's origin: the model and, where there is one, the prompt before the text."""
    return f"{model_id}+{text_hash(prompt)[:8]}" if prompt else model_id


def _encoded(embedder: Embedder, prompt: str, texts: Sequence[str]) -> Encoded:
    """The vectors of these texts by hash: the whole of the work that another machine may do."""
    return dict(zip(map(text_hash, texts), embedder.encode([prompt + text for text in texts]), strict=True))


def text_hash(text: str) -> str:
    """The key of a text's vector: SHA-256 of its UTF-8 bytes."""
    return sha256(text.encode()).hexdigest()
