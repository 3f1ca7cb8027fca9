"""Who has met the operator already: said with its link, and never scored."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date
from io import StringIO
from typing import Any

import pytest

from ranking.handover.blinding import blinded
from ranking.handover.clearance import cleared
from ranking.shortlist.prior_contact import prior_contact
from scrapers.records import Account, AccountKey, Award, Candidate, Evidence, EvidenceKind
from scrapers.settings.home import Home
from scrapers.settings.operator import Operator, PriorContacts
from scrapers.settings.strict import BadConfiguration, parsed
from scrapers.store import Store
from tests.exports.test_exports import shortlist, written
from tests.settings.test_settings import operator

KEY = AccountKey("github", "ada-example")
OURS = PriorContacts(
    repositories=("OpenWeave/pager",),
    events=("https://night-shift.example/", "Winter Open"),
    conferences=("Eval Days 2026", "https://pretalx.example/days"),
)


def piece(kind: str, url: str = "https://ada.example/1", title: str = "Pager", **more: Any) -> Evidence:
    return Evidence(EvidenceKind(kind), KEY, title, "text", url, more.pop("date", date(2026, 9, 1)), **more)


def met(*pieces: Evidence, ours: PriorContacts = OURS) -> str | None:
    found = prior_contact(Candidate("c1", (Account("github", "ada-example"),), pieces), ours)
    return found and f"{found.sentence} {found.url}"


COMMITS = piece("contribution", "https://github.com/openweave/pager", details={"repository": "openweave/pager"})
REPORT = piece("contribution", details={"repository": "openweave/pager", "reported": 1, "comments": 4})
WIN = piece("hackathon_win", awards=(Award("Night Shift", "https://night-shift.example/?ref=x", "Best"),))
ENTRY = piece("hackathon_project", details={"events": [{"name": "winter open", "url": None}]})
TALK = piece("talk", title="Break it", details={"conference": "Eval Days 2026"})
SLOT = piece("talk", "https://pretalx.example/days/talk/1/", details={"conference": ""})


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (COMMITS, "Contributed to our openweave/pager (2026-09-01) https://github.com/openweave/pager"),
        (REPORT, "Reported an issue in our openweave/pager"),
        (WIN, "Entered our event “Night Shift” with “Pager”"),
        (ENTRY, "Entered our event “winter open” with “Pager”"),
        (TALK, "Spoke where we spoke, at “Eval Days 2026”: “Break it”"),
        (SLOT, "Spoke where we spoke, at “pretalx.example/days/talk/1”"),
    ],
)
def test_each_way_of_having_met_is_said_with_its_link(act: Evidence, words: str) -> None:
    """Names are compared without case, addresses as pages; without a table nobody has met anybody."""
    assert words in str(met(act))
    assert act.url in str(met(act))
    assert met(act, ours=PriorContacts()) is None


def test_others_have_not_met_us() -> None:
    """Another repository, event or conference, one whose address only begins alike, and other kinds of work."""
    assert (
        met(
            piece("contribution", details={"repository": "openweave/pager-two"}),
            piece("repository", details={"repository": "openweave/pager"}),
            piece("hackathon_win", awards=(Award("Other", "https://night-shift.example.org/", "Best"),)),
            piece("talk", "https://pretalx.example/days-of-others/talk/1", details={"conference": "Eval Days"}),
            piece("post", title="Eval Days 2026"),
        )
        is None
    )


def test_the_strongest_way_is_told() -> None:
    """Work on our code comes before our event, that before a stage we shared; of equals the newest."""
    newer = replace(COMMITS, url="https://github.com/openweave/pager/pull/9", date=date(2026, 10, 1))
    assert "Contributed" in str(met(TALK, WIN, COMMITS))
    assert "Entered" in str(met(TALK, WIN))
    assert newer.url in str(met(COMMITS, newer, replace(COMMITS, url="https://x.example/", date=None)))


def test_a_wrong_table_is_refused_by_name(home: Home) -> None:
    """A repository is owner/name, and an unknown key is named; what init writes is read."""
    table = operator(home).model_dump()
    assert parsed(Operator, table, "operator.toml").warm == PriorContacts()
    for wrong in ({"repositories": ["pager"]}, {"repos": ["openweave/pager"]}):
        with pytest.raises(BadConfiguration, match=r"operator.toml: warm\.repo"):
            parsed(Operator, table | {"warm": wrong}, "operator.toml")


def test_the_list_says_who_met_us_and_scores_them_alike(home: Home) -> None:
    """Sentence and link stand in the column and on the page; score and place are the same; a blind list is silent."""
    one = shortlist()
    (match,) = one.matches
    work = replace(COMMITS, account=AccountKey("devpost", "ada-example"))
    listed = replace(one, matches=(replace(match, candidate=replace(match.candidate, evidence=(work,))),))
    operator(home)
    table = (home / "operator.toml").read_text()
    (home / "operator.toml").write_text(table.replace("repositories = []", 'repositories = ["openweave/pager"]'))
    with Store.open(home) as store:
        told = cleared(listed, home, store)
    (met,), (before,) = (csv.DictReader(StringIO(written("shortlist_csv", each))) for each in (told, listed))
    assert met["warm"] == "Contributed to our openweave/pager (2026-09-01) (https://github.com/openweave/pager)"
    assert (before["warm"], before["score"], before["rank"]) == ("", met["score"], met["rank"])
    assert 'href="https://github.com/openweave/pager"' in written("page", told)
    assert "openweave" not in written("shortlist_csv", blinded(told))
