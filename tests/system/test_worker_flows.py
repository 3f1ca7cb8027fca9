"""Two workers, one PostgreSQL, one Prefect server: budgets shared, the pace of a site held, every effect once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from scrapers.candidates.joining import join_accounts
from scrapers.rights.audit_log import read
from scrapers.settings.home import Home
from scrapers.settings.strict import BadConfiguration
from scrapers.store import Store
from tests.support.constants import NOON
from tests.support.postgres import Postgres
from tests.system.test_postgres import collected
from tests.system.test_workers import PAGES, SHARES, assert_polite, assert_whole, exit_code, makers, watch, worker

BURST, PER_SECOND = 2, 2.0
pytestmark = [pytest.mark.prefect, pytest.mark.postgres, pytest.mark.xdist_group("prefect")]


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The address of a Prefect server for all tests of this file."""
    from prefect.settings import PREFECT_API_URL
    from prefect.testing.utilities import prefect_test_harness

    with prefect_test_harness(server_startup_timeout=120):
        yield str(PREFECT_API_URL.value())


@pytest.fixture(autouse=True)
def shared_by_workers(server: str, postgres: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    """One Prefect server and one database for this process and its workers."""
    monkeypatch.setenv("PREFECT_API_URL", server)
    monkeypatch.setenv("HEADWATER_STORE", postgres.database())


@pytest.fixture
def limited() -> Iterator[None]:
    """The global limit of all requests."""
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.actions import GlobalConcurrencyLimitCreate

    limit = GlobalConcurrencyLimitCreate(name="headwater", limit=BURST, slot_decay_per_second=PER_SECOND)
    with get_client(sync_client=True) as client:
        client.create_global_concurrency_limit(limit)
        yield
        client.delete_global_concurrency_limit_by_name("headwater")


def test_two_workers_keep_one_budget(home: Home, limited: None) -> None:
    """A hundred people once; in every stretch of time no more requests than the limit gives, nor any too near."""
    with makers(pace=0.05) as site:
        workers = [worker("collect-flow", home, watch(site, *names)) for names in SHARES]
        assert [exit_code(each) for each in workers] == [0, 0]
        assert_polite(site, 0.05)
        at = [asked.at for asked in site.asked]
        stretches = [(last - first + 1, at[last] - at[first]) for first in range(len(at)) for last in range(len(at))]
        late = len(PAGES)  # a source may hold a permit while it waits for its turn
        assert all(count <= BURST + PER_SECOND * seconds + late for count, seconds in stretches if count > 1)
        assert at[-1] - at[0] >= (len(at) - BURST - late) / PER_SECOND
        assert len(at) >= 7
    assert_whole(home)


def test_two_workers_refresh_at_once_and_every_effect_is_there_once(home: Home) -> None:
    """Judgements, candidates and vectors are those of one refresh; each act stands in the log, whose chain holds."""
    with collected(home) as store:
        join_accounts(store, home.key, NOON)
        before, members = [(j.left, j.right, j.rule, j.verdict) for j in store.judgements()], store.members()
    workers = [worker("night", home), worker("night", home)]
    assert [exit_code(each) for each in workers] == [0, 0]
    with Store.open(home) as store:
        assert Counter((j.left, j.right, j.rule, j.verdict) for j in store.judgements()) == Counter(before)
        assert store.members() == members
        named = store.exports_naming(set(members.values()))
    assert Counter(entry["act"] for entry in read(home)) == {"refresh": 2, "export": 4}
    files = {path for path in (home / "exports").iterdir() if path.suffix in {".csv", ".html"}}
    assert {path.suffix for path in files} == {".csv", ".html"}
    assert set(named) == {str(path) for path in files}
    assert all(len(found) == len(set(found)) == 5 for found in named.values())


def test_a_limit_that_never_ends_is_said_before_any_request() -> None:
    """Without slot decay a limit would stop everybody after its first few requests; without a limit nobody waits."""
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.actions import GlobalConcurrencyLimitCreate

    from flows.work.budgets import permits

    assert permits() is None
    with get_client(sync_client=True) as client:
        client.create_global_concurrency_limit(GlobalConcurrencyLimitCreate(name="headwater-github", limit=5))
        try:
            with pytest.raises(BadConfiguration, match=r"headwater-github .*--slot-decay-per-second"):
                permits()
        finally:
            client.delete_global_concurrency_limit_by_name("headwater-github")
