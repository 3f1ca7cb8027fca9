"""Impact ratios: three tables worked out by hand, and labels that nothing of the ranking ever sees."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from fractions import Fraction
from pathlib import Path

import pytest

from flows.cli.rights import as_object, ratios_told
from ranking.evaluation.adverse_impact import AssessedPerson, LabelsRefused, assess, impact, read_groups
from ranking.handover.exporting import export
from ranking.pool import TalentPool
from ranking.role import parse_role
from scrapers.settings.home import Home
from scrapers.store import Store
from tests.shortlist.test_changes import ROLE, seen
from tests.support.constants import NOON
from tests.support.hash_embedder import HashingEmbedder

Row = tuple[str, int, int, int, Fraction | None, Fraction | None, bool]


def people(sex: str, race: str, size: int, selected: int, above: int) -> Iterator[AssessedPerson]:
    """A group of whom the first so many are selected, and so many score 1, the others 0."""
    for number in range(size):
        yield AssessedPerson({"sex": sex, "race_ethnicity": race}, number < selected, float(number < above))


def rows(of: list[AssessedPerson], table: int) -> list[Row]:
    return [
        (g.name, g.people, g.selected, g.above, g.selection_ratio, g.scoring_ratio, g.flagged)
        for g in impact(of)[table].groups
    ]


def test_two_sexes() -> None:
    """30 of 100 against 12 of 60: rates 0.3 and 0.2, ratio 2/3, flagged; 48 and 24 above: rates 0.48 and 0.4, 5/6."""
    table = [*people("female", "", 60, 12, 24), *people("male", "", 100, 30, 48), *people("", "", 40, 1, 0)]
    assert rows(table, 0) == [
        ("female", 60, 12, 24, Fraction(2, 3), Fraction(5, 6), True),
        ("male", 100, 30, 48, Fraction(1), Fraction(1), False),
    ]
    assert [each.unknown for each in impact(table)] == [40, 200, 200]


def test_four_groups_one_of_them_tiny() -> None:
    """A group of 3 in 203 (1.5 %) is listed without a ratio, and the highest rate is not its own; 0.80 is no flag."""
    table = [
        *people("", "A", 100, 50, 40), *people("", "B", 60, 24, 24), *people("", "C", 40, 15, 4),
        *people("", "D", 3, 3, 3),
    ]  # fmt: skip
    assert rows(table, 1) == [
        ("A", 100, 50, 40, Fraction(1), Fraction(1), False),
        ("B", 60, 24, 24, Fraction(4, 5), Fraction(1), False),
        ("C", 40, 15, 4, Fraction(3, 4), Fraction(1, 4), True),
        ("D", 3, 3, 3, None, None, False),
    ]
    assert [group.left_out for group in impact(table)[1].groups] == [False, False, False, True]


def test_intersections_and_small_samples() -> None:
    """Four intersections of 20, 20, 40 and 40: those under 30 are warned of; nobody selected has a ratio of 0."""
    table = [
        *people("f", "A", 20, 5, 8), *people("f", "B", 20, 0, 4), *people("m", "A", 40, 10, 16),
        *people("m", "B", 40, 8, 16), *people("m", "", 10, 1, 1),
    ]  # fmt: skip
    assert rows(table, 2) == [
        ("f / A", 20, 5, 8, Fraction(1), Fraction(1), False),
        ("f / B", 20, 0, 4, Fraction(0), Fraction(1, 2), True),
        ("m / A", 40, 10, 16, Fraction(1), Fraction(1), False),
        ("m / B", 40, 8, 16, Fraction(4, 5), Fraction(1), False),
    ]
    both = impact(table)[2]
    assert both.unknown == 10
    assert [group.small for group in both.groups] == [True, True, False, False]
    told = "\n".join(ratios_told(both))
    assert told.count("BELOW 0.80") == 1
    assert told.count("fewer than 30") == 2
    assert as_object(both)["unknown"] == 10


def test_nobody_selected_has_no_ratio() -> None:
    """Where the highest rate is 0 there is nothing to compare with, and an empty table is no error."""
    assert rows(list(people("f", "A", 40, 0, 0)), 0) == [("f", 40, 0, 0, None, None, False)]
    assert [table.groups for table in impact([])] == [(), (), ()]


def test_labels_meet_the_exported_shortlist(
    home: Home, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Selected is who was exported; who has no label is unknown; the ranking is the same whatever labels say."""
    monkeypatch.setattr("ranking.corpus.corpus.minilm_for", lambda *_: HashingEmbedder())
    seen(store, home, NOON.date(), "ada", "bob", "cyd", "dee")
    pool, role, day = TalentPool.open(home), parse_role(ROLE), NOON.date() + timedelta(days=1)
    first = pool.rank(role, top=2, as_of=day)
    export(first, home, "shortlist_csv", tmp_path / "list", at=NOON)
    order = [match.candidate.id for match in pool.rank(role, top=4, as_of=day)]
    labels = tmp_path / "labels.csv"
    said = zip(order[:3], ("f", "m", "f"), strict=True)
    labels.write_text("candidate_id,sex,race_ethnicity\n" + "".join(f"{who},{sex},\n" for who, sex in said) + "x,m,A\n")
    (sexes, _, _), strangers = assess(pool, role, home, store, day, labels)
    assert [(g.name, g.people, g.selected, g.above) for g in sexes.groups] == [("f", 2, 1, 1), ("m", 1, 1, 1)]
    assert (sexes.unknown, strangers) == (1, 1)
    assert [match.candidate.id for match in pool.rank(role, top=4, as_of=day)] == order
    assert b"race_ethnicity" not in b"".join(p.read_bytes() for p in home.folder.rglob("*") if p.is_file())


def test_only_the_audit_reads_labels() -> None:
    """No other module of the product imports what reads group labels."""
    root = Path(__file__).parents[2]
    files = [file for folder in ("scrapers", "ranking", "flows") for file in (root / folder).rglob("*.py")]
    reading = {
        file.name
        for file in files
        if re.search(r"evaluation\.adverse_impact\b|read_groups", file.read_text(encoding="utf-8"))
    }
    assert reading == {"adverse_impact.py", "rights.py"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("candidate_id,sex\n", "race_ethnicity"),
        ("candidate_id,sex,race_ethnicity\nc1,f\n", ":2: 2 cells"),
        ("candidate_id,sex,race_ethnicity\nc1,f,A\nc1,m,A\n", ":3: c1"),
    ],
)
def test_labels_that_cannot_be_taken_are_named(tmp_path: Path, text: str, words: str) -> None:
    """The message names the file, the line and what is wrong."""
    (tmp_path / "labels.csv").write_text(text)
    with pytest.raises(LabelsRefused, match=words):
        read_groups(tmp_path / "labels.csv")
