"""Reading of a role: from its text to a `Role`. Every word of the text is a requirement, a slot, or listed as not
understood.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import cast

from ranking.role import lint
from ranking.role.front_matter import split_front_matter
from ranking.role.lint import contradictions
from ranking.role.model import Requirement, Role, RoleRefused, RoleUnclear, Stage
from ranking.role.outline import outline
from ranking.role.protected import forbidden
from ranking.role.requirements import Wish
from ranking.role.search.slots import (
    foreign_language,
    languages_of,
    unique,
)
from ranking.role.sections import RoleDraft, from_head, read_plain, read_sections
from scrapers.text import clean

LARGEST = 1 << 20
_FILE = re.compile(r"[^\n]*(?:[/\\][^\s/\\]*|\.(?:md|markdown|txt|ya?ml))")
_EXAMPLE = 'write at least one line such as "- ships language-model features to users" under "## Must have"'


def read_role(spec: str | Path, *, as_of: date | None = None) -> Role:
    """The role in a file, or in the sentence itself. Raises RoleUnclear, naming file and line."""
    path = _as_file(spec)
    if path is None:
        return parse_role(str(spec), as_of=as_of)
    try:
        if path.stat().st_size > LARGEST:
            raise _too_large(str(path))
        raw = path.read_bytes()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise RoleUnclear(
            f"cannot be read ({reason})", "give a Markdown file or a sentence in quotes", name=str(path)
        ) from None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise RoleUnclear(
            "is not UTF-8 text", "save the role as plain text or Markdown in UTF-8", name=str(path)
        ) from None
    return parse_role(text, name=str(path), as_of=as_of)


def parse_role(text: str, *, name: str = "", as_of: date | None = None) -> Role:
    """The typed query of a role text: Markdown with optional front matter, prose, or one sentence.

    A text without headings and bullets is one must-requirement, verbatim, apart from explicit refusals. `name` is
    the file for messages; `as_of` is the day that "in the last year" is counted from. Raises RoleUnclear where there
    is nothing to look for, RoleRefused where it asks for what nobody may be ranked by.
    """
    if len(text) > LARGEST or len(text.encode("utf-8", "ignore")) > LARGEST:
        raise _too_large(name)
    if "\x00" in text or text.count("\ufffd") > 2:
        raise RoleUnclear("is not text", "give a Markdown file or a sentence in quotes", name=name)
    text = clean(text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n"))
    if not re.search(r"\w", text):
        raise RoleUnclear("is empty", _EXAMPLE, name=name)
    if refusal := forbidden(text):
        raise RoleRefused(
            f"asks for {refusal.trait} ({refusal.words!r}), which nobody may be ranked by",
            "delete it, or say what the work needs, such as a language, a licence or the right to work in a country",
            name=name,
            line=refusal.line,
        )
    head, body = split_front_matter(text, name)
    draft = from_head(head)
    sections = outline(body, head.lines + 1)
    if sections is None:
        read_plain(body.strip(), draft, as_of)
    else:
        read_sections(sections, draft, as_of)
    return _role(draft, text, name, structured=sections is not None or head.lines > 0)


def _as_file(spec: str | Path) -> Path | None:
    if isinstance(spec, Path):
        return spec
    if "\n" in spec or "\x00" in spec or not spec.strip():
        return None
    try:
        found = Path(spec).is_file()
    except OSError:
        return None
    return Path(spec) if found or (_FILE.fullmatch(spec) and len(spec.split()) == 1) else None


def _too_large(name: str) -> RoleUnclear:
    return RoleUnclear("is larger than 1 MiB", "a role is a page of text: give that page", name=name)


def _role(draft: RoleDraft, text: str, name: str, *, structured: bool) -> Role:
    requirements = _numbered(draft.wishes)
    if all(requirement.level == "never" for requirement in requirements):
        problem = "says only what is not wanted" if requirements else "asks for nothing"
        raise RoleUnclear(problem, _EXAMPLE, name=name)
    stage = cast("Stage | None", draft.stage)
    wanted = [requirement.text for requirement in requirements if requirement.level != "never"]
    languages = draft.languages or [language for one in wanted for language in languages_of(one)]
    warnings = [*draft.warnings, *(lint.warnings(requirements, stage) if structured else ())]
    warnings.extend(contradictions(text, [each.text for each in requirements if each.level == "never"]))
    if language := foreign_language(text):
        warnings.append(
            f"This reads as {language!r}: the packaged model knows English best; write the role in English, or "
            f"configure a multilingual model."
        )
    return Role(
        draft.title,
        requirements,
        _each(draft.seniority),
        unique(draft.places),
        draft.remote,
        _each(languages),
        stage,
        _each(draft.themes),
        draft.since,
        _each(draft.unread),
        _each(warnings),
        text,
        name,
    )


def _numbered(found: Iterable[Wish]) -> tuple[Requirement, ...]:
    groups: dict[str, str] = {}
    numbered = []
    for number, wish in enumerate(found, 1):
        group = groups.setdefault(wish.group, f"g{len(groups) + 1}") if wish.group else None
        numbered.append(Requirement(f"r{number}", wish.text, wish.level, wish.axis, wish.threshold, group, wish.unless))
    return tuple(numbered)


def _each(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words))
