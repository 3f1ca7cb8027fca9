"""The store: idempotent, whole or nothing, readable while it is written, and private."""

from __future__ import annotations

import sqlite3
import stat
import threading
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from scrapers import tables
from scrapers.records import Account, AccountKey, Award, Event, Evidence, EvidenceKind, Page, Request
from scrapers.rows import merge_accounts
from scrapers.settings import Home
from scrapers.store import Store, StoreUnusable
from tests.conftest import NOON

ADA = AccountKey("devpost", "Ada-Example")
REQUEST = Request("devpost", "https://devpost.com/software/quiet-pager")


def page(body: bytes = b"<p>hello</p>", request: Request = REQUEST) -> Page:
    return Page("devpost", request.url, body, NOON)


def win(text: str = "We retried every call.", account: AccountKey | None = ADA) -> Evidence:
    return Evidence(
        kind=EvidenceKind.HACKATHON_WIN,
        account=account,
        title="Quiet Pager",
        text=text,
        url=REQUEST.url,
        date=NOON.date(),
        tags=("python",),
        awards=(Award("Example Hacks", None, "First place"),),
        team=(ADA,),
        details={"nested": {"n": 1}},
    )


def test_a_page_read_twice_leaves_the_same_rows(store: Store) -> None:
    """Upserts are idempotent: the second read changes nothing that anybody can see."""
    records = [
        Account("devpost", "Ada-Example", name="Ada Example"),
        win(),
        Event("devpost", "Example Hacks", "https://e.example/"),
    ]
    seen = []
    for _ in range(2):
        store.begin_crawl("live", ["devpost"])
        store.ask("live", [REQUEST])
        store.settle("live", REQUEST, page=page(), records=records)
        seen.append((store.accounts(), list(store.evidence()), store.events()))
    assert seen[0] == seen[1]
    assert seen[0][1][0][0] == win()


def test_a_crawl_goes_on_where_it_stopped(home: Home) -> None:
    """Settled requests stay settled and pending ones stay pending over a restart; a finished crawl begins anew."""
    other = Request("devpost", "https://devpost.com/software/other")
    with Store.open(home) as store:
        store.begin_crawl("live", ["devpost"])
        store.ask("live", [REQUEST, other])
        store.settle("live", REQUEST, page=page())
    with Store.open(home) as store:
        assert store.begin_crawl("live", ["devpost"]) == {"devpost": 1}
        store.ask("live", [REQUEST, other])
        pending = store.next_request("live", "devpost")
        assert pending is not None
        assert pending.request == other
        store.settle("live", other)
        assert store.next_request("live", "devpost") is None
        assert store.begin_crawl("live", ["devpost"]) == {}
        store.ask("live", [REQUEST])
        assert store.pending("live") == {"devpost": 1}


def test_the_archive_gives_back_the_same_bytes(store: Store) -> None:
    """Body, status and headers of a page survive, however binary."""
    body = bytes(range(256)) * 10
    store.ask("live", [REQUEST])
    store.settle("live", REQUEST, page=page(body))
    kept = store.archived(REQUEST)
    assert kept is not None
    assert kept.body == body


def test_a_flipped_bit_in_the_archive_is_found(home: Home, store: Store) -> None:
    """A page whose bytes do not match their hash is refused, not served."""
    store.ask("live", [REQUEST])
    store.settle("live", REQUEST, page=page())
    other = zlib_of(b"<p>jello</p>")
    with sqlite3.connect(home / "headwater.db") as connection:
        connection.execute("UPDATE pages SET body = ?", (other,))
    with pytest.raises(Exception, match="do not match their hash"):
        store.archived(REQUEST)


def zlib_of(body: bytes) -> bytes:
    import zlib

    return zlib.compress(body)


def test_a_fact_without_provenance_is_refused_by_the_database(home: Home, store: Store) -> None:
    """No evidence row can exist without source, URL, hash and time (G5)."""
    store.ask("live", [REQUEST])
    store.settle("live", REQUEST, page=page(), records=[win()])
    with sqlite3.connect(home / "headwater.db") as connection, pytest.raises(sqlite3.IntegrityError):
        connection.execute("UPDATE evidence SET page_sha256 = NULL")


def test_gone_pages_take_their_facts_with_them(store: Store) -> None:
    """What only a deleted page stated is removed; what another page states stays."""
    other = Request("devpost", "https://devpost.com/Ada-Example")
    for request in (REQUEST, other):
        store.ask("live", [request])
        store.settle(
            "live",
            request,
            page=page(request=request),
            records=[win("long " * (request == other)), Account(*ADA_FIELDS)],
        )
    store.forget_page("live", REQUEST)
    assert len(list(store.evidence())) == 1
    store.forget_page("live", other)
    assert not list(store.evidence())
    assert store.accounts() == {}


ADA_FIELDS = ("devpost", "Ada-Example")


def test_accounts_merge_the_same_whatever_the_order() -> None:
    """The fullest statement wins, known values survive, links are united."""
    bare = Account("devpost", "ada-example", name="Ada E.")
    full = Account(
        "devpost", "Ada-Example", name="Ada Example", bio="Ships.", location="Oslo", links=("https://ada.example/",)
    )
    linked = Account("devpost", "ada-example", links=("https://github.com/ada-example",), open_to_work=True)
    merged = merge_accounts([bare, full, linked])
    assert merged == merge_accounts([linked, bare, full])
    assert merged.name == "Ada Example"
    assert merged.open_to_work is True
    assert set(merged.links) == {"https://ada.example/", "https://github.com/ada-example"}


def test_vectors_come_back_bit_for_bit(store: Store) -> None:
    """A stored vector is the same float32 numbers, and belongs to its model alone."""
    vector = np.linspace(-1, 1, 384, dtype=np.float32)
    store.add_vectors("model@1/fp32", {"a" * 64: vector})
    assert np.array_equal(store.vectors("model@1/fp32", ["a" * 64])["a" * 64], vector)
    assert store.vectors("model@2/fp32", ["a" * 64]) == {}


def test_migrations_and_tables_agree(store: Store) -> None:
    """What the migrations build is what the tables declare."""
    with store._engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), tables.metadata) == []


def test_the_store_and_its_home_are_private(home: Home, store: Store) -> None:
    """Folder 0700, file 0600."""
    assert stat.S_IMODE((home / "headwater.db").stat().st_mode) == 0o600
    assert stat.S_IMODE(home.folder.stat().st_mode) == 0o700


@pytest.mark.parametrize("damage", ["garbage", "truncated"])
def test_a_damaged_store_is_refused_and_left_as_it_is(home: Home, damage: str) -> None:
    """The message names the file and the remedy; not a byte of it changes (G37)."""
    Store.open(home).close()
    file = home / "headwater.db"
    whole = file.read_bytes()
    broken = b"garbage " * 2000 if damage == "garbage" else whole[: len(whole) // 3]
    file.write_bytes(broken)
    with pytest.raises(StoreUnusable, match=r"headwater\.db"), Store.open(home) as store:
        list(store.evidence())
    assert file.read_bytes() == broken


def test_a_newer_schema_is_refused(home: Home) -> None:
    """A store written by a later version is named as such, before any work is done."""
    Store.open(home).close()
    with sqlite3.connect(home / "headwater.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreUnusable, match="9999 is newer"):
        Store.open(home)


def test_a_reader_sees_whole_pages_while_a_writer_writes(home: Home, store: Store) -> None:
    """A notebook reading during a flow never sees half a page and never meets a lock."""
    requests = [Request("devpost", f"https://devpost.com/software/p{number}") for number in range(30)]
    done = threading.Event()

    def write() -> None:
        with Store.open(home) as writer:
            for request in requests:
                pair = [win(account=AccountKey("devpost", f"{request.url[-3:]}-{n}")) for n in range(2)]
                writer.settle("live", request, page=page(request=request), records=pair)
        done.set()

    thread = threading.Thread(target=write)
    thread.start()
    counts = []
    while not done.is_set():
        counts.append(len(list(store.evidence())))
    thread.join()
    assert len(list(store.evidence())) == 60
    assert all(count % 2 == 0 for count in counts)


def test_times_without_a_zone_are_refused(store: Store) -> None:
    """Everything in the store is UTC; a naive time cannot enter."""
    naive = Page("devpost", REQUEST.url, b"x", NOON.replace(tzinfo=None))
    with pytest.raises(Exception, match="without a zone"):
        store.settle("live", REQUEST, page=naive)
    later = Page("devpost", REQUEST.url, b"x", NOON + timedelta(hours=1))
    store.settle("live", REQUEST, page=later)
    kept = store.archived(REQUEST)
    assert kept is not None
    assert kept.fetched_at == NOON + timedelta(hours=1)


def test_an_unwritable_home_is_named(tmp_path: Path) -> None:
    """A folder that cannot be made gives one clear message with the remedy."""
    (tmp_path / "file").write_text("x")
    with pytest.raises(Exception, match="--home"):
        Home(tmp_path / "file" / "home").create()
