"""Writing a shortlist to a file: whole or not at all, private, and remembered for erasure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from io import StringIO
from pathlib import Path
from typing import Any

from ranking.exports import Export, export_for, export_named
from ranking.handover.ats_known import with_known
from ranking.handover.clearance import cleared, hand_over, past_due, unlisted
from ranking.shortlist.changes import keep
from ranking.shortlist.shortlist import Shortlist
from scrapers.rights.audit_log import record
from scrapers.rights.suppression import SuppressionList
from scrapers.settings.home import Home, replace_file
from scrapers.store import PastShortlist, Store


def export(
    shortlist: Shortlist, home: Home | None, form: str, path: Path, *, at: datetime, blind: bool = False
) -> Path:
    """Write the shortlist in that format (the suffix is added where it is missing) and return the file's path.

    With a home, contacts are cleared first, whom a file names is on record before the file is there, and the list is
    remembered for `headwater changes`. Beside it lie
    the notice, further parts where the target takes no more rows or bytes (NAME-2.csv), the evidence where it has no
    room for it (NAME.evidence.csv), and for a blind list the key (NAME.key.csv).
    """
    how = export_named(form)
    target = path if path.suffix else path.with_suffix(how.suffix)
    if home is None:
        written = _files(shortlist, how, target, blind)
    else:
        with Store.open(home) as store:
            found = unlisted(_in_time(shortlist, home, store, at), SuppressionList.open(home, store))
            shortlist = with_known(cleared(found, home, store), home)
            written = _files(shortlist, how, target, blind)
            ids = [*(match.candidate.id for match in shortlist.matches), *shortlist.left]
            for file, text in written.items():
                digest = sha256(text.encode()).hexdigest()
                store.note_export(str(file.resolve()), ids, at, home=home.identity.id, digest=digest)
            if not blind:
                hand_over(shortlist, store)
            entry = keep(shortlist, store, at)
    if not blind and any(found.contact for found in shortlist.clearances.values()):
        written[target.with_suffix(".notice.txt")] = shortlist.notice
    for file, text in written.items():
        replace_file(file, text)
    if home is not None:
        hashes = sorted(sha256(text.encode()).hexdigest() for text in written.values())
        record(home, "export", at, format=how.name, blind=blind, sha256=hashes, **_said(shortlist, entry))
    return target


def _in_time(shortlist: Shortlist, home: Home, store: Store, at: datetime) -> Shortlist:
    """The shortlist without those who may be held no longer at that moment."""
    people = [match.candidate for match in shortlist.matches]
    accounts = [str(account.key) for candidate in people for account in candidate.accounts]
    late = past_due(people, home, store, at.date(), accounts)
    return replace(shortlist, matches=tuple(match for match in shortlist.matches if match.candidate.id not in late))


def _said(shortlist: Shortlist, entry: PastShortlist) -> dict[str, Any]:
    """Return the audit entry of a shortlist: what it was made with, from how many, who was left out, whom it names."""
    return {
        "shortlist": entry.id,
        "role": entry.role_hash,
        "model": entry.model_id,
        "weights": entry.weights_hash,
        "as_of": entry.as_of.isoformat(),
        "considered": entry.considered,
        "taken_out": dict(shortlist.funnel.taken_out) if shortlist.funnel else {},
        "candidates": [place.candidate_id for place in entry.places],
    }


def _files(shortlist: Shortlist, how: Export, target: Path, blind: bool) -> dict[Path, str]:
    """Every file that names people, by path."""
    shown = shortlist
    if blind:
        from ranking.handover.blinding import blinded, key_of

        shown = blinded(shortlist)
    texts = list(parts(shown, how))
    named = (target, *(target.with_stem(f"{target.stem}-{number}") for number in range(2, len(texts) + 1)))
    found = dict(zip(named, texts, strict=True))
    if how.beside:
        found[target.with_suffix(".evidence.csv")] = text_of(shown, export_named("shortlist_csv"))
    if blind:
        found[target.with_suffix(".key.csv")] = key_of(shortlist)
    return found


def parts(shortlist: Shortlist, how: Export) -> Iterator[str]:
    """The texts of as many files as the target's limits of rows and bytes ask for; nobody is in two."""
    people = shortlist.matches
    if len(people) <= how.most_rows:
        text = text_of(shortlist, how)
        if len(people) <= 1 or len(text.encode()) <= how.most_bytes:
            yield text
            return
    first = int(min(how.most_rows, len(people) - len(people) // 2))
    yield from parts(replace(shortlist, matches=people[:first]), how)
    yield from parts(replace(shortlist, matches=people[first:]), how)


def text_of(shortlist: Shortlist, how: Export) -> str:
    """The whole file as text."""
    text = StringIO(newline="")
    how.write(shortlist, text)
    return text.getvalue()


def format_for(path: Path | None, form: str | None) -> Export:
    """The format asked for by name, else by the file's suffix, CSV without one; raises UnknownFormat."""
    if form is not None:
        return export_named({"csv": "shortlist_csv", "html": "page"}.get(form, form))
    if path is None or not path.suffix:
        return export_named("shortlist_csv")
    return export_for(path)
