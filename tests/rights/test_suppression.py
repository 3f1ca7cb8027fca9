"""The suppression list: every alias, for ever, and never in plain."""

from __future__ import annotations

from scrapers.records import Account, AccountKey, Evidence, EvidenceKind, Request
from scrapers.rights.identifiers import identifiers_of
from scrapers.rights.suppression import REDACTED, SuppressionList
from scrapers.settings.home import Home
from scrapers.store import Store
from tests.support.constants import NOON

ADA = Account(
    "github",
    "Ada-Example-42",
    url="https://github.com/Ada-Example-42",
    id="900000042",
    name="Ada Example",
    links=("https://ada.example/", "https://devpost.com/adaex"),
)
BOB = AccountKey("devpost", "bob-example")


def listed(home: Home, store: Store) -> SuppressionList:
    suppression = SuppressionList.open(home, store)
    suppression.add(home, store, sorted(identifiers_of(ADA)), "objection", NOON)
    return suppression


def test_every_alias_is_recognised(home: Home, store: Store) -> None:
    """Handle in any case, number, profile, API page, repository, declared account and own site all count."""
    suppression = listed(home, store)
    assert suppression.has_account(AccountKey("github", "ADA-example-42"))
    assert suppression.account_listed(Account("github", "renamed", id="900000042"))
    assert suppression.account_listed(Account("forem", "someone", links=("https://github.com/ada-example-42",)))
    for url in (
        "https://github.com/ada-example-42",
        "https://github.com/ada-example-42/tool/commits?author=x",
        "https://api.github.com/users/Ada-Example-42/repos?per_page=100",
        "https://api.github.com/user/900000042",
        "https://devpost.com/AdaEx?page=2",
        "https://ada.example/2026/retries.html",
        "https://avatars.githubusercontent.com/u/900000042?v=4",
    ):
        assert suppression.has_url(url), url


def test_strangers_are_not(home: Home, store: Store) -> None:
    """Similar handles, other sites' same handle, and other people's pages are left alone."""
    suppression = listed(home, store)
    for url in (
        "https://github.com/ada-example",
        "https://github.com/",
        "https://example/",
        "https://devpost.com/software/adaexport",
    ):
        assert not suppression.has_url(url), url
    assert not suppression.account_listed(Account("github", "bob-example", name="Ada Example"))


def test_evidence_of_others_loses_the_name_and_nothing_else(home: Home, store: Store) -> None:
    """Team entries, links, @handles and account words go; the other person's work stays."""
    suppression = listed(home, store)
    shared = Evidence(
        EvidenceKind.HACKATHON_WIN,
        BOB,
        "Pager",
        "Built with @Ada-Example-42 (ada-example-42.github.io) and coffee.",
        "https://devpost.com/software/pager",
        links=("https://github.com/ada-example-42/pager", "https://pager.example/"),
        team=(BOB, AccountKey("devpost", "adaex")),
    )
    kept, held = suppression.apply([shared, Request("github", "https://api.github.com/users/ada-example-42")])
    assert held == 1
    (item,) = kept
    assert isinstance(item, Evidence)
    assert item.text == f"Built with @{REDACTED} ({REDACTED}.github.io) and coffee."
    assert item.links == ("https://pager.example/",)
    assert item.team == (BOB,)


def test_the_list_survives_the_loss_of_either_copy(home: Home, store: Store) -> None:
    """A restored backup of the store, or a lost file, forgets nobody."""
    listed(home, store)
    (home / "suppression.jsonl").rename(home / "lost")
    assert SuppressionList.open(home, store).has_account(ADA.key)
    assert (home / "suppression.jsonl").read_text().count("\n") == 1 + len(identifiers_of(ADA))  # the key's mark first
    fresh = Home(home.folder.parent / "restored").create()
    for name in ("secret.key", "suppression.jsonl"):
        (fresh / name).write_bytes((home / name).read_bytes())
    with Store.open(fresh) as empty:
        assert SuppressionList.open(fresh, empty).has_account(ADA.key)
        assert empty.suppressed_hashes()


def test_the_list_holds_nothing_readable(home: Home, store: Store) -> None:
    """Neither the file nor the store spells an identifier, and another key cannot find one."""
    suppression = listed(home, store)
    store.compact()
    for path in (home / "suppression.jsonl", home / "headwater.db"):
        written = path.read_bytes().lower()
        assert [each for each in (b"ada-", b"ada.", b"adaex", b"example", b"900000042") if each in written] == []
    stranger = SuppressionList(b"0" * 32, store.suppressed_hashes())
    assert not stranger.has_account(ADA.key)
    assert suppression.has_account(ADA.key)


def test_words_that_others_use_are_no_identifiers(home: Home, store: Store) -> None:
    """A handle that is an ordinary word is never a reason to blank prose."""
    suppression = SuppressionList.open(home, store)
    pager = Account("devpost", "pager")
    suppression.add(home, store, sorted(identifiers_of(pager, frozenset({"pager"}))), "objection", NOON)
    assert suppression.has_account(pager.key)
    assert not suppression.mentions("a quiet pager")
