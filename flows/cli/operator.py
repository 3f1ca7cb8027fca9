"""Asking the operator who they are, and writing `operator.toml`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import typer

from scrapers.sources.watched import SourceSettings

PLACEHOLDERS = {
    "contact": "https://example.com/contact",
    "name": "Example Ltd",
    "controller_contact": "privacy@example.com",
    "purpose": "Finding people whose public work fits an open role, to invite them personally.",
    "legal_basis": "Legitimate interest (GDPR Art. 6(1)(f)), balancing note kept by the controller.",
}


def ask_operator(sources: Mapping[str, SourceSettings], today: date, defaults: bool) -> dict[str, Any]:
    """The answers, by field; with `defaults` placeholders that name nobody and accept no terms."""

    def ask(question: str, field: str) -> str:
        return PLACEHOLDERS[field] if defaults else str(typer.prompt(question, default=PLACEHOLDERS[field]))

    accepted: dict[str, date] = {}
    answers: dict[str, Any] = {
        "contact": ask("A page or address where a site's owner reaches you (sent with every request)", "contact"),
        "name": ask("Who is responsible for the data (controller)", "name"),
        "controller_contact": ask("How people reach the controller", "controller_contact"),
        "purpose": ask("For what purpose", "purpose"),
        "legal_basis": ask("On what legal basis", "legal_basis"),
        "accepted": accepted,
    }
    for name, settings in sources.items():
        terms = settings.terms
        if not defaults and terms and terms.basis == "none":
            question = f"{name}: its terms are restrictive or unread ({terms.terms_url}). Read and accepted?"
            if typer.confirm(question, default=False):
                accepted[name] = today
    return answers


def write_operator(path: Path, answers: Mapping[str, Any]) -> None:
    """Write the file, readable by its owner alone."""
    accepted = "".join(f"{name} = {day}\n" for name, day in answers["accepted"].items())
    text = f"""# Who runs this. Sites see the contact; people are told the rest.
contact = {_quoted(answers["contact"])}
# Sources whose documented API you use under its own terms, where its robots.txt would keep page crawlers out:
apis_by_terms = []   # for example ["github", "huggingface"]

[controller]
name = {_quoted(answers["name"])}
contact = {_quoted(answers["controller_contact"])}
purpose = {_quoted(answers["purpose"])}
legal_basis = {_quoted(answers["legal_basis"])}
retention_days = 180

[notice]
policy = "each"   # or "public", with public_url and balancing_note_on

# Who worked on, entered or spoke at one of these has met you already, which is shown and never scored.
[warm]
repositories = []   # for example ["owner/name"]
events = []         # events that you ran, by name or address
conferences = []    # where you spoke, by name or address of the schedule

# Terms you have read and accepted, with the day: name = YYYY-MM-DD
[accepted]
{accepted}"""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)


def _quoted(text: str) -> str:
    """A TOML basic string."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c >= " " and c != "\x7f" else f"\\u{ord(c):04x}" for c in escaped) + '"'
