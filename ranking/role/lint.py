"""Warnings on roles that are hard to match, with a remedy, and contradictions; never a refusal."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from ranking.role.model import Requirement, Stage
from ranking.role.search.words import words_of

MOST_MUSTS = 8
LONGEST = 60
_ALIKE = 0.6
_EMPTY_WORDS = re.compile(
    r"\b(?:rock ?stars?|ninjas?|gurus?|wizards?|passion(?:ate)?|motivated|dynamic|team[- ]?play(?:er|ers|ing)?|"
    r"self[- ]?starters?|hard[- ]?working|"
    r"go[- ]?getters?|results?[- ]driven|detail[- ]oriented|think outside|hustle|work ethic|positive attitude|"
    r"can[- ]do|fast[- ]paced|"
    r"culture fit|cultural fit|10x)\b",
    re.IGNORECASE,
)
_YEARS = re.compile(r"\b\d{1,2}\s*+(?:\+\s*+)?(?:-\s*+\d{1,2}\s*+)?(?:years?|yrs?)\b", re.IGNORECASE)
_DEGREE = re.compile(
    r"^(?>.*\b(?:degree|bachelor'?s?|master'?s|ph\.?d|diploma|university|college)\b)(?!.*\b(?:not|no|optional)\b)",
    re.IGNORECASE | re.MULTILINE,
)
_PROXY = re.compile(
    r"\b(?:native (?:english |german |french |\w+ )?speakers?|mother tongue|recent graduates?|digital natives?|"
    r"energetic|culture fit)\b",
    re.IGNORECASE,
)
_TOO_EARLY = re.compile(
    r"\b(?:manag(?:e|ed|es|ing) (?:large |big )?(?:teams|managers|departments|budgets)|large organi[sz]ations?|"
    r"corporate governance|"
    r"enterprise (?:architecture|governance)|(?:1[0-9]|20)\+? years|certifi(?:ed|cations?)|itil|six sigma|"
    r"stakeholder alignment)\b",
    re.IGNORECASE,
)
_TOO_LATE = re.compile(
    r"\b(?:wear(?:s|ing)? many hats|jack of all trades|does everything|first (?:hire|engineer)|founding)\b",
    re.IGNORECASE,
)
_COMMON = words_of(
    "a an and any as at be been by for from has have in is it its more of on or our own people "
    "some than that the their them they this to used uses using was we who with work works you your"
)


MOST_COMPARED = 200  # requirements of each kind that are held against each other; nobody reads more of them


def warnings(requirements: Sequence[Requirement], stage: Stage | None) -> Iterator[str]:
    """Yield a sentence for each thing that will make the shortlist worse, with what to write instead."""
    musts = [one for one in requirements if one.level == "must"]
    if len(musts) > MOST_MUSTS:
        yield (
            f"{len(musts)} musts: hardly anybody shows them all; keep the {MOST_MUSTS} that matter and make the rest "
            "nice to have."
        )
    yield from _contradictions(requirements)
    yield from _twice(requirements)
    for one in requirements:
        yield from _single(one, stage)


def _contradictions(requirements: Sequence[Requirement]) -> Iterator[str]:
    refused = [one for one in requirements if one.level == "never" and one.unless is None][:MOST_COMPARED]
    for wanted in [one for one in requirements if one.level != "never"][: MOST_COMPARED if refused else 0]:
        for unwanted in refused:
            if _alike(wanted.text, unwanted.text):
                said = _short(wanted.text)
                yield f"{wanted.id} and {unwanted.id} contradict each other: {said} is asked for and refused."


def _twice(requirements: Sequence[Requirement]) -> Iterator[str]:
    first: dict[tuple[str, str | None, frozenset[str]], str] = {}
    for one in requirements:
        words = frozenset(_words(one.text))
        told = first.setdefault((one.level, one.axis, words), one.id)
        if words and told != one.id:
            yield f"{told} and {one.id} ask for the same: it would count twice; delete one."


def _single(one: Requirement, stage: Stage | None) -> Iterator[str]:
    text, where = one.text, f"{one.id} ({_short(one.text)})"
    if one.level == "never":
        return
    if match := _EMPTY_WORDS.search(text):
        yield f"{where}: no page shows {match.group()!r}; say what such a person has made."
    elif len(text.split()) == 1 and one.axis is None and one.level != "one_of":
        yield f"{where} is a single word: say what somebody does with it."
    if match := _YEARS.search(text):
        yield f"{where}: {match.group()!r} measures time, not work; say what they should have made."
    if _DEGREE.search(text) and one.level == "must":
        yield f"{where}: a degree says little about work and leaves people out; say what they should know."
    if match := _PROXY.search(text):
        said = repr(match.group())
        yield f"{where}: {said} stands close to origin or age; say what the work needs, such as fluent English."
    if len(text.split()) > LONGEST:
        yield f"{where} is {len(text.split())} words long: one bullet for each thing is matched better."
    if stage == "early" and (match := _TOO_EARLY.search(text)):
        yield f"{where}: a company at an early stage seldom needs {match.group()!r}; is it a must?"
    if stage == "late" and (match := _TOO_LATE.search(text)):
        yield f"{where}: {match.group()!r} is what an early company needs; the stage says late."


def _alike(one: str, other: str) -> bool:
    left, right = _words(one), _words(other)
    return bool(left and right) and len(left & right) / len(left | right) >= _ALIKE


def _words(text: str) -> set[str]:
    return {word.rstrip("s") for word in re.findall(r"(?<![\w+#.-])[\w+#.-]*\w[+#]*", text.casefold())} - _COMMON


def _short(text: str) -> str:
    words = text.split()
    return repr(" ".join(words[:6]) + (" …" if len(words) > 6 else ""))


_ALL_REMOTE = re.compile(
    r"\b(?:fully|completely|entirely|exclusively|vollständig|komplett)[- ]remote\b|\bremote[- ]only\b|"
    r"\b(?:entièrement|100 ?% (?:à|en)) (?:distance|télétravail)\b|\b100 ?% (?:remoto|homeoffice|remote)\b|"
    r"\b(?:work|working) from anywhere\b",
    re.IGNORECASE,
)


_NUMBER = r"(?:[1-5]|one|two|three|four|five)(?:\s*(?:-|–|to)\s*(?:[1-5]|two|three|four|five))?"


_OFFICE = r"(?:in|at|from) (?:the|our|an|your) (?:[\w-]+ )?office\b"


_WEEK = r"(?:(?:a|per|each|every) week|weekly|/ ?week)"


_ON_SITE = re.compile(
    rf"\b{_OFFICE},? (?:for )?(?:at least )?{_NUMBER} days?(?: {_WEEK})?|"
    rf"\b{_NUMBER} days?,? (?:{_WEEK} )?(?:{_OFFICE}|in[- ](?:the[- ])?office\b|on-?site\b)(?: {_WEEK})?|"
    rf"\b(?:in[- ]office|on-?site),? (?:for )?(?:at least )?{_NUMBER} days?(?: {_WEEK})?|"
    r"\b(?:fully|100 ?%) on-?site\b|\b(?:on-?site|in[- ]office) only\b|\boffice[- ]based\b|\bno remote(?: work)?\b|"
    rf"\bremote: *(?:no|false)\b|\b(?:must|will|to|should) (?:be|work|come) (?:on-?site\b|{_OFFICE}|into the office\b)|"
    r"\bon-?site(?= (?:in|at our)\b| (?:role|position|job|work)\b| (?:required|mandatory)\b|\s*(?:[,;.)]|$))|"
    rf"\b{_NUMBER} Tage (?:pro|die|in der) Woche (?:vor Ort|im Büro|in unserem Büro)",
    re.IGNORECASE,
)


# Words with which a sentence leaves the choice, or speaks of somebody's past, of a visit, or of what is not so.
_NOT_ALL = re.compile(
    r"\b(?:not|no longer|never|isn['’]t|aren['’]t|nicht|pas|almost|nearly|used to|until|after|led|leads?|managed?|"
    r"worked|experienced?|has|have)\b",
    re.IGNORECASE,
)


_NOT_ALWAYS = re.compile(
    r"\b(?:remote or|or (?:fully |completely )?remote(?:ly)?|hybrid|optional(?:ly)?|possible|welcome|voluntary|if you|"
    r"you may|you can|sometimes|occasional(?:ly)?|once|twice|quarter(?:ly)?|month(?:ly)?|years?|visits?|events?|"
    r"retreats?|interviews?|customers?|clients?|not|never|without|nobody|don['’]t|nicht|no (?:on-?site|office))\b",
    re.IGNORECASE,
)


def contradictions(text: str, refused: Collection[str]) -> Iterator[str]:
    """The first place that says "all remote" and the first that says "in the office", where a role has both.

    Sentences that leave the choice say neither, and neither do the texts of whom the role refuses.
    """
    remote = _first(text, _ALL_REMOTE, _NOT_ALL, refused)
    office = _first(text, _ON_SITE, _NOT_ALWAYS, refused)
    if remote and office:
        yield f"{remote} and {office} contradict each other: say once where the work is done, and delete the other."


def _first(text: str, claim: re.Pattern[str], unless: re.Pattern[str], refused: Collection[str]) -> str | None:
    """The words of the first sentence that makes that claim, with their line."""
    for number, line in enumerate(text.splitlines(), 1):
        for sentence in re.split(r"(?<=[.!?;])\s+", line):
            said = claim.search(sentence)
            if said and not unless.search(sentence) and not any(said.group() in each for each in refused):
                return f'"{said.group()}" (line {number})'
    return None
