"""Identity of homes: whether a folder is a home or a copy of one, and which files are its own.

`home.json` holds an id and the folder where the home lay. Found in another folder, the home counts as a copy and takes
another id, until it is said that the home itself was moved. So a copy never touches what the original exported.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from scrapers.faults import Fault, full_disk_named

FILE = "home.json"


class HomeUnknown(Fault):
    """The file that says which home this is cannot be read."""


@dataclass(frozen=True, slots=True)
class HomeIdentity:
    """A home's id, the folder where it lies, and each folder where it lay before with the id that it had there."""

    id: str
    place: str
    before: Mapping[str, str]

    @property
    def is_copy(self) -> bool:
        """True if it is another home than the one that lay where this one was last."""
        return bool(self.before) and list(self.before.values())[-1] != self.id

    def own(self, written_by: str, path: str) -> Path | None:
        """Return where the file lies that the home of that id wrote at that path, if this home may touch it.

        What lies within the home is its own, and so is what it wrote elsewhere. What was written within the home
        before it was copied or moved is looked for in the folder of today.
        """
        here, there = Path(self.place), Path(path)
        if there.is_relative_to(here):
            return there
        for place, was in self.before.items():
            if was == written_by and there.is_relative_to(place):
                return here / there.relative_to(place)
        if not written_by:  # from before homes had an id: a copy knows its own files by their names
            copied = (here / there.parent.name / there.name, here / there.name)
            return next((path for path in copied if path.is_file()), None)
        return there if written_by in self._ids else None

    def leaves(self, written_by: str, path: str) -> bool:
        """True if the file at that path is another home's."""
        return written_by not in self._ids and not Path(path).is_relative_to(self.place)

    @property
    def _ids(self) -> set[str]:
        """Its id, and the one that it had here before it was said that it was moved."""
        return {self.id, self.before.get(self.place, self.id)}

    def exported(self, path: Path, at: datetime) -> bool:
        """True if a file from before homes had an id is this home's: written within it, or since its key lies here.

        A copy's key is younger than what the original exported.
        """
        key = Path(self.place) / "secret.key"
        return path.is_relative_to(self.place) or (key.is_file() and key.stat().st_ctime <= at.timestamp())


def identify(folder: Path) -> HomeIdentity:
    """Return the folder's identity; it gets an id on first use, and another one in each folder that it is copied to."""
    place, path = str(folder.resolve()), folder / FILE
    if not path.exists():
        put_once(path, _text(HomeIdentity(secrets.token_hex(16), place, {})))
    told = _read(path)
    if told.place == place:
        return told
    before = {name: was for name, was in told.before.items() if name != place} | {told.place: told.id}
    # Derived, so that two processes that find the copy at once agree; where it lay before, it is what it was.
    new = told.before.get(place) or sha256(f"{told.id} {place}".encode()).hexdigest()[:32]
    copied = HomeIdentity(new, place, before)
    _write(path, copied)
    return copied


def moved(folder: Path) -> HomeIdentity | None:
    """Take the id back that the home had in the folder where it lay last; None where it is no copy."""
    found = identify(folder)
    if not found.is_copy:
        return None
    same = replace(found, id=list(found.before.values())[-1], before={found.place: found.id} | dict(found.before))
    _write(folder / FILE, same)
    return same


def put_once(path: Path, text: str) -> None:
    """A private file there, whole or not at all; where another process was first, that one's stays."""
    draft = _draft(path, text)
    try:
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        except OSError:  # a file system without links: there the last of two wins
            draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _read(path: Path) -> HomeIdentity:
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        return HomeIdentity(str(told["id"]), str(told["place"]), dict(told["before"]))
    except (ValueError, KeyError, TypeError):
        raise HomeUnknown(
            f"{path}: damaged; restore it from a backup, or delete it: the home then leaves alone what it exported to "
            "other folders"
        ) from None


def _write(path: Path, found: HomeIdentity) -> None:
    _draft(path, _text(found)).replace(path)


def _text(found: HomeIdentity) -> str:
    return json.dumps(asdict(found), indent=1) + "\n"


def _draft(path: Path, text: str) -> Path:
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with full_disk_named(path), os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    return draft
