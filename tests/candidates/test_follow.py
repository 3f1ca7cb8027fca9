"""Following people: their pages first, their news first; gone with them, and never for who objected."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from flows.cli.changes import as_object, told
from ranking.handover.exporting import export
from ranking.pool import TalentPool
from ranking.role import parse_role
from ranking.shortlist.changes import changes_since
from ranking.shortlist.news import DEEP_WORDS, is_deep
from ranking.upkeep.erasure import forget, suppress
from scrapers.candidates.follow import NotFollowed, follow, unfollow
from scrapers.candidates.joining import followed, join_accounts
from scrapers.collect.crawl import crawl
from scrapers.records import Account, AccountKey, Code, Evidence, EvidenceKind, Page, Refused, Request
from scrapers.rights.suppression import SuppressionList
from scrapers.settings.home import Home
from scrapers.sources import source_named
from scrapers.store import Store
from scrapers.store.follows import MOST_PAGES
from tests.flows.test_cli import headwater
from tests.support.constants import NOON
from tests.support.hash_embedder import HashingEmbedder

DAY = NOON.date()
ROLE = "# AI engineer\n\n## Must have\n- Retries and fallbacks around model calls\n"
ADA, BOB = (AccountKey("forem", f"{name}-example-hw") for name in ("ada", "bob"))
OPEN = "I am open to work from January and would love to build storage engines again."
DEEP = " ".join(f"In step {number} we measured queue {number} and wrote down its tail." for number in range(40))


def post(key: AccountKey, number: int, text: str, days: int = 0) -> Evidence:
    """A post of that day."""
    return Evidence(EvidenceKind.POST, key, f"Note {number}", text, f"https://forem.example/{key.handle}/{number}",
                    DAY + timedelta(days=days))  # fmt: skip


def seen(store: Store, home: Home, key: AccountKey, *said: Evidence, days: int = 0) -> Request:
    """Collect somebody's own page on that day, and join; returns its request."""
    at = NOON + timedelta(days=days)
    request = Request("forem", f"https://forem.example/api/articles?username={key.handle}&page={len(said)}")
    account = Account(key.site, key.handle, name=key.handle.split("-")[0].title() + " Example")
    store.settle("before", request, page=Page("forem", request.url, b"-", at), records=[account, *said])
    join_accounts(store, home.key, at)
    return request


class Asked:
    """A door that answers nothing and remembers in which order it was asked."""

    def __init__(self) -> None:
        self.urls: list[str] = []

    def fetch(self, request: Request, **_: object) -> Refused:
        self.urls.append(request.url)
        return Refused(Code.NOT_ARCHIVED, request.url, "", request.source)


def test_their_own_pages_are_asked_first(home: Home, store: Store, suppression: SuppressionList) -> None:
    """A followed person's own page comes before what was already pending; pages about others too are not theirs."""
    own, other = seen(store, home, ADA, post(ADA, 1, "Retries.")), seen(store, home, BOB, post(BOB, 1, "Paint."))
    shared = Request("forem", "https://forem.example/api/articles?tag=x")
    store.settle(
        "before", shared, page=Page("forem", shared.url, b"-", NOON), records=[post(ADA, 2, "x"), post(BOB, 2, "y")]
    )
    assert store.own_pages("forem") == []
    follow("forem:ada-example-hw", store, suppression, home.key, DAY)
    assert store.own_pages("forem") == [own]
    assert store.own_pages("devpost") == []
    start = [Request("forem", f"https://forem.example/api/articles?tag={tag}") for tag in "abc"]
    store.ask("live", [*start, own])
    door = Asked()
    source = source_named("forem")
    first = store.own_pages("forem")
    crawl(source, [*start, other], door, store, suppression, name="live", may_follow=lambda _: False, first=first)
    assert door.urls == [each.url for each in (own, *start, other)]
    crawl(source, start, door, store, suppression, name="live", may_follow=lambda _: False, first=first)
    assert len(door.urls) == 5, "what a crawl has settled is not asked twice"


def test_a_person_of_many_pages_leaves_room_for_others(home: Home, store: Store, suppression: SuppressionList) -> None:
    """At most MOST_PAGES of one person come first."""
    said = [post(ADA, number, "Retries.") for number in range(MOST_PAGES + 5)]
    for count in range(1, len(said)):
        seen(store, home, ADA, *said[:count])
    follow("forem:ada-example-hw", store, suppression, home.key, DAY)
    assert len(store.own_pages("forem")) == MOST_PAGES


def test_news_of_followed_people_is_the_first_line(
    home: Home, store: Store, suppression: SuppressionList, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new statement and a new deep piece of work come before all changes; a short note and old news do not."""
    monkeypatch.setattr("ranking.corpus.corpus.minilm_for", lambda *_: HashingEmbedder())
    role, later = parse_role(ROLE), DAY + timedelta(days=7)
    for key in (ADA, BOB):
        seen(store, home, key, post(key, 1, DEEP))
    follow("forem:ada-example-hw", store, suppression, home.key, DAY)
    export(TalentPool.open(home).rank(role, top=2, as_of=DAY), home, "jsonl", tmp_path / "list", at=NOON)
    assert changes_since(TalentPool.open(home), role, home, store, DAY, None).news == ()
    new = (
        post(ADA, 2, f"A long year. {OPEN}", 6),
        post(ADA, 3, f"{DEEP} It held.", 5),
        post(ADA, 4, "Off to lunch.", 6),
    )
    seen(store, home, ADA, *new, days=7)
    seen(store, home, BOB, post(BOB, 2, OPEN, 6), days=7)
    pool = TalentPool.open(home)
    found = changes_since(pool, role, home, store, later, None)
    assert [(each.kind, each.evidence_id) for each in found.news] == [
        ("available", new[0].id),
        ("deep work", new[1].id),
    ]
    assert found.news[0].said in new[0].text
    lines = list(told(found, {person: candidate.name for person, candidate in pool.candidates.items()}))
    assert lines[0].startswith("Ada Example, followed: available")
    assert "deep work" in lines[1]
    assert [each["kind"] for each in json.loads(json.dumps(as_object(found, {})))["followed"]] == [
        "available",
        "deep work",
    ]


def test_deep_is_what_was_gone_into() -> None:
    """Enough words of prose, said once, or an act that others judged; a list, a repetition and a re-upload are not."""
    assert is_deep(post(ADA, 1, DEEP))
    assert not is_deep(post(ADA, 1, "We built it again. " * DEEP_WORDS))
    assert not is_deep(post(ADA, 1, ", ".join(f"tool{number}" for number in range(2 * DEEP_WORDS))))
    assert not is_deep(post(ADA, 1, "See https://example.com"))
    won = Evidence(EvidenceKind.HACKATHON_WIN, ADA, "Won", "", "https://example.com/won")
    assert is_deep(won)
    assert not is_deep(Evidence(won.kind, ADA, "Won", "", won.url, details={"reupload": True}))


def test_the_command_follows_lists_and_stops(home: Home, store: Store, suppression: SuppressionList) -> None:
    """`watch` takes whatever names a person, says who is followed since when, and forgets it on --stop."""
    seen(store, home, ADA, post(ADA, 1, "Retries."))
    (person,) = set(store.members().values())
    assert headwater("watch", "forem:ada-example-hw", home=home.folder).returncode == 0
    listed = json.loads(headwater("watch", "--list", "--json", home=home.folder).stdout)
    assert (listed["candidate_id"], listed["name"]) == (person, "Ada Example")
    assert json.loads(headwater("show", person, "--json", home=home.folder).stdout)["followed_since"] == listed["since"]
    assert headwater("watch", person, "--stop", home=home.folder).returncode == 0
    assert headwater("watch", "--list", home=home.folder).stdout == ""
    for wrong, words in (((), "--list"), ((person, "--stop"), "not followed"), (("forem:nobody-example",), "collect")):
        refused = headwater("watch", *wrong, home=home.folder)
        assert refused.returncode == 2
        assert words in refused.stderr


def test_who_is_erased_or_objects_is_followed_no_more(home: Home, store: Store, suppression: SuppressionList) -> None:
    """Forgetting and objecting both end it, and nobody on the suppression list can be followed again."""
    for key, end in ((ADA, forget), (BOB, suppress)):
        seen(store, home, key, post(key, 1, "Retries."))
        follow(str(key), store, suppression, home.key, DAY)
        assert len(followed(store)) == 1
        end(str(key), home, store, suppression, at=NOON)
        assert followed(store) == {}
        with pytest.raises(NotFollowed):
            follow(str(key), store, suppression, home.key, DAY)
        with pytest.raises(NotFollowed):
            unfollow(str(key), store, home.key)
