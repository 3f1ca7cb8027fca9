"""Files added to a package that is a registry, for the length of a test."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

Add = Callable[[str, str], None]


@contextmanager
def files_added(package: ModuleType, folder: Path, forget: Callable[[], object]) -> Iterator[Add]:
    """Yield `add(name, text)`, which puts a module into the package; `forget` clears what the registry remembers."""
    added: list[str] = []
    folder.mkdir()
    package.__path__.append(str(folder))

    def add(name: str, text: str) -> None:
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
        added.append(name)
        forget()

    try:
        yield add
    finally:
        package.__path__.remove(str(folder))
        for name in added:
            sys.modules.pop(f"{package.__name__}.{name}", None)
            vars(package).pop(name, None)
        forget()
