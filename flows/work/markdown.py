"""Tables for Prefect's artifacts, with everything a page might bring escaped (G24)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

# A backslash takes a sign's meaning away; an entity does where that would leave an address, a tag or code in one piece.
_MARKUP = re.compile(r"[\\*_\[\]()|~]")
_WHOLE = re.compile(r"[<>&`@]|:(?=//)|(?<=www)\.", re.IGNORECASE)


def plain(value: object) -> str:
    """The value as inert text on one line: no markup, no link, no HTML."""
    text = "".join(c if c.isprintable() else " " for c in str(value))
    return _MARKUP.sub(lambda c: "\\" + c.group(), _WHOLE.sub(lambda c: f"&#{ord(c.group())};", text))


def paragraphs(sentences: Iterable[str]) -> str:
    """Return each sentence as a paragraph of inert text."""
    return "".join(f"\n{plain(sentence)}\n" for sentence in sentences)


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table of inert cells."""
    lines = [header, ["---"] * len(header)]
    text = ["| " + " | ".join(cells) + " |" for cells in lines]
    return "\n".join([*text, *("| " + " | ".join(map(plain, row)) + " |" for row in rows)])
