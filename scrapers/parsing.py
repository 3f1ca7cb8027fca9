"""Strict reading: a page says exactly what we expect, or we say what changed."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any, TypeVar
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup, Tag

from scrapers.charset import decoded
from scrapers.records import Page

T = TypeVar("T")


class PageChanged(Exception):
    """A page lacks what it always had. Loud on purpose: nobody may read it as "nothing there"."""

    def __init__(self, url: str, expected: str) -> None:
        super().__init__(f"{url}: expected {expected}")
        self.url, self.expected = url, expected


class NotThisPage(PageChanged):
    """What came is another page altogether: a login wall, a challenge, a front page."""


class NobodyThere(Exception):
    """The page itself says that it lists nobody: an accepted emptiness, with the words that say so."""

    def __init__(self, url: str, sign: str) -> None:
        super().__init__(f"{url}: {sign}")
        self.url, self.sign = url, sign


def soup(page: Page) -> BeautifulSoup:
    """The page as a tree; its charset is decided by `scrapers.charset`."""
    return BeautifulSoup(decoded(page).encode(), "lxml", from_encoding="utf-8")


def json_of(page: Page) -> Any:
    """The page as JSON; raises NotThisPage when it is not JSON."""
    try:
        return json.loads(page.body)
    except (ValueError, RecursionError):
        raise NotThisPage(page.url, "JSON") from None


def only(names: Names, name: str, url: str) -> Tag:
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


class Names(dict[str, list[Tag]]):
    """Elements by `#id`, `.class` and element name, in page order; a name that is not there has none."""

    def __missing__(self, name: str) -> list[Tag]:
        return []


def within(*tags: Tag) -> Names:
    """All elements inside of these, by name: one walk, where each selector would take one of its own."""
    return by_name(element for tag in tags for element in elements(tag))


def elements(tag: Tag) -> Iterator[Tag]:
    """The elements inside of one, in page order."""
    return (inner for inner in tag.descendants if isinstance(inner, Tag))


def by_name(tags: Iterable[Tag]) -> Names:
    """These elements by `#id`, `.class` and element name."""
    names = Names()
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


def squeeze(text: str) -> str:
    """NFC, white space folded, control and invisible format characters removed."""
    return " ".join(clean(text).split())


# Zero-width, bidi, filler and tag characters, controls, private use: nothing of these is seen by a reader.
_INVISIBLE = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e"
    r"\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\ue000-\uf8ff\U000e0000-\U000e01ef\U000f0000-\U0010ffff]"
)


def clean(text: str) -> str:
    """NFC without control, lone surrogate, zero-width, bidi and tag characters; line breaks and tabs stay."""
    if text.isascii():  # nothing to compose, and mostly nothing to remove
        return text if text.isprintable() else _INVISIBLE.sub("", text)
    seen = _INVISIBLE.sub("", text.encode("utf-8", "ignore").decode("utf-8"))
    return unicodedata.normalize("NFC", seen)


def absolute(base: str, href: object) -> str | None:
    """An http(s) URL for a link found on a page, or None for any other kind of link."""
    if not isinstance(href, str) or not href.strip():
        return None
    try:
        url = urljoin(base, href.strip())
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in {"http", "https"} and parts.netloc else None


def day(text: object) -> date | None:
    """The calendar day of an ISO timestamp or date as the page wrote it, or None."""
    match = re.match(r"(\d{4})-(\d{2})-(\d{2})", str(text or "").strip())
    try:
        return date(*map(int, match.groups())) if match else None
    except ValueError:
        return None


# Each starts where a word starts, and there alone: else a long word is gone through once for each of its letters.
_ADDRESS = re.compile(r"(?<![\w.+%-])[\w.+%-]++@[\w-]+(?:\.[\w-]+)+")
_SPELLED = re.compile(
    r"(?<![\w.+-])[\w.+-]++\s*+(?:\[\s*(?:at|@)\s*\]|\(\s*(?:at|@)\s*\)|\{\s*(?:at|@)\s*\}|<\s*at\s*>)\s*[\w-]+"
    r"(?:(?:\.|\s*[\[({<]\s*(?:dot|\.)\s*[\])}>]\s*|\s+dot\s+)[\w-]+)+",
    re.IGNORECASE,
)
_PHONE = re.compile(r"(?<![\w/.-])\+?\(?\d[\d ().\u2011-]{7,}\d(?![\w/-])")


_MAYBE_SPELLED = re.compile(r"[\[({<]\s*(?:[aA][tT]|@)")
_MAYBE_PHONE = re.compile(r"\d[\d ().\u2011-]{7}")


def redact(text: str) -> str:
    """The text with addresses, spelled out ones too, and phone numbers replaced: we neither keep nor quote them.

    An address or a number stands on one line, so that only lines which may hold one are gone through.
    """
    if "@" in text:
        text = "\n".join(_ADDRESS.sub("[address]", line) if "@" in line else line for line in text.split("\n"))
    if _MAYBE_SPELLED.search(text):
        text = _SPELLED.sub("[address]", text)
    if not _MAYBE_PHONE.search(text):
        return text
    return "\n".join(_PHONE.sub(_phone, line) if _MAYBE_PHONE.search(line) else line for line in text.split("\n"))


def _phone(match: re.Match[str]) -> str:
    digits = re.sub(r"\D", "", match.group())
    dated = re.fullmatch(r"(19|20)\d\d[-. ]\d\d?[-. ]\d\d?.*", match.group())
    return match.group() if dated or not 9 <= len(digits) <= 15 else "[phone]"
