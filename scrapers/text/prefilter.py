"""Many words looked for at once, whatever their case, so that slow patterns run only where they could match."""

from __future__ import annotations

from ahocorasick_rs import BytesAhoCorasick, Implementation

_BLANK = ord(" ")
# Letters that `re.IGNORECASE` takes for one of ASCII: dotted and dotless i, long s, the sign for kelvin.
_ALIKE = (("\u0130", "i"), ("\u0131", "i"), ("\u017f", "s"), ("\u212a", "k"))
_LETTERS = bytes(ord(chr(code).lower()) if chr(code).isalnum() or code == ord("_") else _BLANK for code in range(256))


class Prefilter:
    """Places of many words in a text at once (Aho and Corasick, CACM 1975).

    A word stands within other words too, unless marked: `^union$` stands alone, `^recruit` begins a word.
    """

    def __init__(self, words: str) -> None:
        self._words = words.split()
        bare = [word.removeprefix("^").removesuffix("$") for word in self._words]
        sought = [folded(word) if self._words[at].endswith("$") else folded(word)[:-1] for at, word in enumerate(bare)]
        self._begins = [word.startswith("^") for word in self._words]
        self._automaton = BytesAhoCorasick(sought, implementation=Implementation.DFA)

    def finds(self, text: bytes) -> list[tuple[str, int]]:
        """Return each word that stands in a folded text, as given, and where it begins; words within words too."""
        return [
            (self._words[which], start)
            for which, start, _ in self._automaton.find_matches_as_indexes(text, overlapping=True)
            if not self._begins[which] or text[start - 1] == _BLANK
        ]

    def places(self, text: bytes) -> list[int]:
        """Return where each find begins in a folded text."""
        return [place for _, place in self.finds(text)]


def folded(text: str) -> bytes:
    """The text as Latin-1 in small letters, a byte for each character, with a blank for what is no letter or digit.

    A letter beyond Latin-1 is a blank too, but for those that a pattern without case takes for one of ASCII. One more
    blank ends the text, so that a word has one on either side (that before the first is the last).
    """
    if not text.isascii():
        for letter, plain in _ALIKE:
            text = text.replace(letter, plain)
    return f"{text} ".encode("latin-1", "replace").translate(_LETTERS)
