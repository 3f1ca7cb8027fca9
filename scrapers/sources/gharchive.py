"""GH Archive: an hour of everybody's public events on GitHub, of which only the watched repositories are kept.

The shape is the published one of GitHub's events, which GH Archive writes one a line since 2015. Since October 2025 a
push no longer says how many commits it has, and a pull request no longer its title or author; both shapes are read.
No address, and nothing of anybody who did not work on a watched repository, gets past `reduce`.
Unverified: none of its files was at hand.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from io import BytesIO
from typing import Annotated, Any
from urllib.parse import quote, urlsplit

from pydantic import Field

from scrapers.parse.commits import is_robot
from scrapers.parse.lines import Damaged, is_gzip, lines_of
from scrapers.parse.pages import NobodyThere, NotThisPage, PageChanged, json_of
from scrapers.records import Account, AccountKey, Evidence, EvidenceKind, Page, Record, Request
from scrapers.sources import Bulk, Source
from scrapers.sources import Watch as BaseWatch
from scrapers.sources.github.facts import web_page
from scrapers.text import day, redact, squeeze

HOST = "data.gharchive.org"
SAMPLED = 200  # lines that are read whatever they are about, to see whether the events still look like events
MOST_TITLES = 20
LONGEST_TITLE = 160


class Watch(BaseWatch):
    """Repositories ("owner/name") and organisations to keep, and the days (UTC) and hours to read.

    An hour is a file of about 100 MB, so days are named one by one; those before `--since` are not read.
    """

    repositories: tuple[Annotated[str, Field(pattern=r"^[\w.-]+/[\w.-]+$")], ...] = ()
    organizations: tuple[Annotated[str, Field(pattern=r"^[\w.-]+$")], ...] = ()
    days: tuple[date, ...] = ()
    hours: tuple[Annotated[int, Field(ge=0, le=23)], ...] = tuple(range(24))


def plan(watch: Watch, since: date) -> Iterator[Request]:
    """Yield a request for each hour of the watched days. What to keep stands in the fragment, which is never sent:
    another watch list is another request, so that no reduced hour answers for it.
    """
    names = ",".join((*watch.repositories, *watch.organizations))
    for on in sorted(set(watch.days)) if names else ():
        for hour in watch.hours if on >= since else ():
            yield Request("gharchive", f"https://{HOST}/{on.isoformat()}-{hour}.json.gz#{names}")


# ---- from an hour of events to a page


@dataclass(slots=True)
class Acts:
    """Acts of one account in one repository in one hour. `id` is its number, which survives a change of login."""

    login: str
    id: str | None
    repository: str
    counts: dict[str, int]
    titles: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)


def reduce(url: str, lines: Iterable[bytes]) -> bytes:
    """Reduce an hour to the repositories that the URL's fragment names, as JSON; the same lines, the same bytes.

    Memory grows with the number of people at work in those repositories, not with the hour. Lines that are no events
    are counted as `odd`, never raised.
    """
    wanted = _pattern(url)
    people: dict[tuple[str, str], Acts] = {}
    total = read = odd = 0
    for line in lines:
        total += 1
        if (named := wanted.search(line)) is None and total > SAMPLED:
            continue
        read += 1
        event = _event(line)
        if event is None:
            odd += 1
        elif named and wanted.search(f'"name":"{event["repo"]["name"]}"'.encode()):
            for actor, kind, told in _acts(event):
                _note(people, actor, event["repo"]["name"], kind, told)
    makers = [acts for _, acts in sorted(people.items()) if acts.counts.keys() & _MAKING]
    body = {"lines": total, "read": read, "odd": odd, "people": [asdict(acts) for acts in makers]}
    return json.dumps(body, ensure_ascii=False, indent=1).encode()


def _pattern(url: str) -> re.Pattern[bytes]:
    """Finds a watched repository's name in a line, at a hundredth of the cost of reading the line."""
    forms = (re.escape(name) if "/" in name else f'{re.escape(name)}/[^"]+' for name in _kept(url))
    return re.compile(rf'"name":\s*"(?i:{"|".join(forms) or "(?!)"})"'.encode())


def _kept(url: str) -> list[str]:
    """The repositories and organisations to keep, as the URL's fragment names them."""
    return [name for name in urlsplit(url).fragment.split(",") if name]


def _event(line: bytes) -> dict[str, Any] | None:
    """The event of a line, or None where the line is none."""
    try:
        event = json.loads(line)
    except (ValueError, RecursionError):
        return None
    match event:
        case {"type": str(), "actor": {"login": str()}, "repo": {"name": str()}, "payload": dict()}:
            return dict(event)
    return None


# How an act is called, one and many. What somebody makes counts by itself; the rest only beside it.
_WORDS = {
    "pushes": ("push", "pushes"),
    "opened": ("pull request opened", "pull requests opened"),
    "accepted": ("pull request accepted", "pull requests accepted"),
    "reviews": ("review", "reviews"),
    "releases": ("release", "releases"),
    "reported": ("issue reported", "issues reported"),
    "merged": ("merge", "merges"),
    "comments": ("comment", "comments"),
}
_MAKING = frozenset({"pushes", "opened", "accepted", "reviews", "releases", "reported", "merged"})
_ALWAYS = {
    "PushEvent": "pushes",
    "PullRequestReviewEvent": "reviews",
    "PullRequestReviewCommentEvent": "comments",
    "IssueCommentEvent": "comments",
    "CommitCommentEvent": "comments",
}
_BY_ACTION = {
    ("PullRequestEvent", "opened"): "opened",
    ("PullRequestEvent", "merged"): "merged",
    ("IssuesEvent", "opened"): "reported",
    ("ReleaseEvent", "published"): "releases",
}


def _acts(event: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], str, Mapping[str, Any]]]:
    """Yield the actor, the act, and the object of the act. A merged pull request is its author's work as well."""
    payload, actor = event["payload"], event["actor"]
    parts = (payload.get(part) for part in ("pull_request", "issue", "release"))
    told: Mapping[str, Any] = next((part for part in parts if isinstance(part, Mapping)), {})
    kind = _ALWAYS.get(event["type"]) or _BY_ACTION.get((event["type"], str(payload.get("action"))))
    if event["type"] == "PullRequestEvent" and payload.get("action") == "closed" and told.get("merged"):
        kind = "merged"
    if kind is None:
        return
    own = kind in {"opened", "reported", "releases"}
    yield actor, kind, told if own else {"commits": payload.get("distinct_size")} if kind == "pushes" else {}
    author = told.get("user")
    if kind == "merged" and isinstance(author, Mapping) and isinstance(author.get("login"), str):
        yield author, "accepted", told


def _note(
    people: dict[tuple[str, str], Acts], actor: Mapping[str, Any], repository: str, kind: str, told: Mapping[str, Any]
) -> None:
    login = actor["login"]
    if is_robot(login, "") or actor.get("type") in {"Bot", "Organization"}:
        return
    number = actor.get("id")
    acts = people.setdefault(
        (login.casefold(), repository.casefold()),
        Acts(login, str(number) if isinstance(number, int) else None, repository, {}),
    )
    acts.counts[kind] = acts.counts.get(kind, 0) + 1
    if isinstance(commits := told.get("commits"), int):
        acts.counts["commits"] = acts.counts.get("commits", 0) + commits
    title = told.get("title") or told.get("name")
    if isinstance(title, str) and len(acts.titles) < MOST_TITLES:
        acts.titles += [line for line in [redact(squeeze(title))[:LONGEST_TITLE]] if line and line not in acts.titles]
    if isinstance(number := told.get("number"), int) and len(acts.links) < MOST_TITLES:
        part = "issues" if kind == "reported" else "pull"
        acts.links += [link for link in [f"{web_page(repository)}/{part}/{number}"] if link not in acts.links]


# ---- from a page to evidence


def parse(page: Page) -> Iterator[Record]:
    """Yield a contribution for each person and watched repository of the hour, and the person's account once.

    Reads the reduced hour, or a whole one as it was published (a saved file).
    """
    hour = re.search(r"/(\d{4}-\d\d-\d\d)-(\d{1,2})\.json(?:\.gz)?$", urlsplit(page.url).path)
    if hour is None or day(hour[1]) is None or int(hour[2]) > 23:
        raise NotThisPage(page.url, "an hour such as /2026-11-14-5.json.gz")
    if not _kept(page.url):
        raise PageChanged(page.url, "the repositories and organisations to keep, after a # in the URL")
    match _told(page):
        case {"lines": int(lines), "read": int(read), "odd": int(odd), "people": list(people)}:
            pass
        case _:
            raise PageChanged(page.url, "an hour with lines, read, odd and people")
    if not lines or 5 * odd > read:
        raise PageChanged(page.url, f"events with type, actor.login, repo.name and payload, missing in {odd} of {read}")
    if not people:
        raise NobodyThere(page.url, "nobody worked on the watched repositories in this hour")
    shown = set()
    for person in people:
        try:
            acts = Acts(**person)
            account = Account("github", acts.login, url=f"https://github.com/{quote(acts.login)}", id=acts.id)
            evidence = _evidence(acts, account.key, hour[1], int(hour[2]))
        except (TypeError, AttributeError, KeyError):
            raise PageChanged(page.url, "people with login, repository and counts") from None
        if account.key not in shown:
            shown.add(account.key)
            yield account
        yield evidence


def _told(page: Page) -> Any:
    if not is_gzip(page.body):
        return json_of(page)
    try:
        return json.loads(reduce(page.url, lines_of(BytesIO(page.body))))
    except Damaged as damage:
        raise NotThisPage(page.url, f"a whole file; {damage.detail}") from None


def _evidence(acts: Acts, account: AccountKey, on: str, hour: int) -> Evidence:
    commits = acts.counts.get("commits", 0)
    counted = [f"{n} {_WORDS[kind][n != 1]}" for kind in _WORDS if (n := acts.counts.get(kind, 0))]
    if commits:  # of the pushes, which come first
        counted[0] += f" of {commits} commit{'s' * (commits != 1)}"
    name = acts.repository.rpartition("/")[2]
    return Evidence(
        kind=EvidenceKind.CONTRIBUTION,
        account=account,
        title=f"Worked on {name}",
        text="\n".join([f"{', '.join(counted)} in {name}.", *(f"- {title}" for title in acts.titles)]),
        url=_proof(acts, on, hour),
        date=day(on),
        links=tuple(acts.links),
        details={"repository": acts.repository, "hour": f"{on}T{hour:02}:00:00Z", **acts.counts},
    )


def _proof(acts: Acts, on: str, hour: int) -> str:
    """GitHub's own page of that hour: the person's commits where they pushed, else what they took part in."""
    begin, end, login = f"{on}T{hour:02}:00:00Z", f"{on}T{hour:02}:59:59Z", quote(acts.login)
    if acts.counts.get("pushes"):
        return f"{web_page(acts.repository)}/commits?author={login}&since={begin}&until={end}"
    return f"{web_page(acts.repository)}/issues?q=involves:{login}+updated:{begin}..{end}"


SOURCE = Source(
    name="gharchive",
    title="GH Archive (GitHub's public events by the hour)",
    plan=plan,
    parse=parse,
    watch=Watch,
    follow=(HOST,),
    seconds_between_requests=5.0,
    verified=False,
    bulk=Bulk(hosts=(HOST,), reduce=reduce),
    timeless=True,
)
