"""Whether a role says both that all of the work is remote and that it is done in an office: one of them is wrong."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

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
