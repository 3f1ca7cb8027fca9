"""GitHub: who contributes to what (REST and GraphQL). The URL decides the kind of page.

GitHub finds and verifies people; it never supplies an address (design D13): no e-mail field is read. A contribution is
credited once per person and repository, at the repository's own page; what the repository is about stands in its
`repository` evidence, which shares `details.repository` with the contributions to it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any
from urllib.parse import quote, urlsplit

from pydantic import Field

from scrapers.parse.pages import NobodyThere, NotThisPage, PageChanged, json_of
from scrapers.records import Code, Page, Record, Refused, Request
from scrapers.sources import Source
from scrapers.sources import Watch as BaseWatch
from scrapers.sources.github import graphql, work
from scrapers.sources.github.facts import (
    FULL_PAGE,
    Facts,
    account_of,
    ask,
    is_credited,
    items_of,
    next_page,
    owner_of,
    profile_links,
    repository_evidence,
    shown,
)
from scrapers.text import squeeze

HEADERS = {"accept": "application/vnd.github+json", "x-github-api-version": "2022-11-28"}
LAST_PUSHED = 30  # of a person's own repositories, how many are looked at


class Watch(BaseWatch):
    """Repositories ("owner/name"), organisations, users, and searches for users in GitHub's syntax.

    `repositories_of_each` bounds how many repositories of an organisation are read, the last pushed first. With
    `graphql` searches and organisations are asked through GraphQL: fewer requests, but it needs a token.
    """

    repositories: tuple[str, ...] = ()
    organizations: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    searches: tuple[str, ...] = ()
    repositories_of_each: int = Field(default=30, ge=1, le=FULL_PAGE)
    graphql: bool = False


def plan(watch: Watch, since: date) -> Iterator[Request]:  # noqa: ARG001 - lists are read whole, unchanged ones cost nothing
    """The first requests: repositories before people, since they say what the work was about."""
    for name in watch.repositories:
        yield ask(f"/repos/{quote(name)}")
    for login in watch.organizations:
        if watch.graphql:
            yield graphql.repositories_of(login)
        else:
            yield ask(f"/orgs/{quote(login)}/repos", type="sources", sort="pushed", per_page=watch.repositories_of_each)
    for login in watch.users:
        yield ask(f"/users/{quote(login)}")
    for search in watch.searches:
        if watch.graphql:
            yield graphql.people_found(search)
        else:
            yield ask("/search/users", q=search, per_page=FULL_PAGE)


def parse(page: Page) -> Iterator[Record]:
    """The records of a page; `NobodyThere` where it lists nobody, `NotThisPage` for an error or an unknown address."""
    told = json_of(page)
    if isinstance(told, dict) and isinstance(told.get("message"), str) and "login" not in told and "id" not in told:
        yield _message(page, told["message"])
        return
    path = urlsplit(page.url).path.rstrip("/")
    reader = next((reader for pattern, reader in _PAGES if re.fullmatch(pattern, path, re.IGNORECASE)), None)
    if reader is None:
        raise NotThisPage(page.url, "a page of GitHub that we read")
    found = list(reader(page, told))
    if not found:
        raise NobodyThere(page.url, "nothing here is by a person")
    yield from found


def _message(page: Page, message: str) -> Refused:
    if "too large" in message:  # linux, nixpkgs: an answer of 403 that no waiting helps
        return Refused(Code.TOO_LARGE, page.url, f"{message} Read a clone instead: headwater collect git", "github")
    if "rate limit" in message.casefold():
        return Refused(Code.RATE_DEFERRED, page.url, message, "github")
    if message.casefold() == "not found":
        return Refused(Code.GONE, page.url, message, "github")
    raise NotThisPage(page.url, f"an answer of GitHub, it said {squeeze(message)[:200]!r}")


# ---- one reader per kind of page


def _repository(page: Page, told: Any) -> Iterator[Record]:
    """Yield the repository's description. Its contributors are asked for unless it is a copy of somebody else's."""
    repository = Facts(page, told)
    evidence = repository_evidence(repository)
    if evidence is None:
        raise NobodyThere(page.url, "a private repository")
    yield from owner_of(repository)
    yield evidence
    if not evidence.details.get("fork") and not evidence.details.get("mirror"):
        path = f"/repos/{evidence.details['repository']}"
        yield ask(f"{path}/contributors", per_page=FULL_PAGE)
        yield ask(f"{path}/commits", per_page=FULL_PAGE)


def _repositories(page: Page, told: Any) -> Iterator[Record]:
    """Own repositories of a user, or those of an organisation, whose contributors are asked for."""
    of_organisation = urlsplit(page.url).path.startswith(("/orgs/", "/organizations/"))
    for repository in items_of(page, told):
        evidence = repository_evidence(repository)
        if evidence is None or evidence.details.get("fork") or evidence.details.get("mirror"):
            continue
        yield from owner_of(repository)
        yield evidence
        if of_organisation:
            yield ask(f"/repos/{evidence.details['repository']}/contributors", per_page=FULL_PAGE)
    yield from next_page(page)


def _user(page: Page, told: Any) -> Iterator[Record]:
    """The profile without its address, and for people a look at what they pushed last."""
    user = Facts(page, told)
    hireable = user.get("hireable")
    yield account_of(
        user,
        name=user.text("name"),
        bio=user.text("bio"),
        location=user.text("location"),
        links=profile_links(user.text("blog"), handle=user.text("twitter_username")),
        open_to_work=hireable if isinstance(hireable, bool) else None,
    )
    if is_credited(user) and user.get("public_repos") != 0:
        yield ask(f"/users/{quote(user.must('login'))}/repos", sort="pushed", per_page=LAST_PUSHED)


def _found(page: Page, told: Any) -> Iterator[Record]:
    """People whom a search names: each profile is asked for."""
    if not isinstance(told, dict) or not isinstance(told.get("items"), list):
        raise PageChanged(page.url, "search results with items")
    for person in items_of(page, told["items"]):
        yield from shown(person)
        if is_credited(person):
            yield ask(f"/users/{quote(person.must('login'))}")
    yield from next_page(page)


def _graphql(page: Page, told: Any) -> Iterator[Record]:
    yield from graphql.read(page, told)


def _limits(page: Page, _told: Any) -> Iterator[Record]:
    raise NobodyThere(page.url, "rate limits, which list nobody")


_REPOSITORY = r"/(?:repos/[^/]+/[^/]+|repositories/\d+)"
_PAGES: tuple[tuple[str, Callable[[Page, Any], Iterator[Record]]], ...] = (
    (_REPOSITORY, _repository),
    (rf"{_REPOSITORY}/contributors", work.contributors),
    (rf"{_REPOSITORY}/stats/contributors", work.statistics),
    (rf"{_REPOSITORY}/commits", work.commits),
    (rf"(?:{_REPOSITORY}|/users/[^/]+|/orgs/[^/]+)?/events(?:/public)?", work.events),
    (r"/users/[^/]+|/user/\d+|/user", _user),
    (r"(?:/users/[^/]+|/user(?:/\d+)?|/orgs/[^/]+|/organizations/\d+)/repos", _repositories),
    (r"/search/users", _found),
    (r"/graphql", _graphql),
    (r"/rate_limit", _limits),
)

SOURCE = Source(
    name="github",
    title="GitHub",
    plan=plan,
    parse=parse,
    watch=Watch,
    follow=("api.github.com",),
    profiles={"github": lambda login: ask(f"/users/{quote(login)}")},
    headers=HEADERS,
    token="GITHUB_TOKEN",  # noqa: S106 - the name of an environment variable
    token_host="api.github.com",  # noqa: S106
)
