"""Facts that prose states beside its requirements: title, place, remote or not, languages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from ranking.role.model import Place
from ranking.role.search.places import is_wordlike, place_at
from ranking.role.search.query import Search, read_search
from ranking.role.search.titles import titles_somebody
from ranking.role.search.words import BLANKS, LANGUAGES, words_of

_SHORT = 16
_FRAGMENT = 6
_LONG_CLAUSE = 30
_READ_AHEAD = 2_000
_ASKING = re.compile(
    r"\b(?:looking for|hiring(?: for)?|hire|seeking|searching for|in search of|we need|i need|we want|i want|"
    r"recruiting|wanted:)\s+"
    r"(?:(?:an?|the|our|two|three|several|some|\d++|first|next|another|someone who is|somebody who is)\s++)*",
    re.IGNORECASE,
)
_END = re.compile(r"(?<!\b[sj]r)[.;:!?](?:\s|$)|\n\s*\n", re.IGNORECASE)
_LABEL = re.compile(r"^(?:(?:now|we(?:['’]re| are)) )?hiring\s*[:–—]\s*", re.IGNORECASE)
_ANNOUNCE_PLACE = re.compile(
    r"\b(?:based (?:in|near|out of)|located (?:in|near)|living (?:in|near)|lives? (?:in|near)|resid(?:es?|"
    r"ing) in|offices? (?:is |are )?in|"
    r"(?:hybrid|on-?site|in person) in|relocat(?:e|ing) to|(?:role|position|job|team) (?:is )?in)\s+(?:the\s+)?",
    re.IGNORECASE,
)
_RULE_OUT = re.compile(r"\b(?:outside(?: of)?|except|excluding|not in|anywhere but)\s+(?:the\s+)?", re.IGNORECASE)
_REMOTE_NO = re.compile(
    r"\b(?:no remote|not remote|on-?site only|in[- ](?:the )?office only|fully on-?site|on-?site\b(?! visits)|"
    r"office[- ]based)",
    re.IGNORECASE,
)
_REMOTE_YES = re.compile(
    r"\b(?:(?:fully|100 ?%|mostly|partly|open to) remote|remote(?:ly)?[- ](?:first|only|ok|okay|possible|"
    r"friendly|work|role|position|job|team|within|anywhere)|"
    r"work from (?:anywhere|home)|(?:or|and|,|/|\() ?remote(?:ly)?\b(?! \w+ing| sens| proced| desk| attest| stor|"
    r" exec| control| api)|"
    r"remote (?:or|in|from|across|candidates?|people)\b)|\bremote\b[\s.,;)]*$|^remote\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[A-Za-z][\w.-]*(?:\+\+|#)?")
# Languages that are everyday words or letters: only as written, and only beside a word of this kind.
_EVERYDAY = words_of("rust swift dart julia crystal scheme ada ruby elm go assembly lisp java perl zig nim scala bash")
_LETTER = re.compile(r"(?:\b(?:in|with|or|and|knows?|writes?|of)\s|[,/(:]\s?)(R|C|Go)(?=\s*(?:[,./;)]|$|or\b|and\b))")
# Words that only English has, so that a German "in" or a Spanish "a" does not count.
_FUNCTION_WORDS = words_of(
    "and are can for from have how it of or our that the their they this to us what who with your"
)
_FOREIGN_WORDS = words_of(
    "der die das und für mit nicht ein eine wir le la les des et pour avec nous une que los las el del con para una "
    "och att som med het een van voor met jest nie się oraz não com uma um di che il per non og til ikke ve bir için"
)


def search_of(text: str) -> Search:
    """Return the search in a sentence, or in prose of any length; without a title where it asks for nobody."""
    line = _LABEL.sub("", text.strip())
    if "\n" not in line and len(line.split()) <= _SHORT and not re.search(r"(?<!\b[SsJj]r)[.:;!?]\s", line):
        return read_search(line)
    opening = line[:_READ_AHEAD]
    if asked := _ASKING.search(opening):
        return _prose_search(opening[asked.end() :], line)
    first = _first_clause(opening)
    if len(first.split()) <= _SHORT:
        return _with_places(read_search(first, sure=False), line)
    return _prose_search(first, line)


def _first_clause(text: str) -> str:
    end = _END.search(text)
    return text[: end.start()] if end else text


def _prose_search(clause: str, text: str) -> Search:
    words = _first_clause(clause).split()[:_LONG_CLAUSE]
    return _with_places(read_search(" ".join(words), sure=False), text)


def _with_places(search: Search, text: str) -> Search:
    """Keep as title only a noun for a person; a place in prose is capitalised, or announced anywhere in the text."""
    if not titles_somebody(search.title.split()):
        return Search()
    found = [place for place in search.places if place.text[:1].isupper() or text.islower()]
    found.extend(places_in(text))
    return replace(search, places=unique(found))


def unique(places: Iterable[Place]) -> tuple[Place, ...]:
    """The places in order, each once."""
    return tuple({(place.name or place.text).casefold(): place for place in reversed(list(places))}.values())[::-1]


def places_in(text: str) -> Iterator[Place]:
    """Places that prose announces ("based in", "office in"), or that a fragment consists of ("Berlin or remote.")."""
    for fragment in re.split(r"[.;\n]\s*", text[:_READ_AHEAD]):
        if 0 < len(fragment.split()) <= _FRAGMENT and fragment[0].isupper():
            places, unknown = places_of(re.sub(r"\b(?:fully )?remote(?:ly)?\b", "", fragment, flags=re.IGNORECASE))
            yield from places if not unknown else ()
    for announced in _ANNOUNCE_PLACE.finditer(text):
        words = re.findall(r"[^\s,;:()]+|[,;:()]", text[announced.end() : announced.end() + 80])
        words = [word.rstrip(".!?") or word for word in words]
        if words and (words[0][:1].isupper() or text.islower()) and (found := place_at(words, 0, named=True)):
            yield found[0]


def excluded_places(text: str) -> Iterator[str]:
    """Places that are ruled out ("outside the US"), as written: a role has no field for them."""
    for announced in _RULE_OUT.finditer(text[:_READ_AHEAD]):
        words = re.findall(r"[^\s,;:()]+", text[announced.end() : announced.end() + 80])
        if words and (found := place_at([word.rstrip(".!?") or word for word in words], 0, named=True)):
            yield f"{announced.group().strip()} {found[0].text}"


def places_of(text: str) -> tuple[tuple[Place, ...], list[str]]:
    """The places of a value such as "Berlin, Munich or Austin, TX", and the parts that are none."""
    places: list[Place] = []
    unknown: list[str] = []
    for part in re.split(rf"{BLANKS}(?:;|/|\||\bor\b|\band\b)\s*", text):
        words = re.findall(r"[^\s,()]+", part)
        index = 0
        while index < len(words):
            if found := place_at(words, index, named=True):
                inside = places and index and found[0].kind in {"state", "country"} and places[-1].kind == "city"
                if not inside and len(words) > 1 and words[index].islower() and is_wordlike(found[0].text):
                    unknown.append(words[index])  # "in the office" is not in Indiana
                elif not inside:
                    places.append(found[0])
                index = found[1]
            else:
                unknown.append(words[index])
                index += 1
    return tuple(places), unknown


def remote_of(text: str) -> bool | None:
    """True or False where the text says so of the work, None where it does not."""
    if _REMOTE_NO.search(text):
        return False
    return True if _REMOTE_YES.search(text.strip()) else None


def languages_of(text: str) -> Iterator[str]:
    """Programming languages that the text names, as they are written."""
    if text in {"Go", "R", "C"}:
        yield text
    found = {match.start(1): match.group(1) for match in _LETTER.finditer(text)}
    for match in _WORD.finditer(text):
        word = match.group().rstrip(".-")
        if (name := LANGUAGES.get(word.casefold())) and (word.casefold() not in _EVERYDAY or word == name):
            found[match.start()] = name
    yield from (found[at] for at in sorted(found))


def foreign_language(text: str) -> str | None:
    """The code of the language of a text that is not English, or None. The detector is loaded only on suspicion."""
    words = re.findall(r"[^\W\d_]+", text.casefold()[:_READ_AHEAD])
    letters = sum(len(word) for word in words if not word.isascii())
    if (len(words) < 12 and letters < 12) or sum(word in _FUNCTION_WORDS for word in words) >= 0.05 * len(words):
        return None
    if not letters and _FOREIGN_WORDS.isdisjoint(words):
        return None
    import py3langid

    language, _ = py3langid.classify(text[:_READ_AHEAD])
    return None if language == "en" else str(language)
