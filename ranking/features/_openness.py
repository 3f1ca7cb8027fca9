"""Statements of openness to work in text: in the first person and of now.

Phrases stand in availability.toml; here is who speaks of whom, and what is denied. What "she", "we" or "you" look for,
what somebody was looking for last year, and what a question asks says nothing of the writer.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Any, Literal

from scrapers.text.prefilter import Prefilter, folded

Label = Literal["available", "unavailable"]

# A sentence of more characters is a list or a listing, and nobody's statement.
LONGEST = 500

_SENTENCE = re.compile(r"[^.!?\n]+(?:\.(?=\w)[^.!?\n]*+)*[.!?]*")
_CLAUSE = re.compile(r"[,;:|(–—]|\b(?:and|but|so|because|while)\b|\s-\s", re.IGNORECASE)
# Words that may stand between who it is said of and what is said.
_BETWEEN = (
    r"(?:\s++(?:\w++(?<=\wly)|now|just|also|still|again|both|always|here|back|once|more|very|been|really|right|definitely|yes|mostly"
    r"|already|quite|rather|soon|in))*\s+$"
)
_AM = re.compile(rf"\b(?:i\s+am|am|i['’]m|i(?:['’]ll| will| would|['’]d) be|i['’]ve|i have){_BETWEEN}", re.IGNORECASE)
_IS = re.compile(rf"(?:\b(?:is|are|was|were|be|being|used to|had|will)|\w['’](?:re|s)){_BETWEEN}", re.IGNORECASE)
_DENIED = re.compile(r"\b(?:not|never|no longer|neither|nor|stopped|without|no)\b|(?<=\w)n['’]t\b", re.IGNORECASE)
_SUBJECT = re.compile(
    r"\b(?:(?P<own>i|me|my|mine|myself)|you|your|he|she|they|we|our|who|whoever|any(?:one|body)|every(?:one|body)"
    r"|some(?:one|body)|people|those|many|friends?|brother|sister|wife|husband|partner|colleagues?|team|company|it|its)\b",
    re.IGNORECASE,
)
# Before a state that stands alone, as in "engineer in Porto, open to work", these make it part of something else.
_BOUND = re.compile(r"\b(?:the|an|that|which|how|why|what|when|to|about|of|for|i)\b", re.IGNORECASE)
# A name of the table "words" in a pattern, which is never the name of a group.
_WORD = re.compile(r"(?<!\?P)<(\w+)>")


@dataclass(frozen=True, slots=True)
class OpennessStatement:
    """A sentence as it stands in a text, and what it says of the writer; `ended` where it says that it is over."""

    label: Label
    quote: str
    ended: bool = False


@dataclass(frozen=True, slots=True)
class _Phrases:
    triggers: Prefilter
    states: re.Pattern[str]
    mine: re.Pattern[str]
    offers: re.Pattern[str]
    refusals: re.Pattern[str]
    ended: re.Pattern[str]
    quiet: re.Pattern[str]


@lru_cache(maxsize=2**17)
def read(text: str) -> OpennessStatement | None:
    """Return the writer's statement on being open to work, or None.

    The last sentence on it decides, except that what has ended stays so: "found a job" outweighs the offer below it. A
    wish for no recruiters is a no only where nothing else is said.
    """
    said, quiet = None, None
    for sentence in _sentences(text):
        if _any_own(_phrases().ended, sentence):
            return OpennessStatement("unavailable", sentence, ended=True)
        label = _label(sentence)
        if label:
            said = OpennessStatement(label, sentence)
        elif _phrases().quiet.search(sentence):
            quiet = OpennessStatement("unavailable", sentence)
    return said or quiet


def _sentences(text: str) -> Iterator[str]:
    """The sentences that may say something, as they stand."""
    places = sorted(_phrases().triggers.places(folded(text)))
    if places:
        for match in _SENTENCE.finditer(text):
            told = bisect_left(places, match.start()) < bisect_left(places, match.end())
            if told and match.end() - match.start() <= LONGEST:
                yield match.group().strip()


def _label(sentence: str) -> Label | None:
    """Return the label of the sentence's last statement: "not looking for a job, but open to contracts" is a yes."""
    phrases = _phrases()
    found: list[tuple[int, Label]] = [(match.start(), "available") for match in phrases.offers.finditer(sentence)]
    found += [(m.start(), "unavailable") for m in phrases.refusals.finditer(sentence) if _is_own(sentence[: m.start()])]
    for match in phrases.states.finditer(sentence):
        before = sentence[: match.start()]
        if _is_own(before) and (_subjects(before) or not sentence.endswith("?")):
            found.append((match.start(), _denied(before)))
    for match in phrases.mine.finditer(sentence):
        if _says_i_am(before := sentence[: match.start()]):
            found.append((match.start(), _denied(before)))
    return max(found)[1] if found else None


def _any_own(pattern: re.Pattern[str], sentence: str) -> bool:
    return any(_is_own(sentence[: match.start()]) for match in pattern.finditer(sentence))


def _is_own(before: str) -> bool:
    """True if what follows is said of the writer and of now: after "I am", or of nobody at all."""
    plain = _DENIED.sub("", before)
    if _says_i_am(before):
        return True
    if _IS.search(plain):
        return False
    subjects = _subjects(plain)
    return not _BOUND.search(_clause(plain) if subjects else plain) and (not subjects or subjects[-1])


def _says_i_am(before: str) -> bool:
    return _AM.search(_DENIED.sub("", before)) is not None


def _denied(before: str) -> Label:
    return "unavailable" if _DENIED.search(_clause(before)) else "available"


def _subjects(before: str) -> list[bool]:
    """For each word that says of whom, whether it is the writer."""
    return [match["own"] is not None for match in _SUBJECT.finditer(before)]


def _clause(before: str) -> str:
    return _CLAUSE.split(before)[-1]


@cache
def _phrases() -> _Phrases:
    table: dict[str, Any] = tomllib.loads(
        resources.files(__package__).joinpath("availability.toml").read_text(encoding="utf-8")
    )
    words: dict[str, str] = table["words"]

    def together(patterns: Sequence[str]) -> re.Pattern[str]:
        joined = "|".join(patterns)
        while (filled := _WORD.sub(lambda name: words[name[1]], joined)) != joined:
            joined = filled
        return re.compile(rf"(?<![\w-])(?:{joined})", re.IGNORECASE)

    return _Phrases(
        triggers=Prefilter(table["triggers"]),
        states=together(table["open"]["states"]),
        mine=together(table["open"]["mine"]),
        offers=together(table["open"]["phrases"]),
        refusals=together(table["closed"]["phrases"]),
        ended=together(table["closed"]["ended"]),
        quiet=together(table["closed"]["quiet"]),
    )
