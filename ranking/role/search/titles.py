"""Job titles: in the singular, without the business, years and tools that stand around them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ranking.role.search.words import (
    DEPARTMENTS,
    EMPLOYERS,
    FIELDS,
    INDUSTRIES,
    OPENERS,
    PERSONS,
    RANKS,
    SENIORITY,
    TOOLS,
    TRADES,
    is_industry,
    words_of,
)

_LONGEST = 4
_JOINTS = frozenset({"of", "&", "and", "/", "+", "for"})
_NUMERAL = re.compile(r"[ivx]{1,4}|[1-5]", re.IGNORECASE)
# Nouns for people that programs bear as well.
_MACHINES = words_of(
    "agent broker builder controller dispatcher driver editor fellow guard guide host inspector "
    "installer interpreter lead "
    "maker model moderator operator partner pilot planner porter principal producer reporter reviewer setter "
    "sourcer steward "
    "tester trainer translator writer"
)
# Words that follow a noun for a person and make a department of it: "developer relations", "customer success".
_COMPOUNDS = words_of("relations experience success support operations marketing services affairs insights enablement")
IN_TITLES = words_of("test residence training charge")

# "enterprise" is a kind of customer before these, else a kind of employer; a trade before these is one name with them.
_ENTERPRISE = words_of(
    "account sales csm csms customer client architect architects architecture solutions "
    "solution ae aes marketing product support "
    "success business risk applications systems security seller sellers partnerships software it data technology"
)
_BELONGS = words_of(
    "relations affairs policy services advisory claims buying planning law sales account program "
    "programme buyer planner "
    "operations and & of"
)
# Chiefs whose field may follow without "of": "VP Engineering", "Director Product Marketing".
_CHIEFS = words_of("vp svp evp avp head director chief president")

_ENDINGS = re.compile(r"\w{3,}(?:eer|eur|ist|ian|er|or|man|woman|person|wright|smith)")
_THINGS = words_of("""
    accelerator adapter after aggregator allocator another answer asian assist australian barrier behavior behaviour
    better binder blocker border brazilian browser buffer calendar canadian cancer career carrier center chapter
    character checklist cipher closer cluster collector color colour compiler computer connector consumer container
    corner counter cover customer daemon debugger december deeper descriptor dinner disorder dist docker driver
    either elevator emulator encoder decoder error ether ever exist explorer exterior factor faster fiber filter
    finger flavor flavour floor folder footer gender generator german greater hammer header higher human hypervisor
    identifier indian junior indicator interior italian iranian labor labour larger laser later layer ledger letter
    linker list listener loader locker logger longer lower major marker matter median member minor mirror monitor
    motor neither never newer newsletter november number ocean october older order other over pager paper parameter
    parser peer persian persist pointer power printer prior processor profiler proper provider quarter rather
    reactor receiver reducer register render renderer resist resistor river roman router rover rumor russian saver
    scanner scheduler sector selector semiconductor sender sensor september senior server shader shelter shorter
    sister smaller solver starter summer super superior switcher tensor tier timer together tower tracker transfer
    transformer transistor trigger twist twitter under upper user validator vector vendor viewer wafer water weather
    wider wrapper
""")
_FIELDS_OF_WORK = re.compile(r"\w*(?:ics|ops|ions|ings|ments|ships|nesses|ities|logies|ss|us|is|tems|vices|ces|ises)")
_PLURAL_ONLY = words_of(
    "sales benefits rewards data analytics markets payments accounts claims events alliances "
    "ios macos kubernetes aws sas saas "
    "series news media insights products apps tools apis platforms networks devices materials graphics goods "
    "arts affairs "
    "people staff sports games learnings securities"
)


@dataclass(slots=True)
class Qualifiers:
    """Qualifiers that stood around a title and are no part of it."""

    industries: list[str] = field(default_factory=list)
    employers: list[str] = field(default_factory=list)


def is_person(word: str) -> bool:
    """True if a word, in either number, is a noun for a person."""
    single = singular(word.casefold())
    return single in PERSONS or (single not in _THINGS and _ENDINGS.fullmatch(single) is not None)


def singular(word: str) -> str:
    """The singular of a noun for people; fields of work ("operations", "analytics") stay as they are."""
    low = word.casefold()
    if low.endswith("people") and low != "people":
        return word[:-6] + "person"
    if low in PERSONS or len(low) < 3 or not low.endswith(("s", "men")) or low in _PLURAL_ONLY:
        return word
    if low.endswith("men"):
        return word[:-2] + "an"
    if low[:-1] in PERSONS:
        return word[:-1]
    if not low.endswith("s") or (_FIELDS_OF_WORK.fullmatch(low) and not low.endswith(("esses",))):
        return word
    if low.endswith("ies") and len(low) > 4:
        return word[:-3] + "y"
    return word[:-2] if low.endswith(("sses", "ches", "shes", "xes", "zes")) else word[:-1]


def seniority_of(words: Sequence[str]) -> list[str]:
    """The seniority words of a title, folded, in order."""
    return list(dict.fromkeys(low for word in words if (low := singular(word.casefold().rstrip("."))) in SENIORITY))


def clean_title(words: Sequence[str], around: Qualifiers) -> list[str]:
    """The title's words, singular, without leading and trailing qualifiers, which are collected in `around`."""
    kept = _strip_back(list(words), around)
    kept = _strip_front(kept, around)
    return _single(_cut(_rank_first(kept)))


def _strip_back(words: list[str], around: Qualifiers) -> list[str]:
    while len(words) > 1:
        tail = _longest(words, _at_end, lambda phrase, _: _foreign(phrase))
        rest = words[: len(words) - tail]
        if not tail or not rest or rest[-1].casefold() in _JOINTS:
            return words
        _collect(" ".join(words[len(rest) :]).casefold(), around)
        words = rest
    return words


def _strip_front(words: list[str], around: Qualifiers) -> list[str]:
    while len(words) > 1:
        lead = _longest(words, _at_start, _strippable)
        if not lead or words[lead].casefold() in _JOINTS:
            return words
        _collect(" ".join(words[:lead]).casefold(), around)
        words = words[lead:]
    return words


def _at_end(words: Sequence[str], length: int) -> tuple[Sequence[str], Sequence[str]]:
    return words[-length:], words[:-length]


def _at_start(words: Sequence[str], length: int) -> tuple[Sequence[str], Sequence[str]]:
    return words[:length], words[length:]


def _longest(
    words: Sequence[str],
    split: Callable[[Sequence[str], int], tuple[Sequence[str], Sequence[str]]],
    wanted: Callable[[str, Sequence[str]], bool],
) -> int:
    for length in range(min(_LONGEST, len(words) - 1), 0, -1):
        phrase, rest = split(words, length)
        if wanted(" ".join(phrase).casefold(), rest):
            return length
    return 0


def _foreign(phrase: str) -> bool:
    """A business, an employer or a tool: never part of a title."""
    return (
        phrase in TOOLS
        or phrase in EMPLOYERS
        or phrase == "enterprise"
        or (is_industry(phrase) and phrase not in TRADES)
    )


def _strippable(phrase: str, rest: Sequence[str]) -> bool:
    following = rest[0].casefold()
    if phrase == "enterprise":
        return following not in _ENTERPRISE and len(rest) > 1
    if phrase in TRADES or phrase in FIELDS:
        return len(rest) > 1 and following not in _BELONGS
    return _foreign(phrase)


def _collect(phrase: str, around: Qualifiers) -> None:
    if phrase in EMPLOYERS or phrase == "enterprise":
        around.employers.append(phrase)
    elif phrase in INDUSTRIES or is_industry(phrase):
        around.industries.append(phrase)


def _rank_first(words: list[str]) -> list[str]:
    """Words before "senior", "staff", "head of" qualify the search, not the title: the discipline follows the rank."""
    for index, word in enumerate(words[:-1]):
        low, following = singular(word.casefold()), words[index + 1].casefold()
        if low in OPENERS and (low not in _CHIEFS or following == "of"):
            start = index
            while start and words[start - 1].casefold() in RANKS | {"group", "general", "co", "sr.", "jr."}:
                start -= 1
            return words if start and words[start - 1].casefold() in _JOINTS else words[start:]
    return words


def _cut(words: list[str]) -> list[str]:
    """Cut a title after its last noun for a person, unless a field follows ("head of ...", "VP Engineering")."""
    heads = [index for index, word in enumerate(words) if is_person(word)]
    if not heads:
        return words
    first, end = heads[0], heads[-1] + 1
    if words[first + 1 : first + 2] and words[first + 1].casefold() in {"of", "for"}:
        return words
    if first == heads[-1] and singular(words[first].casefold()) in _CHIEFS and first <= 1:
        return words
    if words[end : end + 1] and (words[end].casefold() in _COMPOUNDS or _NUMERAL.fullmatch(words[end])):
        return words[: end + 1]
    inside = len(words) > end + 1 and words[end].casefold() == "in" and words[end + 1].casefold() in IN_TITLES
    return words[: end + 2] if inside else words[:end]


def _single(words: list[str]) -> list[str]:
    """The noun for the person in the singular: the word before "of" or "in", a leading chief, else the last word."""
    low = [word.casefold() for word in words]
    joint = next((index for index, word in enumerate(low) if index and word in {"of", "in", "for"}), len(words))
    heads = [index for index, word in enumerate(words[:joint]) if is_person(word)]
    chief = joint == len(words) and len(heads) == 1 and singular(low[heads[0]]) in _CHIEFS
    at = heads[0] if chief else joint - 1
    while at > 0 and _NUMERAL.fullmatch(words[at]):
        at -= 1
    return [singular(word) if index == at else word for index, word in enumerate(words)]


def names_somebody(words: Sequence[str]) -> bool:
    """True if the words name a person or a department, so that they can be asked for."""
    return any(is_person(word) for word in words) or (bool(words) and words[-1].casefold() in DEPARTMENTS)


def titles_somebody(words: Sequence[str]) -> bool:
    """True if the words can only be a title: the noun before "of", or the last one, is said of people alone."""
    low = [word.casefold() for word in words]
    nouns = low[: low.index("of")] if "of" in low[1:] else low
    while len(nouns) > 1 and _NUMERAL.fullmatch(nouns[-1]):
        nouns = nouns[:-1]
    return bool(nouns) and singular(nouns[-1]) in PERSONS - _MACHINES
