"""Retention and notices, with a frozen clock at each edge."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from flows.cli.operator import ask_operator, write_operator
from ranking.handover.exporting import export
from ranking.pool import NobodyToRank, TalentPool
from ranking.upkeep.erasure import forget, reapply, suppress
from ranking.upkeep.sweep import sweep
from scrapers.candidates.joining import join_accounts
from scrapers.records import Account, AccountKey, Evidence, EvidenceKind, Page, Request
from scrapers.rights.audit_log import read
from scrapers.rights.retention import ClockInDoubt
from scrapers.rights.suppression import SuppressionList
from scrapers.settings.home import Home
from scrapers.settings.strict import BadConfiguration
from scrapers.sources.watched import operator_of
from scrapers.store import Interaction, Store
from scrapers.store.copies import copies
from tests.support.constants import NOON
from tests.support.hash_embedder import HashingEmbedder

ADA = AccountKey("forem", "ada-example-hw")


def act(number: int) -> Evidence:
    return Evidence(EvidenceKind.POST, ADA, "Pager", "It retried.", f"https://forem.example/ada-example-hw/{number}")


def seen(home: Home, store: Store, day: int, *acts: int) -> None:
    """Collect Ada's page on that day, with these acts on it."""
    request, at = Request("forem", "https://forem.example/api/ada-example-hw"), NOON + timedelta(days=day)
    records = [Account(ADA.site, ADA.handle, name="Ada Example"), *map(act, acts)]
    kept, held = SuppressionList.open(home, store).apply(records)
    page = Page("forem", request.url, b"ada-example-hw", at)
    store.settle("live", request, page=page, records=kept, archive=not held)


def swept(home: Home, store: Store, day: int, confirm: bool = False) -> bool:
    """Sweep on that day; whether Ada is still there."""
    listed = SuppressionList.open(home, store)
    sweep(home, store, listed, at=NOON + timedelta(days=day), confirm_clock=confirm)
    return bool(store.accounts()) or bool(store.credited())


@pytest.fixture(autouse=True)
def operator(home: Home) -> None:
    write_operator(home / "operator.toml", ask_operator({}, NOON.date(), defaults=True))


@pytest.mark.parametrize(
    ("dealing", "days"), [(None, 30), (("handed", 10), 40), (("notified", 10), 190), (("answered", 10), 740)]
)
def test_the_last_day_is_kept_and_the_next_one_is_not(
    home: Home, store: Store, dealing: tuple[str, int] | None, days: int
) -> None:
    """Un-notified 30 days, handed over 30, notified 180, answered 730: to the day."""
    seen(home, store, 0, 1)
    if dealing:
        kind, day = dealing
        store.add_interactions([Interaction(str(ADA), kind, NOON.date() + timedelta(days=day))])  # type: ignore[arg-type]
    assert swept(home, store, days)
    assert not swept(home, store, days + 1, confirm=True)
    assert [at.date() for _, at in copies(home)] == [NOON.date() + timedelta(days=days + 1)]  # kept for a week
    assert not swept(home, store, days + 9, confirm=True)
    assert not any(b"ada-example" in path.read_bytes().lower() for path in home.folder.rglob("*") if path.is_file())


def test_seeing_the_same_act_again_restarts_nothing(home: Home, store: Store) -> None:
    """Five readings of one act leave its first day; after it expired it stays out; a new act starts anew."""
    for day in (0, 5, 10, 20, 29):
        seen(home, store, day, 1)
    assert swept(home, store, 30)
    assert not swept(home, store, 31)
    seen(home, store, 32, 1)
    assert not store.accounts()
    seen(home, store, 33, 1, 2)
    assert [item.id for item, _, _ in store.evidence()] == [act(2).id]
    assert swept(home, store, 63)
    assert not swept(home, store, 64)


def test_an_account_whose_page_is_gone_goes(home: Home, store: Store) -> None:
    """410 of somebody's own page takes all of theirs at the next sweep."""
    seen(home, store, 0, 1)
    store.settle("live", Request("forem", "https://forem.example/list"),
                 page=Page("forem", "https://forem.example/list", b"-", NOON), records=[act(2)])  # fmt: skip
    store.forget_page("live", Request("forem", "https://forem.example/api/ada-example-hw"))
    assert store.credited()
    assert not swept(home, store, 1)


def test_an_odd_clock_deletes_nothing(home: Home, store: Store) -> None:
    """Before the last run, or over 400 days after it, deleting asks for --confirm-clock."""
    seen(home, store, 0, 1)
    assert swept(home, store, 1)
    for day in (0, 402):
        with pytest.raises(ClockInDoubt, match="--confirm-clock"):
            swept(home, store, day)
    assert store.accounts()
    assert not swept(home, store, 402, confirm=True)


def test_longer_than_the_law_allows_is_refused(home: Home) -> None:
    """Retention above 730 days, or 30 without a notice, is no configuration (exit 2)."""
    text = (home / "operator.toml").read_text()
    for line in ("retention_days = 731", "retention_days = 180\nunnotified_days = 31", "contacted_days = 731"):
        (home / "operator.toml").write_text(text.replace("retention_days = 180", line))
        with pytest.raises(BadConfiguration, match="_days") as fault:
            operator_of(home)
        assert fault.value.exit_code == 2


def test_a_restored_backup_brings_nobody_back(home: Home, store: Store) -> None:
    """Who was erased and is here again is erased again."""
    seen(home, store, 0, 1)
    listed = SuppressionList.open(home, store)
    kept = store.archived(Request("forem", "https://forem.example/api/ada-example-hw"))
    assert kept is not None
    page = kept.page
    forget(str(ADA), home, store, listed, at=NOON)
    store.settle("live", Request("forem", page.url), page=page, records=[Account(ADA.site, ADA.handle), act(1)])
    assert reapply(home, store, SuppressionList.open(home, store)) is not None
    assert not store.accounts()
    assert not store.credited()


def test_an_objection_keeps_and_hides(home: Home, store: Store) -> None:
    """Suppressed is not erased: what is held stays, and nothing more is taken in."""
    seen(home, store, 0, 1)
    suppress(str(ADA), home, store, SuppressionList.open(home, store), at=NOON)
    seen(home, store, 1, 1, 2)
    assert len(list(store.evidence())) == 1
    assert reapply(home, store, SuppressionList.open(home, store)) is None
    assert SuppressionList.open(home, store).account_listed(Account(ADA.site, ADA.handle))


def test_who_objected_can_be_erased_later(home: Home, store: Store, tmp_path: Path) -> None:
    """The erasure is known as one, in the store and in the file: a restored backup brings nobody back."""
    seen(home, store, 0, 1)
    suppress(str(ADA), home, store, SuppressionList.open(home, store), at=NOON)
    store.compact()
    backup = (home / "headwater.db").read_bytes()
    forget(str(ADA), home, store, SuppressionList.open(home, store), at=NOON)
    assert {reason for _, reason in store.suppressed_hashes().values()} == {"erasure"}
    store.close()
    (home / "headwater.db").write_bytes(backup)
    with Store.open(home) as restored:
        assert restored.accounts()
        assert reapply(home, restored, SuppressionList.open(home, restored)) is not None
        assert not restored.accounts()
        assert {reason for _, reason in restored.suppressed_hashes().values()} == {"erasure"}


def test_nobody_past_due_is_exported(home: Home, store: Store, tmp_path: Path) -> None:
    """A list that was made in time loses on its way out whoever may be held no longer by then."""
    day = (datetime.now(UTC) - NOON).days
    seen(home, store, day, 1)
    join_accounts(store, home.key, NOON)
    found = TalentPool.open(home, embedder=HashingEmbedder()).rank("A pager that retried", as_of=NOON.date())
    for days, rows in ((30, 1), (31, 0)):
        path = export(found, home, "shortlist_csv", tmp_path / "list", at=NOON + timedelta(days=day + days))
        assert len(path.read_text().splitlines()) == 1 + rows
        assert read(home)[-1]["candidates"] == [match.candidate.id for match in found.matches][:rows]
        assert read(home)[-1]["sha256"] == [sha256(path.read_bytes()).hexdigest()]


def test_a_pool_of_people_past_due_says_what_to_do(home: Home, store: Store) -> None:
    """Nobody is ranked, and the message names the sweep."""
    seen(home, store, (datetime.now(UTC) - NOON).days - 40, 1)
    join_accounts(store, home.key, NOON)
    with pytest.raises(NobodyToRank, match="headwater sweep"):
        TalentPool.open(home, embedder=HashingEmbedder())
