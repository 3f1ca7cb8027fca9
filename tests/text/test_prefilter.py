"""The quick look before slow patterns passes nothing over."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scrapers.text import privacy
from scrapers.text.prefilter import Prefilter, folded
from scrapers.text.privacy import asks_for_silence, without_private

LOOKED_FOR = (*privacy._PRIVATE, privacy._AGE, privacy._BORN, privacy._CLASS, privacy._PUPIL)
WORDS = (
    "I I'm I\u2019m am my a an as was have with not don't never do me us now just 17 34 \u0661\u0667 years old y/o yo "
    ". , | ; born in 2012 gay Catholic party union member joined the trade diagnosed diagnosis autism diabetes PTSD "
    "schools school high student at 9th 11th-grader grade class of 2031 black Asian she/her proud voted for Labour "
    "contact email call write no recruiters please keine Recruiter Sch\u00fclerin ich bin schueler je suis lyc\u00e9en "
    "\u0131 \u0130'm bap\u0131st ba\u0131ptist d\u0130agnosed \u017fchool Quaker \u212a gray\u212a"
)
EVERY_WORD = set(privacy._TELLING_WORDS)
SAID = st.lists(st.sampled_from([*WORDS.split(), *"\n\t ."]), max_size=12).map(" ".join)


@pytest.mark.parametrize("pattern", LOOKED_FOR, ids=lambda pattern: pattern.pattern[:30])
@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_whatever_a_pattern_finds_is_looked_at(pattern: re.Pattern[str], data: st.DataObject) -> None:
    """No text that a pattern for private statements matches is passed over by the quick look."""
    text = data.draw(st.from_regex(pattern))
    found = pattern.search(text)
    assert found
    assert any(found.start() <= place < found.end() for _, place in privacy._finds(text))


@given(st.from_regex(privacy._SILENCE))
def test_whatever_asks_for_silence_is_heard(text: str) -> None:
    """No text that the pattern for silence matches is passed over by the quick look."""
    assert asks_for_silence(text) == bool(privacy._SILENCE.search(re.sub(r"[^\S\n]+", " ", text)))


@given(SAID)
def test_the_quick_look_changes_nothing(text: str) -> None:
    """Every sentence read by every pattern gives the same text and the same marks."""
    kept, minor = [], False
    for match in privacy._SENTENCE.finditer(text):
        young = privacy._is_of_minor(match[0], EVERY_WORD, 2026)
        minor = minor or young
        private = young or any(pattern.search(match[0]) for pattern in privacy._PRIVATE)
        kept.append(match[0] if not private else "\n" if match[0].endswith("\n") else "")
    assert without_private(text, 2026) == ("".join(kept), minor)
    assert asks_for_silence(text) == bool(privacy._SILENCE.search(re.sub(r"[^\S\n]+", " ", text)))


@given(st.characters(exclude_categories=["Cs"]))
def test_folding_is_what_patterns_take_for_the_same_letter(letter: str) -> None:
    """A letter folds to one character, and to the same as every letter that a pattern without case takes it for."""
    assert len(folded(letter)) == 2
    for plain in "abcdefghijklmnopqrstuvwxyzéü":
        assert bool(re.fullmatch(plain, letter, re.IGNORECASE)) == (folded(letter)[:1] == plain.encode("latin-1"))


def test_needles_within_needles_are_found() -> None:
    """Words that overlap are all found, each where it begins."""
    assert Prefilter("gender transgender nder").places(folded("a transgender nderx")) == [2, 7, 9, 14]


def test_a_marked_needle_stands_alone_or_begins_a_word() -> None:
    """Marks bind a word to where words begin and end; the ends of a text and signs of any script are such places."""
    needles = Prefilter("^tory$ ^black y/o$")
    assert needles.finds(folded("Tory, history; blackish \u2014tory\u00e9 17y/o")) == [
        ("^tory$", 0),
        ("^black", 15),
        ("y/o$", 33),
    ]
