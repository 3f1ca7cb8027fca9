"""GitHub's pages beyond the recorded cases: what is planned, followed, credited, and never read."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from scrapers.reading.cleaning import read_page
from scrapers.records import Account, Code, Evidence, Page, Record, Refused, Request, to_json
from scrapers.sources.github import SOURCE, Watch
from tests.support.constants import THOROUGH

API = "https://api.github.com"
READ_ON = datetime(2026, 11, 21, tzinfo=UTC)


def read(path: str, body: Any, headers: dict[str, str] | None = None) -> list[Record]:
    return read_page(SOURCE, Page("github", f"{API}{path}", json.dumps(body).encode(), READ_ON, headers=headers or {}))


def only(kind: type, records: list[Record]) -> list[Any]:
    return [record for record in records if isinstance(record, kind)]


def person(login: str, number: int = 1, **more: Any) -> dict[str, Any]:
    return {"login": login, "id": number, "type": "User", **more}


def asked(watch: Watch) -> list[str]:
    return [request.url.removeprefix(API) for request in SOURCE.plan(watch, date(2026, 1, 1))]


def test_repositories_are_asked_for_before_people() -> None:
    """A plan names each watched thing once, as the API spells it."""
    watch = Watch(
        repositories=("pond-example/heron",),
        organizations=("pond-example",),
        users=("ada-example",),
        searches=("location:Lisbon language:rust",),
        repositories_of_each=5,
    )
    assert asked(watch) == [
        "/repos/pond-example/heron",
        "/orgs/pond-example/repos?type=sources&sort=pushed&per_page=5",
        "/users/ada-example",
        "/search/users?q=location%3ALisbon+language%3Arust&per_page=100",
    ]


def test_a_watch_key_that_is_unknown_is_refused() -> None:
    """A misspelt key of sources.toml is an error, never ignored."""
    with pytest.raises(ValidationError):
        Watch.model_validate({"repos": ["pond-example/heron"]})


def test_the_token_goes_to_the_api_alone() -> None:
    """The token's host, and the hosts that may be followed to, are the API and nothing else."""
    assert (SOURCE.token, SOURCE.token_host, SOURCE.follow) == ("GITHUB_TOKEN", "api.github.com", ("api.github.com",))


def test_a_search_can_be_continued_from_its_answer_alone() -> None:
    """The next GraphQL request differs from the first in its cursor only, although the answer does not quote it."""
    (first,) = SOURCE.plan(Watch(searches=('location:"São Paulo" language:c++',), graphql=True), date(2026, 1, 1))
    body = json.loads(first.body or "")
    alias = body["query"].split("{", 1)[1].split(":search", 1)[0]
    answer = {"data": {alias: {"nodes": [], "pageInfo": {"hasNextPage": True, "endCursor": "abc"}}}}
    (second,) = read("/graphql", answer)
    assert isinstance(second, Request)
    assert second.method == "POST"
    following = json.loads(second.body or "")
    assert following["query"] == body["query"]
    assert following["variables"] == body["variables"] | {"after": "abc"}
    assert second.key != first.key


def test_a_person_with_many_pages_of_repositories_is_continued_under_the_same_login() -> None:
    """The owner's login in the answer is enough to ask for the next page of repositories."""
    connection = {"nodes": [], "pageInfo": {"hasNextPage": True, "endCursor": "c2"}}
    answer = {"data": {"repositoryOwner": {"__typename": "User", "login": "ada-example", "repositories": connection}}}
    (request,) = only(Request, read("/graphql", answer))
    assert json.loads(request.body)["variables"] == {"after": "c2", "login": "ada-example"}


def test_next_is_followed_as_given_unless_the_request_set_a_bound() -> None:
    """The Link header's next is asked verbatim; a page of fewer than 100 that we asked for is all that we want."""
    link = {"link": f'<{API}/user/7/repos?page=2>; rel="next", <{API}/user/7/repos?page=9>; rel="last"'}
    body = [{"full_name": "ada-example/wader", "owner": person("ada-example")}]
    assert [r.url for r in only(Request, read("/users/ada-example/repos", body, link))] == [
        f"{API}/user/7/repos?page=2"
    ]
    assert only(Request, read("/users/ada-example/repos?per_page=30", body, link)) == []
    last = {"link": f'<{API}/user/7/repos?page=1>; rel="prev"'}
    assert only(Request, read("/users/ada-example/repos", body, last)) == []


def test_of_a_long_list_only_regular_contributors_are_looked_up() -> None:
    """Everybody is credited; a profile is asked for from the third commit on, and for all of a short list."""
    people = [person(f"user-{number}-test", number, contributions=40 - number) for number in range(40)]
    records = read("/repos/pond-example/heron/contributors", people)
    assert len(only(Evidence, records)) == 40
    assert len(only(Request, records)) == 38
    assert len(only(Request, read("/repos/pond-example/heron/contributors", people[-10:]))) == 10


def test_a_fork_leads_to_nobody() -> None:
    """The history of a fork was mostly written elsewhere: neither credited nor asked for."""
    fork = {"full_name": "ada-example/django", "fork": True, "owner": person("ada-example"), "description": "Web"}
    records = read("/repos/ada-example/django", fork)
    assert only(Request, records) == []
    assert [(e.account, e.details["fork"]) for e in only(Evidence, records)] == [(None, True)]
    assert read("/users/ada-example/repos", [fork])[0].code is Code.EMPTY  # type: ignore[union-attr]


def test_a_private_repository_is_never_kept() -> None:
    """What a token can see beyond the public is not evidence."""
    secret = {"full_name": "ada-example/secret", "private": True, "owner": person("ada-example"), "description": "hush"}
    for records in (read("/repos/ada-example/secret", secret), read("/user/repos", [secret])):
        assert "secret" not in json.dumps([to_json(r) for r in records if not isinstance(r, Refused)])
        assert only(Evidence, records) == []


@pytest.mark.parametrize(
    "blog", ["ada@example.com", "mailto:ada@example.com", "my blog", "localhost", "", " ", "javascript:x"]
)
def test_a_blog_that_is_no_web_address_is_no_link(blog: str) -> None:
    """Mail addresses and words in the blog field bring nothing."""
    (account,) = only(Account, read("/users/ada-example", person("ada-example", blog=blog, public_repos=0)))
    assert account.links == ()


@pytest.mark.parametrize(("said", "meant"), [(True, True), (False, False), (None, None), ("yes", None)])
def test_hireable_is_yes_no_or_unknown(said: object, meant: bool | None) -> None:
    """What a person did not say stays unknown."""
    (account,) = only(Account, read("/users/ada-example", person("ada-example", hireable=said, public_repos=0)))
    assert account.open_to_work is meant


def test_an_organization_is_not_credited_with_commits() -> None:
    """Only people have evidence, whatever a contributor list holds."""
    records = read(
        "/repos/pond-example/heron/contributors",
        [{**person("pond-example"), "type": "Organization", "contributions": 5}],
    )
    assert [record.kind for record in only(Account, records)] == ["organization"]
    assert only(Evidence, records) == []


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("Not Found", Code.GONE),
        ("API rate limit exceeded for 192.0.2.1.", Code.RATE_DEFERRED),
        ("You have exceeded a secondary rate limit", Code.RATE_DEFERRED),
        ("The history or contributor list is too large to list contributors", Code.TOO_LARGE),
        ("Bad credentials", Code.NOT_A_PAGE),
    ],
)
def test_an_error_is_named_and_nobody_is_found(message: str, code: Code) -> None:
    """GitHub's error bodies are refusals of the right kind wherever they turn up."""
    (refused,) = read("/repos/pond-example/heron/contributors", {"message": message, "documentation_url": "x"})
    assert isinstance(refused, Refused)
    assert refused.code is code


LEAVES = st.none() | st.booleans() | st.integers(-5, 2**70) | st.floats() | st.text(max_size=8)
ANYTHING = st.one_of(LEAVES, st.lists(LEAVES, max_size=2), st.dictionaries(st.text(max_size=3), LEAVES, max_size=2))
CASES = sorted((Path(__file__).parents[1] / "cases" / "sources" / "github").iterdir())


def places(tree: Any) -> list[tuple[Any, Any]]:
    """Every (container, key) of a JSON tree."""
    inner = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    return [place for key, value in inner for place in [(tree, key), *places(value)]]


@settings(max_examples=5000 if THOROUGH else 150, deadline=None)
@given(st.data())
def test_no_answer_stops_the_parser(data: st.DataObject) -> None:
    """A recorded answer with anything at all in the place of any value is read or refused by name."""
    case = data.draw(st.sampled_from(CASES))
    url = json.loads((case / "case.json").read_text())["url"]
    body = json.loads((case / "page.json").read_text())
    if found := places(body):
        container, key = data.draw(st.sampled_from(found))
        container[key] = data.draw(ANYTHING)
    for record in read(url.removeprefix(API), body):
        assert not (isinstance(record, Refused) and "the parser stopped" in record.detail), record.detail


@pytest.mark.shared
def test_the_recorded_contributors_are_credited_with_their_commits(shared: Path) -> None:
    """Each recorded contributor list credits the people it lists, with their counts, and no bot."""
    folder = shared / "corpus" / "github"
    checked = 0
    for item in json.loads((folder / "index.json").read_text())["files"]:
        if not item["file"].startswith("rest_contributors__"):
            continue
        records = read(item["url"].removeprefix(API), json.loads((folder / item["file"]).read_text()))
        commits = {e.account.handle: e.details["commits"] for e in only(Evidence, records)}
        expected = item["expect"]["contributions"]
        assert commits == {login: count for login, count in expected.items() if not login.endswith("[bot]")}
        checked += 1
    assert checked
