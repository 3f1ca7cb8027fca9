"""The pool: what a notebook opens, ranks, explains; the same for everyone who asks the same."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from ranking.corpus.people_file import PeopleUnreadable
from ranking.pool import NobodyToRank, NotAmongThem, TalentPool
from ranking.role import RoleUnclear
from scrapers.settings.home import Home
from tests.support.hash_embedder import HashingEmbedder

DAY = date(2026, 11, 15)
WORK = {
    "p-retry": [
        "Retries with a budget: every model call times out, falls back and is tried again.",
        "A circuit breaker for LLM calls.",
    ],
    "p-paint": ["Watercolour brushes for the browser.", "A palette that mixes like paint."],
    "p-chem": ["Titration curves from noisy sensors.", "Molecules drawn from their names."],
    "p-once": ["A fallback that answers from a cache when the language model is down."],
}
ROLE = (
    "## Must have\n- Retries and fallbacks around language model calls\n\n## Not looking for\n- Watercolour brushes\n"
)


@pytest.fixture
def people(tmp_path: Path) -> Path:
    path = tmp_path / "people.jsonl"
    lines = [
        {
            "person_id": person,
            "documents": [
                {"kind": "post", "title": text.split()[0], "text": text, "date": "2026-05-01"} for text in texts
            ],
        }
        for person, texts in WORK.items()
    ]
    path.write_text("\n".join(map(json.dumps, lines)))
    return path


@pytest.fixture
def pool(people: Path) -> TalentPool:
    return TalentPool.from_people(people, embedder=HashingEmbedder())


def test_ranks_by_what_people_made(pool: TalentPool) -> None:
    """Who did what is asked comes first, who did what is unwanted comes last, and each reason stands verbatim."""
    found = pool.rank(ROLE, top=4, as_of=DAY)
    assert [match.candidate.id for match in found][:2] == ["p-retry", "p-once"]
    assert found[-1].candidate.id == "p-paint"
    for match in found:
        texts = [f"{item.title}\n{item.text}" for item in match.candidate.evidence]
        assert all(any(quote.text in text for text in texts) for quote in match.reasons)


def test_terms_add_up_for_everybody(pool: TalentPool) -> None:
    """The points of all terms are the score, to the ninth decimal."""
    for match in pool.rank(ROLE, as_of=DAY):
        assert sum(term.points for term in match.terms) == pytest.approx(match.score, abs=1e-9)


def test_explaining_one_is_ranking_all(pool: TalentPool) -> None:
    """explain gives the very match that the shortlist holds, at its place."""
    found = pool.rank(ROLE, as_of=DAY)
    for match in found:
        assert pool.explain(match.candidate.id, ROLE, as_of=DAY) == match
    with pytest.raises(NotAmongThem, match="p-nobody"):
        pool.explain("p-nobody", ROLE)


def test_a_frame_is_as_good_as_a_file(people: Path, pool: TalentPool) -> None:
    """The same people from a frame give the same order and scores."""
    rows = [
        {
            "person_id": person,
            "kind": "post",
            "title": text.split()[0],
            "text": text,
            "date": pd.Timestamp("2026-05-01"),
        }
        for person, texts in WORK.items()
        for text in texts
    ]
    framed = TalentPool.from_people(pd.DataFrame(rows), embedder=HashingEmbedder())
    ranked = [[(m.candidate.id, round(m.score, 9)) for m in p.rank(ROLE, as_of=DAY)] for p in (pool, framed)]
    assert ranked[0] == ranked[1]
    with pytest.raises(PeopleUnreadable, match="text"):
        TalentPool.from_people(pd.DataFrame([{"person_id": "a", "title": "b"}]), embedder=HashingEmbedder())


def test_an_empty_home_says_what_to_do(home: Home) -> None:
    """Nobody to rank is a message with the next two commands."""
    with pytest.raises(NobodyToRank, match="headwater collect"):
        TalentPool.open(home)


def test_a_role_without_a_requirement_is_refused(pool: TalentPool, tmp_path: Path) -> None:
    """The file and what to write stand in the message."""
    (tmp_path / "empty.md").write_text("# AI engineer\n")
    with pytest.raises(RoleUnclear, match=r"empty\.md"):
        pool.rank(tmp_path / "empty.md")


def test_the_pool_introduces_itself(pool: TalentPool) -> None:
    """In a notebook it says how many people it holds, and a shortlist is a table."""
    assert repr(pool) == "<TalentPool of 4 people, 7 pieces of evidence>"
    assert "p-retry" in pool.rank(ROLE, as_of=DAY)._repr_html_()
