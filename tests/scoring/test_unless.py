"""An "unless" lifts a "never" on evidence: measured on 60 labelled pieces, and on 25 and 32 kept apart (tests/quality).

Each row is what somebody the role does not want has also made, and whether that meets the exception. Everybody's first
piece shows what is not wanted, so that only the second decides.
"""

from __future__ import annotations

import csv
from dataclasses import replace
from functools import cache
from itertools import groupby
from pathlib import Path

import pytest

from ranking.corpus.corpus import build_corpus
from ranking.index.embedder import Memory
from ranking.role import Requirement, Role
from ranking.scoring.score import score_role
from ranking.scoring.weights import read_weights
from scrapers.records import Account, Candidate, Evidence, EvidenceKind
from tests.support.constants import NOON

QUALITY = Path(__file__).parents[1] / "quality"
FILES = ("unless.csv", "unless-apart.csv", "unless-third.csv")


def candidate(name: str, *texts: str) -> Candidate:
    account = Account("file", name)
    return Candidate(
        name, (account,), tuple(Evidence(EvidenceKind.POST, account.key, t, t, f"#{t}", None) for t in texts)
    )


def share_kept(never: str, unless: str, rows: list[dict[str, str]]) -> list[tuple[bool, float]]:
    """For each row its label and how much of the penalty the exception takes away, 0..1; 1 without a penalty."""
    plain = [f"{topic} notes, part {n}" for topic in ("gardening", "cycling", "chess", "baking") for n in range(15)]
    people = [candidate(f"p{n:03}", never, row["text"]) for n, row in enumerate(rows)]
    others = [candidate(f"q{n:03}", text) for n, text in enumerate(plain)]
    corpus = build_corpus([*people, *others], Memory())
    asked = Role("engineer", (Requirement("r1", "engineer"), Requirement("r2", never, "never", unless=unless)))
    bare = replace(asked, requirements=(asked.requirements[0], replace(asked.requirements[1], unless=None)))

    def penalties(role: Role) -> list[float]:
        terms = score_role(role, corpus, read_weights(), NOON.date()).terms
        (term,) = [term for term in terms if term.name.startswith("never")]
        return [-float(term.points[corpus.position[f"p{n:03}"]]) for n in range(len(rows))]

    pairs = zip(rows, penalties(asked), penalties(bare), strict=True)
    return [(row["lifted"] == "yes", 1 - after / before if before > 1e-9 else 1.0) for row, after, before in pairs]


@cache
def found_in(name: str) -> list[tuple[bool, bool]]:
    """For each labelled piece of a file whether its exception is met, and whether at least half was taken away."""
    labelled = list(csv.DictReader((QUALITY / name).open(encoding="utf-8")))
    return [
        (lifted, share >= 0.5)
        for (never, unless), rows in groupby(labelled, key=lambda row: (row["never"], row["unless"]))
        for lifted, share in share_kept(never, unless, list(rows))
    ]


@pytest.mark.model
@pytest.mark.parametrize("names", [("unless.csv",), ("unless-apart.csv",), FILES])
def test_exceptions_are_kept(names: tuple[str, ...]) -> None:
    """Nine of ten who meet the exception lose at most half of what the "never" takes; at most one of ten others does.

    The second file was written after the rule, and measured under three settings of which none was chosen for it. The
    third was written later still; at first sight 13 of its 16 were kept and 3 of 16 others, which led to the rule for
    what they made themselves (15 of 16, and the same 3). So it counts only together with the others.
    """
    found = [pair for name in names for pair in found_in(name)]
    kept = [share for lifted, share in found if lifted]
    wrongly = [share for lifted, share in found if not lifted]
    print(f"recall {sum(kept)} of {len(kept)}, lifted wrongly {sum(wrongly)} of {len(wrongly)}")
    assert len(found) >= 25
    assert sum(kept) >= 0.9 * len(kept)
    assert sum(wrongly) <= 0.1 * len(wrongly)
