"""One article on a page of the web: its text, its date, and its author where two cues on the page agree.

Text and date come from trafilatura (A. Barbaresi, ACL 2021), which is given the page and never fetches.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup
from bs4.dammit import UnicodeDammit
from lxml.html import HtmlElement, tostring
from trafilatura import bare_extraction

from scrapers.parsing import NotThisPage, absolute, day, squeeze
from scrapers.records import Evidence, EvidenceKind, Page, Record, Request
from scrapers.sources._credit import host_of, is_shared, same_site, web_account
from scrapers.sources._feed import without_tracking
from scrapers.sources._hiding import maybe_hidden
from scrapers.sources._people import (
    host_is_named_after,
    is_full_name,
    mentions,
    names_in,
    same_person,
)
from scrapers.sources._prose import Unreadable, drop, markup_text, prune_hidden, tree_of
from scrapers.visible import visible_text

LEAST_TEXT = 200  # characters: below, a page is a notice, not an article
_FEED_TYPES = ("application/rss+xml", "application/atom+xml", "application/feed+json")
_ARTICLE_TYPES = frozenset(
    "Article BlogPosting NewsArticle TechArticle Report ScholarlyArticle SocialMediaPosting AnalysisNewsArticle".split()
)
_MONTHS = (
    r"jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?"
    r"|dec(?:ember)?|januar|februar|märz|mai|juni|juli|oktober|dezember"
)
_MASTHEAD = re.compile(
    rf"(?:(?:posted|published|written|created|updated|last modified|submitted|veröffentlicht|by|on|von|am)\b[\s:]*)*"
    rf"(?:\W*\b(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|{_MONTHS}|\d{{1,2}}(?:st|nd|rd|th)?|(?:19|20)\d\d)\b){{3}}",
    re.IGNORECASE,
)
_NOT_OF_THE_ARTICLE = re.compile(r"comment|respond|related|sidebar|recommend|footer-posts|widget", re.IGNORECASE)
_BYLINE = (
    ".//*[contains(concat(' ', normalize-space(@class), ' '), ' byline ') or @itemprop='author' or "
    "contains(concat(' ', normalize-space(@class), ' '), ' p-author ') or "
    "contains(concat(' ', normalize-space(@class), ' '), ' author ') or "
    "contains(concat(' ', normalize-space(@class), ' '), ' post-author ') or "
    "contains(concat(' ', normalize-space(@class), ' '), ' entry-author ') or "
    "contains(concat(' ', normalize-space(@class), ' '), ' author-name ')]"
)
_GITHUB_USER = re.compile(r"https?://(?:www\.)?github\.com/([A-Za-z\d](?:[A-Za-z\d-]{0,38}))/?")
_GITHUB_PAGES = frozenset(
    "about apps blog collections contact enterprise explore features issues join login marketplace new notifications "
    "orgs organizations pricing pulls readme search security settings site sponsors stars team topics trending".split()
)


@dataclass(frozen=True, slots=True)
class Cues:
    """What a page says about its author: names by where they stand, and what it says of itself."""

    names: Mapping[str, tuple[str, ...]]
    site: str
    rel_me: tuple[str, ...] = ()
    github: str | None = None
    feeds: tuple[str, ...] = field(default=())


def read_article(page: Page) -> Iterator[Record]:
    """The article's post, its author's account where credited, and the site's feed to ask for; raises NotThisPage."""
    url = page.final_url or page.url
    markup = _decoded(page)
    try:
        tree = tree_of(markup)
    except Unreadable as fault:
        raise NotThisPage(page.url, f"a page, found {fault}") from None
    if tree is None or not re.search(r"<(?:html|body|p|div|article)\b", markup, re.IGNORECASE):
        raise NotThisPage(page.url, "a feed or an article")
    cues = _cues(tree, url)
    article = None if urlsplit(url).path in {"", "/"} else _article(tree, url, page)
    if article:
        yield from _records(*article, cues, url)
    elif not cues.feeds:
        raise NotThisPage(page.url, f"an article of at least {LEAST_TEXT} characters, or a page that names its feed")
    for feed in cues.feeds[:1]:
        yield Request("feeds", feed)


def _decoded(page: Page) -> str:
    """The page as text: charset by BOM, header, page, else UTF-8 with replacement."""
    named = re.search(r"charset=[\"']?([\w-]+)", page.headers.get("content-type", ""))
    known = [named[1]] if named and named[1].lower() != "utf-7" else []
    found = UnicodeDammit(page.body, known, is_html=True, exclude_encodings=["utf-7"]).unicode_markup
    return found if found is not None else page.body.decode("utf-8", "replace")


def _article(tree: HtmlElement, url: str, page: Page) -> tuple[Any, str] | None:
    """Trafilatura's document of the page and its text as far as a reader sees it, or None where there is no article."""
    _settle_noscript(tree)
    prune_hidden(tree)
    said = _extracted(tree, url, page)
    if not said or not said.title:
        return None
    hidden = maybe_hidden(tree, said.title)
    text = _body(said.text or "", said.title)
    kept = _letters(text) if hidden else ""
    if any(_letters(words)[:40] in kept for words in hidden):
        text = _seen_of(text, tree)
    return (said, text) if len(text) >= LEAST_TEXT else None


def _settle_noscript(tree: HtmlElement) -> None:
    """Takes `noscript` out, but for words that the page's own scripts paint from a template that repeats them."""
    silent = list(tree.iter("noscript"))
    templates = tree.xpath("//script[contains(@type, 'template')]") if silent else []
    painted = _letters(" ".join(markup_text(template.text or "") for template in templates))
    for element in silent:
        words = _letters(element.text_content())
        if len(words) >= LEAST_TEXT and words[:LEAST_TEXT] in painted:
            element.drop_tag()
        else:
            drop(tree, [element])


def _extracted(tree: HtmlElement, url: str, page: Page) -> Any:
    """Trafilatura's document of the page, or None; readers' comments are not the author's words."""
    latest = (page.fetched_at + timedelta(days=1)).date().isoformat()
    dates = {"original_date": True, "extensive_search": True, "max_date": latest}
    return bare_extraction(tree, url=url, with_metadata=True, include_comments=False, date_extraction_params=dates)


def _body(text: str, title: str) -> str:
    """The text without the line of date and byline that may stand above it."""
    lines = text.split("\n")
    top = [line for line in lines[:3] if squeeze(line) == squeeze(title) or not _is_masthead(line)]
    return "\n".join(top + lines[3:]).strip()


def _is_masthead(line: str) -> bool:
    return len(line) <= 160 and not line.rstrip().endswith((".", "!", "?", ":")) and bool(_MASTHEAD.match(line.strip()))


def _seen_of(text: str, tree: HtmlElement) -> str:
    """The lines of the text that a reader of the page sees, by its style sheets too."""
    seen = _letters(visible_text(BeautifulSoup(tostring(tree, encoding="unicode"), "lxml")).text)
    return "\n".join(line for line in text.split("\n") if _letters(line) in seen)


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text)


def _records(said: Any, text: str, cues: Cues, url: str) -> Iterator[Record]:
    site = f"{cues.site} {said.sitename or ''}"
    byline, name = author_of(cues, host_of(url), site)
    account = None
    if name and not is_shared(url):
        alone = mentions(site, name) or host_is_named_after(host_of(url), name)
        links = dict.fromkeys((*cues.rel_me, *([cues.github] if cues.github else [])))
        account = web_account(_home(url), name, alone=alone, links=tuple(links))
        yield account
    yield Evidence(
        kind=EvidenceKind.POST,
        account=account.key if account else None,
        title=said.title,
        text=text,
        url=without_tracking(url),
        date=day(said.date),
        tags=tuple(dict.fromkeys([*(said.tags or ()), *(said.categories or ())])),
        details={"author": byline, "feed_title": said.sitename or None, "format": "article"},
    )


def author_of(cues: Cues, host: str, site: str) -> tuple[str | None, str | None]:
    """The byline to show, and the one person to credit.

    Shown is a name without contradiction; credited is one that a second cue confirms: another place on the page, the
    site's own name or host, or `rel=me`. Co-written pages are shown and credit nobody.
    """
    several = next((names for names in cues.names.values() if len(names) > 1), None)
    if several:
        return ", ".join(several), None
    stated = [names[0] for names in cues.names.values() if names]
    if not stated or not all(same_person(stated[0], name) for name in stated):
        return None, None
    confirmed = len(stated) > 1 or bool(cues.rel_me) or mentions(site, stated[0]) or host_is_named_after(host, stated[0])
    return stated[0], stated[0] if confirmed else None


def _home(url: str) -> str:
    """The site that an article stands on: its host, and a person's path below it."""
    parts = urlsplit(url)
    person = re.match(r"/[@~][^/]+", parts.path)
    return f"{parts.scheme}://{parts.netloc}{person[0] if person else ''}/"


def _cues(tree: HtmlElement, url: str) -> Cues:
    metas = [squeeze(m.get("content") or "") for m in tree.xpath("//meta[@name='author' or @property='article:author']")]
    names = {
        "json-ld": _json_ld_authors(tree),
        "meta": _full(metas),
        "rel-author": _full(_link_texts(tree, "author")),
        "byline": _full(squeeze(e.text_content() or e.get("content") or "") for e in tree.xpath(_BYLINE) if _is_near(e)),
    }
    shown = [tree.findtext(".//title"), *tree.xpath("//meta[@property='og:site_name']/@content")]
    rights = [e.text_content()[:300] for e in tree.xpath("//footer | //*[@id='footer' or @class='footer' or @class='copyright']")]
    return Cues(
        names={where: found for where, found in names.items() if found},
        site=squeeze(" ".join(str(part) for part in (*shown, *(r for r in rights if re.search("©|copyright", r, re.I))) if part)),
        rel_me=_rel_links(tree, "me", url),
        github=_github(tree),
        feeds=_feeds(tree, url),
    )


def _full(texts: Iterator[str] | list[str]) -> tuple[str, ...]:
    """The full names of people in these texts, each once."""
    return tuple(dict.fromkeys(name for text in texts if len(text) <= 160 for name in names_in(text) if is_full_name(name)))


def _is_near(element: HtmlElement) -> bool:
    """Whether an element belongs to the article rather than to comments or to other articles."""
    for one in (element, *element.iterancestors()):
        if one.tag != "body" and _NOT_OF_THE_ARTICLE.search(f"{one.get('class') or ''} {one.get('id') or ''}"):
            return False
    return True


def _rels(tree: HtmlElement, rel: str) -> Iterator[HtmlElement]:
    for link in tree.xpath("//a[@rel] | //link[@rel]"):
        if rel in link.get("rel", "").lower().split():
            yield link


def _link_texts(tree: HtmlElement, rel: str) -> Iterator[str]:
    for link in _rels(tree, rel):
        if _is_near(link):
            yield squeeze(link.text_content())


def _rel_links(tree: HtmlElement, rel: str, base: str) -> tuple[str, ...]:
    found = (absolute(base, link.get("href")) for link in _rels(tree, rel))
    return tuple(dict.fromkeys(link for link in found if link and host_of(link) != host_of(base)))


def _json_ld_authors(tree: HtmlElement) -> tuple[str, ...]:
    """Names of the people that JSON-LD gives as authors of an article."""
    names: list[str] = []
    for script in tree.xpath("//script[@type='application/ld+json']"):
        try:
            pending = [json.loads(script.text or "", strict=False)]
        except (ValueError, RecursionError):
            continue
        people: dict[str, str] = {}
        authors: list[Any] = []
        while pending:
            item = pending.pop()
            if isinstance(item, list):
                pending += item
            elif isinstance(item, dict):
                if item.get("@id") and isinstance(item.get("name"), str):
                    people[str(item["@id"])] = item["name"]
                if _types(item) & _ARTICLE_TYPES:
                    authors += item["author"] if isinstance(item.get("author"), list) else [item.get("author")]
                pending += [item[key] for key in ("@graph", "mainEntity", "mainEntityOfPage", "author") if key in item]
        for author in authors:
            if isinstance(author, dict) and "Organization" not in _types(author):
                names.append(str(author.get("name") or people.get(str(author.get("@id")), "")))
            elif isinstance(author, str):
                names.append(author)
    return _full(names)


def _types(item: Mapping[str, Any]) -> set[str]:
    kind = item.get("@type")
    return {str(one) for one in kind} if isinstance(kind, list) else {str(kind)}


def _github(tree: HtmlElement) -> str | None:
    """The one GitHub profile that the page links from outside of its prose and comments, or None."""
    found = {}
    for link in tree.xpath("//a[@href and not(ancestor::p or ancestor::article or ancestor::pre or ancestor::blockquote)]"):
        match = _GITHUB_USER.fullmatch(link.get("href", "").strip())
        if match and match[1].casefold() not in _GITHUB_PAGES and _is_outside_comments(link):
            found[match[1].casefold()] = f"https://github.com/{match[1]}"
    return next(iter(found.values())) if len(found) == 1 else None


def _is_outside_comments(element: HtmlElement) -> bool:
    return not any(re.search("comment", f"{a.get('class') or ''} {a.get('id') or ''}", re.I) for a in element.iterancestors())


def _feeds(tree: HtmlElement, url: str) -> tuple[str, ...]:
    """The site's own feeds of posts: none of comments, none of this one page, none elsewhere."""
    found = []
    for link in _rels(tree, "alternate"):
        href = absolute(url, link.get("href"))
        if not href or (link.get("type") or "").lower() not in _FEED_TYPES:
            continue
        of_comments = re.search("comment|kommentar|replies", f"{href} {link.get('title') or ''}", re.IGNORECASE)
        of_page = urlsplit(url).path.strip("/") and href.startswith(urljoin(url, urlsplit(url).path))
        if not of_comments and not of_page and same_site(host_of(href), host_of(url)):
            found.append(href)
    return tuple(dict.fromkeys(found))
