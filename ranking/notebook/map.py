"""Map of the pool in two dimensions: the plane in which what people made differs most."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ranking.corpus.corpus import Corpus
from scrapers.faults import Fault
from scrapers.text import counted

Floats = NDArray[np.float64]
SUFFIXES = (".png", ".svg")
WORDS_AT_AN_END = 3


@dataclass(frozen=True)
class Projection:
    """The plane through `centre` along two orthogonal `axes`, [2, width]; it holds `share` (0..1) of all variance."""

    centre: Floats
    axes: Floats
    share: float

    def places(self, vectors: NDArray[np.float32]) -> Floats:
        """Return the coordinates of these rows on the plane, shape [rows, 2]."""
        found: Floats = (vectors.astype(np.float64) - self.centre) @ self.axes.T
        return found


def find_plane(vectors: NDArray[np.float32]) -> Projection:
    """The first two principal components of the rows; signs are fixed, so that the same rows give the same picture."""
    wide = vectors.astype(np.float64)
    centre = wide.mean(axis=0) if len(wide) else np.zeros(wide.shape[1])
    if min(wide.shape) < 2:
        return Projection(centre, np.zeros((2, wide.shape[1])), 0.0)
    _, spread, axes = np.linalg.svd(wide - centre, full_matrices=False)
    largest = np.abs(axes[:2]).argmax(axis=1)
    axes = axes[:2] * np.sign(axes[[0, 1], largest])[:, None]
    variance = spread**2
    return Projection(centre, axes, float(variance[:2].sum() / max(variance.sum(), 1e-12)))


def places(vectors: NDArray[np.float32]) -> Floats:
    """Return the coordinates of the rows on their own plane, shape [rows, 2]."""
    return find_plane(vectors).places(vectors)


def check_suffix(path: Path) -> None:
    """Raise Fault where no map can be drawn into a file of that suffix."""
    if path.suffix.lower() not in SUFFIXES:
        raise Fault(f"{path}: a map ends in {' or '.join(SUFFIXES)}")


def draw(corpus: Corpus, path: Path) -> Path:
    """The map as a picture: a dot a person, larger with more evidence, and at each end the words that are said there.

    No name and no id is in it.
    """
    check_suffix(path)
    import matplotlib

    matplotlib.use("Agg")
    matplotlib.rcParams["svg.hashsalt"] = "headwater"
    from matplotlib import pyplot

    spots = places(corpus.means)
    figure, axes = pyplot.subplots(figsize=(8, 6), layout="constrained")
    axes.scatter(spots[:, 0], spots[:, 1], s=12 + 6 * np.minimum(corpus.segments.counts, 30), alpha=0.6, linewidths=0)
    axes.set_title(counted(len(corpus.people), "people by what they made"))
    ends = [f"{_said(corpus, -along)}  <->  {_said(corpus, along)}" for along in spots.T]
    axes.set_xlabel(ends[0])
    axes.set_ylabel(ends[1])
    axes.set_xticks([])
    axes.set_yticks([])
    figure.savefig(path, metadata={"Date": None} if path.suffix.lower() == ".svg" else None)
    pyplot.close(figure)
    return path


def _said(corpus: Corpus, along: Floats) -> str:
    """The words that people at the far end use, and others do not."""
    far = set(np.argsort(-along)[: max(2, len(along) // 10)].tolist())
    inside: dict[str, int] = {}
    outside: dict[str, int] = {}
    for owner, words in zip(corpus.segments.owner.tolist(), corpus.words, strict=True):
        count = inside if owner in far else outside
        for word in set(words):
            count[word] = count.get(word, 0) + 1
    telling = sorted(inside, key=lambda word: (-inside[word] / (outside.get(word, 0) + 2), word))
    return ", ".join(telling[:WORDS_AT_AN_END])
