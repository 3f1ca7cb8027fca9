"""Short people searches: "policy manager based in sf at gaming" → a title, a place, and what stands around them.

The grammar is small: qualifiers, a title, a word like "in", a place, more qualifiers; or the place first. What no list
knows stays in the title, so that a new title needs no new line of code.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ranking.role.model import Place
from ranking.role.search.places import is_wordlike, place_at
from ranking.role.search.times import without_times
from ranking.role.search.titles import IN_TITLES, Qualifiers, clean_title, is_person, names_somebody, seniority_of
from ranking.role.search.words import EMPLOYERS, FIELDS, LEVEL, TOOLS, YEARS, is_industry, phrases_of, words_of

_TOKEN = re.compile(r"[^\s,;:()|\[\]–—]+|[,;:()|–—]")
_ABBREVIATION = re.compile(r"(?:[A-Z]\.){2,}|[SsJj]r\.")
# "Show" and "hire" are asked for only where a verb can stand; "search engineer" and "first hire" are titles.
_SEARCH = re.compile(
    r"(?:\b(?:find|seeking|seek|hiring(?:\s+for)?|search(?:ing)?\s+for|look(?:ing)?\s+for|wanted|need(?:ed)?|want)"
    r"|(?:^|\b(?:to|we|i|please|must)\s+)(?:show|get|give|list|identify|source|hire|recruit(?:ing)?))"
    r"\s+(?:me\s+)?(?:(?:an?|the|some|all|top|best|great|good|any|more)\s++)*",
    re.IGNORECASE,
)
_ARTICLES = words_of("a an the some top best any our all i we me who are is")
_VACANCY = words_of("job jobs position positions opening openings vacancy vacancies opportunity opportunities")
_LOOSE_VACANCY = words_of("role roles candidate candidates profile profiles professionals")
# What announces a place, longest first; it counts only where a known place follows.
_BEFORE_PLACE = sorted(
    map(
        str.split,
        phrases_of("""
    based, based in, based out of, based near, based around, located, located in, located near, located at, working in,
    working from, working out of, working near, living in, residing in, who live in, who are in, that are in, are in,
    is in, from, in, in the, near, near the, around, around the, across, across the, covering, covering the, for,
    for the, within, throughout, throughout the, serving, serving the, out of, close to, next to,
    at companies in, at companies near, at companies based in, at companies located in, at startups in,
    at startups based in, for companies in, on the, at, available in, relocating to, willing to relocate to,
    relocate to, jobs, jobs in, positions, positions in, openings, openings in, roles in, operating in, supporting,
    commuting to
"""),
    ),
    key=lambda phrase: (-len(phrase), phrase),
)
_OUTSIDE = words_of("outside except excluding not but")
_ANYBODY = words_of("people person persons somebody someone anybody anyone")
_MORE_PLACES = frozenset({",", "or", "and", "/", "&"})
_STOPS = words_of(
    "with at who that which using having knowing whose where when specialising specializing "
    "specialised specialized focused focusing "
    "skilled proficient fluent knows know experienced working based located living residing near across covering "
    "around from "
    "within without not no but , ; : ( ) | – — - in on for by to as because willing able available open ideally "
    "preferably"
)
_TERMS = words_of("remote hybrid onsite on-site in-office full-time part-time freelance permanent fulltime parttime")
_EXPERIENCE = words_of("experience exp expertise skills background")


@dataclass(frozen=True, slots=True)
class Search:
    """A short search, field by field. All texts are as written, the title in the singular."""

    title: str = ""
    seniority: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()
    themes: tuple[str, ...] = ()
    stage: str | None = None


@dataclass(frozen=True, slots=True)
class _Span:
    """Places side by side, from the word that announces them to the word after them."""

    start: int
    end: int
    places: tuple[Place, ...]


def read_search(text: str, *, sure: bool = True) -> Search:
    """The slots of a short search; all are empty where nobody is asked for.

    `sure` says that the text asks for somebody, so that its words are a title even where none of them names a person.
    """
    text = without_times(text)
    levels = [match.group().strip() for match in LEVEL.finditer(text) if _stands_alone(text, match)]
    years = [match.group().strip() for match in YEARS.finditer(text)]
    bare = YEARS.sub(" ", LEVEL.sub(lambda match: " " if _stands_alone(text, match) else match.group(), text))
    asked = bool(_SEARCH.search(bare))
    before, words = _after_search(bare)
    words = _without_experience(_without_vacancy(_places_apart(words)))
    span = _announced(words)
    if span is None:
        span = _bare_place(words)
    elif not sure and not asked and not names_somebody(words[: span.start]):
        span = None
    segment, around_words = _segment(words, span)
    around = Qualifiers()
    named = _until_stop(_without_terms(segment))
    title = clean_title(named, around)
    if title and title[0].casefold() in _ANYBODY and len(title) == 1:
        title = []
    if not (title and (names_somebody(title) or asked or (span and sure))):
        return Search(places=span.places if span and sure else ())
    _qualify([*before, *segment[len(named) :], *around_words], around)
    stage = next((EMPLOYERS.get(word, "late") for word in around.employers), None)
    return Search(
        " ".join(title),
        tuple(dict.fromkeys([*seniority_of(title), *map(_plain_level, levels), *years])),
        span.places if span else (),
        tuple(dict.fromkeys(around.industries)),
        stage,
    )


def _stands_alone(text: str, match: re.Match[str]) -> bool:
    """True if a level is not the start of something else: "mid-market", "experienced in"."""
    after = text[match.end() :]
    whole = not after or not re.match(r"[\w-]|\s*market\b", after)
    return whole and (match.start() == 0 or not re.match(r"[\w-]", text[match.start() - 1]))


def _plain_level(level: str) -> str:
    return re.sub(r"\s+", "-", level.casefold())


def _after_search(text: str) -> tuple[list[str], list[str]]:
    """The words before and after the last "find me a ..."; what stands before qualifies the search."""
    last = max(_SEARCH.finditer(text), key=re.Match.start, default=None)
    if last is None or not text[last.end() :].strip():
        return [], _trim(_TOKEN.findall(text))
    before, after = _TOKEN.findall(text[: last.start()]), _TOKEN.findall(text[last.end() :])
    if any(map(is_person, before)) and not any(map(is_person, after)):  # "iOS engineers wanted in Tel Aviv"
        return [], _trim(before + after)
    return before, _trim(after)


def _places_apart(words: Sequence[str]) -> list[str]:
    """Places written together, "NYC/Boston", as words of their own."""
    apart: list[str] = []
    for word in words:
        parts = word.split("/")
        places = len(parts) > 1 and all(part and place_at([part], 0, named=False) for part in parts)
        apart += " or ".join(parts).split() if places else [word]
    return apart


def _trim(words: list[str]) -> list[str]:
    while words and (words[0].casefold() in _ARTICLES or not re.search(r"\w", words[0])):
        words = words[1:]
    return [word if _ABBREVIATION.fullmatch(word) else word.rstrip(".?!") or word for word in words]


def _without_vacancy(words: list[str]) -> list[str]:
    """Without "roles", "candidates": as the last word before a place or the end they say nothing."""
    kept = []
    for index, word in enumerate(words):
        after = words[index + 1].casefold() if index + 1 < len(words) else "in"
        loose = word.casefold() in _LOOSE_VACANCY and index and words[index - 1].casefold() not in {"of", "&", "and"}
        if not (loose and (after in {"in", "near", "based", "located", "at"})):
            kept.append(word)
    return kept


def _without_experience(words: list[str]) -> list[str]:
    """Without "SQL experience", "AWS skills": a tool or a trade to know, and the word that says so."""
    kept: list[str] = []
    for word in words:
        length = next((n for n in (3, 2, 1) if n <= len(kept) and _is_skill(" ".join(kept[-n:]).casefold())), 0)
        if word.casefold() not in _EXPERIENCE or not length:
            kept.append(word)
            continue
        del kept[len(kept) - length :]
        if kept and kept[-1].casefold() == "with":
            kept.pop()
    return kept


def _is_skill(phrase: str) -> bool:
    return phrase in TOOLS or phrase in FIELDS or is_industry(phrase)


def _announced(words: Sequence[str]) -> _Span | None:
    """The first place after a word like "in", with the places that follow it."""
    low = [word.casefold() for word in words]
    for index in range(1 if len(words) > 1 else 0, len(words)):
        for phrase in _BEFORE_PLACE:
            if low[index : index + len(phrase)] == phrase and (span := _places_from(words, index, index + len(phrase))):
                return span
    return _places_from(words, 0, 1) if low[:1] in (["in"], ["near"]) and len(words) > 1 else None


def _places_from(words: Sequence[str], start: int, at: int) -> _Span | None:
    found = place_at(words, at, named=True)
    if not found or any(word.casefold() in _OUTSIDE for word in words[max(0, start - 2) : start]):
        return None
    places, end = [found[0]], found[1]
    while end + 1 < len(words) and words[end].casefold() in _MORE_PLACES:
        more = place_at(words, end + 1, named=words[end] == ",")
        if not more:
            break
        wider = more[0].kind in {"state", "country"} and places[-1].kind in {"city", "metro", "state"}
        longer = (more[0].name or "").startswith(f"{places[-1].name} ")  # "Washington, D.C."
        inside = words[end] == "," and (wider or longer)
        if inside:  # "Austin, TX" is one place, written with what it lies in
            places[-1] = Place(f"{places[-1].text}, {more[0].text}", places[-1].name, places[-1].kind)
        else:
            places.append(more[0])
        end = more[1]
    state = place_at(words, end, named=True) if places[-1].kind == "city" else None
    if state and state[0].kind in {"state", "country"} and not is_wordlike(state[0].text):  # "Austin TX"
        places[-1] = Place(f"{places[-1].text} {state[0].text}", places[-1].name, "city")
        end = state[1]
    return _Span(start, end, tuple(places))


def _bare_place(words: Sequence[str]) -> _Span | None:
    """A place that nothing announces: before the title, after it, or between qualifiers."""
    for index in _leading(words):
        span = place_at(words, index, named=False) and _places_from(words, index, index)
        if span and names_somebody(clean_title(_until_stop(words[span.end :]), Qualifiers())):
            return span
    heads = [index for index, word in enumerate(words) if is_person(word)]
    for index in range(heads[-1] + 1 if heads else 1, len(words)):
        found = place_at(words, index, named=False)
        if found is None or is_wordlike(found[0].text) or words[index - 1].casefold() in {"of", "&", "and"}:
            continue
        if (heads or found[1] == len(words)) and (span := _places_from(words, index, index)):
            return span
    return None


def _leading(words: Sequence[str]) -> Iterator[int]:
    """Yield the positions where a place may stand: at the front, and after each qualifier there."""
    index = 0
    yield index
    while index < len(words) - 1:
        for length in (4, 3, 2, 1):
            phrase = " ".join(words[index : index + length]).casefold()
            if (
                phrase in EMPLOYERS
                or phrase in TOOLS
                or phrase in FIELDS
                or phrase == "enterprise"
                or is_industry(phrase)
            ):
                index += length
                break
        else:
            return
        yield index


def _segment(words: list[str], span: _Span | None) -> tuple[list[str], list[str]]:
    """The words of the title, and the words that qualify the search."""
    if span is None:
        return words, []
    before, after = words[: span.start], words[span.end :]
    if _only_qualifiers(before) and after:
        return _trim(after), before
    return before, after


def _only_qualifiers(words: Sequence[str]) -> bool:
    return not words or list(_leading([*words, ""]))[-1] == len(words)


def _without_terms(words: list[str]) -> list[str]:
    """Without the terms of work before a title: "remote data engineer", "part-time designer"."""
    while len(words) > 1 and words[0].casefold() in _TERMS:
        words = words[1:]
    return words


def _until_stop(words: Sequence[str]) -> list[str]:
    for index, word in enumerate(words):
        low = word.casefold()
        in_title = low == "in" and index + 1 < len(words) and words[index + 1].casefold() in IN_TITLES
        if index and not in_title and (low in _STOPS or low in _VACANCY | _TERMS):
            return list(words[:index])
    return list(words)


def _qualify(words: Sequence[str], around: Qualifiers) -> None:
    """Collects the kinds of business and employer that are named outside the title."""
    index = 0
    while index < len(words):
        for length in (4, 3, 2, 1):
            phrase = " ".join(words[index : index + length]).casefold()
            if phrase in EMPLOYERS or phrase == "enterprise":
                around.employers.append(phrase)
            elif is_industry(phrase):
                around.industries.append(phrase)
            else:
                continue
            index += length
            break
        else:
            index += 1
