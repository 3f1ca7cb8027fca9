"""A quick look at whether a page's own style sheets may hide words, so that the exact look is taken only then."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from lxml.html import HtmlElement

from scrapers.parse.painting import CANVAS, painted
from scrapers.parse.prose import drop, xpath
from scrapers.parse.stylesheet import declarations
from scrapers.text import squeeze, without

Names = frozenset[str]

_RULE = re.compile(r"(?<![^{}])([^{}]++)\{([^{}]*)\}")
_HIDES = re.compile(
    r"display|visibility|opacity|font|color|position|indent|margin|clip|overflow|transform|filter", re.IGNORECASE
)
_IDENTIFIED = xpath("descendant-or-self::*[@class or @id]")
_CLASSES, _IDS = xpath("//@class"), xpath("//@id")
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
    asked = frozenset[str]().union(*(compound for selector in selectors for compound in selector))
    absent = asked - _present(tree, asked)
    selectors = [selector for selector in selectors if not any(compound & absent for compound in selector)]
    if not selectors:
        return []
    named: dict[HtmlElement, Names] = {}
    by_name: dict[str, list[tuple[Names, ...]]] = {}
    for selector in selectors:
        by_name.setdefault(min(selector[-1], default="*"), []).append(selector)  # an id or a class, where it has one
    found, whole = [], None
    for element in _maybe_named(tree, by_name):
        names = _names(element, named)
        near = [selector for name in names & by_name.keys() for selector in by_name[name] if selector[-1] <= names]
        reached = [selector[-1] for selector in near if _is_within(element, selector, named)]
        if not reached:
            continue
        whole = WHOLE_PAGE * len(_words(tree)) if whole is None else whole
        text = _words(element)
        if len(text) > whole and squeeze(title) in text:
            _release(element, frozenset().union(*reached))
        elif len(text.split()) >= LEAST_WORDS:
            found.append(text)
    return found


def _maybe_named(tree: HtmlElement, names: Collection[str]) -> list[HtmlElement]:
    """The elements that may have one of these names."""
    if any(name[0] in "*[" for name in names):
        return list(tree.iter("*"))
    tags = [name for name in names if name[0] not in "#."]
    return list(dict.fromkeys([*_IDENTIFIED(tree), *(tree.iter(*tags) if tags else ())]))


def _present(tree: HtmlElement, asked: Names) -> Names:
    """Return those of the names that some element has; attributes are not looked for."""
    classes = {f".{name}" for names in set(_CLASSES(tree)) for name in names.split()}
    ids = {f"#{name}" for name in _IDS(tree)}
    tags = {name for name in asked if name[0] not in ".#[" and next(tree.iter(name), None) is not None}
    return frozenset({name for name in asked if name[0] == "["} | asked & (classes | ids | tags | {"*", "#None"}))


def _hiding_selectors(tree: HtmlElement) -> Iterator[tuple[Names, ...]]:
    """The selectors of rules that hide: for each compound from the outside in, the names that it asks for."""
    sheets = "\n".join(style.text or "" for style in tree.iter("style"))
    rules = _RULE.findall(without(sheets, "/*", "*/")) if "{" in sheets else []
    hiding = {block for block in {block for _, block in rules} if _hides(block)}
    for selectors, block in rules:
        if block in hiding:
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
    bare = re.sub(r"\[\s*+([\w-]++)[^\]]*+(?:\]|\Z)", r"[\1", bare)
    joined = "+".join(part.strip() for part in bare.replace("~", "+").split("+"))
    ladder = " ".join(word.rpartition("+")[2] for word in joined.split()).replace(">", " ").split()
    return tuple(frozenset(re.findall(r"[#.\[]?[\w-]+", compound.lstrip("*"))) for compound in ladder) or (frozenset(),)


def _is_within(element: HtmlElement, selector: tuple[Names, ...], named: dict[HtmlElement, Names]) -> bool:
    """True if ancestors of the element match the selector's other compounds, in their order."""
    wanted = list(selector[:-1])
    for ancestor in element.iterancestors() if wanted else ():
        if wanted and wanted[-1] <= _names(ancestor, named):
            wanted.pop()
    return not wanted


def _names(element: HtmlElement, named: dict[HtmlElement, Names]) -> Names:
    """The names by which a selector may reach an element, looked up once and kept before anything is released."""
    if element not in named:
        classes = [f".{name}" for name in (element.get("class") or "").split()]
        named[element] = frozenset(
            ("*", element.tag, f"#{element.get('id')}", *classes, *(f"[{name}" for name in element.attrib))
        )
    return named[element]


def _words(element: HtmlElement) -> str:
    styles = {style.text for style in element.iter("style")}
    return " ".join(" ".join(text for text in element.itertext() if text not in styles).split())


def _release(element: HtmlElement, names: Names) -> None:
    element.set("class", " ".join(c for c in (element.get("class") or "").split() if f".{c}" not in names))
