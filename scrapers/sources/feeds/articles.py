"""Articles on the web: text, date, and author where two cues on the page agree.

Text and date come from trafilatura (A. Barbaresi, ACL 2021), which is given the page and never fetches.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from bs4 import BeautifulSoup
from lxml.etree import SubElement
from lxml.html import HtmlElement, tostring
from trafilatura import bare_extraction

from scrapers.parse.bylines import host_is_named_after, mentions
from scrapers.parse.charset import decoded
from scrapers.parse.hiding import maybe_hidden
from scrapers.parse.pages import NotThisPage
from scrapers.parse.prose import Unreadable, drop, markup_text, prune_hidden, tree_of, xpath
from scrapers.parse.visible import is_smuggled, visible_text
from scrapers.records import Evidence, EvidenceKind, Page, Record, Request
from scrapers.sources.feeds.credit import is_shared, web_account
from scrapers.sources.feeds.cues import AuthorCues, author_of, read_cues
from scrapers.sources.feeds.feed import without_tracking
from scrapers.text import day, squeeze
from scrapers.text.hosts import host_of
from scrapers.text.privacy import asks_for_silence

LEAST_TEXT = 200  # characters: below, a page is a notice, not an article
MOST_TEXT = 2_000_000  # characters: above, no reader waits for the end, and neither do we (guardrail G17)
DEEPEST = 100  # elements around the article, from the page's own down to it
_MONTHS = (
    r"jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?"
    r"|dec(?:ember)?|januar|februar|märz|mai|juni|juli|oktober|dezember"
)
_MASTHEAD = re.compile(
    rf"(?:(?:posted|published|written|created|updated|last modified|submitted|veröffentlicht|by|on|von|am)\b[\s:]*+)*"
    rf"(?:\W*\b(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|{_MONTHS}|\d{{1,2}}(?:st|nd|rd|th)?|(?:19|20)\d\d)\b){{3}}",
    re.IGNORECASE,
)


_SIGNS = bytes(code for code in range(128) if not chr(code).isalnum())
_STAND_IN = "Stated Elsewhere"
_TAGS = xpath("//a[contains(@href, '/tag')][1]")
_WORDS = xpath("//text()[not(parent::script or parent::style)]")


@dataclass(frozen=True, slots=True)
class _Article:
    """Trafilatura's document, its visible text, whether words were hidden in its own part, and whether the page, its
    footer too, asks for no contact."""

    said: Any
    text: str
    hidden_text: bool
    do_not_contact: bool


def read_article(page: Page) -> Iterator[Record]:
    """The article's post, its author's account where credited, and the site's feed to ask for; raises NotThisPage."""
    url = page.final_url or page.url
    markup = decoded(page)
    try:
        tree = tree_of(markup)
    except Unreadable as fault:
        raise NotThisPage(page.url, f"a page, found {fault}") from None
    if tree is None or not re.search(r"<(?:html|body|p|div|article)\b", markup, re.IGNORECASE):
        raise NotThisPage(page.url, "a feed or an article")
    if len(markup) > MOST_TEXT and sum(map(len, tree.itertext())) > MOST_TEXT:
        raise NotThisPage(page.url, f"an article, found more than {MOST_TEXT} characters of text")
    cues = read_cues(tree, url)
    article = None if urlsplit(url).path in {"", "/"} else _article(tree, url, page)
    if article:
        yield from _records(article, cues, url)
    elif not cues.feeds:
        raise NotThisPage(page.url, f"an article of at least {LEAST_TEXT} characters, or a page that names its feed")
    for feed in cues.feeds[:1]:
        yield Request("feeds", feed)


def _article(tree: HtmlElement, url: str, page: Page) -> _Article | None:
    """The page's article with its text as far as a reader sees it, or None where there is none."""
    _settle_noscript(tree)
    around = prune_hidden(tree)
    silent = asks_for_silence("\n".join(_WORDS(tree)))
    said = _extracted(tree, url, page)
    if not said or not said.title:
        return None
    hidden = maybe_hidden(tree, said.title)
    text = whole = _body(said.text or "", said.title)
    kept = _letters(text) if hidden else ""
    if any(_letters(words)[:40] in kept for words in hidden):
        text = _seen_of(text, tree)
    if len(text) < LEAST_TEXT:
        return None
    own = _own_part(tree, text)
    inside = any(element is own or own in element.iterancestors() for element in around)
    return _Article(said, text, text != whole or inside or is_smuggled(str(own.text_content())), silent)


def _own_part(tree: HtmlElement, text: str) -> HtmlElement:
    """The innermost element that holds nearly all of the article: what a theme hides around it is not the author's.

    The page's text is brought to bare letters once: an element's own is the stretch that it covers of them.
    """
    lines = [letters for line in text.split("\n") if (letters := _letters(line))]
    raw = str(tree.text_content())
    letters, total, part = _letters(raw), sum(map(len, lines)), tree
    least = sum(map(len, set(lines))) - 0.1 * total  # characters: what is shorter cannot hold nearly all
    places = list(zip(lines, _places(lines, letters), strict=True))
    begin, end, first, last = 0, len(raw), 0, len(letters)  # what the part covers of the text, and of its letters
    for _ in range(DEEPEST):
        start = begin + len(part.text or "")
        for child in part.iterchildren("*"):
            if end - start < least:
                return part
            stop = start + len(child.text_content())
            if stop - start >= least:
                low, high = first + len(_letters(raw[begin:start])), last - len(_letters(raw[stop:end]))
                held = (
                    len(line)
                    for line, place in places
                    if low <= place <= high - len(line) or (place >= 0 and letters.find(line, low, high) >= 0)
                )
                if sum(held) >= 0.9 * total:
                    part, begin, end, first, last = child, start, stop, low, high
                    break
            start = stop + len(child.tail or "")
        else:
            break
    return part


def _places(lines: Sequence[str], letters: str) -> Iterator[int]:
    """Return the place of each line, looked for below the one before it first; -1 where nowhere."""
    at = 0
    for line in lines:
        place = letters.find(line, at)
        place = place if place >= 0 else letters.find(line)
        at = max(at, place)
        yield place


def _settle_noscript(tree: HtmlElement) -> None:
    """Remove `noscript`, but for words that the page's own scripts paint from a template that repeats them."""
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
    with _stated(tree):
        return bare_extraction(tree, url=url, with_metadata=True, include_comments=False, date_extraction_params=dates)


@contextmanager
def _stated(tree: HtmlElement) -> Iterator[None]:
    """The tree with stand-ins in its head for what trafilatura would look for all over the page, and not find.

    Our cues say who the author is; tags are links with `/tag` in their address.
    """
    head = tree.find("head")
    names = ["author"] if _TAGS(tree) else ["author", "keywords"]
    stated = [] if head is None else [SubElement(head, "meta", name=name, content=_STAND_IN) for name in names]
    yield
    drop(tree, stated)


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
    """The letters and digits alone; most signs are of ASCII, and go in one quick pass."""
    bare = text.encode("utf-8", "surrogatepass").translate(None, _SIGNS).decode("utf-8", "surrogatepass")
    return bare if bare.isascii() else re.sub(r"[\W_]+", "", bare)


def _records(article: _Article, cues: AuthorCues, url: str) -> Iterator[Record]:
    said = article.said
    site = f"{cues.site.replace(said.title, ' ')} {said.sitename or ''}"
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
        text=article.text,
        url=without_tracking(url),
        date=day(said.date),
        tags=tuple(dict.fromkeys(tag for tag in (*(said.tags or ()), *(said.categories or ())) if tag != _STAND_IN)),
        details={"author": byline, "feed_title": said.sitename or None, "format": "article"}
        | ({"hidden_text": True} if article.hidden_text else {})
        | ({"do_not_contact": True} if article.do_not_contact else {}),
    )


def _home(url: str) -> str:
    """The site that an article stands on: its host, and a person's path below it."""
    parts = urlsplit(url)
    person = re.match(r"/[@~][^/]+", parts.path)
    return f"{parts.scheme}://{parts.netloc}{person[0] if person else ''}/"
