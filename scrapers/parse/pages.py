"""Strict reading: a page says exactly what we expect, or we say what changed."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

import orjson
from bs4 import BeautifulSoup, MarkupResemblesLocatorWarning, Tag, XMLParsedAsHTMLWarning

from scrapers.parse.charset import decoded
from scrapers.records import Page
from scrapers.text import squeeze

T = TypeVar("T")
# A site may answer with XML, or a word, where a page was asked for; it is read like any markup, and found wanting.
for _category in (XMLParsedAsHTMLWarning, MarkupResemblesLocatorWarning):
    warnings.filterwarnings("ignore", category=_category)


class PageChanged(Exception):
    """A page lacks what it always had. Loud on purpose: nobody may read it as "nothing there"."""

    def __init__(self, url: str, expected: str) -> None:
        super().__init__(f"{url}: expected {expected}")
        self.url, self.expected = url, expected


class NotThisPage(PageChanged):
    """The page is another one altogether: a login wall, a challenge, a front page."""


class NobodyThere(Exception):
    """The page itself says that it lists nobody: an accepted emptiness, with the words that say so."""

    def __init__(self, url: str, sign: str) -> None:
        super().__init__(f"{url}: {sign}")
        self.url, self.sign = url, sign


def soup(page: Page) -> BeautifulSoup:
    """The page as a tree; its charset is decided by `scrapers.parse.charset`."""
    return BeautifulSoup(decoded(page).encode(), "lxml", from_encoding="utf-8")


def json_of(page: Page) -> Any:
    """The page as JSON; raises NotThisPage when it is not JSON. Whole numbers beyond 64 bits come as floats."""
    try:
        return orjson.loads(page.body)
    except orjson.JSONDecodeError:  # maybe NaN, another charset, half of a pair: the standard library reads more
        pass
    try:
        return json.loads(page.body)
    except (ValueError, RecursionError):
        raise NotThisPage(page.url, "JSON") from None


def only(names: ElementsByName, name: str, url: str) -> Tag:
    """The single element of that name; raises PageChanged when there is none, or more than one."""
    found = names[name]
    if len(found) != 1:
        raise PageChanged(url, f"exactly one {name!r}, found {len(found)}")
    return found[0]


def one(tree: BeautifulSoup | Tag, selector: str, url: str) -> Tag:
    """The single element that the selector names; raises PageChanged when there is none, or more than one."""
    found = tree.select(selector)
    if len(found) != 1:
        raise PageChanged(url, f"exactly one {selector!r}, found {len(found)}")
    return found[0]


def most(read: Sequence[T | None], url: str, expected: str) -> list[T]:
    """The rows that could be read; raises PageChanged where more than a fifth could not (guardrail G35)."""
    kept = [row for row in read if row is not None]
    if 5 * (len(read) - len(kept)) > len(read):
        raise PageChanged(url, f"{expected}, missing in {len(read) - len(kept)} of {len(read)}")
    return kept


class ElementsByName(dict[str, list[Tag]]):
    """Elements by `#id`, `.class` and element name, in page order; a name that is not there has none."""

    def __missing__(self, name: str) -> list[Tag]:
        return []


def within(*tags: Tag) -> ElementsByName:
    """All elements inside of these, by name: one walk, where each selector would take one of its own."""
    return by_name(element for tag in tags for element in elements(tag))


def elements(tag: Tag) -> Iterator[Tag]:
    """The elements inside of one, in page order."""
    return (inner for inner in tag.descendants if isinstance(inner, Tag))


def by_name(tags: Iterable[Tag]) -> ElementsByName:
    """Index elements by `#id`, `.class` and element name."""
    names = ElementsByName()
    for tag in tags:
        names.setdefault(tag.name, []).append(tag)
        if tag.attrs:
            if name := tag.attrs.get("id"):
                names.setdefault(f"#{name}", []).append(tag)
            classes = tag.attrs.get("class") or ()
            for name in (classes,) if isinstance(classes, str) else dict.fromkeys(classes):
                names.setdefault(f".{name}", []).append(tag)
    return names


def text_of(tag: Tag | None) -> str:
    """The element's text on one line, or an empty string."""
    return squeeze(tag.get_text(" ")) if tag is not None else ""
