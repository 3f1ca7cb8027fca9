"""Models by name: read from operator.toml and this machine, never mixed, and told of at once where there is none."""

from __future__ import annotations

import json
import logging
import pickle
import shutil
from pathlib import Path

import numpy as np
import pytest

from flows.cli.operator import ask_operator, write_operator
from ranking.corpus.corpus import build_corpus
from ranking.corpus.embedding import embed_evidence
from ranking.evaluation.doctor import judge
from ranking.index.embedder import Memory, NoSuchModel, embed_new, text_hash, vectors_id
from ranking.index.hub import find_model, load
from ranking.index.models import HubModel, MiniLM, WrongWeights, embedder_of, passages_by
from ranking.pool import TalentPool
from ranking.role import read_role
from ranking.upkeep.references import vectors_of_theirs
from scrapers.candidates.joining import join_accounts, load_candidates
from scrapers.records import Page, Request
from scrapers.settings.home import Home
from scrapers.settings.strict import BadConfiguration
from scrapers.store import Store
from tests.flows.test_cli import headwater
from tests.support.constants import NOON
from tests.support.hash_embedder import HashingEmbedder
from tests.support.random_people import TODAY, crowd
from tests.support.tiny_models import tiny_encoder

NOWHERE = '[embedding]\nmodel = "example/no-such-model"'


def configure(home: Home, tables: str) -> None:
    """An operator of that home, whose file ends in these tables."""
    path = home / "operator.toml"
    write_operator(path, ask_operator({}, NOON.date(), defaults=True))
    path.write_text(f"{path.read_text()}\n{tables}\n")


class Prompted(HashingEmbedder):
    """A model that asks for prompts."""

    model_id = "prompted@1/fp32"
    query_prompt, passage_prompt = "query: ", "passage: "


def test_vectors_behind_a_prompt_are_kept_apart_by_the_bare_text() -> None:
    """One text asked and written has two vectors, under two ids, by one hash: that of the text alone."""
    cache, embedder = Memory(), Prompted()
    asked = embed_new(["a parser"], embedder, cache, prompt=embedder.query_prompt)
    written = embed_new(["a parser"], embedder, cache, prompt=embedder.passage_prompt)
    assert embedder.encoded == ["query: a parser", "passage: a parser"]
    assert not np.array_equal(asked, written)
    for prompt, vector in (("query: ", asked), ("passage: ", written)):
        kept = cache.vectors(vectors_id(embedder.model_id, prompt), [text_hash("a parser")])
        assert np.array_equal(kept[text_hash("a parser")], vector[0])
    assert passages_by(embedder) == {vectors_id(embedder.model_id, "passage: ")}
    assert passages_by(None) == {MiniLM.id_of("fp32"), MiniLM.id_of("bf16")}
    assert vectors_id("packaged@1/fp32", "") == "packaged@1/fp32"


def test_other_prompts_are_another_model_to_a_list_and_to_passages() -> None:
    """A list names model and prompts; another passage prompt embeds again, another query prompt does not."""
    people, cache = crowd(1, 5), Memory()
    told = set()
    for query, passage in (("", ""), ("query: ", ""), ("query: ", "passage: ")):
        embedder = HashingEmbedder()
        embedder.query_prompt, embedder.passage_prompt = query, passage
        told.add(build_corpus(people, cache, embedder).model)
        assert bool(embedder.encoded) == ((query, passage) != ("query: ", ""))
    assert len(told) == 3


@pytest.mark.parametrize(
    ("tables", "word"),
    [
        ('[embedding]\nmodle = "x"', "modle"),
        ("[embedding]\n", "embedding.model"),
        ('[embedding]\nmodel = ""', "embedding.model"),
        ('[reranker]\nmodel = "x"\nweight = -1', "reranker.weight"),
        ('[reranking]\nmodel = "x"', "reranking"),
    ],
)
def test_wrong_keys_are_refused_by_name(home: Home, tables: str, word: str) -> None:
    """As everywhere, with the file."""
    configure(home, tables)
    with pytest.raises(BadConfiguration, match=rf"operator\.toml.*{word}"):
        embedder_of(home)


def test_a_home_names_no_model_by_default(home: Home) -> None:
    """Neither before `headwater init` nor after it: the packaged one is used."""
    assert embedder_of(home) is None
    configure(home, "")
    assert embedder_of(home) is None


@pytest.mark.parametrize(
    ("arguments", "table"),
    [
        (("refresh",), "embedding"),
        (("rank", "A parser"), "embedding"),
        (("rank", "A parser"), "reranker"),
        (("rank", "A parser", "--people", "nobody.jsonl"), "reranker"),
        (("doctor",), "embedding"),
    ],
)
def test_a_model_that_nobody_has_is_one_clear_fault(home: Home, arguments: tuple[str, ...], table: str) -> None:
    """The name and what to do, as a fault of configuration, before the store is even made."""
    configure(home, NOWHERE.replace("embedding", table))
    done = headwater(*arguments, home=home.folder)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert all(word in done.stderr for word in ("example/no-such-model", "local folder", "HF_HUB_OFFLINE=0"))
    assert not (home / "headwater.db").exists()


@pytest.mark.model
def test_a_folder_is_told_by_its_files_wherever_it_lies(tmp_path: Path) -> None:
    """Moved it is the same model; with other weights, or another tokenizer, it is another."""
    folder = tiny_encoder(tmp_path / "one" / "tiny")
    _, version = find_model(str(folder))
    shutil.copytree(folder, tmp_path / "two" / "tiny")
    (tmp_path / "two" / "tiny" / "README.md").write_text("moved")
    assert find_model(str(tmp_path / "two" / "tiny"))[1] == version
    assert version.startswith("tiny@")
    for name in ("tokenizer.json", "model.safetensors"):
        (folder / name).write_bytes((folder / name).read_bytes() + b" ")
        assert find_model(str(folder))[1] != version
        version = find_model(str(folder))[1]


@pytest.mark.model
def test_a_named_model_encodes_and_is_sent_by_name(tmp_path: Path) -> None:
    """Unit rows in fp32; another process gets no weights, loads the very version, and refuses any other."""
    folder = tiny_encoder(tmp_path / "tiny")
    model = HubModel(str(folder), query_prompt="query: ")
    rows = model.encode(["a database", "compost and seedling"])
    assert rows.shape == (2, model.dimension) == (2, 32)
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    sent = pickle.dumps(model)
    assert len(sent) < 400
    there = pickle.loads(sent)
    assert (there.model_id, there.query_prompt) == (model.model_id, "query: ")
    assert np.array_equal(there.encode(["a database"]), model.encode(["a database"]))
    shutil.rmtree(folder)
    other = pickle.dumps(HubModel(str(tiny_encoder(folder, seed=1))))
    assert other != sent
    fresh = sent.replace(b"query: ", b"asked: ")
    with pytest.raises(WrongWeights, match=r"one version on every machine"):
        pickle.loads(fresh)


@pytest.mark.model
def test_what_the_hub_fetched_before_is_found_by_name_and_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Out of this machine's cache, offline, at any revision that is there."""
    from huggingface_hub import constants

    commit = "0123456789abcdef0123456789abcdef01234567"
    kept = tmp_path / "hub" / "models--example--tiny"
    tiny_encoder(kept / "snapshots" / commit)
    (kept / "refs").mkdir()
    (kept / "refs" / "main").write_text(commit)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr("huggingface_hub._snapshot_download.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    assert HubModel("example/tiny").model_id == "example/tiny@01234567/fp32"
    assert HubModel("example/tiny", commit).model_id == "example/tiny@01234567/fp32"
    with pytest.raises(NoSuchModel, match=r"example/tiny at v2.*HF_HUB_OFFLINE=0"):
        HubModel("example/tiny", "v2")


@pytest.mark.model
def test_only_safetensors_are_read_and_no_code_is_run(tmp_path: Path) -> None:
    """Pickled weights, a module of the model's own and a damaged file are each refused by name."""
    pickled, coded, damaged = (tiny_encoder(tmp_path / name) for name in ("pickled", "coded", "damaged"))
    (pickled / "model.safetensors").rename(pickled / "pytorch_model.bin")
    modules = json.loads((coded / "modules.json").read_text())
    modules[0]["type"] = "own_code.Own"
    (coded / "modules.json").write_text(json.dumps(modules))
    (coded / "own_code.py").write_text("raise SystemExit('code was run')")
    weights = damaged / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[: weights.stat().st_size // 2])
    for folder in (pickled, coded, damaged):
        with pytest.raises(NoSuchModel, match=rf"{folder.name}.*choose"):
            load("SentenceTransformer", folder)


@pytest.mark.model
def test_another_model_embeds_again_and_says_so(
    home: Home, store: Store, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A list before the next refresh is right, and told to be for this once; afterwards nothing is embedded again."""
    _fill(store, home)
    embed_evidence(store, embedder=HashingEmbedder())
    folder = tiny_encoder(tmp_path / "tiny")
    configure(home, f'[embedding]\nmodel = "{folder}"\npassage_prompt = "passage: "')
    embedder = embedder_of(home)
    assert embedder is not None
    with caplog.at_level(logging.WARNING):
        pool = TalentPool.open(home)
    assert "hashing@1/fp32" in caplog.text
    assert "headwater refresh" in caplog.text
    assert pool.corpus.embedder.model_id.startswith("tiny@")
    assert pool.corpus.vectors.shape[1] == 32
    assert store.vector_models() == ["hashing@1/fp32"]
    embed_evidence(store, embedder=embedder)
    caplog.clear()
    encoded: list[tuple[int, int]] = []
    again = TalentPool.open(home, progress=lambda done, of: encoded.append((done, of)))
    assert (encoded, caplog.text) == ([], "")
    assert np.array_equal(again.corpus.index.vectors, pool.corpus.index.vectors)
    assert judge(again.corpus).effect in (None, "note")
    assert set(store.vector_models()) > {"hashing@1/fp32", *passages_by(embedder)}


def test_who_is_forgotten_leaves_no_vector_of_any_model(home: Home, store: Store) -> None:
    """A person's passages are found by their bare text, whatever prompt a model of whatever day put before it."""
    _fill(store, home)
    embedder = Prompted()
    embed_evidence(store, embedder=embedder)
    everybody = load_candidates(store)
    theirs = vectors_of_theirs(everybody[:1], everybody, store)
    assert theirs
    assert len(store.vectors(*passages_by(embedder), theirs)) == len(theirs)


def _fill(store: Store, home: Home) -> None:
    """A few people with evidence, joined."""
    for person in crowd(2, 12, least=2):
        url = person.evidence[0].url
        records = [*person.accounts, *person.evidence]
        store.settle("test", Request("web", url), page=Page("web", url, b"", NOON), records=records, archive=False)
    join_accounts(store, home.key, NOON)


def test_what_a_role_asked_is_not_encoded_again(home: Home, store: Store) -> None:
    """With the questions kept, the next ranking by the same role is the same and needs no model."""
    _fill(store, home)
    embed_evidence(store, embedder=HashingEmbedder())
    role = read_role("Must have retries with a budget, not looking for watercolours unless shipped", as_of=TODAY)
    pool = TalentPool.open(home, embedder=HashingEmbedder())
    first = pool.rank(role, as_of=TODAY)
    pool.keep_questions(role, store)
    idle = HashingEmbedder()
    again = TalentPool.open(home, embedder=idle).rank(role, as_of=TODAY)
    assert idle.encoded == []
    assert again.to_frame().equals(first.to_frame())
