"""Usage rights of collected data by source, field and use, and whether a person may be contacted or handed over.

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
    """Raised for data from a source without a terms record: the permitted uses are unknown."""


class Ledger:
    """Terms of all sources: may a field that a source gave be used to find, to verify or to contact people?"""

    def __init__(self, terms: Mapping[str, Terms | None]) -> None:
        self._terms = terms

    @classmethod
    def read(cls, path: Path | None = None) -> Ledger:
        """Return the ledger of `sources.toml`, or of the file at `path`."""
        return cls({name: settings.terms for name, settings in read_sources(path, watches=False).items()})

    def terms(self, source: str) -> Terms:
        """Return the terms record of a source; raises RightsUnknown where there is none."""
        terms = self._terms.get(source)
        if terms is None:
            raise RightsUnknown(
                f"{source}: sources.toml has no terms record, so nothing it gave may be shown; "
                f"read the site's terms and add [{source}.terms]"
            )
        return terms

    def may(self, use: Use, source: str, field: str) -> bool:
        """True if the terms grant that use; their `fields` only narrow it for single fields.

        Raises RightsUnknown for a source without a terms record.
        """
        terms = self.terms(source)
        if field in terms.fields and use not in terms.fields[field]:
            return False
        if use == "contact":
            return terms.may_contact and field in _CONTACT_FIELDS and source not in FIND_AND_VERIFY_ONLY
        return terms.may_rank if use == "find" else True

    def closed(self) -> frozenset[str]:
        """Return the sources whose terms forbid ranking people by their data."""
        return frozenset(name for name, terms in self._terms.items() if terms is not None and not terms.may_rank)


@dataclass(frozen=True, slots=True)
class Contact:
    """A channel by which a person may be contacted once, and the basis for it."""

    url: str
    basis: str
    source: str


@dataclass(frozen=True, slots=True)
class Clearance:
    """Clearance of one person for an export: the contact or the reason for none, and the date the notice is due.

    `hint` is a sentence on what the law where they live requires of a first message.
    """

    contact: Contact | None = None
    withheld: str = ""
    notice_due: date | None = None
    hint: str = ""
    flags: tuple[str, ...] = ()


def contact(candidate: Candidate, links: Sequence[Link], ledger: Ledger) -> Contact | None:
    """Return the best channel that the person published and whose source grants contact, or None.

    An offer to work comes first, then the person's own pages. None where they asked not to be contacted (G7).
    Raises RightsUnknown where a link's source has no terms record.
    """
    allowed = [link for link in links if _reaches(link) and ledger.may("contact", link.source, link.field)]
    if not allowed or wants_no_contact(candidate):
        return None
    best = min(allowed, key=_order)
    return Contact(best.url, _BASIS[best.field].format(site=best.account.partition(":")[0]), best.source)


_BASIS = {
    "post": "their own offer to work, on {site}",
    "url": "their own page",
    "links": "a page they name on {site}",
}


def _order(link: Link) -> tuple[int, int, int, str]:
    own = (link_key(link.url) or "").startswith("web:")
    return ("post", "url", "links").index(link.field), -(link.day or date.min).toordinal(), not own, link.url


def _reaches(link: Link) -> bool:
    """True if a link may serve as a channel: a web page without an address in it, no picture, no code host."""
    if not link.url.startswith(("https://", "http://")) or avatar_id(link.url) or _ADDRESS.search(unquote(link.url)):
        return False
    if link.field == "post":
        return True
    key = link_key(link.url)
    return key is not None and not key.startswith(_CODE_HOSTS) and (link.field == "links" or key.startswith("web:"))


def cooling(handed: Iterable[Interaction], role: str, on: date, days: int) -> Interaction | None:
    """Return the newest handover for another role less than `days` before day `on`, or None.

    It keeps two recruiters from writing to one person.
    """
    recent = [dealing for dealing in handed if dealing.role != role and on - dealing.day < timedelta(days=days)]
    return max(recent, key=lambda dealing: (dealing.day, dealing.role), default=None)


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
    """Return what an export for `role` may show of a person on day `on`; `cool_down` is in days.

    Raises RightsUnknown for a source without a terms record.
    """
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
