"""What may be done with what each source gave: a ledger by source, field and use, and who may be handed over to whom.

Rights come from the terms records in `sources.toml` (guardrails G1, G10). A right is never assumed: data from a source
without a record stops the export that would show it. A contact is a link that the person published to be reached,
with the rights of the source that states it; never an address, and never from GitHub (design D13).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Literal
from urllib.parse import unquote

from scrapers.faults import Fault
from scrapers.identity.keys import avatar_id, link_key
from scrapers.records import Candidate
from scrapers.sources.watched import Terms, read_sources
from scrapers.store import Interaction, Link
from scrapers.text.privacy import wants_no_contact

Use = Literal["find", "verify", "contact"]
FIND_AND_VERIFY_ONLY = frozenset({"github", "gharchive"})  # whatever their records say: design D13
_CONTACT_FIELDS = frozenset({"url", "links", "post"})
_CODE_HOSTS = ("github:", "gitlab:", "huggingface:", "stackoverflow:")  # accounts there show work; nobody is reached
_ADDRESS = re.compile(r"(?<![^\s/@:])[^\s/@:]++@[^\s/@]+\.\w+")


class RightsUnknown(Fault):
    """Data from a source that has no terms record: nobody has said what may be done with it."""


class Ledger:
    """Answers whether a field that a source gave may be used to find, to verify or to contact somebody."""

    def __init__(self, terms: Mapping[str, Terms | None]) -> None:
        self._terms = terms

    @classmethod
    def read(cls, path: Path | None = None) -> Ledger:
        """The ledger of `sources.toml`."""
        return cls({name: settings.terms for name, settings in read_sources(path).items()})

    def terms(self, source: str) -> Terms:
        """The terms record of a source; raises RightsUnknown where there is none."""
        found = self._terms.get(source)
        if found is None:
            raise RightsUnknown(
                f"{source}: sources.toml has no terms record, so nothing it gave may be shown; "
                f"read the site's terms and add [{source}.terms]"
            )
        return found

    def may(self, use: Use, source: str, field: str) -> bool:
        """Whether the record grants that use; `fields` of a record narrows it for single fields, and never widens."""
        terms = self.terms(source)
        if field in terms.fields and use not in terms.fields[field]:
            return False
        if use == "contact":
            return terms.may_contact and field in _CONTACT_FIELDS and source not in FIND_AND_VERIFY_ONLY
        return terms.may_rank if use == "find" else True

    def closed(self) -> frozenset[str]:
        """Sources whose records forbid to rank people by what they gave."""
        return frozenset(name for name, terms in self._terms.items() if terms is not None and not terms.may_rank)


@dataclass(frozen=True, slots=True)
class Contact:
    """A channel that may be used to reach a person once, and why."""

    url: str
    basis: str
    source: str


@dataclass(frozen=True, slots=True)
class Clearance:
    """What an export may show of one person: the contact, or why there is none; when they must have been told.

    `hint` says what the law where they live asks of whoever writes to them.
    """

    contact: Contact | None = None
    withheld: str = ""
    notice_due: date | None = None
    hint: str = ""
    flags: tuple[str, ...] = ()


def contact(candidate: Candidate, links: Sequence[Link], ledger: Ledger) -> Contact | None:
    """The best channel that the person published and whose source grants contact, or None.

    An offer to work comes first, then the person's own pages. Nothing where they asked not to be contacted (G7).
    Raises RightsUnknown where a link's source has no terms record.
    """
    allowed = [each for each in links if _reaches(each) and ledger.may("contact", each.source, each.field)]
    if not allowed or wants_no_contact(candidate):
        return None
    best = min(allowed, key=_order)
    return Contact(best.url, _BASIS[best.field].format(site=best.account.partition(":")[0]), best.source)


_BASIS = {
    "post": "their own offer to work, on {site}",
    "url": "their own page",
    "links": "a page they name on {site}",
}


def _order(each: Link) -> tuple[int, int, int, str]:
    own = (link_key(each.url) or "").startswith("web:")
    return ("post", "url", "links").index(each.field), -(each.day or date.min).toordinal(), not own, each.url


def _reaches(each: Link) -> bool:
    """Whether a link may be handed out as a channel: a web page, no address in it, no picture, no code host."""
    if not each.url.startswith(("https://", "http://")) or avatar_id(each.url) or _ADDRESS.search(unquote(each.url)):
        return False
    key = link_key(each.url)
    if each.field == "post":
        return True
    return key is not None and not key.startswith(_CODE_HOSTS) and (each.field == "links" or key.startswith("web:"))


def cooling(handed: Iterable[Interaction], role: str, on: date, days: int) -> Interaction | None:
    """The newest handover for another role less than `days` before that day: nobody is written to by two recruiters."""
    recent = [each for each in handed if each.role != role and on - each.day < timedelta(days=days)]
    return max(recent, key=lambda each: (each.day, each.role), default=None)


def clearance(
    candidate: Candidate,
    links: Sequence[Link],
    sources: Collection[str],
    dealings: Collection[Interaction],
    ledger: Ledger,
    *,
    role: str,
    on: date,
    cool_down: int,
) -> Clearance:
    """What an export for that role may show of a person on that day. Raises RightsUnknown for an unrecorded source."""
    for source in sorted(sources):
        ledger.terms(source)
    channel = contact(candidate, links, ledger)
    if wants_no_contact(candidate):
        return Clearance(withheld="asked not to be contacted", flags=("do_not_contact",))
    if channel is None:
        return Clearance(withheld="no link that they published to be reached")
    if earlier := cooling([d for d in dealings if d.kind == "handed"], role, on, cool_down):
        free = earlier.day + timedelta(days=cool_down)
        return Clearance(
            withheld=f"handed over for {earlier.role} on {earlier.day}; free again on {free}", flags=("cooling_down",)
        )
    return Clearance(channel)
