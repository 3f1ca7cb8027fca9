"""Refusal of protected grounds: a role that asks for age, gender, origin, belief, health or family is not searched.

Only asking is refused. Work about people ("studied gender bias"), and sentences that promise equal treatment, pass.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_WHO = (
    r"(?:engineers?|developers?|designers?|scientists?|researchers?|managers?|programmers?|analysts?|candidates?|"
    r"applicants?|persons?|people|"
    r"employees?|hires?|founders?|professionals?|recruiters?|leads?|makers?|workers?|talents?|graduates?)"
)
_ASK = (
    r"(?:(?<=^)|(?<=[.;:!?,(]\s)|(?<=[.;:!?,(])|\b(?:must be|should be|want|need|only|prefer(?:ably|red)?|"
    r"looking for|hir(?:e|ing)|recruit(?:ing)?|seek(?:ing)?|find(?: me)?|no|not|never)\s+)"
)
_SKILLED = r"(?:(?!(?:in|of|for|who|at|on|with)\b)[\w+#/-]+\s+){0,3}"
_GENDER = r"(?:female|male|woman|women|men|man|lady|ladies|girls?|boys?|guys?|gentlem[ae]n|transgender|non-binary)"
_ORIGIN = (
    r"(?:white|black|asian|caucasian|hispanic|latin[oax]|arab|african[- ]american|aryan|"
    r"european[- ]looking|foreigners?|immigrants?|ethnic(?:ally)?)"
)
_NATION = (
    r"(?:american|british|german|french|indian|chinese|pakistani|russian|polish|italian|spanish|turkish|iranian|"
    r"israeli|nigerian|mexican|"
    r"japanese|korean|canadian|australian|dutch|swiss|austrian|ukrainian|us|u\.s\.|uk|eu)"
)
_FAITH = (
    r"(?:christians?|muslims?|jews?|jewish|hindus?|buddhists?|sikhs?|catholics?|protestants?|atheists?|"
    r"mormons?|evangelicals?|religious)"
)
_UNWANTED = r"(?:not wanted|unwanted|need not apply)\b"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A phrase that may not be asked for, and the line on which it is."""

    trait: str
    words: str
    line: int


def _pattern(*alternatives: str) -> re.Pattern[str]:
    return re.compile("|".join(alternatives), re.IGNORECASE | re.MULTILINE)


_TRAITS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "age",
        _pattern(
            r"\b(?:under|below|over|above|younger than|older than|no (?:older|younger) than|up to|at most|"
            r"max(?:imum)?)\s+(?:the age of\s+)?"
            r"(?:[2-7]\d|18)\s*(?:years? (?:old|of age)|y/?o\b)",
            r"\b(?:younger|older) than\s+(?:[2-7]\d|18)\b(?!\s*(?:%|years? of exp|people|ms|months|days|lines|k\b))",
            rf"(?:\b{_WHO}|\bmust be|\bshould be|\bonly|\bnobody)\s+(?:under|below|over)\s+[2-6]\d\s*(?:$|"
            rf"[.,;!)](?!\d))",
            r"\bage[sd]?\s*+(?:(?:limit|range|group)\s*+)?(?::\s*+)?(?:between\s+|under\s+|over\s+|from\s+)?[1-7]\d\s*(?:-|"
            r"–|to|and|or|\+|years|$|[.,;])",
            r"\b(?:age limit|maximum age|minimum age|age range)\b",
            rf"{_ASK}(?:an?\s+)?young(?:er|ish)?(?:\s*(?:,|and|&)\s*\w+)?\s+{_SKILLED}{_WHO}\b",
            r"\b(?:[2-6]\d)[- ]year[- ]old\s+(?:\w+\s+){0,2}" + _WHO,
            r"\b(?:must be|should be|only)\s+(?:an?\s+)?(?:young|youthful)\b|\bno (?:old|older|elderly|"
            r"boomers?)\b(?:\s+people)?(?=\s*(?:$|[.,;]|people))",
            r"\bdigital natives? only\b",
            r"^not\s+(?:over|above|under|below)\s+[2-6]\d\s*(?:$|[.,;!])",
            rf"\b{_WHO},?\s+[1-6]\d\s*(?:-|–|to)\s*[2-7]\d\s+years?\s+(?:old|of age)\b",
        ),
    ),
    (
        "gender",
        _pattern(
            rf"{_ASK}(?:an?\s+)?{_GENDER}\s+{_SKILLED}{_WHO}\b(?!\s+(?:communit|network|group|organi|event|"
            rf"meetup|conference|association))",
            rf"\b{_GENDER}(?:s)?\s+(?:only|preferred|candidates?\s+(?:only|preferred))\b",
            rf"\b(?:only|no|must be(?: an?)?|prefer(?:ably|red)?(?: an?)?|"
            rf"should be(?: an?)?)\s+{_GENDER}\b(?!\w)(?!\s*(?:-|health|rights|studies))",
            rf"{_ASK}(?:an?\s+)?(?:young(?:er)?\s+)?(?:wo)?man(?=\s*(?:$|[.,;]|who\b|with\b|aged\b|under\b|over\b))",
            rf"\b{_GENDER}\s+(?:are\s+)?{_UNWANTED}",
            r"\b(?:gender|sex)\s*:\s*(?:male|female|man|woman|m|f)\b(?!/)",
        ),
    ),
    (
        "ethnic origin",
        _pattern(
            rf"{_ASK}(?:an?\s+)?{_ORIGIN}\s+{_SKILLED}{_WHO}\b",
            rf"\b(?:only|no|must be|prefer(?:ably|red)?|should be)\s+{_ORIGIN}(?:s)?\b(?!\s*(?:box|list|hat|"
            rf"paper|space|market|language|food|swan|label))",
            rf"\b{_WHO}\s+of\s+\w+\s+ethnicity\b|\b{_ORIGIN}s?\s+(?:are\s+)?{_UNWANTED}",
            rf"\b{_ORIGIN}(?:s)?\s+(?:only|preferred)\b|\b(?:race|ethnicity|skin colou?r)\s*:\s*\w+",
        ),
    ),
    (
        "nationality",
        _pattern(
            rf"\b{_NATION}\s+(?:citizens?|nationals?|passports?(?: holders?)?|nationality)\b(?!\s*(?:science|"
            rf"data|service))",
            r"\bcitizens?(?:hip)?\s+(?:only|required|of the \w+ only)\b|\bmust be (?:an? )?(?:\w+ )?citizens?\b|"
            r"\bnationality\s*:\s*\w+",
            rf"\b(?:no|only)\s+(?:{_NATION})s?(?=\s*(?:$|[.,;!]|people|nationals|candidates|applicants))",
            r"\bnative[- ]born\b|\bborn in (?:the )?[A-Z]\w+ only\b|\bno (?:foreigners|immigrants|visa holders)\b",
        ),
    ),
    (
        "religion or belief",
        _pattern(
            rf"{_ASK}(?:an?\s+|practi[cs]ing\s+|devout\s+){0, 4}{_FAITH}\s+{_SKILLED}{_WHO}\b",
            rf"\b(?:only|no|must be(?: an?)?|prefer(?:ably|red)?)\s+(?:practi[cs]ing\s+)?{_FAITH}\b|"
            rf"\b{_FAITH}\s+(?:only|preferred)\b|\breligion\s*:\s*\w+",
            rf"\b(?:{_FAITH}|(?:trade )?union(?:ists?| members?))\s+(?:are\s+)?{_UNWANTED}",
            r"\b(?:no|only)\s+(?:trade )?union(?:s|ists?| members?)\b|\b(?:no|only|"
            r"must be(?: an?)?)\s+(?:republicans?|democrats?|socialists?|communists?)\b",
        ),
    ),
    (
        "health or disability",
        _pattern(
            r"\b(?:no|without(?: any)?|free of)\s+(?:physical |mental |chronic )*(?:disabilit(?:y|ies)|"
            r"illness(?:es)?|health (?:problems?|issues?|conditions?))",
            r"\bable[- ]bodied\b|\b(?:must be|should be|only)\s+(?:physically |mentally |completely )*(?:healthy|"
            r"fit)\b(?!\s*(?:for|to|with|in))",
            r"\bno (?:disabled|handicapped|autistic|neurodivergent|depress\w+)\b|\bnon[- ]?smokers?(?: only)?\b",
        ),
    ),
    (
        "pregnancy or family",
        _pattern(
            r"\b(?:not|no|never)\s+(?:be\s+)?pregnan(?:t|cy)\b|\bno (?:plans? (?:for|to have) )?(?:kids|children|"
            r"babies|parents|mothers|mums|moms)\b"
            r"(?!['’/-]|\s*(?:books|apps|games))",
            r"\b(?:without|no) (?:children|kids|family obligations)\b(?!['’]|\s*(?:books|apps|games))|"
            r"\b(?:must be|only|prefer(?:ably|red)?)\s+(?:single|unmarried|married|childless|child-free)\s*(?:$|"
            r"[.,;]|and|or)",
            rf"{_ASK}(?:an?\s+)?(?:un)?married\s+{_SKILLED}{_WHO}\b",
            r"\bmarital status\s*:",
        ),
    ),
    (
        "sexual orientation",
        _pattern(
            rf"{_ASK}(?:an?\s+)?(?:straight|heterosexual|gay|lesbian|homosexual|queer|"
            rf"lgbtq?\+?)\s+{_SKILLED}{_WHO}\b(?!\s+(?:communit|network|group|organi))",
            r"\b(?:no|only|must be)\s+(?:gays?|lesbians?|homosexuals?|heterosexuals?|straight people|queers?|"
            r"transgender)\b",
        ),
    ),
)
_PROMISE = re.compile(
    r"\b(?:regardless|irrespective|without regard|equal(?:ly)?(?: opportunit\w+)?|discriminat\w+|all (?:ages|"
    r"genders|backgrounds)|any (?:age|gender|"
    r"religion|origin|background)|welcome|encourage\w*|invite)\b",
    re.IGNORECASE,
)
_HINT = re.compile(
    rf"\b(?:age[sd]?|young\w*|old(?:er)?|year[- ]old|years old|under|below|over|above|boomers?|natives?|"
    rf"{_GENDER}|gender|sex|race|ethnicity|skin|{_ORIGIN}s?|"
    rf"citizen\w*|national\w*|passports?|born|visa|{_FAITH}|religion|union\w*|republicans?|democrats?|"
    rf"socialists?|communists?|disab\w+|health\w*|"
    rf"ill\w*|able-bodied|fit|handicapped|autistic|neurodivergent|non-?smokers?|pregnan\w+|kids|children|babies|"
    rf"parents|mothers|mums|moms|family|"
    rf"single|unmarried|married|childless|marital|straight|heterosexual|gays?|lesbians?|homosexuals?|queers?|"
    rf"lgbt\w*|only|no|depress\w+)\b",
    re.IGNORECASE,
)


def forbidden(text: str, first_line: int = 1) -> Refusal | None:
    """The first request for a protected trait, or None. Lines are read one by one."""
    for number, line in enumerate(text.splitlines(), start=first_line):
        for sentence in re.split(r"(?<=[.!?])\s+", re.sub(r"^\s*(?:[-*+•]|#+|\d{1,2}[.)])\s+", "", line).strip()):
            if not _HINT.search(sentence) or _PROMISE.search(sentence):
                continue
            for trait, pattern in _TRAITS:
                if match := pattern.search(sentence):
                    return Refusal(trait, match.group().strip(" .,;:"), number)
    return None
