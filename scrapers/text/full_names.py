"""Full names in running text.

A name alone says nothing of who is meant, so none is ever looked for in general (G7): only in an act that is known to
name a certain person, under a hash of act and name together.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]++)*")
MOST_WORDS = 4


def full_name(name: str | None) -> str | None:
    """A name of two to four words in the form in which it is compared, or None for any other."""
    words = _WORD.findall(name or "")
    return _joined(words) if 2 <= len(words) <= MOST_WORDS and min(map(len, words)) > 1 else None


def names_in(text: str, is_name: Callable[[str], bool]) -> Iterator[tuple[int, int, str]]:
    """Return the places of such names in a text, the longest where several begin, as they are compared."""
    words, place = list(_WORD.finditer(text)), 0
    while place < len(words):
        for count in range(min(MOST_WORDS, len(words) - place), 1, -1):
            run = words[place : place + count]
            if is_name(name := _joined([word.group() for word in run])):
                yield run[0].start(), run[-1].end(), name
                place += count - 1
                break
        place += 1


def without_names(text: str, is_name: Callable[[str], bool], instead: str) -> str:
    """The text with something else where such names stood."""
    for start, end, _ in reversed(list(names_in(text, is_name))):
        text = text[:start] + instead + text[end:]
    return text


def _joined(words: list[str]) -> str:
    return unicodedata.normalize("NFKC", " ".join(words)).casefold()
