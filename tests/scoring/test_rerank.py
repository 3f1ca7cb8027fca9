"""A second reading: terms that add up, quotes that stand, nobody passed for not having been read."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from ranking.corpus.corpus import build_corpus, written
from ranking.exports import jsonl
from ranking.index.bm25 import tokens
from ranking.index.embedder import Memory
from ranking.index.hub import NoSuchModel
from ranking.pool import TalentPool
from ranking.role import Requirement, Role
from ranking.scoring import longlist, rerank
from ranking.scoring.guaranteed_places import upper_ends
from ranking.scoring.rerank import HubCrossEncoder, Pair, Reranker, best_of, read_again, reranker_of
from ranking.scoring.score import Scores, score_role
from ranking.scoring.weights import read_weights
from scrapers.records import Candidate
from scrapers.settings.home import Home
from tests.index.test_models import configure
from tests.support.hash_embedder import HashingEmbedder
from tests.support.random_people import TODAY, crowd
from tests.support.tiny_models import tiny_cross_encoder, tiny_encoder
from tests.system.test_fairness import told_by

ROLE = Role(
    "Storage engineer",
    (
        Requirement("r1", "Builds a database with transaction snapshots and replicas"),
        Requirement("r2", "Serves model inference within latency", "one_of", group="g"),
        Requirement("r3", "Writes grammars and parsers", "one_of", group="g"),
        Requirement("r4", "Measures a journal and its checkpoints", "nice", threshold=0.5),
        Requirement("r5", "shader and texture scenes", "never"),
    ),
    text="Storage engineer",
    name="storage",
)
VECTORS = Memory()
FIRST = 30


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """So many are read again as fits a small crowd."""
    monkeypatch.setattr(rerank, "FIRST", FIRST)


class Oracle:
    """Marks by a hash, so that they have nothing to do with the score; remembers what it read."""

    model_id = "oracle@1"

    def __init__(self, salt: int = 0) -> None:
        self.salt = salt
        self.pairs: list[Pair] = []

    def read(self, pairs: Sequence[Pair]) -> NDArray[np.float64]:
        self.pairs += pairs
        digests = [sha256(f"{self.salt}\n{asked}\n{said}".encode()).digest() for asked, said in pairs]
        return np.array([digest[0] / 16 - digest[1] / 256 for digest in digests])


def pool_of(people: Sequence[Candidate], reranker: Reranker | None = None) -> TalentPool:
    return TalentPool(people, build_corpus(people, VECTORS, HashingEmbedder()), reranker=reranker)


def both(people: Sequence[Candidate], reader: Oracle | None = None, weight: float = 0.5) -> tuple[Scores, Scores]:
    """The scores before a second reading and after."""
    before = score_role(ROLE, build_corpus(people, VECTORS, HashingEmbedder()), read_weights(), TODAY)
    return before, read_again(before, Reranker(reader or Oracle(), weight))


@pytest.mark.parametrize(("seed", "first", "weight"), [(1, FIRST, 0.5), (2, FIRST, 4.0), (3, 100, 0.5)])
def test_nobody_passes_for_not_having_been_read(
    monkeypatch: pytest.MonkeyPatch, seed: int, first: int, weight: float
) -> None:
    """Whoever comes after the first keeps score and order, and stays below all who were read, whatever is said."""
    monkeypatch.setattr(rerank, "FIRST", first)
    before, after = both(crowd(seed, 2 * first + 30), Oracle(seed), weight)
    read = best_of(before)
    order = before.order()
    assert first <= len(read) <= 2 * first
    assert sorted(after.order()[: len(read)]) == sorted(read)
    assert after.order()[: len(read)] != read
    assert after.order()[len(read) :] == order[len(read) :]
    assert np.array_equal(after.total[order[len(read) :]], before.total[order[len(read) :]])
    assert (after.total[read] >= before.total[read]).all()


def test_terms_add_up_and_cite_what_was_read() -> None:
    """A term for each must, group and nice-to-have; its quote stands in the evidence and in the passage read."""
    people, reader = crowd(4, 50), Oracle()
    pool = pool_of(people, Reranker(reader, 0.5))
    found = pool.rank(ROLE, top=50, as_of=TODAY)
    passages = [frozenset(tokens(said)) for _, said in reader.pairs]
    assert len(found) == 50
    quoted = 0
    for match in found:
        assert match.score == pytest.approx(sum(term.points for term in match.terms), abs=1e-9)
        texts = {each.id: (each.title, each.text) for each in match.candidate.evidence}
        again = [term for term in match.terms if term.name.startswith("reread")]
        assert len(again) == 3
        for term in again:
            assert term.points >= 0
            assert bool(term.quotes) == ("clearer than" in term.detail)
            for quote in term.quotes:
                assert any(quote.text in said for said in texts[quote.evidence_id])
                assert any(said.issuperset(tokens(quote.text)) for said in passages)
                assert quote.text in match.explain()
            quoted += len(term.quotes)
    assert quoted > 2 * FIRST
    assert "reread: Builds a database" in found[0].explain()
    assert found.model == "hashing@1/fp32, oracle@1 x 0.5"


def test_only_what_is_wanted_is_read_and_only_blind() -> None:
    """What is unwanted is never asked, and every passage is a text that the encoder reads too."""
    people, reader = [told_by(each, number) for number, each in enumerate(crowd(5, 50))], Oracle()
    both(people, reader)
    blind = {text for each in people for _, text in written(each, {})}
    assert {asked for asked, _ in reader.pairs} == {each.text for each in ROLE.requirements if each.level != "never"}
    assert all(any(said in text for text in blind) for _, said in reader.pairs)
    assert len(set(reader.pairs)) == len(reader.pairs)


def test_a_name_a_pronoun_a_place_and_an_age_change_nothing() -> None:
    """The same work told by others gives the same pairs to read, and the same scores to the last bit."""
    told = []
    for shift in range(3):
        reader = Oracle()
        _, after = both([told_by(each, number + shift) for number, each in enumerate(crowd(6, 50))], reader)
        told.append((after.total.tobytes(), reader.pairs))
    assert told[0] == told[1] == told[2]


def test_equals_stay_equal_wherever_they_stand() -> None:
    """Four of each person gain the same to the last bit, also where the last who is read is one of them."""
    people = crowd(7, 25)
    before, after = both([replace(each, id=f"{name}-{each.id}") for each in people for name in "abcd"])
    gained = (after.total - before.total).reshape(4, len(people))
    assert 0 < (gained > 0).sum() < gained.size
    for term in after.terms[len(before.terms) :]:
        points = term.points.reshape(4, len(people))
        assert (points == points[0]).all()


def test_where_too_many_are_as_good_as_the_last_none_of_them_is_read() -> None:
    """A hundred times the same work: nothing is read, and nothing changes."""
    one = crowd(8, 1)[0]
    before, after = both([replace(one, id=f"c{number:03}") for number in range(100)])
    assert best_of(before) == []
    assert np.array_equal(before.total, after.total)
    assert np.array_equal(upper_ends(before), upper_ends(after))


def test_a_reader_to_whom_all_are_alike_changes_nothing() -> None:
    """One mark for everybody brings 0 points to everybody."""

    class Bored(Oracle):
        def read(self, pairs: Sequence[Pair]) -> NDArray[np.float64]:
            return np.full(len(pairs), 0.25)

    before, after = both(crowd(9, 50), Bored())
    assert np.array_equal(before.total, after.total)


def test_order_and_repetition_change_nothing_and_no_pair_is_read_twice() -> None:
    """Another order gives the same matches; asking again, or for one person, reads nothing more."""
    people = crowd(10, 50)
    mixed = random.Random(1).sample(people, len(people))
    reader = Oracle()
    pool = pool_of(people, Reranker(reader, 0.5))
    told: list[tuple[int, int]] = []
    found = pool.rank(ROLE, top=50, as_of=TODAY, progress=lambda read, of: told.append((read, of)))
    assert told[-1] == (len(reader.pairs), len(reader.pairs))
    assert pool_of(mixed, Reranker(Oracle(), 0.5)).rank(ROLE, top=50, as_of=TODAY).matches == found.matches
    read = len(reader.pairs)
    for match in (found[0], found[29], found[-1]):
        assert pool.explain(match.candidate.id, ROLE, TODAY) == replace(match, flags=_unflagged(match.flags))
    assert len(reader.pairs) == read


def _unflagged(flags: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(flag for flag in flags if flag != "small_footprint")


def test_large_pools_are_read_again_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Out of a longlist the best are read; who is named besides is not, and is passed by all of those."""
    for name, size in (("EXACT_UP_TO", 0), ("LONGLIST", 40), ("OF_FEW", 10), ("SAMPLE", 30)):
        monkeypatch.setattr(longlist, name, size)
    people, reader = crowd(11, 120), Oracle()
    pool = pool_of(people, Reranker(reader, 0.5))
    found = pool.rank(ROLE, top=FIRST, as_of=TODAY)
    last = pool.matches(ROLE, [each.id for each in people if each.id not in {m.candidate.id for m in found}], TODAY)
    for match in (*found, *last):
        assert match.score == pytest.approx(sum(term.points for term in match.terms), abs=1e-9)
    assert all(match.score <= found[FIRST // 2].score for match in last)


def test_who_shows_little_still_has_a_place_to_reach() -> None:
    """Whoever was not read may gain by it what the others gained on average, so that kept places are still theirs."""
    before, after = both(crowd(12, 70))
    read = best_of(before)
    gained = (after.total - before.total)[read].mean()
    rest = sorted(set(range(70)) - set(read))
    assert upper_ends(after)[rest] == pytest.approx(upper_ends(before)[rest] + gained)
    assert upper_ends(after)[read] == pytest.approx(upper_ends(before)[read] + (after.total - before.total)[read])


def test_nothing_is_read_unless_it_is_asked_for(home: Home, tmp_path: Path) -> None:
    """Without a reranker the very same scores come back; a home names none by default."""
    people = crowd(13, 40)
    scores = score_role(ROLE, build_corpus(people, VECTORS, HashingEmbedder()), read_weights(), TODAY)
    assert read_again(scores, None) is scores
    assert reranker_of(home) is None
    configure(home, "")
    assert reranker_of(home) is None
    with (tmp_path / "list.jsonl").open("w") as out:
        jsonl.write(pool_of(people).rank(ROLE, as_of=TODAY), out)
    assert "reread" not in (tmp_path / "list.jsonl").read_text()


@pytest.mark.model
def test_a_cross_encoder_out_of_a_folder_reads(home: Home, tmp_path: Path) -> None:
    """A real one, named in operator.toml: the list has its terms, the same twice, and another one's weight is told."""
    folder = tiny_cross_encoder(tmp_path / "cross")
    configure(home, f'[reranker]\nmodel = "{folder}"\nweight = 0.25')
    lists = []
    for _ in range(2):
        reranker = reranker_of(home)
        assert reranker is not None
        assert reranker.model_id.startswith("cross@")
        assert reranker.model_id.endswith(" x 0.25")
        lists.append(pool_of(crowd(14, 20), reranker).rank(ROLE, as_of=TODAY))
    assert lists[0].matches == lists[1].matches
    again = [term for match in lists[0] for term in match.terms if term.name.startswith("reread")]
    assert len({round(term.points, 6) for term in again}) > 10
    for match in lists[0]:
        assert match.score == pytest.approx(sum(term.points for term in match.terms), abs=1e-9)


@pytest.mark.model
def test_what_is_no_cross_encoder_is_refused_at_once(tmp_path: Path) -> None:
    """An encoder, a model of three answers and a folder of nothing are told by name before anything is read."""
    nothing = tmp_path / "nothing"
    nothing.mkdir()
    folders = (tiny_encoder(tmp_path / "encoder"), tiny_cross_encoder(tmp_path / "three", numbers=3), nothing)
    for folder in folders:
        with pytest.raises(NoSuchModel, match=rf"{folder.name}.*choose another"):
            HubCrossEncoder(str(folder))
