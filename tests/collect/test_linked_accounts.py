"""Links that people declare: whom a run asks for because of them, and that nothing doubtful is asked for."""

from __future__ import annotations

import json
from collections.abc import Iterable

import pytest

from scrapers.candidates.joining import join_accounts
from scrapers.collect.linked_accounts import MOST_ASKED, linked_accounts
from scrapers.collect.plan import Plan
from scrapers.collect.run import CollectingRun, collect
from scrapers.records import Account, Code, Page, Refused, Request
from scrapers.rights.suppression import SuppressionList
from scrapers.settings.home import Home
from scrapers.sources import source_named
from scrapers.sources.homepages import MOST_LINKS
from scrapers.store import Store
from tests.candidates.test_joining import keep, project
from tests.support.constants import NOON

POST = Account("web", "ada.example", "https://ada.example/", name="Ada Roe", links=("https://github.com/Ada-HW",))


def asked(store: Store, source: str = "github") -> list[str]:
    return [request.url for request in linked_accounts(source_named(source), store)]


def made(store: Store, *accounts: Account) -> None:
    """The accounts, each credited with an act of its own."""
    for account in accounts:
        keep(store, account, project(account, f"https://work.example/{account.key}"))


def linking(*links: str, handle: str = "ada-r", site: str = "devpost", **said: object) -> Account:
    return Account(site, handle, name="Ada Roe", links=links, **said)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("source", "link", "url"),
    [
        ("github", "https://github.com/ada-hw", "https://api.github.com/users/ada-hw"),
        ("forem", "https://dev.to/adar", "https://dev.to/api/articles?username=adar&page=1&per_page=100"),
        ("devpost", "https://devpost.com/ada", "https://devpost.com/ada"),
        ("huggingface", "https://huggingface.co/ada", "https://huggingface.co/api/users/ada/overview"),
        ("homepages", "https://www.ada.example/", "https://ada.example"),
    ],
)
def test_what_somebody_names_as_theirs_is_asked_for(store: Store, source: str, link: str, url: str) -> None:
    """Each source asks for its own sites' accounts, until they are held."""
    made(store, linking(link, site="hackernews"))
    assert asked(store, source) == [url]
    site, handle = {"homepages": ("web", "ada.example")}.get(source, (source, link.rsplit("/", 1)[-1]))
    keep(store, Account(site, handle))
    assert asked(store, source) == []


@pytest.mark.parametrize(
    "claimants",
    [
        [linking("https://github.com/torvalds"), linking("https://github.com/torvalds", handle="mallory")],
        [linking("https://github.com/a1", "https://github.com/a2")],
        [linking(*(f"https://github.com/friend{n}" for n in range(300)))],
        [linking("https://gіthub.com/ada-hw")],  # a Cyrillic letter
        [linking("https://github.com/ada-hw", kind="organization")],
        [linking("https://github.com/ada-hw", handle="ada", site="github")],
        [linking("https://github.com/features", "http://user@github.com/ada", "javascript:alert(1)")],
        [linking("https://linkedin.com/in/ada", "https://x.com/ada")],
    ],
    ids=["two claim it", "two of one site", "a farm", "look-alike", "a team", "same site", "no account", "no source"],
)
def test_doubtful_links_bring_nothing(store: Store, claimants: list[Account]) -> None:
    """Nobody is asked for because of them (G22)."""
    made(store, *claimants)
    assert asked(store) == []


def test_a_link_of_somebody_without_an_act_or_with_an_account_there_is_not_followed(home: Home, store: Store) -> None:
    """Who made nothing is nobody's lead, and who has an account at the site needs no second one."""
    keep(store, linking("https://github.com/ada-hw"))
    assert asked(store) == []
    own = Account("github", "ada-old", name="Ada Roe", id="7", links=("https://devpost.com/ada-r",))
    made(store, linking("https://github.com/ada-hw"), own)
    assert asked(store) == ["https://api.github.com/users/ada-hw"]
    join_accounts(store, home.key, NOON)
    keep(store, linking("https://github.com/ada-old", "https://github.com/ada-hw"))
    assert asked(store) == []


def test_a_run_asks_for_so_many_and_no_more(store: Store) -> None:
    """What is left over waits for the next run."""
    made(store, *(linking(f"https://github.com/h{n}", handle=f"m{n}") for n in range(MOST_ASKED + 5)))
    assert len(set(asked(store))) == MOST_ASKED


class Web:
    """Answers from a table, and counts."""

    def __init__(self, pages: dict[str, str]) -> None:
        self.pages, self.asked = pages, list[str]()

    def fetch(self, request: Request, **_: object) -> Page | Refused:
        self.asked.append(request.url)
        if request.url not in self.pages:
            return Refused(Code.GONE, request.url, "404", request.source)
        return Page(request.source, request.url, self.pages[request.url].encode(), NOON)


def live(home: Home, store: Store, web: Web, sources: Iterable[str]) -> None:
    plan = Plan("live", web, dict.fromkeys(sources, ()), (), {})
    collect(CollectingRun(plan, home, store, SuppressionList.open(home, store)))


def test_the_other_half_of_a_link_makes_it_verified(home: Home, store: Store) -> None:
    """A blog names a GitHub account, a run asks for it, it names the blog: one person, by links that go both ways."""
    made(store, POST)
    profile = {"login": "Ada-HW", "id": 4711, "type": "User", "blog": "https://ada.example", "public_repos": 0}
    web = Web({"https://api.github.com/users/ada-hw": json.dumps(profile)})
    live(home, store, web, ["github"])
    join_accounts(store, home.key, NOON)
    assert store.members()["web:ada.example"] == store.members()["github:ada-hw"]
    assert [judgement.rule for judgement in store.judgements()] == ["two-way"]
    live(home, store, web, ["github"])
    assert web.asked == ["https://api.github.com/users/ada-hw"]


@pytest.mark.parametrize(
    ("page", "rules"),
    [
        ('<html><a rel="me" href="https://github.com/ada-hw">me</a></html>', ["two-way"]),
        ('<html><a href="https://github.com/ada-hw">a friend</a></html>', []),
        (f"<html>{''.join(f'<a rel=me href=https://github.com/f{n}>' for n in range(MOST_LINKS + 1))}</html>", []),
    ],
    ids=["rel=me", "any link", "a list of links"],
)
def test_a_front_page_verifies_by_rel_me_alone(home: Home, store: Store, page: str, rules: list[str]) -> None:
    """The site of a GitHub profile is asked once, and counts where it marks that profile as its owner's."""
    made(store, Account("github", "ada-hw", name="Ada Roe", id="4711", links=("https://ada.example",)))
    live(home, store, web := Web({"https://ada.example": page}), ["homepages"])
    join_accounts(store, home.key, NOON)
    assert [judgement.rule for judgement in store.judgements()] == rules
    assert web.asked == ["https://ada.example"]


def test_who_is_on_the_suppression_list_is_not_asked_for(home: Home, store: Store) -> None:
    """A declared account of somebody who objected is never requested."""
    made(store, POST)
    listed = SuppressionList.open(home, store)
    listed.add(home, store, [("account", "github:ada-hw")], "objection", NOON)
    live(home, store, web := Web({}), ["github"])
    assert web.asked == []
