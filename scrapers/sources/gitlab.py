"""GitLab: merged work, own projects and profiles by its public REST API (v4). The URL decides the kind of page.

The shape is the published one (docs.gitlab.com/api). The list of a project's contributors is not read: it holds names
and mail addresses and no account. A merged merge request names the account that opened it, so work that somebody else
accepted is what is credited. No address is read anywhere. Unverified: no real answer was at hand.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import Annotated, Any
from urllib.parse import quote, urlencode, urlsplit

from pydantic import Field

from scrapers.parse.commits import is_robot
from scrapers.parse.pages import NobodyThere, NotThisPage, PageChanged, json_of
from scrapers.parse.prose import markdown_text
from scrapers.records import Account, Code, Evidence, EvidenceKind, Page, Record, Refused, Request
from scrapers.sources import Source
from scrapers.sources import Watch as BaseWatch
from scrapers.sources.github.facts import Facts, items_of
from scrapers.text import absolute, day, squeeze

HOST = "gitlab.com"
API = f"https://{HOST}/api/v4"
FULL_PAGE = 100
LAST_ACTIVE = 20  # of a person's own projects, how many are looked at
_SERVICE = re.compile(
    r"^(?:project|group)_\d+_bot|[-_.]bot$|^(?:ghost|support-bot|alert-bot|gitlab-bot)\d*$", re.IGNORECASE
)


class Watch(BaseWatch):
    """Projects ("group/sub/name") whose merged work is read, and users whose own projects are; `pages` of 100 each."""

    projects: tuple[Annotated[str, Field(pattern=r"^[\w.-]+(?:/[\w.-]+)+$")], ...] = ()
    users: tuple[Annotated[str, Field(pattern=r"^[\w.-]+$")], ...] = ()
    pages: int = Field(default=1, ge=1, le=20)


def plan(watch: Watch, since: date) -> Iterator[Request]:  # noqa: ARG001 - the last updated come first
    """Yield requests for each project and for what was merged into it; then for people."""
    for name in watch.projects:
        project = f"/projects/{quote(name, safe='')}"
        yield _ask(project)
        for page in range(1, watch.pages + 1):
            merged = {"state": "merged", "scope": "all", "order_by": "updated_at"}
            yield _ask(f"{project}/merge_requests", **merged, per_page=FULL_PAGE, page=page)
    for username in watch.users:
        yield _ask("/users", username=username)


def parse(page: Page) -> Iterator[Record]:
    """The records of a page; `NobodyThere` where it lists nobody, `NotThisPage` for an error or an unknown address."""
    told = json_of(page)
    if (
        isinstance(told, dict)
        and isinstance(said := told.get("message") or told.get("error"), str)
        and "id" not in told
    ):
        if "not found" not in said.casefold():
            raise NotThisPage(page.url, f"an answer of GitLab, it said {squeeze(said)[:200]!r}")
        yield Refused(Code.GONE, page.url, said, "gitlab")
        return
    path = urlsplit(page.url).path.rstrip("/")
    reader = next((reader for pattern, reader in _PAGES if re.fullmatch(rf"/api/v4{pattern}", path)), None)
    if reader is None:
        raise NotThisPage(page.url, "a page of GitLab that we read")
    found = list(reader(page, told))
    if not found:
        raise NobodyThere(page.url, "nothing here is by a person")
    yield from found


def _ask(path: str, **query: str | int) -> Request:
    return Request("gitlab", f"{API}{path}{'?' + urlencode(query) if query else ''}")


# ---- one reader per kind of page


def _project(page: Page, told: Any) -> Iterator[Record]:
    """Yield a project's description, credited to its owner where the answer shows that it is the owner's own.

    Only an answer to somebody who signed in (it has `permissions`) says whether a project is a fork; without a token
    its owner is not credited.
    """
    project = Facts(page, told)
    if (project.text("visibility") or "public") != "public":
        raise NobodyThere(page.url, "a project that is not public")
    name, namespace = project.must("path_with_namespace"), project.part("namespace")
    if namespace is None:
        raise PageChanged(page.url, "a project with its namespace")
    copied = bool(project.get("forked_from_project") or project.get("mirror"))
    own = namespace.must("kind") == "user" and not copied and isinstance(project.get("permissions"), dict)
    owner = Account("gitlab", namespace.must("path"), url=f"https://{HOST}/{quote(namespace.must('path'))}")
    own = own and not _is_service(owner.handle)
    if own:
        yield owner
    title, created = name.rpartition("/")[2], day(project.text("created_at"))
    flags = {"fork": bool(project.get("forked_from_project")), "mirror": bool(project.get("mirror"))}
    yield Evidence(
        kind=EvidenceKind.REPOSITORY,
        account=owner.key if own else None,
        title=title,
        text=project.text("description") or title,
        url=project.must("web_url"),
        date=day(project.text("last_activity_at")),
        tags=tuple(topic for topic in project.listed("topics") or project.listed("tag_list") if isinstance(topic, str)),
        details={"repository": f"{HOST}/{name}", "created": created.isoformat() if created else None}
        | {flag: True for flag, holds in flags.items() if holds},
    )


def _merged(page: Page, told: Any) -> Iterator[Record]:
    """Yield each merged merge request, credited to who opened it."""
    shown = set()
    for request in items_of(page, told):
        author, url, title = request.part("author"), request.must("web_url"), request.must("title")
        if author is None:
            raise PageChanged(page.url, "merge requests with an author")
        if request.must("state") != "merged" or (account := _account(author)) is None:
            continue
        if account.key not in shown:
            shown.add(account.key)
            yield account
        body = request.get("description")
        yield Evidence(
            kind=EvidenceKind.CONTRIBUTION,
            account=account.key,
            title=title,
            text=markdown_text(body) if isinstance(body, str) and body.strip() else title,
            url=url,
            date=day(request.text("merged_at")) or day(request.text("created_at")),
            tags=tuple(label for label in request.listed("labels") if isinstance(label, str)),
            details={"repository": _repository(url), "merge_request": request.get("iid")},
        )


def _people(page: Page, told: Any) -> Iterator[Record]:
    """Accounts by their username: the profile and the last active projects of each are asked for."""
    for person in items_of(page, told):
        if (account := _account(person)) is not None:
            yield account
            yield _ask(f"/users/{account.id}")
            yield _ask(
                f"/users/{account.id}/projects", order_by="last_activity_at", visibility="public", per_page=LAST_ACTIVE
            )


def _user(page: Page, told: Any) -> Iterator[Record]:
    """The profile without its address, picture, employer and pronouns."""
    user = Facts(page, told)
    website = user.text("website_url")
    links = [
        absolute("https://", website if website and "://" in website else f"https://{website}") if website else None
    ]
    account = _account(
        user, bio=user.text("bio"), location=user.text("location"), links=tuple(link for link in links if link)
    )
    if account is not None:
        yield account


def _projects(page: Page, told: Any) -> Iterator[Record]:
    """A person's own projects are asked for one by one: a list does not say what is a fork."""
    for project in items_of(page, told):
        if not project.get("forked_from_project"):
            yield _ask(f"/projects/{project.count('id')}")


def _account(person: Facts, **more: Any) -> Account | None:
    """The account of a person; None for a service account, and for a stand-in of one that was deleted."""
    username = person.must("username")
    if _is_service(username) or person.get("bot") is True:
        return None
    return Account(
        "gitlab",
        username,
        url=f"https://{HOST}/{quote(username)}",
        id=str(person.count("id")),
        name=person.text("name"),
        **more,
    )


def _is_service(username: str) -> bool:
    return bool(_SERVICE.search(username)) or is_robot(username, "")


def _repository(url: str) -> str:
    """ "gitlab.com/group/name" out of the address of a merge request."""
    parts = urlsplit(url)
    return f"{parts.hostname}{parts.path.partition('/-/')[0]}"


_PAGES: tuple[tuple[str, Callable[[Page, Any], Iterator[Record]]], ...] = (
    (r"/projects/[^/]+", _project),
    (r"/projects/[^/]+/merge_requests", _merged),
    (r"/users", _people),
    (r"/users/\d+", _user),
    (r"/users/\d+/projects", _projects),
)

SOURCE = Source(
    name="gitlab",
    title="GitLab",
    plan=plan,
    parse=parse,
    watch=Watch,
    follow=(HOST,),
    token="GITLAB_TOKEN",  # noqa: S106 - the name of an environment variable
    token_host=HOST,
    verified=False,
    timeless=True,
)
