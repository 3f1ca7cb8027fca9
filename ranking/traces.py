"""Where a person leaves traces beside their own rows: rows of others, vectors, exported files; and how those go."""

from __future__ import annotations

import csv
import glob
import json
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from io import StringIO
from pathlib import Path

from ranking.corpus import passages_of, written
from ranking.embed import text_hash
from ranking.exporting import replace_file
from scrapers.aliases import declared
from scrapers.candidates import repositories
from scrapers.naming import names_in, without_names
from scrapers.records import Account, Candidate, Evidence
from scrapers.settings import Home
from scrapers.store import Exported, Store
from scrapers.suppression import REDACTED, SuppressionList, within

_CANDIDATE = re.compile(rb"(?<![0-9a-z])c[0-9a-f]{20}(?![0-9a-z])")
ORDINARY_USES = 3  # a word that this many other people's texts use is a word, not a name


def shared_by_others(
    words: set[str], keys: set[str], everybody: Iterable[Candidate], gone: Collection[str]
) -> frozenset[str]:
    """Words and declared keys that do not point to this person alone: others use, are or declare them too."""
    uses: Counter[str] = Counter()
    shared: set[str] = set()
    for candidate in everybody:
        if any(str(account.key) in gone for account in candidate.accounts):
            continue
        text = " ".join(f"{item.title} {item.text}" for item in candidate.evidence)
        uses.update(words & set(re.findall(r"[\w-]+", text.casefold())))
        for account in candidate.accounts:
            shared |= keys & ({str(account.key)} | declared(account))
    return frozenset(shared | {word for word, count in uses.items() if count >= ORDINARY_USES})


def acts_naming(names: Collection[str], store: Store, gone: Collection[str]) -> set[tuple[str, str]]:
    """Which acts and biographies of others name somebody in full, as what the suppression list keeps of that."""
    found: set[tuple[str, str]] = set()
    if not names:
        return found
    for _, _, _, said in store.stated_rows():
        owner, act = (said.account, said.id) if isinstance(said, Evidence) else (said.key, str(said.key))
        if str(owner) in gone:
            continue
        text = f"{said.title}\n{said.text}\n{said.details}" if isinstance(said, Evidence) else said.bio or ""
        for _, _, name in names_in(text, names.__contains__):
            found |= {("names", act), ("name", f"{act} {name}")}
    return found


def rewritten_rows(
    store: Store, gone: Collection[str], listing: SuppressionList, words: Collection[str]
) -> dict[tuple[str, str], Evidence | Account | None]:
    """Other people's rows that name the person: blanked, or None where only a page of the person's can cite them.

    Only rows that spell one of `words` are looked at; without any word all are.
    """
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


def vectors_of_theirs(theirs: Iterable[Candidate], everybody: Iterable[Candidate], store: Store) -> list[str]:
    """Hashes of the passages that only this person's evidence has."""
    about, ids = repositories(store), {candidate.id for candidate in theirs}

    def hashes(candidates: Iterable[Candidate]) -> set[str]:
        said = (piece_and_text for candidate in candidates for piece_and_text in written(candidate, about))
        return {text_hash(passage) for piece, text in said for passage in passages_of(piece, text)}

    mine = hashes(candidate for candidate in everybody if candidate.id in ids)
    return sorted(mine - hashes(candidate for candidate in everybody if candidate.id not in ids))


@dataclass(frozen=True, slots=True)
class Files:
    """Exported files that name somebody: whom of them each of this home's names, as (home, path) they are recorded
    under, and those that another home wrote, which are never touched.
    """

    ours: Mapping[Path, set[str]]
    recorded: tuple[tuple[str, str], ...]
    left_alone: tuple[str, ...]


def files_naming(candidates: Collection[str], home: Home, store: Store) -> Files:
    """The files of this home that name these candidates, wherever they lie, and those of other homes."""
    identity, wanted = home.identity, set(candidates)
    ours: dict[Path, set[str]] = defaultdict(set)
    recorded: list[tuple[str, str]] = []
    left: set[str] = set()
    for file in store.exports():
        if not (named := file.candidates & wanted):
            continue
        here = identity.own(file.home, file.path)
        if here is not None and _is_of_others(here, file):
            here = None
            left.add(file.path)
        if here is not None:
            ours[here] |= named
        if identity.leaves(file.home, file.path):
            left.add(file.path)
        else:
            recorded.append((file.home, file.path))
    return Files(dict(sorted(ours.items())), tuple(recorded), tuple(sorted(left)))


def _is_of_others(path: Path, file: Exported) -> bool:
    """Whether something else lies there by now: a list that names candidates, and none of those whom we wrote there.

    A list in which somebody wrote stays ours, and so does whatever we cannot read.
    """
    content = path.read_bytes() if path.is_file() else b""
    if sha256(content).hexdigest() == file.sha256:
        return False
    named = {each.decode() for each in _CANDIDATE.findall(content.replace(b"\0", b""))}
    return bool(named) and named.isdisjoint(file.candidates)


def strike(path: Path, candidates: set[str], listing: SuppressionList, names: Collection[str] = ()) -> None:
    """Take people out of an exported file: their rows of CSV and JSON lines and what names them in the rows of others.

    A file of any other kind goes as a whole, and so does a draft that a crash left; they can be written again.
    """
    for draft in path.parent.glob(f".{glob.escape(path.name)}.*"):
        draft.unlink(missing_ok=True)
    if not path.is_file():
        return

    def blank(text: str) -> str:
        return without_names(listing.blank(text), names.__contains__, REDACTED)

    rows = csv.reader(StringIO(path.read_text(encoding="utf-8"), newline="")) if path.suffix == ".csv" else iter(())
    header = next(rows, [])
    if "candidate_id" in header:
        column, text = header.index("candidate_id"), StringIO(newline="")
        kept = [[blank(cell) for cell in row] for row in rows if row[column] not in candidates]
        csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows([header, *kept])
        replace_file(path, text.getvalue())
    elif path.suffix == ".jsonl":
        told = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        others = [within(row, blank) for row in told if row["candidate_id"] not in candidates]
        replace_file(path, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in others))
    else:
        path.unlink()
