"""Tables for Prefect's artifacts, with everything a page might bring escaped (G24)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$&:@/])")


def plain(value: object) -> str:
    """The value as inert text on one line: no markup, no link, no HTML."""
    text = "".join(c if c.isprintable() else " " for c in str(value))
    return _SPECIAL.sub(lambda c: f"&#{ord(c.group())};", text)


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table of inert cells."""
    lines = [header, ["---"] * len(header)]
    text = ["| " + " | ".join(cells) + " |" for cells in lines]
    return "\n".join([*text, *("| " + " | ".join(map(plain, row)) + " |" for row in rows)])
