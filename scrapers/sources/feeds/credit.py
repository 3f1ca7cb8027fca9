"""Credit of a stated author: whether it may be given, and to which account of the web.

A name alone is a claim. A second cue must agree: the site's title, words about itself or host; `rel=me`; structured
data; or a whole feed by the same author. Co-written posts, teams and nicks credit nobody.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import unquote, urlsplit

from scrapers.parse.bylines import host_is_named_after, is_full_name, mentions, slug
from scrapers.records import Account
from scrapers.sources.feeds.feed import Entry, Feed
from scrapers.text.hosts import host_of, same_site

# Hosts of many people, where a page without a person's path says nothing about who is at home there.
_SHARED_NAMES = (
    "medium.com substack.com dev.to hashnode.com blogspot.com blogger.com wordpress.com tumblr.com livejournal.com "
    "github.com gitlab.com bitbucket.org reddit.com youtube.com linkedin.com facebook.com twitter.com x.com "
    "stackoverflow.com stackexchange.com news.ycombinator.com feedburner.com feedproxy.google.com sites.google.com "
    "notion.site telegra.ph hackernoon.com dzone.com infoq.com freecodecamp.org towardsdatascience.com"
)
SHARED_HOSTS = frozenset(_SHARED_NAMES.split())
_RELAYS = re.compile(r"feeds\d?\.feedburner\.com|feedproxy\.google\.com|feedpress\.me|feeds\.feedblitz\.com")


def home_handle(home: str) -> str:
    """The handle of whoever writes a site alone: host and path of the blog, as `example.com/blog`."""
    path = unquote(urlsplit(home).path).strip("/").casefold()
    return "/".join(part for part in (host_of(home), re.sub(r"/?index\.\w+$", "", path)) if part)


def is_shared(home: str) -> bool:
    """True if many people are at home at this address: a platform's own pages, without a person's path or subdomain."""
    return host_of(home) in SHARED_HOSTS and not re.match(r"/(?:[@~]|feed/@)\w", urlsplit(home).path)


def feed_accounts(feed: Feed, asked: str) -> list[Account | None]:
    """The account to credit for each entry, or None. A feed speaks for its own site only, and for its own pages."""
    home = feed.home or asked
    host = host_of(home)
    if is_shared(home) or not (same_site(host, host_of(asked)) or _RELAYS.fullmatch(host_of(asked))):
        return [None] * len(feed.entries)
    alone = _single_voice(feed.entries)
    names = [_sole(entry.authors) if same_site(host_of(entry.url), host) else None for entry in feed.entries]
    known = [name if name and (alone or _is_stated_elsewhere(name, feed, host)) else None for name in names]
    several = len({slug(name) for name in known if name}) > 1
    return [
        _account(home, name, entry, several) if name else None for name, entry in zip(known, feed.entries, strict=True)
    ]


def _sole(authors: Sequence[str]) -> str | None:
    return authors[0] if len(authors) == 1 and is_full_name(authors[0]) else None


def _single_voice(entries: Sequence[Entry]) -> bool:
    """True if two entries at least, and all of them, have one and the same author."""
    return len(entries) > 1 and len({entry.authors for entry in entries}) == 1


def _is_stated_elsewhere(name: str, feed: Feed, host: str) -> bool:
    """True if title, description, rights or host of the feed name the entry's author too."""
    return mentions(feed.title, name) or mentions(feed.about, name) or host_is_named_after(host, name)


def _account(home: str, name: str, entry: Entry, several: bool) -> Account:
    links = [entry.author_url] if entry.author_url and entry.author_url.rstrip("/") != home.rstrip("/") else []
    return web_account(home, name, alone=not several, links=links)


def web_account(home: str, name: str, *, alone: bool, links: Sequence[str] = ()) -> Account:
    """The author's account: the site itself where they write alone, else the site with the folded name."""
    handle = home_handle(home)
    if alone:
        return Account("web", handle, url=home, name=name, links=tuple(links))
    return Account("web", f"{handle.split('/')[0]}#{slug(name)}", url=home, name=name, links=tuple(links))
