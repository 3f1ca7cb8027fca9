"""Models of the operator's choice by name: their files, their version, and how they are loaded. The only model hub.

A name is a local folder, or a model of the hub that this machine has fetched before. The hub itself is asked only where
the environment says HF_HUB_OFFLINE=0. Weights are read as safetensors alone, and no code of a model's own is run.
The only sentence-transformers and transformers.
"""

from __future__ import annotations

import json
import os
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any, Literal

from scrapers.faults import Fault

# The files that decide what a model says, and folders of the same weights in other forms.
FILES, OTHER_FORMS = ("*.safetensors", "*.json", "*.txt", "*.model"), ("onnx", "openvino")


class NoSuchModel(Fault):
    """A model is neither on this machine nor to be had from the hub, or cannot be read."""


def find_model(name: str, revision: str | None = None) -> tuple[Path, str]:
    """The model's folder and its name with its version: 8 digits of its files' hash or, from the hub, of its commit.

    Raises NoSuchModel.
    """
    folder = Path(name).expanduser()
    if folder.is_dir():
        return folder, f"{folder.resolve().name}@{_hash_of(folder)[:8]}"
    offline = os.environ.setdefault("HF_HUB_OFFLINE", "1") != "0"
    from huggingface_hub import snapshot_download

    try:
        fetched = snapshot_download(
            name,
            revision=revision,
            allow_patterns=list(FILES),
            ignore_patterns=[f"{form}/*" for form in OTHER_FORMS],
            local_files_only=offline,
        )
    except Exception as error:  # the hub's own errors, those of its HTTP client and of the disk
        wanted = f"{name} at {revision}" if revision else name
        said = "no folder here, and never fetched" if offline else _first_line(error)
        raise NoSuchModel(
            f"{wanted}: {said}; give a local folder, or a model of the hub, and run once with HF_HUB_OFFLINE=0"
        ) from None
    return Path(fetched), f"{name}@{Path(fetched).name[:8]}"


def gives_one_number(folder: Path) -> bool:
    """True if the model there was made to give one number for a text or a pair: a head of its own says so.

    Raises NoSuchModel where its configuration cannot be read.
    """
    try:
        config = json.loads((folder / "config.json").read_bytes())
        heads, labels = " ".join(config.get("architectures") or ()), config.get("id2label") or ()
    except (OSError, ValueError, AttributeError) as error:
        raise NoSuchModel(f"{folder / 'config.json'}: {_first_line(error)}; choose another model") from None
    return "ForCausalLM" in heads or ("ForSequenceClassification" in heads and len(labels) == 1)


def load(kind: Literal["SentenceTransformer", "CrossEncoder"], folder: Path, device: str | None = None) -> Any:
    """The model in that folder, in fp32. Raises NoSuchModel where it cannot be read, or only by running code."""
    for file in sorted(folder.rglob("pytorch_model*.bin")):
        if not any(file.parent.glob("*.safetensors")):
            raise NoSuchModel(f"{file}: reading it may run code; choose a model whose weights are safetensors")
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    import sentence_transformers
    from transformers.utils import logging

    logging.disable_progress_bar()
    try:
        return getattr(sentence_transformers, kind)(
            str(folder),
            device=device,
            local_files_only=True,
            trust_remote_code=False,
            model_kwargs={"use_safetensors": True, "dtype": "float32"},
        )
    except Exception as error:  # every library that reads a part of a model has errors of its own
        raise NoSuchModel(f"{folder}: {_first_line(error)}; this model cannot be read: choose another") from error


def has_bf16() -> bool:
    """True if the processor multiplies bf16 in hardware: the choice of precision must be the same under load."""
    import torch

    capabilities: dict[str, Any] = torch.cpu.get_capabilities()
    return bool(capabilities.get("amx_bf16") or capabilities.get("avx512_bf16"))


def to_bf16(model: Any) -> Any:
    """The sentence-transformers model in bf16, changed in place.

    Without AMX attention is left to plain matrix products: fused it takes two fifths of all time there, measured.
    """
    import torch

    if not torch.cpu._is_amx_tile_supported():
        model[0].auto_model.set_attn_implementation("eager")
    return model.bfloat16()


def _hash_of(folder: Path) -> str:
    """Return a hash over all files that decide what the model computes, by their names."""
    whole = sha256()
    for path in sorted({path for pattern in FILES for path in folder.rglob(pattern)}):
        name = path.relative_to(folder)
        if name.parts[0] not in OTHER_FORMS:
            with path.open("rb") as file:
                whole.update(f"{name.as_posix()}\n{file_digest(file, 'sha256').hexdigest()}\n".encode())
    return whole.hexdigest()


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), "") or type(error).__name__
