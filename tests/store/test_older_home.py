"""A home made by the version before the packages were divided into folders: it opens, ranks and refuses as it did."""

from __future__ import annotations

import shutil
import sqlite3
from datetime import date
from pathlib import Path

import pytest

from ranking.pool import TalentPool
from scrapers.collect.reparse import reparse
from scrapers.records import Account
from scrapers.rights.suppression import SuppressionList
from scrapers.settings.home import Home
from scrapers.sources.watched import operator_of
from scrapers.store import Store
from tests.support.hash_embedder import HashingEmbedder

KEPT = Path(__file__).parents[1] / "cases" / "home"  # `headwater.sql` is the store, dumped as text
# What that version gave for the same question on the same day.
RANKED = [
    ("cb35197abda98df117315", 0.550815),
    ("c85b20c9b838dd7c0f248", 0.541066),
    ("cf81a2c38177eaa7ed258", 0.541066),
    ("cd838b78899b048bbc75e", -0.816449),
    ("c73c9cb0cf273848a7e24", -0.816498),
]
FORGOTTEN = Account("devpost", "calliope-nb-sample")


@pytest.fixture
def older(tmp_path: Path) -> Home:
    """That home, its store restored."""
    home = Home(tmp_path / "older").create()
    with sqlite3.connect(home / "headwater.db") as connection:
        connection.executescript((KEPT / "headwater.sql").read_text(encoding="utf-8"))
    connection.close()
    for name in ("secret.key", "suppression.jsonl", "operator.toml"):
        shutil.copy(KEPT / name, home / name)
    return home


def test_an_older_home_ranks_as_it_did(older: Home) -> None:
    """The same people at the same places with the same scores, by the vectors that are kept."""
    pool = TalentPool.open(older, embedder=HashingEmbedder())
    shortlist = pool.rank("engineer of evaluation tools", top=5, as_of=date(2026, 11, 15))
    assert [(match.candidate.id, round(match.score, 6)) for match in shortlist] == RANKED


def test_an_older_home_keeps_its_opt_outs_its_archive_and_its_settings(older: Home) -> None:
    """Who was forgotten stays listed, pages say what they said, and the operator's file is read."""
    assert operator_of(older).controller.name
    with Store.open(older) as store:
        assert SuppressionList.open(older, store).account_listed(FORGOTTEN)
        assert str(FORGOTTEN.key) not in store.accounts()
        done = reparse(older, store, workers=1)
        assert (sum(done.pages.values()), done.removed, sum(done.changed.values())) == (1, 0, 0)
