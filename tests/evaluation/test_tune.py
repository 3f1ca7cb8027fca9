"""Choosing weights: the measure is the field's own, the choice only rises, and what is left out stays unseen."""

from __future__ import annotations

import ir_measures
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ranking.evaluation.tune import Bench, chosen, left_out, ndcg, scored

PARTS = {"telling": 1.0, "noise": 1.0}


def bench(seed: int, name: str = "made up", telling: float = 1.0) -> Bench:
    """Ten queries over forty people; one part tells who is relevant (or the contrary), the other nothing."""
    draw = np.random.default_rng(seed)
    grades = (draw.random((10, 40)) < 0.15) * draw.integers(1, 3, (10, 40)).astype(float)
    grades[:, 0] = 1
    parts = {"telling": telling * grades + draw.normal(size=(10, 40)), "noise": draw.normal(size=(10, 40))}
    return Bench(name, parts, grades)


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=25)
def test_the_measure_agrees_with_ir_measures(seed: int) -> None:
    """nDCG@10 is the published one, with linear gain, for every query."""
    made = bench(seed)
    scores = made.parts["telling"]
    run = {str(q): {str(p): float(s) for p, s in enumerate(line)} for q, line in enumerate(scores)}
    qrels = {str(q): {str(p): int(g) for p, g in enumerate(line)} for q, line in enumerate(made.grades)}
    theirs = {row.query_id: row.value for row in ir_measures.iter_calc([ir_measures.nDCG @ 10], qrels, run)}
    assert ndcg(scores, made.grades) == pytest.approx([theirs[str(q)] for q in range(10)], abs=1e-6)


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=10)
def test_chosen_weights_are_never_worse_where_they_were_chosen(seed: int) -> None:
    """From any start the mean over the benches only rises."""
    made = [bench(seed), bench(seed + 1)]

    def mean(weights: dict[str, float]) -> float:
        return float(np.mean([ndcg(scored(each, weights), each.grades).mean() for each in made]))

    assert mean(chosen(made, PARTS)) >= mean(PARTS)


def test_the_left_out_bench_has_no_say() -> None:
    """Its figure is that of weights chosen on the others, also where its own choice would be another."""
    usual, contrary = [bench(seed, str(seed)) for seed in range(2)], bench(7, "contrary", telling=-3.0)
    weights = chosen(usual, PARTS)
    assert weights["telling"] > 0
    expected = ndcg(scored(contrary, weights), contrary.grades).mean()
    assert left_out([*usual, contrary], PARTS)[2] == pytest.approx(expected)
    assert ndcg(scored(contrary, chosen([contrary], PARTS)), contrary.grades).mean() > expected
