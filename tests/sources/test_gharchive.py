"""GH Archive: what is kept of an hour, in how much memory, and how such a file comes off the wire."""

from __future__ import annotations

import errno
import gzip
import json
import random
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from scrapers.collect.bulk import BulkFiles
from scrapers.fetch.addresses import STANDARD
from scrapers.fetch.client import Clock, Fetcher, Limits
from scrapers.parse.lines import LONGEST_LINE, Damaged, lines_of
from scrapers.reading.cleaning import read_page
from scrapers.records import Account, Code, Evidence, Page, Record, Refused, Request
from scrapers.sources import Bulk
from scrapers.sources.gharchive import SOURCE, Watch, parse, plan, reduce
from tests.support.constants import THOROUGH
from tests.support.loopback import Reply, Site

HOUR = "https://data.gharchive.org/2026-11-14-5.json.gz"
URL = f"{HOUR}#pond-example/heron,spring-example"
READ_ON = datetime(2026, 11, 21, tzinfo=UTC)


def event(kind: str, login: str, repository: str = "pond-example/heron", **payload: Any) -> dict[str, Any]:
    return {
        "type": kind,
        "actor": {"id": sum(map(ord, login)), "login": login},
        "repo": {"id": 5, "name": repository},
        "payload": payload,
        "created_at": "2026-11-14T05:00:00Z",
    }


def hour(*events: Any) -> list[bytes]:
    return [json.dumps(one, separators=(",", ":")).encode() + b"\n" for one in events]


def packed(*events: Any) -> bytes:
    return gzip.compress(b"".join(hour(*events)), mtime=0)


def people(*events: Any, url: str = URL) -> dict[tuple[str, str], dict[str, int]]:
    """What each person did in each repository."""
    told = json.loads(reduce(url, hour(*events)))["people"]
    return {(one["login"], one["repository"]): one["counts"] for one in told}


def read(body: bytes, url: str = URL) -> list[Record]:
    return read_page(SOURCE, Page("gharchive", url, body, READ_ON))


# ---- what is planned


def test_each_hour_of_the_named_days_is_asked_for() -> None:
    """Days before `since` and unnamed hours are left out; hours have no leading zero; what to keep is a fragment."""
    watch = Watch(
        repositories=("pond-example/heron",),
        organizations=("spring-example",),
        days=(date(2026, 11, 14), date(2025, 1, 1)),
        hours=(5, 23),
    )
    asked = [request.url for request in plan(watch, date(2026, 1, 1))]
    assert asked == [URL, URL.replace("-5.json", "-23.json")]


def test_nothing_is_asked_where_nothing_is_watched() -> None:
    """Days alone read no hour of everybody's events."""
    assert list(plan(Watch(days=(date(2026, 11, 14),)), date(2026, 1, 1))) == []


@pytest.mark.parametrize(
    "wrong", [{"repositories": ["heron"]}, {"organizations": ["a,b"]}, {"hours": [24]}, {"repositories": ["a/b#c"]}]
)
def test_a_watch_that_could_not_be_asked_for_is_refused(wrong: dict[str, Any]) -> None:
    """A name that would read as another in the fragment is an error in sources.toml."""
    with pytest.raises(ValidationError):
        Watch.model_validate(wrong)


# ---- what is kept


def test_only_the_watched_repositories_are_kept() -> None:
    """Another owner's repository of the same name, a longer name and a fork's parent keep nobody."""
    assert people(
        event("PushEvent", "ada-example"),
        event("PushEvent", "bo-example", "elsewhere-example/heron"),
        event("PushEvent", "cleo-example", "pond-example/heron-extras"),
        event("ForkEvent", "dee-example", "else-example/x", forkee={"name": "pond-example/heron"}),
        event("PushEvent", "eve-example", "spring-example/anything"),
        event("PushEvent", "finn-example", "not-spring-example/anything"),
    ) == {
        ("ada-example", "pond-example/heron"): {"pushes": 1},
        ("eve-example", "spring-example/anything"): {"pushes": 1},
    }


def test_names_are_compared_as_github_does() -> None:
    """Capitals make no other repository and no other person."""
    found = people(event("PushEvent", "Ada-Example"), event("PushEvent", "ada-example", "Pond-Example/Heron"))
    assert list(found.values()) == [{"pushes": 2}]


def test_robots_are_nobody() -> None:
    """Bots by suffix, by habit and by type are not kept, nor is a bot whose work a person merged."""
    by_robot = {"number": 1, "title": "Bump", "merged": True, "user": {"login": "renovate", "id": 1, "type": "Bot"}}
    assert people(
        event("PushEvent", "dependabot[bot]"),
        event("PushEvent", "release-bot"),
        event("PullRequestEvent", "ada-example", action="closed", pull_request=by_robot),
    ) == {("ada-example", "pond-example/heron"): {"merged": 1}}


def test_a_star_or_a_comment_alone_makes_no_contributor() -> None:
    """Stars and forks never count; a comment counts beside something made."""
    comment: dict[str, Any] = {"action": "created", "issue": {"number": 1, "title": "Crash"}}
    assert people(
        event("WatchEvent", "ada-example", action="started"),
        event("IssueCommentEvent", "bo-example", **comment),
        event("IssueCommentEvent", "cleo-example", **comment),
        event("PushEvent", "cleo-example"),
    ) == {("cleo-example", "pond-example/heron"): {"comments": 1, "pushes": 1}}


def test_a_merged_pull_request_is_its_authors_work() -> None:
    """Where the event names the author, they are credited with what was accepted, and who merged with the merge."""
    request = {"number": 7, "title": "Faster joins", "merged": True, "user": {"login": "bo-example", "id": 2}}
    assert people(event("PullRequestEvent", "ada-example", action="closed", pull_request=request)) == {
        ("ada-example", "pond-example/heron"): {"merged": 1},
        ("bo-example", "pond-example/heron"): {"accepted": 1},
    }


def test_a_pull_request_that_was_closed_unmerged_is_no_work() -> None:
    """Neither the one who closed it nor its author is kept."""
    request = {"number": 7, "title": "No", "merged": False, "user": {"login": "bo-example", "id": 2}}
    assert people(event("PullRequestEvent", "ada-example", action="closed", pull_request=request)) == {}


def test_no_address_gets_into_the_page() -> None:
    """Commit authors are not read, and an address in a title is replaced."""
    commits = [{"author": {"email": "cleo@example.com", "name": "Cleo"}, "message": "mail bo@example.com"}]
    issue = {"number": 3, "title": "Write to dee@example.com"}
    body = reduce(
        URL,
        hour(
            event("PushEvent", "cleo-example", commits=commits, distinct_size=1),
            event("IssuesEvent", "dee-example", action="opened", issue=issue),
        ),
    )
    assert b"Write to [address]" in body
    assert b"@example.com" not in body
    assert b"Cleo" not in body


@settings(max_examples=2000 if THOROUGH else 100, deadline=None)
@given(st.lists(st.one_of(st.binary(max_size=80), st.text(max_size=80).map(str.encode))), st.randoms())
def test_lines_that_are_no_events_change_nothing(junk: list[bytes], chance: random.Random) -> None:
    """Garbage between events is counted, never raised, and what is kept of the events is the same in any order."""
    events = hour(event("PushEvent", "ada-example"), event("ReleaseEvent", "bo-example", action="published"))
    mixed = [*events, *junk]
    chance.shuffle(mixed)
    told, alone = json.loads(reduce(URL, mixed)), json.loads(reduce(URL, events))
    assert told["people"] == alone["people"]
    assert told["lines"] == len(mixed)


_SHAPES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["action", "issue", "pull_request", "user", "login", "title", "number"]), inner
        )
    ),
    max_leaves=12,
)


@settings(max_examples=2000 if THOROUGH else 150, deadline=None)
@given(
    st.sampled_from(["PushEvent", "PullRequestEvent", "IssuesEvent", "ReleaseEvent", "IssueCommentEvent"]),
    st.dictionaries(st.sampled_from(["action", "pull_request", "issue", "release", "distinct_size"]), _SHAPES),
)
def test_no_payload_stops_the_reading(kind: str, payload: dict[str, Any]) -> None:
    """Whatever stands in a payload, the hour is reduced and its page is read or refused by name."""
    body = reduce(URL, hour(event(kind, "ada-example", **payload), event("PushEvent", "bo-example")))
    records = read(body)
    assert [r.handle for r in records if isinstance(r, Account)][-1:] == ["bo-example"]


@pytest.mark.shared
def test_recorded_events_are_events(shared: Path) -> None:
    """Every recorded event of GitHub's own API has the shape that is read, and the bots behind them are nobody."""
    files = sorted((shared / "corpus" / "github").glob("rest_events__*.json"))
    events = [one for file in files for one in json.loads(file.read_bytes())]
    url = f"{HOUR}#{','.join(sorted({one['repo']['name'] for one in events}))}"
    told = json.loads(reduce(url, hour(*events)))
    assert (told["lines"], told["read"], told["odd"]) == (len(events), len(events), 0)
    assert events
    assert not [one for one in told["people"] if one["login"].endswith("[bot]")]


# ---- what the page says


def test_an_hour_is_one_contribution_a_person_and_repository() -> None:
    """Two acts in one repository and one in another give one account and two contributions, each with its own proof."""
    records = read(
        packed(
            event("PushEvent", "ada-example"),
            event("PushEvent", "ada-example"),
            event("PullRequestEvent", "ada-example", "spring-example/web", action="opened", number=4),
        )
    )
    acts = [record for record in records if isinstance(record, Evidence)]
    assert [type(record) for record in records] == [Account, Evidence, Evidence]
    assert [act.text for act in acts] == ["2 pushes in heron.", "1 pull request opened in web."]
    assert len({act.id for act in acts}) == 2
    assert all(act.date == date(2026, 11, 14) and act.url.startswith("https://github.com/") for act in acts)


def test_two_hours_are_two_acts() -> None:
    """The same push an hour later is other evidence; the same hour read twice is the same."""
    body = packed(event("PushEvent", "ada-example"))
    ids = [
        record.id
        for url in (URL, URL, URL.replace("-5.json", "-6.json"))
        for record in read(body, url)
        if isinstance(record, Evidence)
    ]
    assert ids[0] == ids[1] != ids[2]


def code_of(records: list[Record]) -> Code:
    (only,) = records
    assert isinstance(only, Refused), only
    return only.code


def test_a_quiet_hour_is_empty_and_a_changed_one_is_drift() -> None:
    """Nobody at work is said as such; events without actors, an empty file and a lost watch list are loud."""
    assert code_of(read(packed(event("PushEvent", "ada-example", "else-example/x")))) is Code.EMPTY
    timeline = {"type": "PushEvent", "actor": "ada-example", "repository": {"name": "heron"}, "payload": {}}
    assert code_of(read(packed(*[timeline] * 10))) is Code.SCHEMA_DRIFT  # how events looked until 2014
    assert code_of(read(gzip.compress(b""))) is Code.SCHEMA_DRIFT
    assert code_of(read(packed(event("PushEvent", "ada-example")), HOUR)) is Code.SCHEMA_DRIFT
    assert code_of(read(packed(event("PushEvent", "ada-example"))[:-9])) is Code.NOT_A_PAGE
    assert code_of(read(b"<html>", URL)) is Code.NOT_A_PAGE


# ---- how much memory it takes


def test_memory_does_not_grow_with_the_hour() -> None:
    """Twenty times the lines take the same memory: the peak stays below a few lines and the people who are kept."""
    filler, size = "x" * 2000, 100_000 if THOROUGH else 4_000

    def lines(count: int) -> Iterator[bytes]:
        for number in range(count):
            repository = "pond-example/heron" if number % 500 == 0 else f"else-example/r{number}"
            yield from hour(event("PushEvent", f"p{number % 7}-example", repository, ref=filler))

    peaks = []
    for count in (size // 20, size):
        tracemalloc.start()
        told = json.loads(reduce(URL, lines(count)))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert told["lines"] == count
    assert peaks[1] < 2 * peaks[0] + 100_000


def test_a_line_without_end_is_held_to_its_bound() -> None:
    """A bomb of one endless line unpacks to a single cut line, and memory stays far below what it pretends to be."""
    bomb = BytesIO(gzip.compress(b" " * (16 * LONGEST_LINE) + b"\nlast\n"))
    tracemalloc.start()
    found = [len(line) for line in lines_of(bomb)]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found == [LONGEST_LINE, 5]
    assert peak < 6 * LONGEST_LINE


def test_lines_are_those_of_the_file_gzipped_or_not() -> None:
    """Members that follow each other are one file, and a plain file is read as it stands."""
    body = b"one\ntwo\nthree"
    for file in (body, gzip.compress(body), gzip.compress(b"one\n") + gzip.compress(b"two\nthree")):
        assert b"".join(lines_of(BytesIO(file))) == body


@pytest.mark.parametrize(("cut", "code"), [(-5, Code.TRUNCATED), (0, Code.BAD_ENCODING)])
def test_a_file_that_is_not_whole_is_damaged(cut: int, code: Code) -> None:
    """An early end and a wrong checksum are each found before the last line counts."""
    whole = bytearray(gzip.compress(b"line\n" * 1000))
    whole[-8] ^= 1
    with pytest.raises(Damaged) as damage:
        list(lines_of(BytesIO(bytes(whole[: len(whole) + cut]))))
    assert damage.value.code is code


# ---- how it comes off the wire


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as served:
        yield served


def answer_of(
    site: Site, folder: Path, reply: Reply, *, limits: Limits = STANDARD, known: Page | None = None
) -> Page | Refused:
    """What the doors say to the hour that a site serves."""
    site.says("/2026-11-14-5.json.gz", reply)
    source = replace(SOURCE, bulk=Bulk(("127.0.0.1",), reduce))
    clock = Clock(sleep=lambda _: None)
    with Fetcher(allow=frozenset({site.place}), limits=limits, clock=clock) as web:
        doors = BulkFiles(web, folder, {"gharchive": source})
        return doors.fetch(Request("gharchive", site.url("/2026-11-14-5.json.gz#pond-example/heron")), known=known)


GZ = {"Content-Type": "application/gzip", "ETag": '"h5"'}


def test_an_hour_larger_than_any_page_becomes_a_small_page(site: Site, tmp_path: Path) -> None:
    """A file above the limits of a page comes whole, is reduced, read, and leaves nothing in the folder."""
    noise = (event("PushEvent", "bo-example", f"else-example/r{n}", ref=f"{n:0200x}") for n in range(3000))
    body = packed(event("PushEvent", "ada-example"), *noise)
    small = replace(STANDARD, wire=len(body) // 4, body=len(body) // 4, json=len(body) // 4)
    page = answer_of(site, tmp_path, Reply(body, headers=GZ), limits=small)
    assert isinstance(page, Page), page
    assert len(page.body) < 1000
    assert b"bo-example" not in page.body
    assert page.headers["etag"] == '"h5"'
    assert [record.handle for record in parse(page) if isinstance(record, Account)] == ["ada-example"]
    assert list(tmp_path.iterdir()) == []
    assert [asked.path for asked in site.pages()] == ["/2026-11-14-5.json.gz"]  # what to keep is never sent


def test_an_hour_that_was_read_is_not_read_again(site: Site, tmp_path: Path) -> None:
    """The validators of the reduced page are sent, and 304 brings it back unchanged."""
    page = answer_of(site, tmp_path, Reply(packed(event("PushEvent", "ada-example")), headers=GZ))
    assert isinstance(page, Page)
    again = answer_of(site, tmp_path, Reply(status=304), known=page)
    assert isinstance(again, Page)
    assert (again.unchanged, again.body) == (True, page.body)
    assert site.pages()[-1].headers["if-none-match"] == '"h5"'


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (Reply("gone", 404), Code.GONE),
        (Reply("no", 403), Code.BLOCKED),
        (Reply(packed(event("PushEvent", "a-example"))[:-4], headers=GZ), Code.TRUNCATED),
        (Reply(b"\x1f\x8b" + b"\x00" * 40, headers=GZ), Code.BAD_ENCODING),
        (Reply(packed(event("PushEvent", "a-example")), headers=GZ, length=10_000), Code.TRUNCATED),
        (Reply(b"", headers=GZ, length=2 << 30), Code.TOO_LARGE),
        (Reply(random.Random(1).randbytes(200_000), headers=GZ), Code.TOO_LARGE),
    ],
    ids=["gone", "blocked", "cut", "damaged", "breaks off", "declared too large", "is too large"],
)
def test_what_is_not_a_whole_file_is_refused(site: Site, tmp_path: Path, reply: Reply, code: Code) -> None:
    """Each fault has its name, and the folder is empty afterwards."""
    answer = answer_of(site, tmp_path, reply, limits=replace(STANDARD, bulk=100_000, tries=1))
    assert isinstance(answer, Refused), answer
    assert answer.code is code
    assert list(tmp_path.iterdir()) == []


def test_a_broken_download_starts_afresh(site: Site, tmp_path: Path) -> None:
    """After an attempt that broke off, the next one's file holds nothing of the first."""
    body = packed(event("PushEvent", "ada-example"))
    site.says("/h.json.gz", Reply(b"x" * 5000, headers=GZ, length=9000), Reply(body, headers=GZ))
    with Fetcher(allow=frozenset({site.place}), clock=Clock(sleep=lambda _: None)) as web, BytesIO() as file:
        assert isinstance(web.download(Request("gharchive", site.url("/h.json.gz")), file), Page)
        assert file.getvalue() == body


def test_a_full_disk_is_said(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No room for the file is a storage refusal that names the remedy, not a fault of the site."""

    class Full(BytesIO):
        def write(self, _: object) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("scrapers.collect.bulk.TemporaryFile", lambda dir: Full())
    answer = answer_of(site, tmp_path, Reply(packed(event("PushEvent", "ada-example")), headers=GZ))
    assert isinstance(answer, Refused)
    assert answer.code is Code.STORAGE
    assert "room" in answer.detail


def test_other_hosts_are_the_webs(site: Site, tmp_path: Path) -> None:
    """A host that is not named as bulk keeps the limits of a page."""
    site.says("/x", Reply(b"y" * 2000))
    with Fetcher(allow=frozenset({site.place}), limits=replace(STANDARD, wire=1000)) as web:
        answer = BulkFiles(web, tmp_path, {"gharchive": SOURCE}).fetch(Request("gharchive", site.url("/x")))
    assert isinstance(answer, Refused)
    assert answer.code is Code.TOO_LARGE
