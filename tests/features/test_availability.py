"""Availability: what people say of themselves and of now; it reorders equals and never lifts the irrelevant."""

from __future__ import annotations

import csv
import random
from dataclasses import replace
from datetime import date, timedelta
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ranking.corpus.corpus import build_corpus
from ranking.exports import find_exports
from ranking.features import Context
from ranking.features._openness import read
from ranking.features.availability import MARKED, UNDATED, current_statement, measure
from ranking.handover.blinding import blinded
from ranking.index.embedder import Memory
from ranking.notebook.views import Shortlist
from ranking.role import Requirement, Role
from ranking.scoring.matches import rank
from ranking.scoring.score import Scores, score_role
from ranking.scoring.weights import read_weights
from scrapers.records import Account, AccountKey, Candidate, Evidence, EvidenceKind
from tests.support.hash_embedder import HashingEmbedder

TODAY = date(2026, 11, 21)
KEY = AccountKey("web", "person.example")
ROWS = list(csv.DictReader((Path(__file__).parents[1] / "quality" / "availability.csv").open(encoding="utf-8")))
WORDS = (
    "parser", "linker", "kernel", "database", "rust", "python", "game", "shader", "robot", "sensor", "map", "music",
)  # fmt: skip
YES, NO = "I'm looking for a new job.", "I'm not looking for a job."


def piece(text: str, days_ago: int | None, kind: EvidenceKind = EvidenceKind.POST, title: str = "Note") -> Evidence:
    day = None if days_ago is None else TODAY - timedelta(days=days_ago)
    return Evidence(kind, KEY, title, text, f"https://person.example/{days_ago}/{kind}", day)


def somebody(*pieces: Evidence, bio: str | None = None, marked: bool | None = None) -> Candidate:
    account = Account("web", "person.example", "https://person.example/", bio=bio, open_to_work=marked)
    return Candidate("c1", (account,), pieces)


def said(sentence: str) -> str:
    found = read(sentence)
    return found.label if found else "none"


@pytest.mark.parametrize("half", ["dev", "held"])
def test_sentences_are_read_as_labelled(half: str) -> None:
    """F1 of "available" is at least 0.9 on each half of 200 labelled sentences, and no other is read as a yes."""
    pairs = [(row["label"] == "available", said(row["sentence"]) == "available") for row in ROWS if row["half"] == half]
    right = sum(meant and found for meant, found in pairs)
    wrong = sum(meant != found for meant, found in pairs)
    assert len(pairs) == 100
    assert 2 * right / (2 * right + wrong) >= 0.9
    assert [row for row in ROWS if row["label"] != "available" == said(row["sentence"])] == []


def test_what_has_ended_outweighs_the_offer_beside_it() -> None:
    """A text that offers work and then tells of a new job is a no; a wish for no recruiters beside an offer is not."""
    offer = "Open to work in Porto.\nTen years of C++."
    assert said(f"Update: found a job, thank you!\n{offer}") == "unavailable"
    assert said(f"{offer}\nI accepted an offer.") == "unavailable"
    assert said(f"{offer}\nNo recruiters please.") == "available"
    assert said("No recruiters please.") == "unavailable"


@given(st.text(max_size=300), st.sampled_from([row["sentence"] for row in ROWS]), st.text(max_size=300))
@settings(deadline=None)
def test_the_quote_stands_in_the_text(before: str, sentence: str, after: str) -> None:
    """Whatever is read, its quote is verbatim."""
    text = f"{before}\n{sentence}\n{after}"
    found = read(text)
    assert found is None or (found.quote and found.quote in text)


def test_the_newest_statement_decides_and_fades() -> None:
    """A no after a yes is a no; a yes is worth half after a half-life, and nothing is known after many."""
    yes, no = (
        current_statement(somebody(piece(YES, 60)), TODAY, 60),
        current_statement(somebody(piece(YES, 60), piece(NO, 3)), TODAY),
    )
    assert yes is not None
    assert (yes.label, yes.sentence, yes.value) == ("available", YES, 0.5)
    assert no is not None
    assert (no.label, no.date, no.value) == ("unavailable", TODAY - timedelta(days=3), 0.0)
    turned = current_statement(somebody(piece(NO, 60), piece(YES, 0)), TODAY)
    assert turned is not None
    assert turned.value == 1.0
    assert current_statement(somebody(piece(YES, 2000)), TODAY) is None
    assert current_statement(somebody(piece("I made a parser.", 1)), TODAY) is None
    same_day = current_statement(somebody(piece(YES, 5), replace(piece(NO, 5), url="https://person.example/no")), TODAY)
    assert same_day is not None
    assert same_day.label == "unavailable"


def test_who_answers_a_hiring_thread_says_yes_by_it() -> None:
    """The form alone is a yes, quoted by its title, whatever it declines; unless it says that it is over."""
    form = "Location: Porto\nRemote: yes\nI'm not looking for full-time roles"
    thread = piece(form, 10, EvidenceKind.AVAILABILITY, "Who wants to be hired? (November 2026)")
    found = current_statement(somebody(thread), TODAY)
    assert found is not None
    assert (found.label, found.sentence) == ("available", thread.title)
    over = current_statement(somebody(replace(thread, text=f"Edit: found a new job.\n{form}")), TODAY)
    assert over is not None
    assert (over.label, over.value) == ("unavailable", 0.0)


def test_what_a_profile_says_has_no_date_and_weighs_little() -> None:
    """A mark or a biography counts a tenth, a no in one outweighs the mark, and anything dated outweighs both."""
    marked = current_statement(somebody(marked=True), TODAY)
    assert marked is not None
    assert (marked.sentence, marked.value, marked.date) == (MARKED, UNDATED, None)
    asks = current_statement(somebody(bio="Kernels. No recruiters please.", marked=True), TODAY)
    assert asks is not None
    assert (asks.sentence, asks.value) == ("No recruiters please.", 0.0)
    dated = current_statement(somebody(piece(NO, 9), marked=True), TODAY)
    assert dated is not None
    assert dated.label == "unavailable"
    assert current_statement(somebody(marked=False), TODAY) is None


@given(st.lists(st.tuples(st.sampled_from([YES, NO, "A parser."]), st.none() | st.integers(-5, 900)), max_size=5))
def test_values_lie_between_no_and_today(told: list[tuple[str, int | None]]) -> None:
    """A value is in 0..1, a no is 0, and the order in which evidence comes does not matter."""
    pieces = [replace(piece(text, days), url=f"https://person.example/{n}") for n, (text, days) in enumerate(told)]
    found = current_statement(somebody(*pieces), TODAY)
    assert found == current_statement(somebody(*pieces[::-1]), TODAY)
    if found is not None:
        assert 0 <= found.value <= 1
        assert found.label == "available" or found.value == 0


def test_the_signal_cites_what_it_rests_on() -> None:
    """The signal holds the value and the piece; silence is unknown, not 0."""
    one = piece(YES, 0)
    signal = measure(Role("", ()), somebody(one), Context(TODAY))
    assert (signal.value, signal.evidence) == (1.0, (one,))
    assert measure(Role("", ()), somebody(), Context(TODAY)).value is None


def crowd(seed: int, told: list[str | None]) -> list[Candidate]:
    """People of random work, a statement of yesterday with those who are told to make one."""
    draw = random.Random(seed)
    people = []
    for number, sentence in enumerate(told):
        key = AccountKey("web", f"{number}.example")
        texts = [f"I made a {' '.join(draw.sample(WORDS, 4))}." for _ in range(draw.randint(1, 4))]
        days = [TODAY - timedelta(days=draw.randint(1, 900)) for _ in texts]
        texts, days = [*texts, sentence or "Tomatoes."], [*days, TODAY - timedelta(days=1)]
        made = zip(texts, days, strict=True)
        evidence = (
            Evidence(EvidenceKind.POST, key, "Piece", text, f"https://{number}.example/{place}", day)
            for place, (text, day) in enumerate(made)
        )
        people.append(Candidate(f"c{number:02}", (Account(key.site, key.handle),), tuple(evidence)))
    return people


def scored(people: list[Candidate], ceiling: float) -> Scores:
    weights = read_weights()
    weights = weights.model_copy(update={"availability": weights.availability.model_copy(update={"ceiling": ceiling})})
    asked = Role("", (Requirement("r1", "database kernel"), Requirement("r2", "rust parser")))
    return score_role(asked, build_corpus(people, Memory(), HashingEmbedder()), weights, TODAY)


CEILING = read_weights().availability.ceiling


@given(st.integers(0, 10**6), st.lists(st.sampled_from([YES, NO, None]), min_size=2, max_size=12))
@settings(max_examples=25, deadline=None)
def test_nobody_passes_who_is_further_ahead_than_the_ceiling(seed: int, told: list[str | None]) -> None:
    """Of two people whose scores without it differ by more than the ceiling, the better stays the better."""
    people = crowd(seed, told)
    without, with_it = scored(people, 0.0), scored(people, CEILING)
    ahead = without.total[:, None] - without.total[None, :] > CEILING
    assert (with_it.total[:, None] > with_it.total[None, :])[ahead].all()
    term = [term for term in with_it.terms if term.name == "availability"]
    assert bool(term) == any(told)
    assert all(abs(each.points.mean()) < 1e-12 and np.ptp(each.points) <= CEILING for each in term)


def test_among_equals_who_is_open_to_work_comes_first() -> None:
    """Of people who made the same, who is marked as open to work stands first, by a tenth of the ceiling."""
    one = crowd(1, [None])[0]
    twins = [replace(one, id=f"t{n}", accounts=(replace(one.accounts[0], open_to_work=n == 3),)) for n in range(5)]
    scores = scored(twins, CEILING)
    assert scores.order()[0] == scores.corpus.position["t3"]
    assert np.ptp(scores.total) == pytest.approx(CEILING * UNDATED)


def test_the_list_tells_the_sentence_its_day_and_its_points() -> None:
    """The row, the term and the explanation hold the words as they stand; a blind list holds no link to them."""
    people = crowd(1, [YES, None])
    found = rank(scored(people, CEILING), {each.id: each for each in people})
    rows = Shortlist.of(found).to_frame().set_index("candidate_id")
    assert tuple(rows.loc["c00", ["availability", "availability_date"]]) == (YES, "2026-11-20")
    assert tuple(rows.loc["c01", ["availability", "availability_date"]]) == ("", "")
    (open_,) = [match for match in found if match.availability]
    (term,) = [term for term in open_.terms if term.name == "availability"]
    assert term.points > 0
    assert [quote.text for quote in term.quotes] == [YES]
    assert f'"{YES}" https://0.example/' in open_.explain()
    assert all(match.availability is None or match.availability.url == "" for match in blinded(found))
    assert all(match.score == pytest.approx(sum(t.points for t in match.terms), abs=1e-9) for match in found)


def test_a_no_is_told_as_a_no() -> None:
    """The column says "not available" with the sentence, and the page does not mark it as an open door."""
    people = crowd(1, [NO, None])
    found = rank(scored(people, CEILING), {each.id: each for each in people})
    row = Shortlist.of(found).to_frame().set_index("candidate_id").loc["c00"]
    assert row["availability"] == f"not available: {NO}"
    out = StringIO()
    find_exports()["page"].write(found, out)
    assert "not available: I" in out.getvalue()
    assert 'class="chip open"' not in out.getvalue()
