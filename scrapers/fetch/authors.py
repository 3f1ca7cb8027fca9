"""Authors of a git history: commit identities joined into accounts, every address hashed before anything is kept."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations
from typing import Any

from scrapers.identity.accounts import address_hash
from scrapers.identity.keys import keyed
from scrapers.identity.names import compatible, fold
from scrapers.parse.commits import CommitSummary, NoreplyAccount, day_of, is_robot, most_common, noreply_handle
from scrapers.text import redact, squeeze

CO_AUTHOR = re.compile(r"\s*+([^<>\x00-\x1f]*+)\s*<([^<>\x00-\x1f]*)>\s*")

# What git's mailmap makes of a name and an address.
Mapped = Callable[[str, str], tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit as git prints it: the author's time in seconds, how many files, the paths of the first `WIDE`."""

    sha: str
    at: int
    name: str
    address: str
    subject: str
    co_authors: tuple[str, ...]
    paths: tuple[str, ...]
    files: int


class CommitAuthors:
    """The identities of one history: a line of `git shortlog -sne` each, then joined by account and address."""

    def __init__(self, key: bytes, repository: str) -> None:
        self._key = key
        self._repository = repository
        self._known: dict[tuple[str, str], tuple[str, str] | None] = {}
        self._handles: dict[str, NoreplyAccount] = {}
        self.works: dict[tuple[str, str], CommitSummary] = {}
        self.robots = 0

    def note(self, commit: Commit, mapped: Mapped, latest: int) -> None:
        """Credit a commit to its author and, apart from that, to each co-author."""
        at = commit.at if commit.at <= latest else 0
        author = self._identity(commit.name, commit.address)
        if author is None:
            self.robots += 1
        credited = {author} if author else set()
        if author:
            self._credit(author, commit, at, as_author=True)
        for trailer in commit.co_authors[:50]:
            said = CO_AUTHOR.fullmatch(trailer)
            other = self._identity(*mapped(said[1].rstrip(), said[2])) if said and said[2] else None
            if other and other not in credited:
                credited.add(other)
                self._credit(other, commit, at, as_author=False)

    def _credit(self, identity: tuple[str, str], commit: Commit, at: int, *, as_author: bool) -> None:
        work = self.works.setdefault(identity, CommitSummary())
        work.note(commit.sha, at, as_author=as_author)
        work.show(commit.subject, commit.paths, commit.files)

    def _identity(self, name: str, address: str) -> tuple[str, str] | None:
        """The (account or keyed address, name) behind a commit identity; None for a robot."""
        asked = (name, address)
        if asked not in self._known:
            self._known[asked] = None if is_robot(name, address) else (self._owner(name, address), name)
        return self._known[asked]

    def _owner(self, name: str, address: str) -> str:
        handle = noreply_handle(address)
        if handle:
            owner = f"{handle.site}#{handle.id}" if handle.id else f"{handle.site}:{handle.login.casefold()}"
            self._handles.setdefault(owner, handle)  # newest first: after a rename the newest login stays
            return owner
        # an address that nobody owns (root@localhost) stands for one name in one repository
        own = address_hash(address, self._key)
        return f"git:{own}" if own else self._apart(f"{self._repository}\n{fold(name)}\n{address.casefold()}")

    def _apart(self, text: str) -> str:
        return f"git:{keyed(text, self._key)}"

    def listed(self, fetched_at: datetime) -> list[dict[str, Any]]:
        """Return all authors, most commits first, as plain JSON values without an address."""
        numbered = {f"{h.site}:{h.login.casefold()}": owner for owner, h in self._handles.items() if h.id}
        groups: dict[str, list[tuple[str, CommitSummary]]] = {}
        for (owner, name), work in self.works.items():
            groups.setdefault(numbered.get(owner, owner), []).append((name, work))
        people = [
            self._person(owner, shared, members, fetched_at)
            for shared, whole in groups.items()
            for owner, members in self._split(shared, whole)
        ]
        return sorted(people, key=lambda p: (-p["commits"], -p["co_authored"], p["site"], p["handle"]))

    def _split(
        self, owner: str, members: list[tuple[str, CommitSummary]]
    ) -> Iterator[tuple[str, list[tuple[str, CommitSummary]]]]:
        """A mailbox of people with names that do not agree is nobody's: each name stands for itself."""
        names = sorted({name for name, _ in members})
        if owner in self._handles or all(compatible(one, other) for one, other in combinations(names, 2)):
            yield owner, members
            return
        apart: dict[str, list[tuple[str, CommitSummary]]] = {}
        for name, work in members:
            apart.setdefault(self._apart(f"{owner}\n{fold(name)}"), []).append((name, work))
        yield from apart.items()

    def _person(
        self, owner: str, mailbox: str, members: Sequence[tuple[str, CommitSummary]], fetched_at: datetime
    ) -> dict[str, Any]:
        name = max(members, key=lambda member: (member[1].commits, member[0]))[0]
        work = CommitSummary()
        for _, other in members:
            work.update(other)
        handle = self._handles.get(owner)
        shown = redact(squeeze(name))
        person: dict[str, Any] = {
            "site": handle.site if handle else "git",
            "handle": handle.login if handle else owner.removeprefix("git:"),
            "id": handle.id if handle else None,
            "name": shown if shown and "[address]" not in shown else None,
            "commits": work.commits,
            "co_authored": work.co_authored,
            "wide": work.wide,
            "folders": most_common(work.folders, 5),
            "languages": most_common(work.languages, 4),
            "subjects": work.subjects.told(),
        }
        if mailbox != owner and mailbox.startswith("git:"):  # one of several names at that address
            person["mailbox"] = mailbox.removeprefix("git:")
        for end, moment in (("first", work.first), ("last", work.last)):
            day = day_of(moment[0], fetched_at.date()) if moment else None
            person |= {end: day.isoformat() if day else None, f"{end}_commit": moment[1] if moment else None}
        return person
