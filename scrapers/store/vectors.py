"""What is kept beside people: vectors of texts, suppressed hashes, exported files, runs."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import delete, insert, select, update

from scrapers.store.sql import tables as t
from scrapers.store.sql.database import Database
from scrapers.store.sql.seals import sealed, unsealed
from scrapers.text import counted

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Run:
    """One step of work as it went: what the runs table keeps. `source` is what it was about: a source, or a role.

    `requests` were asked for (each may have been tried again), `bytes` are those of the pages that came, unpacked.
    """

    run_id: str
    step: str
    source: str | None
    outcome: str
    started_at: datetime
    ended_at: datetime
    counts: Mapping[str, Any]
    versions: Mapping[str, Any]
    requests: int = 0
    bytes: int = 0
    cpu_seconds: float = 0.0

    @property
    def seconds(self) -> float:
        """How long it took on the wall clock."""
        return (self.ended_at - self.started_at).total_seconds()


@dataclass(frozen=True, slots=True)
class Exported:
    """A file that names candidates: the id of the home that wrote it, where, and the SHA-256 that it had then.

    `due` are those of them who were forgotten or objected since and are still to be struck from it.
    """

    home: str
    path: str
    sha256: str | None
    candidates: frozenset[str]
    due: frozenset[str] = frozenset()


class Books(Database):
    """Vectors, suppressions, exports and runs."""

    def vectors(self, model_id: str, hashes: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        """The stored vectors of these texts (float32, unit length) by the SHA-256 of the text.

        A damaged one is told of and left out, as if it had never been made: who embeds next makes it anew.
        """
        found: dict[str, NDArray[np.float32]] = {}
        damaged = 0
        with self._reading() as connection:
            for start in range(0, len(hashes), 500):
                wanted = t.vectors.c.text_sha256.in_(hashes[start : start + 500])
                query = select(t.vectors.c.text_sha256, t.vectors.c.vector)
                for row in connection.execute(query.where(t.vectors.c.model_id == model_id, wanted)):
                    if (vector := unsealed(model_id, row.text_sha256, row.vector)) is not None:
                        found[row.text_sha256] = vector
                    else:
                        damaged += 1
        if damaged:
            _log.warning("integrity: %s damaged, not used, and made anew", counted(damaged, "vectors"))
        return found

    def add_vectors(self, model_id: str, vectors: Mapping[str, NDArray[np.float32]]) -> None:
        """Keep these vectors, in place of what was there."""
        rows = [
            {"model_id": model_id, "text_sha256": key, "vector": sealed(model_id, key, vector)}
            for key, vector in vectors.items()
        ]
        if rows:
            with self._writing() as connection:
                self._put(connection, t.vectors, rows)

    def vector_models(self) -> list[str]:
        """The models that made the stored vectors."""
        with self._reading() as connection:
            return list(connection.scalars(select(t.vectors.c.model_id).distinct().order_by(t.vectors.c.model_id)))

    def suppressed_hashes(self) -> dict[str, tuple[str, str]]:
        """Keyed hash -> (kind, reason)."""
        with self._reading() as connection:
            return {row.hash: (row.kind, row.reason) for row in connection.execute(select(t.suppressions))}

    def add_suppressions(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Add keyed hashes to the suppression list; one that is there already takes the reason given now."""
        with self._writing() as connection:
            self._put(connection, t.suppressions, rows)

    def mark(self, name: str) -> str | None:
        """What is known of the store as a whole under that name."""
        with self._reading() as connection:
            found = connection.scalar(select(t.marks.c.value).where(t.marks.c.name == name))
        return None if found is None else str(found)

    def set_mark(self, name: str, value: str) -> None:
        """Keep that of the store as a whole."""
        with self._writing() as connection:
            self._put(connection, t.marks, [{"name": name, "value": value}])

    def former_ids(self, accounts: Iterable[str] | None = None) -> dict[str, str]:
        """Candidate ids that these accounts, or all, had before a join, a split or a new key: id -> account."""
        query = select(t.former).order_by(t.former.c.account.desc())
        if accounts is not None:
            query = query.where(t.former.c.account.in_(list(accounts)))
        with self._reading() as connection:
            return {row.candidate_id: row.account for row in connection.execute(query)}

    def note_export(
        self, path: str, candidates: Iterable[str], at: datetime, *, home: str, digest: str | None = None
    ) -> None:
        """Remember which candidates a file of that home names, and its SHA-256, so that erasure reaches it."""
        with self._writing() as connection:
            connection.execute(delete(t.exports).where(t.exports.c.path == path, t.exports.c.home == home))
            rows = [
                {"home": home, "path": path, "candidate_id": c, "exported_at": at, "sha256": digest}
                for c in sorted(set(candidates))
            ]
            if rows:
                connection.execute(insert(t.exports), rows)

    def exports(self) -> list[Exported]:
        """Every file that names candidates, by home and path."""
        with self._reading() as connection:
            rows = connection.execute(select(t.exports).order_by(t.exports.c.home, t.exports.c.path)).all()
        grouped = groupby(rows, key=lambda row: (row.home, row.path, row.sha256))
        found = []
        for file, group in grouped:
            named = list(group)
            due = frozenset(row.candidate_id for row in named if row.due)
            found.append(Exported(*file, frozenset(row.candidate_id for row in named), due))
        return found

    def strike_later(self, candidates: Iterable[str]) -> None:
        """Note that these candidates are to be struck from every exported file that names them."""
        with self._writing() as connection:
            named = t.exports.c.candidate_id.in_(list(candidates))
            connection.execute(update(t.exports).where(named).values(due=True))

    def drop_exports(self, struck: Iterable[tuple[str, str]], candidates: Iterable[str]) -> None:
        """Forget that these files, by home and path, name these candidates: they were taken out of them."""
        gone = list(candidates)
        with self._writing() as connection:
            for home, path in struck:
                row = (t.exports.c.home == home) & (t.exports.c.path == path) & t.exports.c.candidate_id.in_(gone)
                connection.execute(delete(t.exports).where(row))

    def exports_naming(self, candidates: Iterable[str] | None = None) -> dict[str, list[str]]:
        """Path -> the given candidates, or all, that it names."""
        wanted = None if candidates is None else set(candidates)
        naming: dict[str, list[str]] = defaultdict(list)
        for file in self.exports():
            naming[file.path] += sorted(file.candidates if wanted is None else file.candidates & wanted)
        return {path: named for path, named in sorted(naming.items()) if named}

    def add_run(self, run: Run) -> None:
        """Append to the runs table."""
        with self._writing() as connection:
            connection.execute(insert(t.runs), [asdict(run)])

    def runs(self, limit: int | None = 50, step: str | None = None, since: datetime | None = None) -> list[Run]:
        """The newest runs first: of all steps or of one, begun at that moment or later."""
        wanted = select(t.runs).order_by(t.runs.c.started_at.desc()).limit(limit)
        if step is not None:
            wanted = wanted.where(t.runs.c.step == step)
        if since is not None:
            wanted = wanted.where(t.runs.c.started_at >= since)
        with self._reading() as connection:
            return [Run(**row._mapping) for row in connection.execute(wanted)]

    def expire_runs(self, before: datetime) -> int:
        """Delete runs begun before that moment; returns how many."""
        with self._writing() as connection:
            return int(connection.execute(delete(t.runs).where(t.runs.c.started_at < before)).rowcount)

    def runs_of(self, step: str, source: str, limit: int = 50) -> list[Run]:
        """The newest runs of one source in one step, the last ended first."""
        wanted = select(t.runs).where(t.runs.c.step == step, t.runs.c.source == source)
        with self._reading() as connection:
            rows = connection.execute(wanted.order_by(t.runs.c.ended_at.desc()).limit(limit)).all()
        return [Run(**row._mapping) for row in rows]
