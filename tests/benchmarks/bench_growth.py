"""Seconds of CPU to score a pool as it grows, everybody and by a longlist, and how many of the best both agree on.

    python tests/benchmarks/bench_growth.py [PEOPLE...] [--plot docs/ranking-growth.svg]

Four grown pieces a person; what is built once for a pool is not counted. Both agree on so many of the best hundred,
over the packaged roles and some sentences. One thread.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path

import numpy as np

from ranking.pool import TalentPool
from ranking.role import Role, read_role
from ranking.scoring.longlist import score_best
from scrapers.settings.home import packaged
from tests.benchmarks.grown import grown_corpus
from tests.benchmarks.timing import cpu, one_thread

TOP, DAY, PIECES = 100, date(2026, 11, 1), 4
SIZES = (1_000, 12_500, 25_000, 50_000, 100_000)
SENTENCES = (
    "kept a language model feature running after the demo",
    "database administrator for PostgreSQL",
    "streaming data pipelines in production",
    "computer vision for medical images",
)
WAYS = {"all": 10**9, "longlist": 0}


def measured(people: int) -> dict[str, float]:
    """Seconds and agreement for so many people."""
    corpus, candidates = grown_corpus(people, PIECES)
    pool = TalentPool(list(candidates.values()), corpus)
    asked = {
        "a sentence": [read_role(each, as_of=DAY) for each in SENTENCES],
        "a role": [read_role(each, as_of=DAY) for each in sorted(packaged("roles").iterdir())],
    }
    found: dict[str, float] = {"people": people}
    agree = []
    for what, roles in asked.items():
        spent: dict[str, list[float]] = {how: [] for how in WAYS}
        for role in roles:
            best = {how: _best(pool, role, exact_up_to) for how, exact_up_to in WAYS.items()}
            agree.append(len(best["all"] & best["longlist"]))
            for how, exact_up_to in WAYS.items():
                spent[how].append(cpu(partial(_best, pool, role, exact_up_to)))
        found |= {f"{what}, {how}": float(np.median(seconds)) for how, seconds in spent.items()}
    return found | {"agree, mean": float(np.mean(agree)), "agree, least": min(agree)}


def _best(pool: TalentPool, role: Role, exact_up_to: int) -> set[str]:
    scores = score_best(role, pool.corpus, pool.weights, DAY, exact_up_to=exact_up_to)
    return {scores.corpus.people[row] for row in scores.eligible(scores.order())[:TOP]}


def draw(grown: Sequence[Mapping[str, float]], out: Path) -> None:
    """Seconds of both ways against the number of people."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 3), layout="constrained")
    sizes = [each["people"] / 1000 for each in grown]
    for axes, what in zip(figure.subplots(1, 2), ("a sentence", "a role"), strict=True):
        for how, color in (("all", "#0b6277"), ("longlist", "#c2562d")):
            axes.plot(sizes, [each[f"{what}, {how}"] for each in grown], marker="o", color=color, label=how)
        axes.set(title=what, xlabel="thousand people", ylabel="CPU seconds", xlim=(0, None), ylim=(0, None))
        axes.spines[["top", "right"]].set_visible(False)
        axes.legend(frameon=False)
    figure.savefig(out, metadata={"Date": None})


def main() -> None:
    """Print the table, and draw it where a file is named."""
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("people", nargs="*", type=int, default=SIZES)
    given.add_argument("--plot", type=Path)
    asked = given.parse_args()
    one_thread()
    grown = []
    for people in asked.people:
        grown.append(measured(people))
        if len(grown) == 1:
            sys.stdout.write(f"| {' | '.join(grown[0])} |\n| {' | '.join('---' for _ in grown[0])} |\n")
        sys.stdout.write(f"| {' | '.join(f'{value:.4g}' for value in grown[-1].values())} |\n")
        sys.stdout.flush()
    if asked.plot:
        draw(grown, asked.plot)


if __name__ == "__main__":
    main()
