"""Joining: judge which accounts are one person, and gather each candidate with the evidence of all accounts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

from scrapers.identity import IdentityRecord, Judgement, judgements_in_force, record_of, resolve
from scrapers.identity.keys import link_key
from scrapers.records import Account, AccountKey, Candidate, Evidence, EvidenceKind
from scrapers.settings.secret_key import candidate_id
from scrapers.store import StatedAccount, Store
from scrapers.store.sql.rows import merge_accounts

FEW = 5_000  # accounts: so many are all compared at every refresh, which takes about a second
COMPARED_ANEW = timedelta(days=7)


def ids_today(members: Mapping[str, str], key: bytes, former: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the candidate of each id today, also of one from before accounts were joined; `members` is account to id.

    `former` says which account an id was of that was made with a key that was given up.
    """
    old = {each: members[account] for each, account in (former or {}).items() if account in members}
    before = {candidate_id(account, key): owner for account, owner in members.items()}
    return old | before | {owner: owner for owner in members.values()}


def join_accounts(store: Store, key: bytes, at: datetime) -> dict[str, int]:
    """Judge all accounts on what is held, and store who belongs together. Returns counts for the run report.

    In a large store accounts are compared with each other as far as one of them changed since all were, see
    `scrapers.identity.match.past`; all are compared again after a week.
    """
    stated, projects = _held(store)
    records = _records(stated, projects, key)
    said = store.judgements(by_people=True)
    before = store.past()
    fresh = before is not None and timedelta() <= at - before.at < COMPARED_ANEW
    resolution = resolve(records, said, at=at, past=before if fresh and len(records) > FEW else None)
    age = {account: (min(s.first_seen for s in statements), account) for account, statements in stated.items()}
    clusters: dict[str, list[str]] = defaultdict(list)
    for account, cluster in resolution.clusters.items():
        if merge_accounts([s.account for s in stated[account]]).kind == "person":
            clusters[cluster].append(account)
    members = {
        account: candidate_id(min(accounts, key=age.__getitem__), key)
        for accounts in clusters.values()
        for account in accounts
    }
    persons = [j for j in resolution.suggestions if j.left in members and j.right in members]
    store.set_derived([*resolution.judgements, *persons], members, at)
    past = resolution.past if len(records) > FEW else None
    if past is not before:
        store.set_past(past)
    elif past and (gone := past.digests.keys() - stated.keys()):
        store.drop_past(gone)
    return {"accounts": len(stated), "candidates": len(clusters), "joined": len(members) - len(clusters)}


def _held(store: Store) -> tuple[dict[str, list[StatedAccount]], dict[str, set[str]]]:
    """Every account by key, and the projects of each, "owner/repo": what it is credited for, or its project links to.

    An account that is credited but described nowhere has its handle and nothing else.
    """
    stated: dict[str, list[StatedAccount]] = defaultdict(list)
    for statement in store.stated_accounts():
        stated[str(statement.account.key)].append(statement)
    projects: dict[str, set[str]] = defaultdict(set)
    for item, first_seen, collected_at in store.evidence():
        if item.account is None:
            continue
        if (account := str(item.account)) not in stated:
            bare = Account(item.account.site, item.account.handle)
            stated[account].append(StatedAccount(bare, "", item.url, collected_at, first_seen))
        projects[account] |= _projects(item)
    return stated, projects


def records_of(store: Store, key: bytes) -> dict[str, IdentityRecord]:
    """Every account as the matcher sees it, by account key."""
    return {record.record_id: record for record in _records(*_held(store), key)}


def _records(
    stated: Mapping[str, list[StatedAccount]], projects: Mapping[str, set[str]], key: bytes
) -> list[IdentityRecord]:
    return [_record(account, told, projects.get(account, set()), key) for account, told in sorted(stated.items())]


def _record(account: str, statements: list[StatedAccount], projects: set[str], key: bytes) -> IdentityRecord:
    merged = merge_accounts([statement.account for statement in statements])
    newest = max(statements, key=lambda s: (s.collected_at, s.page_url))
    return record_of(
        merged,
        collected_at=newest.collected_at,
        page_url=merged.url or newest.page_url,
        key=key,
        projects=projects,
        record_id=account,
    )


def _projects(item: Evidence) -> set[str]:
    named = {repository_of(url) for url in (item.url, *item.links)}
    if isinstance(item.details.get("repository"), str):
        named.add(str(item.details["repository"]).casefold())
    return {name for name in named if name}


def repository_of(url: str) -> str | None:
    """The "owner/repo" that a GitHub URL lies in, in lower case, or None."""
    _, found, path = url.partition("github.com/")
    parts = [part for part in path.split("?")[0].split("/") if part]
    if not found or len(parts) < 2 or parts[0] in {"repos", "users", "orgs"} or link_key(url) is not None:
        return None
    return f"{parts[0]}/{parts[1].removesuffix('.git')}".casefold()


def load_candidates(store: Store, closed: Collection[str] = ()) -> list[Candidate]:
    """Every candidate with accounts and evidence, in order of id, as the last refresh joined them.

    What only `closed` sources tell is left out: those that grant no right to rank by it. Evidence that won something
    holds the themes of its events as the detail `event_themes`.
    """
    members, accounts = store.members(), store.accounts()
    themes = {event.url.rstrip("/"): event.themes for event in store.events() if event.themes}
    joins = joins_of(store.judgements(), members)
    acts: dict[str, list[Evidence]] = defaultdict(list)
    seen: dict[str, date] = {}
    for item, first_seen, _ in store.evidence(closed):
        owner = members.get(str(item.account)) if item.account else None
        if owner:
            acts[owner].append(_themed(item, themes))
            seen[owner] = min(first_seen, seen.get(owner, first_seen))
    theirs: dict[str, list[str]] = defaultdict(list)
    for account, owner in members.items():
        theirs[owner].append(account)
    return [
        Candidate(
            id=owner,
            accounts=tuple(accounts[a] if a in accounts else AccountKey.parse(a).bare for a in sorted(theirs[owner])),
            evidence=tuple(sorted(acts[owner], key=lambda item: (-_ordinal(item), item.id))),
            first_seen=seen.get(owner),
            joined=tuple(judgement.sentence for judgement in joins[owner]),
        )
        for owner in sorted(theirs)
    ]


def _themed(item: Evidence, themes: Mapping[str, Collection[str]]) -> Evidence:
    events = ((award.event_url or "").rstrip("/") for award in item.awards)
    found = sorted({theme for event in events for theme in themes.get(event, ())})
    return replace(item, details={**item.details, "event_themes": found}) if found else item


def joins_of(judgements: Iterable[Judgement], members: Mapping[str, str]) -> dict[str, list[Judgement]]:
    """Return the reasons that each candidate's accounts are one person: the joins in force, the weakest first."""
    found: dict[str, list[Judgement]] = defaultdict(list)
    for judgement in judgements_in_force(judgements):
        left, right = (members.get(account) for account in judgement.pair)
        if judgement.verdict == "same" and left is not None and left == right and judgement.left != judgement.right:
            found[left].append(judgement)
    for joins in found.values():
        joins.sort(key=lambda judgement: (judgement.score, judgement.pair))
    return found


def repositories(store: Store) -> dict[str, Evidence]:
    """Return the description of each repository, by "owner/repo": context for contributions made to it."""
    found: dict[str, Evidence] = {}
    for item, _, _ in store.evidence(kind=EvidenceKind.REPOSITORY):
        if name := repository_of(item.url):
            found.setdefault(name, item)
    return found


def _ordinal(item: Evidence) -> int:
    return item.date.toordinal() if item.date else 0


def followed(store: Store) -> dict[str, date]:
    """Candidate id -> the day since which somebody follows them; of an account nobody is known for, its own key."""
    owners = store.members()
    since: dict[str, date] = {}
    for account, day in store.watched().items():
        person = owners.get(account, account)
        since[person] = min(day, since.get(person, day))
    return since
