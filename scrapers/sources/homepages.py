"""A person's own front page: which accounts it marks as theirs with rel=me (https://microformats.org/wiki/rel-me).

Asked for where a profile names the site as its owner's. A page that marks the profile in turn makes a link that goes
both ways, the surest sign that two accounts are one person. Nothing else of the page is read, and nothing followed.
Unverified: no real page was at hand.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from scrapers.parse.charset import decoded
from scrapers.parse.pages import NobodyThere, NotThisPage
from scrapers.parse.prose import Unreadable, tree_of
from scrapers.records import Account, Page, Record, Request
from scrapers.sources import Source
from scrapers.sources import Watch as AnyWatch
from scrapers.sources.feeds.credit import home_handle, is_shared
from scrapers.sources.feeds.cues import read_cues

MOST_LINKS = 20  # accounts of one person: a page with more is a list of links


class Watch(AnyWatch):
    """Front pages to read beside those that people's profiles name."""

    pages: tuple[str, ...] = ()


def plan(watch: Watch, since: date) -> Iterator[Request]:  # noqa: ARG001  # a front page has no date
    """Yield a request for each page."""
    for url in watch.pages:
        yield Request("homepages", url)


def parse(page: Page) -> Iterator[Record]:
    """The account of whoever is at home there, with what it marks as its own; NobodyThere where that is nothing."""
    url = page.final_url or page.url
    try:
        tree = tree_of(decoded(page))
    except Unreadable as fault:
        raise NotThisPage(page.url, f"a page, found {fault}") from None
    if tree is None:
        raise NotThisPage(page.url, "a page, found nothing at all")
    marked = read_cues(tree, url).rel_me
    if not 0 < len(marked) <= MOST_LINKS or is_shared(url):
        raise NobodyThere(page.url, f"{len(marked)} links marked rel=me, expected one to {MOST_LINKS}")
    yield Account("web", home_handle(url), url=url, links=marked)


SOURCE = Source(
    name="homepages",
    title="Front pages that people name as theirs",
    plan=plan,
    parse=parse,
    watch=Watch,
    follow=(),
    verified=False,
    profiles={"web": lambda site: Request("homepages", f"https://{site}")},
    timeless=True,
)
