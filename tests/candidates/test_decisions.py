"""What people say about who is one person: obeyed, kept through refreshes, undone by the next word."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from scrapers.candidates.decisions import (
    NothingToDecide,
    TwoNumbers,
    different,
    grounds_of,
    lock,
    queue,
    same,
    split,
    unlock,
)
from scrapers.candidates.joining import join_accounts, load_candidates
from scrapers.candidates.lookup import WhoIsThat
from scrapers.identity import judgements_in_force
from scrapers.records import Account, Page, Request
from scrapers.rights.audit_log import read
from scrapers.settings.home import Home
from scrapers.settings.secret_key import candidate_id
from scrapers.store import Store
from tests.exports.test_exports import shortlist, written
from tests.flows.test_cli import headwater
from tests.support.constants import NOON

ADA = Account("github", "ada", "https://github.com/ada", id="4711", name="Ada Roe", links=("https://roe.example/",))
SITE = Account("web", "roe.example", "https://roe.example/", name="Ada Roe", links=("https://github.com/ada",))
POST = Account("forem", "adaroe", "https://dev.to/adaroe", name="Ada Roe", links=("https://github.com/ada",))
OTHER = Account("devpost", "cy-poe", "https://devpost.com/cy-poe", name="Cy Poe")
NAMESAKE = Account("hackernews", "roe9", "https://news.ycombinator.com/user?id=roe9", name="Ada Roe")


def keep(store: Store, *accounts: Account, at: datetime = NOON) -> None:
    for account in accounts:
        request = Request("forem", f"https://pages.example/{account.site}/{account.handle}")
        store.settle("c", request, page=Page("forem", request.url, b"x", at), records=[account])


@pytest.fixture
def key(home: Home) -> bytes:
    return home.key


@pytest.fixture
def joined(store: Store, key: bytes) -> Store:
    """Ada's three accounts, one candidate by rules, and two strangers."""
    keep(store, ADA, SITE, POST, OTHER, NAMESAKE)
    join_accounts(store, key, NOON)
    assert people(store) == [["forem:adaroe", "github:ada", "web:roe.example"], ["devpost:cy-poe"], ["hackernews:roe9"]]
    return store


def people(store: Store) -> list[list[str]]:
    """The accounts of each candidate, the largest first."""
    held = [[str(account.key) for account in candidate.accounts] for candidate in load_candidates(store)]
    return sorted(held, key=lambda accounts: (-len(accounts), accounts))


def refreshed(store: Store, key: bytes, days: Sequence[int] = (2, 3)) -> list[list[str]]:
    for day in days:
        join_accounts(store, key, NOON + timedelta(days=day))
    return people(store)


def test_different_parts_two_accounts_for_good(joined: Store, key: bytes) -> None:
    """The accounts part, each keeps what ties it best, and no later refresh or page joins them again."""
    said = different("github:ada", "https://roe.example/", joined, key, NOON)
    assert "now two candidates" in said
    assert people(joined)[0] == ["forem:adaroe", "github:ada"]
    keep(joined, SITE, at=NOON + timedelta(days=1))
    assert refreshed(joined, key)[0] == ["forem:adaroe", "github:ada"]


def test_the_newest_word_undoes_the_one_before_in_one_step(joined: Store, key: bytes) -> None:
    """Same after different, and different after same, leave exactly what was there before either."""
    start = people(joined)
    different("github:ada", "web:roe.example", joined, key, NOON)
    same(["github:ada", "web:roe.example"], joined, key, NOON + timedelta(minutes=1))
    assert refreshed(joined, key) == start
    assert "now one candidate" in same(["github:ada", "devpost:cy-poe"], joined, key, NOON + timedelta(days=4))
    assert len(people(joined)[0]) == 4
    different("devpost:cy-poe", "github:ada", joined, key, NOON + timedelta(days=5))
    assert refreshed(joined, key, (6, 7)) == start


def test_candidates_are_named_by_id_even_after_a_join(joined: Store, key: bytes) -> None:
    """The id of a candidate that was merged away still names its account, so that the join can be taken back."""
    ids = sorted(set(joined.members().values()))
    one, other, _ = ids
    start = people(joined)
    same([one, other], joined, key, NOON)
    assert len(set(joined.members().values())) == 2
    different(one, other, joined, key, NOON + timedelta(minutes=1))
    assert people(joined) == start
    assert sorted(set(joined.members().values())) == ids


def test_different_between_candidates_parts_all_of_their_accounts(joined: Store, key: bytes) -> None:
    """Said of two candidates it holds for each account, and one `same` takes all of it back."""
    assert "stay so" in different("github:ada", "devpost:cy-poe", joined, key, NOON)
    keep(joined, Account("devpost", "cy-poe", name="Ada Roe", links=("https://dev.to/adaroe",)))
    links = (*POST.links, "https://devpost.com/cy-poe")
    keep(joined, Account("forem", "adaroe", name="Ada Roe", links=links))
    assert ["devpost:cy-poe"] in refreshed(joined, key)
    same(["devpost:cy-poe", "forem:adaroe"], joined, key, NOON + timedelta(days=4))
    assert len(refreshed(joined, key, (5, 6))[0]) == 4


def test_split_makes_every_account_its_own_and_same_takes_it_back(joined: Store, key: bytes) -> None:
    """A split candidate stays split; naming all of its accounts joins them again."""
    start = people(joined)
    assert "now 3 candidates" in split("github:ada", joined, key, NOON)
    assert all(len(accounts) == 1 for accounts in refreshed(joined, key))
    same(["github:ada", "web:roe.example", "forem:adaroe"], joined, key, NOON + timedelta(days=4))
    assert refreshed(joined, key, (5, 6)) == start


def test_a_locked_candidate_gains_nobody_and_loses_nobody(joined: Store, key: bytes) -> None:
    """New links, numbers and names move no account in or out; with the lock off, pages decide again."""
    start = people(joined)
    assert "its 3 accounts stay together" in lock("github:ada", joined, key, NOON)
    assert people(joined) == start
    silent = Account("forem", "adaroe", "https://dev.to/adaroe", name="Zoe Poe")
    claimant = Account("devpost", "adar", name="Ada Roe", id="4711", links=("https://github.com/ada",))
    photographed = Account("devpost", "roe-a", links=("https://avatars.githubusercontent.com/u/4711?v=4",))
    keep(joined, silent, claimant, photographed, at=NOON + timedelta(days=1))
    assert refreshed(joined, key)[0] == start[0]
    assert not [j for j in queue(joined) if not set(j.pair).isdisjoint(start[0])]
    unlock("web:roe.example", joined, key, NOON + timedelta(days=4))
    assert people(joined)[0] == ["devpost:adar", "devpost:roe-a", "github:ada", "web:roe.example"]


def test_unlock_is_the_state_before_the_lock(joined: Store, key: bytes) -> None:
    """Candidates, standing judgements, reasons and the queue are the same to the last letter, human words included."""
    same(["github:ada", "hackernews:roe9"], joined, key, NOON)

    def state() -> object:
        standing = [judgement for judgement in judgements_in_force(joined.judgements()) if judgement.rule != "lock"]
        return load_candidates(joined), standing, queue(joined)

    before = state()
    lock("github:ada", joined, key, NOON + timedelta(minutes=1))
    assert state() != before
    unlock("github:ada", joined, key, NOON + timedelta(minutes=2))
    assert state() == before


def test_a_lock_is_told_with_the_reasons_it_keeps(joined: Store, key: bytes) -> None:
    """Explain still says why the accounts are one person, and that a human locked them."""
    before = grounds_of("github:ada", joined, key)
    lock("github:ada", joined, key, NOON)
    grounds = grounds_of("github:ada", joined, key)
    assert (before.locked, grounds.locked) == (False, True)
    assert [why.removesuffix(" A human locked this person.") for why in grounds.why] == list(before.why)
    assert "A human locked this person." in grounds.told()
    lock("devpost:cy-poe", joined, key, NOON)
    assert "A human locked this person." in grounds_of("devpost:cy-poe", joined, key).told()


def test_people_may_change_a_locked_candidate(joined: Store, key: bytes) -> None:
    """`same` brings a whole candidate under the lock, `different` parts it; each part stays locked."""
    friend = Account("gitlab", "cyp", "https://gitlab.com/cyp", name="Cy Poe", links=("https://devpost.com/cy-poe",))
    keep(joined, friend)
    assert ["devpost:cy-poe", "gitlab:cyp"] in refreshed(joined, key, (1,))
    lock("github:ada", joined, key, NOON + timedelta(days=2))
    same(["github:ada", "devpost:cy-poe"], joined, key, NOON + timedelta(days=3))
    assert len(refreshed(joined, key, (4,))[0]) == 5
    different("gitlab:cyp", "github:ada", joined, key, NOON + timedelta(days=5))
    assert sorted(map(len, refreshed(joined, key, (6,)))) == [1, 1, 4]
    assert grounds_of("gitlab:cyp", joined, key).locked


def test_a_lock_is_put_on_and_taken_off_once(joined: Store, key: bytes) -> None:
    """A second lock, and an unlock of what is not locked, are refused and change nothing."""
    with pytest.raises(NothingToDecide, match="not locked"):
        unlock("github:ada", joined, key, NOON)
    lock("github:ada", joined, key, NOON)
    with pytest.raises(NothingToDecide, match="locked already"):
        lock("forem:adaroe", joined, key, NOON + timedelta(minutes=1))


def test_two_account_numbers_are_joined_only_by_force(joined: Store, key: bytes) -> None:
    """The refusal names both numbers and records nothing; a forced word holds until `different` takes it back."""
    keep(joined, Account("github", "ada-at-work", id="9", name="Ada Roe"))
    start = refreshed(joined, key, (1,))
    with pytest.raises(TwoNumbers, match=r"github#4711 and github#9\..*--force"):
        same(["forem:adaroe", "github:ada-at-work"], joined, key, NOON + timedelta(days=1))
    assert people(joined) == start
    same(["forem:adaroe", "github:ada-at-work"], joined, key, NOON + timedelta(days=1), force=True)
    assert len(refreshed(joined, key)[0]) == 4
    keep(joined, Account("devpost", "third", links=("https://avatars.githubusercontent.com/u/12?v=4",)))
    keep(joined, Account("github", "ada-at-play", id="12", name="Ada Roe", links=("https://dev.to/adaroe",)))
    assert [len(accounts) for accounts in refreshed(joined, key, (4,))[:2]] == [4, 2]
    different("forem:adaroe", "github:ada-at-work", joined, key, NOON + timedelta(days=5))
    assert set(map(tuple, start)) < set(map(tuple, refreshed(joined, key, (6,))))


def test_a_judged_pair_leaves_the_queue(joined: Store, key: bytes) -> None:
    """A namesake is suggested, never joined, and asked about once."""
    (first,) = [judgement for judgement in queue(joined) if "hackernews:roe9" in judgement.pair][:1]
    assert first.verdict == "unsure"
    assert first.sentence.startswith("Not joined, worth a look")
    different(*first.pair, joined, key, NOON)
    assert not [judgement for judgement in queue(joined) if "hackernews:roe9" in judgement.pair]


def test_the_queue_holds_at_most_three_pairs_a_person_and_the_best_first(store: Store, key: bytes) -> None:
    """A queue that a human can finish."""
    keep(
        store, *[Account(site, f"q{n}", name="Ada Roe") for n, site in enumerate(("github", "web", "forem", "devpost"))]
    )
    keep(store, *[Account("hackernews", f"z{n}", name="Ada Roe") for n in range(4)])
    join_accounts(store, key, NOON)
    found = queue(store)
    shown = [account for judgement in found for account in judgement.pair]
    assert 3 < len(found) <= 12
    assert max(map(shown.count, shown)) == 3
    assert [j.score for j in found] == sorted((j.score for j in found), reverse=True)
    assert len(people(store)) == 8


def test_the_grounds_say_the_weakest_reason_first(joined: Store, key: bytes) -> None:
    """A declared link is weaker than a two-way one, and a claim that nothing bears out is shown as such."""
    keep(joined, Account("devpost", "cy-poe", name="Cy Poe", links=("https://github.com/ada",)))
    join_accounts(joined, key, NOON)
    grounds = grounds_of("github:ada", joined, key)
    kinds = ("declares", "link to each other")
    assert [next(words for words in kinds if words in sentence) for sentence in grounds.why] == list(kinds)
    assert any("devpost:cy-poe" in sentence and "unverified" in sentence for sentence in grounds.unverified)
    (candidate,) = [candidate for candidate in load_candidates(joined) if len(candidate.accounts) > 1]
    assert candidate.joined == grounds.why


def test_the_shortlist_shows_accounts_and_why_they_are_one_person() -> None:
    """JSON lines carry the sentences, the page folds them below the accounts, and markup in them stays text."""
    listed = shortlist()
    (match,) = listed.matches
    sentence = "Joined: <b>both</b> link to each other."
    told = replace(listed, matches=(replace(match, candidate=replace(match.candidate, joined=(sentence,))),))
    row = json.loads(written("jsonl", told))
    assert (row["accounts"], row["joined"]) == (["devpost:ada-example"], [sentence])
    assert ">Joined: &lt;b&gt;both&lt;/b&gt; link to each other.<" in written("page", told)
    assert "Why they are one person" not in written("page", listed)


@pytest.mark.parametrize("identifier", ["c0123456789", "github:nobody", "https://github.com/nobody", "nonsense"])
def test_a_word_about_nobody_is_refused(joined: Store, key: bytes, identifier: str) -> None:
    """What no candidate holds is a fault that names it, and nothing is recorded."""
    with pytest.raises(WhoIsThat, match=identifier.split("/")[-1]):
        same(["github:ada", identifier], joined, key, NOON)
    with pytest.raises(WhoIsThat, match=identifier.split("/")[-1]):
        split(identifier, joined, key, NOON)
    assert not [judgement for judgement in joined.judgements() if judgement.by_people]


def test_a_word_about_an_account_that_went_since_is_refused(joined: Store, key: bytes) -> None:
    """Between its page's end and the next refresh nobody can be joined with it, and the others can be parted."""
    joined.forget_page("c", Request("forem", "https://pages.example/forem/adaroe"))
    with pytest.raises(WhoIsThat, match="headwater refresh"):
        same(["forem:adaroe", "devpost:cy-poe"], joined, key, NOON)
    assert "2 candidates" in split("github:ada", joined, key, NOON)


def test_a_word_about_one_account_is_refused(joined: Store, key: bytes) -> None:
    """Nobody is the same as, or different from, themselves; and one account cannot be split."""
    ada = candidate_id("github:ada", key)
    for one, other in (("github:ada", "https://github.com/Ada"), (ada, ada)):
        with pytest.raises(NothingToDecide):
            same([one, other], joined, key, NOON)
        with pytest.raises(NothingToDecide):
            different(one, other, joined, key, NOON)
    with pytest.raises(NothingToDecide):
        split("devpost:cy-poe", joined, key, NOON)


def test_the_commands_say_what_changed(home: Home, joined: Store) -> None:
    """Each prints one sentence, queue prints JSON lines, explain the human's word; the log names whom a lock held."""
    joined.close()
    folder = home.folder
    done = headwater("same", "github:ada", "devpost:cy-poe", home=folder)
    assert done.returncode == 0
    assert "now one candidate" in done.stdout
    assert "A human judged" in headwater("explain", "github:ada", home=folder).stdout
    assert len(json.loads(headwater("explain", "github:ada", "--json", home=folder).stdout)["why"]) == 3
    assert "now two candidates" in headwater("different", "github:ada", "devpost:cy-poe", home=folder).stdout
    assert "now 3 candidates" in headwater("split", "github:ada", home=folder).stdout
    waiting = headwater("queue", "--json", home=folder).stdout.splitlines()
    assert {json.loads(line)["verdict"] for line in waiting} == {"unsure"}
    assert "headwater different" in headwater("queue", home=folder).stderr
    assert headwater("queue", "--json", "--top", 1, home=folder).stdout.splitlines() == waiting[:1]
    assert len(waiting) > 1
    assert "is locked" in headwater("lock", "devpost:cy-poe", home=folder).stdout
    assert "no longer locked" in headwater("unlock", "devpost:cy-poe", home=folder).stdout
    ours = candidate_id("devpost:cy-poe", home.key)
    assert [(each["act"], each["candidates"]) for each in read(home)[-2:]] == [("lock", [ours]), ("unlock", [ours])]
    shown = headwater("show", "github:ada", home=folder).stdout
    assert "link to each other (read 15 Nov 2026). (held until" in shown
    refused = headwater("different", "github:ada", "github:nobody", home=folder)
    assert refused.returncode == 2
    assert "github:nobody" in refused.stderr


def test_times_of_words_decide_not_their_order_in_the_log(joined: Store, key: bytes) -> None:
    """A word that was said earlier but written later does not win."""
    different("github:ada", "web:roe.example", joined, key, datetime(2026, 11, 20, tzinfo=UTC))
    same(["github:ada", "web:roe.example"], joined, key, datetime(2026, 11, 19, tzinfo=UTC))
    assert people(joined)[0] == ["forem:adaroe", "github:ada"]
