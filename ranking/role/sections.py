"""The parts of a role text, read one after another into a draft. Every word ends in a wish, a slot, or `unread`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import cast

from ranking.role.front_matter import FrontMatter
from ranking.role.model import Level, Place
from ranking.role.outline import Item, Section
from ranking.role.requirements import Wish, split_refusals, unmarked, wishes
from ranking.role.search.query import Search, read_search
from ranking.role.search.slots import excluded_places, places_in, places_of, remote_of, search_of
from ranking.role.search.times import since_of
from ranking.role.search.titles import seniority_of
from ranking.role.search.words import BLANKS, stage_of

_LONG_PROSE = 80
_SHORT = 16
# A sentence of the introduction that describes the person, rather than the company or the work's terms.
_ABOUT_SOMEBODY = re.compile(
    r"(?:you\b(?!\s+(?:need not|do not|don['’]t))|someone\b|somebody\b|(?:the|our) (?:ideal )?(?:person|candidate)\b|"
    r"an? (?:[\w-]+ ){0,4}(?:engineer|developer|scientist|designer|researcher|generalist|person|maker|builder)\b)",
    re.IGNORECASE,
)
_ANYBODY_WHO = re.compile(
    r"(?:(?:find|show) (?:me )?)?(?:people|person|some(?:body|one)|any(?:body|one)|those) who\b", re.IGNORECASE
)
_TITLE_LABEL = re.compile(
    r"^(?:(?:open )?(?:role|position|job|job title|vacancy)|we(?:['’]re| are) hiring|hiring)\s*[:–—-]?\s+",
    re.IGNORECASE,
)
_GENDERED = re.compile(
    rf"{BLANKS}\((?:[mfwdx](?:\s*+[/|,]\s*+(?:[mfwdx]|div|all genders))+|all genders)\)", re.IGNORECASE
)


@dataclass(slots=True)
class RoleDraft:
    """A role while it is being read."""

    title: str = ""
    wishes: list[Wish] = field(default_factory=list)
    seniority: list[str] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    remote: bool | None = None
    languages: list[str] = field(default_factory=list)
    stage: str | None = None
    themes: list[str] = field(default_factory=list)
    since: date | None = None
    unread: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def from_head(head: FrontMatter) -> RoleDraft:
    draft = RoleDraft(
        head.title, [], [*head.seniority], [], head.remote, [*head.languages], head.stage, [*head.themes], head.since
    )
    for place in head.places:
        _add_places(draft, place)
    draft.seniority.extend(seniority_of(head.title.split()))
    for requirement in head.requirements:
        level = cast(Level, requirement.get("level", "must"))
        if set(requirement) <= {"text", "level"}:
            draft.wishes.extend(wishes(requirement["text"], level))
        else:
            draft.wishes.append(Wish(**{**requirement, "level": level}))
    return draft


def _add_places(draft: RoleDraft, text: str) -> None:
    """Reads the value of a place line; a place that no list knows is kept as written."""
    if re.search(r"\b(?:remote|anywhere|worldwide)\b", text, re.IGNORECASE):
        draft.remote = True if draft.remote is None else draft.remote
        text = re.sub(
            r"(?:(?<![\s,/(])[\s,/(]++)?(?:\bor\b\s*+)?\b(?:fully\s+)?(?:remote|anywhere|worldwide)\b[)]?",
            "",
            text,
            flags=re.IGNORECASE,
        )
    places, unknown = places_of(text)
    draft.places.extend(places)
    if unknown and not places:
        draft.places.append(Place(text.strip(), None, "city"))
        draft.unread.append(f"place: {text.strip()}")
    elif unknown:
        draft.unread.append(f"place: {' '.join(unknown)}")


def read_plain(text: str, draft: RoleDraft, as_of: date | None) -> None:
    """Add the text as one must-requirement, verbatim; refusals only where an explicit phrase makes them."""
    if not text:
        return
    search = search_of(text)
    asks = bool(search.title)
    kept, refusals = split_refusals(text, asks_for_somebody=asks)
    if refusals and kept:
        search = search_of(kept)
    if re.search(r"\w", kept):
        draft.wishes.append(Wish(kept))
    draft.wishes.extend(refusals)
    _take(draft, search)
    draft.stage = draft.stage or search.stage or (stage_of(text) if asks else None)
    if asks:
        _read_slots(draft, text, as_of, asked=len(text.split()) <= _SHORT)
        if len(text.split()) > _LONG_PROSE:
            draft.warnings.append(
                'The text is one requirement; bullets under "Must have" and "Not looking for" are matched better.'
            )
    elif _ANYBODY_WHO.match(text):
        _read_since(draft, text, as_of, asked=True)


def _take(draft: RoleDraft, search: Search) -> None:
    draft.title = draft.title or search.title
    draft.seniority.extend(search.seniority)
    draft.places.extend(search.places)
    draft.themes.extend(search.themes)


def _read_slots(draft: RoleDraft, text: str, as_of: date | None, *, asked: bool) -> None:
    """Remote or not, since when, which places not; `asked` says that the text is what is asked for."""
    if draft.remote is None:
        draft.remote = remote_of(text)
    _read_since(draft, text, as_of, asked=asked)
    draft.unread.extend(excluded_places(text))


def _read_since(draft: RoleDraft, text: str, as_of: date | None, *, asked: bool) -> None:
    since, unread = since_of(text, as_of, asked=asked)
    draft.since = draft.since or since
    if unread:
        draft.unread.append(unread)


def read_sections(sections: list[Section], draft: RoleDraft, as_of: date | None) -> None:
    introductions: list[str] = []
    for section in sections:
        if section.kind == "intro":
            _read_intro(section, draft, introductions, as_of)
        elif section.kind == "slot":
            _read_slot(section, draft, as_of)
        elif section.kind in {"context", "unknown"}:
            _read_context(section, draft)
        else:
            _read_wishes(section, draft)
    asked = any(wish.level != "never" for wish in draft.wishes)
    for text in introductions:
        if not asked:
            draft.wishes.extend(wishes(text, "must"))
            continue
        for sentence in re.split(r"(?<=[.!?])\s+(?=\W?[A-Z])", text):
            if _ABOUT_SOMEBODY.match(sentence):
                draft.wishes.extend(wishes(sentence, "nice"))
            else:
                draft.unread.append(sentence)
    wanted = [wish.text for wish in draft.wishes if wish.level in {"must", "nice"}]
    wishing = set(wanted)
    for text in [*introductions, *wanted]:
        _read_slots(draft, text, as_of, asked=text in wishing)
        draft.places.extend(places_in(text))
    draft.stage = draft.stage or next(filter(None, map(stage_of, introductions)), None)


def _read_intro(section: Section, draft: RoleDraft, introductions: list[str], as_of: date | None) -> None:
    """The heading is the title; bullets right below it are requirements, paragraphs introduce."""
    heading = _GENDERED.sub("", _TITLE_LABEL.sub("", section.heading)).strip()
    if heading:
        search = read_search(heading)
        _take(draft, search)
        draft.title = draft.title or heading
        draft.stage = draft.stage or search.stage
        _read_slots(draft, heading, as_of, asked=True)
    for item in section.items:
        if item.bullet:
            draft.wishes.extend(_item_wishes(item, "must"))
        else:
            introductions.append(unmarked(item.text))


def _read_wishes(section: Section, draft: RoleDraft) -> None:
    if section.kind == "one_of":
        texts = [unmarked(item.text).strip(" .") for item in section.items]
        parts = (
            [part for text in texts for part in re.split(rf"{BLANKS}[,;]\s*(?:or\s+)?|(?<!\s)\s++or\s+", text)]
            if len(texts) == 1
            else texts
        )
        group = f"{section.heading} {section.line}"
        draft.wishes.extend(Wish(part, "one_of", group=group) for part in parts if part)
        return
    axes = section.kind == "axes"
    level = cast(Level, "must" if axes else section.kind)
    for item in section.items:
        draft.wishes.extend(_item_wishes(item, level, axes=axes))


def _item_wishes(item: Item, level: Level, *, axes: bool = False) -> Iterable[Wish]:
    lead = unmarked(item.text)
    if not item.inner:
        return wishes(lead, level, axes=axes)
    if (
        lead.endswith(":")
        and re.match(r"(?:at least )?(?:one|any) of\b|either\b", lead, re.IGNORECASE)
        and level == "must"
    ):
        return [Wish(unmarked(inner.text), "one_of", group=f"{lead} {item.line}") for inner in item.inner]
    if lead.endswith(":"):
        return [wish for inner in item.inner for wish in wishes(f"{lead} {unmarked(inner.text)}", level)]
    return [
        *wishes(lead, level, axes=axes),
        *(wish for inner in item.inner for wish in wishes(inner.text, level, axes=axes)),
    ]


def _read_context(section: Section, draft: RoleDraft) -> None:
    """Keep the context of a role in sight; a list under an unknown heading counts as nice to have, and says so."""
    read = section.kind == "unknown" and any(item.bullet for item in section.items)
    for item in section.items:
        if read and item.bullet:
            draft.wishes.extend(_item_wishes(item, "nice"))
        else:
            inner = " ".join(inner.text for inner in item.inner)
            draft.unread.append(f"{section.heading}: {item.text} {inner}".strip())
    if read:
        draft.warnings.append(
            f'Line {section.line}: the heading "{section.heading}" is not known, so its list is read as nice to have; '
            'write "Must have", "Nice to have" or "Not looking for".'
        )
    elif not section.items and section.kind == "unknown":
        draft.unread.append(section.heading)


def _read_slot(section: Section, draft: RoleDraft, as_of: date | None) -> None:
    name = section.heading.casefold().split()[0]
    for text in (unmarked(item.text) for item in section.items):
        values = [
            value.strip() for value in re.split(rf"{BLANKS}[,;]\s*|(?<!\s)\s++(?:and|or)\s+", text) if value.strip()
        ]
        if name == "title":
            draft.title = draft.title or text
        elif name in {"location", "locations", "where", "based", "place", "places"}:
            _add_places(draft, text)
        elif name == "seniority":
            draft.seniority.extend(value.casefold() for value in values)
        elif name in {"theme", "themes"}:
            draft.themes.extend(values)
        elif name in {"language", "languages"}:
            draft.languages.extend(values)
        elif name == "remote":
            yes = re.match(r"(?:yes|true|ok|fully|possible)\b", text, re.IGNORECASE)
            no = re.match(r"(?:no|not|false)\b", text, re.IGNORECASE)
            draft.remote = True if yes else False if no else remote_of(text)
            if draft.remote is None:
                draft.unread.append(f"remote: {text}")
        elif name == "stage":
            draft.stage = draft.stage or (
                text.casefold() if text.casefold() in {"early", "middle", "late"} else stage_of(text)
            )
            if not draft.stage:
                draft.unread.append(f"stage: {text}")
        else:
            since, _ = since_of(f"since {text}", as_of)
            draft.since = draft.since or since
            if not since:
                draft.unread.append(f"since: {text}")
