"""Devpost: hackathons, their winners' projects, and the profiles of those who made them.

The list of hackathons comes from the site's own API, all else from pages. A gallery is asked for once winners are
announced, a project page where the gallery marks a winner, a profile where a project page credits a member. Prizes are
read from the project's own list of submissions and nowhere else: the word "winner" stands on every page.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from urllib.parse import quote, urlencode, urlsplit

from scrapers.parse.pages import NotThisPage
from scrapers.records import Page, Record, Request
from scrapers.sources import Source, Watch
from scrapers.sources.devpost.pages import EVERY_PROJECT, SITE
from scrapers.sources.devpost.people import read_profile, read_project


class DevpostWatch(Watch):
    """Hackathons to read: ended ones by search words and themes, others by the address of their site.

    `pages` bounds the list pages asked for each search (40 hackathons or fewer each). `every_project` follows whole
    galleries rather than winners; the choice travels in the fragment of the address, which no server ever sees.
    """

    searches: tuple[str, ...] = ("",)
    themes: tuple[str, ...] = ()
    pages: int = 2
    hackathons: tuple[str, ...] = ()
    projects: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    every_project: bool = False


def plan(watch: DevpostWatch, _since: date) -> Iterator[Request]:
    """The list pages of each search, then what is named; the list cannot be asked for a date, so `pages` bounds it."""
    fragment = f"#{EVERY_PROJECT}" if watch.every_project else ""
    for search in watch.searches:
        for page in range(1, watch.pages + 1):
            asked = [("page", str(page)), ("per_page", "40"), ("status[]", "ended"), ("order_by", "recently-added")]
            asked += [("search", search)] if search else []
            asked += [("themes[]", theme) for theme in watch.themes]
            yield Request("devpost", f"{SITE}/api/hackathons?{urlencode(asked, safe='[]')}{fragment}")
    for hackathon in watch.hackathons:
        yield Request("devpost", f"{hackathon.rstrip('/')}/project-gallery{fragment}")
    for slug in watch.projects:
        yield Request("devpost", f"{SITE}/software/{slug.rstrip('/').rsplit('/', 1)[-1]}")
    for handle in watch.people:
        yield Request("devpost", f"{SITE}/{handle.rstrip('/').rsplit('/', 1)[-1]}")


def parse(page: Page) -> Iterator[Record]:
    """Read a page of Devpost; the address where it was found in the end says which kind of page it is."""
    url = page.final_url or page.url
    parts = urlsplit(url)
    host, path = (parts.hostname or "").removeprefix("www."), [part for part in parts.path.split("/") if part]
    match path:
        case ["software", slug] if host == "devpost.com" and slug not in _SOFTWARE_LISTS:
            return read_project(page, f"{SITE}/software/{slug}")
        case [handle] if host == "devpost.com" and handle not in _NO_HANDLES:
            return read_profile(page, handle)
    from scrapers.sources.devpost.hackathons import read_event, read_gallery, read_list

    match path:
        case ["api", "hackathons"] if host == "devpost.com":
            return read_list(page)
        case ["project-gallery" | "submissions", *_] if host.endswith(".devpost.com"):
            return read_gallery(page, url)
        case [] | ["overview"] if host.endswith(".devpost.com") and host not in _NO_EVENTS:
            return read_event(page, f"https://{host}/")
    raise NotThisPage(page.url, f"a hackathon, gallery, project or profile, came to {url}")


_SOFTWARE_LISTS = frozenset({"search", "popular", "newest", "trending", "built-with"})
_NO_HANDLES = frozenset(
    {"hackathons", "software", "users", "settings", "about", "teams", "search", "login", "register"}
)
_NO_EVENTS = frozenset({"secure.devpost.com", "info.devpost.com", "help.devpost.com", "api.devpost.com"})


SOURCE = Source(
    name="devpost",
    title="Devpost: hackathons and their winners",
    plan=plan,
    parse=parse,
    watch=DevpostWatch,
    follow=("devpost.com", ".devpost.com"),
    profiles={"devpost": lambda handle: Request("devpost", f"{SITE}/{quote(handle)}")},
    seconds_between_requests=2.0,
    timeless=True,
)
