"""Rules for pairs that no key and no claim ties together: several things agree that rarely do by chance.

Measured one by one on the identity bench (docs: identity): each is as sure as a declared link, or asks for a rare name.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from scrapers.identity.match.table import Flags, Floats

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
    """Which pairs each rule joins; pairs are admissible ones, features those of `compare`."""
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
