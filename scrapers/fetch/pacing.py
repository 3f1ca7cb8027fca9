"""Pacing of requests by origin, so that workers that share a store keep a site's pace together (G3, G34)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class NotYet:
    """An origin may be tried for again in so many seconds; `asked` where the site itself wants the quiet."""

    seconds: float
    asked: bool = False


class Pacing(Protocol):
    """Protocol of the leases of origins (scheme, host and port): one request at a time, and its distance."""

    def take_turn(self, origin: str, apart: float, lasts: float) -> NotYet | None:
        """Lease the origin for one request, or say when to try again.

        The last request of any worker ended `apart` seconds ago at least. The lease of a worker that dies ends after
        `lasts` seconds.
        """

    def end_turn(self, origin: str, *, paced: bool = True, quiet: float = 0.0) -> None:
        """Give the lease back; nobody asks for `quiet` seconds, and the next request keeps its distance if `paced`."""


class LocalPacing:
    """The turns of a process that shares its store with nobody: always its own."""

    def take_turn(self, origin: str, apart: float, lasts: float) -> NotYet | None:  # noqa: ARG002
        return None

    def end_turn(self, origin: str, *, paced: bool = True, quiet: float = 0.0) -> None:
        pass


ALONE = LocalPacing()
