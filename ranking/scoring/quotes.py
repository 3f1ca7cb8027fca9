"""The words of a piece of evidence that best show a requirement: verbatim, one sentence, never paraphrased."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ranking.index.bm25 import TermWeights, tokens

LONGEST = 300
_BULLET = re.compile(r"^[^\w\"'“‘(\[<]+")
_SENTENCE = re.compile(r"[^.!?\n]*(?:[.!?](?!\s|$)[^.!?\n]*+)*[.!?]*")


Sentence = tuple[str, frozenset[str]]


def sentences_of(title: str, text: str) -> tuple[Sentence, ...]:
    """The sentences of a text, or else of its title, each of at most LONGEST characters, with its tokens."""
    return tuple((said, frozenset(tokens(said))) for said in list(_sentences(text)) or _sentences(title))


def best_words(title: str, sentences: Sequence[Sentence], asked: TermWeights) -> str:
    """The sentence with most of the query; it stands as it is in the text, or the title.

    Where no sentence has a word of the query, the first one of the text; where there is no text, the title.
    """
    if not sentences:
        return ""
    worth = [asked.covered(words) for _, words in sentences]
    best = max(range(len(sentences)), key=lambda number: (worth[number], -number))
    if worth[best] == 0 and title.strip() and asked.covered(tokens(title)) > 0:
        return _cut(title.strip())
    return sentences[best][0]


def _sentences(text: str) -> Iterator[str]:
    """Sentences and lines as they stand, long ones in windows cut between words."""
    for match in _SENTENCE.finditer(text):
        rest = match.group().strip()
        while rest:
            piece = _cut(rest)
            rest = rest[len(piece) :].strip()
            if said := piece if piece[0].isalnum() else _BULLET.sub("", piece):
                yield said


def _cut(text: str) -> str:
    if len(text) <= LONGEST:
        return text
    return text[:LONGEST].rsplit(None, 1)[0]
