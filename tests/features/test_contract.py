"""The feature contract: one file is a feature, shown without a weight, counted with one; errors name file and key."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from ranking import features
from ranking.corpus.corpus import build_corpus
from ranking.features import BrokenFeature, UnknownFeature, feature_named, feature_names
from ranking.index.embedder import Memory
from ranking.pool import TalentPool
from ranking.role import Requirement, Role
from ranking.scoring.weights import Weights, read_weights
from ranking.shortlist import Shortlist
from scrapers.settings.home import packaged
from scrapers.settings.strict import BadConfiguration
from tests.support.added_files import Add, files_added
from tests.support.hash_embedder import HashingEmbedder
from tests.support.random_people import crowd

ROLE = Role("engineer", (Requirement("r1", "measures retries"), Requirement("r2", "writes tutorials")))
TEACHING = '''
"""Teaching: pieces that explain something to beginners."""

from ranking.features import Context, Signal
from ranking.role import Role
from scrapers.records import Candidate


def measure(_role: Role, candidate: Candidate, _context: Context) -> Signal:
    """Count the pieces of an even number of letters, at most three."""
    pieces = tuple(piece for piece in candidate.evidence if not len(piece.text) % 2)
    return Signal("teaching", min(len(pieces), 3) / 3 if pieces else None, f"{len(pieces)} tutorials", pieces)
'''


@pytest.fixture
def add(tmp_path: Path) -> Iterator[Add]:
    """Puts a file into the folder of features, for the length of a test."""
    with files_added(features, tmp_path / "added", feature_named.cache_clear) as add:
        yield add


def ranked(weights: Weights | None = None) -> Shortlist:
    people = crowd(3, 12)
    pool = TalentPool(people, build_corpus(people, Memory(), HashingEmbedder()), weights)
    return pool.rank(ROLE, top=12, as_of=date(2026, 11, 15))


def weights(tmp_path: Path, **changed: str) -> Weights:
    """The packaged weights with lines added below a table."""
    text = packaged("weights.toml").read_text(encoding="utf-8")
    for table, line in changed.items():
        start = text.index("\n", text.index(f"[{table}]")) + 1
        text = text[:start] + line + "\n" + text[start:]
    (tmp_path / "weights.toml").write_text(text, encoding="utf-8")
    return read_weights(tmp_path / "weights.toml")


def test_without_a_weight_it_is_shown_and_counts_for_nothing(add: Add) -> None:
    """A new file changes no score; its signal stands with every match, and in the explanation."""
    before = ranked()
    add("teaching", TEACHING)
    after = ranked()
    assert [(match.candidate.id, match.score) for match in after] == [(m.candidate.id, m.score) for m in before]
    for match in after:
        (term,) = (term for term in match.terms if term.name == "feature: teaching")
        assert term.points == 0
        assert "teaching" in {signal.name for signal in match.signals}
        assert "feature: teaching" in match.explain()
        assert match.questions == before[match.rank - 1].questions


def test_with_a_weight_it_counts(add: Add, tmp_path: Path) -> None:
    """Who has more of it gains, scores still add up, and the terms of the feature are 0 on average of the known."""
    add("teaching", TEACHING)
    heavy = ranked(weights(tmp_path, features="teaching = 2.0"))
    points = {m.candidate.id: next(t.points for t in m.terms if t.name == "feature: teaching") for m in heavy}
    values = {m.candidate.id: next(s.value for s in m.signals if s.name == "teaching") for m in heavy}
    known = {who: value for who, value in values.items() if value is not None}
    assert len(set(known.values())) > 1
    assert all(points[who] == 0 for who in values.keys() - known.keys())
    assert sum(points[who] for who in known) == pytest.approx(0, abs=1e-9)
    assert max(points, key=lambda who: points[who]) in {who for who in known if known[who] == max(known.values())}
    for match in heavy:
        assert match.score == pytest.approx(sum(term.points for term in match.terms))


def test_it_may_count_for_every_role_as_a_signal(add: Add, tmp_path: Path) -> None:
    """Named under `always` it is one of the signals; without a question nobody is asked about it."""
    add("teaching", TEACHING)
    listed = ranked(weights(tmp_path, signals='always = ["teaching"]'))
    assert all("signal: teaching" in {term.name for term in match.terms} for match in listed)
    assert all(question for match in listed for question in match.questions)


@pytest.mark.parametrize(("table", "line"), [("features", "teching = 0.2"), ("signals", 'always = ["fault_frist"]')])
def test_a_misspelt_name_is_one_clear_line(tmp_path: Path, table: str, line: str) -> None:
    """The file, the key, and the names there are."""
    with pytest.raises(BadConfiguration, match=rf"weights\.toml: {table}.*no feature is called.*fault_first") as raised:
        weights(tmp_path, **{table: line})
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1 / 0\n", "ZeroDivisionError"),
        ("def meesure(): ...\n", "no attribute 'measure'"),
        ("def measure(role, candidate, context):\n    return {}[candidate.id]\n", "measuring"),
    ],
)
def test_a_file_that_raises_is_named(add: Add, text: str, words: str) -> None:
    """At import or at a person: one line with the file and what it raised."""
    add("broken", text)
    with pytest.raises(BrokenFeature, match=rf"ranking/features/broken\.py: .*{words}"):
        ranked()


def test_an_unknown_feature_is_told_the_names() -> None:
    """`feature_named` says which there are."""
    assert "recency" in feature_names()
    with pytest.raises(UnknownFeature, match=r"'teching'; there are: .*recency"):
        feature_named("teching")


def test_a_value_depends_on_the_part_of_the_role_that_it_says(add: Add) -> None:
    """Two roles of one pool are measured apart, unless the file says that the role does not matter."""
    add("teaching", TEACHING)
    assert feature_named("teaching").key(ROLE) == ROLE
    assert feature_named("follow_through").key(ROLE) == ()
    assert feature_named("mission").key(Role("engineer", (), themes=("health",))) == ("health",)
