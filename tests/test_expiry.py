"""Deletion is announced a week before, with the reason and what keeps people; afterwards it is told."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest

from flows.cli.operator import ask_operator, write_operator
from ranking.expiry import announced, expiring, last_deletion
from ranking.pool import NobodyToRank, TalentPool, embed_evidence
from ranking.sweep import sweep
from scrapers.candidates import join_accounts
from scrapers.records import Account, AccountKey, Evidence, EvidenceKind, Page, Request
from scrapers.settings import Home
from scrapers.store import Dealing, Store
from scrapers.suppression import SuppressionList
from tests.conftest import NOON
from tests.embedder import HashingEmbedder
from tests.test_cli import headwater

DAY = NOON.date()


@pytest.fixture(autouse=True)
def operator(home: Home) -> None:
    write_operator(home / "operator.toml", ask_operator({}, DAY, defaults=True))


def seen(home: Home, store: Store, day: int, *handles: str) -> None:
    """These people's posts are collected on that day, and joined."""
    for handle in handles:
        request = Request("forem", f"https://forem.example/api/{handle}")
        act = Evidence(EvidenceKind.POST, AccountKey("forem", handle), "Pager", "It retried.", f"{request.url}/1")
        records, held = SuppressionList.open(home, store).apply([Account("forem", handle, name=handle.title()), act])
        page = Page("forem", request.url, handle.encode(), NOON + timedelta(days=day))
        store.settle("live", request, page=page, records=records, archive=not held)
    join_accounts(store, home.key, NOON)


def swept(home: Home, store: Store, day: int) -> dict[str, int]:
    at = NOON + timedelta(days=day)
    return dict(sweep(home, store, SuppressionList.open(home, store), at=at, confirm_clock=True).reasons)


@pytest.mark.parametrize(("day", "said"), [(23, False), (24, True), (30, True), (31, True)])
def test_a_week_before_the_last_day_it_is_said_who_goes_and_what_keeps_them(
    home: Home, store: Store, day: int, said: bool
) -> None:
    """Whoever was told nothing is kept for 30 days and goes on the 31st; from seven days before, that is announced."""
    seen(home, store, 0, "ada-example", "bob-stays")
    sentences = announced(home, store, DAY + timedelta(days=day))
    assert len(sentences) == said
    for sentence in sentences:
        assert sentence.startswith(f"2 of 2 people will be deleted on {DAY + timedelta(days=31)}: nobody told them")
        assert "within 30 days" in sentence
        assert "headwater notified ID" in sentence
        assert "ada" not in sentence


def test_each_reason_and_its_days_stand_apart(home: Home, store: Store) -> None:
    """Who was told and did not answer, who answered long ago, and who goes on which day."""
    seen(home, store, 0, "ada-example", "bob-stays", "cleo-answers")
    seen(home, store, 2, "dora-later")
    store.add_dealings(
        [
            Dealing("forem:bob-stays", "notified", DAY - timedelta(days=150)),
            Dealing("forem:cleo-answers", "answered", DAY - timedelta(days=702)),
        ]
    )
    told = announced(home, store, DAY + timedelta(days=26))
    assert [sentence.partition(".")[0] for sentence in told] == [
        f"1 of 4 people will be deleted on {DAY + timedelta(days=31)}: they were told, and did not answer within 180 "
        "days",
        f"1 of 4 people will be deleted on {DAY + timedelta(days=29)}: the last contact with them was more than 730 "
        "days ago",
        f"2 of 4 people will be deleted by {DAY + timedelta(days=33)}, the first 1 on {DAY + timedelta(days=31)}: "
        "nobody told them within 30 days that data of theirs is held",
    ]  # fmt: skip


def test_who_was_handed_over_is_announced_under_a_public_notice_too(home: Home, store: Store) -> None:
    """The notice of people on a list is due all the same; everybody else stays as long as the retention says."""
    text = (home / "operator.toml").read_text()
    (home / "operator.toml").write_text(text.replace('policy = "each"', 'policy = "public"'))
    seen(home, store, 0, "ada-example", "bob-stays")
    store.add_dealings([Dealing("forem:ada-example", "handed", DAY, "engineer")])
    (group,) = expiring(store, home.operator(), DAY + timedelta(days=25))
    assert (group.reason, len(group.days)) == ("not_told", 1)
    later = expiring(store, home.operator(), DAY + timedelta(days=175))
    assert {each.reason for each in later} == {"not_told", "not_seen"}


def test_nothing_is_said_where_nothing_is_to_be_said(home: Home, store: Store) -> None:
    """Before `init`, without people, and of who was told."""
    assert announced(home, store, DAY) == ()
    seen(home, store, 0, "ada-example")
    store.add_dealings([Dealing("forem:ada-example", "notified", DAY)])
    assert announced(home, store, DAY + timedelta(days=30)) == ()
    (home / "operator.toml").unlink()
    assert announced(home, store, DAY + timedelta(days=400)) == ()


def test_afterwards_it_is_told_what_happened_and_not_advised_what_cannot_help(home: Home, store: Store) -> None:
    """The sweep says how many went and why, and so does whoever asks for a list of nobody."""
    seen(home, store, 0, "ada-example", "bob-stays")
    embed_evidence(store, embedder=HashingEmbedder())
    assert last_deletion(home, store) is None
    assert swept(home, store, 30) == {}
    assert swept(home, store, 31) == {"not_told": 2}
    told = last_deletion(home, store)
    assert told is not None
    assert told.startswith(f"deleted on {DAY + timedelta(days=31)}: 2 people because nobody told them within 30 days")
    assert "the same acts stay out" in told
    seen(home, store, 32, "ada-example", "bob-stays")
    with pytest.raises(NobodyToRank, match="2 people because nobody told them") as nobody:
        TalentPool.open(home, embedder=HashingEmbedder())
    assert "headwater collect" not in str(nobody.value)


def old_home(home: Home) -> None:
    """A home whose two people came 25 days ago, as commands see it."""
    today = date.today()
    with Store.open(home) as store:
        seen(home, store, (today - DAY).days - 25, "ada-example", "bob-stays")


@pytest.mark.parametrize("command", [("sweep",), ("refresh", "--quiet"), ("rank", "It retried."), ("doctor",)])
@pytest.mark.model
def test_every_command_that_an_operator_looks_at_announces_it(home: Home, command: tuple[str, ...]) -> None:
    """On standard error, so that a piped list stays a list; the doctor says it in its findings, as JSON too."""
    old_home(home)
    done = headwater(*command, home=home.folder)
    assert "2 of 2 people will be deleted on" in (done.stdout if command == ("doctor",) else done.stderr), done
    if command == ("doctor",):
        assert done.returncode == 3
        told = json.loads(headwater("doctor", "--json", home=home.folder).stdout)
        assert len(told["store"]["expiring"]) == 1
