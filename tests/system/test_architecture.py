"""The shape of the code: light imports, and one door for each heavy library."""

from __future__ import annotations

import subprocess
import sys
from pkgutil import resolve_name

import pytest

HEAVY = {"torch", "faiss", "prefect", "sentence_transformers", "pandas", "transformers", "lightgbm"}


@pytest.mark.parametrize("module", ["ranking", "flows.cli", "scrapers.sources", "scrapers.collect.run", "ranking.role"])
def test_importing_loads_nothing_heavy(module: str) -> None:
    """Neither torch, FAISS nor Prefect is loaded before something needs it."""
    code = f"import sys, {module}; print(*sorted({HEAVY!r} & sys.modules.keys()))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert loaded == []


def test_a_notebook_starts_at_once() -> None:
    """`from ranking import TalentPool` loads neither the store, nor what fits vectors, nor what reads pages."""
    late = {"sqlalchemy", "alembic", "scipy", "sklearn", "requests", "bs4", "lxml", *HEAVY}
    code = f"import sys; from ranking import TalentPool; print(*sorted({late!r} & sys.modules.keys()))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert loaded == []


def test_addresses_that_others_rely_on_stay() -> None:
    """`scrapers.fetch:fetch_once`, the nouns of a shortlist, the command and the flows are where they always were."""
    for address in (
        "scrapers.fetch:fetch_once",
        "scrapers.fetch:Fetcher",
        "ranking.shortlist:Shortlist",
        "flows.cli:main",
    ):
        assert callable(resolve_name(address)), address
    with pytest.raises(AttributeError, match="fetch_twice"):
        resolve_name("scrapers.fetch:fetch_twice")


def test_the_notebooks_names_are_there() -> None:
    """`from ranking import TalentPool, Role, Shortlist` works, and a wrong name says so."""
    import ranking

    assert {name: getattr(ranking, name).__name__ for name in ranking.__all__} == {n: n for n in ranking.__all__}
    with pytest.raises(AttributeError, match="TalentPol"):
        ranking.TalentPol  # noqa: B018
