"""Errors without quotations: what Prefect is told of an error that a flow or a task raises.

Prefect writes an error's words into states, logs and results, which no erasure reaches, and they may quote what is
stored about people.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import ParamSpec, TypeVar

from scrapers.faults import Fault, Interrupted
from scrapers.settings.home import find_home
from scrapers.settings.tracebacks import FOLDER, keep_traceback

Given = ParamSpec("Given")
Found = TypeVar("Found")


class Stopped(Exception):
    """Error of a flow or a task without quotation: its type, where it was raised, and the file with its traceback."""


def unquoted(work: Callable[Given, Found]) -> Callable[Given, Found]:
    """Guard work: of its errors a Fault keeps its words, unless they quote; any other becomes Stopped (G28).

    Neither carries the errors that led to it, since a log would show them too.
    """

    @wraps(work)
    def guarded(*given: Given.args, **named: Given.kwargs) -> Found:
        ended: Exception
        try:
            return work(*given, **named)
        except (Fault, Interrupted, Stopped) as error:
            ended = Stopped(_told(error)) if isinstance(error, Fault) and error.quotes else error
        except Exception as error:
            ended = Stopped(_told(error))
        ended.__cause__ = ended.__context__ = None
        raise ended

    return guarded


def is_unquoted(work: Callable[..., object]) -> bool:
    """True if the work's errors are guarded."""
    return getattr(work, "__code__", None) is unquoted(_told).__code__


def _told(error: Exception) -> str:
    where = traceback.extract_tb(error.__traceback__)[-1]
    kept = keep_traceback(find_home(), error, datetime.now(UTC))
    file = f"its traceback is {FOLDER}/{kept.name} in the home" if kept else "its traceback could not be kept"
    return f"{type(error).__name__} at {Path(where.filename).name}:{where.lineno}; {file}"
