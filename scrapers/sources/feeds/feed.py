"""A feed as it states itself: RSS, RDF, Atom (by feedparser) or JSON Feed, brought to one form. Nothing is fetched."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from html import unescape
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import feedparser

from scrapers.parse.bylines import names_in
from scrapers.parse.charset import decoded
from scrapers.parse.pages import NotThisPage, PageChanged, json_of
from scrapers.parse.prose import Unreadable, drop, markup_text, prune_hidden, tree_of, tree_text
from scrapers.parse.visible import Visible, is_smuggled
from scrapers.records import Page
from scrapers.text import absolute, day, squeeze

MOST_ENTRIES = 1000  # guardrail G16: feedparser needs ten seconds for 50,000
_ROOT = re.compile(r"<((?:[A-Za-z][\w-]*:)?(?:rss|feed|RDF))(?=[\s>])")
_ENTRY = re.compile(r"<(?:[A-Za-z][\w-]*:)?(?:item|entry)(?=[\s>])")
_TRACKING = re.compile(
    r"(?:utm_|wt_mc|wt\.|fbclid$|gclid$|mc_[ce]id$|_gl$|xtor$|at_(?:medium|campaign)$|cmpid$)", re.IGNORECASE
)
_MARKUP = re.compile(
    r"</?(?:a|abbr|acronym|b|big|br|cite|code|del|div|em|font|i|img|ins|kbd|mark|p|q|s|small|span|strike|strong|sub|sup|tt"
    r"|u|var|wbr)\b[^<>]*>",
    re.IGNORECASE,
)
_SCRIPT = re.compile(r"<(script|style)\b.*?(?:</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL)
LONGEST_TITLE = 100  # of an entry that has none: its first words


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a feed. `byline` is the author as stated, without addresses; `authors` the names in it.

    `hidden_text` tells that its markup held words that a reader of it does not see, and that `text` does not hold.
    """

    title: str
    url: str
    text: str
    on: date | None
    tags: tuple[str, ...]
    byline: str
    authors: tuple[str, ...]
    author_url: str | None
    hidden_text: bool


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed. `about` is what it says of itself besides its title; `left_out` counts entries above the limit."""

    title: str
    about: str
    home: str | None
    format: str
    owners: tuple[str, ...]
    entries: tuple[Entry, ...]
    stated: int
    left_out: int


def is_json_feed(page: Page) -> bool:
    return page.body[:64].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")


def is_xml_feed(page: Page) -> bool:
    """True if the page's first element, past any prolog, is that of a feed."""
    text = page.body.replace(b"\x00", b"").decode("latin-1")
    root = _ROOT.search(text)
    return bool(root and not re.search(r"<(?:html|head|body)[\s>]", text[: root.start()], re.IGNORECASE))


def read_feed(page: Page) -> Feed:
    """The feed on a page; raises NotThisPage or PageChanged where it is none, or breaks off."""
    return _json_feed(page) if is_json_feed(page) else _xml_feed(page)


# ---------------------------------------------------------------------------------------------- RSS, RDF, Atom


def _xml_feed(page: Page) -> Feed:
    source, left_out = _capped(_whole(decoded(page), page.url))
    base = page.final_url or page.url
    said = feedparser.parse(
        BytesIO(source.encode()),
        sanitize_html=False,  # the text alone is taken, below
        resolve_relative_uris=False,
        response_headers={"content-type": "application/xml; charset=utf-8", "content-location": base},
    )
    if not said.version and not said.entries:
        raise PageChanged(page.url, "a feed in a known format")
    channel = said.feed
    owners = _authors(channel)
    home = absolute(base, channel.get("link"))
    read = [_entry(entry, base, owners) for entry in said.entries]
    return Feed(
        title=_title(channel.get("title_detail") or {}),
        about=" ".join(str(channel.get(name) or "") for name in ("subtitle", "rights", "publisher")),
        home=without_tracking(home) if home else None,
        format=str(said.version),
        owners=owners,
        entries=tuple(entry for entry in read if entry),
        stated=len(read),
        left_out=left_out,
    )


def _whole(text: str, url: str) -> str:
    """The root element alone, so that no document type, entity or stylesheet reaches a parser; it must be closed."""
    start = _ROOT.search(text)
    if not start:
        raise NotThisPage(url, "a feed")
    end = text.rfind(f"</{start[1]}")
    if end < start.end():
        if not re.search(r"</channel\s*>\s*\Z", text):
            raise PageChanged(url, f"the end of <{start[1]}>: the feed breaks off")
        end = len(text)
    return f"{text[start.start() : end]}</{start[1]}>"


def _capped(text: str) -> tuple[str, int]:
    """The feed with its first thousand entries, and how many more there were."""
    starts = [match.start() for match in _ENTRY.finditer(text)]
    if len(starts) <= MOST_ENTRIES:
        return text, 0
    root = _ROOT.match(text)
    tail = ("</channel>" if root and root[1] == "rss" else "") + (f"</{root[1]}>" if root else "")
    return text[: starts[MOST_ENTRIES]] + tail, len(starts) - MOST_ENTRIES


def _entry(entry: Any, base: str, owners: tuple[str, ...]) -> Entry | None:
    """Return an entry, or None where it has no address of its own, or no words."""
    url = absolute(base, entry.get("feedburner_origlink") or entry.get("link"))
    if url is None:
        return None
    byline, authors = _byline(entry), _authors(entry)
    seen = _seen(entry)
    title = _title(entry.get("title_detail") or {}) or _first_words(seen.text)
    if not title:
        return None
    return Entry(
        title=title,
        url=without_tracking(url),
        text=seen.text,
        on=_date(entry),
        tags=_labels(tag.get("label") or tag.get("term") for tag in entry.get("tags") or ()),
        byline=byline or ", ".join(owners),
        authors=authors or owners,
        author_url=absolute(base, (entry.get("author_detail") or {}).get("href")),
        hidden_text=seen.hidden_text,
    )


def _seen(entry: Any) -> Visible:
    """The full content where the feed has it, else the summary; as a reader sees it."""
    parts = list(entry.get("content") or ()) + ([entry["summary_detail"]] if entry.get("summary_detail") else [])
    richest = max(parts, key=lambda part: len(part.get("value") or ""), default=None)
    if not richest:
        return Visible("", False)
    value = str(richest.get("value") or "")
    plain = richest.get("type") == "text/plain" and not re.search(r"</?[a-z][^<>]*>", value, re.IGNORECASE)
    return Visible(value.strip(), is_smuggled(value)) if plain else _seen_of(value)


def _seen_of(markup: str) -> Visible:
    """Return the visible text of a piece of HTML, and whether it held words to hide."""
    if "<" not in markup:
        return Visible(markup_text(markup), is_smuggled(markup))
    try:
        tree = tree_of(f"<body>{markup}</body>")
    except Unreadable:
        return Visible("", False)
    if tree is None:
        return Visible("", False)
    drop(tree, tree.iter("script", "style"))
    hidden = bool(prune_hidden(tree))
    text = tree_text(tree)
    return Visible(text, hidden or is_smuggled(text))


def _title(detail: Mapping[str, Any]) -> str:
    """A title in plain words: markup and double escapes undone, but `vector<int>` stays."""
    text = str(detail.get("value") or "")
    text = _MARKUP.sub("", _SCRIPT.sub("", text))
    return squeeze(unescape(text) if detail.get("type") != "text/plain" or re.search(r"&#?\w+;", text) else text)


def _first_words(text: str) -> str:
    line = text.split("\n", 1)[0]
    return line if len(line) <= LONGEST_TITLE else line[:LONGEST_TITLE].rsplit(" ", 1)[0] + " …"


def _date(entry: Any) -> date | None:
    """The day it was published, else updated, in UTC."""
    for name in ("published_parsed", "updated_parsed", "created_parsed"):
        if when := dict.get(entry, name):  # its own get answers one name with another's value
            try:
                return date(*when[:3])
            except ValueError:
                continue
    return None


def _stated(element: Any) -> list[str]:
    """The bylines of an element, one for each author that it states.

    A single one is taken raw: feedparser takes "ada@mail.example (Ada)" apart in the middle of the long ending.
    """
    several = [str(one.get("name") or one.get("email") or "") for one in element.get("authors") or () if one]
    return several if len(several) > 1 else [str(element.get("author") or "")]


def _byline(element: Any) -> str:
    """The author as stated, without addresses: "jane@example.com (Jane Doe)" gives "Jane Doe"."""
    bare = (re.sub(r"<?(?<![\w.+%-])[\w.+%-]++@[\w.-]++>?", "", stated) for stated in _stated(element))
    return ", ".join(dict.fromkeys(name for text in bare if (name := squeeze(text).strip(" ()<>"))))


def _authors(element: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for stated in _stated(element) for name in names_in(stated)))


# ---------------------------------------------------------------------------------------------- JSON Feed


def _json_feed(page: Page) -> Feed:
    """A JSON Feed, version 1 or 1.1 (jsonfeed.org)."""
    said = json_of(page)
    version = str(said.get("version") or "") if isinstance(said, dict) else ""
    if "jsonfeed.org/version/" not in version:
        raise NotThisPage(page.url, "a feed")
    items = said.get("items")
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise PageChanged(page.url, "items of a JSON Feed")
    base = page.final_url or page.url
    owners, _ = _json_authors(said, base)
    read = [_json_entry(item, base, owners) for item in items[:MOST_ENTRIES]]
    home = absolute(base, said.get("home_page_url"))
    return Feed(
        title=squeeze(str(said.get("title") or "")),
        about=str(said.get("description") or ""),
        home=without_tracking(home) if home else None,
        format=f"jsonfeed{version.rsplit('/', 1)[1].replace('.', '')}",
        owners=owners,
        entries=tuple(entry for entry in read if entry),
        stated=len(read),
        left_out=max(0, len(items) - MOST_ENTRIES),
    )


def _json_entry(item: Mapping[str, Any], base: str, owners: tuple[str, ...]) -> Entry | None:
    url = absolute(base, item.get("url")) or absolute("", item.get("id"))
    if url is None:
        return None
    names, author_url = _json_authors(item, base)
    rich = str(item.get("content_html") or "")
    plain = str(item.get("content_text") or item.get("summary") or "")
    seen = _seen_of(rich) if rich else Visible(plain, is_smuggled(plain))
    return Entry(
        title=squeeze(str(item.get("title") or "")) or _first_words(seen.text),
        url=without_tracking(url),
        text=seen.text,
        on=day(item.get("date_published") or item.get("date_modified")),
        tags=_labels(item.get("tags") or ()),
        byline=", ".join(names or owners),
        authors=names or owners,
        author_url=author_url,
        hidden_text=seen.hidden_text,
    )


def _json_authors(element: Mapping[str, Any], base: str) -> tuple[tuple[str, ...], str | None]:
    """Names and first address of `authors` (1.1) or `author` (1)."""
    several = element.get("authors") or [element.get("author")]
    people = [one for one in several if isinstance(one, dict)] if isinstance(several, list) else []
    names = tuple(dict.fromkeys(name for one in people for name in names_in(one.get("name"))))
    return names, next((url for one in people if (url := absolute(base, one.get("url")))), None)


# ---------------------------------------------------------------------------------------------- both


def _labels(values: Sequence[Any] | Iterator[Any]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(label for value in values if isinstance(value, str) and (label := squeeze(value))))


def without_tracking(url: str) -> str:
    """The address without the parameters and fragments that only say where a reader came from."""
    parts = urlsplit(url)
    query = parse_qsl(parts.query, keep_blank_values=True)
    kept = [(name, value) for name, value in query if not _TRACKING.match(name) and not _is_feed_mark(name, value)]
    fragment = "" if _TRACKING.match(parts.fragment) else parts.fragment
    query_text = parts.query if len(kept) == len(query) else urlencode(kept)
    return urlunsplit(parts._replace(query=query_text, fragment=fragment))


def _is_feed_mark(name: str, value: str) -> bool:
    """Medium's ?source=rss-..., and the like."""
    return name.lower() in {"source", "ref", "from"} and bool(re.match(r"rss|feed|atom", value, re.IGNORECASE))
