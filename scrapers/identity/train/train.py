"""Fit the pair model: `python -m scrapers.identity.train.train RECORDS CLUSTERS [--out FILE]`.

The people of the records are joined by strangers made of recombined names, so that the model learns what a name is
worth in a corpus several times as large; rarity features then carry that over to any size. Strangers of very common
names, a dozen to a name, keep it from trusting such a name in a small store.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from scrapers.identity.accounts import IdentityRecord
from scrapers.identity.files import read_records
from scrapers.identity.match.likely import ComparedPairs, compared
from scrapers.identity.match.rules import sure, sure_people
from scrapers.identity.match.table import Floats
from scrapers.identity.train.recombine import namesakes, readable, recombined

Pairs = tuple[dict[str, Floats], npt.NDArray[np.bool_]]

COPIES = 5
COMMON = 0.1  # strangers of very common names, as a share of the people: a small store has such people too
DRAWS = 3  # of strangers, each invented anew: which namesakes are drawn must not decide what is learned
OWN_WEIGHT = 3.0  # of a pair of the real corpus, against one of the five times larger corpus with strangers
ROUNDS = 350
# More of these never makes two records less, or more, likely to be one person: the model may not think otherwise.
FALLING = frozenset({
    "rarity", "rarity of either", "family rarity", "records of name", "rarity of spelled", "handle as a name",
    "years apart", "same site", "claimants",
})  # fmt: skip
RISING = frozenset({
    "name equal", "name spelling", "given equal", "family equal", "handle equal", "handle letters equal",
    "handle spelling", "handle overlap", "handle spells name", "handle near name", "local equal", "local odd",
    "local is handle", "local spells name", "address equal", "domain is site", "link", "links shared",
    "declared handle equal", "declared handle near",
})  # fmt: skip
PARAMETERS = {
    "objective": "binary",
    "num_leaves": 15,
    "learning_rate": 0.05,
    "min_data_in_leaf": 40,
    "feature_fraction": 0.6,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "lambda_l2": 5,
    "seed": 1,
    "num_threads": 1,
    "deterministic": True,
    "verbose": -1,
}


def pairs_for(records: Sequence[IdentityRecord]) -> tuple[list[IdentityRecord], ComparedPairs]:
    """The records in order and their admissible pairs, as `judge` would see them."""
    rows = sorted(records, key=lambda record: record.record_id)
    return rows, compared(rows, sure_people(rows, sure(rows)))


def labelled(records: Sequence[IdentityRecord], person_of: Mapping[str, str]) -> Pairs:
    """The features of the pairs among records, and which pairs are one person."""
    rows, pairs = pairs_for(records)
    numbers = {person: number for number, person in enumerate(sorted(set(person_of.values())))}
    people = np.asarray([numbers[person_of[row.record_id]] for row in rows])
    return pairs.found, people[pairs.left] == people[pairs.right]


def fit(records: Sequence[IdentityRecord], person_of: Mapping[str, str]) -> str:
    """The text of a model fitted on these people, alone and among strangers. Deterministic."""
    import lightgbm

    own, crowd = zip(*(_draw(records, person_of, seed) for seed in range(1, DRAWS + 1)), strict=True)
    names = sorted(own[0][0])
    corpora = (*own, *crowd)
    rows = np.concatenate([np.stack([found[name] for name in names], axis=1) for found, _ in corpora])
    labels = np.concatenate([told for _, told in corpora]).astype(np.float32)
    weights = np.repeat([*[OWN_WEIGHT] * DRAWS, *[1.0] * DRAWS], [len(told) for _, told in corpora]) / DRAWS
    trend = [_trend(name) for name in names]
    data = lightgbm.Dataset(
        rows,
        labels,
        weight=weights,
        feature_name=[name.replace(" ", "_") for name in names],
    )
    booster = lightgbm.train({**PARAMETERS, "monotone_constraints": trend}, data, ROUNDS)
    text: str = booster.model_to_string(importance_type="gain")
    return text.partition("\nparameters:")[0] + "\n"


def _draw(records: Sequence[IdentityRecord], person_of: Mapping[str, str], seed: int) -> tuple[Pairs, Pairs]:
    """The pairs of these people among one draw of namesakes, and among five copies of themselves besides."""
    common, common_owners = namesakes(records, person_of, round(COMMON * len(set(person_of.values()))), seed=seed)
    strangers, owners = recombined(records, person_of, COPIES, seed=seed)
    few, many = [*readable(records), *common], [*readable(records), *strangers, *common]
    return labelled(few, {**person_of, **common_owners}), labelled(many, {**person_of, **owners, **common_owners})


def _trend(name: str) -> int:
    if name in FALLING:
        return -1
    return 1 if name in RISING or name.startswith("best ") else 0


def read_clusters(path: Path) -> dict[str, str]:
    """Read the person of each record from a clusters table with its header."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        next(rows, None)
        return {row[0]: row[1] for row in rows if row}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("records", type=Path)
    parser.add_argument("clusters", type=Path)
    parser.add_argument("--out", type=Path, default=Path(__file__).parents[1] / "match" / "model.txt")
    given = parser.parse_args()
    text = fit(read_records(given.records), read_clusters(given.clusters))
    given.out.write_text(text, encoding="utf-8")
    sys.stdout.write(f"{given.out}: {len(text):,} characters\n")


if __name__ == "__main__":
    main()
