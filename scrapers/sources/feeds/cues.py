"""Authorship cues of a page: structured data, meta tags, bylines, links, the site's own name."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement

from scrapers.parse.bylines import host_is_named_after, is_full_name, mentions, names_in, same_person
from scrapers.parse.prose import xpath
from scrapers.text import absolute, squeeze
from scrapers.text.hosts import host_of, same_site

_FEED_TYPES = ("application/rss+xml", "application/atom+xml", "application/feed+json")
_ARTICLE_TYPE_NAMES = (
    "Article BlogPosting NewsArticle TechArticle Report ScholarlyArticle SocialMediaPosting AnalysisNewsArticle"
)
_ARTICLE_TYPES = frozenset(_ARTICLE_TYPE_NAMES.split())
_NOT_OF_THE_ARTICLE = re.compile(r"comment|respond|related|sidebar|recommend|footer-posts|widget", re.IGNORECASE)
_BYLINE = frozenset({"byline", "author", "p-author", "post-author", "entry-author", "author-name"})
_GITHUB_USER = re.compile(r"https?://(?:www\.)?github\.com/([A-Za-z\d](?:[A-Za-z\d-]{0,38}))/?")
_GITHUB_PAGE_NAMES = (
    "about apps blog collections contact enterprise explore features issues join login marketplace new notifications "
    "orgs organizations pricing pulls readme search security settings site sponsors stars team topics trending"
)
_GITHUB_PAGES = frozenset(_GITHUB_PAGE_NAMES.split())
_AUTHOR_METAS = xpath("//meta[@name='author' or @property='article:author']")
_SITE_NAMES = xpath("//meta[@property='og:site_name']/@content")
_JSON_LD = xpath("//script[@type='application/ld+json']")
_LINKS = xpath("//*[@rel][self::a or self::link]")
_MAYBE_SIGNED = xpath("//*[@itemprop='author' or contains(@class, 'byline') or contains(@class, 'author')]")
_FOOTERS = xpath("//*[self::footer or @id='footer' or @class='footer' or @class='copyright']")
_TO_GITHUB = xpath(
    "//a[contains(@href, 'github.com/')]"
    "[not(ancestor::p or ancestor::article or ancestor::pre or ancestor::blockquote)]"
)
Links = Sequence[tuple[HtmlElement, Sequence[str]]]  # links with what they say that they are


@dataclass(frozen=True, slots=True)
class AuthorCues:
    """Cues of a page on its author: names by where they stand, and what it says of itself."""

    names: Mapping[str, tuple[str, ...]]
    site: str
    rel_me: tuple[str, ...] = ()
    github: str | None = None
    feeds: tuple[str, ...] = ()


def author_of(cues: AuthorCues, host: str, site: str) -> tuple[str | None, str | None]:
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
    confirmed = (
        len(stated) > 1 or bool(cues.rel_me) or mentions(site, stated[0]) or host_is_named_after(host, stated[0])
    )
    return stated[0], stated[0] if confirmed else None


def read_cues(tree: HtmlElement, url: str) -> AuthorCues:
    """Collect every cue on who wrote a page, and whose site it is."""
    metas = [squeeze(meta.get("content") or "") for meta in _AUTHOR_METAS(tree)]
    links = [(link, link.get("rel", "").lower().split()) for link in _LINKS(tree)]
    names = {
        "json-ld": _json_ld_authors(tree),
        "meta": _full(metas),
        "rel-author": _full(_link_texts(links, "author")),
        "byline": _full(squeeze(e.text_content() or e.get("content") or "") for e in _signed(tree) if _is_near(e)),
    }
    shown = [tree.findtext(".//title"), *_SITE_NAMES(tree)]
    rights = [footer.text_content()[:300] for footer in _FOOTERS(tree)]
    return AuthorCues(
        names={where: found for where, found in names.items() if found},
        site=squeeze(
            " ".join(str(part) for part in (*shown, *(r for r in rights if re.search("©|copyright", r, re.I))) if part)
        ),
        rel_me=_rel_links(links, "me", url),
        github=_github(tree),
        feeds=_feeds(links, url),
    )


def _signed(tree: HtmlElement) -> Iterator[HtmlElement]:
    """Elements that are marked up as a byline."""
    for element in _MAYBE_SIGNED(tree):
        if element.get("itemprop") == "author" or _BYLINE.intersection((element.get("class") or "").split()):
            yield element


def _full(texts: Iterable[str]) -> tuple[str, ...]:
    """The full names of people in these texts, each once."""
    return tuple(
        dict.fromkeys(name for text in texts if len(text) <= 160 for name in names_in(text) if is_full_name(name))
    )


def _is_near(element: HtmlElement) -> bool:
    """True if an element belongs to the article rather than to comments or to other articles."""
    for one in (element, *element.iterancestors()):
        if one.tag != "body" and _NOT_OF_THE_ARTICLE.search(f"{one.get('class') or ''} {one.get('id') or ''}"):
            return False
    return True


def _rels(links: Links, rel: str) -> Iterator[HtmlElement]:
    return (link for link, rels in links if rel in rels)


def _link_texts(links: Links, rel: str) -> Iterator[str]:
    for link in _rels(links, rel):
        if _is_near(link):
            yield squeeze(link.text_content())


def _rel_links(links: Links, rel: str, base: str) -> tuple[str, ...]:
    found = (absolute(base, link.get("href")) for link in _rels(links, rel))
    return tuple(dict.fromkeys(link for link in found if link and host_of(link) != host_of(base)))


def _json_ld_authors(tree: HtmlElement) -> tuple[str, ...]:
    """Names of the people that JSON-LD gives as authors of an article."""
    names: list[str] = []
    for script in _JSON_LD(tree):
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
    for link in _TO_GITHUB(tree):
        match = _GITHUB_USER.fullmatch(link.get("href", "").strip())
        if match and match[1].casefold() not in _GITHUB_PAGES and _is_outside_comments(link):
            found[match[1].casefold()] = f"https://github.com/{match[1]}"
    return next(iter(found.values())) if len(found) == 1 else None


def _is_outside_comments(element: HtmlElement) -> bool:
    return not any(
        re.search("comment", f"{a.get('class') or ''} {a.get('id') or ''}", re.I) for a in element.iterancestors()
    )


def _feeds(links: Links, url: str) -> tuple[str, ...]:
    """The site's own feeds of posts: none of comments, none of this one page, none elsewhere."""
    found = []
    for link in _rels(links, "alternate"):
        href = absolute(url, link.get("href"))
        if not href or (link.get("type") or "").lower() not in _FEED_TYPES:
            continue
        of_comments = re.search("comment|kommentar|replies", f"{href} {link.get('title') or ''}", re.IGNORECASE)
        of_page = urlsplit(url).path.strip("/") and href.startswith(urljoin(url, urlsplit(url).path).rstrip("/") + "/")
        if not of_comments and not of_page and same_site(host_of(href), host_of(url)):
            found.append(href)
    return tuple(dict.fromkeys(found))
