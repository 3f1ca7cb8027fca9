"""What a requirement asks for without saying it: subjects that are mentioned or near widen it, nothing else does."""

from __future__ import annotations

import numpy as np
import pytest

from ranking.corpus.corpus import build_corpus
from ranking.corpus.expansion import WORTH, subjects, widened
from ranking.index.bm25 import query_weights, tokens
from ranking.index.embedder import Memory
from ranking.role import Requirement, Role
from ranking.scoring.matches import rank
from ranking.scoring.score import score_role
from ranking.scoring.weights import read_weights
from tests.support.hash_embedder import HashingEmbedder
from tests.support.random_people import TODAY, person, piece

FAR = np.zeros(len(subjects()), dtype=np.float32)
FAR[::2] = 0.1


def near(subject: str, how: float = 0.9) -> np.ndarray:
    """A requirement that is near to one subject alone."""
    nearness = FAR.copy()
    nearness[next(number for number, each in enumerate(subjects()) if subject in each.called.split(", "))] = how
    return nearness


def test_a_subject_that_is_mentioned_and_near_brings_its_names() -> None:
    """Asked for a database administrator, PostgreSQL counts, and less than the words that were said."""
    found = widened("Database administrator", near("database administrator"))
    assert found["postgresql"] == pytest.approx(WORTH)
    assert found["databas"] == 1


def test_a_subject_that_is_near_needs_no_mention() -> None:
    """Other words for the same thing bring the same names."""
    assert "postgresql" not in query_weights("keeping tables")
    assert widened("keeping tables", near("database administrator"))["postgresql"] == pytest.approx(WORTH)


def test_a_word_in_another_sense_brings_nothing() -> None:
    """A subject's phrase in a text that lies far from it asks for nothing of it."""
    away = near("database administrator", -5.0)
    assert widened("database administrator", away) == query_weights("database administrator")


def test_what_was_said_keeps_its_weight() -> None:
    """A name that the requirement says itself counts as said, not as related."""
    said = "PostgreSQL PostgreSQL database administrator"
    found = widened(said, near("database administrator"))
    assert {term: found[term] for term in query_weights(said)} == query_weights(said)


def test_without_a_subject_nothing_is_added() -> None:
    """A requirement on none of the subjects is its own words."""
    assert widened("Compost", FAR) == query_weights("Compost")


def test_the_words_of_a_name_share_its_worth() -> None:
    """A name of two words does not count twice."""
    found = widened("cross platform mobile", near("cross platform mobile"))
    assert found["dart"] == pytest.approx(WORTH)
    assert found["nativ"] == pytest.approx(WORTH / 2)


def test_every_subject_can_be_mentioned_and_says_something() -> None:
    """Each phrase keeps a word when it is read as words are, and each subject has a term that is not its own."""
    for subject in subjects():
        assert all(phrase.strip() for phrase in subject.phrases), subject.called
        assert set(subject.terms) - set(tokens(subject.called)), subject.called


def test_no_subject_is_listed_twice() -> None:
    """A phrase belongs to one subject."""
    phrases = [phrase for each in subjects() for phrase in set(each.phrases)]
    assert sorted(phrases) == sorted(set(phrases))


def test_a_related_name_is_found_and_quoted() -> None:
    """Who names PostgreSQL is found for "database administrator", and that sentence is the reason shown."""
    said = ("We met on Mondays. Then I tuned PostgreSQL and its schema.", "We met on Mondays. Then I tuned a violin.")
    people = [person(number, piece(number, 0, text)) for number, text in enumerate(said)]
    role = Role("", (Requirement("r", "database administrator"),))
    scores = score_role(role, build_corpus(people, Memory(), HashingEmbedder()), read_weights(), TODAY)
    first = rank(scores, {each.id: each for each in people}, top=2).matches[0]
    assert first.candidate.id == people[0].id
    assert first.reasons[0].text == "Then I tuned PostgreSQL and its schema."
