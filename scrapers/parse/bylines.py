"""Bylines: whether one names a person, several, or nobody in particular."""

from __future__ import annotations

import re
import unicodedata

_PLAIN = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ß": "ss"})
_MAIL = re.compile(r"<?\(?(?<![\w.+%-])[\w.+%-]++@[\w.-]++\)?>?")
_LEAD_IN = re.compile(
    r"^(?:view|see|read|browse|show)?\s*+(?:(?:all|more)\s*+)?(?:(?:posts|articles|entries|stories)\s*+)?"
    r"(?:(?:written|posted|published|authored|created|submitted)\s+)?"
    r"(?:by|von|par|por|di|author|autor|auteur)(?:\s*+:)?\s+",
    re.IGNORECASE,
)
_REMARK = re.compile(
    r"\((?:\s*+\w{2,5}\s*+/)+\s*\w{2,7}\s*\)|(?<!\s)\s++(?:in|on|at)\s.{0,300}\d{4}.{0,300}$"
    r"|(?:(?<!\s)\s++)?[|·•–—].{0,300}$",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"(?:(?<!\s)\s++)?(?:[,;&/]|\band\b|\bund\b|\bet\b|\bwith\b)\s*", re.IGNORECASE)
_DEGREE = re.compile(r",\s*(?:ph\.?d|m\.?sc|b\.?sc|jr|sr|ii|iii|iv|md|dr|esq)\b\.?", re.IGNORECASE)
# Words of houses, roles and stand-ins: a byline that has one names no person.
_COLLECTIVE_NAMES = (
    "academy admin administrator agency anonymous association author authors bot blog blogger blogs board bureau "
    "center centre club co collective com committee community company conference consulting consortium contributor "
    "contributors corp corporation council crew department desk dev developer developers digital editor editorial "
    "editors engineering enterprise enterprises foundation gmbh group guest hackathon inc industries initiative "
    "institute journal lab labs library limited llc ltd magazine marketing media moderator museum network newsletter "
    "newsroom news official organisation organization org partners podcast press project publishing redaktion "
    "research root school security services society software solutions staff studio studios support system systems "
    "team tech technologies technology the times unknown university user users web webmaster website weekly wordpress "
    "your"
)
_COLLECTIVE = frozenset(_COLLECTIVE_NAMES.split())
_PARTICLE_NAMES = "al ap bin da das de del della den der di do dos du el ibn la le los ten ter van von zu"
_PARTICLE = frozenset(_PARTICLE_NAMES.split())


def fold(text: str) -> str:
    """Casefolded without accents; other scripts stay."""
    if text.isascii():
        return text.lower()
    bare = unicodedata.normalize("NFKD", text.casefold().translate(_PLAIN))
    return unicodedata.normalize("NFC", "".join(c for c in bare if not unicodedata.combining(c)))


def squash(text: str) -> str:
    """Only the letters and digits of the folded text."""
    return re.sub(r"[\W_]+", "", fold(text))


def slug(name: str) -> str:
    """The folded name as one word with hyphens: "Zoë de Vries" gives "zoe-de-vries"."""
    return "-".join(re.findall(r"[^\W_]+", fold(name)))


def names_in(byline: object) -> tuple[str, ...]:
    """The names a byline states, without addresses, lead-ins ("Posted by ...") and pronouns; often one, maybe none.

    "jane@example.com (Jane Doe)" names Jane Doe; an address alone, "Unknown" or a link names nobody.
    """
    if not isinstance(byline, str):
        return ()
    text = _MAIL.sub(" ", re.sub(r"\bhttps?://\S+", " ", byline[:300]))
    inside = re.fullmatch(r"\s*\((.+)\)\s*", text)
    text = _LEAD_IN.sub("", re.sub(r"\s+", " ", inside[1] if inside else text).strip())
    text = _DEGREE.sub("", _REMARK.sub("", text))
    parts = (part.strip(" .,;:\"'()") for part in _BETWEEN.split(text))
    return tuple(dict.fromkeys(part for part in parts if part and fold(part) not in _COLLECTIVE))


def is_collective(name: str) -> bool:
    """True if the name is that of a team, a company, a role or a site rather than of a person."""
    words = re.findall(r"[^\W_]+", fold(name))
    return (
        not words or any(word in _COLLECTIVE for word in words) or bool(re.search(r"\w\.\w{2,}$|[!?@#]", name.strip()))
    )


def is_full_name(name: str) -> bool:
    """True if the name reads like a person's: two to five capitalised words, no digits, no word of an organization."""
    words = name.split()
    if not 2 <= len(words) <= 5 or is_collective(name) or any(c.isdigit() for c in name):
        return False
    proper = [word for word in words if fold(word) not in _PARTICLE]
    return len(proper) >= 2 and all(not word[0].islower() for word in proper)


def same_person(left: str, right: str) -> bool:
    """True if two stated names are one: the same words in any order."""
    return set(slug(left).split("-")) == set(slug(right).split("-"))


def mentions(text: str, name: str) -> bool:
    """True if the text holds the whole name as words."""
    return f" {slug(name).replace('-', ' ')} " in f" {slug(text).replace('-', ' ')} "


def host_is_named_after(host: str, name: str) -> bool:
    """True if the host's own label is made of the name: janedoe.example, jane-doe.example, doe.example."""
    labels = host.removeprefix("www.").split(".")[:-1] or [host]
    words = slug(name).split("-")
    family = words[-1] if len(words[-1]) >= 5 else ""
    forms = {"".join(words), words[0] + words[-1], words[0][0] + words[-1], words[-1] + words[0], family} - {""}
    return any(squash(label) in forms for label in labels)
