"""Who was forgotten does not come back by another account, another name, or another order of pages."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from ranking.pool import TalentPool
from ranking.upkeep.erasure import forget
from scrapers.candidates.joining import join_accounts
from scrapers.records import Account
from scrapers.rights.suppression import SuppressionList
from scrapers.settings.home import Home, packaged
from scrapers.store import Store
from tests.fetch.test_clone import git
from tests.flows.test_cli import headwater
from tests.support.constants import NOON
from tests.support.hash_embedder import HashingEmbedder

SAMPLE = packaged("sample") / "devpost"
PROJECT = ("software_bus-stop-bench.html", "https://devpost.com/software/bus-stop-bench-demo-hw")
PROFILE = ("profile_aiko-bd-sample.html", "https://devpost.com/aiko-bd-sample")
GITHUB, DEVPOST = "github:aiko-bd-sample", "devpost:aiko-bd-sample"  # the profile links to the GitHub account


def archive(folder: Path, *files: tuple[str, str]) -> Path:
    """These pages of the sample, in that order."""
    folder.mkdir()
    for file, _ in files:
        shutil.copy(SAMPLE / file, folder / file)
    index = {"source": "devpost", "files": [{"file": file, "url": url} for file, url in files]}
    (folder / "index.json").write_text(json.dumps(index))
    return folder


def held(home: Path) -> set[str]:
    """Accounts that anything is held of."""
    with Store.open(Home(home)) as store:
        return store.accounts().keys() | store.credited() | store.members().keys()


def joined(home: Path) -> Home:
    """The home after accounts were joined, as a refresh does."""
    with Store.open(Home(home)) as store:
        join_accounts(store, Home(home).key, NOON)
    return Home(home)


@pytest.mark.parametrize("nights", [[(PROJECT, PROFILE)], [(PROFILE, PROJECT)], [(PROJECT,), (PROFILE,)],
                                    [(PROFILE,), (PROJECT,)]], ids=["project first", "profile first", "two nights",
                                                                    "two nights, profile first"])  # fmt: skip
def test_an_account_that_names_the_forgotten_one_goes_too(
    tmp_path: Path, nights: list[tuple[tuple[str, str], ...]]
) -> None:
    """A project credits her Devpost account; her profile there links to the GitHub account that was forgotten."""
    home = tmp_path / "home"
    assert headwater("forget", GITHUB, home=home).returncode == 0
    for number, files in enumerate(nights):
        done = headwater("collect", "--replay", archive(tmp_path / f"archive-{number}", *files), home=home)
        assert done.returncode == 0, done.stderr
    assert DEVPOST not in held(home)
    assert not (home / "erasing").exists()
    shown = headwater("show", DEVPOST, home=home)
    assert (shown.returncode, "nothing is held" in shown.stderr) == (2, True)
    again = headwater("collect", "--replay", archive(tmp_path / "again", PROJECT), home=home)
    assert again.returncode == 0, again.stderr
    assert DEVPOST not in held(home)


def test_an_account_that_names_one_who_objected_is_never_ranked(tmp_path: Path) -> None:
    """It is on the list as the other one is: nothing is deleted, and it is not in the pool."""
    home = tmp_path / "home"
    headwater("suppress", GITHUB, home=home)
    headwater("collect", "--replay", archive(tmp_path / "archive", PROJECT, PROFILE), home=home)
    headwater("collect", "--replay", archive(tmp_path / "again", PROJECT), home=home)
    assert DEVPOST in held(home)  # what came before her profile did stays, as after any objection
    pool = TalentPool.open(joined(home), embedder=HashingEmbedder())
    assert DEVPOST not in {str(account.key) for each in pool.candidates.values() for account in each.accounts}
    assert len(pool)


def commit(clone: Path, name: str, address: str) -> None:
    if not (clone / ".git").exists():
        clone.mkdir()
        git(clone, "init", "--quiet")
    (clone / "notes.txt").write_text(f"{name} {address}")
    git(clone, "add", ".")
    git(clone, "-c", f"user.name={name}", "-c", f"user.email={address}", "commit", "-qm", "Retry every call")


@pytest.mark.parametrize("later", ["Vera Hollowell", "vera", "Dr. V. N.", "ヴェラ"])
def test_another_name_at_a_known_address_brings_nobody_back(tmp_path: Path, later: str) -> None:
    """Married, mistyped or in another script: the address is the forgotten person's, and so is the commit."""
    home, clone = tmp_path / "home", tmp_path / "clone"
    commit(clone, "Vera Nightingale", "vera@vera.example.com")
    commit(clone, "Bob Stays", "bob@bob.example.com")
    headwater("collect", "git", "--path", clone, home=home)
    assert headwater("forget", "vera@vera.example.com", home=home).returncode == 0
    (left,) = held(home)
    commit(clone, later, "vera@vera.example.com")
    done = headwater("collect", "git", "--path", clone, home=home)
    assert done.returncode == 0, done.stderr
    assert held(home) == {left}


def test_an_address_means_whom_it_can_be_shown_to_be(tmp_path: Path) -> None:
    """A noreply address is its account's, also after a rename; a shared one asks who; an unknown one proves nothing."""
    home, clone = tmp_path / "home", tmp_path / "clone"
    commit(clone, "Vera Nightingale", "77+vera-then@users.noreply.github.com")
    commit(clone, "Ada Example", "verabob@vera.example.com")
    commit(clone, "Bob Stays", "verabob@vera.example.com")
    commit(clone, "Vera Nightingale", "77+vera-now@users.noreply.github.com")
    headwater("collect", "git", "--path", clone, home=home)
    joined(home)
    assert len(held(home)) == 3
    shared = headwater("forget", "verabob@vera.example.com", home=home)
    assert (shared.returncode, "2 people call it their own" in shared.stderr) == (2, True), shared
    role = headwater("forget", "team@vera.example.com", home=home)
    assert (role.returncode, "anybody may use" in role.stderr) == (2, True)
    stranger = headwater("forget", "nobody@vera.example.com", home=home)
    assert (stranger.returncode, "cannot be proven" in stranger.stderr) == (2, True)
    for address in ("77+vera-then@users.noreply.github.com", "77+vera-now@users.noreply.github.com"):
        shown = headwater("show", address, home=home)
        assert shown.returncode == 0, shown.stderr
    assert headwater("forget", "77+vera-then@users.noreply.github.com", home=home).returncode == 0
    assert not any(key.startswith("github:") for key in held(home))


def test_a_friends_link_lists_nobody(home: Home, store: Store) -> None:
    """Who links to a forgotten person, or to a repository of theirs, or to such a friend, is kept out by nothing."""
    suppression = SuppressionList.open(home, store)
    forget("github:vera-nightingale", home, store, suppression, at=NOON)
    friends = [
        Account("forem", "bob-stays", name="Bob Stays", links=("https://github.com/vera-nightingale",)),
        Account("forem", "cleo-links", name="Cleo Links", links=("https://github.com/vera-nightingale/tool",)),
        Account("devpost", "dora-follows", name="Dora Follows", links=("https://dev.to/bob-stays",)),
    ]
    suppression.learn(store, friends, NOON)
    assert not any(suppression.has_account(friend.key) for friend in friends)
    own = Account("devpost", "Vera-Nightingale", links=("https://github.com/vera-nightingale",))
    suppression.learn(store, [own], NOON)
    assert suppression.has_account(own.key)
