"""A quick look at whether a page's own style sheets may hide words, so that the exact look is taken only then."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml.html import HtmlElement

from scrapers.painting import CANVAS, painted
from scrapers.parsing import squeeze
from scrapers.sources._prose import drop
from scrapers.stylesheet import declarations

Names = frozenset[str]

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
    selectors = list(dict.fromkeys(_hiding_selectors(tree)))
    if not selectors:
        return []
    drop(tree, tree.iter("script"))
    named = {element: _names(element) for element in tree.iter() if isinstance(element.tag, str)}
    present = frozenset[str]().union(*named.values())
    selectors = [selector for selector in selectors if all(compound <= present for compound in selector)]
    found, whole = [], WHOLE_PAGE * len(_words(tree)) if selectors else 0.0
    by_name: dict[str, list[tuple[Names, ...]]] = {}
    for selector in selectors:
        by_name.setdefault(next(iter(selector[-1]), "*"), []).append(selector)
    for element, names in named.items():
        near = [selector for name in names & by_name.keys() for selector in by_name[name] if selector[-1] <= names]
        reached = [selector[-1] for selector in near if _is_within(element, selector, named)]
        if not reached:
            continue
        text = _words(element)
        if len(text) > whole and squeeze(title) in text:
            _release(element, frozenset().union(*reached))
        elif len(text.split()) >= LEAST_WORDS:
            found.append(text)
    return found


def _hiding_selectors(tree: HtmlElement) -> Iterator[tuple[Names, ...]]:
    """The selectors of rules that hide: for each compound from the outside in, the names that it asks for."""
    sheets = "\n".join(style.text or "" for style in tree.iter("style"))
    for selectors, block in _RULE.findall(re.sub(r"/\*.*?\*/", "", sheets, flags=re.DOTALL)):
        if _hides(block):
            for selector in selectors.split(","):
                if "::" not in selector and not selector.strip().startswith("@"):
                    yield _compounds(selector)


def _hides(block: str) -> bool:
    if not _HIDES.search(block):
        return False
    paint = painted(declarations(block), CANVAS)
    return paint is None or not paint.shows


def _compounds(selector: str) -> tuple[Names, ...]:
    """Pseudo-classes and attribute values are left out, and so are siblings: what is left reaches no less."""
    bare = re.sub(r":[\w-]+(?:\([^()]*\))?", "", selector)
    bare = re.sub(r"\[\s*([\w-]+)[^\]]*\]", r"[\1", bare)
    ladder = re.sub(r"\S+\s*[+~]\s*", "", bare).replace(">", " ").split()
    return tuple(frozenset(re.findall(r"[#.\[]?[\w-]+", compound.lstrip("*"))) for compound in ladder) or (frozenset(),)


def _is_within(element: HtmlElement, selector: tuple[Names, ...], named: dict[HtmlElement, Names]) -> bool:
    """Whether ancestors of the element match the selector's other compounds, in their order."""
    wanted = list(selector[:-1])
    for ancestor in element.iterancestors() if wanted else ():
        if wanted and wanted[-1] <= named.get(ancestor, frozenset()):
            wanted.pop()
    return not wanted


def _names(element: HtmlElement) -> Names:
    classes = (element.get("class") or "").split()
    return frozenset(
        {"*", element.tag, f"#{element.get('id')}", *(f".{c}" for c in classes), *(f"[{a}" for a in element.attrib)}
    )


def _words(element: HtmlElement) -> str:
    styles = {style.text for style in element.iter("style")}
    return " ".join(" ".join(text for text in element.itertext() if text not in styles).split())


def _release(element: HtmlElement, names: Names) -> None:
    element.set("class", " ".join(c for c in (element.get("class") or "").split() if f".{c}" not in names))
