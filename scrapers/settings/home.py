"""The home: the folder that holds all state, its secret key, and how files are put there."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from functools import cached_property
from importlib.resources import files
from pathlib import Path

import platformdirs

from scrapers.faults import Fault, StorageFault
from scrapers.settings.home_copies import HomeIdentity, identify, put_once
from scrapers.settings.secret_key import listed_key, missing
from scrapers.settings.strict import BadConfiguration

CHECKOUT = Path(__file__).resolve().parents[2]


class Home:
    """The folder that holds all state. Creating it makes it private to its owner (mode 0700).

    One that stands `apart` (the sample's) keeps its store in the folder even where HEADWATER_STORE names a server.
    """

    def __init__(self, folder: Path, apart: bool = False) -> None:
        self.folder, self.apart = folder, apart

    def __truediv__(self, name: str) -> Path:
        return self.folder / name

    def create(self) -> Home:
        """Make the folder; raises BadConfiguration where that is not permitted."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            (self.folder / "exports").mkdir(exist_ok=True, mode=0o700)
        except OSError as error:
            raise HomeUnusable(f"{self.folder}: {error.strerror}; choose another folder with --home") from None
        if not os.access(self.folder, os.W_OK | os.X_OK):
            raise HomeUnusable(f"{self.folder}: not writable; choose another folder with --home")
        return self

    @cached_property
    def key(self) -> bytes:
        """The secret behind every keyed hash, made once and kept beside the store, never in it.

        Raises KeyRefused where there is none beside a store or a list that were made with one.
        """
        path = self.create() / "secret.key"
        if not path.exists():
            if (self / "headwater.db").exists() or listed_key(self / "suppression.jsonl")[1]:
                raise missing(self.folder, self.folder)
            self.make_key()
        try:
            key = bytes.fromhex(path.read_text().strip())
        except ValueError:
            key = b""
        if len(key) != 32:
            raise BadConfiguration(f"{path}: not a key of 32 bytes; restore it from a backup, opt-outs depend on it")
        return key

    @property
    def has_key(self) -> bool:
        """True if a key lies here."""
        return (self / "secret.key").exists()

    def make_key(self) -> None:
        """Put a new key there, unless there is one."""
        put_once(self / "secret.key", secrets.token_hex(32))

    @cached_property
    def identity(self) -> HomeIdentity:
        """Identity of this home: itself, or a copy of another one."""
        return identify(self.create().folder)


class HomeUnusable(Fault):
    """The home folder cannot be made or written (a storage fault)."""

    exit_code = 6


def find_home(chosen: Path | None = None) -> Home:
    """`--home`, else HEADWATER_HOME, else data/home of the project around us, else the platform's data folder."""
    if chosen is not None:
        return Home(chosen.expanduser().resolve())
    if named := os.environ.get("HEADWATER_HOME"):
        return Home(Path(named).expanduser().resolve())
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / "prefect.yaml").is_file() and (folder / "scrapers").is_dir():
            return Home(folder / "data" / "home")
    return Home(platformdirs.user_data_path("headwater"))


def packaged(name: str) -> Path:
    """A file or folder that ships with the product: roles, sample, sources.toml, weights.toml."""
    in_checkout = CHECKOUT / "data" / name
    return in_checkout if in_checkout.exists() else Path(str(files("headwater_data").joinpath(name)))


class NotWritten(StorageFault):
    """The file could not be written; what was there before is untouched."""


def replace_file(path: Path, text: str, encoding: str = "utf-8") -> None:
    """Put the text there in one step (write, flush to disk, rename): a reader sees the old file or the new one.

    A character that the encoding lacks becomes "?".
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding=encoding, errors="replace", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        with suppress(OSError):
            draft.unlink()
        raise NotWritten(f"{path}: {error.strerror}; choose another place with --out") from None
