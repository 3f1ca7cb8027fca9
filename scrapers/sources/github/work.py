"""GitHub's lists of who did what in a repository: contributors, their statistics, commits, events."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any
from urllib.parse import quote, urlsplit

from scrapers.parse.commits import Subjects, day_of
from scrapers.records import AccountKey, Code, Evidence, EvidenceKind, Page, Record, Refused
from scrapers.sources.github.facts import (
    Facts,
    ask,
    is_credited,
    items_of,
    next_page,
    repository_name,
    shown,
    web_page,
)
from scrapers.text import day

# A profile costs two requests. Of a long list of contributors we ask for those with more than a passing fix.
LONG_LIST, PASSING_COMMITS = 30, 2


def contributors(page: Page, told: Any) -> Iterator[Record]:
    """Yield a contribution for each person with an account; anonymous ones are mail addresses, which are not read."""
    people = items_of(page, told)
    for person in people:
        if person.text("type") == "Anonymous":
            continue
        commits = person.count("contributions")
        yield from _contribution(page, person, commits, None, {})
        if is_credited(person) and (len(people) < LONG_LIST or commits > PASSING_COMMITS):
            yield ask(f"/users/{quote(person.must('login'))}")
    yield from next_page(page)


def statistics(page: Page, told: Any) -> Iterator[Record]:
    """Contributions with the weeks of the first and the last; GitHub answers `{}` (202) until it has counted."""
    if told == {}:
        yield Refused(Code.RATE_DEFERRED, page.url, "GitHub is still counting; ask again later", "github")
        return
    for row in items_of(page, told):
        author = row.part("author")
        if author is None:
            continue
        weeks = sorted(week.count("w") for week in items_of(page, row.listed("weeks")) if week.count("c"))
        first, last = (
            (day_of(week, page.fetched_at.date()) for week in (weeks[0], weeks[-1])) if weeks else (None, None)
        )
        details = {"first": first.isoformat(), "last": last.isoformat()} if first and last else {}
        yield from _contribution(page, author, row.count("total"), last, details)


def _contribution(
    page: Page, person: Facts, commits: int, last: date | None, details: Mapping[str, Any]
) -> Iterator[Record]:
    login, repository = person.must("login"), repository_name(page.url)
    yield from shown(person)
    if not is_credited(person):
        return
    yield Evidence(
        kind=EvidenceKind.CONTRIBUTION,
        account=AccountKey("github", login),
        title=f"Contributed to {repository}",
        text=f"{_plural(commits)} to {repository.rpartition('/')[2]}",
        url=web_page(repository),
        date=last,
        links=(f"{web_page(repository)}/commits?author={quote(login)}",),
        details={"repository": repository, "commits": commits, **details},
    )


def _plural(commits: int) -> str:
    return f"{commits} commit{'s' * (commits != 1)}"


def commits(page: Page, told: Any) -> Iterator[Record]:
    """Yield each linked author's recent commits in their words; the list is not followed, a clone reads it whole."""
    commits = items_of(page, told)
    by_author: dict[str, list[Facts]] = {}
    for commit in commits:
        author = commit.part("author")  # null where the address belongs to no account
        if author is not None and author.text("login"):
            by_author.setdefault(author.must("login"), []).append(commit)
    for login, own in by_author.items():
        author = own[0].part("author")
        assert author is not None
        yield from shown(author)
        if is_credited(author):
            yield _recent(_named_by(own[0]) or repository_name(page.url), login, own, len(commits))


def _named_by(commit: Facts) -> str | None:
    """ "owner/name" as the commit's own page spells it, which the URL that was asked need not do."""
    match = re.match(r"https://github\.com/([\w.-]+/[\w.-]+)/commit/", commit.text("html_url") or "")
    return match[1] if match else None


def _recent(repository: str, login: str, own: list[Facts], of_newest: int) -> Evidence:
    subjects, days = Subjects(), []
    for commit in own:
        said = commit.part("commit")
        if said is None:
            continue
        if len(commit.listed("parents")) < 2:
            subjects.add(str(said.get("message") or "").partition("\n")[0])
        author = said.part("author")
        days += [found] if author and (found := day(author.get("date"))) else []
    days.sort()
    details = {"repository": repository, "commits": len(own), "of_newest": of_newest}
    return Evidence(
        kind=EvidenceKind.CONTRIBUTION,
        account=AccountKey("github", login),
        title=f"Lately in {repository}",
        text="\n".join(
            [f"{_plural(len(own))} to {repository.rpartition('/')[2]} lately", *(f"- {s}" for s in subjects.told())]
        ),
        url=f"{web_page(repository)}/commits?author={quote(login)}",
        date=days[-1] if days else None,
        links=tuple(dict.fromkeys(url for commit in own[:1] if (url := commit.text("html_url")))),
        details=details | ({"first": days[0].isoformat(), "last": days[-1].isoformat()} if days else {}),
    )


def events(page: Page, told: Any) -> Iterator[Record]:
    """Pull requests that were merged, credited to who opened them: work that somebody else accepted."""
    for event in items_of(page, told):
        payload = event.part("payload")
        request = payload.part("pull_request") if payload else None
        if payload is None or request is None or payload.text("action") not in {"closed", "merged"}:
            continue
        author, url, title = request.part("user"), request.text("html_url"), request.text("title")
        if author is None or not url or not title or not (request.get("merged") or request.text("merged_at")):
            continue
        yield from shown(author)
        if is_credited(author):
            yield Evidence(
                kind=EvidenceKind.CONTRIBUTION,
                account=AccountKey("github", author.must("login")),
                title=title,
                text=request.text("body") or title,
                url=url,
                date=day(request.text("merged_at")) or day(event.text("created_at")),
                details={
                    "repository": "/".join(urlsplit(url).path.split("/")[1:3]),
                    "pull_request": request.get("number"),
                },
            )
