"""Weights fitted to recruiters' decisions, kept near the shipped ones, and promoted only if unseen roles gain.

A pairwise logistic loss (Burges et al. 2005) over how much each weight is multiplied: wanted candidates before
unwanted ones, with a ridge on the logarithms of the multipliers, so that few labels move little and no weight turns
negative. Whether it helps is asked of every role in turn with weights fitted on the other roles.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from ranking.corpus.corpus import Corpus
from ranking.evaluation.labels import Judged
from ranking.evaluation.tune import ndcg
from ranking.index.grouped import standardised
from ranking.scoring.score import Scores, asked_for, score_role
from ranking.scoring.weights import Parts, Weights
from scrapers.text import counted

Floats = NDArray[np.float64]

# The prior's strength in labels, chosen on simulated recruiters: less follows noise, more learns nothing from 60.
RIDGE = 6.0
# With fewer roles an interval over roles says nothing.
LEAST_ROLES = 5
# The keys of [features] that multiply a term of the score; the others say how a feature is read.
FEATURES = ("recency", "signals")


@dataclass(frozen=True)
class TrainingTable:
    """A role's decided candidates: their points by weight, shape [candidates, weights], the rest, and the grades.

    The first `parts` columns share one whole: their weights are scaled so that their sum stays what it was.
    """

    points: Floats
    rest: Floats
    grades: Floats
    parts: int

    def scores(self, logs: Floats) -> Floats:
        """The scores with every weight multiplied by the exponential of its `logs`."""
        by = np.exp(logs)
        shipped, moved = self.points[:, : self.parts], self.points[:, : self.parts] * by[: self.parts]
        spread = np.sqrt((shipped**2).sum() / max((moved**2).sum(), 1e-12))
        found: Floats = moved.sum(axis=1) * spread + self.points[:, self.parts :] @ by[self.parts :] + self.rest
        return found


Scorer = Callable[[int, Floats], Floats]


@dataclass(frozen=True, slots=True)
class Trial:
    """nDCG@10 on unseen roles with the shipped and the fitted weights, and the 98 % t interval of the gain."""

    roles: int
    labels: int
    before: float
    after: float
    low: float
    high: float

    @property
    def promoted(self) -> bool:
        """True if the gain on unseen roles is above 0 with its whole interval."""
        return self.roles >= LEAST_ROLES and self.low > 0

    def told(self) -> str:
        """Return the figures and the verdict in a sentence."""
        given = f"{counted(self.labels, 'labels')} on {counted(self.roles, 'roles')}"
        if self.roles < LEAST_ROLES:
            return (
                f"{given} with wanted and unwanted candidates: "
                f"at least {LEAST_ROLES} such roles are needed; the weights stay as they are."
            )
        verdict = "promoted" if self.promoted else "not promoted: the interval holds 0; the weights stay as they are"
        return (
            f"{given}. On roles that were not trained on, nDCG@10 "
            f"{self.before:.3f} -> {self.after:.3f} (gain {self.after - self.before:+.3f} "
            f"[{self.low:+.3f}, {self.high:+.3f}]): {verdict}."
        )


def fit(sheets: Sequence[TrainingTable], ridge: float = RIDGE) -> Floats:
    """The logarithm of what each weight is multiplied by; all 0 where nothing was decided."""
    from scipy.optimize import minimize

    pairs = [_pairs(sheet.grades) for sheet in sheets]
    told = [(sheet, pair) for sheet, pair in zip(sheets, pairs, strict=True) if len(pair[0])]
    size = sheets[0].points.shape[1] if sheets else 0
    if not told:
        return np.zeros(size)
    start = np.zeros(size)
    scale = float(np.mean([sheet.scores(start).std() for sheet, _ in told])) or 1.0
    count = sum(len(better) for _, (better, _) in told)
    strength = ridge / sum(len(sheet.grades) for sheet, _ in told)

    def loss(logs: Floats) -> float:
        wrong = 0.0
        for sheet, (better, worse) in told:
            scores = sheet.scores(logs) / scale
            wrong += float(np.logaddexp(0, scores[worse] - scores[better]).sum())
        return wrong / count + strength * float(logs @ logs)

    found: Floats = minimize(loss, start, method="L-BFGS-B", bounds=[(-2.0, 2.0)] * size, options={"maxiter": 30}).x
    return found


def trial(sheets: Sequence[TrainingTable], score: Scorer | None = None) -> Trial:
    """Every role ranked with weights fitted on the others; roles where all were decided alike cannot be measured."""
    telling = [
        number for number, sheet in enumerate(sheets) if sheet.grades.max(initial=0) > sheet.grades.min(initial=0)
    ]
    labels = sum(len(sheet.grades) for sheet in sheets)
    if len(telling) < LEAST_ROLES:
        return Trial(len(telling), labels, 0.0, 0.0, 0.0, 0.0)
    scored = score or (lambda number, logs: sheets[number].scores(logs))
    unmoved = np.zeros(sheets[0].points.shape[1])
    before, after = [], []
    for number in telling:
        logs = fit([sheet for other, sheet in enumerate(sheets) if other != number])
        grades = sheets[number].grades[None, :]
        before.append(float(ndcg(scored(number, unmoved)[None, :], grades)[0]))
        after.append(float(ndcg(scored(number, logs)[None, :], grades)[0]))
    low, high = _t_interval(np.array(after) - np.array(before))
    return Trial(len(telling), labels, float(np.mean(before)), float(np.mean(after)), low, high)


def train(corpus: Corpus, judged: Sequence[Judged], weights: Weights, as_of: date) -> tuple[Weights, Trial]:
    """Weights fitted on all decisions, and the trial that says whether they may be used."""
    names = learned(weights)
    people = [[person for person in each.grades if person in corpus.position] for each in judged]
    sheets = [
        training_table(score_role(each.role, corpus, weights, as_of), known, each.grades, names)
        for each, known in zip(judged, people, strict=True)
    ]

    def score(number: int, logs: Floats) -> Floats:
        moved = multiplied(weights, dict(zip(names, logs, strict=True)))
        total = score_role(judged[number].role, corpus, moved, as_of).total
        return np.array([total[corpus.position[person]] for person in people[number]])

    fitted = multiplied(weights, dict(zip(names, fit(sheets), strict=True)))
    return fitted, trial(sheets, score)


def learned(weights: Weights) -> list[str]:
    """The keys of the weights that can be learned: every part and feature that counts at all."""
    parts = [name for name, weight in weights.parts.model_dump().items() if weight]
    return parts + [name for name in FEATURES if weights.features.get(name)]


def multiplied(weights: Weights, logs: Mapping[str, float]) -> Weights:
    """The weights with these multiplied, to four decimals; the parts' sum stays, since their shares add up to 1."""
    parts = {name: weight * float(np.exp(logs.get(name, 0.0))) for name, weight in weights.parts.model_dump().items()}
    held = dict(weights.features)
    features = {name: round(held[name] * float(np.exp(logs[name])), 4) for name in FEATURES if name in logs}
    whole = sum(weights.parts.model_dump().values()) / (sum(parts.values()) or 1.0)
    return weights.model_copy(
        update={
            "parts": Parts(**{name: round(weight * whole, 4) for name, weight in parts.items()}),
            "features": held | features,
        }
    )


def training_table(
    scores: Scores, people: Sequence[str], grades: Mapping[str, int], names: Sequence[str]
) -> TrainingTable:
    """Return what each weight contributes to each of these people; requirements of a level count alike."""
    rows = np.array([scores.corpus.position[person] for person in people], dtype=np.int64)
    parts = [name for name in names if name in Parts.model_fields]
    columns = [_part(scores, name)[rows] for name in parts]
    columns += [_feature(scores, name)[rows] for name in names if name not in Parts.model_fields]
    points = np.stack(columns, axis=1) if len(rows) else np.zeros((0, len(names)))
    rest = scores.total[rows] - points.sum(axis=1)
    return TrainingTable(points, rest, np.array([float(grades[person]) for person in people]), len(parts))


def _part(scores: Scores, name: str) -> Floats:
    """Return what a part contributes to everybody, over all wanted requirements."""
    total = np.zeros(len(scores.corpus.people))
    asked = [each for each in asked_for(scores.role) if each.level != "never"]
    for level, weight in (("must", scores.weights.levels.must), ("nice", scores.weights.levels.nice)):
        here = [each for each in asked if (each.level == "nice") == (level == "nice")]
        for each in here:
            raw = scores.found[each.id].parts[name]
            total += weight / len(here) * scores.weights.parts.of(name) * standardised(raw)
    return total


def _feature(scores: Scores, name: str) -> Floats:
    own = [term.points for term in scores.terms if term.name.split(":")[0] == name.removesuffix("s")]
    total: Floats = np.sum([np.zeros(len(scores.corpus.people)), *own], axis=0)
    return total


def _pairs(grades: Floats) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    better, worse = np.nonzero(grades[:, None] > grades[None, :])
    return better, worse


def _t_interval(gains: Floats) -> tuple[float, float]:
    from scipy.stats import t

    # Folds share their training labels, so that 95 % let 6 of 100 shuffled label sets through.
    reach = float(t.ppf(0.99, len(gains) - 1)) * float(gains.std(ddof=1)) / np.sqrt(len(gains))
    return float(gains.mean() - reach), float(gains.mean() + reach)
