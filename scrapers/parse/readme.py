"""Description of a project: the first paragraph of its README."""

from __future__ import annotations

import re

from scrapers.text import redact, squeeze, without

LONGEST = 500

_FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
_FENCE = re.compile(r"^(```|~~~).*?^\1", re.DOTALL | re.MULTILINE)
_IMAGE = re.compile(r"!\[[^\[\]]*\](?:\([^)\[]*\)|\[[^\[\]]*\])")
_LINK = re.compile(r"\[([^\[\]]*)\](?:\([^)\[]*\)|\[[^\[\]]*\])")
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_RST = re.compile(r"`([^`<]*[^`<\s]|\s)\s*+(?:<[^<>]*>)?`_{0,2}")
_NO_PROSE = re.compile(r"\s*+(?:#|=+\s*$|-{3,}|\*{3,}|\.\. |\||>?\s*\[!|\[[^\]]+\]:|:\w+:)")


def first_paragraph(text: str) -> str | None:
    """The first paragraph of prose (Markdown, reStructuredText or plain) on one line: no headings, badges or code."""
    text = _FRONT_MATTER.sub("\n\n", text.replace("\r\n", "\n"))
    text = _FENCE.sub("\n\n", without(text, "<!--", "-->", "\n\n"))
    text = _TAG.sub(" ", _LINK.sub(r"\1", _LINK.sub(r"\1", _IMAGE.sub(" ", text))))
    for block in re.split(r"\n\s*\n", text):
        lines = block.split("\n")
        underlined = len(lines) > 1 and bool(re.fullmatch(r"\s*([=~^\"'-])\1{2,}\s*", lines[-1]))
        kept = [line for line in lines if not _NO_PROSE.match(line)]
        prose = squeeze(_RST.sub(r"\1", " ".join(kept))).strip("*_> ")
        if not underlined and len(prose) >= 20 and len(prose.split()) >= 4:
            return redact(prose)[:LONGEST].rstrip()
    return None
