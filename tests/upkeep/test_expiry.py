"""Deletion is announced a week before, with the reason and what keeps people; afterwards it is told."""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from flows.cli.operator import ask_operator, write_operator
from ranking.corpus.embedding import embed_evidence
from ranking.pool import NobodyToRank, TalentPool
from ranking.upkeep.expiry import announced, expiring, last_deletion, people_standings
from ranking.upkeep.sweep import sweep
from scrapers.candidates.joining import join_accounts
from scrapers.records import Account, AccountKey, Evidence, EvidenceKind, Page, Request
from scrapers.rights.suppression import SuppressionList
from scrapers.settings.home import Home
from scrapers.sources.watched import operator_of
from scrapers.store import Interaction, Store
from tests.flows.test_cli import headwater
from tests.support.constants import NOON
from tests.support.hash_embedder import HashingEmbedder
from tests.support.invented_web import World

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
    store.add_interactions(
        [
            Interaction("forem:bob-stays", "notified", DAY - timedelta(days=150)),
            Interaction("forem:cleo-answers", "answered", DAY - timedelta(days=702)),
        ]
    )
    told = announced(home, store, DAY + timedelta(days=26))
    assert [sentence.partition(".")[0] for sentence in told] == [
        f"1 of 4 people will be deleted on {DAY + timedelta(days=31)}: they were told, and did not answer within 180 "
        "days",
        f"1 of 4 people will be deleted on {DAY + timedelta(days=29)}: there was no contact with them for 730 days",
        f"2 of 4 people will be deleted by {DAY + timedelta(days=33)}, 1 of them on {DAY + timedelta(days=31)}: "
        "nobody told them within 30 days that data of theirs is held",
    ]  # fmt: skip


def test_who_was_handed_over_is_announced_under_a_public_notice_too(home: Home, store: Store) -> None:
    """The notice of people on a list is due all the same; everybody else stays as long as the retention says."""
    text = (home / "operator.toml").read_text()
    public = 'policy = "public"\npublic_url = "https://example.com/privacy"\nbalancing_note_on = 2026-01-01'
    (home / "operator.toml").write_text(text.replace('policy = "each"', public))
    seen(home, store, 0, "ada-example", "bob-stays")
    store.add_interactions([Interaction("forem:ada-example", "handed", DAY, "engineer")])
    (group,) = expiring(people_standings(store), operator_of(home), DAY + timedelta(days=25))
    assert (group.reason, len(group.days)) == ("listed", 1)
    later = expiring(people_standings(store), operator_of(home), DAY + timedelta(days=175))
    assert {each.reason for each in later} == {"listed", "not_seen"}
    assert not any("public" in sentence for sentence in announced(home, store, DAY + timedelta(days=25)))


def test_nothing_is_said_where_nothing_is_to_be_said(home: Home, store: Store) -> None:
    """Before `init`, without people, and of who was told."""
    assert announced(home, store, DAY) == ()
    seen(home, store, 0, "ada-example")
    store.add_interactions([Interaction("forem:ada-example", "notified", DAY)])
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


def test_who_came_since_is_told_to_be_joined(home: Home, store: Store) -> None:
    """Where new acts lie in the store already, the way on is the refresh that joins them."""
    seen(home, store, 0, "ada-example")
    swept(home, store, 31)
    act = Evidence(
        EvidenceKind.POST, AccountKey("forem", "cleo-new"), "Pager", "It retried.", "https://forem.example/9"
    )
    page = Page("forem", "https://forem.example/api/cleo-new", b"cleo-new", NOON + timedelta(days=32))
    store.settle("live", Request("forem", page.url), page=page, records=[Account("forem", "cleo-new"), act])
    with pytest.raises(NobodyToRank, match=r"1 person because nobody told them .* run `headwater refresh`"):
        TalentPool.open(home, embedder=HashingEmbedder())


def test_one_person_and_one_day_are_told_in_the_singular(home: Home, store: Store) -> None:
    """No sentence counts one of anything in the plural."""
    text = (home / "operator.toml").read_text()
    (home / "operator.toml").write_text(text.replace("retention_days = 180", "retention_days = 1\nunnotified_days = 1"))
    seen(home, store, 0, "ada-example")
    (told,) = announced(home, store, DAY)
    day = DAY + timedelta(days=2)
    assert told.startswith(f"1 of 1 person will be deleted on {day}: nobody told them within 1 day that")


def test_day_31_by_the_commands(home: Home, tmp_path: Path) -> None:
    """The evening before, all are announced; the night's sweep says who went, and so do collecting and ranking."""
    archive, today = World().write(tmp_path), datetime.now(UTC).date()
    collect = ("collect", "forem", "--replay", archive)

    def collected_days_ago(days: int) -> None:
        with sqlite3.connect(home / "headwater.db") as held:
            for table in ("accounts", "evidence"):
                held.execute(f"UPDATE {table} SET first_seen = ?", [(today - timedelta(days=days)).isoformat()])
        held.close()

    assert "held back, of" not in headwater(*collect, home=home.folder).stderr
    with Store.open(home) as store:
        join_accounts(store, home.key, NOON)
        people = len(set(store.members().values()))
    collected_days_ago(30)
    evening = headwater("sweep", home=home.folder)
    assert f"{people} of {people} people will be deleted on {today + timedelta(days=1)}: nobody told" in evening.stderr
    assert evening.stdout.startswith("0 expired")
    collected_days_ago(31)
    night = headwater("sweep", home=home.folder)
    assert f"Deleted on {today}: {people} people because nobody told them within 30 days" in night.stdout
    assert "will be deleted" not in night.stderr
    again = headwater(*collect, home=home.folder)
    assert f"whose time ran out (deleted on {today}: {people} people because" in " ".join(again.stderr.split())
    ranked = headwater("rank", "It retried.", home=home.folder)
    assert ranked.returncode == 2
    assert f"nobody here; deleted on {today}: {people} people because nobody told them within 30 days" in ranked.stderr


def test_a_notice_to_nobody_held_is_refused_and_leaves_no_trace(home: Home, store: Store) -> None:
    """A mistyped or an erased account is not written into the store, and those named with it are not recorded."""
    seen(home, store, 0, "ada-example")
    done = headwater("notified", "forem:ada-example", "forem:bob-gone", home=home.folder)
    assert (done.returncode, done.stderr) == (
        2,
        "headwater: forem:bob-gone: nothing is held of them, so nothing was recorded; is it spelled right?\n",
    )
    assert store.interactions() == []
    assert headwater("notified", "forem:ada-example", home=home.folder).returncode == 0
    assert [dealing.account for dealing in store.interactions()] == ["forem:ada-example"]


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
