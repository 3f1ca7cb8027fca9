"""Real models of two small layers with random weights, as a model hub keeps them: nothing is downloaded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.support.random_people import TRADES

LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
WORDS = [
    *("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ".", ",", ":"),
    *LETTERS,
    *(f"##{letter}" for letter in LETTERS),
    *dict.fromkeys(word for words in TRADES.values() for word in words),
]
SIZES = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}


def tiny_encoder(folder: Path, seed: int = 0) -> Path:
    """A sentence-transformers model of 32 numbers in that folder, its weights as safetensors."""
    from sentence_transformers import SentenceTransformer
    from transformers import BertConfig, BertModel

    plain = _saved(folder.with_name(f"{folder.name}-bert"), BertModel, BertConfig(**_config()), seed)
    SentenceTransformer(str(plain), device="cpu").save_pretrained(str(folder))
    return folder


def tiny_cross_encoder(folder: Path, seed: int = 0, numbers: int = 1) -> Path:
    """A cross-encoder in that folder, which gives so many numbers for a pair of texts."""
    from sentence_transformers import CrossEncoder
    from transformers import BertConfig, BertForSequenceClassification

    config = BertConfig(**_config(), num_labels=numbers)
    plain = _saved(folder.with_name(f"{folder.name}-bert"), BertForSequenceClassification, config, seed)
    CrossEncoder(str(plain), device="cpu").save_pretrained(str(folder))
    return folder


def _config() -> dict[str, Any]:
    return {**SIZES, "vocab_size": len(WORDS), "max_position_embeddings": 256, "initializer_range": 0.5}


def _saved(folder: Path, kind: Any, config: Any, seed: int) -> Path:
    import torch
    from transformers import BertTokenizerFast

    with torch.random.fork_rng():
        torch.manual_seed(seed)
        kind(config).save_pretrained(str(folder))
    vocabulary = {word: number for number, word in enumerate(WORDS)}
    BertTokenizerFast(vocab=vocabulary, model_max_length=256).save_pretrained(str(folder))
    return folder
