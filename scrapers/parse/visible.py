"""Visible text of a page (guardrail G19): hidden keywords never become somebody's evidence.

Read is the text that is painted: no script, style, template or comment, nothing that the element, its ancestors or the
page's own style sheets hide, nothing of the background's colour. Alternative texts of pictures and meta tags are not
read. A closed `<details>` counts with its summary alone. Style sheets of other files are not fetched.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString, PageElement, PreformattedString

from scrapers.parse.painting import CANVAS, Paint, painted
from scrapers.parse.stylesheet import Props, declarations, matched
from scrapers.text import squeeze

_UNREAD_NAMES = (
    "script style template noscript head title meta link svg math iframe object embed audio video canvas map datalist "
    "select noframes noembed"
)
_BLOCK_NAMES = (
    "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure "
    "footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol optgroup p pre section summary "
    "table tbody tfoot thead tr ul"
)
_UNREAD = frozenset(_UNREAD_NAMES.split())
_BLOCKS = frozenset(_BLOCK_NAMES.split())
_CELLS = frozenset({"td", "th"})
_SMUGGLED = re.compile(
    r"(?<![\U0001f3f4\U000e0020-\U000e007f])[\U000e0020-\U000e007f]"  # tag characters, but for the flags of regions
    r"|\w[\u200b-\u200d\u2060\ufeff]{2,}\w"
)
_UNSEEN = re.compile(r"[\U000e0020-\U000e007f\u200b-\u200d\u2060\ufeff]")  # what each of these needs
_NEW_LINES = re.compile(r"[\r\n]+")
FEW_WORDS = 3  # so many words hidden in one place are a label for screen readers


@dataclass(frozen=True, slots=True)
class Visible:
    """The text as a reader sees it, one line a block; whether the page held more that a reader does not see."""

    text: str
    hidden_text: bool


def visible_text(*parts: BeautifulSoup | Tag, styles: Sequence[Tag] | None = None) -> Visible:
    """Return what a reader sees of these parts of one page, in their order.

    Lines are clean (NFC, one space, nothing invisible) and never empty. `hidden_text` tells that words were hidden by
    style, attribute or template, or smuggled in with invisible characters; scripts, comments and `noscript` are common
    and do not count. `styles` are the page's `<style>` elements, where the caller has them at hand.
    """
    if not parts:
        return Visible("", False)
    sheet = matched(parts, styles)
    seen: list[str] = []
    unseen: list[str] = []
    for part in parts:
        _walk(part, _outside(part, sheet.props), sheet.props, seen, unseen)
        seen.append("\n")
    text = "".join(seen)
    lines = (squeeze(line) for line in text.split("\n"))
    hidden = sheet.too_large or any(len(words.split()) > FEW_WORDS for words in unseen) or is_smuggled(text)
    return Visible("\n".join(line for line in lines if line), hidden)


def is_smuggled(text: str) -> bool:
    """True if a text that was not cleaned yet carries words, or breaks them, in characters that nobody sees."""
    return not text.isascii() and bool(_UNSEEN.search(text)) and bool(_SMUGGLED.search(text))


def _outside(part: Tag, styles: dict[int, Props]) -> Paint:
    """Return the style that the surroundings of a part hand down; a part inside something hidden is hidden."""
    paint = CANVAS
    for parent in reversed([parent for parent in part.parents if parent.name != "[document]"]):
        inner = painted(_props(parent, styles), paint)
        paint = inner if inner is not None and not _is_closed(parent) else replace(paint, hidden=True)
    return paint


_BREAK = NavigableString("\n")


def _walk(top: Tag, paint: Paint, styles: dict[int, Props], seen: list[str], unseen: list[str]) -> None:
    """Sorts a subtree's text into seen and unseen, without recursion: hostile pages nest deeper than Python does."""
    stack: list[tuple[PageElement, Paint]] = [(top, paint)]
    while stack:
        item, paint = stack.pop()
        if item is _BREAK:
            seen.append("\n")
        elif isinstance(item, NavigableString):
            if not isinstance(item, PreformattedString):
                shows = paint.shows
                (seen if shows else unseen).append(item if paint.pre or not shows else _NEW_LINES.sub(" ", item))
        elif isinstance(item, Tag):
            if item.name in _UNREAD:
                unseen.extend(item.stripped_strings if item.name == "template" else ())
                continue
            inner = painted(_props(item, styles), paint)
            if inner is None or _is_closed(item):
                unseen.append(item.get_text(" "))
                continue
            if item.name in _BLOCKS:
                seen.append("\n")
                stack.append((_BREAK, paint))
            elif item.name in _CELLS:
                seen.append(" ")
            elif item.name == "br":
                seen.append("\n")
            stack.extend((child, inner) for child in reversed(_children(item)))


def _children(tag: Tag) -> Sequence[PageElement]:
    if tag.name != "details" or tag.has_attr("open"):
        return tag.contents
    return [child for child in tag.contents if isinstance(child, Tag) and child.name == "summary"]


def _is_closed(tag: Tag) -> bool:
    return tag.has_attr("hidden") or (tag.name == "dialog" and not tag.has_attr("open"))


def _props(tag: Tag, styles: dict[int, Props]) -> Props:
    """An element's declarations: presentational attributes, then the page's sheets, then its own style."""
    if not tag.attrs and id(tag) not in styles:
        return {"white-space": "pre"} if tag.name == "pre" else {}
    props: Props = {}
    if tag.name == "pre":
        props["white-space"] = "pre"
    if tag.name == "font" and tag.get("color"):
        props["color"] = str(tag["color"])
    if tag.get("bgcolor"):
        props["background-color"] = str(tag["bgcolor"])
    props |= styles.get(id(tag), {})
    inline = declarations(str(tag.get("style") or ""))
    kept = {name: value for name, value in props.items() if "!important" in value}
    return props | inline | {name: value for name, value in kept.items() if "!important" not in inline.get(name, "")}
