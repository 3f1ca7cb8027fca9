"""Records as rows of the store and back: pure, without SQL."""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import datetime
from hashlib import sha256
from typing import Any

from scrapers.faults import StorageFault
from scrapers.records import Account, AccountKey, Award, Evidence, EvidenceKind, Page, Request
from scrapers.records.judgements import Judgement, Proof


class PageDamaged(StorageFault):
    """An archived page, named by its address, does not match its hash."""

    quotes = True


def page_key(request: Request) -> str:
    """The opaque key of a request's page."""
    return sha256(request.key.encode()).hexdigest()


def merge_accounts(stated: Sequence[Account]) -> Account:
    """Merge an account from what several pages state: the fullest page first, links of all of them."""
    if len(stated) == 1 and len(set(stated[0].links)) == len(stated[0].links):
        return stated[0]
    ranked = sorted(stated, key=lambda a: (-_fullness(a), repr(a)))
    best = ranked[0]

    def first(name: str) -> Any:
        return next((value for a in ranked if (value := getattr(a, name)) is not None), None)

    kinds = {account.kind for account in stated}
    return Account(
        site=best.site,
        handle=best.handle,
        kind="bot" if "bot" in kinds else "organization" if "organization" in kinds else "person",
        links=tuple(dict.fromkeys(link for account in ranked for link in account.links)),
        **{name: first(name) for name in ("url", "id", "name", "bio", "location", "open_to_work")},
    )


def _fullness(account: Account) -> int:
    return sum(bool(value) for value in (account.bio, account.location, account.links, account.id, account.name))


def page_row(
    key: str, page: Page, parser_version: int, reading: str | None = None, outline: bytes | None = None
) -> dict[str, Any]:
    return {
        "page_key": key,
        "source": page.source,
        "url": page.url,
        "final_url": page.final_url or page.url,
        "status": page.status,
        "headers": dict(page.headers),
        "sha256": page.sha256,
        "body": zlib.compress(page.body),
        "fetched_at": page.fetched_at,
        "parser_version": parser_version,
        "reading": reading if outline else None,
        "outline": zlib.compress(outline) if outline else None,
    }


def page_of(row: Any) -> Page:
    try:
        body = zlib.decompress(row.body)
    except zlib.error:
        body = b""
    if sha256(body).hexdigest() != row.sha256:
        raise PageDamaged(f"{row.url}: its archived bytes do not match their hash; collect it again")
    return Page(row.source, row.url, body, row.fetched_at, row.status, row.final_url, row.headers)


def account_row(account: Account) -> dict[str, Any]:
    said = {name: getattr(account, name) for name in _ACCOUNT}
    return said | {"account": str(account.key), "native_id": account.id, "links": list(account.links)}


def account_of(row: Any) -> Account:
    return Account(**{name: getattr(row, name) for name in _ACCOUNT}, id=row.native_id, links=tuple(row.links))


def evidence_row(item: Evidence) -> dict[str, Any]:
    return {
        "evidence_id": item.id,
        "account": str(item.account) if item.account else None,
        "handle": json.dumps([item.account.site, item.account.handle]) if item.account else None,
        "kind": item.kind.value,
        "title": item.title,
        "text": item.text,
        "url": item.url,
        "date": item.date,
        "tags": list(item.tags),
        "links": list(item.links),
        "awards": [asdict(award) for award in item.awards],
        "team": [[key.site, key.handle] for key in item.team],
        "details": dict(item.details),
    }


def evidence_of(row: Any) -> Evidence:
    return Evidence(
        kind=EvidenceKind(row.kind),
        account=AccountKey(*json.loads(row.handle)) if row.handle else None,
        title=row.title,
        text=row.text,
        url=row.url,
        date=row.date,
        tags=tuple(row.tags),
        links=tuple(row.links),
        awards=tuple(Award(**award) for award in row.awards),
        team=tuple(AccountKey(*key) for key in row.team),
        details=row.details,
    )


def judgement_row(judgement: Judgement) -> dict[str, Any]:
    """A rule says a thing once, however often it runs; a person's word is dated and may be said again."""
    said = [
        judgement.left,
        judgement.right,
        judgement.verdict,
        judgement.rule,
        str(judgement.rule_version),
        judgement.by,
    ]
    if judgement.by in {"human", "person"}:
        said.append(judgement.at.isoformat())
    row = {name: getattr(judgement, name) for name in _JUDGEMENT}
    proofs = [
        {name: getattr(proof, name) for name in _PROOF}
        | {"fetched_at": proof.fetched_at and proof.fetched_at.isoformat()}
        for proof in judgement.evidence
    ]
    return row | {"judgement_id": sha256("\n".join(said).encode()).hexdigest()[:24], "proofs": proofs}


def judgement_of(row: Any) -> Judgement:
    proofs = tuple(
        Proof(**(proof | {"fetched_at": proof["fetched_at"] and datetime.fromisoformat(proof["fetched_at"])}))
        for proof in row.proofs
    )
    return Judgement(evidence=proofs, **{name: getattr(row, name) for name in _JUDGEMENT})


_ACCOUNT = ("site", "handle", "url", "kind", "name", "bio", "location", "open_to_work")
_JUDGEMENT = ("left", "right", "verdict", "score", "rule", "rule_version", "by", "sentence", "at", "revoked_at")
_PROOF = tuple(field.name for field in fields(Proof))
