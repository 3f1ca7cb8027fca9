"""References to a person beside their own rows: rows of others, vectors, exported files; and how those go."""

from __future__ import annotations

import csv
import glob
import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from ranking.corpus.corpus import passages_of, written
from ranking.handover.spreadsheets import decoded, saved_table
from ranking.index.embedder import text_hash
from scrapers.candidates.joining import repositories
from scrapers.records import Account, Candidate, Evidence
from scrapers.rights.identifiers import declared
from scrapers.rights.suppression import REDACTED, SuppressionList, within
from scrapers.settings.home import Home, replace_file
from scrapers.store import Exported, Store
from scrapers.text.full_names import names_in, without_names

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
    """Return the acts and biographies of others that name somebody in full, as the suppression list keeps names."""
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
    """Exported files that name somebody: whom each of this home's files names; by record (home, path) the file as it
    lies today, if it does; and the files that another home wrote, which are never touched.
    """

    ours: Mapping[Path, set[str]]
    recorded: Mapping[tuple[str, str], Path | None]
    left_alone: tuple[str, ...]


def files_naming(candidates: Collection[str], home: Home, store: Store) -> Files:
    """The files of this home that name these candidates, wherever they lie, and those of other homes."""
    identity, wanted = home.identity, set(candidates)
    ours: dict[Path, set[str]] = defaultdict(set)
    recorded: dict[tuple[str, str], Path | None] = {}
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
            recorded[file.home, file.path] = here
    return Files(dict(sorted(ours.items())), recorded, tuple(sorted(left)))


def _is_of_others(path: Path, file: Exported) -> bool:
    """True if another list lies there by now: one that names candidates, and none of those whom we wrote there.

    A list in which somebody wrote stays ours, and so does whatever we cannot read.
    """
    try:
        content = path.read_bytes() if path.is_file() else b""
    except OSError:
        return False
    if sha256(content).hexdigest() == file.sha256:
        return False
    named = {each.decode() for each in _CANDIDATE.findall(content.replace(b"\0", b""))}
    return bool(named) and named.isdisjoint(file.candidates)


def struck(
    files: Files, listing: SuppressionList, names: Collection[str] = ()
) -> tuple[tuple[tuple[str, str], ...], dict[Path, str]]:
    """Take people out of these files, each by itself: the records (home, path) that are done, and what could not be.

    Whatever is wrong with a file stops no other. It is told with the reason; its record stays, so that the next run
    tries again.
    """
    failed: dict[Path, str] = {}
    for path, candidates in files.ours.items():
        try:
            strike(path, candidates, listing, names)
        except Exception as error:
            why = error.strerror if isinstance(error, OSError) and error.strerror else type(error).__name__
            failed[path] = f"{path}: {why}; make it writable or delete it, then run `headwater sweep`"
    done = tuple(record for record, path in files.recorded.items() if path not in failed)
    return done, failed


def strike(path: Path, candidates: set[str], listing: SuppressionList, names: Collection[str] = ()) -> None:
    """Take people out of an exported file: their rows of CSV and JSON lines and what names them in the rows of others.

    It may have been saved again by its reader, in any encoding and with any separator, and is left so. A file of any
    other kind, or one that has no row of candidates any more, goes as a whole, and so does a draft that a crash left;
    they can be written again.
    """
    for draft in path.parent.glob(f".{glob.escape(path.name)}.*"):
        draft.unlink(missing_ok=True)
    if not path.is_file():
        return

    def blank(text: str) -> str:
        return without_names(listing.blank(text), names.__contains__, REDACTED)

    rest = None
    if path.suffix == ".csv":
        rest = _table_without(path.read_bytes(), candidates, blank)
    elif path.suffix == ".jsonl":
        rest = _lines_without(path.read_bytes(), candidates, blank)
    if rest is None:
        path.unlink()
    else:
        replace_file(path, *rest)


def _table_without(raw: bytes, candidates: set[str], blank: Callable[[str], str]) -> tuple[str, str] | None:
    """The table without the rows of these candidates, and its encoding; None where no header names a candidate id."""
    try:
        table = saved_table(raw)
    except csv.Error:
        return None
    if not any("candidate_id" in (cell.strip().casefold() for cell in row) for row in table.rows):
        return None
    others = [row for row in table.rows if candidates.isdisjoint(cell.strip() for cell in row)]
    return replace(table, rows=[list(map(blank, row)) for row in others]).text(), table.encoding


def _lines_without(raw: bytes, candidates: set[str], blank: Callable[[str], str]) -> tuple[str, str]:
    """The JSON lines without those of these candidates, and their encoding; a line that is no JSON counts as words."""
    text, encoding = decoded(raw)
    kept = []
    for line in text.splitlines():
        if any(candidate in line for candidate in candidates):
            continue
        try:
            kept.append(json.dumps(within(json.loads(line), blank), ensure_ascii=False))
        except (ValueError, RecursionError):
            kept.append(blank(line))
    return "".join(f"{line}\n" for line in kept), encoding
