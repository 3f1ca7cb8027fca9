"""Cue scores: how much a text shows of a way of working, by concrete mechanisms named and gone into (cues.toml).

A piece counts by how many different cues it has and how much it says around them, so that one thorough post beats
twenty links. A list of words counts once, praise takes away what stands beside it, and saying it again adds nothing.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from importlib import resources

from ranking.features._contract import Feature, Signal
from ranking.role import Requirement, Role
from scrapers.records import Candidate, Evidence, EvidenceKind
from scrapers.text import counted

# Whoever shows anything has at least this: to show little is no worse than to show nothing, which counts as neutral.
SHOWN = 0.4
# What each further piece counts of the one before, best first.
FURTHER = 0.5
# Words around the cues at which a piece has half of full depth; cues at which it is at 1 - 1/e of what it can show.
HALF_DEPTH, TELLING = 40, 2.5
# A sentence with more cues than one in so many words is a list, and counts as one cue; shorter ones are headings.
WORDS_PER_CUE, SHORTEST = 4, 4
# A piece below this shows nothing: one cue in passing.
FAINT = 0.08

# Features that a role asks for in words, each a table of cues.toml.
IN_WORDS = ("data_intuition", "fault_first", "human_facing", "language_models", "product", "software_engineering")

_SENTENCE = re.compile(r"[^.!?\n]+(?:[.!?](?!\s)[^.!?\n]*+)*")


@dataclass(frozen=True, slots=True)
class Cues:
    """The patterns of one signal: each cue by itself, and all together for a quick look."""

    shows: str
    question: str
    asked: re.Pattern[str]
    each: tuple[re.Pattern[str], ...]
    any: re.Pattern[str]
    talk: float = 0.0


@cache
def tables() -> Mapping[str, object]:
    """cues.toml as it stands."""
    return tomllib.loads(resources.files(__package__).joinpath("cues.toml").read_text(encoding="utf-8"))


@cache
def cues(name: str) -> Cues:
    """The cues of a signal, or of a part of it: "domain.law"."""
    table: Mapping[str, object] = tables()
    for key in name.split("."):
        table = table[key]  # type: ignore[assignment]
    patterns = table["cues"]
    assert isinstance(patterns, list)
    return Cues(
        shows=str(table.get("shows", name.rpartition(".")[2])),
        question=str(table.get("question", "")),
        asked=_words(str(table["asked"])),
        each=tuple(map(_words, patterns)),
        any=_words("|".join(patterns)),
        talk=float(str(table.get("talk", 0.0))),
    )


def feature_of_cues(name: str) -> Feature:
    """Return the feature that a table of cues alone decides, whatever the role; a talk may count at least `talk`."""

    def worth(piece: Evidence) -> float:
        return max(strength(name, piece), cues(name).talk if piece.kind is EvidenceKind.TALK else 0.0)

    def measure(_role: Role, candidate: Candidate, _context: object) -> Signal:
        return of_pieces(name, cues(name).shows, candidate.evidence, worth)

    return Feature(name, measure, cues(name).question, partial(asks_in_words, asked=cues(name).asked), lambda _: ())


def of_pieces(
    name: str, shows: str, evidence: Sequence[Evidence], worth: Callable[[Evidence], float], none: str = ""
) -> Signal:
    """The signal of a body of work: its best pieces, each further one counting half of the one before."""
    strengths = [(worth(piece), piece) for piece in evidence]
    told = sorted(
        ((value, piece) for value, piece in strengths if value >= FAINT), key=lambda each: (-each[0], each[1].id)
    )
    if not told:
        return Signal(name, None, none or f"nothing seen shows {shows}")
    missing = math.prod(1 - value * FURTHER**place for place, (value, _) in enumerate(told))
    best = tuple(piece for _, piece in told[:3])
    return Signal(name, SHOWN + (1 - SHOWN) * (1 - missing), f"{shows} shown in {counted(len(told), 'pieces')}", best)


def strength(name: str, piece: Evidence) -> float:
    """Return how much a piece shows, 0..1. What people say of themselves in an advertisement shows nothing."""
    if piece.kind is EvidenceKind.AVAILABILITY or piece.details.get("reupload"):
        return 0.0
    return text_strength(name, f"{piece.title}.\n{piece.text}")


def wanted(role: Role) -> list[Requirement]:
    """The requirements that ask for something."""
    return [each for each in role.requirements if each.level != "never"]


def wanted_text(role: Role) -> str:
    """Title and what is asked for, as one text; what is unwanted is no wish."""
    return "\n".join([role.title, *(f"{each.axis or ''} {each.text}" for each in wanted(role))])


def asks_in_words(role: Role, asked: re.Pattern[str]) -> bool:
    """True if at least two of title and requirements use these words, or one axis is called so.

    A role of one line is a topic, ranked by that alone: it has no second line to ask with.
    """
    if any(each.axis and asked.search(each.axis) for each in wanted(role)):
        return True
    said = [role.title, *(each.text for each in wanted(role))]
    return len(wanted(role)) > 1 and sum(bool(asked.search(text)) for text in said) > 1


@lru_cache(maxsize=2**20)
def text_strength(name: str, text: str) -> float:
    """Return how much a text shows, 0..1: different cues, less where they only stand in a list or beside praise."""
    table = cues(name)
    if not table.any.search(text):
        return 0.0
    found: set[int] = set()
    words = 0
    for sentence in dict.fromkeys(match.group().strip(" \t.!?") for match in _SENTENCE.finditer(text)):
        length = len(sentence.split())
        words += length
        here = (
            {number for number, cue in enumerate(table.each) if cue.search(sentence)} if length >= SHORTEST else set()
        )
        if len(_hype().findall(sentence)) >= len(here):
            continue
        if len(here) * WORDS_PER_CUE > max(length, 2 * WORDS_PER_CUE):
            here = {min(here)}
        found |= here
    return 1 - math.exp(-len(found) * words / (words + HALF_DEPTH) / TELLING)


@cache
def _hype() -> re.Pattern[str]:
    return _words("|".join(str(tables()["hype"]).split()))


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{pattern})(?!\w)", re.IGNORECASE)
