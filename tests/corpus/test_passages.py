"""Blind texts say what was made and never by whom."""

from __future__ import annotations

from datetime import date
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranking.corpus import passages
from ranking.corpus.passages import MOST_PASSAGES, WINDOW_WORDS, blind, render, said_once, split
from scrapers.records import AccountKey, Award, Evidence, EvidenceKind

MADE = "A compiler for {who}. She wrote it in Rust; see https://{who}.example/x and @{who}. I'm 23 years old."


def evidence(handle: str, text: str) -> Evidence:
    return Evidence(
        EvidenceKind.HACKATHON_WIN, AccountKey("devpost", handle), "Borrow", text, f"https://example.com/{handle}",
        date(2026, 1, 1), ("rust",), awards=(Award("Build Night", None, "Best Compiler"),),
    )  # fmt: skip


@pytest.mark.parametrize("other", ["grace-example", "zhang-example", "omar_example"])
def test_the_same_act_by_another_person_has_the_same_text(other: str) -> None:
    """Swapping handle, name, links and mentions changes nothing in what is embedded."""
    one = render(evidence("ada-example", MADE.format(who="ada-example")), names=("Ada Sample",))
    two = render(evidence(other, MADE.format(who=other).replace("She", "He")), names=("Somebody Else",))
    assert one == two
    assert "compiler" in one
    assert "Best Compiler Build Night" in one
    assert "23" not in one


@pytest.mark.parametrize(
    ("prose", "left"),
    [
        ("My name is Ada Sample and I like C++", "My name is and I like C++"),
        ("Based in Lyon, France we build maps", "Based in Lyon, France we build maps"),
        ("I am based in Lyon and build maps", "I am and build maps"),
        ("Ada's parser (she/her)", "parser"),
        ("HE schemes and Node.js", "HE schemes and Node.js"),
        ("mail [address], [link]", "mail ,"),
    ],
)
def test_prose_loses_who_and_keeps_what(prose: str, left: str) -> None:
    """Names, pronouns and homes go; acronyms and tools that look alike stay."""
    assert blind(prose, names=("Ada Sample",)) == left


@pytest.mark.parametrize(
    "who",
    [
        "Born 1968,", "I was born in 1991,", "born on 3 May 2001,", "Born in Lagos in 1975,", "I am 54 years old,",
        "I'm 27,", "I turned 40,", "aged 33,", "In my late fifties,", "As a mother of two,",
        "I am a proud dad of three,", "as a single parent,", "Father of 2 kids,", "As a woman,", "being a young man,",
    ],
)  # fmt: skip
def test_age_family_and_gender_go(who: str) -> None:
    """Whatever somebody says of their age, children or gender leaves one and the same text."""
    assert blind(f"{who} and a compiler came of it") == ", and a compiler came of it"


@pytest.mark.parametrize(
    "text",
    [
        "the parent of two nodes and a mother board",
        "I am a man-in-the-middle proxy author at night",
        "as a mainframe engineer with 20 years of work",
        "I am 95% sure that 40 of 54 tests pass",
    ],
)
def test_what_only_looks_like_it_stays(text: str) -> None:
    """Trees, attacks, machines and figures are work."""
    assert blind(text) == text


def test_a_phrase_said_often_counts_once() -> None:
    """Stuffing a text with its own phrases adds no words."""
    said = "rust compiler for small devices"
    assert said_once(" ".join([said] * 30)).count("compiler") <= 2


def test_long_texts_are_cut_into_windows_and_the_rest_is_counted() -> None:
    """Every window fits the model, later ones are led by the title, and what is left out is known."""
    words = [f"w{number}" for number in range(2000)]
    passages = split(" ".join(words), "The title")
    assert len(passages.texts) == MOST_PASSAGES
    assert all(len(text.split()) <= WINDOW_WORDS for text in passages.texts)
    assert all(text.startswith("The title ") for text in passages.texts[1:])
    kept = sum(len(text.split()) for text in passages.texts) - 2 * (MOST_PASSAGES - 1)
    assert kept + passages.words_left_out == 2000


PARTS = (
    "Mr. X ", "SIR Y ", "Miss Z ", "my name's Ada Example ", "My\nname is Bo ", "(she/her) ", "he / him ", "WWW.a.b ",
    "https://a.example ", "a.DEV/x ", "@ada ", "[person]", "[w](x)", "ww.a ", "I am ٣٥. ", "aged 5 ", "in my twenties ",
    "born in 2001 ", "a Mama of two ", "as a young WOMAN ", "father of ſix ", "Based\nin Paris ", "I’m from New York ",
    "hails from Oslo ", "located near Bern ", "resides in Rome ", "we are from İzmir ", "of 3 kids ", "He ", "hers ",
    "implement ", "page", "_he ", "he-", "25years old", "I'm 25and ", "(Madam)", "sed in Rome ", "[ba](x)", "boy's ",
    "é",
)  # fmt: skip


@given(st.lists(st.sampled_from(PARTS), max_size=8).map("".join))
def test_a_pattern_that_is_passed_over_would_have_found_nothing(text: str) -> None:
    """Looking for a pattern's signs and words first changes no text."""
    quick = blind(text, ("ada",), ("Ada Example",))
    always = lambda *_: True  # noqa: E731
    with patch.object(passages, "_has_any", always), patch.object(passages, "_has_one", always):
        assert blind(text, ("ada",), ("Ada Example",)) == quick
