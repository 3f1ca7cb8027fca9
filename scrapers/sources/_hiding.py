"""A quick look at whether a page's own style sheets may hide words, so that the exact look is taken only then."""

from __future__ import annotations

import re

from lxml.html import HtmlElement

from scrapers.painting import CANVAS, painted
from scrapers.parsing import squeeze
from scrapers.sources._prose import drop
from scrapers.stylesheet import declarations

_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_HIDES = re.compile(
    r"display|visibility|opacity|font|color|position|indent|margin|clip|overflow|transform|filter", re.IGNORECASE
)
LEAST_WORDS = 4  # up to three hidden words are labels for screen readers
WHOLE_PAGE = 0.8  # share of a page's letters from which an element is the page itself


def maybe_hidden(tree: HtmlElement, title: str) -> list[str]:
    """The texts of elements that a hiding rule of a `<style>` element could reach. Errs towards too many.

    A rule that hides nearly the whole page with its title is lifted by the page's scripts, else nobody would see any
    of it: such an element is taken for shown, and loses the names by which the rule reaches it.
    """
    sheets = "\n".join(style.text or "" for style in tree.iter("style"))
    sheets = re.sub(r"/\*.*?\*/", "", sheets, flags=re.DOTALL)
    names = {name for selectors, block in _RULE.findall(sheets) if _hides(block) for name in _subjects(selectors)}
    if not names:
        return []
    drop(tree, tree.iter("script"))
    found, whole = [], WHOLE_PAGE * len(_words(tree))
    for element in tree.iter():
        if reached := names & _names_of(element):
            text = _words(element)
            if len(text) > whole and squeeze(title) in text:
                _release(element, reached)
            elif len(text.split()) >= LEAST_WORDS:
                found.append(text)
    return found


def _words(element: HtmlElement) -> str:
    styles = {style.text for style in element.iter("style")}
    return " ".join(" ".join(text for text in element.itertext() if text not in styles).split())


def _release(element: HtmlElement, names: set[str]) -> None:
    element.set("class", " ".join(c for c in (element.get("class") or "").split() if f".{c}" not in names))


def _hides(block: str) -> bool:
    if not _HIDES.search(block):
        return False
    paint = painted(declarations(block), CANVAS)
    return paint is None or not paint.shows


def _subjects(selectors: str) -> set[str]:
    """By which name each selector reaches its subject: an id, else a class, an attribute, an element, or everything."""
    found = set()
    for selector in selectors.split(","):
        if "::" in selector or selector.strip().startswith("@"):
            continue
        last = re.split(r"[\s>+~]+", re.sub(r":[\w-]+(?:\([^()]*\))?", "", selector).strip())[-1]
        forms = (r"#[\w-]+", r"\.[\w-]+", r"\[[\w-]+", r"^[a-zA-Z][\w-]*")
        found.add(next((name.group() for form in forms if (name := re.search(form, last))), "*"))
    return found


def _names_of(element: HtmlElement) -> set[str]:
    if not isinstance(element.tag, str):
        return set()
    classes = (element.get("class") or "").split()
    return {"*", element.tag, f"#{element.get('id')}", *(f".{c}" for c in classes), *(f"[{name}" for name in element.attrib)}
