"""Pictures for a notebook: the role among the people, what each score is made of, who covers which requirement.

Everybody may be a dot; only the people of a shortlist have a name. Colours are those of Okabe and Ito, and whatever a
colour says a shape or a sign says too. Texts stand as they are: a dollar sign in a name begins no formula.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from matplotlib import pyplot, rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ranking.corpus.corpus import Corpus
from ranking.index.nearest import VectorIndex, unit
from ranking.notebook.map import find_plane
from ranking.role import Role
from ranking.scoring.score import asked_for
from ranking.shortlist.shortlist import Match, Shortlist, Term
from scrapers.text import counted

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

MOST = 50  # people that a picture names; who comes after them is left out
NEIGHBOURS = 10
HUBS, HUB_TIMES, LISTS = 5, 2, 2_000
GREY, BLUE, ORANGE, RED, BLACK = "#999999", "#0072b2", "#e69f00", "#d55e00", "#000000"
COLOURS = (BLUE, "#56b4e9", RED, "#009e73", ORANGE, "#cc79a7", "#f0e442", GREY)
SIGNS = {True: "\N{CHECK MARK}", False: "?"}


@rc_context({"text.parse_math": False})
def role_map(corpus: Corpus, shortlist: Shortlist) -> Figure:
    """The plane in which people differ most, with the role on it.

    The shortlist's people bear their place. Rings mark those nearest to the role and diamonds the hubs, both in the
    full space: the plane holds but a part of what tells people apart, and the picture says how much.
    """
    some = np.flatnonzero(corpus.segments.counts)
    people, plane = corpus.means[some], find_plane(corpus.means[some])
    wanted = role_vector(corpus, shortlist.role)
    spots, role = plane.places(people), plane.places(wanted)
    number = {corpus.people[each]: place for place, each in enumerate(some.tolist())}
    listed = [(match, spots[number[match.candidate.id]]) for match in _shown(shortlist) if match.candidate.id in number]
    nearest, hubs = VectorIndex(people).search(wanted, NEIGHBOURS)[1][0], find_hubs(people)

    figure, axes = _figure(10, 6.5)
    on_list = np.array([spot for _, spot in listed]).reshape(-1, 2)
    _dots(axes, spots, "somebody", 18, color=GREY, alpha=0.5, linewidths=0, rasterized=True)
    _dots(axes, spots[hubs], "hub: near to many", 190, marker="D", facecolors="none", edgecolors=ORANGE)
    _dots(axes, spots[nearest], "nearest to the role", 230, facecolors="none", edgecolors=BLACK)
    _dots(axes, on_list, "on the shortlist, by place", 120, color=BLUE, linewidths=0)
    _dots(axes, role, "the role", 320, marker="*", color=RED, edgecolors="white", zorder=4)
    for match, spot in listed:
        axes.annotate(str(match.rank), spot, color="white", size=7, weight="bold", ha="center", va="center")
    axes.set(xticks=[], yticks=[], title=f"{_cut(shortlist.role.title, 60)}, among {counted(len(some), 'people')}")
    axes.set_xlabel(f"the plane holds {plane.share:.0%} of the differences; rings and diamonds count all of them")
    names = "\n".join(f"{match.rank:>3}  {_cut(match.candidate.name, 28)}" for match, _ in listed)
    axes.text(1.02, 1, names, transform=axes.transAxes, size=8, va="top", linespacing=1.4)
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.06), ncols=5, frameon=False, fontsize=8)
    return _done(figure)


@rc_context({"text.parse_math": False})
def score_bars(shortlist: Shortlist) -> Figure:
    """Plot each score as a bar of its terms by group; penalties go to the left, the tick marks the score."""
    shown = _shown(shortlist)
    points = [_summed((group_of(term), term.points) for term in match.terms) for match in shown]
    rows, ahead, behind = np.arange(len(shown)), np.zeros(len(shown)), np.zeros(len(shown))
    figure, axes = _figure(9, 1.6 + 0.28 * len(shown))
    for place, group in enumerate(dict.fromkeys(group for each in points for group in each)):
        values = np.array([each.get(group, 0.0) for each in points])
        left = np.where(values < 0, behind, ahead)
        axes.barh(rows, values, left=left, color=COLOURS[place % len(COLOURS)], label=group, edgecolor="white")
        ahead, behind = ahead + np.maximum(values, 0), behind + np.minimum(values, 0)
    scores = [match.score for match in shown]
    axes.scatter(scores, rows, marker="|", s=160, color=BLACK, linewidths=2, label="score", zorder=3)
    axes.axvline(0, color=BLACK, linewidth=0.8)
    axes.set_yticks(rows, [_named(match) for match in shown])
    axes.set(xlabel="points", title=_cut(shortlist.role.title, 60))
    axes.invert_yaxis()
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)
    return _done(figure)


@rc_context({"text.parse_math": False})
def coverage(shortlist: Shortlist) -> Figure:
    """People by requirements: the points that each brought, and for a must whether it is shown or not known."""
    shown = _shown(shortlist)
    points = [_summed((asked_of(term), term.points) for term in match.terms) for match in shown]
    asked = [each for each in dict.fromkeys(each for one in points for each in one) if each]
    table = np.array([[one.get(each, 0.0) for each in asked] for one in points]).reshape(len(shown), len(asked))
    reach = max(float(np.abs(table).max(initial=0)), 1e-9)
    figure, axes = _figure(3.5 + 0.75 * len(asked), 3.2 + 0.28 * len(shown))
    image = axes.imshow(table, cmap="PuOr_r", vmin=-reach, vmax=reach, aspect="auto")
    for row, match in enumerate(shown):
        for column, each in enumerate(asked):
            pale = abs(table[row, column]) < 0.6 * reach
            axes.text(column, row, _sign(match, each), ha="center", va="center", color=BLACK if pale else "white")
    axes.set_yticks(range(len(shown)), [_named(match) for match in shown])
    axes.set_xticks(range(len(asked)), [_cut(each, 44) for each in asked], rotation=40, ha="right", size=8)
    axes.set_title(_cut(shortlist.role.title, 60))
    figure.colorbar(image, ax=axes, label="points", shrink=0.7)
    return _done(figure)


def role_vector(corpus: Corpus, role: Role) -> Floats:
    """The direction of what a role wants, [1, width]: its requirements together, without what is unwanted."""
    texts = [each.text for each in asked_for(role) if each.level != "never"]
    return unit(corpus.encode_query(texts).sum(axis=0, keepdims=True))


def find_hubs(vectors: Floats) -> Ints:
    """The rows that are among the nearest of far more others than is their share, at most HUBS, the greatest first.

    Their k-occurrence (Radovanović et al. 2010) is at least HUB_TIMES the mean; counted over LISTS people at most.
    """
    rows = np.unique(np.linspace(0, len(vectors) - 1, min(len(vectors), LISTS)).astype(np.int64))
    near = VectorIndex(vectors).search(vectors[rows], NEIGHBOURS + 1)[1]
    times = np.bincount(near[near != rows[:, None]], minlength=len(vectors))
    greatest: Ints = np.argsort(-times, kind="stable")[:HUBS]
    return greatest[times[greatest] >= HUB_TIMES * max(times.mean(), 1)] if len(vectors) else greatest


def group_of(term: Term) -> str:
    """Return the group of a term: must, nice, never, signal, recency."""
    return term.name.partition(":")[0]


def asked_of(term: Term) -> str:
    """The level and the requirement that a term counts for, as its name tells; empty for a term of none."""
    return term.name.rpartition(" - ")[0] or term.name if group_of(term) in ("must", "nice", "never") else ""


def _sign(match: Match, asked: str) -> str:
    level, _, text = asked.partition(": ")
    begins = text.removesuffix("...")
    if level == "never":
        return "\N{MULTIPLICATION SIGN}" if any(each.startswith(begins) for each in match.never_hit) else ""
    return SIGNS[any(each.startswith(begins) for each in match.must_met)] if level == "must" else ""


def _summed(parts: Iterable[tuple[str, float]]) -> dict[str, float]:
    total: dict[str, float] = {}
    for name, value in parts:
        total[name] = total.get(name, 0.0) + value
    return total


def _shown(shortlist: Shortlist) -> tuple[Match, ...]:
    return shortlist.matches[:MOST]


def _named(match: Match) -> str:
    return f"{match.rank}  {_cut(match.candidate.name, 28)}"


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}\N{HORIZONTAL ELLIPSIS}"


def _figure(width: float, height: float) -> tuple[Figure, Axes]:
    return pyplot.subplots(figsize=(width, height), layout="constrained")


def _dots(axes: Axes, spots: NDArray[np.float64], label: str, size: float, **look: Any) -> None:
    axes.scatter(spots[:, 0], spots[:, 1], s=size, label=label, **look)


def _done(figure: Figure) -> Figure:
    """Closed for pyplot, so that a notebook shows it once: as the value of its cell."""
    pyplot.close(figure)
    return figure
