"""Evidence → the blind texts that are embedded and matched: what was made, never who made it.

Structured fields about a person (name, handle, bio, place, links, team) never enter. In prose the account's own
handle and name, @handles, URLs, pronouns, ages and "based in ..." are taken out, so that two people who did the same
thing have the same text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from ranking.corpus.keyword_lists import without_lists
from scrapers.records import Evidence
from scrapers.text import clean

# The packaged model reads 256 word pieces: about 180 English words. The same for every model: erasing a person finds
# vectors by the hash of the passage, also those of a model that was in use before.
WINDOW_WORDS = 180
MOST_PASSAGES = 4
# Text of so many words, of which less than this share is left once every phrase stands in it once, is stuffed.
STUFFED_WORDS, STUFFED_SHARE = 60, 0.5

_PLACEHOLDER = re.compile(r"\[(?:address|phone|person|email|link)\]")
_MARKDOWN_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*\)")
# Signs before a bare address stay. It is tried where its word begins, and there alone: else a long word takes hours.
_SITE = "|".join(rf"(?<=\.{name})" for name in ("com", "org", "net", "io", "dev", "app", "me", "co"))
_URL = re.compile(rf"(?:https?://|www\.)\S+|(?<![\w.-])([.-]*+)\w++[.-][\w.-]*+(?:{_SITE})/\S*", re.IGNORECASE)
_MENTION = re.compile(r"(?<![\w.+-])@[A-Za-z0-9][\w-]*+(?!/)")
_PRONOUN_NOTE = re.compile(
    r"[(\[]?\b(?:she|he|they|ze|xe)\s*/\s*(?:her|him|his|them|hir|xem)(?:\s*/\s*\w+)?\b[)\]]?", re.IGNORECASE
)
_AGE = re.compile(
    r"\b(?:I['’]m\s+|I\s+am\s+)?(?:(?:aged?\s+)?\d{1,2}[\s-]*(?:years?|yrs?)[\s-]*(?:old|of\s+age)\b|aged?\s+\d{1,2}\b)"
    r"|\b(?:I['’]m|I\s+am|I\s+(?:just\s+)?turned)\s+\d\d(?=\s*(?:[.,;!?)]|$|and\b))"
    r"|\b(?:I\s+was\s+)?born\s+(?:(?:on|in|the)\s++)*(?:\w+[,.]?\s+){0,3}?(?:in\s+)?(?:19|20)\d\d\b"
    r"|\bin\s+my\s+(?:early\s+|mid[\s-]|late\s+)?(?:(?:twen|thir|for|fif|six|seven)ties|[2-7]0['’]?s)\b",
    re.IGNORECASE,
)
# Only what is said of oneself, or with a number of children: trees have parents, and languages have mothers.
_RELATIVES = (
    "mother", "father", "mum", "mom", "mama", "dad", "papa", "parent", "grandmother", "grandfather", "wife", "husband",
)  # fmt: skip
_FAMILY = rf"(?:{'|'.join(_RELATIVES)})"
_CHILDREN = r"(?:\s+(?:kids|children|boys|girls|sons|daughters|toddlers|teenagers)\b|(?=\s*(?:[.,;:!?)]|$|and\b)))"
_OF_CHILDREN = rf"\s+of\s+(?:an?|one|two|three|four|five|six|\d){_CHILDREN}"
_KIN = re.compile(
    rf"\b(?:as|being|I['’]m|I\s+am)\s+an?\s+(?:[\w-]+\s+){{0,2}}?(?:{_FAMILY}|wom[ae]n|m[ae]n|girl|boy)\b(?!-)(?:{_OF_CHILDREN})?"
    rf"|\b{_FAMILY}{_OF_CHILDREN}",
    re.IGNORECASE,
)
_HONORIFIC = re.compile(r"\b(?:Mr|Mrs|Ms|Mx|Miss|Sir|Madam)\b\.?(?=\s)")
_PROPER = r"[A-Z][\w'’-]+(?:[ ,]+[A-Z][\w'’.-]+){0,3}"
_SELF_NAMED = re.compile(rf"\b([Mm]y\s+name(?:\s+is|['’]s))\s+{_PROPER}")
_HOME = re.compile(
    rf"\b(?:(?:based|living|live|lives|located|residing|resides?)\s+(?:in|near)|"
    rf"(?:I['’]m|I\s+am|we['’]re|we\s+are|originally|hail|hails|hailing)\s+from)\s+{_PROPER}"
)
# Both genders become "they"; only these spellings, so that an acronym such as HE stays.
_PRONOUNS = {
    "he": "they", "she": "they", "him": "them", "his": "their", "her": "their", "hers": "theirs",
    "himself": "themselves", "herself": "themselves",
}  # fmt: skip
_PRONOUN = re.compile(r"\b(" + "|".join(word for p in _PRONOUNS for word in (p, p.capitalize())) + r")\b")


def _neutral(match: re.Match[str]) -> str:
    word = _PRONOUNS[match.group().lower()]
    return word.capitalize() if match.group()[0].isupper() else word


# What is taken out, in order, before names and after them. Each pattern needs one of its signs, in small letters;
# of the last ones each needs one of its words.
_PLACES = (
    (("[",), _PLACEHOLDER, " "),
    (("](",), _MARKDOWN_LINK, r"\1"),
    (("/", "www."), _URL, r"\1 "),
    (("@",), _MENTION, " "),
)
_PERSONAL = ((("/",), _PRONOUN_NOTE, " "), ((*"0123456789", "ties"), _AGE, " "))
_WORDED: tuple[tuple[frozenset[str], re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = (
    (frozenset({*_RELATIVES, "woman", "women", "man", "men", "girl", "boy"}), _KIN, " "),
    (frozenset({"my"}), _SELF_NAMED, r"\1"),
    (frozenset({"based", "living", "live", "lives", "located", "residing", "reside", "resides", "from"}), _HOME, " "),
    (frozenset({"mr", "mrs", "ms", "mx", "miss", "sir", "madam"}), _HONORIFIC, " "),
    (frozenset(_PRONOUNS), _PRONOUN, _neutral),
)
_APART = "".join(chr(code) if chr(code).isalnum() or chr(code) == "_" else " " for code in range(128))


@dataclass(frozen=True, slots=True)
class Passages:
    """The texts of one piece of evidence that are embedded, and how many words were too many for them."""

    texts: tuple[str, ...]
    words_left_out: int = 0


@lru_cache(maxsize=4096)  # a pool that is opened after a refresh, and a person who is erased, need the same texts again
def render(evidence: Evidence, repository: Evidence | None = None, names: tuple[str, ...] = ()) -> str:
    """The blind text of one piece of evidence: title, text, tags, awards, and what its repository is about.

    The same act by two people gives the same text, whatever their `names` and handles. Lists of words are left out of
    the prose: they say what somebody wants to be found by.
    """
    awards = ". ".join(" ".join(f"{award.prize} {award.event}".split()) for award in evidence.awards)
    context = f"{repository.title}. {repository.text[:600]} {' '.join(repository.tags)}" if repository else ""
    parts = (evidence.title, without_lists(evidence.text), ", ".join(evidence.tags), awards, context)
    handles = [key.handle for key in (evidence.account, *evidence.team) if key is not None]
    naming = _naming(handles, names)
    return said_once(". ".join(filter(None, (_blinded(part, naming).strip(" .") for part in parts if part))))


def blind(text: str, handles: Iterable[str] = (), names: Iterable[str] = ()) -> str:
    """The text on one line without URLs, @handles, these handles and names, pronouns, ages, family and home places."""
    return _blinded(text, _naming(handles, names))


def _blinded(text: str, naming: re.Pattern[str] | None) -> str:
    text = clean(text)
    for signs, pattern, instead in _PLACES:
        if _has_any(signs, text):
            text = pattern.sub(instead, text)
    if naming:
        text = naming.sub(" ", text)
    for signs, pattern, instead in _PERSONAL:
        if _has_any(signs, text):
            text = pattern.sub(instead, text)
    words = text.lower().translate(_APART).split() if text.isascii() else None
    for needed, pattern, neutral in _WORDED:
        if _has_one(needed, words):
            text = pattern.sub(neutral, text)
    return " ".join(text.split())


def _has_any(signs: tuple[str, ...], text: str) -> bool:
    """True if a pattern may be found: digits and letters of other scripts may stand for those of a sign."""
    return not text.isascii() or any(map(text.lower().__contains__, signs))


def _has_one(needed: frozenset[str], words: Sequence[str] | None) -> bool:
    """True if a pattern of whole words may be found, by the words of a text in plain letters."""
    return words is None or not needed.isdisjoint(words)


def said_once(text: str, length: int = 4) -> str:
    """The text with every repeated phrase of `length` words cut after its first time: saying it again adds nothing."""
    words = text.split()
    plain = [word.strip(".,;:!?()\"'") for word in text.casefold().split()]
    phrases = list(zip(*(plain[start:] for start in range(length)), strict=False))
    places = range(length - 1, len(words))  # of the last word of each phrase
    first = dict(zip(reversed(phrases), reversed(places), strict=True))
    if len(first) < len(phrases):
        new = (words[place] for place, phrase in zip(places, phrases, strict=True) if first[phrase] == place)
        words = [*words[: length - 1], *new]
    return " ".join(words)


def repeats_itself(text: str) -> bool:
    """True if most of a text's words only say again what it has said."""
    words = len(text.split())
    return words >= STUFFED_WORDS and len(said_once(text).split()) < STUFFED_SHARE * words


def split(text: str, title: str = "") -> Passages:
    """The text in windows that the model reads whole, each after the first led by the title; the cut is counted."""
    words = text.split()
    first, rest = words[:WINDOW_WORDS], words[WINDOW_WORDS:]
    lead = title.split()[:20]
    step = WINDOW_WORDS - len(lead)
    later = [rest[start : start + step] for start in range(0, len(rest), step)]
    kept = later[: MOST_PASSAGES - 1]
    texts = (" ".join(first), *(" ".join([*lead, *window]) for window in kept))
    return Passages(texts, sum(map(len, later[len(kept) :])))


def _naming(handles: Iterable[str], names: Iterable[str]) -> re.Pattern[str] | None:
    """Return the pattern that names the person: handles and full names in any case, parts only as written in names."""
    whole = {part for handle in handles for part in (handle, *handle.split("#")) if len(part) > 2}
    whole |= {name for name in names if len(name) > 2}
    parts = {part for name in names for part in re.findall(r"[^\W\d_][\w'’-]{2,}", name) if part[0].isupper()}
    found = [f"(?i:{re.escape(text)})" for text in sorted(whole, key=lambda text: (-len(text), text))]
    found += [re.escape(text) for text in sorted(parts, key=lambda text: (-len(text), text))]
    return re.compile(rf"(?<!\w)(?:{'|'.join(found)})(?:['’]s)?(?!\w)") if found else None
