"""Evidence that repeats the words of the role itself: flagged, and not rewarded."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ranking.corpus.corpus import Corpus
from ranking.index.bm25 import tokens

# Short enough that a copy is told after its sentences were put in another order.
PHRASE = 3
# A role shorter than this many phrases is a topic that anyone may name; nothing can be a copy of it.
LEAST_PHRASES = 10
COPIED_SHARE = 0.4
# A row of at least LEAST_ROW phrases is a copy too where most of what it says stands in the role.
LEAST_ROW, ROW_SHARE = 4, 0.6
# Only the rows nearest to a requirement can be copies that matter.
LOOKED_AT = 200


def copied_rows(corpus: Corpus, role_text: str, cosines: Sequence[NDArray[np.float32]]) -> frozenset[int]:
    """Rows that hold a large share of the role's three-word phrases, or little else than some of them.

    `cosines` are those of each requirement with every passage.
    """
    asked = _phrases(tokens(role_text))
    if len(asked) < LEAST_PHRASES or not corpus.rows or not len(cosines):
        return frozenset()
    near = [
        np.argpartition(each, -LOOKED_AT)[-LOOKED_AT:] if len(each) > LOOKED_AT else slice(None) for each in cosines
    ]
    rows = np.unique(np.concatenate([corpus.passage_row[passages] for passages in near]))
    return frozenset(int(row) for row in rows if _is_copy(asked, _phrases(corpus.words[row])))


def _is_copy(asked: frozenset[tuple[str, ...]], said: frozenset[tuple[str, ...]]) -> bool:
    common = len(asked & said)
    return common >= COPIED_SHARE * len(asked) or (len(said) >= LEAST_ROW and common >= ROW_SHARE * len(said))


def _phrases(words: Sequence[str]) -> frozenset[tuple[str, ...]]:
    return frozenset(tuple(words[i : i + PHRASE]) for i in range(len(words) - PHRASE + 1))
