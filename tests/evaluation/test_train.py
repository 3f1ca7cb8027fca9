"""Weights are fitted to decisions, promoted only when unseen roles gain, and taken back in one step."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from ranking.corpus.corpus import build_corpus
from ranking.corpus.people_file import read_people
from ranking.evaluation.labels import Judged, Label
from ranking.evaluation.train import (
    LEAST_ROLES,
    TrainingTable,
    Trial,
    fit,
    learned,
    multiplied,
    train,
    training_table,
    trial,
)
from ranking.evaluation.trained_weights import NothingTrained, digest, promote, roll_back
from ranking.evaluation.tune import ndcg
from ranking.index.embedder import Memory
from ranking.role import parse_role
from ranking.scoring.score import score_role
from ranking.scoring.weights import read_weights, weights_of
from scrapers.settings.home import Home
from scrapers.settings.strict import BadConfiguration
from tests.evaluation.test_evaluate import PEOPLE, lines
from tests.support.constants import THOROUGH
from tests.support.hash_embedder import HashingEmbedder

DAY = date(2026, 11, 15)
WON = Trial(6, 60, 0.5, 0.6, 0.05, 0.15)
SHIPPED = np.array([1.0, 0.4, 0.6, 1.0, 0.75, 0.4, 0.75, 0.3, 1.0])
SHIPPED /= SHIPPED.sum()


def sheet(draw: np.random.Generator, taste: np.ndarray, people: int = 200) -> TrainingTable:
    """Everybody's points for a role, and whom a recruiter of that taste wants: the best tenth by it."""
    parts = 0.7 * draw.normal(size=(people, 1)) + 0.7 * draw.normal(size=(people, len(SHIPPED)))
    points = np.hstack([parts * SHIPPED, 0.16 * draw.normal(size=(people, 1))])
    value = points @ np.exp(taste)
    return TrainingTable(points, np.zeros(people), (value >= np.quantile(value, 0.9)).astype(float), len(SHIPPED))


def reviewed(draw: np.random.Generator, whole: TrainingTable, count: int, noise: float = 0.2) -> TrainingTable:
    """The first `count` places as a recruiter labels them, one decision in five the wrong way round."""
    top = np.argsort(-whole.scores(np.zeros(10)))[:count]
    right = whole.grades[top]
    given = np.where(draw.random(count) < noise, 1 - right, right)
    return TrainingTable(whole.points[top], whole.rest[top], given, whole.parts)


def test_sixty_noisy_labels_help_on_unseen_roles() -> None:
    """Recruiters of tastes of their own, a fifth of their labels wrong: unseen roles gain and few lose."""
    gains = []
    for seed in range(12):
        draw = np.random.default_rng(seed)
        taste = draw.normal(size=10)
        logs = fit([reviewed(draw, sheet(draw, taste), 20) for _ in range(3)])
        unseen = [sheet(draw, taste) for _ in range(10)]
        before = [ndcg(s.scores(np.zeros(10))[None], s.grades[None])[0] for s in unseen]
        after = [ndcg(s.scores(logs)[None], s.grades[None])[0] for s in unseen]
        gains.append(np.mean(after) - np.mean(before))
    assert np.mean(gains) > 0.01
    assert np.mean(np.array(gains) < 0) <= 0.25


def test_shuffled_labels_are_refused() -> None:
    """Labels that mean nothing are promoted in at most 5 of 100 cases."""
    cases, promoted = 100 if THOROUGH else 20, 0
    for seed in range(cases):
        draw = np.random.default_rng(seed)
        taste = draw.normal(size=10)
        sheets = [reviewed(draw, sheet(draw, taste, 60), 10) for _ in range(6)]
        grades = draw.permutation(np.concatenate([each.grades for each in sheets])).reshape(6, 10)
        promoted += trial([replace(each, grades=row) for each, row in zip(sheets, grades, strict=True)]).promoted
    assert promoted <= max(1, 0.05 * cases)


def test_a_taste_that_is_plain_is_promoted() -> None:
    """A recruiter who looks at one thing alone, which the shipped weights count least, gets weights of their own."""
    draw = np.random.default_rng(1)
    taste = np.array([-3.0] * 9 + [3.0])
    sheets = [reviewed(draw, sheet(draw, taste), 40, noise=0.0) for _ in range(8)]
    found = trial(sheets)
    assert found.promoted
    assert found.after > found.before
    assert "promoted" in found.told()


def test_few_roles_say_nothing() -> None:
    """Below five telling roles nothing is promoted, and the sentence says what is missing."""
    draw = np.random.default_rng(2)
    found = trial([reviewed(draw, sheet(draw, np.ones(10)), 10) for _ in range(LEAST_ROLES - 1)])
    assert not found.promoted
    assert "at least 5" in found.told()
    assert not fit([]).any()


def test_without_decisions_that_differ_nothing_moves() -> None:
    """Labels that are all alike order nobody, so that the weights stay."""
    draw = np.random.default_rng(3)
    alike = replace(sheet(draw, np.ones(10), 20), grades=np.ones(20))
    assert not fit([alike]).any()
    shipped = read_weights()
    assert multiplied(shipped, dict.fromkeys(learned(shipped), 0.0)) == shipped


def test_a_pool_is_trained_on_from_end_to_end(tmp_path: Path) -> None:
    """Labels on real roles become weights of the same keys and sum; people outside the pool are no obstacle."""
    rows = [
        {"person_id": who, "documents": [{"kind": "post", "title": said, "text": said} for said in made]}
        for who, made in PEOPLE.items()
    ]
    corpus = build_corpus(
        read_people(lines(tmp_path / "p.jsonl", [dict(row) for row in rows])), Memory(), HashingEmbedder()
    )
    roles = ["database kernel", "game shaders", "bread", "gardens", "write-ahead logs"]
    judged = [Judged(parse_role(role), {"ada": 2, "bob": 0, "gone": 1}) for role in roles]
    shipped = read_weights()
    weights, found = train(corpus, judged, shipped, DAY)
    assert sum(weights.parts.model_dump().values()) == pytest.approx(sum(shipped.parts.model_dump().values()), abs=1e-3)
    assert found.roles == 5
    known = training_table(
        score_role(judged[0].role, corpus, shipped, DAY), ["ada", "bob"], judged[0].grades, learned(shipped)
    )
    total = score_role(judged[0].role, corpus, shipped, DAY).total
    assert known.scores(np.zeros(known.points.shape[1])) == pytest.approx(total[:2])


def test_promoted_weights_are_used_recorded_and_taken_back(home: Home) -> None:
    """The newest file counts, says where it comes from, and one step back brings the weights before it."""
    shipped = read_weights()
    labels = [Label("a", "x", "yes"), Label("a", "y", "no")]
    first = multiplied(shipped, {"recency": 1.0})
    promote(home, first, WON, labels, DAY)
    path = promote(home, multiplied(shipped, {"recency": 2.0}), WON, labels, DAY)
    assert path.stat().st_mode & 0o777 == 0o600
    assert weights_of(home).features["recency"] > first.features["recency"]
    assert tomllib.loads(path.read_text())["trained"]["digest"] == digest(reversed(labels))
    roll_back(home)
    assert weights_of(home).features == first.features
    roll_back(home)
    assert weights_of(home) == shipped
    with pytest.raises(NothingTrained):
        roll_back(home)
    assert promote(home, first, WON, labels, DAY).name == "0003.toml"


def test_a_trained_file_with_an_unknown_key_is_refused_by_name(home: Home) -> None:
    """A file of trained weights that somebody edited wrongly names the file and the key."""
    path = promote(home, read_weights(), WON, [], DAY)
    path.write_text(path.read_text() + "\n[charm]\nsmile = 1\n", encoding="utf-8")
    with pytest.raises(BadConfiguration, match=r"0001\.toml.*charm"):
        weights_of(home)
