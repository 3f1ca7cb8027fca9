"""The fixtures that every test may use."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from scrapers.rights.suppression import SuppressionList
from scrapers.settings.home import Home
from scrapers.store import Store
from tests.support.postgres import Postgres, postgres_server


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of recorded pages and benches beside the checkout; the test is skipped where there is none."""
    folder = Path(__file__).resolve().parents[2] / "shared"
    if not folder.is_dir():
        pytest.skip("the recorded corpus and benches are not beside this checkout")
    return folder


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server on this machine, started once; the test is skipped, with the reason, where none starts."""
    with postgres_server() as server:
        yield server


@pytest.fixture(scope="session")
def sample_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home in which the bundled sample is built, only to be read: building takes most of a minute.

    Tests that ask for it are of the group `sample`, so that one process builds it once.
    """
    from ranking.pool import TalentPool

    home = Home(tmp_path_factory.mktemp("sample") / "home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HEADWATER_HOME", str(home.folder))
        TalentPool.sample()
    return home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """An empty home folder."""
    return Home(tmp_path / "home").create()


@pytest.fixture
def store(home: Home) -> Iterator[Store]:
    """An empty store in that home."""
    with Store.open(home) as opened:
        yield opened


@pytest.fixture
def suppression(home: Home, store: Store) -> SuppressionList:
    """An empty suppression list of that home."""
    return SuppressionList.open(home, store)
