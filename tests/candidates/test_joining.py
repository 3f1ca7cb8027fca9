"""From accounts to candidates: who belongs together, under which id, and that a second refresh changes nothing."""

from __future__ import annotations

import random
import re
from datetime import timedelta
from pathlib import Path

import pytest

from ranking.upkeep.erasure import forget
from scrapers.candidates.joining import join_accounts, load_candidates
from scrapers.identity import cluster
from scrapers.records import Account, AccountKey, Evidence, EvidenceKind, Page, Record, Request
from scrapers.rights.suppression import SuppressionList
from scrapers.settings.home import Home
from scrapers.store import Store
from tests.support.constants import NOON

ADA = Account(
    "github", "ada-hw", "https://github.com/ada-hw", id="4711", name="Ada Roe", links=("https://ada-roe.example/",)
)
SITE = Account("web", "ada-roe.example", "https://ada-roe.example/", links=("https://github.com/ada-hw",))
MEMBER = Account(
    "devpost", "ada-r", "https://devpost.com/ada-r", name="Ada Roe",
    links=("https://avatars.githubusercontent.com/u/4711?v=4",),
)  # fmt: skip
POST = Account("forem", "adar", "https://dev.to/adar", name="Ada Roe", links=("https://github.com/ada-hw",))
LIAR = Account(
    "devpost", "mallory", "https://devpost.com/mallory", name="Mallory Poe", links=("https://github.com/ada-hw",)
)
BOT = Account("github", "ada-hw-bot", "https://github.com/ada-hw-bot", kind="bot", name="Ada Roe")
LAB = Account(
    "github", "roe-lab", "https://github.com/roe-lab", kind="organization", links=("https://ada-roe.example/",)
)
EVERYBODY = (ADA, SITE, MEMBER, POST, LIAR, BOT, LAB)
ADAS = {"github:ada-hw", "web:ada-roe.example", "devpost:ada-r", "forem:adar"}


def keep(store: Store, *records: Record, days: int = 0) -> None:
    """Each record as its own page states it."""
    for record in records:
        name = f"{record.key}" if isinstance(record, Account) else getattr(record, "id", "")
        request = Request("forem", f"https://pages.example/{name}")
        page = Page("forem", request.url, b"x", NOON + timedelta(days=days))
        store.settle("c", request, page=page, records=[record])


def refreshed(store: Store, key: bytes, days: int = 0) -> dict[str, str]:
    join_accounts(store, key, NOON + timedelta(days=days))
    return store.members()


def project(account: Account, url: str = "https://devpost.com/software/pager") -> Evidence:
    return Evidence(EvidenceKind.HACKATHON_PROJECT, AccountKey(account.site, account.handle), "Pager", "Retries.", url)


def test_pages_lead_to_members_of_one_candidate(home: Home, store: Store) -> None:
    """A two-way link, the number in a picture's address and a declared link each bring an account, a lie none."""
    keep(store, *EVERYBODY)
    members = refreshed(store, home.key)
    ours = members["github:ada-hw"]
    assert {account for account, owner in members.items() if owner == ours} == ADAS
    assert members["devpost:mallory"] != ours
    (ada,) = [candidate for candidate in load_candidates(store) if candidate.id == ours]
    told = " ".join(ada.joined)
    assert len(ada.joined) == len(ADAS) - 1
    for words in ("link to each other", "github#4711", "declares github:ada-hw"):
        assert words in told
    assert "mallory" not in told


def test_bots_and_organisations_are_nobodys_candidate(home: Home, store: Store) -> None:
    """They are credited where they act, but nobody can be ranked, joined or suggested as one of them."""
    keep(store, *EVERYBODY, project(BOT, "https://github.com/x/y"), project(LAB, "https://github.com/x/z"))
    members = refreshed(store, home.key)
    assert not {"github:ada-hw-bot", "github:roe-lab"} & members.keys()
    assert not [item for candidate in load_candidates(store) for item in candidate.evidence]
    said = [j for j in store.judgements() if j.verdict == "same" or j.rule == "suggestion"]
    assert not [j for j in said if {"github:ada-hw-bot", "github:roe-lab"} & set(j.pair)]


def test_ids_are_opaque_and_stay_when_an_account_is_added(home: Home, store: Store) -> None:
    """No name or handle can be read from an id, another key gives other ids, and a later account changes none."""
    keep(store, MEMBER, LIAR)
    before = refreshed(store, home.key)
    keep(store, ADA, SITE, POST, days=1)
    after = refreshed(store, home.key, days=1)
    assert before.items() <= after.items()
    assert {after[account] for account in ADAS} == {before["devpost:ada-r"]}
    assert all(re.fullmatch(r"c[0-9a-f]{20}", owner) for owner in after.values())
    assert not set(after.values()) & set(refreshed(store, b"another key", days=1).values())


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_pages_does_not_matter(tmp_path: Path, seed: int) -> None:
    """The same pages collected in another order give the same members, ids and sentences."""
    found = []
    for shuffled in (False, True):
        home = Home(tmp_path / f"home-{shuffled}").create()
        pages: list[Record] = [*EVERYBODY, project(MEMBER), project(POST, "https://dev.to/adar/pager")]
        if shuffled:
            random.Random(seed).shuffle(pages)
        with Store.open(home) as store:
            keep(store, *pages)
            refreshed(store, b"one key")
            found.append(load_candidates(store))
    assert found[0] == found[1]


def test_a_second_refresh_changes_nothing(home: Home, store: Store) -> None:
    """Members, judgements and their times are as the first refresh left them, and the log alone gives the members."""
    keep(store, *EVERYBODY)
    members = refreshed(store, home.key)
    judgements = store.judgements()
    assert refreshed(store, home.key, days=1) == members
    assert store.judgements() == judgements
    replayed = cluster(members, judgements)
    assert len(set(replayed.values())) == len(set(members.values()))
    assert len({(replayed[account], members[account]) for account in members}) == len(set(members.values()))


def test_an_account_known_only_by_its_act_is_a_candidate(home: Home, store: Store) -> None:
    """Who is credited but described nowhere is found by the act, under the handle."""
    keep(store, project(Account("devpost", "quiet-maker")))
    refreshed(store, home.key)
    (candidate,) = load_candidates(store)
    assert (candidate.name, len(candidate.evidence), candidate.joined) == ("quiet-maker", 1, ())


def test_a_join_that_lost_its_ground_is_undone(home: Home, store: Store) -> None:
    """When a page no longer declares the account, the next refresh parts them and the reason is revoked, not erased."""
    keep(store, ADA, POST)
    assert len(set(refreshed(store, home.key).values())) == 1
    keep(store, Account("forem", "adar", "https://dev.to/adar", name="Ada Roe"), days=1)
    assert len(set(refreshed(store, home.key, days=1).values())) == 2
    (declared,) = [j for j in store.judgements() if j.rule == "declared"]
    assert declared.revoked_at == NOON + timedelta(days=1)
    assert all(candidate.joined == () for candidate in load_candidates(store))


def test_who_was_erased_does_not_come_back(home: Home, store: Store) -> None:
    """After forgetting and collecting the same pages again, no row, candidate or judgement of the person is there."""
    pages: list[Record] = [*EVERYBODY, project(MEMBER)]
    keep(store, *pages)
    refreshed(store, home.key)
    forget("https://github.com/ada-hw", home, store, SuppressionList.open(home, store), at=NOON)
    kept, refused = SuppressionList.open(home, store).apply(pages)
    assert refused > len(ADAS) - 1
    keep(store, *kept, days=1)
    members = refreshed(store, home.key, days=1)
    assert "devpost:mallory" in members
    assert not ADAS & members.keys()
    rows = store.rows_of(ADAS)
    assert {table: len(found) for table, found in rows.items()} == dict.fromkeys(rows, 0)
