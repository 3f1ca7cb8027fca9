"""The nouns of identity: what is compared, what was judged, and on what proof."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, slots=True)
class IdentityRecord:
    """An account as the matcher sees it: typed, normalised, addresses and their parts only as keyed hashes.

    `ids` are stable numbers ("github#1234"), `links` account keys and sites ("github:ada", "web:example.com").
    `keys` are hashes of the forms of the record's own name and handle, so that the local part of an address can be
    compared with the name or handle of another record without either being known. All hashes share one key.
    """

    record_id: str
    source: str
    site: str = ""
    handle: str = ""
    name: str = ""
    ids: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    projects: tuple[str, ...] = ()
    years: tuple[int, int] | None = None
    commits: int = 0
    tags: tuple[str, ...] = ()
    bio: str = ""
    email_hash: str = ""
    email_domain_class: str = ""
    email_domain_hash: str = ""
    email_local_hash: str = ""
    email_local_class: str = ""
    keys: Mapping[str, str] = field(default_factory=dict, hash=False)
    link_host_hashes: tuple[str, ...] = ()
    kind: Literal["person", "organization", "bot"] = "person"
    url: str = ""
    collected_at: datetime | None = None

    @property
    def account(self) -> str:
        """The account in the words of a link ("github:ada"), or an empty string where the record is no account."""
        return f"{self.site}:{self.handle.casefold()}" if self.site and self.handle else ""

    @property
    def label(self) -> str:
        """How a sentence names the record: by account where it is a readable one, else by kind of source."""
        return self.account if self.account and self.site != "git" else f"the {self.source} record"
