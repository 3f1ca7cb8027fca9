"""Records from files, one new record among many, and names in any script."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scrapers.identity import BadRecords, cluster, resolve_file
from scrapers.identity.names import compatible, parse_name, same_full

AT = datetime(2026, 11, 3, tzinfo=UTC)


def write(path: Path, *rows: object) -> Path:
    path.write_text(
        "".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows), encoding="utf-8"
    )
    return path


def row(number: int, **fields: object) -> dict[str, object]:
    return {"record_id": f"r{number}", "source": "profile", **fields}


def test_a_file_of_records_becomes_a_table_and_reasons(tmp_path: Path) -> None:
    """Clusters have their header, each judgement its line with a sentence, gzip and plain files read alike."""
    rows = [
        row(1, name="Ada Roe", links=["github:ada"]),
        row(2, handle="Ada", handle_site="github", github_id="7", name="Ada Roe"),
    ]
    plain = write(tmp_path / "records.jsonl", *rows)
    packed = tmp_path / "records.jsonl.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    for path in (plain, packed):
        resolve_file(path, tmp_path / "out.tsv", tmp_path / "why.jsonl", at=AT)
        header, *lines = (tmp_path / "out.tsv").read_text().splitlines()
        assert header == "record_id\tcluster_id"
        assert len({line.split("\t")[1] for line in lines}) == 1
        (why,) = map(json.loads, (tmp_path / "why.jsonl").read_text().splitlines())
        assert (why["verdict"], why["rule"], why["left"], why["right"]) == ("same", "declared", "r1", "r2")
        assert why["sentence"].startswith("Joined: the profile record declares github:ada")


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ("{not json", "not JSON"),
        ("[1, 2]", "not a JSON object"),
        ({"source": "git"}, "record_id is missing"),
        ({"record_id": "a\tb"}, "tab or line break"),
        ({"record_id": "x", "links": "github:ada"}, "links is not a list"),
        ({"record_id": "x", "github_id": "12x"}, "github_id is not a number"),
        ({"record_id": "x", "years": [2020]}, "years is not a list of two"),
        ({"record_id": "r1", "name": "Somebody Else"}, "'r1' contradicts line 1"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, bad: object, said: str) -> None:
    """The error names file, line and fault, and nothing is written."""
    path = write(tmp_path / "records.jsonl", row(1, name="Ada Roe"), bad)
    with pytest.raises(BadRecords, match=r"records\.jsonl, line 2: ") as error:
        resolve_file(path, tmp_path / "out.tsv", at=AT)
    assert said in str(error.value)
    assert not (tmp_path / "out.tsv").exists()


def test_a_line_said_twice_is_read_once(tmp_path: Path) -> None:
    """A repeated line is no error; a cut gzip file is, by name."""
    path = write(tmp_path / "records.jsonl", row(1, name="Ada Roe"), row(1, name="Ada Roe"))
    assert len(resolve_file(path, tmp_path / "out.tsv", at=AT).clusters) == 1
    cut = tmp_path / "cut.jsonl.gz"
    cut.write_bytes(gzip.compress(path.read_bytes())[:-9])
    with pytest.raises(BadRecords, match="damaged"):
        resolve_file(cut, tmp_path / "out.tsv", at=AT)


@pytest.mark.parametrize(
    ("left", "right", "agree", "same"),
    [
        ("Ada Roe", "Roe, Ada", True, True),
        ("Ada Roe", "A. Roe", True, False),
        ("Ada Lou Roe", "Ada Roe", True, False),
        ("Ada Roe", "ada", True, False),
        ("Ada Roe", "Bo Roe", False, False),
        ("Zoë Łęcka", "Zoe Lecka", True, True),
        ("Ada Roe via SomeRobot", "Ada Roe (she/her)", True, True),
        ("Ada Roe", "Αda Rοe", False, False),  # Greek capital Alpha and omicron
        ("Анна Роева", "Anna Roeva", True, False),
        ("王小明", "王小红", False, False),
        ("", "Ada Roe", True, False),
    ],
)
def test_names_agree_or_not(left: str, right: str, agree: bool, same: bool) -> None:
    """Compatible and equal full names, both ways round, in several scripts."""
    assert (compatible(left, right), compatible(right, left)) == (agree, agree)
    assert (same_full(left, right), same_full(right, left)) == (same, same)


def test_any_text_is_a_name() -> None:
    """No text is too odd to take apart."""
    for text in ("", "🦊", "\u202eeoR adA", "a" * 10_000, "Ada\u0000Roe", "김철수", "O'Neil-Smith", "٣٤"):
        assert parse_name(text).key == " ".join(sorted(parse_name(text).tokens))


@pytest.mark.shared
def test_the_bench_is_joined_without_a_model_too(shared: Path, tmp_path: Path) -> None:
    """Rules alone keep precision 0.995 and recall 0.62 on the identity bench."""
    folder = shared / "bench" / "identity"
    found = resolve_file(folder / "records.jsonl.gz", tmp_path / "out.tsv", at=AT, model=None)
    truth = dict(line.split("\t")[:2] for line in (folder / "clusters.tsv").read_text().splitlines()[1:])
    right, said, true = _pairs(found.clusters, truth)
    assert right / said >= 0.995
    assert right / true >= 0.62
    assert cluster(truth, found.judgements) == found.clusters


def _pairs(found: object, truth: dict[str, str]) -> tuple[int, int, int]:
    from collections import Counter

    clusters = dict(found)  # type: ignore[call-overload]
    of = [Counter(keys) for keys in (((clusters[r], t) for r, t in truth.items()), clusters.values(), truth.values())]
    right, said, true = (sum(n * (n - 1) // 2 for n in counts.values()) for counts in of)
    return right, said, true
