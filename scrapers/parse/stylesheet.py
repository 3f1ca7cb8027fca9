"""A page's own style sheets, as far as they decide what a reader sees: which declarations reach which element."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from bs4 import BeautifulSoup, Tag
from soupsieve import SelectorSyntaxError
from soupsieve import compile as compile_selector

from scrapers.parse.pages import by_name, elements
from scrapers.text import split_outside, without

Props = dict[str, str]
_Said = tuple[bool, tuple[int, int, int], int, str, str]  # important, the rule's weight, its place, name, value

_MATTERS = (
    "display visibility opacity font-size font color background background-color position left right top bottom "
    "text-indent margin margin-left margin-top clip clip-path width height max-width max-height overflow overflow-x "
    "overflow-y transform filter content-visibility white-space -webkit-text-fill-color"
)
MATTERS = frozenset(_MATTERS.split())
_NAMES = re.compile(r"#[\w-]+"), re.compile(r"\.[\w-]+"), re.compile(r"^[a-zA-Z][\w-]*")
_COMMA, _BRACE = re.compile(","), re.compile("[{}]")
_WORK = 100_000  # matches tried on one page: a second or two
_SCREEN = 1280  # px: an ordinary reader's window


@dataclass(frozen=True, slots=True)
class StyleSheet:
    """Declarations of the page's style sheets by element (its `id()`); and whether there was too much to match."""

    props: dict[int, Props]
    too_large: bool


def declarations(style: str) -> Props:
    """The declarations of a style attribute or block that matter here, names and values in lower case."""
    props: Props = {}
    for item in without(style, "/*", "*/").split(";"):
        name, colon, value = item.partition(":")
        name = name.strip().lower()
        if colon and name in MATTERS:
            value = re.sub(r"\s+", " ", value).strip().lower()
            if "!important" not in props.get(name, "") or "!important" in value:
                props[name] = value
    return props


def matched(parts: Sequence[BeautifulSoup | Tag], styles: Sequence[Tag] | None = None) -> StyleSheet:
    """Match the page's `<style>` elements against these parts and what surrounds them."""
    if styles is None:
        root = [parts[0], *parts[0].parents][-1]
        styles = [tag for tag in elements(root) if tag.name == "style"]
    css = "\n".join(tag.get_text() for tag in styles)
    if "{" not in css:
        return StyleSheet({}, False)
    near = {id(tag): tag for part in parts for tag in (part, *part.parents, *elements(part))}
    named = by_name(near.values())
    named["*"] = list(near.values())
    found: dict[int, list[_Said]] = {}
    work = 0
    for selector, said in _said(css).items():
        candidates = named[_subject(selector)]
        work += len(candidates)
        if work > _WORK:
            break
        for tag in _matching(selector, candidates):
            found.setdefault(id(tag), []).extend(said.values())
    won = {key: {name: value for *_, name, value in sorted(rows)} for key, rows in found.items()}
    return StyleSheet(won, work > _WORK)


@lru_cache(maxsize=8)
def _said(css: str) -> dict[str, dict[str, _Said]]:
    """Return, by selector, the declaration of each property that wins among its rules."""
    said: dict[str, dict[str, _Said]] = {}
    for order, (selector, block) in enumerate(_rules(css)):
        for name, value in declarations(block).items():
            row = ("!important" in value, _weight(selector), order, name, value)
            rows = said.setdefault(selector, {})
            rows[name] = max(row, rows.get(name, row))
    return said


def _subject(selector: str) -> str:
    """The name by which the selector's subject is found with the least work: its id, else a class, else its element."""
    bare = re.sub(r":[\w-]+(?:\([^()]*\))?|\[[^\]]*+(?:\]|\Z)", "", selector).strip()
    subject = re.split(r"[\s>+~]+", bare)[-1]
    for pattern in _NAMES:
        if name := pattern.search(subject):
            return name.group() if name.group()[0] in "#." else name.group().lower()
    return "*"


def _matching(selector: str, tags: Iterable[Tag]) -> list[Tag]:
    try:
        pattern = compile_selector(selector)
        return [tag for tag in tags if pattern.match(tag)]
    except (SelectorSyntaxError, NotImplementedError, ValueError):
        return []


def _rules(css: str) -> Iterator[tuple[str, str]]:
    """Yield each selector with its block; media rules count where an ordinary screen meets them."""
    css = without(css, "/*", "*/").replace("<!--", "").replace("-->", "")
    at = 0
    while (start := css.find("{", at)) >= 0:
        prelude = re.split(r"[};]", css[at:start])[-1].strip()
        if prelude.startswith("@"):
            at = start + 1 if _applies(prelude) else _end(css, start)
            continue
        end = css.find("}", start)
        end = len(css) if end < 0 else end
        for selector in split_outside(prelude, _COMMA):
            if selector.strip() and "::" not in selector:
                yield selector.strip(), css[start + 1 : end]
        at = end + 1


def _applies(prelude: str) -> bool:
    name, _, query = prelude[1:].lower().partition(" ")
    if name in {"supports", "layer", "container", "scope"}:
        return True
    if name != "media" or "print" in query or "not " in query:
        return False
    least = [float(px) for px in re.findall(r"min-width\s*:\s*([\d.]+)px", query)]
    most = [float(px) for px in re.findall(r"max-width\s*:\s*([\d.]+)px", query)]
    return all(px <= _SCREEN for px in least) and all(px >= _SCREEN for px in most) and "prefers-" not in query


def _end(css: str, start: int) -> int:
    """Return the place where the block that opens at `start` is over."""
    depth = 0
    for brace in _BRACE.finditer(css, start):
        depth += 1 if brace.group() == "{" else -1
        if depth == 0:
            return brace.end()
    return len(css)


def _weight(selector: str) -> tuple[int, int, int]:
    """CSS specificity, near enough: ids, classes and attributes, elements."""
    return (
        selector.count("#"),
        len(re.findall(r"\.|\[|(?<!:):(?!:)", selector)),
        len(re.findall(r"(?:^|[\s>+~])[a-zA-Z]", selector)),
    )
