"""Invented strangers: made the same way every time, under the names they were given, with their truth kept."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

from scrapers.identity import IdentityRecord, record_of
from scrapers.identity.match.rarity import common_names
from scrapers.identity.names import parse_name
from scrapers.identity.train.recombine import namesakes
from scrapers.records import Account

AT = datetime(2026, 11, 3, tzinfo=UTC)
PEOPLE = 600
WORDS = ("Ada", "Bo", "Cy", "Dee", "Eve", "Flo", "Gus", "Hal")


def account(site: str, handle: str, name: str, **fields: object) -> IdentityRecord:
    made = Account(site, handle, name=name, **fields)  # type: ignore[arg-type]
    return record_of(made, collected_at=AT, page_url="", key=b"k")


def cast() -> tuple[list[IdentityRecord], dict[str, str]]:
    """Eight people with two accounts each, the second declared by the first."""
    records, owner = [], {}
    for number, word in enumerate(WORDS):
        name, handle = f"{word} Roe", f"{word.lower()}roe"
        links = (f"https://github.com/{handle}",)
        own = account("devpost", handle, name, links=links), account("github", handle, name, id=str(number + 1))
        records += own
        owner |= {record.record_id: word for record in own}
    return records, owner


def test_namesakes_are_the_same_every_time_and_other_by_seed() -> None:
    """Same seed, same records and owners, whatever the order of the input; another seed, other strangers."""
    records, owner = cast()
    first = namesakes(records, owner, PEOPLE, seed=1)
    assert namesakes(records[::-1], owner, PEOPLE, seed=1) == first
    assert namesakes(records, owner, PEOPLE, seed=2) != first
    assert namesakes([], {}, PEOPLE) == ([], {})


def test_every_stranger_keeps_what_ties_its_accounts_together() -> None:
    """Each stranger has the records of one person: own ids and accounts, one name, its own declared link."""
    records, owner = cast()
    made, whose = namesakes(records, owner, PEOPLE)
    assert whose.keys() == {record.record_id for record in made}
    assert len({record.account for record in [*records, *made]}) == len(records) + len(made)
    assert len(set(whose.values())) == PEOPLE
    people: dict[str, list[IdentityRecord]] = {}
    for record in made:
        people.setdefault(whose[record.record_id], []).append(record)
    for own in people.values():
        declared, declaring = sorted(own, key=lambda record: bool(record.links))
        assert declaring.links == (declared.account,)
        assert declared.name == declaring.name


def test_namesakes_carry_common_names_as_often_as_the_list_says() -> None:
    """Names come from the list of common ones, a dozen people to a name, the commonest words most often."""
    records, owner = cast()
    made, whose = namesakes(records, owner, PEOPLE)
    shares = common_names()
    names = {whose[record.record_id]: parse_name(record.name).tokens for record in made}
    words = Counter(word for tokens in names.values() for word in tokens)
    assert words.keys() <= shares.keys()
    assert PEOPLE / len(set(names.values())) > 6
    drawn = sum(shares[word] * times for word, times in words.items()) / words.total()
    assert drawn > 1.3 * sum(shares.values()) / len(shares)
