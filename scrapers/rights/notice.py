"""Privacy notice given to people at the first message (GDPR Art. 14; guardrail G6).

A template filled from `operator.toml`: the controller answers for it, and its counsel decides what it must say.
"""

from __future__ import annotations

from scrapers.settings.operator import Operator
from scrapers.text import counted

ITEMS = (
    "Controller", "Purpose", "Legal basis", "Legitimate interest", "Categories of data", "Source", "Retention",
    "Your rights", "Complaint", "How a shortlist comes about",
)  # fmt: skip


def notice_text(operator: Operator) -> str:
    """Return the notice as plain text, its ten items each under a heading."""
    by = operator.controller
    paragraphs = {
        "Controller": f"{by.name}, {by.contact}.",
        "Purpose": by.purpose,
        "Legal basis": by.legal_basis,
        "Legitimate interest": f"{by.name} wishes to find people whose published work fits an open role, and to write "
        "to few rather than to many.",
        "Categories of data": "Public accounts with the name, short biography and place given there; public work with "
        "its title, text, date and link; what was said about being open to work.",
        "Source": "Pages that anybody can read. Every fact is kept with the address it was found at; you will find "
        "those that concern you below, or ask us for them.",
        "Retention": f"{counted(by.unnotified_days, 'days')} while you have not been told, "
        f"{counted(by.retention_days, 'days')} after this notice without an answer, "
        f"at most {counted(by.contacted_days, 'days')} after our last contact; then all is erased.",
        "Your rights": "You may ask for a copy, a correction or erasure, restrict or object to the use at any time and "
        f"without giving reasons. Write to {by.contact}; an objection is final, and nobody has to be argued with.",
        "Complaint": "You may complain to the data protection authority where you live, where you work, or where you "
        "think the law was broken.",
        "How a shortlist comes about": "A program compares the text of public work with the text of a role and orders "
        "people by it. Names, photos, gender, age, origin and follower numbers are not used. The order is a "
        "suggestion: a person decides, and the program sends no message.",
    }
    where = f"\n\nThis notice also stands at {operator.notice.public_url}." if operator.notice.public_url else ""
    return "\n\n".join(f"{item}\n{paragraphs[item]}" for item in ITEMS) + where + "\n"
