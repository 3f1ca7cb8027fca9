"""The contract of a source, and the folder as its registry.

A source is one file or package here, called as the source is. It holds a `Watch` model (its table in `sources.toml`),
a `plan` that says where to start, a pure `parse` that says what a page shows, and a module constant `SOURCE` that names
them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from pydantic import BaseModel, ConfigDict

from scrapers.faults import Fault
from scrapers.records import Page, Record, Request

_SHARED = {"budget", "watched"}  # files of this folder that are no source


class Watch(BaseModel):
    """Settings of a source: its `watch` table in `sources.toml`. Unknown keys are refused by name."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True, slots=True)
class Bulk:
    """Hosts of a source's bulk files, and `reduce(url, lines)`: the small body with what `parse` needs of one."""

    hosts: tuple[str, ...]
    reduce: Callable[[str, Iterable[bytes]], bytes]


@dataclass(frozen=True, slots=True)
class Source:
    """A public place and how it is read.

    plan(watch, since) yields the first requests; parse(page) yields records and follow-up requests. Neither does
    I/O, reads a clock or draws a random number. parse raises `PageChanged` where a mandatory landmark is missing.
    `follow` names the hosts a follow-up request may go to: an exact host, or `.example.com` for its subdomains.
    `headers` go out with each request; `token` names the environment variable of a bearer token, sent to
    `token_host` alone. `version` is raised when parse reads a page differently, so that archives are read again.
    `profiles` says how the account of a handle is asked for, by the site that a link to it names
    (`scrapers.collect.linked_accounts`).
    `bulk` names hosts of gzipped files too large for a page, with the function that keeps of one, line by line as it
    is unpacked, the few that concern the request; what it returns is the page's body (see `scrapers.collect.bulk`).
    `timeless` says that parse looks at no day: otherwise the same bytes are read again on another day.

    >>> from datetime import UTC, datetime
    >>> from scrapers.records import Account
    >>> class PondWatch(Watch):
    ...     places: tuple[str, ...] = ()
    >>> def plan(watch, since):
    ...     yield from (Request("pond", f"https://pond.example/{place}") for place in watch.places)
    >>> def parse(page):
    ...     yield from (Account("pond", handle) for handle in page.body.decode().split())
    >>> pond = Source("pond", "A pond", plan, parse, PondWatch, follow=("pond.example",))
    >>> (request,) = pond.plan(PondWatch(places=("north",)), date(2026, 1, 1))
    >>> page = Page("pond", request.url, b"ada noor", datetime(2026, 11, 1, tzinfo=UTC))
    >>> [account.handle for account in pond.parse(page)]
    ['ada', 'noor']
    """

    name: str
    title: str
    plan: Callable[[Any, date], Iterator[Request]]
    parse: Callable[[Page], Iterator[Record]]
    watch: type[Watch]
    follow: tuple[str, ...]
    version: int = 1
    seconds_between_requests: float = 1.0
    headers: Mapping[str, str] = field(default_factory=dict)
    token: str | None = None
    token_host: str | None = None
    verified: bool = True
    profiles: Mapping[str, Callable[[str], Request]] = field(default_factory=dict)
    bulk: Bulk | None = None
    timeless: bool = False


class UnknownSource(Fault):
    """The sources folder has no file of that name."""


class _Registry(Mapping[str, Source]):
    """Sources by name, in order of name; a source's module is imported when the source is first asked for."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = dict.fromkeys(sorted(names))

    def __getitem__(self, name: str) -> Source:
        if name not in self._names:
            raise KeyError(name)
        source: Source = import_module(f"{__name__}.{name}").SOURCE
        return source

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


@cache
def find_sources() -> Mapping[str, Source]:
    """Return every source in this folder, by name, in order of name."""
    names = (module.name for module in iter_modules(__path__))
    return _Registry(name for name in names if name not in _SHARED and not name.startswith("_"))


def source_named(name: str) -> Source:
    """Return the source of that name; raises UnknownSource with the names there are."""
    try:
        return find_sources()[name]
    except KeyError:
        raise UnknownSource(f"no source is called {name!r}; there are: {', '.join(find_sources())}") from None
