"""The words of a piece of evidence that best show a requirement: verbatim, one sentence, never paraphrased."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from ranking.lexicon import Lexicon, tokens

LONGEST = 300
_BULLET = re.compile(r"^[^\w\"'“‘(\[<]+")
_SENTENCE = re.compile(r"[^.!?\n]*(?:[.!?](?!\s|$)[^.!?\n]*)*[.!?]*")


def best_words(title: str, text: str, weights: Mapping[str, float], lexicon: Lexicon) -> str:
    """The sentence, at most LONGEST characters, with most of the query; it stands as it is in the text, or the title.

    Where no sentence has a word of the query, the first one of the text; where there is no text, the title.
    """
    sentences = list(_sentences(text)) or list(_sentences(title))
    if not sentences:
        return ""
    worth = [lexicon.coverage(dict(weights), tokens(sentence)) for sentence in sentences]
    best = max(range(len(sentences)), key=lambda number: (worth[number], -number))
    if worth[best] == 0 and title.strip() and lexicon.coverage(dict(weights), tokens(title)) > 0:
        return _cut(title.strip())
    return sentences[best]


def _sentences(text: str) -> Iterator[str]:
    """Sentences and lines as they stand, long ones in windows cut between words."""
    for match in _SENTENCE.finditer(text):
        rest = match.group().strip()
        while rest:
            piece = _cut(rest)
            rest = rest[len(piece) :].strip()
            if said := _BULLET.sub("", piece):
                yield said


def _cut(text: str) -> str:
    if len(text) <= LONGEST:
        return text
    return text[:LONGEST].rsplit(None, 1)[0]
