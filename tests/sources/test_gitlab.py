"""GitLab: who is credited for what, and what is never read."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from scrapers.reading.cleaning import read_page
from scrapers.records import Account, Code, Evidence, Page, Record, Refused, Request, to_json
from scrapers.sources.gitlab import API, SOURCE, Watch, plan

PROJECT: dict[str, Any] = {
    "id": 42,
    "path_with_namespace": "ada-example/heron",
    "web_url": "https://gitlab.com/ada-example/heron",
    "namespace": {"path": "ada-example", "kind": "user"},
    "permissions": {},
}


def read(path: str, body: Any) -> list[Record]:
    return read_page(
        SOURCE, Page("gitlab", f"{API}{path}", json.dumps(body).encode(), datetime(2026, 11, 21, tzinfo=UTC))
    )


def person(username: str, **more: Any) -> dict[str, Any]:
    return {"id": 7, "username": username, "name": "Ada Example", "state": "active"} | more


def merged(username: str, **more: Any) -> dict[str, Any]:
    url = "https://gitlab.com/pond-example/heron/-/merge_requests/1"
    return {"iid": 1, "title": "Faster", "state": "merged", "web_url": url, "author": person(username)} | more


def test_projects_are_asked_for_before_people() -> None:
    """A project's path is one quoted word; its merged work is asked page by page; nobody's addresses are."""
    watch = Watch(projects=("pond-example/tools/heron",), users=("ada-example",), pages=2)
    asked = [request.url.removeprefix(API) for request in plan(watch, date(2026, 1, 1))]
    path = "/projects/pond-example%2Ftools%2Fheron"
    query = "state=merged&scope=all&order_by=updated_at&per_page=100"
    assert asked == [
        path,
        f"{path}/merge_requests?{query}&page=1",
        f"{path}/merge_requests?{query}&page=2",
        "/users?username=ada-example",
    ]
    assert not any("contributors" in url for url in asked)


@pytest.mark.parametrize(
    ("changed", "credited"),
    [
        ({}, True),
        ({"forked_from_project": {"id": 1}}, False),
        ({"mirror": True}, False),
        ({"permissions": None}, False),
        ({"namespace": {"path": "pond-example", "kind": "group"}}, False),
        ({"namespace": {"path": "project_42_bot_0a", "kind": "user"}}, False),
    ],
    ids=["own", "fork", "mirror", "not told", "group", "service account"],
)
def test_a_project_is_its_owners_only_where_the_answer_shows_it(changed: dict[str, Any], credited: bool) -> None:
    """A fork, a mirror, a group's project, or an answer that would not tell credits nobody."""
    (act,) = [record for record in read("/projects/42", PROJECT | changed) if isinstance(record, Evidence)]
    assert (act.account is not None) == credited


@pytest.mark.parametrize("username", ["project_42_bot_0a1b", "group_9_bot", "renovate-bot", "ghost1", "dependabot"])
def test_service_accounts_are_nobody(username: str) -> None:
    """Merged work of bots and of the stand-in for deleted accounts is not read."""
    (refused,) = read("/projects/42/merge_requests", [merged(username)])
    assert isinstance(refused, Refused)
    assert refused.code is Code.EMPTY


def test_only_what_was_merged_counts() -> None:
    """Open and closed requests in the list give nothing."""
    found = read("/projects/42/merge_requests", [merged("bo-example", state="closed"), merged("ada-example")])
    assert [record.handle for record in found if isinstance(record, Account)] == ["ada-example"]


def test_an_address_is_never_read() -> None:
    """Neither the address fields of a profile nor one in a description gets into a record."""
    profile = person("ada-example", public_email="ada@example.com", commit_email="ada@example.com", skype="ada")
    for found in (
        read("/users/7", profile),
        read("/projects/42/merge_requests", [merged("ada-example", description="Ask ada@example.com")]),
    ):
        assert "example.com" not in json.dumps([to_json(record) for record in found])


def test_a_persons_projects_are_looked_at_one_by_one() -> None:
    """A list does not say what is a fork, so each project is asked for, known forks excepted."""
    found = read("/users/7/projects", [{"id": 1}, {"id": 2, "forked_from_project": {"id": 1}}])
    assert [record.url for record in found if isinstance(record, Request)] == [f"{API}/projects/1"]


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("/projects/42", {"message": "404 Project Not Found"}, Code.GONE),
        ("/projects/42", {"message": "403 Forbidden"}, Code.NOT_A_PAGE),
        ("/projects/42/repository/contributors", [{"name": "Ada", "email": "ada@example.com"}], Code.NOT_A_PAGE),
        ("/projects/42/merge_requests", [], Code.EMPTY),
        ("/projects/42/merge_requests", {"merge_requests": []}, Code.SCHEMA_DRIFT),
        ("/projects/42", PROJECT | {"visibility": "internal"}, Code.EMPTY),
    ],
)
def test_what_is_not_read_is_refused_by_name(path: str, body: Any, code: Code) -> None:
    """Errors, lists of addresses, empty lists and changed shapes each have their own code."""
    (refused,) = read(path, body)
    assert isinstance(refused, Refused)
    assert refused.code is code
