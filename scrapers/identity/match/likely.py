"""Likely pairs: what the corroborating rules and the model make of two accounts that nothing certain ties together."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from scrapers.identity.accounts import IdentityRecord
from scrapers.identity.match.block import Ints, candidate_pairs
from scrapers.identity.match.compare import compare
from scrapers.identity.match.model import SUGGEST, THRESHOLD, Model
from scrapers.identity.match.rules import proposed
from scrapers.identity.match.table import Flags, Floats, RecordTable, Statistics, admissible
from scrapers.records.judgements import PairProposal

MODEL_CEILING = 0.99  # the model's best edge is tried after every rule


@dataclass(frozen=True, slots=True)
class ComparedPairs:
    """Admissible pairs between sure persons, by place in the table, with their features."""

    table: RecordTable
    left: Ints
    right: Ints
    found: dict[str, Floats]


def compared(
    rows: Sequence[IdentityRecord],
    people: Sequence[int],
    statistics: Statistics | None = None,
    touched: Collection[int] | None = None,
) -> ComparedPairs:
    """Every pair worth a look, or those alone of the places `touched`. Rows in order of record id.

    What is found of a pair rests on the two sure persons, on the statistics and on how full the blocks are. Whole sure
    persons must be touched: their pairs are seen together.
    """
    statistics = statistics or Statistics.of(rows)
    left, right, blocks = candidate_pairs(rows, touched)
    whose = np.asarray(people, dtype=np.int64)
    if touched is not None:  # the table needs those persons only
        inner = np.flatnonzero(np.isin(whose, whose[np.union1d(left, right)]))
        left, right = np.searchsorted(inner, left), np.searchsorted(inner, right)
        rows, whose = [rows[place] for place in inner.tolist()], np.unique(whose[inner], return_inverse=True)[1]
    table = RecordTable(rows, statistics, whose)
    wanted = admissible(table, left, right)
    left, right = left[wanted], right[wanted]
    return ComparedPairs(
        table, left, right, compare(table, left, right, {kind: size[wanted] for kind, size in blocks.items()})
    )


def likely(pairs: ComparedPairs, model: Model | None, *, counted: bool) -> Iterator[PairProposal]:
    """Proposals of the corroborated tier and of the model, and what is worth a human's look.

    Where the names of the corpus are too few to be `counted`, few rules are trusted.
    """
    records = pairs.table.records
    rules = corroborated(pairs.found)
    trusted = (*SURE, SAME_HANDLE) if not counted else SURE if model else tuple(rules)
    joined = np.zeros(len(pairs.left), dtype=np.bool_)
    for rule, holds in rules.items():
        if rule in trusted:
            for at in np.flatnonzero(holds).tolist():
                pair = records[pairs.left[at]], records[pairs.right[at]]
                yield proposed(*pair, rule, SCORES[rule], _rarity(pairs, at))
            joined |= holds
    if model is None:
        worth = np.where(
            (pairs.found["name equal"] > 0) & (pairs.found["names full"] == 2), np.float32(0.5), np.float32(0)
        )
    else:
        worth = model.predict(pairs.found)
    doubted = numbers_differ(pairs.found)
    for at in np.flatnonzero((worth >= SUGGEST) & ~joined).tolist():
        score, detail = float(worth[at]), _agreements(pairs, at)
        join = score >= THRESHOLD and not doubted[at]
        pair = records[pairs.left[at]], records[pairs.right[at]]
        yield proposed(*pair, "model" if join else "suggestion", score * MODEL_CEILING, detail, join=join)


def _rarity(pairs: ComparedPairs, at: int) -> str:
    """Return how many bearers of the name chance would give, in words; empty where no full name is known."""
    value = float(pairs.found["rarity of either"][at])
    if np.isnan(value):
        return ""
    people = pairs.table.statistics.names.people
    return f"expected number of other people with this name among {people:,.0f}: {10**value:.2g}"


def _agreements(pairs: ComparedPairs, at: int) -> str:
    """Return the agreements of two records, strongest first, as a list in words."""
    found = {name: float(values[at]) for name, values in pairs.found.items()}
    said = [
        ("the same full name" if found["names full"] == 2 else "the same name", found["name equal"] > 0),
        ("similar names", found["name equal"] == 0 and found["name spelling"] >= 0.8),
        ("the same handle", found["handle equal"] > 0),
        ("similar handles", found["handle equal"] == 0 and found["handle spelling"] >= 0.8),
        ("a handle declared by the other", found["declared handle equal"] > 0),
        (
            "a handle like one declared by the other",
            found["declared handle near"] >= 0.8 and not found["declared handle equal"],
        ),
        ("a handle that spells the other's name", found["handle spells name"] >= 2),
        ("a handle like the other's name", found["handle spells name"] < 2 and found["handle near name"] >= 70),
        ("the same local part of an address", found["local equal"] > 0),
        ("a local part that is the other's handle", found["local is handle"] > 0),
        ("a local part that spells the other's name", found["local spells name"] >= 2),
        ("work on the same project", found["project"] < 9),
        ("accounts of theirs that agree", found["pairs between"] > 1),
    ]
    words = ", ".join(text for text, holds in said if holds) or "many small agreements"
    chance = _rarity(pairs, at)
    return f"{words}; {chance}" if chance else words


# Expected number of other people of the same name (a power of ten) below which a name tells who somebody is.
RARE_AT_WORK = -2.0  # with the same mail domain, or in the same project


RARE_ALONE = -3.0  # with nothing but the name, or a handle that spells it


SCORES: Mapping[str, float] = {
    "odd-local": 0.9938, "local-handle": 0.9936, "name-handle": 0.9934, "own-domain": 0.9932, "same-handle": 0.993,
    "work-domain": 0.9928, "rare-at-work": 0.9926, "rare-name": 0.9924, "rare-spelled": 0.9922,
}  # fmt: skip


SURE = ("odd-local", "local-handle", "name-handle", "own-domain")  # hold at any size: used beside the model too


SAME_HANDLE = "same-handle"


def corroborated(found: Mapping[str, Floats]) -> dict[str, Flags]:
    """Return the pairs that each rule joins; pairs are admissible ones, features those of `compare`."""
    with np.errstate(invalid="ignore"):
        named = (found["name equal"] > 0) & (found["names full"] == 2)
        rarity = np.where(np.isnan(found["rarity"]), np.float32(0), found["rarity"])
        spelled = np.where(np.isnan(found["rarity of spelled"]), np.float32(0), found["rarity of spelled"])
        apart = found["same site"] == 0
        handles = (found["handle equal"] > 0) & apart
        # A handle or local part that spells the name repeats the name: it says something only where the name is rare.
        telling = ((found["handle spells own name"] < 2) & (found["local spells name"] < 2)) | (rarity <= RARE_AT_WORK)
        nameless = found["names full"] <= 1
        together = (found["project"] < 9) & (found["years apart"] <= 3)
        return {
            "odd-local": named & (found["local odd"] > 0) & (found["locals alike"] <= 6),
            "local-handle": named & (found["local is handle"] > 0) & telling,
            "name-handle": named & handles & telling,
            "own-domain": named & (found["domain is site"] > 0),
            "same-handle": handles
            & nameless
            & (found["handle length"] >= 6)
            & (found["handle as a name"] <= 0)
            & ((found["handle spells own name"] < 2) | (found["rarity of either"] <= RARE_AT_WORK)),
            "work-domain": named & (found["domain equal"] > 0) & (rarity <= RARE_AT_WORK),
            "rare-at-work": named & together & (rarity <= RARE_AT_WORK - 0.5),
            "rare-name": named & apart & (rarity <= RARE_ALONE),
            "rare-spelled": nameless & apart & (found["handle spells name"] == 3) & (spelled <= RARE_ALONE),
        }


def numbers_differ(found: Mapping[str, Floats]) -> Flags:
    """Pairs whose handles are the same word with another number, under no equal full name.

    "ada201241" and "ada435912" are what two people of one given name call themselves: for a human to judge.
    """
    named = (found["name equal"] > 0) & (found["names full"] == 2)
    letters = (found["handle letters equal"] > 0) & (found["handle equal"] == 0)
    differ: Flags = letters & (found["handle digits"] > 0) & ~named
    return differ
