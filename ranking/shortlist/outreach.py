"""A first message to start from: short, about one piece of work, every fact cited. Nothing here sends anything.

A draft is written from a few forms of sentence and read back by the same forms: each fact in it is computed anew from
the evidence that its sentence cites, so that a draft, stored or edited, cannot say what the evidence does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from ranking.role import Role
from ranking.shortlist.shortlist import Match
from scrapers.faults import Fault
from scrapers.records import Evidence, EvidenceKind
from scrapers.rights.ledger import Clearance
from scrapers.text.hosts import host_of

LONGEST = 400
OPT_OUT = "If you would rather not hear from us, tell me and I will not write again."
FLATTERY = (
    "amazing", "awesome", "blown away", "brilliant", "dream job", "exceptional", "genius", "guru", "impressed",
    "impressive", "incredible", "love your", "ninja", "outstanding", "perfect fit", "rockstar", "superstar",
    "top talent", "unicorn", "wizard", "world-class",
)  # fmt: skip

# Forms of sentences: {slot} is a fact, and what stands in [brackets] is left out where one of its facts is unknown.
_WORK: Mapping[str, str] = {
    "hackathon_win": "I came across your project “{title}”, a winner[ at “{event}”][ (“{prize}”)][, {date}].",
    "hackathon_project": "I came across your project “{title}”, built[ at “{event}”][, {date}].",
    "pull_request": "I came across your pull request “{title}”[ to “{repository}”][, {date}].",
    "contribution": "I came across your work on “{repository}”[, {date}].",
    "repository": "I came across your repository “{title}”[, {date}].",
    "post": "I came across what you wrote: “{title}”[, {date}].",
    "talk": "I came across your talk “{title}”[ at “{event}”][, {date}].",
    "model": "I came across the model “{title}” that you published[, {date}].",
    "paper": "I came across your paper “{title}”[, {date}].",
}
_WHY = (
    "Our role[ “{role}”] asks for “{shown}”, and this work comes close to it: may I tell you more?",
    "Our role[ “{role}”] asks for “{requirement}”: may I ask you about it?",
)
_WHERE = ("Found here: {url}", "Found on {host}.")
# How long a quoted fact may be, and how the place is named, in the order in which they are tried.
_FITS = ((120, 0), (80, 0), (60, 0), (60, 1), (40, 1), (24, 1))
_VALUES = {"date": r"\d{1,2} \w+ \d{4}", "url": r"\S+", "host": r"\S+?"}
_QUOTED = re.compile(r"“[^“”]*”|https?://\S+")
_LINK = re.compile(r"(?<!\S)\S*?(?:://|www\.|@)\S*")

Facts = Mapping[str, tuple[str, ...]]


class NoDraft(Fault):
    """There is nothing to be written to this person, and why."""

    exit_code = 4


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a message and the evidence that its facts rest on; None where it states no fact."""

    text: str
    evidence_id: str | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A first message, a sentence a line: the work, why this role, where it was found, and the way out."""

    sentences: tuple[Sentence, ...]

    @property
    def text(self) -> str:
        return "\n".join(sentence.text for sentence in self.sentences)


def draft(match: Match, role: Role, clearance: Clearance) -> Draft:
    """A message about the strongest work that may be cited, to somebody whom we may write to; raises NoDraft."""
    person = match.candidate.id
    if clearance.contact is None:
        raise NoDraft(f"{person}: {clearance.withheld or 'nobody has cleared a contact'}")
    for piece in _citable(match):
        facts = facts_of(piece, match, role)
        for most, where in _FITS:
            written = _written(piece, facts, most, where)
            if written and not check(written, match, role):
                return written
    raise NoDraft(f"{person}: no public work that answers what the role must have; there is nothing to write about yet")


def opener(match: Match, role: Role, clearance: Clearance) -> str:
    """The text of the draft, or nothing where there may be none."""
    try:
        return draft(match, role, clearance).text
    except NoDraft:
        return ""


def check(draft: Draft, match: Match, role: Role) -> tuple[str, ...]:
    """Return what is wrong with a draft about that person, a sentence each; empty where every fact is what it cites
    says.
    """
    problems: list[str] = []
    if len(draft.text) > LONGEST:
        problems.append(f"{len(draft.text)} characters, {LONGEST} at most")
    wording = _QUOTED.sub(" ", draft.text).casefold()
    problems += [f"flatters: {word}" for word in FLATTERY if word in wording]
    cited = {sentence.evidence_id for sentence in draft.sentences} - {None}
    if len(cited) > 1:
        problems.append("speaks of several pieces of evidence as if they were one")
    pieces = {piece.id: piece for piece in _citable(match)}
    parts: list[str] = []
    for sentence in draft.sentences:
        part, wrong = _read(sentence, pieces, match, role)
        parts.append(part)
        problems += [f"“{sentence.text}” {problem}" for problem in wrong]
    if sorted(parts) != ["opt-out", "where", "why", "work"]:
        problems.append("must name the work, why this role, where it was found and the way out, each once")
    return tuple(problems)


def facts_of(piece: Evidence, match: Match, role: Role) -> Facts:
    """Return the facts that a piece of evidence allows to state, by slot; requirements are those it is cited for."""
    award = piece.awards[0] if piece.awards else None
    events = piece.details.get("events") or [{}]
    answered = _answered(piece, match)
    said: dict[str, Any] = {
        "title": None if _form(piece) == "contribution" else piece.title,
        "event": award.event if award else piece.details.get("conference") or events[0].get("name"),
        "prize": award.prize if award else None,
        "repository": piece.details.get("repository"),
        "role": role.title,
        "host": host_of(piece.url),
    }
    known = {slot: (text,) for slot, value in said.items() if value and (text := _plain(str(value)))}
    return known | {
        "url": (piece.url,),
        "date": (_day(piece.date),) if piece.date else (),
        "shown": tuple(text for text in answered if text in map(_plain, match.must_met)),
        "requirement": answered,
    }


def _citable(match: Match) -> list[Evidence]:
    """The work behind the reasons that has a public page, the pieces first that show what the role must have."""
    held = {piece.id: piece for piece in match.candidate.evidence}
    found = [held[quote.evidence_id] for quote in match.reasons if quote.evidence_id in held]
    met = set(map(_plain, match.must_met))
    citable = [
        piece
        for piece in dict.fromkeys(found)
        if piece.kind is not EvidenceKind.AVAILABILITY and re.fullmatch(r"https?://\S+", piece.url)
    ]
    return sorted(citable, key=lambda piece: met.isdisjoint(_answered(piece, match)))


def _answered(piece: Evidence, match: Match) -> tuple[str, ...]:
    """The musts whose terms cite this piece; the name of a term holds the first words of its requirement."""
    names = [
        term.name.removeprefix("must: ").rpartition(" - ")[0].removesuffix("...")
        for term in match.terms
        if term.name.startswith("must: ") and any(quote.evidence_id == piece.id for quote in term.quotes)
    ]
    texts = map(_plain, (*match.must_met, *match.must_unknown))
    return tuple(text for text in texts if any(text.startswith(_plain(name)) for name in names))


def _written(piece: Evidence, facts: Facts, most: int, where: int) -> Draft | None:
    """The draft about one piece with quotes of at most that length, or None where a fact it needs is unknown."""
    short = {slot: _cut(values[0], most) for slot, values in facts.items() if values}
    short["url"] = piece.url
    why = _WHY[0] if "shown" in short else _WHY[1]
    texts = [_filled(form, short) for form in (_WORK[_form(piece)], why, _WHERE[where])]
    if None in texts:
        return None
    return Draft((*(Sentence(str(text), piece.id) for text in texts), Sentence(OPT_OUT)))


def _read(sentence: Sentence, pieces: Mapping[str, Evidence], match: Match, role: Role) -> tuple[str, list[str]]:
    """Return the part of a message that a sentence is, and what in it is not so."""
    if sentence.evidence_id is None:
        return ("opt-out", []) if sentence.text == OPT_OUT else ("", ["cites no evidence"])
    piece = pieces.get(sentence.evidence_id)
    if piece is None:
        return "", [f"cites {sentence.evidence_id}, which is no reason on this shortlist"]
    facts = facts_of(piece, match, role)
    for part, form in _forms(piece):
        if read := _pattern(form).fullmatch(sentence.text):
            said = {slot: value for slot, value in read.groupdict().items() if value is not None}
            return part, [
                f"says {slot} {value!r}, the evidence says {' or '.join(facts.get(slot, ())) or 'nothing of it'}"
                for slot, value in said.items()
                if not any(_stands_for(value, fact) for fact in facts.get(slot, ()))
            ]
    return "", ["is in none of the forms that can be checked"]


def _forms(piece: Evidence) -> Iterator[tuple[str, str]]:
    yield "work", _WORK[_form(piece)]
    yield from (("why", form) for form in _WHY)
    yield from (("where", form) for form in _WHERE)


def _form(piece: Evidence) -> str:
    merged = piece.kind is EvidenceKind.CONTRIBUTION and piece.details.get("pull_request")
    return "pull_request" if merged else piece.kind.value


def _filled(form: str, facts: Mapping[str, str]) -> str | None:
    """The form with its facts; None where one outside of brackets is unknown."""

    def slots(part: str) -> list[str]:
        return re.findall(r"{(\w+)}", part)

    def optional(part: re.Match[str]) -> str:
        return part[1] if all(slot in facts for slot in slots(part[1])) else ""

    kept = re.sub(r"\[([^\[\]]*)\]", optional, form)
    return kept.format_map(facts) if all(slot in facts for slot in slots(kept)) else None


def _pattern(form: str) -> re.Pattern[str]:
    """The form as a pattern with a group for each slot. Quoted facts hold no closing quote mark (see `_plain`)."""
    parts = re.split(r"({\w+}|[\[\]])", form)
    marks = {"[": "(?:", "]": ")?"}
    return re.compile(
        r"\A"
        + "".join(
            f"(?P<{part[1:-1]}>{_VALUES.get(part[1:-1], '[^”]*')})"
            if part[:1] == "{"
            else marks.get(part, re.escape(part))
            for part in parts
        )
        + r"\Z"
    )


def _stands_for(said: str, fact: str) -> bool:
    """True if a value is the fact, whole or visibly cut short."""
    return said == fact or (said.endswith("…") and len(said) > 8 and fact.startswith(said[:-1]))


def _plain(text: str) -> str:
    """A fact as it may stand between quote marks: on one line, without quote marks of its own, links or addresses."""
    line = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(_LINK.sub(" ", line.replace("“", "‘").replace("”", "’")).split())


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rsplit(' ', 1)[0]}…"


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
