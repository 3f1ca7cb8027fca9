"""Character encoding of a page (guardrail G17): one order of evidence for all readers of markup.

Byte order mark, header, the page's own declaration, else UTF-8 with replacement: as in the Encoding and HTML standards
of the WHATWG, whose labels alone are known, so that UTF-7 never turns into tags.
"""

from __future__ import annotations

import re

import webencodings  # type: ignore[import-untyped]

from scrapers.records import Page

_EARLY = 4096  # bytes in which a page must declare its charset; browsers look at 1,024
_IN_HEADER = re.compile(r"charset\s*+=\s*+[\"']?+\s*+([^\s\"';]+)", re.IGNORECASE)
_COMMENT = re.compile(rb"<!--.*?(?:-->|\Z)", re.DOTALL)
_DECLARED = re.compile(
    rb"<\?xml\b[^<>]*?\bencoding\s*=\s*[\"']([^\"'>]+)"
    rb"|<meta\b[^<>]*?\bcharset\s*=\s*[\"']?\s*([^\s\"'/>;]+)",
    re.IGNORECASE,
)
_SURROGATE = re.compile(rb"\xed[\xa0-\xbf][\x80-\xbf]")  # half a character, which UTF-8 may not hold
_MARKS = {b"\xef\xbb\xbf": "utf-8", b"\xff\xfe": "utf-16le", b"\xfe\xff": "utf-16be"}
_WIDE = {re.compile(rb"<\0[\w!?]\0"): "utf-16le", re.compile(rb"\0<\0[\w!?]"): "utf-16be"}
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def decoded(page: Page) -> str:
    """The page as text, without NUL, control characters or lone surrogates; never an error.

    Not normalised: composing characters may swallow the end of a tag, so that is done on the text (`parsing.clean`).
    """
    name = _stated(page)
    if name == "utf-8":
        text = _SURROGATE.sub(b"", page.body).decode("utf-8", "replace").removeprefix("\ufeff")
        text = page.body.decode("cp1252", "replace") if _is_western(text) else text
    else:
        text = str(webencodings.decode(page.body, name, errors="replace")[0])
    return _CONTROL.sub("", text)


def _stated(page: Page) -> str:
    """The name of the encoding for which the best evidence speaks; UTF-8 where nothing names one that is known."""
    body = page.body
    for mark, name in _MARKS.items():
        if body.startswith(mark):
            return name
    header = _IN_HEADER.search(page.headers.get("content-type", ""))
    if header and (named := _known(header[1])):
        return named
    for tag, name in _WIDE.items():
        if tag.match(body):
            return name
    for found in _DECLARED.finditer(_COMMENT.sub(b"", body[:_EARLY])):
        if named := _known((found[1] or found[2]).decode("latin-1")):
            return "utf-8" if named.startswith("utf-16") else named  # words of 8 bits cannot say that they have 16
    return "utf-8"


def _known(label: str) -> str | None:
    encoding = webencodings.lookup(label)
    return str(encoding.name) if encoding else None


def _is_western(text: str) -> bool:
    """True if text read as UTF-8 is Windows-1252 under a wrong label: its accents all failed, one or two at a time."""
    wrong = text.count("\ufffd")
    return bool(wrong) and wrong >= sum(c > "\x7f" for c in text) / 2 and "\ufffd\ufffd\ufffd" not in text
