"""Scores add up, hold still, and follow the evidence."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ranking.corpus.corpus import Corpus, build_corpus
from ranking.index.embedder import Memory
from ranking.role import Requirement, Role
from ranking.scoring.matches import rank
from ranking.scoring.score import Scores, score_role
from ranking.scoring.weights import read_weights
from ranking.shortlist.shortlist import Shortlist
from scrapers.records import Account, AccountKey, Candidate, Evidence, EvidenceKind
from tests.support.hash_embedder import HashingEmbedder

TODAY = date(2026, 11, 21)
WORDS = (
    "parser",
    "linker",
    "kernel",
    "database",
    "rust",
    "python",
    "game",
    "shader",
    "robot",
    "sensor",
    "map",
    "music",
    "graph",
    "cache",
    "bread",
    "garden",
)


def person(number: int, *texts: str) -> Candidate:
    key = AccountKey("file", f"person-{number}")
    evidence = tuple(
        Evidence(EvidenceKind.POST, key, f"Piece {place}", text, f"https://example.com/{number}/{place}",
                 TODAY - timedelta(days=30 * number))
        for place, text in enumerate(texts)
    )  # fmt: skip
    return Candidate(f"c{number:03}", (Account(key.site, key.handle),), evidence)


def crowd(seed: int, size: int = 40) -> list[Candidate]:
    draw = random.Random(seed)
    return [
        person(number, *(f"I made a {' '.join(draw.sample(WORDS, 4))}." for _ in range(draw.randint(0, 6))))
        for number in range(size)
    ]


def role(*asked: tuple[str, str], text: str = "") -> Role:
    return Role(
        "engineer", tuple(Requirement(f"r{i}", said, level) for i, (level, said) in enumerate(asked)), text=text
    )  # type: ignore[arg-type]


ASKED = role(("must", "database kernel"), ("must", "rust"), ("nice", "music"), ("never", "game"))


def corpus(people: list[Candidate]) -> Corpus:
    return build_corpus(people, Memory(), HashingEmbedder())


def scored(people: list[Candidate], asked: Role = ASKED) -> Scores:
    return score_role(asked, corpus(people), read_weights(), TODAY)


def listed(people: list[Candidate], asked: Role = ASKED) -> Shortlist:
    return rank(scored(people, asked), {each.id: each for each in people}, top=len(people))


@given(st.integers(0, 10**6))
@settings(max_examples=8, deadline=None)
def test_terms_add_up_and_the_average_person_has_none(seed: int) -> None:
    """A score is the sum of its terms, and the terms that are wanted have mean 0 over the pool."""
    scores = scored(crowd(seed))
    assert np.allclose(scores.total, np.sum([term.points for term in scores.terms], axis=0), atol=1e-12)
    for term in scores.terms:
        if not term.name.startswith("never"):
            assert abs(term.points.mean()) < 1e-9
    for match in listed(crowd(seed)):
        assert match.score == pytest.approx(sum(term.points for term in match.terms), abs=1e-9)


@given(st.integers(0, 10**6))
@settings(max_examples=8, deadline=None)
def test_the_order_of_people_and_evidence_does_not_matter(seed: int) -> None:
    """Shuffled input gives the same places and the same scores."""
    people = crowd(seed)
    mixed = [replace(each, evidence=each.evidence[::-1]) for each in people]
    random.Random(seed).shuffle(mixed)
    one, two = listed(people), listed(mixed)
    assert [(m.candidate.id, m.score) for m in one] == [(m.candidate.id, m.score) for m in two]


@pytest.mark.parametrize("seed", range(4))
def test_taking_away_the_first_evidence_lowers_the_score(seed: int) -> None:
    """For each of the first places, the score falls when the piece shown as first reason goes."""
    people = crowd(seed)
    for match in listed(people, role(("must", "database kernel"))).matches[:5]:
        gone = match.reasons[0].evidence_id
        without = [replace(p, evidence=tuple(e for e in p.evidence if e.id != gone)) for p in people]
        after = {m.candidate.id: m.score for m in listed(without, role(("must", "database kernel")))}
        assert after[match.candidate.id] < match.score


def test_quotes_stand_verbatim_and_shares_add_up() -> None:
    """Every quote is in its evidence's text or title, and the shares of what was found are 1 together."""
    people = crowd(3)
    texts = {piece.id: (piece.title, piece.text) for each in people for piece in each.evidence}
    for match in listed(people):
        for quote in (*match.reasons, *(quote for term in match.terms for quote in term.quotes)):
            assert any(quote.text in said for said in texts[quote.evidence_id])
            assert 0 < len(quote.text) <= 300
    scores = scored(people)
    for number in range(len(people)):
        shares = [share for _, share in scores.support(number, "r0")]
        assert not shares or sum(shares) == pytest.approx(1)
        assert shares == sorted(shares, reverse=True)


def test_what_is_not_wanted_takes_points_away_from_those_who_show_it() -> None:
    """Of two who made the same wanted things, the one with much of the unwanted comes later and is told so."""
    game = ["A game. Every game is a game about a game shader."] * 1
    fine, hit = person(900, "A database kernel in rust"), person(901, "A database kernel in rust", *game)
    ranked = {m.candidate.id: m for m in listed([*crowd(5), fine, hit])}
    never = {key: next(t.points for t in m.terms if t.name.startswith("never")) for key, m in ranked.items()}
    assert never["c901"] < 0 == never["c900"]
    assert ranked["c901"].never_hit == ("game",)


def test_one_of_several_is_enough() -> None:
    """In a group of alternatives, who answers one of them well is ahead of who answers none."""
    either = Role("engineer", tuple(Requirement(x, x, "one_of", group="g") for x in ("bread", "garden")))
    people = [person(1, "bread bread"), person(2, "garden"), *(person(n, "linker") for n in range(3, 9))]
    assert {m.candidate.id for m in listed(people, either).matches[:2]} == {"c001", "c002"}


def test_repeating_the_roles_own_words_is_flagged_and_not_rewarded() -> None:
    """A pasted role text brings nothing, and the recruiter is told."""
    text = (
        "We look for somebody who builds a storage engine with a query planner and a replicated log in production, "
        "measures tail latency and explains trade-offs to colleagues"
    )
    asked = role(("must", "storage engine with a query planner"), text=text)
    people = [*crowd(2), person(800, text), person(801, "My storage engine has a planner for every query it gets.")]
    ranked = {m.candidate.id: m for m in listed(people, asked)}
    assert ranked["c800"].flags == ("repeats_the_role",)
    assert ranked["c801"].score > ranked["c800"].score
    assert ranked["c801"].flags == ()


def test_who_made_nothing_since_the_day_of_the_role_is_flagged_and_not_ranked_by_it() -> None:
    """Dated work before that day is flagged; undated work says nothing of days, and no score moves."""
    undated = replace(person(9, "A parser."), evidence=(replace(person(9, "A parser.").evidence[0], date=None),))
    people = [person(1, "A database kernel."), person(5, "A kernel in Rust."), undated]
    dated = replace(ASKED, since=TODAY - timedelta(days=60))
    flags = {match.candidate.id: match.flags for match in listed(people, dated)}
    assert flags == {"c001": (), "c005": ("nothing_since",), "c009": ()}
    assert [m.score for m in listed(people, dated)] == [m.score for m in listed(people)]


def test_evidence_without_text_is_no_error_and_brings_nothing() -> None:
    """Pieces that say nothing, by people who say something elsewhere or nowhere, are ranked and never quoted."""
    silent = replace(person(700, "").evidence[0], title="", text="")
    people = [*crowd(2), replace(person(700), evidence=(silent,)), person(701, "A parser in Rust.")]
    people[-1] = replace(people[-1], evidence=(*people[-1].evidence, replace(silent, url="#silent")))
    shown = {match.candidate.id: match for match in listed(people)}
    assert len(shown) == len(people)
    assert shown["c700"].reasons == ()
    assert shown["c700"].must_met == ()
    assert all(quote.text for match in shown.values() for quote in match.reasons)
    assert all(np.isfinite(match.score) for match in shown.values())


def test_a_pool_of_nobody_or_of_one_is_ranked() -> None:
    """No people, or one without evidence, is a list and not an error."""
    assert len(listed([])) == 0
    assert [m.score for m in listed([person(1)])] == [0.0]
