"""The contract of an export format, and the folder as its registry.

A format is one file here with a constant `SUFFIX` and a function `write(shortlist, out)`; the file's name is the
format's name. What a target cannot take is said by constants too: at most `MOST_ROWS` rows or `MOST_BYTES` bytes a
file, no room for evidence (`BESIDE`), and a `WARNING` for whoever imports the file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from math import inf
from pkgutil import iter_modules
from typing import TextIO

from ranking.shortlist.shortlist import Shortlist
from scrapers.faults import Fault


@dataclass(frozen=True, slots=True)
class Export:
    """One way of writing a shortlist down: what it is called, how its files end, how to write one, and its limits.

    With `beside` the target has no room for evidence, which goes into a file beside it.
    """

    name: str
    suffix: str
    write: Callable[[Shortlist, TextIO], None]
    most_rows: float = inf
    most_bytes: float = inf
    beside: bool = False
    warning: str = ""


_LIMITS = ("MOST_ROWS", "MOST_BYTES", "BESIDE", "WARNING")


class UnknownFormat(Fault):
    """No export format is called that."""


@cache
def find_exports() -> Mapping[str, Export]:
    """Every format in this folder, by name."""
    modules = {m.name: import_module(f"{__name__}.{m.name}") for m in iter_modules(__path__) if m.name[0] != "_"}
    return {
        name: Export(
            name,
            module.SUFFIX,
            module.write,
            **{limit.lower(): getattr(module, limit) for limit in _LIMITS if hasattr(module, limit)},
        )
        for name, module in sorted(modules.items())
    }


def export_named(name: str) -> Export:
    """The format of that name; raises UnknownFormat with the names there are."""
    try:
        return find_exports()[name]
    except KeyError:
        raise UnknownFormat(f"no export format is called {name!r}; there are: {', '.join(find_exports())}") from None
