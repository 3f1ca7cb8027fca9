"""Blogs: feeds (RSS, RDF, Atom, JSON Feed) and single articles, one post each."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from scrapers.parse.pages import NobodyThere, PageChanged
from scrapers.records import AccountKey, Code, Evidence, EvidenceKind, Page, Record, Refused, Request
from scrapers.sources import Source
from scrapers.sources import Watch as AnyWatch
from scrapers.sources.feeds.articles import read_article
from scrapers.sources.feeds.credit import feed_accounts
from scrapers.sources.feeds.feed import Entry, Feed, is_json_feed, is_xml_feed, read_feed
from scrapers.text import counted


class Watch(AnyWatch):
    """Addresses of feeds, and of pages: an article, or a site whose feed is to be found."""

    feeds: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()


def plan(watch: Watch, since: date) -> Iterator[Request]:  # noqa: ARG001  # feeds hold what they hold
    """Yield a request for each feed and page."""
    for url in (*watch.feeds, *watch.pages):
        yield Request("feeds", url)


def parse(page: Page) -> Iterator[Record]:
    """Posts of a feed or of an article page, and the accounts of those authors whom a second cue confirms."""
    if is_json_feed(page) or is_xml_feed(page):
        return _feed_records(read_feed(page), page)
    return read_article(page)


def _feed_records(feed: Feed, page: Page) -> Iterator[Record]:
    if not feed.stated:
        raise NobodyThere(page.url, "the feed has no entries")
    if not feed.entries:
        raise PageChanged(page.url, "an entry with a link and words")
    told: set[AccountKey] = set()
    linked: set[str] = set()
    for entry, account in zip(feed.entries, feed_accounts(feed, page.final_url or page.url), strict=True):
        if entry.url in linked:
            continue
        linked.add(entry.url)
        if account and account.key not in told:
            told.add(account.key)
            yield account
        yield _post(entry, account.key if account else None, feed, page)
    if feed.left_out:
        yield Refused(Code.LIMIT, page.url, counted(feed.left_out, "entries above the limit left out"), "feeds")


def _post(entry: Entry, account: AccountKey | None, feed: Feed, page: Page) -> Evidence:
    return Evidence(
        kind=EvidenceKind.POST,
        account=account,
        title=entry.title,
        text=entry.text,
        url=entry.url,
        date=entry.on if entry.on is None or (entry.on - page.fetched_at.date()).days <= 1 else None,
        tags=entry.tags,
        details={"author": entry.byline or None, "feed_title": feed.title or None, "format": feed.format}
        | ({"hidden_text": True} if entry.hidden_text else {}),
    )


SOURCE = Source(
    name="feeds",
    title="Blogs: feeds and articles",
    plan=plan,
    parse=parse,
    watch=Watch,
    follow=(),
    version=2,
)
