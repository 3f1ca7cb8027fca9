"""The doctor finds what is wrong with vectors and texts, and leaves healthy corpora alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ranking.corpus.corpus import build_corpus
from ranking.evaluation.doctor import FindingCode, Geometry, examined, judge, without_meaning
from ranking.index.embedder import Memory
from ranking.notebook.map import draw, places
from ranking.pool import TalentPool
from ranking.role import parse_role
from ranking.scoring.score import score_role
from ranking.scoring.weights import read_weights
from scrapers.faults import Fault
from scrapers.records import Account, Candidate, Evidence, EvidenceKind
from scrapers.settings.home import Home
from tests.flows.test_cli import headwater
from tests.support.constants import NOON, THOROUGH
from tests.support.hash_embedder import HashingEmbedder

SEEDS = 100 if THOROUGH else 12
SIZE, WIDTH = 240, 96
OPENINGS = ("We built", "She wrote", "This is", "They keep", "I maintain", "Here is", "The team ships")
THINGS = (
    "a scheduler",
    "a parser",
    "the index",
    "our cache",
    "a map of the river",
    "this game",
    "a bridge",
    "a sensor",
)
ENDS = (
    "that survives a power cut and tells nobody but its log",
    "because the old one lost every third message at night",
    "and then we measured how long people had to wait for an answer",
    "so that a nurse can read it with gloves on",
    "which took three weekends and one very patient friend",
    "for everybody who has ever lost a draft on a train",
)
FRENCH = "nous avons écrit un petit outil pour les bibliothèques de la ville, et personne ne sait comment il marche"


def healthy(seed: int) -> Geometry:
    """Pieces in a dozen topics with a common direction, as sentence models give them; four pieces a person."""
    draw = np.random.default_rng(seed)
    topics = draw.normal(size=(12, WIDTH))
    common = draw.normal(size=WIDTH) * draw.uniform(0.4, 0.9)
    rows = common + 0.7 * topics[draw.integers(0, 12, SIZE)] + draw.normal(size=(SIZE, WIDTH))
    texts = [
        f"{draw.choice(OPENINGS)} {draw.choice(THINGS)} number {number} {draw.choice(ENDS)} and {draw.choice(ENDS)}."
        for number in range(SIZE)
    ]
    vectors = unit(rows)
    cut = np.where(draw.random(SIZE) < 0.04, 120, 0)
    again = {row: vectors[row] for row in range(16)}
    return Geometry(vectors, np.arange(SIZE) // 4, np.arange(SIZE), tuple(texts), cut, again)


def unit(rows: np.ndarray) -> np.ndarray:
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def emptied(whole: Geometry, draw: np.random.Generator) -> Geometry:
    vectors = whole.vectors.copy()
    vectors[draw.integers(16, SIZE)] = draw.choice([0.0, np.nan])
    return replace(whole, vectors=vectors)


def by_another_model(whole: Geometry, draw: np.random.Generator) -> Geometry:
    turn, _ = np.linalg.qr(draw.normal(size=(WIDTH, WIDTH)))
    return replace(whole, again={row: (vector @ turn).astype(np.float32) for row, vector in whole.again.items()})


def collapsed(whole: Geometry, draw: np.random.Generator) -> Geometry:
    return moved(whole, unit(whole.vectors + unit(draw.normal(size=(1, WIDTH))) * draw.uniform(2.0, 5.0)))


def with_hubs(whole: Geometry, draw: np.random.Generator) -> Geometry:
    alone = unit(whole.vectors - whole.vectors.mean(axis=0)) + unit(draw.normal(size=(SIZE, WIDTH)))
    centre = unit(draw.normal(size=(1, WIDTH)))
    vectors = unit(unit(alone) + centre)
    vectors[draw.choice(SIZE, 3, replace=False)] = unit(centre + 0.005 * draw.normal(size=(3, WIDTH)))
    return moved(whole, vectors)


def copied(whole: Geometry, draw: np.random.Generator) -> Geometry:
    vectors = whole.vectors.copy()
    vectors[SIZE // 2 : SIZE // 2 + 24] = unit(vectors[:24] + 0.005 * draw.normal(size=(24, WIDTH)))
    return moved(whole, vectors)


def boilerplated(whole: Geometry, draw: np.random.Generator) -> Geometry:
    said = "Bootstrapped with the starter kit. " * 6
    marked = set(draw.choice(SIZE, 40, replace=False))
    return replace(whole, texts=tuple(said + t if n in marked else t for n, t in enumerate(whole.texts)))


def cut_off(whole: Geometry, draw: np.random.Generator) -> Geometry:
    return replace(whole, cut=np.where(draw.random(SIZE) < 0.25, 300, whole.cut))


def mixed(whole: Geometry, draw: np.random.Generator) -> Geometry:
    marked = set(draw.choice(SIZE, 110, replace=False))
    return replace(whole, texts=tuple(f"{n} {FRENCH}" if n in marked else t for n, t in enumerate(whole.texts)))


def moved(whole: Geometry, vectors: np.ndarray) -> Geometry:
    return replace(whole, vectors=vectors, again={row: vectors[row] for row in whole.again})


PATHOLOGIES: dict[FindingCode, Callable[[Geometry, np.random.Generator], Geometry]] = {
    FindingCode.EMPTY_VECTORS: emptied,
    FindingCode.MODEL_MISMATCH: by_another_model,
    FindingCode.COLLAPSED: collapsed,
    FindingCode.HUBS: with_hubs,
    FindingCode.NEAR_DUPLICATES: copied,
    FindingCode.BOILERPLATE: boilerplated,
    FindingCode.TRUNCATION: cut_off,
    FindingCode.LANGUAGE_MIX: mixed,
}


def test_every_code_has_its_pathology() -> None:
    """A new check comes with a corpus that it must catch."""
    assert set(PATHOLOGIES) == set(FindingCode)


@pytest.mark.parametrize("code", list(FindingCode))
def test_pathologies_are_caught(code: FindingCode) -> None:
    """Each injected fault is found under its own code in at least 95 of 100 corpora, with a remedy."""
    caught = 0
    for seed in range(SEEDS):
        found = examined(PATHOLOGIES[code](healthy(seed), np.random.default_rng(seed + 1_000))).found
        caught += code in {finding.code for finding in found}
        assert all(finding.sentence.endswith(".") and finding.remedy.endswith(".") for finding in found)
    assert caught >= 0.95 * SEEDS


def test_healthy_corpora_are_left_alone() -> None:
    """At most 5 of 100 healthy corpora raise anything at all."""
    assert sum(bool(examined(healthy(seed)).found) for seed in range(SEEDS)) <= 0.05 * SEEDS


def test_the_hardest_effect_counts() -> None:
    """Broken vectors ask for ranking without meaning, a mixture of languages for a look, health for nothing."""
    draw = np.random.default_rng(0)
    assert examined(emptied(mixed(healthy(0), draw), draw)).effect == "lexical"
    assert examined(mixed(healthy(0), draw)).effect == "note"
    assert examined(healthy(0)).effect is None


def test_without_meaning_words_still_rank() -> None:
    """A corpus whose vectors are not numbers is ranked by words: finite scores, the right person first."""
    people = [
        Candidate(
            name,
            (Account("file", name),),
            (Evidence(EvidenceKind.POST, Account("file", name).key, text, text, f"#{name}", None),),
        )
        for name, text in {"ada": "a database kernel", "bob": "bread and gardens", "cai": "pixel shaders"}.items()
    ]
    corpus = build_corpus(people, Memory(), HashingEmbedder())
    corpus.index.vectors[0] = np.nan
    assert judge(corpus).effect == "lexical"
    scores = score_role(parse_role("database kernel"), without_meaning(corpus), read_weights(), NOON.date())
    assert np.isfinite(scores.total).all()
    assert corpus.people[scores.order()[0]] == "ada"


def test_the_map_is_the_same_picture_twice(tmp_path: Path) -> None:
    """Two drawings are the same bytes and hold nobody's id; another kind of file is refused."""
    people = [
        Candidate(
            name,
            (Account("file", name),),
            (Evidence(EvidenceKind.POST, Account("file", name).key, text, text, f"#{name}", None),),
        )
        for name, text in {"ada-id": "a database kernel", "bob-id": "bread and gardens", "cai-id": "shaders"}.items()
    ]
    corpus = build_corpus(people, Memory(), HashingEmbedder())
    first, second = (draw(corpus, tmp_path / name).read_bytes() for name in ("a.svg", "b.svg"))
    assert first == second == draw(corpus, tmp_path / "C.SVG").read_bytes()
    assert b"ada-id" not in first
    assert places(corpus.means).std(axis=0).min() > 0
    with pytest.raises(Fault, match=r"\.png or \.svg"):
        draw(corpus, tmp_path / "map.pdf")


def test_a_cut_text_is_no_reason_to_change_the_model() -> None:
    """Passages are as long for every model, so that no other reads more: the remedy lies at the source."""
    (found,) = examined(cut_off(healthy(0), np.random.default_rng(0))).found
    assert found.code is FindingCode.TRUNCATION
    assert "at their source" in found.remedy
    assert "choose a model" not in found.remedy


def test_a_map_that_cannot_be_drawn_is_refused_before_any_work(tmp_path: Path) -> None:
    """The message names the file and the suffixes, and not even a home is made."""
    told = headwater("doctor", "--map", "people.bmp", home=tmp_path / "home")
    assert (told.returncode, told.stderr) == (2, "headwater: people.bmp: a map ends in .png or .svg\n")
    assert not (tmp_path / "home").exists()


@pytest.mark.model
@pytest.mark.xdist_group("sample")
def test_the_sample_is_healthy(sample_home: Home) -> None:
    """The packaged model's vectors of the bundled sample raise nothing, embedded anew or not."""
    assert judge(TalentPool.open(sample_home / "sample").corpus).found == ()
