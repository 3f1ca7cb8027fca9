"""What a role asks for in its own words, and which signals that names."""

from __future__ import annotations

import re

from ranking.role import Requirement, Role


def wanted(role: Role) -> list[Requirement]:
    """The requirements that ask for something."""
    return [each for each in role.requirements if each.level != "never"]


def wanted_text(role: Role) -> str:
    """Title and what is asked for, as one text; what is unwanted is no wish."""
    return "\n".join([role.title, *(f"{each.axis or ''} {each.text}" for each in wanted(role))])


def asks_in_words(role: Role, asked: re.Pattern[str]) -> bool:
    """Whether at least two of title and requirements use these words, or one axis is called so.

    A role of one line is a topic, ranked by that alone: it has no second line to ask with.
    """
    if any(each.axis and asked.search(each.axis) for each in wanted(role)):
        return True
    said = [role.title, *(each.text for each in wanted(role))]
    return len(wanted(role)) > 1 and sum(bool(asked.search(text)) for text in said) > 1
