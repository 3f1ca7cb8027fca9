"""The store: idempotent, whole or nothing, readable while it is written, and private."""

from __future__ import annotations

import threading
import zlib
from datetime import timedelta

import numpy as np
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from scrapers.records import Account, AccountKey, Award, Event, Evidence, EvidenceKind, Page, Request
from scrapers.settings.home import Home
from scrapers.store import Store, StoreUnusable
from scrapers.store.sql import tables
from scrapers.store.sql.rows import merge_accounts
from tests.support.constants import NOON

ADA = AccountKey("devpost", "Ada-Example")
REQUEST = Request("devpost", "https://devpost.com/software/quiet-pager")


pytestmark = pytest.mark.postgres


@pytest.fixture(autouse=True, params=["sqlite", "postgresql"])
def kind(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Every claim holds for both stores."""
    if request.param == "postgresql":
        monkeypatch.setenv("HEADWATER_STORE", request.getfixturevalue("postgres").database())
    return str(request.param)


def change(store: Store, statement: str, **values: object) -> None:
    """What a hand in the database could do."""
    with store._engine.begin() as connection:
        connection.execute(text(statement), values)


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
        (pending,) = store.next_requests("live", "devpost")
        assert pending.request == other
        store.settle("live", other)
        assert store.next_requests("live", "devpost") == []
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
    assert kept.page.body == body


def test_a_flipped_bit_in_the_archive_is_found(store: Store) -> None:
    """A page whose bytes do not match their hash is refused, not served."""
    store.ask("live", [REQUEST])
    store.settle("live", REQUEST, page=page())
    change(store, "UPDATE pages SET body = :body", body=zlib.compress(b"<p>jello</p>"))
    with pytest.raises(Exception, match="do not match their hash"):
        store.archived(REQUEST)


def test_a_fact_without_provenance_is_refused_by_the_database(store: Store) -> None:
    """No evidence row can exist without source, URL, hash and time (G5)."""
    store.ask("live", [REQUEST])
    store.settle("live", REQUEST, page=page(), records=[win()])
    with pytest.raises(IntegrityError):
        change(store, "UPDATE evidence SET page_sha256 = NULL")


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


def test_a_newer_schema_is_refused(home: Home) -> None:
    """A store written by a later version is named as such, before any work is done."""
    with Store.open(home) as store:
        change(store, "UPDATE alembic_version SET version_num = '9999'")
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
    assert kept.page.fetched_at == NOON + timedelta(hours=1)


def test_no_word_is_too_long_and_all_sort_alike(store: Store) -> None:
    """What a page says is kept whole, however long, and comes back in the order of its code points."""
    handles = ["\u00e9", "Z" * 900, "a", "B" * 5000]
    for handle in handles:
        request = Request("devpost", f"https://devpost.com/{handle}")
        told = [Account("devpost", handle, id="9" * 400, name=handle), win(account=AccountKey("devpost", handle))]
        store.settle("live", request, page=page(request=request), records=told)
    assert {account.handle for account in store.accounts().values()} == set(handles)
    assert list(store.accounts()) == sorted(store.accounts())


def test_two_openings_at_once_build_one_schema(home: Home) -> None:
    """Workers that start together on an empty store do not trip over each other."""
    faults: list[BaseException] = []

    def open_it() -> None:
        try:
            Store.open(home).close()
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=open_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []


def test_writers_at_once_never_deadlock(home: Home, store: Store) -> None:
    """Two who ask for the same pages in opposite order both get through, and each page is asked once."""
    requests = [Request("devpost", f"https://devpost.com/software/p{number}") for number in range(40)]
    faults: list[BaseException] = []

    def ask(order: int) -> None:
        try:
            with Store.open(home) as writer:
                for start in range(0, 40, 10):
                    writer.ask("live", requests[::order][start:] + requests[::order][:start])
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=ask, args=(order,)) for order in (1, -1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert store.pending("live") == {"devpost": 40}
