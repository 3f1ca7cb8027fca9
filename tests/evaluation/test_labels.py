"""Recruiters' own labels: read strictly, measured over the people somebody decided about."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from ranking.corpus.corpus import build_corpus
from ranking.corpus.people_file import read_people
from ranking.evaluation.evaluate import evaluate_labels
from ranking.evaluation.labels import Label, LabelsUnreadable, judged_roles, read_labels
from ranking.index.embedder import Memory
from ranking.pool import TalentPool
from tests.evaluation.test_evaluate import PEOPLE, lines
from tests.support.hash_embedder import HashingEmbedder

DAY = date(2026, 11, 15)


def write(folder: Path, *rows: str) -> Path:
    path = folder / "labels.csv"
    path.write_text("\n".join(["role,candidate_id,name,decision", *rows, ""]), encoding="utf-8")
    return path


def test_only_decisions_count_and_the_later_one_wins(tmp_path: Path) -> None:
    """Rows that nobody decided about are no labels; of two decisions about a candidate the later holds."""
    labels = read_labels(write(tmp_path, "db,ada,Ada,Yes", "db,bob,Bob,", "db,ada,Ada,maybe"))
    assert labels == [Label("db", "ada", "yes"), Label("db", "ada", "maybe")]
    (tmp_path / "db.md").write_text("## Must have\n- database kernels\n", encoding="utf-8")
    (judged,) = judged_roles([Label("db.md", label.candidate_id, label.decision) for label in labels], tmp_path, DAY)
    assert judged.role.requirements[0].text == "database kernels"
    assert judged.grades == {"ada": 1}


@pytest.mark.parametrize(
    ("row", "said"),
    [("db,ada,Ada,perhaps", r"labels\.csv:2: decision 'perhaps'"), (",ada,Ada,yes", "must not be empty")],
)
def test_a_wrong_label_is_named(tmp_path: Path, row: str, said: str) -> None:
    """A decision that is none is named with its line and with what may stand there."""
    with pytest.raises(LabelsUnreadable, match=said):
        read_labels(write(tmp_path, row))
    (tmp_path / "other.csv").write_text("candidate_id\n", encoding="utf-8")
    with pytest.raises(LabelsUnreadable, match="no column role, decision"):
        read_labels(tmp_path / "other.csv")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"])
def test_labels_are_read_as_a_spreadsheet_saves_them(tmp_path: Path, encoding: str) -> None:
    """Any encoding, separator and case of the header that Excel writes; a cell left off is empty."""
    saved = tmp_path / "labels.csv"
    saved.write_bytes("Role;candidate_id;decision\r\nKöche;ada;yes\r\nKöche;bob\r\n".encode(encoding))
    assert read_labels(saved) == [Label("Köche", "ada", "yes")]


def test_labels_are_measured_among_the_people_decided_about(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Who was not looked at is not counted as wrong: the list holds labelled candidates alone. Strangers are told."""
    rows = [
        {"person_id": who, "documents": [{"kind": "post", "title": said, "text": said} for said in made]}
        for who, made in PEOPLE.items()
    ]
    people = read_people(lines(tmp_path / "people.jsonl", [dict(row) for row in rows]))
    pool = TalentPool(people, build_corpus(people, Memory(), HashingEmbedder()))
    labels = [Label("bread and gardens", "bob", "yes"), Label("bread and gardens", "ada", "no")]
    found = evaluate_labels(pool, judged_roles(labels, tmp_path, DAY), DAY)
    assert found["nDCG@10"].mean == 1.0
    assert caplog.text == ""
    strange = [*labels, Label("bread and gardens", "nobody", "yes")]
    evaluate_labels(pool, judged_roles(strange, tmp_path, DAY), DAY)
    assert "1 of 3 labelled candidates are not in this pool" in caplog.text
