"""Ranking: who fits a role, and why. The notebook's names load on first use, so that importing this costs nothing."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ranking.notebook.views import Shortlist
    from ranking.pool import TalentPool
    from ranking.role import Role

__all__ = ["Role", "Shortlist", "TalentPool"]

_HOMES = {"TalentPool": "ranking.pool", "Role": "ranking.role", "Shortlist": "ranking.notebook.views"}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'ranking' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
