"""What people say of themselves that is not kept, and what they ask for."""

from __future__ import annotations

import pytest

from scrapers.records import Account, AccountKey, Candidate, Evidence, EvidenceKind
from scrapers.text.privacy import asks_for_silence, is_held, wants_no_contact, without_private, without_pronouns

ADA = AccountKey("web", "ada.example")


def candidate(bio: str | None = None, **details: object) -> Candidate:
    piece = Evidence(EvidenceKind.POST, ADA, "T", "x", "https://ada.example/1", details=details)
    return Candidate("c1", (Account("web", "ada.example", url="https://ada.example/", bio=bio),), (piece,))


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("I am 16 and in high school.", True),
        ("Sophomore at Riverbend High School, robotics club.", True),
        ("Class of 2028, Riverbend High School.", True),
        ("I live with diabetes.", False),
        ("Proud Catholic and union member.", False),
        ("I was diagnosed with epilepsy myself.", False),
    ],
)
def test_private_sentences_are_cut(text: str, minor: bool) -> None:
    """Statements about oneself go, sentence by sentence, and signs of a minor are told."""
    assert without_private(f"Kept. {text} Also kept.", 2026) == ("Kept. Also kept.", minor)


@pytest.mark.parametrize(
    "text",
    [
        "We detect diabetes early.",
        "A healthcare project for Catholic charities.",
        "I learned Python in high school.",
        "I was a student at Riverbend High School in 1999.",
        "I'm working on epilepsy detection.",
    ],
)
def test_subjects_of_work_stay(text: str) -> None:
    """Work on health, and school days long gone, are nothing private and no sign of a minor."""
    assert without_private(text, 2026) == (text, False)


def test_who_asks_for_silence_is_heard() -> None:
    """A request on a page or in a biography is a request; others made none."""
    assert not wants_no_contact(candidate())
    assert wants_no_contact(candidate(do_not_contact=True))
    assert wants_no_contact(candidate(bio="LLM gateways. No recruiters please."))
    assert asks_for_silence("Bitte nicht kontaktieren")
    assert not asks_for_silence("Do not contact the server twice")
    assert not any(asks_for_silence(f"Recruiting {'x' * far} niente recruiters") for far in range(40, 70))


def test_a_possible_minor_is_held() -> None:
    """The mark on a page or in a biography holds a person back."""
    assert is_held(candidate(minor=True))
    assert is_held(candidate(bio="Robots [possible minor]"))
    assert not is_held(candidate())
    assert without_pronouns("Ada Example (she/her)") == "Ada Example"
