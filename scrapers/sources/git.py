"""Local clones: who wrote a history, how much of it, and where in the tree.

No web page is read. `scrapers.fetch.clone.read` makes the page (JSON, no addresses in it); `parse` reads it, now and
again from the archive. An act has the same URL as GitHub's own list of contributors gives it, so that a clone
enriches it and never counts it twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from scrapers.parse.pages import NobodyThere, PageChanged, json_of
from scrapers.records import Account, AccountKey, Evidence, EvidenceKind, Page, Record, Request
from scrapers.sources import Source
from scrapers.sources import Watch as BaseWatch
from scrapers.text import day


class Watch(BaseWatch):
    """Folders of clones on this machine."""

    clones: tuple[Path, ...] = ()


def plan(watch: Watch, since: date) -> Iterator[Request]:  # noqa: ARG001 - a history is read whole
    """Yield a request for each clone, as a `file:` URL that `scrapers.fetch.clone.read` answers, not the web."""
    for clone in watch.clones:
        yield Request("git", clone.expanduser().absolute().as_uri())


def parse(page: Page) -> Iterator[Record]:
    """The repository, and each person with one contribution that sums up their commits."""
    told = json_of(page)
    match told:
        case {"repository": str(name), "web": web, "people": list(people)} if name:
            pass
        case _:
            raise PageChanged(page.url, "a history with repository, web and people")
    if not people:
        raise NobodyThere(page.url, "no commits by people")
    if told.get("description"):
        details = {"repository": name}
        yield Evidence(
            EvidenceKind.REPOSITORY, None, _short(name), told["description"], web or page.url, details=details
        )
    for person in people:
        yield from _person(page, told, person)


def _person(page: Page, told: Mapping[str, Any], person: Mapping[str, Any]) -> Iterator[Record]:
    try:
        site, handle, commits = person["site"], person["handle"], int(person["commits"])
        profile = f"https://{site}.com/{quote(handle)}" if site != "git" else None
        name, web = told["repository"], told["web"]
        url, links = _where(web or page.url, site, handle, person)
    except (KeyError, TypeError, ValueError):
        raise PageChanged(
            page.url, "people with site, handle, commits and the commits they began and ended with"
        ) from None
    yield Account(site, handle, url=profile, id=person.get("id"), name=person.get("name"))
    details = {"repository": name, "commits": commits}
    optional = {
        "co_authored": person.get("co_authored"),
        "first": person.get("first"),
        "last": person.get("last"),
        "folders": person.get("folders"),
        "wide_commits": person.get("wide"),
        "shallow": told.get("shallow"),
        "mailbox": person.get("mailbox"),
    }
    yield Evidence(
        kind=EvidenceKind.CONTRIBUTION,
        account=AccountKey(site, handle),
        title=f"Contributed to {name}",
        text=_text(_short(name), commits, person),
        url=url,
        date=day(person.get("last")),
        tags=tuple(person.get("languages") or ()),
        links=links,
        details=details | {key: value for key, value in optional.items() if value},
    )


def _where(web: str, site: str, handle: str, person: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    """The page that proves the work, and further ones.

    A GitHub account at GitHub: the repository, and the list of that author's commits. Anybody else: the first commit,
    which stays the first however many follow, and the last. A history without a public address is `git:<name>`.
    """
    first, last = person["first_commit"], person["last_commit"]
    if urlsplit(web).hostname == "github.com" and site == "github":
        return web, (f"{web}/commits?author={quote(handle)}",)
    return (commit_page(web, first) if first else web), ((commit_page(web, last),) if last and last != first else ())


def commit_page(web: str, sha: str) -> str:
    """The web page of a commit, as the common forges write it."""
    host = urlsplit(web).hostname or ""
    middle = "-/commit" if "gitlab" in host else "commits" if host == "bitbucket.org" else "commit"
    return f"{web}/{middle}/{sha}"


def _short(name: str) -> str:
    return name.rsplit("/", 1)[-1]


def _text(repository: str, commits: int, person: Mapping[str, Any]) -> str:
    """Return a description of the contribution, then the person's own words: their commit subjects."""
    count = f"{commits} commit{'s' * (commits != 1)} to {repository}"
    shared = person.get("co_authored")
    span = f", {person['first']} to {person['last']}" if person.get("first") and person.get("last") else ""
    said = [f"{count}{f' and {shared} as co-author' if shared else ''}{span}."]
    if person.get("languages"):
        said.append(f"Languages: {', '.join(person['languages'])}.")
    if person.get("folders"):
        said.append(f"Worked in {', '.join(person['folders'])}.")
    return "\n".join([" ".join(said), *(f"- {subject}" for subject in person.get("subjects") or ())])


SOURCE = Source(
    name="git",
    title="Local git clones",
    plan=plan,
    parse=parse,
    watch=Watch,
    follow=(),
    seconds_between_requests=0.0,
    timeless=True,
)
