"""robots.txt (RFC 9309) and noindex: what a site asks of crawlers, and of us by name. Pure; protego reads the rules."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass

from protego import Protego

from scrapers.fetch.addresses import NotAllowed
from scrapers.fetch.responses import Response
from scrapers.records import Code

PRODUCT = "headwater"  # the name that a site may address us by
FIRST_BYTES = 500 * 1024  # of robots.txt that count
LONGEST_DELAY = 60.0  # seconds; a site that asks for more is left out
KEPT = 24 * 3600.0  # seconds for which an answer holds
KEPT_UNREACHABLE = 300.0  # seconds until a site that could not be asked is asked again

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Rules:
    """Rules of one origin: `closed` is why nothing is allowed, `delay` the seconds it wants between requests."""

    rules: Protego | None = None
    closed: str = ""
    code: Code = Code.ROBOTS_DENIED
    delay: float = 0.0

    @property
    def kept(self) -> float:
        """For how many seconds these rules hold."""
        return KEPT_UNREACHABLE if self.code is Code.ROBOTS_UNREACHABLE else KEPT

    def check(self, url: str) -> None:
        """Raise NotAllowed where robots.txt excludes us from that URL."""
        if self.closed:
            raise NotAllowed(self.code, url, self.closed)
        if self.rules is not None and not self.rules.can_fetch(url, PRODUCT):
            raise NotAllowed(Code.ROBOTS_DENIED, url, "robots.txt does not allow this page; we stay away")


def unreachable(why: str) -> Rules:
    """The rules of a site whose robots.txt could not be had: nothing is allowed until it can."""
    detail = f"robots.txt could not be read ({why}), so nothing is allowed; the next run asks again"
    return Rules(closed=detail, code=Code.ROBOTS_UNREACHABLE)


def read_rules(answer: Response) -> Rules:
    """The rules in an answer to /robots.txt: 2xx is read, 4xx allows all, and 429, 5xx and the rest allow nothing."""
    if 400 <= answer.status < 500 and answer.status != 429:
        return Rules()
    if answer.status not in {200, 203, 204}:  # 202 is how a firewall answers
        return unreachable(f"status {answer.status}")
    text = answer.body[:FIRST_BYTES].decode("utf-8-sig", "replace")  # with its BOM, a first group would be lost
    rules = Protego.parse(text)
    if text.lstrip()[:1] == "<":
        _log.warning("%s is a web page, not rules; read as far as it holds any", answer.url)
    delay = rules.crawl_delay(PRODUCT) or 0.0
    if delay > LONGEST_DELAY:
        wish = f"robots.txt asks for {delay:.0f} s between requests; above {LONGEST_DELAY:.0f} s we leave a site out"
        return Rules(closed=wish)
    return Rules(rules, delay=delay)


def page_says_noindex(answer: Response) -> bool:
    """True if the head of an HTML page asks robots, or us by name, not to index it."""
    if "html" not in answer.headers.get("content-type", "text/html"):
        return False
    for tag in _META.findall(answer.body[: 64 * 1024]):
        told = {name.lower(): (a or b or c).lower() for name, a, b, c in _ATTRIBUTE.findall(tag)}
        if told.get(b"name") in {b"robots", PRODUCT.encode()}:
            wishes = {wish.strip() for wish in told.get(b"content", b"").split(b",")}
            if wishes & {b"noindex", b"none"}:
                return True
    return False


_META = re.compile(rb"<meta\s([^<>]{1,2000})>", re.IGNORECASE)
_ATTRIBUTE = re.compile(rb"""([a-zA-Z-]{1,40})\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
