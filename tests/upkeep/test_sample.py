"""The bundled sample: small, invented throughout, whole, and read as its README says."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from scrapers.candidates.joining import join_accounts, load_candidates
from scrapers.collect.run import CollectingRun, Report, collect, planned
from scrapers.fetch.replay import Replay, pages_of_file
from scrapers.identity.keys import link_key
from scrapers.reading.cleaning import read_page
from scrapers.records import (
    Account,
    AccountKey,
    Candidate,
    Code,
    Event,
    Evidence,
    EvidenceKind,
    Record,
    Refused,
    Request,
)
from scrapers.rights.identifiers import identifiers_of
from scrapers.rights.suppression import SuppressionList
from scrapers.settings.home import Home
from scrapers.sources import source_named
from scrapers.store import Store

SAMPLE = Path(__file__).resolve().parents[2] / "data" / "sample"
ABOUT = tomllib.loads((SAMPLE / "sample.toml").read_text(encoding="utf-8"))
NOW = datetime.combine(ABOUT["as_of"], datetime.min.time(), UTC)
RESERVED = re.compile(r"(?:^|\.)(?:example|test|invalid|example\.(?:com|org|net))$")
INVENTED = re.compile(r"(?:-sample|-demo-hw|-demo|_sample|_hw_?demo|_hwdemo|_demo|_hw|_demo_hw)(?:\[bot\])?$")
# Places whose formats are recorded, and hosts that stand in those formats without belonging to anybody.
PLACES = re.compile(
    r"(?:^|\.)(?:devpost\.com|github\.com|githubusercontent\.com|ycombinator\.com|algolia\.com|dev\.to|huggingface\.co|mlh\.io"
    r"|cloudfront\.net|schema\.org|facebook\.com|ogp\.me|opengraphprotocol\.org|w3\.org|purl\.org|wellformedweb\.org|c3voc\.de"
    r"|wordpress\.org|jekyllrb\.com|jsonfeed\.org)$"
)
STRANGERS = "Sam Okafor"
WALL = "https://devpost.com/software/private-draft-demo-hw"


def entries() -> Iterator[tuple[str, Path, dict[str, object]]]:
    """Source, file and entry of every line of every index."""
    for index in sorted(SAMPLE.glob("*/index.json")):
        listed = json.loads(index.read_text(encoding="utf-8"))
        for entry in listed["files"]:
            yield listed["source"], index.parent / entry["file"], entry


@dataclass(frozen=True)
class Read:
    """What one page of the sample gave."""

    file: str
    url: str
    records: list[Record]

    @property
    def acts(self) -> list[Evidence]:
        return [record for record in self.records if isinstance(record, Evidence)]

    @property
    def refusals(self) -> list[Refused]:
        return [record for record in self.records if isinstance(record, Refused)]


@pytest.fixture(scope="module")
def read() -> list[Read]:
    """Every page with a status of 200, read by the source that its index names."""
    found = []
    for source, path, entry in entries():
        for page in pages_of_file(source, path, str(entry["url"]), NOW):
            if page.status == entry.get("status", 200) == 200:
                found.append(Read(path.name, page.url, read_page(source_named(source), page)))
    return found


def of_file(read: list[Read], name: str) -> list[Record]:
    return [record for one in read if one.file == name for record in one.records]


def texts() -> dict[Path, str]:
    return {path: path.read_text(encoding="utf-8") for path in SAMPLE.rglob("*") if path.is_file()}


def test_the_sample_is_small() -> None:
    """All of it together stays below a megabyte."""
    assert sum(path.stat().st_size for path in SAMPLE.rglob("*")) < 1_000_000


def test_every_entry_has_its_file_and_every_file_its_entry() -> None:
    """The indexes list what is there, no more and no less."""
    listed = {path for _, path, _ in entries()}
    assert all(path.is_file() for path in listed)
    assert listed == {path for path in SAMPLE.glob("*/*") if path.name != "index.json"}


def test_no_address_leads_to_anybody() -> None:
    """Each string that looks like an e-mail address ends in a reserved domain."""
    found = {m for text in texts().values() for m in re.findall(r"[\w.+%-]+@([\w-]+(?:\.[\w-]+)+)", text)}
    assert found, "the sample shows addresses on purpose"
    assert not {domain for domain in found if not RESERVED.search(domain.lower())}


def test_no_link_leads_to_anybodys_site() -> None:
    """Each URL stands on a reserved domain or on a place whose format is recorded."""
    hosts = {
        (urlsplit(url).hostname or "").encode("idna").decode()
        for path, text in texts().items()
        if path.parent != SAMPLE
        for url in re.findall(r"https?://[^\s\"'<>\\)\]]+", text.replace("&#x2F;", "/").replace("&#39;", "'"))
    }
    look_alikes = {host for host in hosts if host.startswith("xn--")}
    assert len(look_alikes) == 1
    assert not {host for host in hosts - look_alikes if not RESERVED.search(host) and not PLACES.search(host)}


def test_handles_and_numbers_are_clearly_invented(read: list[Read]) -> None:
    """Accounts of real sites end in a word that says so, and GitHub numbers lie where no real account is."""
    accounts = {record for one in read for record in one.records if isinstance(record, Account)}
    on_sites = {a for a in accounts if a.site != "web" and not RESERVED.search(a.site)} - {
        a for a in accounts if a.handle == "dependabot[bot]"
    }
    assert len(on_sites) > 90
    assert not {a.handle for a in on_sites if not INVENTED.search(a.handle)}
    assert all(int(a.id) > 900_000_000 for a in on_sites if a.site == "github" and a.id)


def test_acts_lie_in_the_year_and_a_half_before_the_samples_day(read: list[Read]) -> None:
    """No act is dated before June 2025 or after the day on which the sample is looked at."""
    dates = {act.date for one in read for act in one.acts if act.date}
    assert date(2025, 6, 1) <= min(dates)
    assert max(dates) <= ABOUT["as_of"]


def test_no_name_occurs_twice_but_the_two_strangers(read: list[Read]) -> None:
    """One person, one account a site; only Sam Okafor stands for two people."""
    people: dict[tuple[str, str], set[str]] = {}
    for account in (r for one in read for r in one.records if isinstance(r, Account) and r.name):
        people.setdefault((account.site, account.name or ""), set()).add(account.handle.casefold())
    assert {key for key, handles in people.items() if len(handles) > 1} == {("github", STRANGERS)}


def test_only_the_traps_are_refused(read: list[Read]) -> None:
    """Every page is read whole, but for the wall, pages that name nobody by themselves, and no drift."""
    refused = {(one.file, refusal.code) for one in read for refusal in one.refusals}
    assert refused == {
        ("login_wall.html", Code.NOT_A_PAGE),
        ("gallery_winter.html", Code.EMPTY),
        ("gallery_nightshift_2.html", Code.EMPTY),
        ("contributors_openweave-demo-hw__loomserve.json", Code.EMPTY),
    }


def test_every_kind_of_evidence_that_the_places_give_is_there(read: list[Read]) -> None:
    """Wins, projects, contributions, repositories, posts, talks, availability and models, of every source."""
    kinds = {act.kind for one in read for act in one.acts}
    assert kinds >= set(EvidenceKind) - {EvidenceKind.PAPER}
    assert any(isinstance(record, Event) for record in of_file(read, "season_2027_sample.html"))


# ---- traps on single pages


def test_hidden_words_do_not_count(read: list[Read]) -> None:
    """The page with hidden keywords gives the story of a home server and not one of the keywords."""
    (post,) = [r for r in of_file(read, "hollowell.home-server.html") if isinstance(r, Evidence)]
    assert "label the disks on the outside" in post.text
    assert not re.search(r"LLM|RAG|hackathon|principal|previous instructions", post.text)


def test_a_post_by_two_is_credited_to_neither(read: list[Read]) -> None:
    """Both names are shown, no account is made of them."""
    records = of_file(read, "evalnotes.leaky-benchmarks.html")
    (post,) = [record for record in records if isinstance(record, Evidence)]
    assert post.account is None
    assert {"Priyanka Vollmers", "Thandeka Morrow-Silva"} <= set(re.split(r", | and ", post.details["author"]))
    assert not [record for record in records if isinstance(record, Account)]


def test_a_look_alike_link_is_no_link_to_github() -> None:
    """The Cyrillic letter and the longer host give no key of an account at GitHub."""
    page = (SAMPLE / "feeds" / "lookalike.now.html").read_text(encoding="utf-8")
    claims = re.findall(r'rel="me" href="([^"]+)"', page)
    assert len(set(claims)) == 2
    assert not [claim for claim in claims if (link_key(claim) or "").startswith("github:")]


def test_nobody_has_won_what_is_not_decided(read: list[Read]) -> None:
    """The open hackathon has no winners, its gallery is not asked for, its project bears no award."""
    listed = of_file(read, "api_hackathons.json")
    (event,) = [r for r in listed if isinstance(r, Event) and "winter-agents" in r.url]
    assert not event.winners_announced
    assert not [r for r in listed if isinstance(r, Request) and "winter-agents" in r.url]
    flock = [r for r in of_file(read, "software_flock.html") if isinstance(r, Evidence)]
    assert {act.kind for act in flock} == {EvidenceKind.HACKATHON_PROJECT}
    assert not any(act.awards for act in flock)


def test_makers_of_a_project_are_its_team_alone(read: list[Read]) -> None:
    """A library that a project links brings none of its developers, and its fork asks for none."""
    credited = {str(r.account) for r in of_file(read, "software_loomchat.html") if isinstance(r, Evidence)}
    assert credited == {"devpost:rafferty-so-sample", "devpost:teodor-nk-sample"}
    fork = of_file(read, "repo_rafferty-so-sample__loomserve.json")
    assert not [record for record in fork if isinstance(record, Request)]
    assert not [record for record in fork if isinstance(record, Evidence) and record.account]


def test_robots_and_houses_do_nothing(read: list[Read]) -> None:
    """No act is credited to a robot, to an organisation, or to the house account of a site."""
    kinds = {str(r.key): r.kind for one in read for r in one.records if isinstance(r, Account) and r.site == "github"}
    assert kinds["github:openweave-demo-hw"] == "organization"
    doers = {str(act.account) for one in read for act in one.acts if act.account}
    assert not [
        doer for doer in doers if "[bot]" in doer or kinds.get(doer, "person") != "person" or "devhouse" in doer
    ]


def test_a_hiring_thread_gives_those_who_can_be_hired(read: list[Read]) -> None:
    """Remarks, replies and seekers are left out; the agency is marked as one and claims nobody's links."""
    offers = [r for one in read for r in one.acts if r.kind is EvidenceKind.AVAILABILITY]
    people = (
        "idris_hw_demo pimwr_hw_demo casimir_hwdemo hamza_hw_demo sanne_hw_demo gwen_hw_demo rafferty_hw brightforge_hw"
    )
    assert {act.account.handle for act in offers if act.account} == set(people.split())
    assert [act.account for act in offers if act.details["agency"]] == [AccountKey("hackernews", "brightforge_hw")]
    assert len([act for act in offers if act.account == AccountKey("hackernews", "pimwr_hw_demo")]) == 2
    assert not [act for act in offers if "@" in act.text or "[at]" in act.text]


def test_a_requantised_model_is_marked(read: list[Read]) -> None:
    """Both files of the rack are re-uploads; no model of its own author is."""
    models = {
        act.details["id"]: act.details["reupload"] for one in read for act in one.acts if act.kind is EvidenceKind.MODEL
    }
    assert {name.partition("/")[0] for name, copied in models.items() if copied} == {"gguf-rack-demo-hw"}
    assert len(models) == 7


# ---- the whole folder, collected and joined


@dataclass(frozen=True)
class Collected:
    """The sample after collecting and joining, and the home that holds it."""

    home: Home
    report: Report
    waited: float
    candidates: tuple[Candidate, ...]

    def of(self, account: str) -> Candidate:
        return next(c for c in self.candidates if account in {str(a.key) for a in c.accounts})


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Collected:
    """The sample replayed into a fresh home whose suppression list holds who objected beforehand."""
    home = Home(tmp_path_factory.mktemp("sample"))
    store = Store.open(home)
    suppression = SuppressionList.open(home, store)
    keys = [link_key(name) if "://" in name else name for name in ABOUT["opted_out"]]
    objected = [Account(*key.split(":", 1)) for key in keys if key]
    suppression.add(home, store, (i for account in objected for i in identifiers_of(account)), "objected", NOW)
    with planned(home, since=date(2025, 6, 1), today=ABOUT["as_of"], replay=SAMPLE) as plan:
        report = collect(CollectingRun(plan=plan, home=home, store=store, suppression=suppression))
        assert isinstance(plan.door, Replay)
        waited = plan.door.waited
    join_accounts(store, home.key, NOW)
    return Collected(home, report, waited, tuple(load_candidates(store)))


def test_the_archive_answers_whatever_it_leads_to(collected: Collected) -> None:
    """No follow-up request leaves the folder, and the wall is the only failure."""
    assert collected.report.not_archived == 0
    failures = [failure.url for seen in collected.report.yields for failure in seen.failures]
    assert failures == [WALL]
    assert all(seen.parsed for seen in collected.report.yields)


def test_a_rate_limit_is_waited_for_and_not_slept(collected: Collected) -> None:
    """The refused profile is there, and the minute that GitHub asked for is counted."""
    assert "Ngozi Tallard" in {c.name for c in collected.candidates}
    assert collected.waited >= 60


def test_about_sixty_people_come_out(collected: Collected) -> None:
    """Fifty-nine invented people are left of sixty, one having objected, beside an agency and a copier of models."""
    names = [c.name for c in collected.candidates]
    people = {name for name in names if " " in name} - {"GGUF rack"}
    assert len(people) == 57, "fifty-eight with a name, two of whom share one"
    assert names.count(STRANGERS) == 2
    assert 61 <= len(names) <= 75


def test_no_two_people_are_taken_for_one(collected: Collected) -> None:
    """All named accounts of a candidate bear one name, and no candidate has two GitHub numbers."""
    for candidate in collected.candidates:
        assert len({account.name for account in candidate.accounts if account.name}) <= 1
        assert len({account.id for account in candidate.accounts if account.site == "github"}) <= 1


def test_accounts_are_joined_by_what_people_say_of_themselves(collected: Collected) -> None:
    """A site that links back, a photo's number, a button, an article's author and a comment's link each join."""
    joined = {
        "web:tovah.example": {"github:tovah-la-sample", "devpost:tovah-la-sample", "web:tovah.example"},
        "devpost:ruben-ob-demo": {"github:ruben-ob-sample", "devpost:ruben-ob-demo"},
        "forem:mireille_ab_sample": {"github:mireille-ab-sample", "forem:mireille_ab_sample", "web:mireille.example"},
        "hackernews:hamza_hw_demo": {"github:hamza-rs-sample", "hackernews:hamza_hw_demo"},
        "huggingface:saoirse-demo-hw": {"github:saoirse-demo-hw", "huggingface:saoirse-demo-hw"},
    }
    for account, accounts in joined.items():
        assert {str(a.key) for a in collected.of(account).accounts} >= accounts
    assert [str(a.key) for a in collected.of("web:lookalike.example").accounts] == ["web:lookalike.example"]


def test_who_objected_is_nowhere(collected: Collected) -> None:
    """Neither name nor handle nor words of the person who opted out are in any file or archived page of the home."""
    kept = [path.read_bytes() for path in collected.home.folder.rglob("*") if path.is_file()]
    kept += [page.body for _, page in Store.open(collected.home).archive()]  # compressed in the file
    assert any(b"tovah-la-sample" in held for held in kept)
    for words in (b"ilse-rd-sample", b"Rautavaara", b"payroll corrections"):
        assert not [held for held in kept if words in held]


def test_no_address_is_kept(collected: Collected) -> None:
    """What is kept of people holds no e-mail address, however it was written."""
    for candidate in collected.candidates:
        kept = " ".join(f"{a.name} {a.bio} {a.links}" for a in candidate.accounts)
        kept += " ".join(f"{act.title} {act.text} {act.links} {dict(act.details)}" for act in candidate.evidence)
        assert not re.search(r"[\w.+-]+@[\w-]+\.\w+|\[(?:at|dot)\]", kept)
