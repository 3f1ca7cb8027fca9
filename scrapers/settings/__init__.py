"""Where state lives, who operates, what is watched: the only place that reads configuration."""

from __future__ import annotations

import os
import secrets
import tomllib
from collections.abc import Mapping
from datetime import date, timedelta
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import platformdirs
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from scrapers.faults import Fault
from scrapers.settings.home_copies import Identity, identify, put_once
from scrapers.settings.secret_key import listed_key, missing
from scrapers.sources import UnknownSource, Watch, source_named
from scrapers.sources.budget import Budget

Model = TypeVar("Model", bound=BaseModel)
CHECKOUT = Path(__file__).resolve().parent.parent
TERMS_VALID_FOR = timedelta(days=365)


class BadConfiguration(Fault):
    """A configuration file says something we do not accept; the message names file and field."""


class Strict(BaseModel):
    """A table of a configuration file: unknown keys are refused by name."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Terms(Strict):
    """What a source's owner allows, as read on a day. `fields` narrows the uses of single fields."""

    terms_url: str
    checked_on: date
    basis: Literal["api", "feed", "licence", "written_permission", "own_export", "none"]
    may_rank: bool = True
    may_contact: bool = False
    fields: Mapping[str, tuple[Literal["find", "verify", "contact"], ...]] = Field(default_factory=dict)
    note: str = ""


class Controller(Strict):
    """Who answers for the data (GDPR Art. 4(7)), as the notice names them, and how long they keep people (G8).

    Days are counted from the last new act, the notice, the last contact: `unnotified_days` where nobody was told yet,
    `retention_days` after a notice without an answer, `contacted_days` after an answer.
    """

    name: str = Field(min_length=1)
    contact: str = Field(min_length=3)
    purpose: str = Field(min_length=3)
    legal_basis: str = Field(min_length=3)
    retention_days: int = Field(default=180, ge=1, le=730)
    unnotified_days: int = Field(default=30, ge=1, le=30)
    contacted_days: int = Field(default=730, ge=1, le=730)


class Notice(Strict):
    """How people are told: each one, or by a public notice whose balancing note is dated."""

    policy: Literal["each", "public"] = "each"
    public_url: str | None = None
    balancing_note_on: date | None = None


class Ours(Strict):
    """Where people have met the operator already: "owner/name" of their repositories, and by name or address the events
    that they ran and the conferences where they spoke.
    """

    repositories: tuple[Annotated[str, Field(pattern=r"^[\w.-]+/[\w.-]+$")], ...] = ()
    events: tuple[Annotated[str, Field(min_length=3)], ...] = ()
    conferences: tuple[Annotated[str, Field(min_length=3)], ...] = ()


class Embedding(Strict):
    """The model that embeds texts in place of the packaged one: a local folder, or a name on the model hub.

    `revision` is a commit, tag or branch there. The prompts are put before what is asked and what was written, as the
    model's card says.
    """

    model: str = Field(min_length=1)
    revision: str | None = None
    query_prompt: str = ""
    passage_prompt: str = ""


class Reranking(Strict):
    """The cross-encoder that reads the best people again, named as for `Embedding`, and what its word counts."""

    model: str = Field(min_length=1)
    revision: str | None = None
    weight: float = Field(default=0.5, gt=0, le=4)


class Operator(Strict):
    """`operator.toml`: contact, controller, notice policy and the terms that the operator has accepted.

    `apis_by_terms` names sources whose documented API the operator uses under its published terms: robots.txt, written
    for crawlers of pages (RFC 9309), is not asked at that API's host. Only sources of basis "api"; empty by default.
    For `cool_down_days` after somebody was handed over for one role, no other role is given a contact. `embedding` and
    `reranker` name models of the operator's choice; without them there is the packaged one alone.
    """

    contact: str = Field(min_length=3)
    controller: Controller
    notice: Notice = Notice()
    cool_down_days: int = Field(default=90, ge=0, le=730)
    accepted: Mapping[str, date] = Field(default_factory=dict)
    apis_by_terms: tuple[str, ...] = ()
    warm: Ours = Ours()
    embedding: Embedding | None = None
    reranker: Reranking | None = None


class SourceSettings(Strict):
    """One source's part of `sources.toml`: on or off, its terms record, what it watches, its budget in one run."""

    enabled: bool = True
    terms: Terms | None = None
    watch: Mapping[str, Any] = Field(default_factory=dict)
    most_pages: int = Field(default=500, ge=1, le=5000)
    most_list_pages: int = Field(default=50, ge=1)
    most_urls: int = Field(default=5000, ge=1)
    most_minutes: float = Field(default=55.0, gt=0)
    deepest: int = Field(default=5, ge=0)
    barren_pages: int = Field(default=2, ge=1)

    @property
    def budget(self) -> Budget:
        return Budget(
            pages=self.most_pages,
            list_pages=self.most_list_pages,
            urls=self.most_urls,
            depth=self.deepest,
            barren=self.barren_pages,
            seconds=60 * self.most_minutes,
        )


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
        """Whether a key lies here."""
        return (self / "secret.key").exists()

    def make_key(self) -> None:
        """Put a new key there, unless there is one."""
        put_once(self / "secret.key", secrets.token_hex(32))

    @cached_property
    def identity(self) -> Identity:
        """Which home this is: itself, or a copy of another one."""
        return identify(self.create().folder)

    def operator(self) -> Operator:
        """The operator's own settings; raises BadConfiguration naming what is missing."""
        path = self / "operator.toml"
        if not path.is_file():
            raise BadConfiguration(f"{path}: not there; run `headwater init` first, live collecting needs a contact")
        operator = parsed(Operator, read_toml(path), path)
        for name in operator.accepted:
            _known_source(name, f"{path} [accepted]")
        for name in operator.apis_by_terms:
            _known_source(name, f"{path} apis_by_terms")
        return operator

    def known_operator(self) -> Operator | None:
        """The operator's own settings, None before `headwater init`; raises BadConfiguration naming what is wrong."""
        return self.operator() if (self / "operator.toml").is_file() else None


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


def read_toml(path: Path) -> dict[str, Any]:
    """The file's tables; raises BadConfiguration naming file and line."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadConfiguration(f"{path}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadConfiguration(f"{path}: {error}") from None


def parsed(model: type[Model], table: Mapping[str, Any], where: Path | str) -> Model:
    """The table as that model; raises BadConfiguration naming each wrong field."""
    try:
        return model.model_validate(table)
    except ValidationError as error:
        wrong = "; ".join(
            f"{'.'.join(map(str, e['loc'])) or 'table'}: {_in_words(e['type'], e['msg'])}" for e in error.errors()
        )
        raise BadConfiguration(f"{where}: {wrong}") from None


def _in_words(kind: str, told: str) -> str:
    """What is wrong with a field, and what to do, in the words of somebody who edits the file."""
    known = {"extra_forbidden": "no such key; correct its name or delete it", "missing": "is not there; add it"}
    return known.get(kind, told)


def read_sources(path: Path | None = None) -> dict[str, SourceSettings]:
    """`sources.toml` by source; unknown sources and keys are refused by name."""
    path = path or packaged("sources.toml")
    settings = {}
    for name, table in read_toml(path).items():
        _known_source(name, path)
        settings[name] = parsed(SourceSettings, table, f"{path} [{name}]")
        watch_of(name, settings[name], path)
    return settings


def _known_source(name: str, where: Path | str) -> None:
    """Raises BadConfiguration, with the place that names it, where there is no such source."""
    try:
        source_named(name)
    except UnknownSource as unknown:
        raise BadConfiguration(f"{where}: {unknown}") from None


def watch_of(name: str, settings: SourceSettings, where: Path | str = "sources.toml") -> Watch:
    """What that source is told to watch, typed by the source itself."""
    return parsed(source_named(name).watch, settings.watch, f"{where} [{name}.watch]")


def terms_gate(name: str, terms: Terms | None, operator: Operator | None, today: date) -> str | None:
    """Why this source may not run live today, or None. A source without valid terms is never asked.

    Where there is no operator yet, nobody has accepted any.
    """
    if terms is None:
        return f"sources.toml has no terms record; read the site's terms and add [{name}.terms]"
    if terms.checked_on > today:
        return (
            f"its terms are said to be read on {terms.checked_on}, after today ({today}, UTC); "
            f"read {terms.terms_url} and correct checked_on in sources.toml"
        )
    if today - terms.checked_on > TERMS_VALID_FOR:
        return f"its terms were read on {terms.checked_on}, over a year ago; read {terms.terms_url} again"
    if terms.basis == "none" and (operator is None or name not in operator.accepted):
        return (
            f"its terms are restrictive or unread; read {terms.terms_url} and, if you accept, "
            f"add `{name} = {today}` under [accepted] in operator.toml"
        )
    return None
