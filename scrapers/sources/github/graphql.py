"""GitHub's GraphQL: people found by a search, with what they made, in one request for 25 of them.

An answer does not say what was asked, but it repeats the alias of a field. The search stands in the alias (in
hexadecimal, since an alias is a word), so that the next page can be asked for from the answer alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from scrapers.parse.pages import NotThisPage, PageChanged
from scrapers.records import Code, Evidence, Page, Record, Refused, Request
from scrapers.sources.github.facts import (
    Facts,
    account_of,
    is_credited,
    profile_links,
    repository_evidence,
)
from scrapers.text import squeeze

URL = "https://api.github.com/graphql"
PEOPLE, REPOSITORIES, REPOSITORIES_OF_EACH = 25, 50, 10

_REPOSITORY = """nameWithOwner description isFork isPrivate isArchived mirrorUrl createdAt pushedAt
  owner{__typename login} primaryLanguage{name} repositoryTopics(first:20){nodes{topic{name}}}"""
_OWN = "isFork:false privacy:PUBLIC ownerAffiliations:OWNER orderBy:{field:PUSHED_AT direction:DESC}"
_PEOPLE = """query($search:String!$after:String){%s:search(query:$search type:USER first:%d after:$after){
 pageInfo{hasNextPage endCursor} nodes{__typename ... on User{login databaseId name bio location websiteUrl
  twitterUsername isHireable socialAccounts(first:10){nodes{url}} repositories(first:%d %s){nodes{%s}}}}}}"""
_OWNED = """query($login:String!$after:String){repositoryOwner(login:$login){__typename login
 repositories(first:%d after:$after %s){pageInfo{hasNextPage endCursor} nodes{%s}}}}"""


def people_found(search: str, after: str | None = None) -> Request:
    """The people of a search in GitHub's syntax, from the cursor on."""
    alias = f"found_{search.encode().hex()}"
    query = _PEOPLE % (alias, PEOPLE, REPOSITORIES_OF_EACH, _OWN, _REPOSITORY)
    return _post(query, {"search": search, "after": after})


def repositories_of(login: str, after: str | None = None) -> Request:
    """The public repositories of a person or an organisation that are no forks, from the cursor on."""
    return _post(_OWNED % (REPOSITORIES, _OWN, _REPOSITORY), {"login": login, "after": after})


def _post(query: str, variables: Mapping[str, Any]) -> Request:
    body = json.dumps({"query": squeeze(query), "variables": variables}, ensure_ascii=False, sort_keys=True)
    return Request("github", URL, method="POST", body=body, headers={"content-type": "application/json"})


def read(page: Page, told: Any) -> Iterator[Record]:
    """The records of an answer, and a refusal for the errors in it, which GitHub sends with status 200."""
    answer = Facts(page, told)
    yield from _errors(page, answer.get("errors"))
    data = answer.get("data")
    if not isinstance(data, Mapping):
        return
    for alias, value in data.items():
        if match := re.fullmatch(r"found_((?:[0-9a-f]{2})+)", alias):
            yield from _found(Facts(page, value), bytes.fromhex(match[1]).decode("utf-8", "replace"))
        elif alias == "repositoryOwner":
            yield from _owned(page, value)
        else:
            raise NotThisPage(page.url, "an answer to one of our queries")


def _errors(page: Page, errors: Any) -> Iterator[Refused]:
    codes = {"RATE_LIMITED": Code.RATE_DEFERRED, "NOT_FOUND": Code.GONE}
    for error in errors if isinstance(errors, list) else ():
        said = Facts(page, error)
        code = codes.get(said.text("type") or "", Code.HTTP_STATUS)
        yield Refused(code, page.url, (said.text("message") or "GitHub names an error")[:300], "github")


def _found(found: Facts, search: str) -> Iterator[Record]:
    for person in _nodes(found):
        if person.text("__typename") == "User":
            yield from _person(person)
    if after := _cursor(found):
        yield people_found(search, after)


def _person(person: Facts) -> Iterator[Record]:
    social = person.part("socialAccounts")
    yield account_of(
        person,
        name=person.text("name"),
        bio=person.text("bio"),
        location=person.text("location"),
        links=profile_links(
            person.text("websiteUrl"),
            *(link.text("url") for link in (_nodes(social) if social else ())),
            handle=person.text("twitterUsername"),
        ),
        # here false also stands for "never said", so only a yes is an answer
        open_to_work=True if person.get("isHireable") is True else None,
    )
    if owned := person.part("repositories"):
        yield from _repositories(owned)


def _owned(page: Page, value: Any) -> Iterator[Record]:
    if value is None:  # no such login: the errors say so
        return
    owner = Facts(page, value)
    owned = owner.part("repositories")
    if owned is None:
        raise PageChanged(page.url, "repositories of an owner")
    yield account_of(owner)
    for repository in _repositories(owned):
        yield repository
        if not is_credited(owner):
            name = quote(repository.details["repository"])
            yield Request("github", f"https://api.github.com/repos/{name}/contributors?per_page=100")
    if after := _cursor(owned):
        yield repositories_of(owner.must("login"), after)


def _repositories(owned: Facts) -> Iterator[Evidence]:
    for node in _nodes(owned):
        language, topics = node.part("primaryLanguage"), node.part("repositoryTopics")
        names = [topic.get("topic") for topic in (_nodes(topics) if topics else ())]
        plain = {
            "topics": [name["name"] for name in names if isinstance(name, Mapping) and "name" in name],
            "language": language.text("name") if language else None,
        }
        evidence = repository_evidence(Facts(node.page, {**node.fields, **plain}))
        if evidence is not None and not evidence.details.keys() & {"fork", "mirror"}:
            yield evidence


def _nodes(connection: Facts) -> list[Facts]:
    nodes = connection.get("nodes")
    if not isinstance(nodes, list):
        raise PageChanged(connection.page.url, "a connection with nodes")
    return [Facts(connection.page, node) for node in nodes if node is not None]


def _cursor(connection: Facts) -> str | None:
    """Return the cursor of the next page, or None on the last; raises PageChanged where the connection has none."""
    info = connection.part("pageInfo")
    if info is None or not isinstance(info.get("hasNextPage"), bool):
        raise PageChanged(connection.page.url, "pageInfo.hasNextPage")
    return info.must("endCursor") if info.get("hasNextPage") else None
