"""People and queries of one's own, from JSON lines files (plain or gzip), as candidates with evidence."""

from __future__ import annotations

import gzip
import json
import logging
import zlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scrapers.faults import Fault
from scrapers.records import Account, AccountKey, Candidate, Evidence, EvidenceKind
from scrapers.text import clean, day, redact

if TYPE_CHECKING:
    import pandas as pd

log = logging.getLogger(__name__)

_OF_A_PERSON = ("person_id", "documents")
_OF_A_DOCUMENT = ("kind", "title", "text", "date", "url")
# Words that people use for their documents; what is not listed is read as a post. No kind counts more than another.
_KINDS = {kind.value: kind for kind in EvidenceKind} | {
    "commit": EvidenceKind.CONTRIBUTION,
    "package": EvidenceKind.REPOSITORY,
    "project": EvidenceKind.HACKATHON_PROJECT,
}


class PeopleUnreadable(Fault):
    """A file of people or queries does not say what it must; names the file, the line and the field."""


def read_people(path: Path) -> tuple[Candidate, ...]:
    """Read the people of a file, in file order, one evidence a document. Raises PeopleUnreadable.

    A key that is not read is warned of once, where it is met first.
    """
    people: dict[str, Candidate] = {}
    unread: dict[str, str] = {}
    for where, line in _objects(path):
        person = _text(line, "person_id", where)
        if person in people:
            raise PeopleUnreadable(f"{where}: person_id {person!r} is there twice")
        documents = line.get("documents")
        if not isinstance(documents, list):
            raise PeopleUnreadable(f"{where}: 'documents' must be a list")
        account = Account("file", person)
        evidence = tuple(_evidence(account.key, document, number, where) for number, document in enumerate(documents))
        people[person] = Candidate(person, (account,), evidence)
        for key in _unread(line, documents):
            unread.setdefault(key, where)
    for key, where in unread.items():
        log.warning("%s: %s is not read, here and wherever else it stands", where, key)
    return tuple(people.values())


def candidates_of(frame: pd.DataFrame) -> tuple[Candidate, ...]:
    """Return the people of a frame of one row a document: person_id, title, text, and where known kind, date, url."""
    if missing := {"person_id", "title", "text"} - set(frame.columns):
        raise PeopleUnreadable(f"the frame has no column {', '.join(sorted(missing))}")
    people: dict[str, list[Evidence]] = {}
    for number, row in enumerate(frame.astype(object).where(frame.notna(), None).to_dict("records")):
        where = f"row {number}"
        person = _text({"person_id": str(row["person_id"] or "")}, "person_id", where)
        documents = people.setdefault(person, [])
        document = row | {"date": str(row.get("date") or "")}
        documents.append(_evidence(AccountKey("file", person), document, len(documents), where))
    return tuple(Candidate(p, (Account("file", p),), tuple(documents)) for p, documents in people.items())


def read_queries(path: Path) -> dict[str, str]:
    """The text of every query by its id, in file order. Raises PeopleUnreadable."""
    queries: dict[str, str] = {}
    for where, line in _objects(path):
        query = _text(line, "query_id", where)
        if query in queries:
            raise PeopleUnreadable(f"{where}: query_id {query!r} is there twice")
        queries[query] = _text(line, "text", where)
    return queries


def _unread(person: Mapping[str, Any], documents: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Yield each unknown key, and which keys are known at its place."""
    for key in sorted(person.keys() - set(_OF_A_PERSON)):
        yield f"key {key!r} of a person (known are {', '.join(_OF_A_PERSON)})"
    for document in documents:
        for key in sorted(document.keys() - set(_OF_A_DOCUMENT)):
            yield f"key {key!r} of a document (known are {', '.join(_OF_A_DOCUMENT)})"


def _evidence(account: AccountKey, document: object, number: int, where: str) -> Evidence:
    if not isinstance(document, Mapping):
        raise PeopleUnreadable(f"{where}: document {number + 1} must be an object")
    title, text = (document.get(field) or "" for field in ("title", "text"))
    if not isinstance(title, str) or not isinstance(text, str):
        raise PeopleUnreadable(f"{where}: document {number + 1}: 'title' and 'text' must be strings")
    kind, url = str(document.get("kind") or ""), document.get("url")
    return Evidence(
        kind=_KINDS.get(kind, EvidenceKind.POST),
        account=account,
        title=redact(clean(title)),
        text=redact(clean(text)),
        # A document without a link is named by its place in the person's list, so that each piece has its own id.
        url=url if isinstance(url, str) and url else f"#document-{number + 1}",
        date=day(document.get("date")),
        details={"kind": kind} if kind else {},
    )


def _text(line: Mapping[str, Any], field: str, where: str) -> str:
    value = line.get(field)
    if not isinstance(value, str) or not value.strip():
        raise PeopleUnreadable(f"{where}: {field!r} must be a text that is not empty")
    return value


def _objects(path: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield each line's JSON object with the words that say where it stands."""
    number = 0
    try:
        with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    value = json.loads(line)
                    if not isinstance(value, Mapping):
                        raise PeopleUnreadable(f"{path}:{number}: expected one JSON object a line")
                    yield f"{path}:{number}", value
    except (ValueError, RecursionError) as error:
        raise PeopleUnreadable(f"{path}:{max(number, 1)}: not JSON in UTF-8 ({error})") from None
    except (OSError, EOFError, zlib.error) as error:
        raise PeopleUnreadable(f"{path}: {error}") from None
