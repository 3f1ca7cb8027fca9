"""Many words looked for at once, whatever their case, so that slow patterns run only where they could match."""

from __future__ import annotations

from ahocorasick_rs import AhoCorasick


class Needles:
    """Where any of these words, given in lower case, stands in a text (Aho and Corasick, CACM 1975)."""

    def __init__(self, words: str) -> None:
        self._words = words.split()
        self._automaton = AhoCorasick(self._words)

    def places(self, text: str) -> list[int]:
        """Where each find begins in a folded text, words within words too."""
        return [start for _, start, _ in self._automaton.find_matches_as_indexes(text, overlapping=True)]

    def found(self, text: str) -> set[str]:
        """Which of the words stand in a folded text, within words too."""
        return {self._words[which] for which, _, _ in self._automaton.find_matches_as_indexes(text, overlapping=True)}


def folded(text: str) -> str:
    """The text in lower case, character for character, with the letters that a pattern without case sees in it.

    Dotless i, dotted I and long s count as i and s, as in `re.IGNORECASE`.
    """
    if text.isascii():
        return text.lower()
    return text.replace("\u0130", "i").lower().replace("\u0131", "i").replace("\u017f", "s")
