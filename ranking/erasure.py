"""Forgetting a person everywhere: store, vectors, archive, exports; and keeping them out for good (G7).

The identifiers go onto the suppression list first, so that a crash in the middle can bring nobody back.
"""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from io import StringIO
from pathlib import Path

from ranking.corpus import passages_of, written
from ranking.embed import text_hash
from ranking.exporting import replace_file
from scrapers.access import accounts_behind
from scrapers.candidates import load_candidates, repositories
from scrapers.identity.keys import link_key
from scrapers.records import Account, Candidate, Evidence
from scrapers.settings import Home
from scrapers.store import Store
from scrapers.suppression import SuppressionList, identifiers_of

ORDINARY_USES = 3  # a word that this many other people's texts use is a word, not a name


@dataclass(frozen=True, slots=True)
class Erasure:
    """What forgetting removes: counts by kind, and the files that named the person."""

    accounts: tuple[str, ...]
    counts: Mapping[str, int]
    files: tuple[str, ...]


def forget(
    identifier: str,
    home: Home,
    store: Store,
    suppression: SuppressionList,
    *,
    at: datetime,
    reason: str = "erasure",
    dry_run: bool = False,
) -> Erasure:
    """Erase a person and list every alias of theirs; with `dry_run` only say what would go."""
    gone = accounts_behind(identifier, store, home.key)
    everybody = load_candidates(store)
    theirs = [c for c in everybody if any(str(a.key) in gone for a in c.accounts)]
    held = [account for c in theirs for account in c.accounts] or [_bare(account) for account in gone]
    words = {a.handle.casefold() for a in held} | {k.split(":", 1)[1] for a in held for k in _declared(a) if ":" in k}
    shared = _shared(words, {k for a in held for k in _declared(a)}, everybody, gone)
    identifiers = set().union(*(identifiers_of(account, shared) for account in held))
    listing = SuppressionList(home.key, (suppression.hash(kind, name) for kind, name in identifiers))
    if not dry_run:
        suppression.add(home, store, sorted(identifiers), reason, at)

    rewritten = _rewritten(store, gone, listing, {name for kind, name in identifiers if kind == "word"})
    pages = [
        key
        for key, page in store.archive()
        if listing.has_url(page.url) or listing.mentions(page.body.decode("utf-8", "replace"))
    ]
    vectors = _vectors(theirs, everybody, store)
    files = store.exports_naming(c.id for c in theirs)
    if dry_run:
        counts = {"accounts": len(gone), "evidence": sum(len(c.evidence) for c in theirs), "pages": len(pages)}
        return Erasure(tuple(gone), counts | {"rows_of_others": list(rewritten.values()).count(None)}, tuple(files))
    for path, candidates in files.items():
        _strike(Path(path), set(candidates), listing)
    counts = store.erase(
        gone,
        candidates=[c.id for c in theirs],
        rewritten=rewritten,
        pages=pages,
        vectors=vectors,
        listed=listing.has_url,
    )
    return Erasure(tuple(gone), counts, tuple(files))


def _bare(account: str) -> Account:
    site, _, handle = account.partition(":")
    return Account(site, handle)


def _declared(account: Account) -> set[str]:
    return {key for url in (account.url, *account.links) if url and (key := link_key(url))}


def _shared(words: set[str], keys: set[str], everybody: Iterable[Candidate], gone: Collection[str]) -> frozenset[str]:
    """Words and declared keys that do not point to this person alone: others use, are or declare them too."""
    uses: Counter[str] = Counter()
    shared: set[str] = set()
    for candidate in everybody:
        if any(str(account.key) in gone for account in candidate.accounts):
            continue
        text = " ".join(f"{item.title} {item.text}" for item in candidate.evidence)
        uses.update(words & set(re.findall(r"[\w-]+", text.casefold())))
        for account in candidate.accounts:
            shared |= keys & ({str(account.key)} | _declared(account))
    return frozenset(shared | {word for word, count in uses.items() if count >= ORDINARY_USES})


def _rewritten(
    store: Store, gone: Collection[str], listing: SuppressionList, words: Collection[str]
) -> dict[tuple[str, str], Evidence | Account | None]:
    """Other people's rows that name the person: blanked, or None where only a page of the person's can cite them."""
    if not words:
        return {}
    spelled = re.compile("|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)), re.IGNORECASE)
    changed: dict[tuple[str, str], Evidence | Account | None] = {}
    for name, page, page_url, said in store.stated_rows():
        owner = said.account if isinstance(said, Evidence) else said.key
        if str(owner) in gone or not spelled.search(f"{said!r} {page_url}"):
            continue
        theirs = listing.has_url(page_url) or (isinstance(said, Evidence) and listing.has_url(said.url))
        kept = None if theirs else listing.blanked(said)
        if kept != said:
            changed[name, page] = kept
    return changed


def _vectors(theirs: Iterable[Candidate], everybody: Iterable[Candidate], store: Store) -> list[str]:
    """Hashes of the passages that only this person's evidence has."""
    about, ids = repositories(store), {candidate.id for candidate in theirs}

    def hashes(candidates: Iterable[Candidate]) -> set[str]:
        said = (piece_and_text for candidate in candidates for piece_and_text in written(candidate, about))
        return {text_hash(passage) for piece, text in said for passage in passages_of(piece, text)}

    mine = hashes(candidate for candidate in everybody if candidate.id in ids)
    return sorted(mine - hashes(candidate for candidate in everybody if candidate.id not in ids))


def _strike(path: Path, candidates: set[str], listing: SuppressionList) -> None:
    """Take people out of an exported file: their rows of CSV and JSON lines and their names in the rows of others.

    A file of any other kind goes as a whole; it can be written again.
    """
    if not path.is_file():
        return
    rows = csv.reader(StringIO(path.read_text(encoding="utf-8"), newline="")) if path.suffix == ".csv" else iter(())
    header = next(rows, [])
    if "candidate_id" in header:
        column, text = header.index("candidate_id"), StringIO(newline="")
        kept = [[listing.blank(cell) for cell in row] for row in rows if row[column] not in candidates]
        csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows([header, *kept])
        replace_file(path, text.getvalue())
    elif path.suffix == ".jsonl":
        told = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        others = [listing.blank_value(row) for row in told if row["candidate_id"] not in candidates]
        replace_file(path, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in others))
    else:
        path.unlink()
