"""A small invented web of people who name each other, for random histories of opting out."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from scrapers.records import Account

SITES = ("github", "forem", "devpost")
_NAMES = (
    ("Vera", "Nightingale"), ("Bruno", "Hollowell"), ("Chiara", "Quicksilver"), ("Dmitri", "Applegarth"),
    ("Esme", "Thornquist"), ("Farid", "Wolverstone"),
)  # fmt: skip


@dataclass(frozen=True)
class Somebody:
    """One invented person with an account on each site; what is unique to them is spelled like nobody else's."""

    number: int

    @property
    def name(self) -> str:
        return " ".join(_NAMES[self.number])

    @property
    def page(self) -> str:
        return f"{_NAMES[self.number][1].casefold()}-notes.example"

    @property
    def github_number(self) -> int:
        return 900_004_100 + self.number

    def handle(self, site: str) -> str:
        """`verag7`, `veraf7`, `verad7`: no handle is a part of another."""
        return f"{_NAMES[self.number][0].casefold()}{site[0]}{self.number}7"

    def key(self, site: str) -> str:
        return f"{site}:{self.handle(site)}"

    def spelled(self, account: str, stated: Account | None) -> set[str]:
        """What spells this account of theirs, as far as the store knows it; their name where it does."""
        site = account.partition(":")[0]
        words = {self.handle(site)}
        if stated is None:
            return words
        if stated.id and site == "github":
            words.add(str(self.github_number))
        words |= {self.page for link in stated.links if self.page in link}
        words |= {self.handle("github") for link in stated.links if link.endswith(f"/{self.handle('github')}")}
        return words


@dataclass(frozen=True)
class World:
    """People, who of them are in a project together, and whom each names in what they write."""

    size: int = 4

    @cached_property
    def people(self) -> tuple[Somebody, ...]:
        return tuple(map(Somebody, range(self.size)))

    def others(self, one: Somebody) -> tuple[Somebody, Somebody]:
        """The two that this one works with and writes about."""
        return self.people[(one.number + 1) % self.size], self.people[(one.number + 2) % self.size]

    def pages(self, acts: int = 1) -> dict[str, tuple[str, str]]:
        """URL -> (source, body): everybody's profile, their articles (`acts` each) and a project of each pair."""
        found: dict[str, tuple[str, str]] = {}
        crew = [self._contributor(one) for one in self.people]
        found["https://api.github.com/repos/openweave/pager/contributors?per_page=100"] = ("github", json.dumps(crew))
        for one in self.people:
            friend, other = self.others(one)
            found[f"https://api.github.com/users/{one.handle('github')}"] = (
                "github", json.dumps(self._user(one, f"Learned retries from @{friend.handle('github')}.")),
            )  # fmt: skip
            articles = [self._article(one, number, friend, other) for number in range(acts)]
            found[f"https://dev.to/api/articles?username={one.handle('forem')}&page=1&per_page=100"] = (
                "forem", json.dumps(articles),
            )  # fmt: skip
            found[f"https://devpost.com/software/relay-{one.number}"] = ("devpost", self._project(one, friend))
            found[f"https://api.github.com/repos/{one.handle('github')}/tool/contributors?per_page=100"] = (
                "github", json.dumps([self._contributor(friend)]),
            )  # fmt: skip
        return found

    def write(self, folder: Path, acts: int = 1, only: Iterable[str] = SITES) -> Path:
        """The pages of these sources as an archive below the folder."""
        place = folder / f"archive-{acts}-{'-'.join(only)}"
        if place.exists():
            return place
        for source in only:
            (place / source).mkdir(parents=True)
            pages = [(url, body) for url, (of, body) in self.pages(acts).items() if of == source]
            files = [{"file": f"{number}.txt", "url": url} for number, (url, _) in enumerate(pages)]
            for number, (_, body) in enumerate(pages):
                (place / source / f"{number}.txt").write_text(body)
            (place / source / "index.json").write_text(json.dumps({"source": source, "files": files}))
        return place

    def _contributor(self, one: Somebody) -> dict[str, object]:
        return {
            "login": one.handle("github"), "id": one.github_number, "type": "User", "contributions": 30,
            "html_url": f"https://github.com/{one.handle('github')}",
        }  # fmt: skip

    def _user(self, one: Somebody, bio: str) -> dict[str, object]:
        return self._contributor(one) | {
            "name": one.name, "bio": bio, "blog": f"https://{one.page}/", "location": "Oslo", "hireable": None,
            "company": None, "twitter_username": None,
        }  # fmt: skip

    def _article(self, one: Somebody, number: int, friend: Somebody, other: Somebody) -> dict[str, object]:
        body = (
            f"<p>The pager retried every call until the queue was empty, and number {number} held.</p>"
            f"<p>Thanks to {friend.name if number == 0 else 'all'} for the review, see "
            f"https://{friend.page}/queues and "
            f'<a href="https://github.com/{other.handle("github")}/tool">the tool</a> of @{other.handle("github")}.</p>'
        )
        return {
            "type_of": "article", "id": 8000 + 10 * one.number + number, "title": f"Retries, part {number}",
            "url": f"https://dev.to/{one.handle('forem')}/retries-{number}", "published_at": "2026-10-08T18:05:22Z",
            "tag_list": "python", "body_html": body,
            "user": {
                "name": one.name, "username": one.handle("forem"), "github_username": one.handle("github"),
                "website_url": f"https://{one.page}/",
            },
        }  # fmt: skip

    def _project(self, one: Somebody, friend: Somebody) -> str:
        members = "".join(
            '<li class="software-team-member" itemprop="member"><div class="row">'
            f'<a class="user-profile-link" href="https://devpost.com/{each.handle("devpost")}">{each.name}</a>'
            "</div></li>"
            for each in (one, friend)
        )
        return (
            f'<!DOCTYPE html><html><head><title>Relay {one.number} | Devpost</title></head><body id="body-softwares">'
            f'<header id="software-header"><h1 id="app-title">Relay {one.number}</h1>'
            "<p class='large'>Retries that tell when they stop.</p></header>"
            '<article id="app-details"><div id="app-details-left"><div><h2>What it does</h2>'
            f"<p>A relay keeps every call until it was answered. {friend.name} wrote the queue.</p></div>"
            '<div id="built-with"><h2>Built With</h2><ul><li><span class="cp-tag">python</span></li></ul></div></div>'
            '<aside id="app-details-right"><section id="app-team"><h4>Created by</h4>'
            f"<ul>{members}</ul></section></aside></article>"
            '<footer id="devpost-footer"></footer></body></html>'
        )
