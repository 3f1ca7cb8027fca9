"""Records from a file, clusters and reasons to a file."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from scrapers.faults import Fault
from scrapers.identity.accounts import IdentityRecord
from scrapers.identity.judging import resolve
from scrapers.identity.match.model import Choice
from scrapers.records.judgements import Judgement, Resolution
from scrapers.text import clean


class BadRecords(Fault, ValueError):
    """A line of a records file cannot be read as a record: says which line, and what is wrong."""

    def __init__(self, path: Path | str, line: int, what: str) -> None:
        super().__init__(f"{path}, line {line}: {what}")
        self.line, self.what = line, what


def read_records(path: Path | str) -> list[IdentityRecord]:
    """The records of a JSONL file (gzipped or not), ids unique; raises BadRecords naming the first bad line.

    A line that repeats an earlier record word for word is read once; one that contradicts it is an error.
    """
    found: dict[str, tuple[int, IdentityRecord]] = {}
    for number, text in _lines(Path(path)):
        record = _record(path, number, text)
        before = found.setdefault(record.record_id, (number, record))
        if before[1] != record or before[1].keys != record.keys:
            raise BadRecords(path, number, f"record {record.record_id!r} contradicts line {before[0]}")
    return [record for _, record in found.values()]


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    with path.open("rb") as raw:
        packed = raw.read(2) == b"\x1f\x8b"
    number = 0
    try:
        with gzip.open(path, "rb") if packed else path.open("rb") as file:
            for number, line in enumerate(file, 1):
                text = line.removeprefix(b"\xef\xbb\xbf" if number == 1 else b"").decode("utf-8")
                if text.strip():
                    yield number, text
    except UnicodeDecodeError as error:
        raise BadRecords(path, number, f"not UTF-8 ({error.reason})") from None
    except (EOFError, gzip.BadGzipFile) as error:
        raise BadRecords(path, number + 1, f"the compressed file is damaged ({error})") from None


def _record(path: Path | str, number: int, text: str) -> IdentityRecord:
    try:
        row = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadRecords(path, number, f"not JSON ({error})") from None
    if not isinstance(row, dict):
        raise BadRecords(path, number, "not a JSON object")
    try:
        return record_from(row)
    except ValueError as error:
        raise BadRecords(path, number, str(error)) from None


def record_from(row: Mapping[str, Any]) -> IdentityRecord:
    """A record from its JSON object; unknown fields are left out, a field of the wrong type raises ValueError."""
    site = _text(row, "handle_site")
    number = _text(row, "github_id")
    if number and not number.isdecimal():
        raise ValueError(f"github_id is not a number: {number!r}")
    record_id = _text(row, "record_id")
    if not record_id or any(c in record_id for c in "\t\r\n"):
        raise ValueError("record_id is missing" if not record_id else "record_id holds a tab or line break")
    return IdentityRecord(
        record_id=record_id,
        source=_text(row, "source") or site,
        site=site,
        handle=_text(row, "handle"),
        name=_text(row, "name")[:200],
        ids=(f"github#{int(number)}",) if number else (),
        links=tuple(sorted({link.casefold() for link in _texts(row, "links") if ":" in link})),
        projects=_texts(row, "projects"),
        years=_years(row),
        commits=_number(row, "commits"),
        tags=_texts(row, "tags"),
        bio=_text(row, "bio")[:500],
        email_hash=_text(row, "email_hash"),
        email_domain_class=_text(row, "email_domain_class"),
        email_domain_hash=_text(row, "email_domain_hash"),
        email_local_hash=_text(row, "email_local_hash"),
        email_local_class=_text(row, "email_local_class"),
        keys=_keys(row),
        link_host_hashes=_texts(row, "link_host_hashes"),
        url=_text(row, "url"),
    )


def _text(row: Mapping[str, Any], field: str) -> str:
    value = row.get(field)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str | None):
        raise ValueError(f"{field} is not text")
    return clean(value or "").strip()


def _texts(row: Mapping[str, Any], field: str) -> tuple[str, ...]:
    value = row.get(field) or []
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ValueError(f"{field} is not a list of texts")
    return tuple(clean(item).strip() for item in value)


def _number(row: Mapping[str, Any], field: str) -> int:
    value = row.get(field) or 0
    if not isinstance(value, int):
        raise ValueError(f"{field} is not a whole number")
    return value


def _years(row: Mapping[str, Any]) -> tuple[int, int] | None:
    value = row.get("years")
    if value is None:
        return None
    if not isinstance(value, list) or len(value) != 2 or not all(isinstance(year, int) for year in value):
        raise ValueError("years is not a list of two whole numbers")
    return min(value), max(value)


def _keys(row: Mapping[str, Any]) -> dict[str, str]:
    value = row.get("keys") or {}
    if not isinstance(value, dict) or not all(isinstance(item, str) for item in value.values()):
        raise ValueError("keys is not an object of texts")
    return {str(form): item for form, item in value.items() if item}


def resolve_file(
    records: Path | str,
    out: Path | str,
    why: Path | str | None = None,
    *,
    at: datetime,
    extra: Iterable[Path | str] = (),
    model: Choice = "default",
) -> Resolution:
    """Join the records of a file, and of `extra` files, into a clusters table; `why` gets a JSON line a judgement.

    Raises BadRecords before anything is written. Nothing else is read, and no clock.
    """
    rows = read_records(records)
    known = {row.record_id for row in rows}
    for path in extra:
        more = read_records(path)
        if twice := next((row.record_id for row in more if row.record_id in known), None):
            raise BadRecords(path, 0, f"record {twice!r} is in an earlier file too")
        known |= {row.record_id for row in more}
        rows += more
    found = resolve(rows, at=at, model=model)
    Path(out).write_text(clusters_tsv(found.clusters), encoding="utf-8")
    if why is not None:
        Path(why).write_text(why_lines([*found.judgements, *found.suggestions]), encoding="utf-8")
    return found


def clusters_tsv(clusters: Mapping[str, str]) -> str:
    """The table `record_id<TAB>cluster_id` with its header, in order of record."""
    return "".join(["record_id\tcluster_id\n", *(f"{record}\t{clusters[record]}\n" for record in sorted(clusters))])


def judgement_json(judgement: Judgement) -> dict[str, Any]:
    """A judgement as a JSON object, times as ISO strings."""
    evidence = [
        {
            "field": proof.field, "left": proof.left, "right": proof.right, "url": proof.url,
            "fetched_at": proof.fetched_at.isoformat() if proof.fetched_at else None,
        }
        for proof in judgement.evidence
    ]  # fmt: skip
    return {
        "left": judgement.left,
        "right": judgement.right,
        "verdict": judgement.verdict,
        "score": round(judgement.score, 4),
        "rule": judgement.rule,
        "rule_version": judgement.rule_version,
        "by": judgement.by,
        "at": judgement.at.isoformat(),
        "revoked_at": judgement.revoked_at.isoformat() if judgement.revoked_at else None,
        "sentence": judgement.sentence,
        "evidence": evidence,
    }


def why_lines(judgements: Iterable[Judgement]) -> str:
    """Return the judgements as JSON lines, one object each."""
    return "".join(json.dumps(judgement_json(judgement), ensure_ascii=False) + "\n" for judgement in judgements)
