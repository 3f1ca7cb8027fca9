"""Minimisation of recorded pages: parts are removed one by one, and stay removed if the parser reads the same."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, TypeVar

from bs4 import BeautifulSoup, Comment, Tag

from scrapers.records import Page, Record, Refused

AIM = 30 * 1024  # bytes
PATIENCE = 60.0  # seconds spent on trimming
MOST_LANDMARKS = 6

Part = TypeVar("Part")
Read = Callable[[Page], list[Record]]


@dataclass(slots=True)
class _Trial:
    """Parser runs over variants of one page until PATIENCE seconds have passed.

    `wanted` are the records of the whole page.
    """

    page: Page
    wanted: list[Record]
    reader: Read
    until: float = field(default_factory=lambda: time.monotonic() + PATIENCE)

    def reads_the_same(self, body: bytes) -> bool:
        return time.monotonic() < self.until and self.read(body) == self.wanted

    def still_reads(self, body: bytes) -> bool:
        records = self.read(body)
        return time.monotonic() < self.until and bool(records) and not any(isinstance(r, Refused) for r in records)

    def read(self, body: bytes) -> list[Record]:
        return self.reader(replace(self.page, body=body))


class _Tree(Protocol[Part]):
    """Protocol for a page whose parts can be removed and restored; removing returns the function that restores."""

    def body(self) -> bytes: ...

    def parts(self) -> Iterator[Part]: ...

    def below(self, part: Part) -> list[Part]: ...

    def without(self, part: Part) -> Callable[[], None]: ...

    def shorter(self) -> Callable[[], None] | None: ...


def trimmed(page: Page, records: list[Record], read: Read) -> tuple[list[Record], bytes, str]:
    """Return the records of the trimmed page, its bytes, and their file suffix. A refused page is not trimmed."""
    trial, prefix = _Trial(page, records, read), page.body.lstrip(b"\xef\xbb\xbf \r\n\t")[:100].lower()
    refused = any(isinstance(record, Refused) for record in records)
    if prefix[:1] in {b"{", b"["}:
        body = page.body if refused else _trim(trial, _JsonTree(json.loads(page.body)))
        return trial.read(body), body, "json"
    if prefix.startswith(b"<?xml") or prefix.startswith((b"<rss", b"<feed")):
        return records, page.body, "xml"
    if not prefix.startswith(b"<"):
        return records, page.body, "txt"
    body = page.body if refused else _trim(trial, _HtmlTree(BeautifulSoup(page.body, "lxml")))
    return trial.read(body), body, "html"


def _trim(trial: _Trial, tree: _Tree[Part]) -> bytes:
    """Remove all parts that the parser does not need; then, above AIM, rows from the end of lists."""
    if not trial.reads_the_same(tree.body()):
        return trial.page.body
    waiting = list(tree.parts())
    while waiting:
        part = waiting.pop(0)
        restore = tree.without(part)
        if not trial.reads_the_same(tree.body()):
            restore()
            waiting += tree.below(part)
    while len(tree.body()) > AIM:
        restores = tree.shorter()
        if restores is None:
            break
        if not trial.still_reads(tree.body()):
            restores()
            break
    return tree.body()


class _JsonTree:
    """A JSON page whose keys can be removed, in all items of a list at once."""

    def __init__(self, tree: Any) -> None:
        self._tree = tree

    def body(self) -> bytes:
        return json.dumps(self._tree, ensure_ascii=False, indent=1).encode()

    def parts(self) -> Iterator[tuple[str, ...]]:
        yield from self.below(())

    def below(self, part: tuple[str, ...]) -> list[tuple[str, ...]]:
        paths: dict[tuple[str, ...], None] = {}
        for value in _at(self._tree, part):
            if isinstance(value, dict):
                paths |= {(*part, key): None for key in value}
            elif isinstance(value, list) and value:
                paths[(*part, "*")] = None
        return [deeper for path in paths for deeper in (self.below(path) if path[-1] == "*" else [path])]

    def without(self, part: tuple[str, ...]) -> Callable[[], None]:
        taken = [(holder, dict(holder)) for holder in _at(self._tree, part[:-1]) if isinstance(holder, dict)]
        for holder, _ in taken:
            holder.pop(part[-1], None)

        def restore() -> None:
            for holder, whole in taken:
                holder.clear()
                holder.update(whole)

        return restore

    def shorter(self) -> Callable[[], None] | None:
        """Halve the longest list, in characters of JSON; None where no list has two items."""
        lists = [value for value in _everything(self._tree) if isinstance(value, list) and len(value) > 1]
        if not lists:
            return None
        longest = max(lists, key=lambda items: len(json.dumps(items)))
        whole = list(longest)
        del longest[(len(longest) + 1) // 2 :]
        return lambda: longest.__setitem__(slice(None), whole)


class _HtmlTree:
    """An HTML page whose elements can be removed."""

    def __init__(self, tree: BeautifulSoup) -> None:
        for comment in tree.find_all(string=lambda text: isinstance(text, Comment)):
            comment.extract()
        self._tree = tree

    def body(self) -> bytes:
        return str(self._tree).encode()

    def parts(self) -> Iterator[Tag]:
        yield from self.below(self._tree)

    def below(self, part: Tag) -> list[Tag]:
        return sorted(part.find_all(recursive=False), key=lambda tag: -len(str(tag)))

    def without(self, part: Tag) -> Callable[[], None]:
        mark = self._tree.new_string("")
        part.replace_with(mark)

        def restore() -> None:
            mark.replace_with(part)

        return restore

    def shorter(self) -> Callable[[], None] | None:
        """Halve the rows of the element with most children that have a class; None where none has two."""
        children = (tag.find_all(recursive=False) for tag in self._tree.find_all())
        rows = max(([tag for tag in tags if tag.attrs.get("class")] for tags in children), key=len, default=[])
        if len(rows) < 2:
            return None
        restores = [self.without(row) for row in rows[(len(rows) + 1) // 2 :]]

        def restore_all() -> None:
            for restore in restores:
                restore()

        return restore_all


def _at(tree: Any, path: tuple[str, ...]) -> list[Any]:
    """Return all values at a path of keys, with `*` for every item of a list."""
    values = [tree]
    for key in path:
        if key == "*":
            values = [item for value in values if isinstance(value, list) for item in value]
        else:
            values = [value[key] for value in values if isinstance(value, dict) and key in value]
    return values


def _everything(tree: Any) -> Iterator[Any]:
    yield tree
    for value in tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ():
        yield from _everything(value)


def landmarks(page: Page, suffix: str, read: Read) -> list[str]:
    """Return up to MOST_LANDMARKS parts without which the page is refused, named as in case.json."""
    if suffix not in {"json", "html"} or any(isinstance(record, Refused) for record in read(page)):
        return []
    trial = _Trial(page, [], read)
    needed: list[str] = []
    for name, body in _without_each(page.body, suffix):
        if len(needed) == MOST_LANDMARKS or time.monotonic() > trial.until:
            break
        records = trial.read(body)
        if records and all(isinstance(record, Refused) for record in records):
            needed.append(name)
    return needed


def _without_each(body: bytes, suffix: str) -> Iterator[tuple[str, bytes]]:
    """Yield the name of each part with the page without it."""
    if suffix == "json":
        paths = _JsonTree(json.loads(body)).below(())
        for path in paths:
            cut = _JsonTree(json.loads(body))
            cut.without(path)
            yield ".".join(path), cut.body()
        return
    tree = BeautifulSoup(body, "lxml")
    names = dict.fromkeys(
        name
        for tag in tree.find_all()
        for name in (*([f"#{tag['id']}"] if tag.get("id") else []), *(f".{c}" for c in tag.get("class") or ()))
        if re.fullmatch(r"[#.][A-Za-z][\w-]*", name)
    )
    # The smallest parts say most about what the parser needs.
    for name in sorted(names, key=lambda name: sum(len(str(tag)) for tag in tree.select(name))):
        markup = BeautifulSoup(body, "lxml")
        for tag in markup.select(name):
            tag.extract()
        yield name, str(markup).encode()
