"""The shape of a role text: headings, bullets and paragraphs with their lines, or the finding that it has no shape.

Ordinary prose may hold a list; it stays one text. A list counts as requirements only under a heading that says what it
is, after a Markdown title, or where the whole text is a list.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from ranking.role.headings import Kind, kind_of

_ATX = re.compile(r"\s{0,3}#{1,6}\s+(?P<text>\S.*)")
_BOLD = re.compile(r"\s*(?:\*\*|__)(?P<text>[^*_]{2,80})(?:\*\*|__)\s*+(?::\s*+)?")
_RULE = re.compile(r"\s{0,3}(?:={3,}|-{3,}|\*{3,}|_{3,})\s*")
_BULLET = re.compile(r"(?P<indent>\s*)(?:[-*+•‣◦–]|\(?\d{1,2}[.)])\s+(?P<text>\S.*)")
_LABELLED = re.compile(r"(?P<label>[^\W\d_](?:[^\W\d_]|[’' /-]){1,40}?)\s*[:：]\s+(?P<text>\S.*)")

_ASKING: frozenset[Kind] = frozenset({"must", "nice", "never", "one_of", "axes"})


@dataclass(slots=True)
class Item:
    """A bullet or paragraph: its text on one line, and the line where it starts."""

    text: str
    line: int
    bullet: bool = False
    inner: list[Item] = field(default_factory=list)


@dataclass(slots=True)
class Section:
    """A heading with the items below it."""

    heading: str
    kind: Kind
    line: int
    items: list[Item] = field(default_factory=list)


def outline(text: str, first_line: int = 1) -> list[Section] | None:
    """The sections of a structured role, the first one titled by its opening heading; None for a text without shape."""
    lines = text.splitlines()
    headings = dict(_headings(lines))
    if not _structured(lines, headings):
        return None
    sections = [Section("", "intro", first_line)]
    for index, line in enumerate(lines):
        number = first_line + index
        if heading := headings.get(index):
            sections.append(_section(heading, number, first=len(sections) == 1 and not sections[0].items))
        elif _RULE.fullmatch(line) or not line.strip():
            _end_item(sections[-1])
        else:
            _add_line(sections, line, number)
    for section in sections:
        section.items = [item for item in section.items if item.text]
    return sections


def label_of(line: str) -> tuple[Kind, str, str] | None:
    """Kind, label and rest of a line such as "Nice to have: Rust"."""
    match = _LABELLED.fullmatch(line.strip())
    if not match:
        return None
    kind = kind_of(match["label"])
    return (kind, match["label"], match["text"]) if kind in _ASKING - {"axes"} or kind == "slot" else None


def _section(heading: str, number: int, *, first: bool) -> Section:
    kind = kind_of(heading)
    return Section(heading, "intro" if first and kind not in _ASKING else kind, number)


def _headings(lines: list[str]) -> Iterator[tuple[int, str]]:
    """The headings by their line, last one first."""
    below = following = ""  # the next line, and the next one that is not blank
    for index in reversed(range(len(lines))):
        if heading := _heading(lines[index], below, following):
            yield index, heading
        below = lines[index]
        following = below if below.strip() else following


def _heading(line: str, below: str, following: str) -> str | None:
    if match := _ATX.fullmatch(line):
        first, rest = match["text"][0], match["text"][1:]
        return (first + rest.rstrip().rstrip("#").rstrip()).strip("*_ ")
    if match := _BOLD.fullmatch(line):
        return match["text"].strip("*_ ")
    if not line.strip() or _BULLET.fullmatch(line) or len(line) > 80:
        return None
    if re.fullmatch(r"={3,}|-{3,}", below.strip()):
        return line.strip()
    bare = line.strip()
    announces = bare.endswith(":") or _BULLET.fullmatch(following) is not None
    return bare.rstrip(":") if announces and kind_of(bare) in _ASKING else None


def _structured(lines: list[str], headings: dict[int, str]) -> bool:
    content = [index for index, line in enumerate(lines) if line.strip() and not _RULE.fullmatch(line)]
    if any(kind_of(heading) in _ASKING for heading in headings.values()):
        return True
    if content and _ATX.fullmatch(lines[content[0]]):
        return True
    labels = [label for index in content if (label := label_of(lines[index])) and label[0] in _ASKING]
    if labels and len(labels) >= 2:
        return True
    bullets = [index for index in content if _BULLET.fullmatch(lines[index])]
    prose = [
        index for index in content if not _BULLET.fullmatch(lines[index]) and not lines[index].startswith((" ", "\t"))
    ]
    titled = not prose or (prose == content[:1] and _is_title(lines[prose[0]]))
    return titled and len(bullets) >= (2 if prose else 1)


def _is_title(line: str) -> bool:
    return len(line.split()) <= 12 and not re.search(r"[.:;]\s+\S|[.:]$", line.strip())


def _add_line(sections: list[Section], line: str, number: int) -> None:
    section = sections[-1]
    if bullet := _BULLET.fullmatch(line):
        item = Item(bullet["text"].strip(), number, bullet=True)
        parent = section.items[-1] if section.items and section.items[-1].bullet else None
        deeper = len(bullet["indent"].expandtabs(4)) >= 2
        (parent.inner if parent and deeper else section.items).append(item)
        return
    if label := label_of(line):
        kind, heading, text = label
        sections.append(Section(heading, kind, number, [Item(text, number), Item("", number)]))
        if section.kind not in {"intro", "context", "slot"}:  # what follows belongs to the heading above again
            sections.append(Section(section.heading, section.kind, number))
        return
    last = _last(section)
    if last is not None and last.text:
        last.text = f"{last.text} {line.strip()}"
    else:
        section.items.append(Item(line.strip(), number))


def _last(section: Section) -> Item | None:
    if not section.items:
        return None
    item = section.items[-1]
    return item.inner[-1] if item.inner else item


def _end_item(section: Section) -> None:
    """A blank line ends a paragraph; an empty item marks the place and is dropped at the end."""
    if section.items and not section.items[-1].bullet and section.items[-1].text:
        section.items.append(Item("", section.items[-1].line))
