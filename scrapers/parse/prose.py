"""Recorded markup as the lines that a reader sees."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from html import unescape
from typing import Any, cast

from lxml import html
from lxml.etree import ElementDefaultClassLookup, ParserError, XPath
from lxml.html import HtmlElement

from scrapers.parse.painting import CANVAS, Paint, painted
from scrapers.parse.stylesheet import declarations
from scrapers.parse.visible import FEW_WORDS
from scrapers.text import without

_BREAK, _SPACE = "\ue000", "\ue001"  # stand in for a line break and a space that must survive folding
_BLOCK_NAMES = (
    "address article aside blockquote br dd details div dl dt figcaption figure footer form h1 h2 h3 h4 h5 h6 header "
    "hr li main nav ol p pre section summary table tr ul"
)
_UNSEEN_NAMES = (
    "script style template noscript head iframe object embed svg math select textarea button audio video canvas"
)
_BLOCKS, _UNSEEN = _BLOCK_NAMES.split(), _UNSEEN_NAMES.split()
_PARSER = html.HTMLParser(remove_comments=True, remove_pis=True, encoding="utf-8")
# One class for all elements, forms' too, spares asking Python for the class of each.
_PARSER.set_element_class_lookup(ElementDefaultClassLookup(element=HtmlElement))
LONGEST_TAG = 20_000  # characters outside of quotes: libxml2 takes minutes over one tag with 100,000 attributes
_OPENING = re.compile(r"<[a-zA-Z]")
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ue000\ue001\ufffe\uffff]")


def xpath(path: str) -> Callable[[HtmlElement], list[Any]]:
    """An XPath expression, compiled once: what it finds on a page, in page order."""
    return cast("Callable[[HtmlElement], list[Any]]", XPath(path, smart_strings=False))


_CLOSED = xpath("//details[not(@open)]/*[not(self::summary)]")
_STYLED = xpath("//*[@hidden or @style]")


class Unreadable(ValueError):
    """Markup that no page would have, made to stop parsers."""


def tree_of(markup: str) -> HtmlElement | None:
    """The markup as a tree, or None where it holds nothing; raises Unreadable for a tag longer than any real one."""
    if any(map(_has_long_tag, markup.split(">"))):
        raise Unreadable(f"a tag of more than {LONGEST_TAG} characters")
    try:
        return html.document_fromstring(_CONTROL.sub("", markup).encode(), parser=_PARSER)
    except (ParserError, ValueError):
        return None


def _has_long_tag(piece: str) -> bool:
    """True if the last tag of a piece of markup that ends with it is longer than any real one."""
    if len(piece) <= LONGEST_TAG or not (tag := _OPENING.search(piece)):
        return False
    return len(_QUOTED.sub("", piece[tag.start() :])) > LONGEST_TAG


def markup_text(markup: str) -> str:
    """The visible text of a piece of HTML, a line for each block; `pre` keeps its own lines and indents."""
    if "<" not in markup:
        return _folded(unescape(markup))
    try:
        tree = tree_of(f"<body>{markup}</body>")
    except Unreadable:
        return ""
    return "" if tree is None else tree_text(tree)


def tree_text(tree: HtmlElement) -> str:
    """The visible text of a tree, which is used up by this."""
    prune(tree)
    for element in tree.iter("pre"):
        for part in element.iter():
            part.text = _kept(part.text)
            if part is not element:
                part.tail = _kept(part.tail)
    for element in tree.iter(*_BLOCKS):
        element.text = _BREAK + (element.text or "")
        element.tail = _BREAK + (element.tail or "")
    for element in tree.iter("td", "th"):
        element.tail = " " + (element.tail or "")
    return _folded(str(tree.text_content()))


def prune(tree: HtmlElement) -> None:
    """Remove from the tree what no reader sees: scripts, templates, whatever an attribute or its own style hides."""
    drop(tree, tree.iter(*_UNSEEN))
    prune_hidden(tree)


def prune_hidden(tree: HtmlElement) -> list[HtmlElement]:
    """Remove templates, closed details, and what `hidden` or a style attribute hides by `scrapers.parse.painting`.

    Returns where words were hidden so: the element around each. A closed detail opens, and does not count.
    """
    drop(tree, _CLOSED(tree))
    paints: dict[HtmlElement, Paint | None] = {}
    for element in _STYLED(tree):
        outer = next((paints[above] for above in element.iterancestors() if above in paints), CANVAS)
        closed = outer is None or element.get("hidden") is not None
        inner = painted(declarations(element.get("style", "")), outer) if outer and not closed else None
        paints[element] = inner if inner and inner.shows else None
    unseen = [*tree.iter("template"), *(element for element, paint in paints.items() if paint is None)]
    around = [element.getparent() for element in unseen if len(element.text_content().split()) > FEW_WORDS]
    drop(tree, unseen)
    return [element for element in around if element is not None]


def drop(tree: HtmlElement, elements: Iterable[HtmlElement]) -> None:
    """Remove elements from a tree; what follows them stays."""
    for element in list(elements):
        if element is not tree and element.getparent() is not None:
            element.drop_tree()


def _kept(text: str | None) -> str | None:
    return text and text.expandtabs(4).replace("\r", "").replace("\n", _BREAK).replace(" ", _SPACE)


def _folded(text: str) -> str:
    lines = (" ".join(line.split()).replace(_SPACE, " ").rstrip() for line in text.split(_BREAK))
    return "\n".join(line for line in lines if line)


_FRONT_MATTER = re.compile(r"\A---[^\S\n]*+\n.*?\n---\s*\n", re.DOTALL)
# What each mark holds in any case, so that few texts are gone through for it; its pattern; what stays of it.
_MARKDOWN = (
    (("![",), re.compile(r"!\[[^\[\]\n]*\]\([^)\n\[]*\)"), ""),  # pictures
    (("](",), re.compile(r"\[([^\[\]\n]+)\]\([^)\n\[]*\)"), r"\1"),  # links
    (("#", "```", "~~~"), re.compile(r"^\s{0,99}(?:#{1,6}\s+|```.*$|~~~.*$)", re.MULTILINE), ""),
    (("**", "__"), re.compile(r"(\*\*|__)(?=\S)((?:(?!\1).)+)(?<=\S)\1"), r"\2"),
)
_GAP = re.compile(r"\n{3,}")
_TAG = re.compile(r"<(?:/?[a-z][a-z0-9]*(?:\s[^<>]*)?/?)>", re.IGNORECASE)


def markdown_text(text: str) -> str:
    """Markdown without its marks: front matter, Liquid tags, pictures, link targets, headings, fences, HTML tags."""
    text = without(_FRONT_MATTER.sub("", text), "{%", "%}")
    for signs, pattern, plain in _MARKDOWN:
        for sign in signs:
            if sign[0] in text and sign in text:  # a single character is found many times as fast
                text = pattern.sub(plain, text)
                break
    untagged = _TAG.sub("", without(text, "<!--", "-->")) if "<" in text else text
    lines = unescape(untagged).replace("\r", "")
    if "\n" in lines:
        lines = "\n".join(map(str.rstrip, lines.split("\n")))
    return (_GAP.sub("\n\n", lines) if "\n\n\n" in lines else lines).strip()


_AT = r"(?:@|\[\s*+a?t?a?\s*+\]|\(\s*(?:at|@)\s*\)|\{\s*(?:at|@)\s*\}|<\s*at\s*>|\[\s*(?:at|@|ata)\s*\])"
_DOT = r"(?:\.|\s*+[\[({<]\s*+(?:dot|\.|punkt)\s*+[\])}>]\s*+|\s++dot\s++)"
_SPELLED = re.compile(
    rf"(?<![\w.+-])(?:[\w.+-]++\s*+{_AT}\s*[\w-]+(?:{_DOT}[\w-]++)*|"
    r"([.+-]*+)[\w.+-]++\s++at\s++[\w-]+(?:\s++dot\s++[\w-]++)+)",
    re.IGNORECASE,
)


_MAYBE_SPELLED = re.compile(rf"{_AT}|\sdot\s", re.IGNORECASE)


def unspelled(text: str) -> str:
    """The text with spelled-out addresses ("name [at] host dot com") replaced, which plain redaction does not see."""
    return _SPELLED.sub(r"\1[address]", text) if _MAYBE_SPELLED.search(text) else text
