"""Commands that judge the ranking, as a user runs them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.evaluation.test_evaluate import lines
from tests.flows.test_cli import headwater


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("evaluate",), ("--people", "--labels")),
        (("evaluate", "--people", "p", "--queries", "q", "--against", "r"), ("--qrels",)),
        (("evaluate", "--people", "p", "--queries", "q"), ("--out", "--qrels")),
        (("train",), ("--rollback",)),
        (("train", "--rollback"), ("packaged",)),
        (("train", "nothing.csv"), ("nothing.csv",)),
    ],
)
def test_wrong_use_says_what_to_give(tmp_path: Path, arguments: tuple[str, ...], words: tuple[str, ...]) -> None:
    """A missing or contradictory option is one clear line with exit code 2."""
    done = headwater(*arguments, home=tmp_path / "home")
    assert done.returncode == 2
    assert all(word in done.stderr for word in words), done.stderr


@pytest.mark.model
def test_a_run_is_measured_against_another(tmp_path: Path) -> None:
    """Figures with intervals, what was not judged, and the paired difference are printed."""
    said = {"ada": "a database kernel", "bob": "bread and gardens"}
    rows = [{"person_id": w, "documents": [{"title": t, "text": t}]} for w, t in said.items()]
    people = lines(tmp_path / "people.jsonl", [dict(row) for row in rows])
    asked = [{"query_id": "db", "text": "database kernels"}, {"query_id": "free", "text": "bread"}]
    queries = lines(tmp_path / "q.jsonl", [dict(row) for row in asked])
    qrels, run = tmp_path / "qrels", tmp_path / "run"
    qrels.write_text("db 0 ada 1\n", encoding="utf-8")
    run.write_text("db Q0 bob 1 2 t\ndb Q0 ada 2 1 t\n", encoding="utf-8")
    done = headwater(
        *("evaluate", "--people", people, "--queries", queries, "--qrels", qrels, "--against", run),
        home=tmp_path / "home",
    )
    assert done.returncode == 0, done.stderr
    assert all(words in done.stdout for words in ("nDCG@10", "MAP", "not judged", "free", "better on 1"))


@pytest.mark.model
def test_the_doctor_speaks_json_of_an_empty_home(tmp_path: Path) -> None:
    """Before anything is collected the environment and the store are told, and what to do next."""
    done = headwater("doctor", "--json", home=tmp_path / "home")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["environment"]["model"].startswith("all-MiniLM-L6-v2@")
    assert "headwater collect" in told["note"]
