"""Explanations of judgements: one sentence each, and the values that it rests on."""

from __future__ import annotations

from datetime import datetime

from scrapers.identity.accounts import IdentityRecord
from scrapers.records.judgements import PairProposal, Proof


def sentence(proposal: PairProposal, left: IdentityRecord, right: IdentityRecord) -> str:
    """Return the reason of a judgement in words that can be checked on the pages themselves."""
    pair = f"{left.label} and {right.label}"
    name = left.name or right.name
    chance = f" ({proposal.detail})" if proposal.detail else ""
    match proposal.rule:
        case "number":
            shared = ", ".join(sorted(set(left.ids) & set(right.ids)))
            return f"Joined: {pair} show the same account number ({shared}), which survives a rename."
        case "two-way":
            return f"Joined: {pair} link to each other{_seen(left, right)}."
        case "declared":
            claimant, claimed = (left, right) if claims(left, right) else (right, left)
            return f"Joined: {claimant.label} declares {claimed.label} as its own{_seen(claimant)}, without a rival."
        case "same-account":
            return f"Joined: both records are {left.label}."
        case "address":
            return f"Joined: {pair} use the same mail address, which no other name uses{_seen(left, right)}."
        case "project":
            shared = ", ".join(sorted(set(left.projects) & set(right.projects)))
            return f"Joined: {pair} are both credited for {shared}, under the same name or handle."
        case "shared-claim":
            shared = ", ".join(sorted(set(left.links) & set(right.links)))
            return f"Joined: {pair} both carry the name '{name}' and declare the same account ({shared})."
        case "unverified-claim":
            claimant, claimed = (left, right) if claims(left, right) else (right, left)
            return (
                f"Not joined: {claimant.label} declares {claimed.label} as its own, but {proposal.detail}: unverified."
            )
        case "odd-local":
            return f"Joined: {pair} carry the name '{name}' and an unusual local part of an address{chance}."
        case "local-handle":
            return f"Joined: {pair} carry the name '{name}'; one's handle is the other's local part{chance}."
        case "name-handle":
            return f"Joined: {pair} carry the name '{name}' and the same handle{chance}."
        case "own-domain":
            return (
                f"Joined: {pair} carry the name '{name}', and one writes from the site that the other declares{chance}."
            )
        case "same-handle":
            return f"Joined: {pair} have the same distinctive handle, and no names that disagree{chance}."
        case "work-domain":
            return f"Joined: {pair} carry the rare name '{name}' and the same mail domain{chance}."
        case "rare-at-work":
            return (
                f"Joined: {pair} carry the rare name '{name}' and worked on the same project in the same years{chance}."
            )
        case "rare-name":
            return f"Joined: {pair} carry the very rare name '{name}'{chance}."
        case "rare-spelled":
            return f"Joined: the handle of one of {pair} spells the very rare name '{name}' of the other{chance}."
        case "suggestion":
            return f"Not joined, worth a look: {pair} have in common {proposal.detail}."
        case _:
            return f"Joined: {pair} have in common {proposal.detail}."


def claims(one: IdentityRecord, other: IdentityRecord) -> bool:
    """True if one record links to the other's account."""
    site = other.account.split("/", 1)[0]
    return bool(other.account) and any(link == other.account or link.split("/", 1)[0] == site for link in one.links)


def proofs(left: IdentityRecord, right: IdentityRecord) -> tuple[Proof, ...]:
    """The values on each side; of a hashed address only that it is the same one."""
    newest = max(
        (r for r in (left, right) if r.collected_at), key=lambda r: r.collected_at or datetime.min, default=left
    )
    found: list[tuple[str, str, str]] = []
    for number in sorted(set(left.ids) & set(right.ids)):
        found.append(("account number", number, number))
    for one, other in ((left, right), (right, left)):
        if claims(one, other):
            found.append(("link", one.record_id, other.account))
    if left.email_hash and left.email_hash == right.email_hash:
        found.append(("mail address", "keyed hash", "the same keyed hash"))
    if left.handle and right.handle and left.handle.casefold() == right.handle.casefold():
        found.append(("handle", left.label, right.label))
    if left.name and right.name:
        found.append(("name", left.name, right.name))
    if left.email_local_hash and left.email_local_hash == right.email_local_hash:
        found.append(("local part of an address", "keyed hash", "the same keyed hash"))
    for one, other in ((left, right), (right, left)):
        if (
            one.keys.get("handle")
            and one.keys["handle"] in other.keys.values()
            and one.keys["handle"] != other.keys.get("handle")
        ):
            found.append(("handle spells name", one.label, other.name))
    for project in sorted(set(left.projects) & set(right.projects)):
        found.append(("project", project, project))
    for link in sorted(set(left.links) & set(right.links)):
        found.append(("declared account", link, link))
    if not found:
        found.append(("handles and names", left.name or left.label, right.name or right.label))
    return tuple(Proof(*values, url=newest.url, fetched_at=newest.collected_at) for values in found)


def _seen(*records: IdentityRecord) -> str:
    days = [record.collected_at for record in records if record.collected_at]
    return f" (read {max(days):%d %b %Y})" if days else ""
