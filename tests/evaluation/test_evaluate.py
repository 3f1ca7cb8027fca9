"""Own people, own queries, TREC runs and measures."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest

from ranking.corpus.people_file import PeopleUnreadable, read_people
from ranking.evaluation.evaluate import evaluate
from ranking.evaluation.measures import compared, measured, read_run
from ranking.index.embedder import Memory
from ranking.scoring.weights import read_weights
from scrapers.settings.strict import BadConfiguration
from tests.support.hash_embedder import HashingEmbedder

PEOPLE = {
    "ada": ["A database kernel in Rust", "Write-ahead logs for a database"],
    "bob": ["A game about gardens", "Pixel shaders for a game"],
    "cai": ["Bread and gardens"],
}


def lines(path: Path, rows: list[dict[str, object]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture
def people(tmp_path: Path) -> Path:
    rows: list[dict[str, object]] = []
    for who, made in PEOPLE.items():
        documents = [{"kind": "post", "title": said, "text": f"{said}.", "date": "2026-01-02"} for said in made]
        rows.append({"person_id": who, "documents": documents})
    return lines(tmp_path / "people.jsonl", rows)


def test_a_run_ranks_everybody_for_every_query(people: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The run is TREC, holds all people, and one query that cannot be read is warned about and stops nothing."""
    queries = lines(
        tmp_path / "q.jsonl", [{"query_id": "db", "text": "Database kernels"}, {"query_id": "odd", "text": "!?"}]
    )
    qrels = tmp_path / "qrels.tsv"
    qrels.write_text("db 0 ada 2\n", encoding="utf-8")
    with caplog.at_level(logging.WARNING):
        measures = evaluate(people, queries, qrels, tmp_path / "run", Memory(), embedder=HashingEmbedder())
    assert measures is not None
    assert measures["nDCG@10"].mean == pytest.approx(1)
    run = [line.split() for line in (tmp_path / "run").read_text(encoding="utf-8").splitlines()]
    assert [(row[0], row[3]) for row in run] == [(q, str(n)) for q in ("db", "odd") for n in (1, 2, 3)]
    assert run[0][2] == "ada"
    assert "odd" in caplog.text


def test_a_query_that_may_not_be_asked_has_no_list(
    people: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Nobody is ranked by a protected trait here either; the reason is told, and the other queries are answered."""
    asked = [{"query_id": "bad", "text": "Men only"}, {"query_id": "db", "text": "Database kernels"}]
    run = tmp_path / "new" / "run"
    with caplog.at_level(logging.WARNING):
        evaluate(people, lines(tmp_path / "q.jsonl", asked), None, run, Memory(), embedder=HashingEmbedder())
    assert {line.split()[0] for line in run.read_text(encoding="utf-8").splitlines()} == {"db"}
    assert "bad has no list" in caplog.text
    assert "gender" in caplog.text


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "people.jsonl:1"),
        ("[]", "one JSON object"),
        ('{"person_id": ""}', "person_id"),
        ('{"person_id": "a"}', "documents"),
        ('{"person_id": "a", "documents": [3]}', "document 1"),
        ('{"person_id": "a", "documents": [{"title": 3}]}', "'title'"),
        ('{"person_id": "a", "documents": []}\n{"person_id": "a", "documents": []}', "people.jsonl:2"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, line: str, said: str) -> None:
    """Every fault of the file names the file, the line and the field."""
    path = tmp_path / "people.jsonl"
    path.write_text(line, encoding="utf-8")
    with pytest.raises(PeopleUnreadable, match=said):
        read_people(path)


def test_a_key_that_is_not_read_is_told_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A misspelt key of a person or a document is named once, with the file, its first line and the known keys."""
    document = {"title": "Retries", "txt": "With a budget."}
    rows: list[dict[str, object]] = [{"person_id": "ada", "documents": [{"title": "Retries", "text": "Once."}]}]
    rows += [{"person_id": name, "text": "lost", "documents": [document, document]} for name in ("bob", "cai")]
    with caplog.at_level(logging.WARNING):
        assert len(read_people(lines(tmp_path / "people.jsonl", rows))) == 3
    by_person, by_document = caplog.messages
    assert "people.jsonl:2: key 'text' of a person (known are person_id, documents)" in by_person
    assert "people.jsonl:2: key 'txt' of a document (known are kind, title, text, date, url)" in by_document


def test_an_unknown_weight_is_refused_by_name(tmp_path: Path) -> None:
    """A misspelt key in weights.toml does not count silently for nothing."""
    path = tmp_path / "weights.toml"
    path.write_text("[parts]\nstars = 1.0\n", encoding="utf-8")
    with pytest.raises(BadConfiguration, match=r"parts\.stars"):
        read_weights(path)
    assert sum(read_weights().parts.of(part) for part in read_weights().parts.model_dump()) == pytest.approx(1)


def test_what_is_not_judged_is_said_and_not_counted() -> None:
    """A query without a judgement measures nothing, one that the run leaves out counts 0, and both are told."""
    run = {"a": {"x": 2.0, "y": 1.0}, "free": {"x": 1.0}}
    found = measured(run, {"a": {"x": 1}, "lost": {"x": 1}, "empty": {"x": 0}})
    assert found["nDCG@10"].by_query == {"a": 1.0, "lost": 0.0}
    assert (found.unanswered, found.unjudged, found.nobody) == (("lost",), ("free",), ("empty",))
    told = "\n".join(found.told())
    assert all(words in told for words in ("not judged", "not answered", "nobody relevant", "MAP", "MRR", "P@5"))


def test_nothing_judged_is_no_figure_of_any_use() -> None:
    """Without a single common query the means are of 0 queries, and the line says so."""
    found = measured({"a": {"x": 1.0}}, {"b": {"x": 0}})
    assert all("0 queries" in line for line in found.told() if "[" in line)


def test_two_runs_are_compared_query_by_query(tmp_path: Path) -> None:
    """A run that is better on every query differs by chance hardly ever; a run against itself always."""
    queries = [f"q{number}" for number in range(12)]
    qrels = {query: {"good": 1} for query in queries}
    path = tmp_path / "run"
    path.write_text("".join(f"{query} Q0 bad 1 2 t\n{query} Q0 good 2 1 t\n" for query in queries), encoding="utf-8")
    best = measured({query: {"good": 2.0, "bad": 1.0} for query in queries}, qrels)
    worse = measured(read_run(path), qrels)
    ndcg = compared(best, worse)[0]
    assert ndcg.low > 0
    assert ndcg.p < 0.01
    assert (ndcg.better, ndcg.worse, ndcg.queries) == (12, 0, 12)
    assert compared(best, best)[0].p == 1


def test_a_wrong_line_of_a_run_is_named(tmp_path: Path) -> None:
    """A line of a run that is no TREC line is named with its number."""
    path = tmp_path / "run"
    path.write_text("q Q0 ada 1 0.5 tag\nq Q0 bob\n", encoding="utf-8")
    with pytest.raises(PeopleUnreadable, match="run:2"):
        read_run(path)
