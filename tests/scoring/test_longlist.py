"""Large pools: a longlist is scored as everybody would be, measured by the whole pool."""

from __future__ import annotations

import random
from math import fsum

import numpy as np
import pytest

from ranking.corpus import topics
from ranking.corpus.corpus import Corpus, build_corpus
from ranking.corpus.retrieve import by_row
from ranking.index import nearest
from ranking.index.embedder import Memory
from ranking.pool import TalentPool
from ranking.role import Role, parse_role
from ranking.scoring import longlist
from ranking.scoring.longlist import longlisted, part_of, score_best
from ranking.scoring.matches import rank
from ranking.scoring.score import answers, score_role
from ranking.scoring.weights import read_weights
from scrapers.records import Account, AccountKey, Candidate, Evidence, EvidenceKind
from tests.support.hash_embedder import HashingEmbedder
from tests.support.random_people import TODAY, crowd

PEOPLE = crowd(7, 300)
ROLE = parse_role("Storage engineer\n\nMust have:\n- database index and snapshot\n- journal and checkpoint\n"
                  "Not looking for:\n- compost and seedling\n")  # fmt: skip


PROSE = " ".join(f"Then the tide{number} came to the pier{number} and went." for number in range(60))


def corpus_of(people: list[Candidate]) -> Corpus:
    return build_corpus(people, Memory(), HashingEmbedder())


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    """Everybody, with so few possible neighbours that these do not bring everybody into a part."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(topics, "ANCHORS", 20)
        made = corpus_of(PEOPLE)
        assert made.kindred is not None
    return made


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Longlists and samples of a size that fits a small crowd."""
    for name, size in (("EXACT_UP_TO", 0), ("LONGLIST", 60), ("OF_FEW", 20), ("SAMPLE", 100)):
        monkeypatch.setattr(longlist, name, size)


def best(corpus: Corpus, role: Role, top: int = 20) -> list[str]:
    scores = score_best(role, corpus, read_weights(), TODAY)
    return [scores.corpus.people[row] for row in scores.eligible(scores.order())[:top]]


def exactly(corpus: Corpus, role: Role, top: int = 20) -> list[str]:
    scores = score_role(role, corpus, read_weights(), TODAY)
    return [corpus.people[row] for row in scores.order()[:top]]


def test_a_small_pool_is_scored_as_a_whole(corpus: Corpus) -> None:
    """Up to the threshold nothing differs."""
    ours, theirs = (ranked(ROLE, corpus, read_weights(), TODAY) for ranked in (score_best, score_role))
    assert ours.corpus is corpus
    assert ours.total.tobytes() == theirs.total.tobytes()


def test_a_part_that_is_the_whole_scores_as_the_whole(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where everybody is on the longlist, scores are those of everybody."""
    monkeypatch.setattr(longlist, "EXACT_UP_TO", 0)
    ours, theirs = (ranked(ROLE, corpus, read_weights(), TODAY) for ranked in (score_best, score_role))
    assert len(ours.corpus.people) == len(corpus.people)
    assert ours.total == pytest.approx(theirs.total, abs=1e-5)
    assert ours.order() == theirs.order()


@pytest.mark.usefixtures("small")
def test_a_longlist_is_drawn_up_roughly_and_scored_exactly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cosines of the part are those of its own passages, to the last bit, also where pieces have several."""
    monkeypatch.setattr(nearest, "pay_off", lambda: True)
    long = Evidence(EvidenceKind.POST, AccountKey("file", "lark"), "", "A journal and a checkpoint. " * 3 + PROSE, "#x")
    whole = corpus_of([*PEOPLE, Candidate("lark", (Account("file", "lark"),), (long,))])
    assert len(whole.index) > whole.rows
    found = answers(ROLE, whole, roughly=True)
    part = part_of(whole, longlisted(ROLE, whole, read_weights(), found), ["lark"])
    exact = answers(ROLE, whole)
    for text, near in part.found(found).items():
        assert (near.passages == by_row(whole, exact[text].passages)[part.places]).all()
        assert found[text].passages.tobytes() != exact[text].passages.tobytes()


@pytest.mark.parametrize("text", ["database index and snapshot", "shader and mesh", "compost or seedling"])
@pytest.mark.usefixtures("small")
def test_the_best_are_those_of_exact_scoring(corpus: Corpus, text: str) -> None:
    """A fifth of the people scored gives the twenty best of all, but for a place at the edge."""
    role = parse_role(text)
    assert len(set(best(corpus, role)) & set(exactly(corpus, role))) >= 19
    assert best(corpus, role, 3) == exactly(corpus, role, 3)


@pytest.mark.usefixtures("small")
def test_it_does_not_matter_in_which_order_people_come() -> None:
    """Another order gives the same list."""
    mixed = random.Random(1).sample(PEOPLE, len(PEOPLE))
    ours, theirs = (TalentPool(people, corpus_of(people)).rank(ROLE, 20, TODAY) for people in (PEOPLE, mixed))
    assert ours.matches == theirs.matches


@pytest.mark.usefixtures("small")
def test_terms_add_up_and_zero_is_the_average_of_the_pool(corpus: Corpus) -> None:
    """Every score is the sum of its terms; those of requirements are 0 for the average person."""
    scores = score_best(ROLE, corpus, read_weights(), TODAY)
    assert sum(scores.corpus.stands_for if scores.corpus.stands_for is not None else ()) == pytest.approx(len(PEOPLE))
    for term in scores.terms:
        if term.name.startswith("must"):
            assert np.average(term.points, weights=scores.corpus.stands_for) == pytest.approx(0, abs=1e-6)
    found = rank(scores, {each.id: each for each in PEOPLE}, top=20)
    assert found.considered == len(PEOPLE)
    assert [match.rank for match in found] == sorted({match.rank for match in found})
    for match in found:
        assert match.score == pytest.approx(fsum(term.points for term in match.terms), abs=1e-9)
        assert fsum(quote.share or 0 for quote in match.reasons) <= 1 + 1e-9


@pytest.mark.usefixtures("small")
def test_whoever_is_named_is_explained_and_changes_nothing(corpus: Corpus) -> None:
    """Somebody who is not on the longlist is scored the same way, at a place below it, and moves nobody."""
    pool = TalentPool(PEOPLE, corpus)
    chosen = part_of(corpus, longlisted(ROLE, corpus, pool.weights, answers(ROLE, corpus)))
    absent = sorted(set(corpus.people) - set(chosen.people))[:5]
    assert absent
    plain, named = (score_best(ROLE, corpus, pool.weights, TODAY, who) for who in ((), absent))
    points = dict(zip(named.corpus.people, named.total, strict=True))
    assert [points[each] for each in plain.corpus.people] == pytest.approx(plain.total, abs=1e-9)
    for match in pool.matches(ROLE, absent, TODAY):
        assert match.rank > 20
        assert match.score == pytest.approx(fsum(term.points for term in match.terms), abs=1e-9)
        assert match.rank + match.stronger_than <= len(PEOPLE) + 1


@pytest.mark.usefixtures("small")
def test_what_is_unwanted_takes_points_away_in_a_part_too(corpus: Corpus) -> None:
    """Who writes of nothing but the unwanted is not on the list."""
    unwanted = dict.fromkeys(best(corpus, parse_role("compost and seedling, trellis and pruning"), 5))
    assert not unwanted.keys() & set(best(corpus, ROLE, 20))
