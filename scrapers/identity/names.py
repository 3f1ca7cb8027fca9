"""Names as people write them: which are full, which agree, and how their forms look in handles and addresses."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from confusable_homoglyphs import categories  # type: ignore[import-untyped]
from rapidfuzz.distance import JaroWinkler

_NOISE = re.compile(
    r"(?<!\s)\s++via\s.{0,200}$|\([^)]{0,200}\)|\[[^\]]{0,200}\]|\{[^}]{0,200}\}|[\"“”«»].{0,200}?[\"“”«»]"
    r"|\b(?:he|she|they)/\w+\b",
    re.IGNORECASE,
)
_TITLES = frozenset({"dr", "mr", "mrs", "ms", "prof", "sir", "jr", "sr", "ii", "iii", "iv", "phd", "msc", "eng"})
_WORD = re.compile(r"[^\W\d_]+")
# Letters that NFKD does not take apart, as their owners write them in plain ASCII.
_PLAIN = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"})
_UNSPACED = frozenset({"HAN", "HANGUL"})
AGREEING_SPELLING = 0.90  # Jaro-Winkler of two full names, tokens sorted


@dataclass(frozen=True, slots=True)
class Name:
    """A name taken apart. `given` and `family` are empty unless the name is a full one."""

    tokens: tuple[str, ...]
    given: str
    family: str
    script: str
    odd: bool  # mixes scripts inside a word, as a look-alike does
    key: str  # equal for names of the same words in any order

    @property
    def full(self) -> bool:
        return bool(self.given and self.family)


def fold(text: str) -> str:
    """Casefolded, accents removed, compatibility forms unified; other scripts stay as they are."""
    if text.isascii():
        return text.lower()
    bare = unicodedata.normalize("NFKD", text.casefold()).translate(_PLAIN)
    return unicodedata.normalize("NFC", "".join(c for c in bare if not unicodedata.combining(c)))


def squash(text: str) -> str:
    """Only the ASCII letters and digits of the folded text: the form in which names, handles and addresses meet."""
    folded = fold(text)
    return folded if folded.isascii() and folded.isalnum() else re.sub(r"[^a-z0-9]", "", folded)


@lru_cache(maxsize=400_000)
def parse_name(text: str) -> Name:
    """The words of a name without titles, remarks, pronouns and "via ..." of mailing robots."""
    tokens = tuple(word for word in _WORD.findall(fold(_NOISE.sub(" ", text[:200]))) if word not in _TITLES)
    script = _script(tokens[0]) if tokens else ""
    odd = not text.isascii() and any(_mixed(token) for token in tokens)
    given = family = ""
    if len(tokens) == 1 and script in _UNSPACED and 2 <= len(tokens[0]) <= 4:
        family, given = tokens[0][0], tokens[0][1:]
    elif len(tokens) >= 2 and sum(len(token) >= 2 for token in tokens) >= 2:
        given, family = tokens[0], tokens[-1]
        if len(family) == 1:  # "Mohamed Shahin S": the initial stands last
            family = next(token for token in reversed(tokens) if len(token) >= 2)
    return Name(tokens, given, family, script, odd, " ".join(sorted(tokens)))


def _script(word: str) -> str:
    alias: str = categories.alias(word[0])
    return alias if alias not in ("HIRAGANA", "KATAKANA") else "HAN"


def _mixed(word: str) -> bool:
    found = {_script(c) for c in word} - {"COMMON", "INHERITED"}
    return len(found) > 1 and not found <= _UNSPACED


def compatible(left: str, right: str) -> bool:
    """False only where both names are full and cannot be two spellings of one: symmetric."""
    return _compatible(left, right) if left <= right else _compatible(right, left)


@lru_cache(maxsize=400_000)
def _compatible(left: str, right: str) -> bool:
    a, b = parse_name(left), parse_name(right)
    if a.odd or b.odd:
        return left == right
    if not (a.full and b.full):
        return True
    if a.script != b.script:
        return True  # a romanised and a native spelling cannot be compared letter by letter
    if set(a.tokens) <= set(b.tokens) or set(b.tokens) <= set(a.tokens):
        return True
    if "".join(sorted(a.tokens)) == "".join(sorted(b.tokens)) or "".join(a.tokens) == "".join(b.tokens):
        return True
    if JaroWinkler.similarity(a.key, b.key) >= AGREEING_SPELLING:
        return True
    for one, other in ((a, b), (b, a)):
        shared = set(one.tokens) & set(other.tokens)
        rest, others = [t for t in one.tokens if t not in shared], [t for t in other.tokens if t not in shared]
        if (
            shared - {t for t in shared if len(t) == 1}
            and rest
            and all(any(o.startswith(t) for o in others) for t in rest)
        ):
            return True
    return False


def same_full(left: str, right: str) -> bool:
    """True where both are full names made of the same words, in any order."""
    a, b = parse_name(left), parse_name(right)
    return a.full and b.full and not (a.odd or b.odd) and a.key == b.key


@lru_cache(maxsize=400_000)
def name_forms(text: str) -> Mapping[str, str]:
    """The forms that a name takes in handles and local parts: "adaroe", "aroe", "adar", "roea", ..."""
    name = parse_name(text)
    whole = squash(" ".join(name.tokens))
    forms = {"name": whole}
    if name.full:
        first, last = squash(name.given), squash(name.family)
        if first and last:
            forms |= {"firstlast": first + last, "lastfirst": last + first, "flast": first[0] + last}
            forms |= {"firstl": first + last[0], "lastf": last + first[0], "first": first, "last": last}
    return {form: value for form, value in forms.items() if len(value) >= 3}
