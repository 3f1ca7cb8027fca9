"""One store, one key; and a copy of a home touches nothing but itself."""

from __future__ import annotations

import csv
import gc
import json
import os
import shutil
import signal
import socket
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from flows import serve
from flows.cli.operator import ask_operator, write_operator
from ranking.handover.exporting import export
from ranking.pool import TalentPool
from ranking.upkeep.erasure import forget
from ranking.upkeep.sweep import sweep
from scrapers.candidates.joining import join_accounts
from scrapers.records import Account, AccountKey, Evidence, EvidenceKind, Page, Record, Request
from scrapers.rights.suppression import SuppressionList
from scrapers.settings.home import Home
from scrapers.settings.home_copies import identify, moved
from scrapers.settings.secret_key import KeyRefused, fingerprint
from scrapers.store import Store, StoreUnusable
from scrapers.store.copies import copies
from tests.flows import test_cli
from tests.flows.test_cli import headwater
from tests.support.hash_embedder import HashingEmbedder
from tests.support.postgres import Postgres

ROOT = Path(__file__).resolve().parents[2]
ADA, BOB, CAT = (AccountKey("forem", f"{name}-example-hw") for name in ("ada", "bob", "cat"))
# Every command that opens a home's store, with whatever else it asks for.
COMMANDS = (
    "collect --list", "collect --dry-run", "collect --reparse", "collect hackernews", "refresh", "rank pagers",
    "rank pagers --out {out}", "doctor", "explain forem:bob-example-hw", "show forem:bob-example-hw",
    "forget forem:bob-example-hw", "forget forem:bob-example-hw --dry-run", "suppress forem:bob-example-hw",
    "notified forem:bob-example-hw", "sweep", "same forem:bob-example-hw forem:cat-example-hw",
    "different forem:bob-example-hw forem:cat-example-hw", "split forem:bob-example-hw", "lock forem:bob-example-hw",
    "unlock forem:bob-example-hw", "queue", "runs", "watch forem:bob-example-hw", "changes pagers",
    "draft forem:bob-example-hw --role pagers",
)  # fmt: skip

# Those that open none, and those that ask for a file first and then open it as the others do.
OTHERS = {"init", "demo", "record", "role", "parse", "resolve", "audit", "evaluate", "train", "feedback", "team"}


def see(home: Home, store: Store, *whom: AccountKey) -> None:
    """Collect a page of each, today, and join who is held."""
    for key in whom:
        url = f"https://forem.example/api/{key.handle}"
        act = Evidence(EvidenceKind.POST, key, "Pager", f"It retried for {key.handle}.", f"{url}/1")
        records: list[Record] = [Account(key.site, key.handle, name=f"{key.handle[:3].title()} Example"), act]
        kept, held = SuppressionList.open(home, store).apply(records)
        page = Page("forem", url, key.handle.encode(), datetime.now(UTC))
        store.settle("live", Request("forem", url), page=page, records=kept, archive=not held)
    join_accounts(store, home.key, datetime.now(UTC))


def lists(home: Home, *files: Path) -> None:
    """Export everybody into each file."""
    found = TalentPool.open(home, embedder=HashingEmbedder()).rank("A pager that retried")
    for file in files:
        export(found, home, "page" if file.suffix == ".html" else "shortlist_csv", file, at=datetime.now(UTC))


def handles(home: Home) -> set[str]:
    with Store.open(home) as store:
        return {account.partition(":")[2] for account in store.accounts()}


def ids(path: Path) -> set[str]:
    with path.open(newline="", encoding="utf-8") as file:
        return {row["candidate_id"] for row in csv.DictReader(file)}


def everything(*folders: Path) -> dict[str, str]:
    """Every file below, with the hash of its bytes; SQLite's shared memory is none of anybody's data."""
    gc.collect()  # a pool that is not used any more lets go of its store
    return {
        str(path): sha256(path.read_bytes()).hexdigest()
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix != ".db-shm" and path.parent.name != "locks"
    }


def forgotten(home: Home, who: AccountKey) -> tuple[set[str], tuple[str, ...]]:
    """Forget somebody; the files that they were struck from, and those that were left alone."""
    with Store.open(home) as store:
        done = forget(str(who), home, store, SuppressionList.open(home, store), at=datetime.now(UTC))
    return set(done.files), done.left_alone


def make_old(home: Home) -> Home:
    """The home as it was before keys had fingerprints and homes had ids."""
    with sqlite3.connect(home / "headwater.db") as old:
        old.executescript(
            """
            ALTER TABLE exports RENAME TO new_exports;
            CREATE TABLE exports (path TEXT, candidate_id VARCHAR, exported_at DATETIME NOT NULL,
                                  PRIMARY KEY (path, candidate_id));
            INSERT INTO exports SELECT path, candidate_id, exported_at FROM new_exports;
            DROP TABLE new_exports;
            DROP TABLE marks;
            DROP TABLE former;
            UPDATE alembic_version SET version_num = '0008';
            """
        )
    old.close()
    (home / "home.json").unlink()
    listed = home / "suppression.jsonl"
    if listed.exists():
        lines = listed.read_text().splitlines(keepends=True)
        listed.write_text("".join(line for line in lines if '"kind": "key"' not in line))
    return Home(home.folder)


@pytest.fixture
def home(home: Home) -> Home:
    """A home in which Ada was forgotten, and Bob and Cat are held."""
    write_operator(home / "operator.toml", ask_operator({}, datetime.now(UTC).date(), defaults=True))
    with Store.open(home) as store:
        see(home, store, ADA, BOB, CAT)
        forget(str(ADA), home, store, SuppressionList.open(home, store), at=datetime.now(UTC))
    return home


def copy_of(home: Home, name: str = "copy") -> Home:
    return Home(Path(shutil.copytree(home.folder, home.folder.parent / name)))


def lose_key(home: Home, other: bool) -> Home:
    (home / "secret.key").unlink()
    if other:
        (home / "secret.key").write_text("ab" * 32)
    return Home(home.folder)


def test_every_command_is_asked_for_its_key() -> None:
    """A new command is put among those that are tried below, or among those that open no store by themselves."""
    assert {command.split()[0] for command in COMMANDS} | OTHERS == test_cli.COMMANDS


@pytest.mark.parametrize("old", [False, True])
@pytest.mark.parametrize("other", [False, True])
def test_no_command_works_with_a_missing_or_another_key(home: Home, tmp_path: Path, old: bool, other: bool) -> None:
    """Exit 2, one line with the remedy, and no byte of the home differs afterwards."""
    lose_key(make_old(home) if old else home, other)
    before = everything(home.folder)
    for command in COMMANDS:
        done = headwater(*command.format(out=tmp_path / "out.csv").split(), home=home.folder)
        assert done.returncode == 2, (command, done)
        assert len(done.stderr.splitlines()) == 1, (command, done.stderr)
        assert "secret.key" in done.stderr, (command, done.stderr)
        assert "--new-key" in done.stderr, (command, done.stderr)
        assert everything(home.folder) == before, command
    assert not (tmp_path / "out.csv").exists()


def test_a_list_alone_asks_for_its_key(home: Home) -> None:
    """Neither a store nor a key is made beside a list whose key is not there."""
    fresh = Home(home.folder.parent / "fresh").create()
    shutil.copy(home / "suppression.jsonl", fresh / "suppression.jsonl")
    for ask in (lambda: Store.open(fresh), lambda: fresh.key):
        with pytest.raises(KeyRefused, match=r"suppression\.jsonl|fresh"):
            ask()
    assert not (fresh / "headwater.db").exists()
    assert not (fresh / "secret.key").exists()
    (fresh / "secret.key").write_text("ab" * 32)
    with pytest.raises(KeyRefused, match=r"not the key that .*suppression\.jsonl"):
        Store.open(fresh)
    shutil.copy(home / "secret.key", fresh / "secret.key")
    fresh = Home(fresh.folder)
    with Store.open(fresh) as store:
        see(fresh, store, ADA, BOB)
    assert handles(fresh) == {BOB.handle}


@pytest.mark.parametrize("held", ["members", "suppressions", "neither"])
@pytest.mark.parametrize("other", [False, True])
def test_a_store_from_before_takes_the_key_that_it_was_made_with(home: Home, held: str, other: bool) -> None:
    """A stored candidate id proves the key; without any, only a store without opt-outs takes one."""
    make_old(home)
    with sqlite3.connect(home / "headwater.db") as old:
        if held != "members":
            old.execute("DELETE FROM members")
        if held == "neither":
            old.execute("DELETE FROM suppressions")
    old.close()
    if held == "neither":
        (home / "suppression.jsonl").unlink()
    if other:
        lose_key(home, other)
    again = Home(home.folder)
    if held == "neither" or (held == "members" and not other):
        with Store.open(again) as store:
            assert store.mark("key") == fingerprint(again.key)
    else:
        with pytest.raises(KeyRefused):
            Store.open(again)
        with sqlite3.connect(home / "headwater.db") as old:
            assert old.execute("SELECT version_num FROM alembic_version").fetchone() == ("0008",)
        old.close()


def test_a_home_from_before_goes_on(home: Home, tmp_path: Path) -> None:
    """It opens as it is: who opted out stays out, its exports are its own, and a copy of the store is kept."""
    out = tmp_path / "out" / "list.csv"
    lists(home, out, home / "exports" / "list.csv")
    home = make_old(home)
    with Store.open(home) as store:
        see(home, store, ADA)
        assert {file.home for file in store.exports()} == {home.identity.id}
    assert handles(home) == {BOB.handle, CAT.handle}
    assert '"kind": "key"' in (home / "suppression.jsonl").read_text()
    ((kept, _),) = copies(home)
    assert "before-schema-0008" in kept.name
    assert kept.stat().st_mode & 0o077 == 0
    assert kept.parent.stat().st_mode & 0o077 == 0
    struck, left = forgotten(home, BOB)
    assert struck == {str(out), str(home / "exports" / "list.csv")}
    assert not left
    assert len(ids(out)) == 1
    assert not copies(home)


def test_a_new_key_is_the_operators_word(home: Home, tmp_path: Path) -> None:
    """It says what is lost, keeps the list, and erasure still finds the files that name people by their older ids."""
    out = tmp_path / "out" / "list.csv"
    lists(home, out)
    rows = (home / "suppression.jsonl").read_text().splitlines()
    lose_key(home, other=False)
    done = headwater("init", "--new-key", home=home.folder)
    assert done.returncode == 0, done
    assert "1 account had opted out" in done.stdout.replace("accounts", "account")
    assert (home / "suppression.jsonl").read_text().splitlines()[: len(rows)] == rows
    assert "fits" in headwater("init", "--new-key", home=home.folder).stdout
    again = Home(home.folder)
    with Store.open(again) as store:
        join_accounts(store, again.key, datetime.now(UTC))
        assert ids(out).isdisjoint(store.members().values())
    struck, _ = forgotten(again, BOB)
    assert struck == {str(out)}
    assert len(ids(out)) == 1
    with Store.open(again) as store:
        see(again, store, BOB)
    assert handles(again) == {CAT.handle}


def test_an_empty_home_makes_its_key_without_a_word(tmp_path: Path) -> None:
    """There is nothing yet that another key could have made."""
    fresh = Home(tmp_path / "fresh")
    with Store.open(fresh) as store:
        assert store.mark("key") == fingerprint(fresh.key)


@pytest.mark.postgres
@pytest.mark.parametrize("old", [False, True])
def test_two_machines_with_two_keys_do_not_share_a_store(
    tmp_path: Path, postgres: Postgres, monkeypatch: pytest.MonkeyPatch, old: bool
) -> None:
    """Who was forgotten on one machine does not come back by another one whose key was not copied."""
    monkeypatch.setenv("HEADWATER_STORE", url := postgres.database())
    one, two = (Home(tmp_path / name).create() for name in ("one", "two"))
    with Store.open(one) as store:
        see(one, store, ADA, BOB)
        forget(str(ADA), one, store, SuppressionList.open(one, store), at=datetime.now(UTC))
    if old:
        import psycopg

        with psycopg.connect(url.replace("+psycopg", "")) as server:
            server.execute("DROP TABLE marks, former, exports")
            server.execute(
                "CREATE TABLE exports (path text, candidate_id varchar, exported_at timestamptz NOT NULL, "
                "PRIMARY KEY (path, candidate_id))"
            )
            server.execute("UPDATE alembic_version SET version_num = '0008'")
    for other in (False, True):
        if other:
            (two / "secret.key").write_text("ab" * 32)
        done = headwater("collect", "--list", home=two.folder)
        assert (done.returncode, len(done.stderr.splitlines())) == (2, 1), done
        assert "secret.key" in done.stderr
        assert (two / "secret.key").exists() == other
    shutil.copy(one / "secret.key", two / "secret.key")
    two = Home(two.folder)
    with Store.open(two) as store:
        see(two, store, ADA)
        assert {str(key) for key in store.accounts()} == {str(BOB)}
    assert handles(one) == {BOB.handle}


@pytest.mark.postgres
def test_a_machine_strikes_its_own_files_only(
    tmp_path: Path, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What another machine exported is named, stays known, and goes at that machine's own sweep."""
    monkeypatch.setenv("HEADWATER_STORE", postgres.database())
    one, two = (Home(tmp_path / name).create() for name in ("one", "two"))
    with Store.open(one) as store:
        write_operator(one / "operator.toml", ask_operator({}, datetime.now(UTC).date(), defaults=True))
        see(one, store, BOB, CAT)
        lists(one, one / "exports" / "list.csv")
        shutil.copy(one / "secret.key", two / "secret.key")
        struck, left = forgotten(two, BOB)
        assert (struck, left) == (set(), (str(one / "exports" / "list.csv"),))
        assert len(ids(one / "exports" / "list.csv")) == 2
        sweep(one, store, SuppressionList.open(one, store), at=datetime.now(UTC))
        assert len(ids(one / "exports" / "list.csv")) == 1


@pytest.mark.parametrize("old", [False, True])
def test_a_copy_touches_nothing_of_the_original(home: Home, tmp_path: Path, old: bool) -> None:
    """Sweep, forget and suppress in a copy leave the original and its exports as they were, and name them; exit 3."""
    page, out = tmp_path / "out" / "list.html", tmp_path / "out" / "list.csv"
    lists(home, page, out, home / "exports" / "list.csv")
    if old:
        home = make_old(home)
    copy = copy_of(home)
    before = everything(home.folder, out.parent)
    for command in ("suppress forem:bob-example-hw", "forget forem:bob-example-hw", "sweep --confirm-clock"):
        if command.startswith("sweep"):
            past = datetime.now(UTC) - timedelta(days=40)
            with sqlite3.connect(copy / "headwater.db") as db:
                db.execute("UPDATE evidence SET first_seen = ?", (past.date().isoformat(),))
            db.close()
        done = headwater(*command.split(), home=copy.folder)
        assert done.returncode == 3, done
        for path in (page, out):
            assert f"left alone, another home wrote it: {path}" in done.stdout
        assert "headwater init --moved" in done.stderr
        assert everything(home.folder, out.parent) == before, command
    assert ids(copy / "exports" / "list.csv") == set()
    struck, left = forgotten(Home(home.folder), BOB)
    assert struck == {str(page), str(out), str(home / "exports" / "list.csv")}
    assert not left
    assert not page.exists()


def test_a_moved_home_is_the_same_once_it_is_said(home: Home, tmp_path: Path) -> None:
    """By itself it counts as a copy; `init --moved` gives it its files back, also those that lay within it."""
    out = tmp_path / "out" / "list.csv"
    lists(home, out, home / "exports" / "list.csv")
    was = home.identity.id
    there = Home(home.folder.rename(tmp_path / "elsewhere"))
    later = tmp_path / "out" / "later.csv"
    lists(there, later)
    assert there.identity.id != was
    assert "is the home that it was" in headwater("init", "--moved", home=there.folder).stdout
    assert "as it was" in headwater("init", "--moved", home=there.folder).stdout
    there = Home(there.folder)
    assert there.identity.id == was
    assert (there / "home.json").stat().st_mode & 0o077 == 0
    struck, left = forgotten(there, BOB)
    assert struck == {str(out), str(later), str(there / "exports" / "list.csv")}
    assert not left


def test_a_moved_home_from_before_gets_its_files_back(home: Home, tmp_path: Path) -> None:
    """Its key came here after it exported, as a copy's would; the operator's word says which of the two it is."""
    out = tmp_path / "out" / "list.csv"
    lists(home, out, home / "exports" / "list.csv")
    make_old(home)
    there = copy_of(home)
    shutil.rmtree(home.folder)
    assert headwater("forget", str(BOB), "--dry-run", home=there.folder).returncode == 3
    assert headwater("init", "--moved", home=there.folder).returncode == 0
    assert forgotten(Home(there.folder), BOB) == ({str(out), str(there / "exports" / "list.csv")}, ())


def test_a_backup_that_is_put_back_is_the_home_itself(home: Home, tmp_path: Path) -> None:
    """Even one that was opened elsewhere meanwhile."""
    out = tmp_path / "out" / "list.csv"
    lists(home, out)
    was = home.identity.id
    backup = copy_of(home)
    assert backup.identity.id != was
    shutil.rmtree(home.folder)
    shutil.copytree(backup.folder, home.folder)
    again = Home(home.folder)
    assert again.identity.id == was
    assert forgotten(again, BOB) == ({str(out)}, ())


def test_erasure_reaches_a_list_in_which_somebody_wrote_and_spares_one_that_is_not_ours(
    home: Home, tmp_path: Path
) -> None:
    """Decisions of the recruiter about others stay; a list of people whom we never wrote there is left alone."""
    written, replaced = tmp_path / "out" / "written.csv", tmp_path / "out" / "replaced.csv"
    lists(home, written, replaced)
    written.write_text(written.read_text().replace("Cat Example", "Cat Example, to be called"))
    stranger = f'"candidate_id"\r\n"c{"7" * 20}"\r\n'
    replaced.write_bytes(stranger.encode())
    assert forgotten(home, BOB) == ({str(written)}, (str(replaced),))
    assert "Cat Example, to be called" in written.read_text()
    assert len(ids(written)) == 1
    assert replaced.read_bytes() == stranger.encode()


def test_a_damaged_file_of_the_home_is_named(home: Home) -> None:
    """With what deleting it means."""
    (home / "home.json").write_text("{")
    done = headwater("queue", home=home.folder)
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert "home.json: damaged" in done.stderr


def test_a_copy_agrees_on_its_id_with_itself(tmp_path: Path) -> None:
    """Two processes that find the copy at once take the same id, and each place has one."""
    (one := tmp_path / "one").mkdir()
    first = identify(one)
    shutil.copytree(one, tmp_path / "two")
    shutil.copytree(one, tmp_path / "three")
    (told := tmp_path / "three" / "home.json").write_text((tmp_path / "two" / "home.json").read_text())
    second, third = identify(tmp_path / "two"), identify(tmp_path / "three")
    assert len({first.id, second.id, third.id}) == 3
    told.write_text((one / "home.json").read_text())
    assert identify(tmp_path / "three") == third
    assert moved(one) is None


@pytest.fixture
def server(home: Home, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Something that this home started as its server."""
    monkeypatch.setenv("HEADWATER_HOME", str(home.folder))
    (home / "serve").mkdir()
    serve._start(home, "server", [sys.executable, "-c", "import signal; signal.pause()"], ROOT)
    pid = json.loads((home / "serve" / "server.json").read_text())["pid"]
    yield pid
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def test_a_server_counts_for_the_home_that_started_it(home: Home, server: int) -> None:
    """A copy neither shows nor ends it, also where the file is from before homes had an id."""
    copy = copy_of(home)
    told = json.loads((home / "serve" / "server.json").read_text())
    assert serve.status(home)["server"] == server
    assert serve.status(copy) == {"server": None, "worker": None}
    assert serve.stop(copy) == []
    assert serve.status(home)["server"] == server
    del told["home"]
    for each in (home, copy):
        (each / "serve" / "server.json").write_text(json.dumps(told))
    assert serve.status(copy)["server"] is None
    assert serve.stop(home) == ["server"]


def test_a_copy_does_not_start_on_the_ports_of_the_original(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever answers there is not its server: nothing is applied to it."""
    monkeypatch.setattr(os, "environ", dict(os.environ))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(serve.NotServing, match=f"port {port} is another"):
            serve.start(home, ROOT, port)


def test_the_first_sweep_that_deletes_keeps_a_copy_and_forgetting_clears_it(home: Home) -> None:
    """One copy, private, gone after a week or with the first who is forgotten; a sweep of nobody keeps none."""
    now = datetime.now(UTC)

    def swept(days: int) -> list[Path]:
        with Store.open(home) as store:
            listed = SuppressionList.open(home, store)
            sweep(home, store, listed, at=now + timedelta(days=days), confirm_clock=True)
        return [path for path, _ in copies(home)]

    assert swept(0) == []
    (kept,) = swept(31)
    assert kept.stat().st_mode & 0o077 == 0
    with sqlite3.connect(kept) as db:
        assert db.execute("SELECT count(*) FROM accounts").fetchone() == (2,)
    db.close()
    assert swept(32) == [kept]
    assert swept(39) == []
    with Store.open(home) as store:
        see(home, store, CAT)
        store.keep_copy(home, "sweep", now)
        store.keep_copy(home, "sweep", now - timedelta(days=8))
    assert len(copies(home)) == 2
    with Store.open(home):
        assert len(copies(home)) == 1
    forgotten(home, CAT)
    assert copies(home) == []


def test_without_room_for_the_copy_nothing_is_migrated(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """One fault, no half copy, and the store stays in the older schema."""
    make_old(home)

    def full(_: Store, path: Path) -> bool:
        path.write_bytes(b"half")
        raise StoreUnusable(f"{path}: database or disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(Store, "copy_to", full)
        with pytest.raises(StoreUnusable, match="full"):
            Store.open(Home(home.folder))
    assert list((home / "copies").iterdir()) == []
    with sqlite3.connect(home / "headwater.db") as db:
        assert db.execute("SELECT version_num FROM alembic_version").fetchone() == ("0008",)
    db.close()
    assert handles(Home(home.folder)) == {BOB.handle, CAT.handle}
