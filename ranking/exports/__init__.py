"""The contract of an export format, and the folder as its registry.

A format is one file here with a constant `SUFFIX` and a function `write(shortlist, out)`; the file's name is the
format's name. What a target cannot take is said by constants too: at most `MOST_ROWS` rows or `MOST_BYTES` bytes a
file, no room for evidence (`BESIDE`), and a `WARNING` for whoever imports the file. A suffix that one format has
chooses it; of several the one that says `DEFAULT = True`.

>>> from datetime import date
>>> from io import StringIO
>>> from ranking.exports import export_named
>>> from ranking.role import Role
>>> from ranking.shortlist.shortlist import Match, Shortlist
>>> from scrapers.records import Account, Candidate
>>> ada = Match(1, Candidate("c1", (Account("web", "ada.example", name="Ada Example"),), ()), 0.0, ())
>>> file = StringIO()
>>> export_named("gem").write(Shortlist(Role("engineer", ()), (ada,), date(2026, 11, 1), 60, "letters@1"), file)
>>> print(*file.getvalue().splitlines(), sep="\\n")
"job_stage","first_name","last_name","email","linkedin_url","phone_number","candidate_id"
"","Ada","Example","","","","c1"
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from math import inf
from pathlib import Path
from pkgutil import iter_modules
from typing import TextIO

from ranking.shortlist.shortlist import Shortlist
from scrapers.faults import Fault


@dataclass(frozen=True, slots=True)
class Export:
    """A format of shortlists: its name, the suffix of its files, its writer, and its limits.

    With `beside` the target has no room for evidence, which goes into a file beside it. The `default` one of its suffix
    is chosen by it.
    """

    name: str
    suffix: str
    write: Callable[[Shortlist, TextIO], None]
    most_rows: float = inf
    most_bytes: float = inf
    beside: bool = False
    default: bool = False
    warning: str = ""


_OPTIONS = ("MOST_ROWS", "MOST_BYTES", "BESIDE", "DEFAULT", "WARNING")


class UnknownFormat(Fault):
    """The name is not that of an export format."""


class BrokenFormat(Fault):
    """A format's file cannot be loaded; the message names the file and the error."""


def find_exports() -> Mapping[str, Export]:
    """Return every format in this folder, by name, in order of name."""
    return {name: export_named(name) for name in _names()}


@cache
def export_named(name: str) -> Export:
    """Return the format of that name, importing no other; raises UnknownFormat with the names there are."""
    if name not in _names():
        raise UnknownFormat(f"no export format is called {name!r}; there are: {', '.join(_names())}")
    try:
        module = import_module(f"{__name__}.{name}")
        options = {option.lower(): getattr(module, option) for option in _OPTIONS if hasattr(module, option)}
        return Export(name, module.SUFFIX, module.write, **options)
    except Exception as error:
        raise BrokenFormat(f"ranking/exports/{name}.py: {error!r}; mend the file, or move it away") from error


def export_for(path: Path) -> Export:
    """Return the format that the file's suffix chooses; raises UnknownFormat where none, or more than one, has it."""
    by_suffix: dict[str, list[Export]] = {}
    for export in find_exports().values():
        by_suffix.setdefault(export.suffix, []).append(export)
    if path.suffix.lower() not in by_suffix:
        known = ", ".join(sorted(by_suffix))
        raise UnknownFormat(f"{path}: no format is chosen by {path.suffix}; end it in {known}, or give --format NAME")
    formats = by_suffix[path.suffix.lower()]
    chosen = [export for export in formats if export.default] or formats
    if len(chosen) > 1:
        names = ", ".join(export.name for export in chosen)
        raise UnknownFormat(f"{path}: several formats claim {path.suffix}: {names}; give --format NAME")
    return chosen[0]


def _names() -> list[str]:
    return sorted(module.name for module in iter_modules(__path__) if not module.name.startswith("_"))
