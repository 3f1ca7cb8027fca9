"""Which accounts are one person: the sure tiers, the guards, and the log that can be undone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from scrapers.identity import IdentityRecord, cluster, lock, merge, record_of, resolve, unlock, unmerge
from scrapers.records import Account

AT = datetime(2026, 11, 3, 12, tzinfo=UTC)
KEY = b"a key of the tests"


def record(
    site: str, handle: str, name: str | None = None, *, emails: tuple[str, ...] = (), **fields: object
) -> IdentityRecord:
    projects = fields.pop("projects", ())
    account = Account(site, handle, f"https://{site}.example/{handle}", name=name, **fields)  # type: ignore[arg-type]
    return record_of(account, collected_at=AT, page_url=str(account.url), key=KEY, emails=emails, projects=projects)  # type: ignore[arg-type]


def people(*records: IdentityRecord) -> set[frozenset[str]]:
    clusters = resolve(records, at=AT, model=None).clusters
    return {frozenset(r for r, c in clusters.items() if c == person) for person in set(clusters.values())}


def joined(*records: IdentityRecord) -> bool:
    return len(people(*records)) == 1


def test_two_accounts_that_link_to_each_other_are_one_person() -> None:
    """A two-way link joins even where one side has no name."""
    site = record("web", "ada.example", links=("https://github.com/ada",))
    assert joined(site, record("github", "Ada", "Ada Roe", links=("https://ada.example/",)))


def test_a_devpost_member_with_a_github_picture_is_that_github_account() -> None:
    """The number in the picture's address survives a rename of the login."""
    member = record("devpost", "ada-r", "Ada Roe", links=("https://avatars.githubusercontent.com/u/4711?v=4",))
    assert joined(member, record("github", "renamed", "Ada Roe", id="4711"))
    assert not joined(member, record("github", "ada-r", "Ada Roe", id="4712"))


def test_a_noreply_address_belongs_to_its_account() -> None:
    """Number and login of a noreply address tie a commit to the account, without any address being kept."""
    commit = record("git", "9f2c", "Ada Roe", emails=("4711+old-login@users.noreply.github.com",))
    assert joined(commit, record("github", "new-login", "Ada Roe", id="4711"))
    by_login = record("git", "9f2c", "Ada Roe", emails=("ada@users.noreply.github.com",))
    assert joined(by_login, record("github", "Ada", "Ada Roe", id="4711"))


def test_a_declared_link_joins_one_claimant_of_a_compatible_name() -> None:
    """A one-way link is enough when nobody else claims the account and the names agree."""
    assert joined(
        record("devpost", "adar", "Ada Roe", links=("https://github.com/ada",)), record("github", "ada", "Ada R. Roe")
    )


def test_a_claim_to_an_account_of_another_name_is_shown_as_unverified() -> None:
    """A famous account that a stranger links to stays apart; the log says so, in a sentence."""
    fake = record(
        "web", "fake.example", "Mallory Poe", links=("https://github.com/famous", "https://github.com/second")
    )
    famous, second = record("github", "famous", "Ada Roe", id="1"), record("github", "second", id="2")
    found = resolve([fake, famous, second], at=AT, model=None)
    assert len(set(found.clusters.values())) == 3
    assert {j.verdict for j in found.judgements} == {"unsure"}
    assert any("names do not agree: unverified" in j.sentence for j in found.judgements)


def test_two_way_links_never_bring_a_second_number() -> None:
    """A site that two GitHub accounts of one name link to and from joins at most one of them."""
    site = record("web", "roe.example", "Ada Roe", links=("https://github.com/a", "https://github.com/b"))
    one = record("github", "a", "Ada Roe", id="1", links=("https://roe.example",))
    two = record("github", "b", "Ada Roe", id="2", links=("https://roe.example",))
    assert len(people(site, one, two)) == 2


@pytest.mark.parametrize(
    "link",
    [
        "https://g\u0456thub.com/ada",
        "https://xn--gthub-cta.com/ada",
        "https://github.com.evil.example/ada",
        "https://github.com@evil.example/ada",
        "//github.com\\@evil.example/ada",
        "https://github.com/ada/repository",
        "javascript:alert(1)",
    ],
)
def test_a_link_that_only_looks_like_the_account_joins_nothing(link: str) -> None:
    """Look-alike hosts, credentials, lower levels and other schemes bring nothing."""
    assert not joined(record("web", "x.example", "Ada Roe", links=(link,)), record("github", "ada", "Ada Roe"))


def test_a_name_of_look_alike_letters_agrees_with_nobody() -> None:
    """Cyrillic and Greek letters inside Latin words make a name that only its own copy agrees with."""
    fake = record("devpost", "x", "P\u0435rs\u043en \u039fne", links=("https://github.com/one",))
    assert not joined(fake, record("github", "one", "Person One"))


def test_an_address_is_a_key_unless_two_names_share_it() -> None:
    """One mailbox under two incompatible full names joins nobody."""
    one, again = record("git", "77aa", "Ada Roe"), replace(record("git", "77aa", "A. Roe"), record_id="second")
    assert joined(one, again)
    stranger = replace(record("git", "77aa", "Bo Poe"), record_id="third")
    assert len(people(one, again, stranger)) == 3


def test_ten_thousand_accounts_that_claim_one_join_nothing() -> None:
    """A link farm costs a moment, joins nobody, and shows three doubtful claims at most."""
    victim = record("github", "ada", "Ada Roe", id="1")
    farm = [record("web", f"s{n}.example", "Ada Roe", links=("https://github.com/ada",)) for n in range(10_000)]
    found = resolve([victim, *farm], at=AT, model=None)
    assert len(set(found.clusters.values())) == 10_001
    assert len(found.judgements) <= 3


def test_a_team_member_and_the_contributor_of_the_linked_repository() -> None:
    """The same full name in one small repository is one person; the same name in a crowd is not."""
    repository = ("github.com/team/thing",)
    member = record("devpost", "adaroe9", "Ada Roe", projects=repository)
    contributor = record("github", "roe-a", "Ada Roe", projects=repository)
    assert joined(member, contributor)
    assert not joined(member, replace(contributor, name="Bo Roe"))
    namesake = record("github", "other-ada", "Ada Roe", id="5", projects=repository)
    assert len(people(member, contributor, namesake)) == 3


def test_organisations_and_bots_are_nobody() -> None:
    """Only accounts of persons are joined."""
    bot = record("github", "ada-bot", "Ada Roe", kind="bot", links=("https://ada.example",))
    assert not joined(bot, record("web", "ada.example", "Ada Roe", links=("https://github.com/ada-bot",)))


def test_every_join_has_a_sentence_and_a_proof() -> None:
    """A judgement tells what it rests on, with page and time, and holds no address."""
    one = record("devpost", "adar", "Ada Roe", links=("https://github.com/ada",))
    (found,) = resolve([one, record("github", "ada", "Ada Roe", emails=("ada@ada.example",))], at=AT).judgements
    assert found.sentence == "Joined: devpost:adar declares github:ada as its own (read 03 Nov 2026), without a rival."
    assert {proof.field for proof in found.evidence} >= {"link", "name"}
    assert all(proof.url and proof.fetched_at == AT for proof in found.evidence)
    assert "@" not in repr(found)


def pair() -> tuple[IdentityRecord, IdentityRecord]:
    return record("devpost", "adar", "Ada Roe", links=("https://github.com/ada",)), record("github", "ada", "Ada Roe")


def test_a_human_different_is_never_overruled() -> None:
    """Whatever the rules find later, two records that a human parted stay apart, whole groups included."""
    left, right = pair()
    third = record("web", "ada.example", "Ada Roe", links=("https://github.com/ada", "https://devpost.com/adar"))
    apart = unmerge([left.record_id], [right.record_id], (), at=AT)
    found = resolve([left, right, third], apart, at=AT + timedelta(days=1), model=None)
    assert found.clusters[left.record_id] != found.clusters[right.record_id]


def test_unmerge_undoes_merge() -> None:
    """After merge and unmerge the clusters are those before the merge, and the rules cannot join them again."""
    left, right = record("github", "ada", "Ada Roe"), record("web", "b.example", "Bo Poe")
    ids = [left.record_id, right.record_id]
    before = cluster(ids, ())
    word = merge(*ids, at=AT)
    assert len(set(cluster(ids, [word]).values())) == 1
    undone = unmerge([ids[0]], [ids[1]], [word], at=AT)
    assert cluster(ids, undone) == before


def test_a_locked_person_takes_no_rule() -> None:
    """Rules add nothing to a person whom a human locked; what was there stays."""
    left, right = pair()
    (edge,) = resolve([left, right], at=AT).judgements
    locked = lock([left.record_id], [edge], at=AT + timedelta(hours=1))
    late = record("web", "ada.example", "Ada Roe", links=("https://github.com/ada",))
    later = resolve([left, right, late], [edge, *locked], at=AT + timedelta(days=1), model=None)
    assert later.clusters[left.record_id] == later.clusters[right.record_id] != later.clusters[late.record_id]


def test_a_lock_taken_off_leaves_what_people_said_before() -> None:
    """An earlier human join of the same pair is neither replaced by a lock nor taken back with it."""
    left, right = record("github", "ada", "Ada Roe"), record("web", "b.example", "Bo Poe")
    ids = sorted([left.record_id, right.record_id])
    word = merge(*ids, at=AT)
    log = [word, *lock(ids, [replace(word, by="rule")], at=AT + timedelta(hours=1))]
    opened = [*log, *unlock(ids, log, at=AT + timedelta(hours=2))]
    assert cluster(ids, log) == cluster(ids, opened) == cluster(ids, [word])
