"""arXiv: papers found by its Atom API, credited to their authors by name.

The shape is the published one (info.arxiv.org/help/api/user-manual.html). arXiv gives authors no number, so a name is
all there is: two people of one name share an account here, which is why such an account proves no identity and says so.
Unverified: no real answer was at hand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any
from urllib.parse import quote, urlencode
from xml.etree.ElementTree import Element

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError
from defusedxml.ElementTree import fromstring as xml_of
from pydantic import Field

from scrapers.parse.bylines import is_collective, slug
from scrapers.parse.pages import NobodyThere, NotThisPage, PageChanged
from scrapers.records import Account, AccountKey, Code, Evidence, EvidenceKind, Page, Record, Refused, Request
from scrapers.sources import Source
from scrapers.sources import Watch as BaseWatch
from scrapers.text import day, squeeze

HOST = "export.arxiv.org"
PER_PAGE = 100
MOST_AUTHORS = 8  # of a longer list nobody is credited: who did what cannot be seen
_ATOM, _OWN = "{http://www.w3.org/2005/Atom}", "{http://arxiv.org/schemas/atom}"
_SEARCH = "{http://a9.com/-/spec/opensearch/1.1/}"
_CROWD = re.compile(r"\bcollaboration\b|\bet al\b", re.IGNORECASE)
_LINK = re.compile(r"https?://[^\s<>()\"'{}]+[^\s<>()\"'{}.,;:]")


class Watch(BaseWatch):
    """Searches in arXiv's own syntax (`cat:cs.CL AND abs:"retrieval"`), the newest papers first, 100 a page."""

    searches: tuple[str, ...] = ()
    pages: int = Field(default=1, ge=1, le=20)


def plan(watch: Watch, since: date) -> Iterator[Request]:  # noqa: ARG001 - the newest come first
    """The newest papers of each search."""
    for search, page in ((one, page) for one in watch.searches for page in range(watch.pages)):
        query = {"search_query": search, "start": page * PER_PAGE, "max_results": PER_PAGE}
        yield Request(
            "arxiv",
            f"https://{HOST}/api/query?{urlencode(query | {'sortBy': 'submittedDate', 'sortOrder': 'descending'})}",
        )


def parse(page: Page) -> Iterator[Record]:
    """Yield a paper as evidence of each author of a short list, else of nobody; each author's account once.

    arXiv reports a wrong query as a paper called "Error", sometimes has no entries where it counts many, and says
    "Rate exceeded." in plain text: none of these reads as "no papers".
    """
    feed = _feed(page)
    entries = feed.findall(f"{_ATOM}entry")
    if len(entries) == 1 and "/api/errors" in _text(entries[0], "id"):
        said = squeeze(_text(entries[0], "summary"))
        yield Refused(Code.CONFIG, page.url, f"arXiv says: {said}; check the search in sources.toml", "arxiv")
        return
    total, start = (_count(feed, name, page) for name in ("totalResults", "startIndex"))
    if not entries and start < total:
        raise PageChanged(page.url, f"entries, of which arXiv counts {total} from {start} on")
    if not entries:
        raise NobodyThere(page.url, f"no papers beyond {start} of {total}")
    told: set[AccountKey] = set()
    for entry in entries:
        authors = _authors(entry, page)
        paper = _paper(entry, len(authors), page)
        credited = [account for account in map(_account, authors) if account] if _is_short(authors, paper) else []
        team = tuple(dict.fromkeys(account.key for account in credited))
        for account in credited:
            if account.key not in told:
                told.add(account.key)
                yield account
        if not credited:
            yield _credit(paper, None, (), {})
        for key in team:
            position = 1 + next(n for n, name in enumerate(authors) if slug(name) == key.handle)
            yield _credit(paper, key, team, {"position": position, "identity": "by name only"})


def _feed(page: Page) -> Element:
    """The feed; no document type, no entities."""
    if page.body.strip().lower().startswith(b"rate exceeded"):
        raise NotThisPage(page.url, 'a feed; arXiv says "Rate exceeded.": the next run asks again')
    try:
        root: Element = xml_of(page.body.lstrip(), forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError):
        raise NotThisPage(page.url, "a feed in XML") from None
    if root.tag != f"{_ATOM}feed":
        raise NotThisPage(page.url, "an Atom feed")
    return root


def _count(feed: Element, name: str, page: Page) -> int:
    said = (feed.findtext(f"{_SEARCH}{name}") or "").strip()
    if not said.isdecimal():
        raise PageChanged(page.url, f"a number opensearch:{name}")
    return int(said)


def _text(entry: Element, name: str, space: str = _ATOM) -> str:
    return (entry.findtext(f"{space}{name}") or "").strip()


def _authors(entry: Element, page: Page) -> list[str]:
    """The names in the order of the paper, each once. Affiliations are not read."""
    names = [squeeze(_text(author, "name")) for author in entry.findall(f"{_ATOM}author")]
    if not any(names):
        raise PageChanged(page.url, "entries with author and name")
    return list(dict.fromkeys(name for name in names if name))


def _paper(entry: Element, authors: int, page: Page) -> dict[str, Any]:
    """Return the fields that all evidence of a paper shares."""
    number = re.sub(r"v\d+$", "", _text(entry, "id").partition("/abs/")[2])
    title, summary, published = (squeeze(_text(entry, name)) for name in ("title", "summary", "published"))
    if not number or not title or not summary or day(published) is None:
        raise PageChanged(page.url, "entries with id, title, summary and published")
    comment = squeeze(_text(entry, "comment", _OWN))
    doi = _text(entry, "doi", _OWN)
    primary = entry.find(f"{_OWN}primary_category")
    terms = [*([primary] if primary is not None else []), *entry.findall(f"{_ATOM}category")]
    links = [*_LINK.findall(f"{comment} {summary}"), *([f"https://doi.org/{quote(doi)}"] if doi else [])]
    withdrawn = bool(
        re.search(r"\b(?:paper|article|submission) (?:has been|is|was) withdrawn", f"{comment} {summary}", re.I)
    )
    return {
        "kind": EvidenceKind.PAPER,
        "title": title,
        "text": summary,
        "url": f"https://arxiv.org/abs/{number}",
        "date": day(published),
        "tags": tuple(dict.fromkeys(term for tag in terms if (term := tag.get("term")))),
        "links": tuple(dict.fromkeys(links)),
        "details": {"authors": authors} | ({"withdrawn": True} if withdrawn else {}),
    }


def _is_short(authors: list[str], paper: dict[str, Any]) -> bool:
    """True if the list of authors says who did it: short, without a collaboration, of a paper that still stands."""
    return (
        len(authors) <= MOST_AUTHORS and not paper["details"].get("withdrawn") and not any(map(_CROWD.search, authors))
    )


def _account(name: str) -> Account | None:
    """The account that a name stands for; None for initials, a single word, or a group, which could be anybody."""
    words = re.findall(r"[^\W\d_]{2,}", name)
    if len(words) < 2 or is_collective(name) or not slug(name) or re.match(r"\w\.", name):
        return None
    query = urlencode({"query": name, "searchtype": "author"})
    return Account("arxiv", slug(name), url=f"https://arxiv.org/search/?{query}", name=name)


def _credit(
    paper: dict[str, Any], account: AccountKey | None, team: tuple[AccountKey, ...], details: dict[str, Any]
) -> Evidence:
    shared = team if len(team) > 1 else ()
    return Evidence(account=account, team=shared, **paper | {"details": paper["details"] | details})


SOURCE = Source(
    name="arxiv",
    title="arXiv papers",
    plan=plan,
    parse=parse,
    watch=Watch,
    follow=(HOST,),
    seconds_between_requests=3.0,
    verified=False,
    timeless=True,
)
