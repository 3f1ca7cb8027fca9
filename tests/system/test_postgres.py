"""PostgreSQL by URL: out of reach is said before any work, the bytes are the same, erasure reaches its files."""

from __future__ import annotations

import io
import socket
import time
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import psycopg
import pytest

from ranking.corpus.embedding import embed_evidence
from ranking.exports import find_exports
from ranking.pool import TalentPool
from scrapers.candidates.joining import join_accounts
from scrapers.collect.run import CollectingRun, collect, planned
from scrapers.rights.suppression import SuppressionList
from scrapers.settings.home import Home, packaged
from scrapers.settings.strict import BadConfiguration
from scrapers.store import Store, StoreOutOfReach, StoreUnusable
from tests.flows.test_cli import headwater
from tests.support.constants import NOON
from tests.support.hash_embedder import HashingEmbedder
from tests.support.postgres import Postgres

DAY = date(2026, 11, 15)
pytestmark = pytest.mark.postgres


def collected(home: Home) -> Store:
    """Some of the bundled sample, collected and joined."""
    store = Store.open(home, durable=False)
    with planned(home, ["forem", "github"], since=DAY, today=DAY, replay=packaged("sample")) as plan:
        collect(CollectingRun(plan, home, store, SuppressionList.open(home, store)))
    join_accounts(store, home.key, NOON)
    return store


def test_the_shortlist_is_the_same_to_the_byte_on_both_stores(
    tmp_path: Path, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Collected, joined, embedded and ranked on either store, the exported shortlist does not differ."""
    written = []
    for number, url in enumerate((None, postgres.database())):
        if url:
            monkeypatch.setenv("HEADWATER_STORE", url)
        home = Home(tmp_path / str(number)).create()
        (home / "secret.key").write_text("ab" * 32)  # candidate ids hang on it
        with collected(home) as store:
            embed_evidence(store, embedder=HashingEmbedder())
        found = TalentPool.open(home, embedder=HashingEmbedder()).rank("Python engineer who retries", as_of=DAY)
        out = io.StringIO()
        find_exports()["jsonl"].write(found, out)
        written.append(out.getvalue())
        assert (home / "headwater.db").exists() == (url is None)
    assert len(written[0].splitlines()) == 25
    assert written[0] == written[1]


def test_the_last_comparison_of_all_accounts_is_kept_on_a_server_too(
    tmp_path: Path, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A refresh of a large store goes on with it, and what is dropped of an account is gone."""
    monkeypatch.setenv("HEADWATER_STORE", postgres.database())
    monkeypatch.setattr("scrapers.candidates.joining.FEW", 10)
    home = Home(tmp_path / "home").create()
    with collected(home) as store:
        past, members = store.past(), store.members()
        assert past is not None
        join_accounts(store, home.key, NOON + timedelta(days=1))
        assert (store.past(), store.members()) == (past, members)
        account = min(past.digests)
        store.drop_past([account])
        assert (after := store.past()) is not None
        assert after.digests.keys() == past.digests.keys() - {account}


@pytest.mark.parametrize(
    ("url", "code", "words"),
    [
        ("postgresql://ada:hunter2@127.0.0.1:1/headwater", 6, ("127.0.0.1:1", "HEADWATER_STORE", "answers")),
        ("postgresql://ada:hunter2@127.0.0.1:1/headwater?password=hunter2", 6, ("127.0.0.1:1",)),
        ("mysql://ada:hunter2@127.0.0.1/headwater", 2, ("mysql", "postgresql+psycopg://")),
        ("ada:hunter2", 2, ("HEADWATER_STORE", "postgresql+psycopg://")),
    ],
)
@pytest.mark.parametrize(
    "command", [("collect", "hackernews"), ("refresh",), ("rank", "a Python engineer"), ("queue",)]
)
def test_a_store_out_of_reach_is_said_before_any_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str, code: int, words: tuple[str, ...], command: tuple[str]
) -> None:
    """One line with the place and the remedy, and never the password."""
    monkeypatch.setenv("HEADWATER_STORE", url)
    done = headwater(*command, home=tmp_path / "home")
    assert done.returncode == code, done.stderr
    assert all(word in done.stderr for word in words), done.stderr
    assert "hunter2" not in done.stderr + done.stdout
    assert not (tmp_path / "home" / "headwater.db").exists()


def test_a_server_that_says_nothing_is_given_up(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes the connection, no more: out of reach after the seconds that the URL grants, five by default."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        monkeypatch.setenv("HEADWATER_STORE", f"postgresql://127.0.0.1:{port}/x?connect_timeout=2")
        begun = time.monotonic()
        with pytest.raises(StoreOutOfReach, match=rf"127.0.0.1:{port}.* check HEADWATER_STORE"):
            Store.open(home)
        assert time.monotonic() - begun < 5


def test_a_database_that_is_not_there_is_named(home: Home, postgres: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server's own words and what to do about them."""
    monkeypatch.setenv("HEADWATER_STORE", postgres.database().replace("/test", "/nosuch"))
    with pytest.raises(StoreUnusable, match=r"nosuch.*does not exist; create it"):
        Store.open(home)


def test_an_option_that_nobody_knows_is_refused(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """A misspelled option of the URL is a fault of configuration or of the connection, never silence."""
    monkeypatch.setenv("HEADWATER_STORE", "postgresql://127.0.0.1:1/x?nosuchoption=1")
    with pytest.raises((StoreUnusable, BadConfiguration), match="nosuchoption"):
        Store.open(home)


def test_the_sample_never_enters_the_server(
    tmp_path: Path, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A home that stands apart keeps its store in its folder, whatever HEADWATER_STORE says."""
    monkeypatch.setenv("HEADWATER_STORE", postgres.database())
    Store.open(Home(tmp_path / "sample", apart=True)).close()
    assert (tmp_path / "sample" / "headwater.db").exists()


def test_erasure_reaches_the_servers_files(home: Home, postgres: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not a byte of an erased account is left in the tables' files, nor in the statistics of them; others stay."""
    url = postgres.database()
    monkeypatch.setenv("HEADWATER_STORE", url)
    with collected(home) as store:
        account = next(a for a in store.accounts().values() if a.name and len(a.name) > 12)
        others = len(store.accounts()) - 1
        name = str(account.name).encode()
        with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute("ANALYZE")  # as the server does by itself every now and then
        postgres.run("CHECKPOINT")
        assert sum(name in file.read_bytes() for file in files_of(postgres, url)) > 1
        rewritten = {(key, page): None for key, page, _, said in store.stated_rows() if str(account.name) in repr(said)}
        pages = [key for key, page in store.archive() if name in page.body]
        store.erase(
            [str(account.key)], candidates=(), rewritten=rewritten, pages=pages, vectors=(), listed=lambda _: False
        )
        assert len(store.accounts()) <= others
    postgres.run("CHECKPOINT")
    assert not [file for file in files_of(postgres, url) if name in file.read_bytes()]


def files_of(server: Postgres, url: str) -> list[Path]:
    """The files that hold the tables of that database."""
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        found = connection.execute("SELECT oid FROM pg_database WHERE datname = current_database()").fetchone()
    assert found is not None
    return [file for file in (server.folder / "data" / "base" / str(found[0])).iterdir() if file.is_file()]


def test_a_connection_that_the_server_closed_is_opened_anew(
    home: Home, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the server sent everybody away, an open store goes on."""
    monkeypatch.setenv("HEADWATER_STORE", postgres.database())
    with Store.open(home) as store:
        store.add_vectors("m", {"a" * 64: np.ones(3, dtype=np.float32)})
        postgres.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'headwater'")
        assert len(store.vectors("m", ["a" * 64])) == 1
