"""Rights: no contact without one, nobody handed over twice, and no export of what nobody has cleared."""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.cli.operator import ask_operator, write_operator
from ranking.exports import find_exports
from ranking.exports._rows import contact_of
from ranking.handover.exporting import export
from scrapers.records import Account, Candidate, Evidence, EvidenceKind, Page, Request
from scrapers.rights import ledger as ledger_module
from scrapers.rights.jurisdiction import hint, jurisdiction
from scrapers.rights.ledger import FIND_AND_VERIFY_ONLY, Ledger, RightsUnknown, clearance, contact, cooling
from scrapers.settings.home import Home
from scrapers.sources.watched import Terms, read_sources
from scrapers.store import Interaction, Link, Store
from tests.exports.test_exports import shortlist
from tests.support.constants import NOON, THOROUGH

DAY = date(2026, 11, 15)
SITES = ("github", "gharchive", "devpost", "feeds", "hackernews", "forem", "conferences", "huggingface", "git")


def terms(**changed: object) -> Terms:
    return Terms.model_validate(
        {"terms_url": "https://site.example/", "checked_on": DAY, "basis": "api", "may_contact": True} | changed
    )


def person(*, bio: str | None = None, location: str | None = None) -> Candidate:
    return Candidate("c1", (Account("web", "ada.example", bio=bio, location=location),), ())


def link(url: str = "https://ada.example/", field: str = "url", source: str = "feeds", day: date | None = None) -> Link:
    return Link("web:ada.example", url, field, source, day)


urls = st.sampled_from(
    [
        "https://ada.example/", "https://ada.example/contact", "mailto:ada@person.example", "tel:+4712345678",
        "https://github.com/ada-example", "https://person.example/?to=ada@person.example", "https://huggingface.co/ada",
        "https://avatars.githubusercontent.com/u/900000042", "javascript:alert(1)", "https://linkedin.com/in/ada-example",
        "https://ada.example/mail%3Aada%40person.example", "ada@person.example", "https://news.ycombinator.com/item?id=9",
    ]
)  # fmt: skip
links = st.lists(
    st.builds(link, urls, st.sampled_from(["url", "links", "post", "bio", "name"]), st.sampled_from(SITES)), max_size=8
)
records = st.fixed_dictionaries(
    {name: st.builds(lambda may, uses: terms(may_contact=may, fields=uses), st.booleans(), uses)
     for uses in [st.dictionaries(st.sampled_from(["url", "links", "post"]), st.just(("find", "verify")), max_size=2)]
     for name in SITES}
)  # fmt: skip


@settings(max_examples=1000, deadline=None)
@given(links, records, st.booleans())
def test_no_contact_without_the_right(theirs: list[Link], book: dict[str, Terms], silent: bool) -> None:
    """Whatever sources a person is mixed from, a contact has a source that grants it, and is never an address."""
    ledger = Ledger(book)
    found = contact(person(bio="No recruiters please." if silent else None), theirs, ledger)
    if found is None:
        return
    assert not silent
    assert book[found.source].may_contact
    assert found.source not in FIND_AND_VERIFY_ONLY
    stated = {each.field for each in theirs if (each.url, each.source) == (found.url, found.source)}
    assert any(ledger.may("contact", found.source, field) for field in stated)
    assert found.url.startswith("https://")
    assert "person.example" not in found.url


@pytest.mark.parametrize("missing", ["feeds", "devpost", "github"])
def test_without_a_record_nothing_is_shown(missing: str) -> None:
    """Taking one terms record away stops the export of everybody whom that source told of, with exit code 2."""
    ledger = Ledger({name: table.terms for name, table in read_sources().items() if name != missing})
    with pytest.raises(RightsUnknown, match=rf"{missing}.*\[{missing}\.terms\]") as fault:
        clearance(person(), [], {"hackernews", missing}, [], ledger, role="r", on=DAY, cool_down=90)
    assert fault.value.exit_code == 2


def test_the_shipped_records_keep_github_out_of_contact() -> None:
    """A blog named on a GitHub profile is no contact; the same blog, from the feed its author publishes, is one."""
    ledger = Ledger.read()
    assert contact(person(), [link(source="github", field="links")], ledger) is None
    assert contact(person(), [link(source="devpost", field="links")], ledger) is None
    found = contact(person(), [link(source="github", field="links"), link()], ledger)
    assert found is not None
    assert (found.url, found.source) == ("https://ada.example/", "feeds")


def test_an_offer_to_work_comes_first() -> None:
    """Who posts that they can be hired is answered there, at the newest post."""
    old, new = (
        link(f"https://news.ycombinator.com/item?id={n}", "post", "hackernews", DAY - timedelta(n)) for n in (9, 1)
    )
    found = contact(person(), [link(), old, new], Ledger.read())
    assert found is not None
    assert found.url == new.url
    assert "offer to work" in found.basis


@pytest.mark.parametrize(("days", "free"), [(89, False), (90, True)])
def test_nobody_is_handed_to_two_roles(days: int, free: bool) -> None:
    """For the days that the operator sets, another role gets no contact and reads why; the same role keeps it."""
    handed = [Interaction("web:ada.example", "handed", DAY - timedelta(days=days), "Data engineer")]

    def clear(role: str) -> object:
        return clearance(person(), [link()], {"feeds"}, handed, Ledger.read(), role=role, on=DAY, cool_down=90)

    other, same = clear("AI engineer"), clear("Data engineer")
    assert (contact_of(other)[0] != "") is free  # type: ignore[arg-type]
    assert free or "Data engineer" in contact_of(other)[1]  # type: ignore[arg-type]
    assert contact_of(same)[0] == "https://ada.example/"  # type: ignore[arg-type]
    assert cooling(handed, "AI engineer", DAY, 0) is None


def test_a_record_without_the_right_to_rank_closes_its_source() -> None:
    """`may_rank = false` takes a source out of the search, and `fields` takes a single field out of a use."""
    ledger = Ledger({"feeds": terms(), "devpost": terms(may_rank=False), "forem": terms(fields={"bio": ("verify",)})})
    assert ledger.closed() == {"devpost"}
    assert not ledger.may("find", "forem", "bio")
    assert ledger.may("verify", "forem", "bio")


@pytest.mark.parametrize(
    ("place", "law"),
    [
        ("Oslo, Norway", "EEA"), ("Berlin, Deutschland", "EEA"), ("London", "UK"), ("Leeds, UK", "UK"),
        ("San Francisco, CA", "US-CA"), ("California", "US-CA"), ("Austin, Texas", "US"), ("Toronto, Canada", "CA"),
        ("Zürich, Switzerland", "CH"), ("Tbilisi, Georgia", "other"), ("Bengaluru, India", "other"),
        ("the internet", "unknown"), ("", "unknown"), (None, "unknown"), ("Springfield", "unknown"),
        ("remote (EU)", "unknown"),
    ],
)  # fmt: skip
def test_a_stated_place_tells_which_law_to_read(place: str | None, law: str) -> None:
    """Only a stated country, state or large city decides; where nothing is stated the strictest rule is named."""
    assert jurisdiction(place) == law
    assert hint(place)


def mixed(size: int, draw: Random, store: Store) -> list[Candidate]:
    """People whose accounts, links and offers to work are stated by sources of every kind, kept as those state them."""
    told: dict[str, list[Account | Evidence]] = {site: [] for site in SITES}
    people = []
    for number in range(size):
        handle = f"p{number}.example"
        tries = (
            f"https://{handle}/", f"https://{handle}/contact", f"mailto:a@{handle}", f"https://github.com/p{number}",
            f"https://{handle}/?to=a@{handle}", f"https://linkedin.com/in/p{number}", f"https://huggingface.co/p{number}",
            f"https://avatars.githubusercontent.com/u/{900_000_000 + number}",
        )  # fmt: skip
        account = Account("web", handle, f"https://{handle}/", name=f"Person {number}")
        for source in draw.sample(SITES, draw.randint(1, 3)):
            links = tuple(draw.sample(tries, draw.randint(0, 3)))
            told[source].append(replace(account, url=draw.choice((account.url, None)), links=links))
            if draw.random() < 0.3:
                url = f"https://{source}.example/post/{number}"
                told[source].append(Evidence(EvidenceKind.AVAILABILITY, account.key, "Hire me", "I can be hired.", url))
        bio = draw.choice((None, None, None, "No recruiters please."))
        people.append(Candidate(f"c{number:04}", (replace(account, bio=bio),), ()))
    for source, records in told.items():
        request = Request(source, f"https://{source}.example/list")
        store.settle("live", request, page=Page(source, request.url, b"-", NOON), records=records)
    return people


def test_people_of_mixed_sources_are_exported_with_no_contact_that_is_not_granted(
    home: Home, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In every format a contact is stated by a source that grants it; without one record no file is written at all."""
    write_operator(home / "operator.toml", ask_operator({}, NOON.date(), defaults=True))
    people = mixed(size := 1000 if THOROUGH else 60, Random(6), store)
    one, ledger = shortlist().matches[0], Ledger.read()
    matches = tuple(replace(one, rank=rank, candidate=each) for rank, each in enumerate(people, 1))
    listed = replace(shortlist(), matches=matches, clearances={})
    stated: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for each in store.links_of([str(person.accounts[0].key) for person in people]):
        stated[each.url].add((each.source, each.field))
    silent = {person.id for person in people if person.accounts[0].bio}
    for form in find_exports():
        export(listed, home, form, tmp_path / form, at=NOON)
    rows = list(csv.DictReader((tmp_path / "shortlist_csv.csv").open(encoding="utf-8", newline="")))
    given = {row["candidate_id"]: row["contact_url"] for row in rows if row["contact_url"]}
    assert len(rows) == size
    assert size / 5 < len(given) < size
    assert not silent & given.keys()
    for url in given.values():
        assert any(ledger.may("contact", source, field) for source, field in stated[url])
        assert "@" not in url
    for form in ("greenhouse", "ashby"):
        sites = csv.DictReader((tmp_path / f"{form}.csv").open(encoding="utf-8", newline=""))
        assert {row["Website"] for row in sites} - {""} == set(given.values())
    assert "mailto:" not in (tmp_path / "page.html").read_text(encoding="utf-8")

    known = read_sources()
    monkeypatch.setattr(
        ledger_module, "read_sources", lambda _, **__: {name: each for name, each in known.items() if name != "feeds"}
    )
    for form in find_exports():
        with pytest.raises(RightsUnknown, match=r"\[feeds.terms\]"):
            export(listed, home, form, tmp_path / "without" / form, at=NOON)
    assert not (tmp_path / "without").exists()
