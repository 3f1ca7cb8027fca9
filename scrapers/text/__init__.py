"""Strings as a reader sees them: cleaned, on one line, without addresses; the days and links that they spell."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from itertools import pairwise
from urllib.parse import urljoin, urlsplit


def squeeze(text: str) -> str:
    """NFC, white space folded, control and invisible format characters removed."""
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()
    return " ".join(clean(text).split())


def without(text: str, opening: str, closing: str, instead: str = "") -> str:
    """The text with each part from `opening` to the next `closing` replaced; one that is never closed stays."""
    kept, at = [], 0
    while (start := text.find(opening, at)) >= 0 and (end := text.find(closing, start + len(opening))) >= 0:
        kept += [text[at:start], instead]
        at = end + len(closing)
    return "".join([*kept, text[at:]])


def split_outside(text: str, separator: re.Pattern[str]) -> list[str]:
    """The text split where a separator stands outside of round brackets.

    >>> split_outside("a, b(c, d), e", re.compile(", "))
    ['a', 'b(c, d)', 'e']
    """
    *closed, rest = text.split(")")
    parts = (piece.rpartition("(") for piece in closed)
    masked = ")".join([*(f"{before}{bracket}{'-' * len(within)}" for before, bracket, within in parts), rest])
    spans = [(0, 0), *(match.span() for match in separator.finditer(masked)), (len(text), len(text))]
    return [text[end:start] for (_, end), (start, _) in pairwise(spans)]


_ONE = {"people": "person", "aliases": "alias"}


def counted(number: int, what: str) -> str:
    """The number and what is counted, given in the plural with its noun first: "2 pages left", "1 page left"."""
    noun, space, rest = what.partition(" ")
    if number == 1:
        noun = _ONE.get(noun) or re.sub("ies$", "y", noun).removesuffix("s")
    return f"{number} {noun}{space}{rest}"


# Zero-width, bidi, filler and tag characters, controls, private use: nothing of these is seen by a reader.
_INVISIBLE = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e"
    r"\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\ue000-\uf8ff\U000e0000-\U000e01ef\U000f0000-\U0010ffff]"
)


_PRINTABLE = "\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0"  # of these, what Python and Unicode call printable


def clean(text: str) -> str:
    """NFC without control, lone surrogate, zero-width, bidi and tag characters; line breaks and tabs stay."""
    if _is_all_seen(text):
        return text if text.isascii() else unicodedata.normalize("NFC", text)
    seen = _INVISIBLE.sub("", text.encode("utf-8", "ignore").decode("utf-8"))
    return unicodedata.normalize("NFC", seen)


def _is_all_seen(text: str) -> bool:
    """True if a text surely holds nothing to remove: all of it is printable, and none of it rare."""
    if not text.replace("\n", "").replace("\t", "").isprintable():
        return False
    if text.isascii():
        return True
    is_basic = len(text.encode("utf-16-le")) == 2 * len(text)  # else it may hold variation selectors of plane 14
    return is_basic and not any(letter in text for letter in _PRINTABLE)


_PLAIN_LINK = re.compile(r"https?://[A-Za-z\d.-]+(?:/[\w/.~%@+-]*)?", re.ASCII)  # nothing to resolve, or to unfold


def absolute(base: str, href: object) -> str | None:
    """An http(s) URL for a link found on a page, or None for any other kind of link."""
    if not isinstance(href, str) or not href.strip():
        return None
    if _PLAIN_LINK.fullmatch(href):
        return href
    try:
        url = urljoin(base, href.strip())
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in {"http", "https"} and parts.netloc else None


_DAY = re.compile(r"\s*(\d{4})-(\d{2})-(\d{2})")


def day(text: object) -> date | None:
    """The calendar day of an ISO timestamp or date as the page wrote it, or None."""
    match = _DAY.match(str(text or ""))
    try:
        return date(*map(int, match.groups())) if match else None
    except ValueError:
        return None


# Each starts where a word starts, and there alone: else a long word is gone through once for each of its letters.
_ADDRESS = re.compile(r"(?<![\w.+%-])[\w.+%-]++@[\w-]+(?:\.[\w-]++)+")
_SPELLED = re.compile(
    r"(?<![\w.+-])[\w.+-]++\s*+(?:\[\s*(?:at|@)\s*\]|\(\s*(?:at|@)\s*\)|\{\s*(?:at|@)\s*\}|<\s*at\s*>)\s*[\w-]+"
    r"(?:(?:\.|\s*+[\[({<]\s*+(?:dot|\.)\s*+[\])}>]\s*+|\s++dot\s++)[\w-]++)+",
    re.IGNORECASE,
)
_PHONE = re.compile(r"(?<![\w/.-])\+?\(?\d[\d ().\u2011-]{7,}\d(?![\w/-])")
_MAYBE_PHONE = re.compile(r"\d[\d ().\u2011-]{7}")
_LEAST_DIGITS = 9
# For quick looks at Latin-1, where a question mark stands for any character beyond it: brackets as one, and no blanks;
# what may be a digit as "0", all else as "x".
_NO_SIGNS = bytes(code for code in range(256) if chr(code) not in "0123456789?@([{<")
_BRACKETS = bytes(ord("(" if chr(code) in "([{<" else chr(code).lower()) for code in range(128)) + bytes(128)
_BRACKET_AT = re.compile(rb"\((?:at|@)")
_BLANKS = bytes(code for code in range(256) if chr(code).isspace() or chr(code) == "?")
_DIGITS = bytes(ord("0" if chr(code) in "0123456789?" else "x") for code in range(256))


def redact(text: str) -> str:
    """The text with addresses, spelled out ones too, and phone numbers replaced: we neither keep nor quote them.

    An address or a number stands on one line, so that only lines which may hold one are gone through.
    """
    quick = text.encode("latin-1", "replace")
    signs = quick.translate(_BRACKETS, _NO_SIGNS)
    if not signs:
        return text
    if "@" in text:
        text = "\n".join(_ADDRESS.sub("[address]", line) if "@" in line else line for line in text.split("\n"))
    if b"(" in signs and _may_be_spelled(quick):
        text = _SPELLED.sub("[address]", text)
    if len(signs) >= _LEAST_DIGITS and _has_many_digits(quick):
        text = "\n".join(_PHONE.sub(_phone, line) if _MAYBE_PHONE.search(line) else line for line in text.split("\n"))
    return text


def _may_be_spelled(quick: bytes) -> bool:
    """True if "at" stands behind an opening bracket."""
    return _BRACKET_AT.search(quick.translate(_BRACKETS, _BLANKS)) is not None


def _has_many_digits(quick: bytes) -> bool:
    """True if there are as many digits as a phone number has, with nothing else between than it has."""
    return b"0" * _LEAST_DIGITS in quick.translate(_DIGITS, b" ().-")


def _phone(match: re.Match[str]) -> str:
    digits = re.sub(r"\D", "", match.group())
    dated = re.fullmatch(r"(19|20)\d\d[-. ]\d\d?[-. ]\d\d?.*", match.group())
    return match.group() if dated or not _LEAST_DIGITS <= len(digits) <= 15 else "[phone]"


def slug_of(name: str) -> str:
    """A name as lower-case letters, digits and dashes: fit for a file and for an artifact's key."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.casefold()).strip("-")[:60] or "role"
