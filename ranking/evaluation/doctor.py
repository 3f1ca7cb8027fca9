"""Health of a corpus's vectors: hubs, collapse, copies, cuts, languages, strangers, holes.

Every check is a pure function of a `Geometry`. Bounds stand well above what five public pools and the sample show.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from ranking.corpus.passages import split
from ranking.corpus.topics import sampled
from ranking.index.nearest import VectorIndex
from scrapers.text import counted

if TYPE_CHECKING:
    from ranking.corpus.corpus import Corpus

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
# What a finding asks for: a look, ranking without meaning, or no ranking at all.
Effect = Literal["note", "lexical", "stop"]

SAMPLE = 2_000  # pieces that are compared with each other
PROBES = 16  # texts that are embedded again
LANGUAGE_SAMPLE = 300
LEAST_ROWS = 64  # below, geometry is chance
NEIGHBOURS = 10
HUB_LISTS = 0.4  # of all nearest-neighbour lists that hold one and the same piece; pools of experts reach 0.25
ALIKE, COLLAPSED = 0.6, 0.9  # mean cosine of two pieces by different people
COPY, MOST_COPIES = 0.985, 0.05
BOILERPLATE_PEOPLE, MOST_BOILERPLATE = 5, 0.03
MOST_CUT = 0.1
MOST_FOREIGN = 0.25
LEAST_REPEATED = 0.98  # cosine between a stored vector and the same text embedded again


class FindingCode(StrEnum):
    """Kinds of findings: a closed list."""

    EMPTY_VECTORS = "empty_vectors"
    MODEL_MISMATCH = "model_mismatch"
    COLLAPSED = "collapsed"
    HUBS = "hubs"
    NEAR_DUPLICATES = "near_duplicates"
    BOILERPLATE = "boilerplate"
    TRUNCATION = "truncation"
    LANGUAGE_MIX = "language_mix"


@dataclass(frozen=True, slots=True)
class Finding:
    """A defect in a sentence, and what to do about it."""

    code: FindingCode
    effect: Effect
    sentence: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Findings:
    """All findings; empty when the geometry is healthy."""

    found: tuple[Finding, ...]

    @property
    def effect(self) -> Effect | None:
        """The hardest effect that any finding asks for."""
        asked = {finding.effect for finding in self.found}
        return next((effect for effect in ("stop", "lexical", "note") if effect in asked), None)

    def to_json(self) -> list[dict[str, Any]]:
        return [{"code": f.code, "effect": f.effect, "sentence": f.sentence, "remedy": f.remedy} for f in self.found]


@dataclass(frozen=True)
class Geometry:
    """Vectors with the texts they stand for, whose each is, words cut off each, and some embedded once more.

    Pieces of one `act` may well be alike: teammates share a project, contributors a repository.
    """

    vectors: Floats
    owner: Ints
    act: Ints
    texts: tuple[str, ...]
    cut: Ints
    again: dict[int, Floats]


def geometry_of(corpus: Corpus, probe: bool = True) -> Geometry:
    """The corpus as the checks see it, one row a piece; `probe` embeds a few texts anew, which loads the model."""
    splits = [split(text, text.split(". ", 1)[0]) for text in corpus.texts]
    first = corpus.index.vectors[corpus.passage_starts] if corpus.rows else corpus.vectors
    again: dict[int, Floats] = {}
    if probe and corpus.rows:
        rows = sampled(corpus.texts, PROBES)
        texts = [corpus.embedder.passage_prompt + splits[row].texts[0] for row in rows]
        again = dict(zip(map(int, rows), corpus.embedder.encode(texts), strict=True))
    cut = np.array([each.words_left_out for each in splits], dtype=np.int64)
    acts = [str(piece.details.get("repository") or piece.url).casefold() for piece in corpus.evidence]
    act = np.unique(acts, return_inverse=True)[1].astype(np.int64)
    return Geometry(first, corpus.segments.owner, act, tuple(corpus.texts), cut, again)


def judge(corpus: Corpus, probe: bool = True) -> Findings:
    """Return the findings of a corpus, for a flow that decides whether to go on."""
    return examined(geometry_of(corpus, probe))


def examined(geometry: Geometry) -> Findings:
    """All checks. Where vectors are broken, nothing is said of their geometry."""
    broken = [*_empty(geometry), *_mismatch(geometry)]
    if not broken and len(geometry.vectors) >= LEAST_ROWS:
        broken += _collapsed(geometry)
        broken += [] if broken else _hubs(geometry)
        broken += _copies(geometry)
    return Findings((*broken, *_boilerplate(geometry), *_truncated(geometry), *_languages(geometry)))


def without_meaning(corpus: Corpus) -> Corpus:
    """The corpus with vectors that say nothing: what is left is ranked by words and themes alone."""
    return replace(
        corpus, index=VectorIndex(np.zeros((len(corpus.index), corpus.embedder.dimension), dtype=np.float32))
    )


def _empty(geometry: Geometry) -> Iterator[Finding]:
    lengths = np.linalg.norm(geometry.vectors, axis=1)
    bad = int((~np.isfinite(lengths) | (np.abs(lengths - 1) > 0.01)).sum())
    if bad:
        yield Finding(
            FindingCode.EMPTY_VECTORS,
            "lexical",
            f"{bad} of {len(lengths)} vectors are empty, not a number, or not of length 1.",
            "Run `headwater refresh`; if it stays, the store's vectors are damaged: restore a backup.",
        )


def _mismatch(geometry: Geometry) -> Iterator[Finding]:
    width = geometry.vectors.shape[1] if geometry.vectors.ndim == 2 else 0
    pairs = [(geometry.vectors[row], vector) for row, vector in geometry.again.items() if np.isfinite(vector).all()]
    same = [float(held @ new) for held, new in pairs if new.shape == (width,) and np.isfinite(held).all()]
    others = len(pairs) - sum(cosine >= LEAST_REPEATED for cosine in same)
    if others:
        yield Finding(
            FindingCode.MODEL_MISMATCH,
            "lexical",
            f"{others} of {len(pairs)} texts embedded anew do not give the vector that is stored.",
            "Embed everything with one model: name the one that made the vectors ([embedding] in operator.toml), or "
            "start a fresh store.",
        )


def _collapsed(geometry: Geometry) -> Iterator[Finding]:
    rows = _rows(geometry)
    vectors, owner = geometry.vectors[rows], geometry.owner[rows]
    apart = owner[:, None] != owner[None, :]
    mean = float((vectors @ vectors.T)[apart].mean()) if apart.any() else 0.0
    if mean > ALIKE:
        yield Finding(
            FindingCode.COLLAPSED,
            "lexical" if mean > COLLAPSED else "note",
            f"Two pieces by different people are {mean:.2f} alike on average: meaning hardly tells people apart.",
            "Look whether texts share a long common beginning, or choose another model ([embedding] in operator.toml).",
        )


def _hubs(geometry: Geometry) -> Iterator[Finding]:
    vectors = geometry.vectors[_rows(geometry)]
    near = vectors @ vectors.T
    np.fill_diagonal(near, -2)
    k = min(NEIGHBOURS, len(vectors) - 1)
    lists = np.argpartition(-near, k - 1, axis=1)[:, :k]
    times = np.bincount(lists.ravel(), minlength=len(vectors)) / len(vectors)
    hubs = int((times > HUB_LISTS).sum())
    if hubs:
        yield Finding(
            FindingCode.HUBS,
            "note",
            f"{counted(hubs, 'pieces')} near to nearly all: the worst among the {k} nearest of {times.max():.0%}.",
            "Look at those pieces: they are mostly lists of words or very short; leave them out at their source.",
        )


def _copies(geometry: Geometry) -> Iterator[Finding]:
    rows = _rows(geometry)
    vectors, owner = geometry.vectors[rows], geometry.owner[rows]
    near = vectors @ vectors.T
    act = geometry.act[rows]
    near[(owner[:, None] == owner[None, :]) | (act[:, None] == act[None, :])] = 0
    plain = [" ".join(geometry.texts[row].casefold().split()) for row in rows]
    names = {text: number for number, text in enumerate(dict.fromkeys(plain))}
    number = np.array([names[text] for text in plain])
    near[number[:, None] == number[None, :]] = 0
    share = float((near.max(axis=1) >= COPY).mean())
    if share > MOST_COPIES:
        yield Finding(
            FindingCode.NEAR_DUPLICATES,
            "note",
            f"{share:.0%} of the pieces are nearly the same as a piece by somebody else.",
            "Look for mirrors, forks and templates among the sources; credit the one who made it.",
        )


def _boilerplate(geometry: Geometry) -> Iterator[Finding]:
    """Yield findings of the same words by many people, as a whole piece or as its beginning."""
    people: defaultdict[str, set[int]] = defaultdict(set)
    beginnings = [" ".join(text.casefold().split()[:25]) for text in geometry.texts]
    for beginning, owner in zip(beginnings, geometry.owner, strict=True):
        people[beginning].add(int(owner))
    shared = [beginning for beginning in beginnings if beginning and len(people[beginning]) >= BOILERPLATE_PEOPLE]
    if len(shared) > MOST_BOILERPLATE * len(beginnings):
        yield Finding(
            FindingCode.BOILERPLATE,
            "note",
            f"{len(shared)} of {len(beginnings)} pieces begin with words of {BOILERPLATE_PEOPLE} or more people.",
            f'Take such text out at its source; the most frequent begins "{_most_frequent(shared)}".',
        )


def _truncated(geometry: Geometry) -> Iterator[Finding]:
    share = float((geometry.cut > 0).mean()) if len(geometry.cut) else 0.0
    if share > MOST_CUT:
        yield Finding(
            FindingCode.TRUNCATION,
            "note",
            f"{share:.0%} of the pieces are longer than what is embedded of them; {int(geometry.cut.sum())} words are "
            "matched as words only.",
            "Split long pages into pieces at their source; a passage is as long for every model.",
        )


def _languages(geometry: Geometry) -> Iterator[Finding]:
    import py3langid

    long = [text for text in geometry.texts if len(text.split()) >= 12]
    texts = [long[row] for row in sampled(long, LANGUAGE_SAMPLE)]
    said = Counter(py3langid.classify(text)[0] for text in texts)
    foreign = len(texts) - said["en"]
    if texts and foreign > MOST_FOREIGN * len(texts):
        others = ", ".join(language for language, _ in said.most_common(4) if language != "en")
        yield Finding(
            FindingCode.LANGUAGE_MIX,
            "note",
            f"{foreign / len(texts):.0%} of the longer texts are not in English ({others}); by a model that "
            "knows English best, as the packaged one does, these people are found less.",
            "Choose a multilingual model ([embedding] in operator.toml), and write roles in the languages of those "
            "whom you look for.",
        )


def _rows(geometry: Geometry) -> Ints:
    return sampled(geometry.texts, SAMPLE)


def _most_frequent(beginnings: Sequence[str], words: int = 8) -> str:
    return " ".join(Counter(beginnings).most_common(1)[0][0].split()[:words])
