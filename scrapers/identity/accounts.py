"""Identity records: accounts as the matcher compares them, typed and normalised, with addresses as keyed hashes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from scrapers.identity.keys import address_parts, avatar_id, domain_class, keyed, link_key, noreply_of
from scrapers.identity.names import name_forms, squash
from scrapers.records import Account

_NUMBERED = frozenset({"github", "gitlab", "forem", "stackoverflow"})  # sites whose account number survives a rename


def address_hash(address: str, key: bytes) -> str:
    """The keyed hash under which one address is the same everywhere; empty for an address that is nobody's own."""
    parts = address_parts(address)
    return keyed("@".join(parts), key) if parts else ""


def record_of(
    account: Account,
    *,
    collected_at: datetime,
    page_url: str,
    key: bytes,
    emails: Iterable[str] = (),
    projects: Iterable[str] = (),
    years: tuple[int, int] | None = None,
    record_id: str | None = None,
) -> IdentityRecord:
    """The record of an account, with every address hashed under the home's own key and then forgotten.

    `projects` are the repositories or projects that the account is credited for ("github.com/owner/repo"). The handle
    of a `git` account is itself the keyed hash of its address. The record's id is the account's key unless given.
    """
    addresses = sorted(set(emails))
    noreply = [found for found in map(noreply_of, addresses) if found]
    links = {found for url in account.links if not avatar_id(url) and (found := link_key(url))}
    links |= {f"github:{login}" for _, login in noreply}
    links.discard(str(account.key))
    ids = {number for number, _ in noreply if number}
    if account.id and account.site in _NUMBERED:
        ids.add(f"{account.site}#{account.id}")
    if account.site == "devpost":  # a member who signed in with GitHub is shown with the picture of that account
        ids |= {number for url in account.links if (number := avatar_id(url))}
    own = [parts for address in addresses if not noreply_of(address) and (parts := address_parts(address))]
    local, domain = own[0] if own else ("", "")
    forms = dict(name_forms(account.name)) if account.name else {}
    if account.site != "git" and len(squash(account.handle)) >= 3:
        forms["handle"] = squash(account.handle)
    form_of_local = next((form for form, value in forms.items() if local and value == squash(local)), "other")
    owns_domain = domain and domain_class(domain) != "freemail"
    return IdentityRecord(
        record_id=record_id or str(account.key),
        source=account.site,
        site=account.site,
        handle=account.handle,
        name=account.name or "",
        ids=_one_a_site(ids, own=f"{account.site}#{account.id}"),
        links=tuple(sorted(links)),
        projects=tuple(sorted(set(projects))),
        years=years,
        email_hash=account.handle if account.site == "git" else keyed("@".join(own[0]), key) if own else "",
        email_domain_class=domain_class(domain) if domain else "noreply" if noreply else "",
        email_domain_hash=keyed(domain, key) if owns_domain else "",
        email_local_hash=keyed(squash(local), key) if len(squash(local)) >= 3 else "",
        email_local_class=form_of_local if local else "",
        keys={form: keyed(value, key) for form, value in forms.items()},
        link_host_hashes=tuple(sorted(keyed(link[4:].split("/")[0], key) for link in links if link.startswith("web:"))),
        kind=account.kind,
        url=page_url,
        collected_at=collected_at,
    )


def _one_a_site(ids: Iterable[str], own: str) -> tuple[str, ...]:
    """Return one account number a site: the account's own where it has one, none where several are stated."""
    found: dict[str, set[str]] = {}
    for number in ids:
        found.setdefault(number.partition("#")[0], set()).add(number)
    kept = ({own} if own in numbers else numbers for numbers in found.values())
    return tuple(sorted(number for numbers in kept if len(numbers) == 1 for number in numbers))


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
        """Name of the record in a sentence: the account where it is readable, else the kind of source."""
        return self.account if self.account and self.site != "git" else f"the {self.source} record"
