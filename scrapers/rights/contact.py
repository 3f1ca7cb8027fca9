"""Check of the operator's contact: without a real page or address no site is asked anything (G12)."""

from __future__ import annotations

import re

from scrapers.settings.home import Home
from scrapers.settings.operator import Operator
from scrapers.settings.strict import BadConfiguration
from scrapers.sources.watched import operator_of
from scrapers.text.hosts import registered

# A word in the place of a host: after "//" or "@", at the beginning, or after a space.
_HOST = re.compile(r"(?:^|//|@|\s)([\w-]+(?:\.[\w-]++)*)")
_NOBODY = {"example", "invalid", "test", "localhost"}  # endings that RFC 2606 keeps out of the web, as example.com


def placeholders(operator: Operator) -> tuple[str, ...]:
    """Return the keys of operator.toml whose value names a host that is reserved for examples."""
    contacts = {"contact": operator.contact, "[controller] contact": operator.controller.contact}
    return tuple(key for key, value in contacts.items() if any(map(_is_reserved, _HOST.findall(value.casefold()))))


def reachable(home: Home) -> Operator:
    """Return the operator with a usable contact; raises BadConfiguration naming the file, the key and the remedy."""
    operator = operator_of(home)
    if unfilled := placeholders(operator):
        raise BadConfiguration(
            f"{home / 'operator.toml'}: {' and '.join(unfilled)}: still a placeholder, so nobody was asked; put a page "
            "or an address there that reaches you, every site is told it"
        )
    return operator


def missing(home: Home) -> str | None:
    """Return the reason why no live run is possible, or None."""
    try:
        reachable(home)
    except BadConfiguration as fault:
        return str(fault)
    return None


def _is_reserved(host: str) -> bool:
    _, dot, ending = host.rpartition(".")
    return host == "localhost" or (bool(dot) and (ending in _NOBODY or registered(host).startswith("example.")))
