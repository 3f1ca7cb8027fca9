"""Lists of words, which claim much and show nothing, told from prose by their shape.

Prose joins its words by small ones (the, of, und, de, и); a list has short items side by side without any. So it is
told in every script that has small letters; what is written in others is left as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

from ranking.index.bm25 import STOP_WORDS

# Short items without a small word are a list from so many in a row on; without breaks between them, words in a row are.
LEAST_ITEMS, ITEM_WORDS, ROW_WORDS = 6, 4, 8
_BETWEEN = frozenset({"and", "or", "und", "et", "y"})
_BREAK = re.compile(rf"[,;|•·\n]+|\s[-–*/&+]\s|(?<![.!?:])[.!?:]++(?=\s|$)|\b(?i:{'|'.join(sorted(_BETWEEN))})\b")
_WORD = re.compile(r"[^\W\d_][\w+#.'’-]*")
_SMALL = (STOP_WORDS | {word.capitalize() for word in STOP_WORDS}) - _BETWEEN


def without_lists(text: str) -> str:
    """The text without its lists of words; nothing else is changed."""
    kept, end = [], 0
    for start, stop in _lists(text):
        kept.append(text[end:start])
        end = stop
    return "".join([*kept, text[end:]])


def only_lists(text: str) -> bool:
    """True if at least half of a text's words stand in lists."""
    kept = without_lists(text)
    return len(kept) < len(text) and 2 * len(_WORD.findall(kept)) <= len(_WORD.findall(text))


def _lists(text: str) -> Iterator[tuple[int, int]]:
    """Yield the begin and end of each list."""
    if not _has_bare_run(text):
        return
    breaks = [(0, 0), *(found.span() for found in _BREAK.finditer(text)), (len(text), len(text))]
    items, start, stop = 0, 0, 0
    for (_, begin), (end, _) in pairwise(breaks):
        if not (words := _WORD.findall(text, begin, end)):
            continue
        if worth := _listed(words):
            start, stop, items = (start if items else begin), end, items + worth
            continue
        if items >= LEAST_ITEMS:
            yield start, stop
        items = 0
    if items >= LEAST_ITEMS:
        yield start, stop


def _has_bare_run(text: str) -> bool:
    """True if as many words as a list has items stand in a row without a small one: a quick look, as prose has none."""
    return "-" * LEAST_ITEMS in "".join("s" if _is_small(word) else "-" for word in text.split())


def _listed(words: Sequence[str]) -> int:
    """Return as how many list items the words between two breaks count; 0 for prose and scripts without capitals."""
    if len(words) > 1 and (ITEM_WORDS < len(words) < ROW_WORDS or any(map(_is_small, words))):
        return 0
    if all(word.lower() == word.upper() for word in words):
        return 0
    if len(words) == 1:
        return int(words[0].casefold() not in STOP_WORDS)
    return LEAST_ITEMS if len(words) >= ROW_WORDS else 1


@lru_cache(maxsize=1 << 14)
def _is_small(word: str) -> bool:
    return word in _SMALL or (len(word) <= 3 and word.islower() and word not in _BETWEEN)
