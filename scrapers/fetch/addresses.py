"""Guards of addresses and sizes: which hosts may be connected to, and what one URL may cost. Pure; used by the fetch
door alone.

The table is our own (IANA special-purpose registries for IPv4 and IPv6, plus one cloud's metadata address), because
`ipaddress.is_global` differs between Python versions.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

import httpx

from scrapers.fetch.responses import FetchFailed
from scrapers.records import Code

KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30


class NotAllowed(FetchFailed):
    """A URL that we do not ask: its address is not public, or its site does not want us there."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Cost limits of one URL: bytes, seconds, redirects, tries."""

    wire: int = 5 * MIB
    body: int = 10 * MIB  # after the content coding is removed
    json: int = 20 * MIB
    headers: int = 64 * KIB
    attempt: float = 20.0  # seconds for one request, from the name lookup to the last byte
    trying: float = 60.0  # seconds of our own for one URL; waits that the server asks for are not counted
    redirects: int = 5
    tries: int = 4
    longest_wait: float = 120.0  # seconds that we sleep when asked; above that the URL is deferred
    failures: int = 5  # in a row, after which an origin is left alone
    cooldown: float = 300.0  # seconds until such an origin is asked once more
    bulk: int = GIB  # on the wire, for a file of a source's bulk host; what it unpacks to is never held
    bulk_attempt: float = 900.0  # seconds for one such file


STANDARD = Limits()

_NOT_PUBLIC_4 = tuple(
    IPv4Network(net)
    for net in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # shared by carriers
        "127.0.0.0/8",  # loopback
        "168.63.129.16/32",  # Azure's platform address, public by number only
        "169.254.0.0/16",  # link-local, cloud metadata
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
    )
)
_PUBLIC_6 = IPv6Network("2000::/3")  # all else is local, mapped, translated (NAT64) or not assigned
_NOT_PUBLIC_6 = tuple(
    IPv6Network(net)
    for net in (
        "2001::/23",  # protocol assignments, Teredo, ORCHID
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: an IPv4 address inside
        "3fff::/20",  # documentation
    )
)


def is_public(address: str) -> bool:
    """True if an address, as text, belongs to the public internet. Anything that is no address does not."""
    try:
        number = ip_address(address)
    except ValueError:
        return False
    match number:
        case IPv4Address():
            return not any(number in net for net in _NOT_PUBLIC_4)
        case IPv6Address():
            scoped = number.scope_id is not None
            return not scoped and number in _PUBLIC_6 and not any(number in net for net in _NOT_PUBLIC_6)


def check_url(url: str, allow: Collection[str] = ()) -> httpx.URL:
    """The URL as the client reads it; raises NotAllowed for one that no page of the public web can have.

    `allow` holds exact `host:port` pairs that are exempt, for tests and intranets. The one parser that also
    connects does the reading, so that no second reading of the same text can disagree. What a name resolves to is
    asked where the connection is made.
    """
    authority = re.match(r"[a-zA-Z]+://([^/?#]*)", url)
    if authority is None or re.search(r"[\s\\@%\x00-\x20]", authority.group(1)):
        raise _refuse(url, "not a plain http or https URL")
    try:
        parsed = httpx.URL(url)
        host = parsed.host  # decoded here, which fails for names that are no IDNA 2008 (emoji domains, for one)
    except (httpx.InvalidURL, ValueError):
        raise _refuse(url, "not a URL that can be read in one way only") from None
    if parsed.scheme not in {"http", "https"} or not host:
        raise _refuse(url, "not a plain http or https URL")
    if origin_of(parsed) in allow:
        return parsed
    if parsed.port not in {None, 80, 443}:
        raise _refuse(url, f"port {parsed.port} is not a port of the public web")
    host = parsed.raw_host.decode("ascii").rstrip(".")
    if ":" in host or re.fullmatch(r"(.*\.)?(\d+|0x[0-9a-f]*)", host):
        if not is_public(host):  # also 127.1, 0x7f000001 and other spellings that only some libraries read
            raise _refuse(url, "not a public address")
    elif not re.fullmatch(r"([a-z0-9_-]{1,63}\.)+[a-z0-9-]{2,63}", host) or _LOCAL.search(host):
        raise _refuse(url, "not a name of the public internet")
    return parsed


_LOCAL = re.compile(r"(^|\.)(localhost|local|internal|intranet|lan|home\.arpa|onion)$")


def origin_of(url: httpx.URL) -> str:
    """`host:port`, which is also how exemptions are written; an IPv6 host stands in brackets."""
    return place(url.raw_host.decode("ascii"), url.port or (443 if url.scheme == "https" else 80))


def place(host: str, port: int) -> str:
    """`host:port` as written in `allow`."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _refuse(url: str, why: str) -> NotAllowed:
    return NotAllowed(Code.SSRF_REFUSED, url, f"{why}; only public http and https addresses are read")
