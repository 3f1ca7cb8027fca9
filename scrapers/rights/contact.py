"""Whom the owner of a site turns to: a real page or address, or nobody is asked (G12)."""

from __future__ import annotations

import re

from scrapers.settings.home import Home
from scrapers.settings.operator import Operator
from scrapers.settings.strict import BadConfiguration
from scrapers.sources.watched import operator_of
from scrapers.text.hosts import registered

# What stands where a host does: after "//" or "@", at the beginning, or after a space.
_HOST = re.compile(r"(?:^|//|@|\s)([\w-]+(?:\.[\w-]++)*)")
_NOBODY = {"example", "invalid", "test", "localhost"}  # endings that RFC 2606 keeps out of the web, as example.com


def placeholders(operator: Operator) -> tuple[str, ...]:
    """The keys of operator.toml whose value reaches nobody: it names a host that is reserved for examples."""
    told = {"contact": operator.contact, "[controller] contact": operator.controller.contact}
    return tuple(key for key, value in told.items() if any(map(_is_reserved, _HOST.findall(value.casefold()))))


def reachable(home: Home) -> Operator:
    """Who asks, with a contact that reaches them; raises BadConfiguration naming the file, the key and the remedy."""
    operator = operator_of(home)
    if unfilled := placeholders(operator):
        raise BadConfiguration(
            f"{home / 'operator.toml'}: {' and '.join(unfilled)}: still a placeholder, so nobody was asked; put a page "
            "or an address there that reaches you, every site is told it"
        )
    return operator


def missing(home: Home) -> str | None:
    """What keeps a live run from asking anybody, or None."""
    try:
        reachable(home)
    except BadConfiguration as fault:
        return str(fault)
    return None


def _is_reserved(host: str) -> bool:
    _, dot, ending = host.rpartition(".")
    return host == "localhost" or (bool(dot) and (ending in _NOBODY or registered(host).startswith("example.")))
