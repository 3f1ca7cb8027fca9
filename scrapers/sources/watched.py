"""Settings that name sources: `sources.toml` (watched, terms, budgets), and `operator.toml` with its names checked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from scrapers.settings.home import Home, packaged
from scrapers.settings.operator import Operator
from scrapers.settings.strict import BadConfiguration, Strict, parsed, read_toml
from scrapers.sources import Watch, find_sources, source_named
from scrapers.sources.budget import Budget

TERMS_VALID_FOR = timedelta(days=365)


class Terms(Strict):
    """Terms of use of a source, as read on a day. `fields` narrows the uses of single fields."""

    terms_url: str
    checked_on: date
    basis: Literal["api", "feed", "licence", "written_permission", "own_export", "none"]
    may_rank: bool = True
    may_contact: bool = False
    fields: Mapping[str, tuple[Literal["find", "verify", "contact"], ...]] = Field(default_factory=dict)
    note: str = ""


class SourceSettings(Strict):
    """A source's part of `sources.toml`: on or off, its terms record, what it watches, its budget in one run."""

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


def read_sources(path: Path | None = None, *, watches: bool = True) -> dict[str, SourceSettings]:
    """Return the settings of `sources.toml` by source; unknown sources and keys are refused by name.

    Without `watches` no source is loaded, and what its table says to watch is not checked.
    """
    path = path or packaged("sources.toml")
    settings = {}
    for name, table in read_toml(path).items():
        _known_source(name, path)
        settings[name] = parsed(SourceSettings, table, f"{path} [{name}]")
        if watches:
            watch_of(name, settings[name], path)
    return settings


def _known_source(name: str, where: Path | str) -> None:
    """Raise BadConfiguration, with the place that names it, where there is no such source."""
    if name not in (names := find_sources()):
        raise BadConfiguration(f"{where}: no source is called {name!r}; there are: {', '.join(names)}")


def watch_of(name: str, settings: SourceSettings, where: Path | str = "sources.toml") -> Watch:
    """Return the source's watch table, typed by the source itself."""
    return parsed(source_named(name).watch, settings.watch, f"{where} [{name}.watch]")


def terms_gate(name: str, terms: Terms | None, operator: Operator | None, today: date) -> str | None:
    """Return why this source may not run live today, or None. A source without valid terms is never asked.

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


def operator_of(home: Home) -> Operator:
    """Return the operator's settings; raises BadConfiguration naming what is missing, wrong, or no source."""
    path = home / "operator.toml"
    if not path.is_file():
        raise BadConfiguration(f"{path}: not there; run `headwater init` first, live collecting needs a contact")
    operator = parsed(Operator, read_toml(path), path)
    for name in operator.accepted:
        _known_source(name, f"{path} [accepted]")
    for name in operator.apis_by_terms:
        _known_source(name, f"{path} apis_by_terms")
    return operator


def known_operator(home: Home) -> Operator | None:
    """Return the operator's settings, None before `headwater init`; raises BadConfiguration naming what is wrong."""
    return operator_of(home) if (home / "operator.toml").is_file() else None
