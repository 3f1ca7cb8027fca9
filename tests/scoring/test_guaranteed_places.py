"""Small footprints: an upper end for everybody, a few places for those it lifts, and what would raise a place."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest

from ranking.corpus.corpus import build_corpus
from ranking.index.embedder import Memory
from ranking.role import Requirement, Role
from ranking.scoring.matches import rank
from ranking.scoring.score import Scores, score_role, tempered
from ranking.scoring.weights import Slots, Weights, read_weights
from ranking.shortlist.shortlist import SMALL_FOOTPRINT, Match
from scrapers.records import Candidate
from tests.support.hash_embedder import HashingEmbedder
from tests.support.random_people import TODAY, crowd, person, piece, prose

ROLE = Role("engineer", (Requirement("r1", "A database with transaction snapshots"), Requirement("r2", "A parser")))
TOP = 20


def scored(people: list[Candidate], role: Role = ROLE, weights: Weights | None = None) -> Scores:
    return score_role(role, build_corpus(people, Memory(), HashingEmbedder()), weights or read_weights(), TODAY)


def matches(people: list[Candidate], top: int = TOP, weights: Weights | None = None, role: Role = ROLE) -> list[Match]:
    return list(rank(scored(people, role, weights), {each.id: each for each in people}, top=top))


def pool(seed: int) -> list[Candidate]:
    """Eighty people with a body of work, and ten with a single piece."""
    draw = random.Random(seed)
    trades = ("storage", "compilers", "gardens")
    few = [person(100 + n, piece(100 + n, 0, prose(draw, trades[n % 3], 1), days=900)) for n in range(10)]
    return [*crowd(seed, 80, least=4), *few]


@pytest.mark.parametrize("seed", range(5))
def test_a_tenth_of_the_places_is_kept_for_small_footprints(seed: int) -> None:
    """At most two of twenty: at the end, flagged, with at most two pieces, an upper end that competes, and quotes."""
    people = pool(seed)
    shown, plain = matches(people), matches(people, weights=_with(share=0.0))
    placed = [match for match in shown if SMALL_FOOTPRINT in match.flags]
    assert len(shown) == TOP
    assert 1 <= len(placed) <= 2
    assert shown[-len(placed) :] == placed
    assert [match.score for match in shown] == sorted((match.score for match in shown), reverse=True)
    bar = plain[TOP - 3].score
    for match in placed:
        assert len(match.candidate.evidence) <= 2
        assert match.upper is not None
        assert match.upper >= bar > match.score
        assert match.reasons
        assert "with only 1 piece of evidence seen" in match.explain()
    kept = {match.candidate.id for match in shown}
    assert all(
        match.candidate.id in kept for match in plain if len(match.candidate.evidence) <= 2
    )  # who is there by score stays
    assert not any(SMALL_FOOTPRINT in match.flags for match in plain)


def test_an_unrelated_single_piece_gets_no_place() -> None:
    """Little evidence alone is no merit: it must be among the best pieces for something that must be."""
    placed = [match for seed in range(5) for match in matches(pool(seed)) if SMALL_FOOTPRINT in match.flags]
    assert placed
    assert all(int(match.candidate.id[1:]) % 3 != 0 for match in placed)  # c102, c105, c108 write of gardens


def test_a_short_list_and_a_small_pool_keep_no_places() -> None:
    """A tenth of four places is none, and where everybody is listed there is nothing to guarantee."""
    people = pool(0)
    assert not any(SMALL_FOOTPRINT in match.flags for match in matches(people, top=4))
    assert not any(SMALL_FOOTPRINT in match.flags for match in matches(people, top=90))


def test_the_upper_end_falls_with_evidence() -> None:
    """The interval is 4.2 / sqrt(pieces + 2) wide: what nine of ten people gained at most when all was seen."""
    for match in matches(pool(1), top=90):
        assert match.upper is not None
        width = match.upper - match.score
        assert width == pytest.approx(4.2 / np.sqrt(len(match.candidate.evidence) + 2), abs=1e-9)


def test_a_threshold_decides_whether_a_must_is_met() -> None:
    """Who shows a graded skill and stands below what is asked has not met it, and is told how far they are."""
    graded = replace(ROLE.requirements[0], axis="storage", threshold=0.5)
    hard = Role("engineer", (replace(graded, threshold=1.0), ROLE.requirements[1]))
    soft = Role("engineer", (replace(graded, threshold=0.0), ROLE.requirements[1]))
    people = pool(2)
    met = {match.candidate.id for match in matches(people, role=soft, top=90) if graded.text in match.must_met}
    assert met
    for match in matches(people, role=hard, top=90):
        assert graded.text in match.must_unknown
        if match.candidate.id in met:
            (told,) = [sentence for sentence in match.would_raise if sentence.startswith("storage: ahead of")]
            assert told.endswith("asked is 100%")
            assert told in match.explain()


def test_what_nothing_shows_would_raise_the_place() -> None:
    """Each must without a sign of it is named, and nothing that is shown."""
    for match in matches(pool(3), top=90):
        told = [sentence for sentence in match.would_raise if sentence.startswith("nothing seen clearly shows")]
        assert told == [f"nothing seen clearly shows: {text}" for text in match.must_unknown]


def test_beyond_what_is_asked_counts_a_quarter() -> None:
    """Up to the asked share of the pool points count in full, above it a quarter; the mean stays 0."""
    groups = {"words": np.array([-2.0, -1.0, 0.0, 1.0, 2.0])}
    total = np.sum(list(tempered(groups, 0.75).values()), axis=0)
    steps = np.diff(total)
    assert steps == pytest.approx([1.0, 1.0, 1.0, 0.25])
    assert total.mean() == pytest.approx(0)
    assert tempered(groups, None) is groups
    below = np.sum(list(tempered(groups, 0.0).values()), axis=0)
    assert np.diff(below) == pytest.approx([1.0, 1.0, 0.25, 0.25])  # the average person is the least that is asked


def _with(**changed: float) -> Weights:
    weights = read_weights()
    return weights.model_copy(update={"slots": Slots(**{**weights.slots.model_dump(), **changed})})
