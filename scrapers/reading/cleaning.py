"""Parsing and cleaning of pages: runs the parser of a source, redacts its records, turns its faults into refusals."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any
from urllib.parse import unquote, urlsplit

from scrapers.parse.pages import NobodyThere, NotThisPage, PageChanged
from scrapers.records import Account, AccountKey, Award, Code, Event, Evidence, Page, Record, Refused, Request
from scrapers.sources import Source
from scrapers.text import clean, redact, squeeze
from scrapers.text.privacy import POSSIBLE_MINOR, without_private, without_pronouns, without_what_is_private

LONGEST_NAME = 200  # guardrail G17
LONGEST_TITLE = 300
CLEANING = 2  # version of the cleaning that all sources share
_ADDRESS_IN_LINK = re.compile(r"(?<![\w.+%-])[\w.+%-]++@(?:[\w-]++\.)+[A-Za-z]{2,}")


def version_of(source: Source) -> int:
    """Return the parser version of a source, raised as well by changes of the shared cleaning."""
    return source.version + CLEANING


def read_page(source: Source, page: Page) -> list[Record]:
    """Return the records of a page, cleaned and without repeats, or one `Refused` where it could not be read whole.

    The page has a status of 200 to 299. A parser that gives nothing must raise `NobodyThere`; silence counts as drift,
    so that a changed page never reads as "nobody".
    """
    try:
        records = list(source.parse(page))
    except NobodyThere as nobody:
        return [_refused(source, page, Code.EMPTY, f"the page says: {nobody.sign}")]
    except NotThisPage as other:
        return [_refused(source, page, Code.NOT_A_PAGE, f"expected {other.expected}")]
    except PageChanged as changed:
        return [_refused(source, page, Code.SCHEMA_DRIFT, f"expected {changed.expected}")]
    except MemoryError:  # of a bounded process; its form is not at fault
        raise
    except Exception as fault:
        return [_refused(source, page, Code.SCHEMA_DRIFT, f"the parser stopped with {type(fault).__name__}")]
    if not records:
        return [_refused(source, page, Code.SCHEMA_DRIFT, "expected at least one record, or a sign that there is none")]
    cleaned = list(dict.fromkeys(_cleaned_or_refused(record, source, page) for record in _by_people(records)))
    for cached in (_prose, _line, _detail_text):
        cached.cache_clear()
    return cleaned


def _refused(source: Source, page: Page, code: Code, detail: str) -> Refused:
    return Refused(code, page.url, redact(squeeze(detail)), source.name)


def _by_people(records: list[Record]) -> Iterable[Record]:
    """Yield the records without the acts of bots and of accounts that the page shows as a bot or organization."""
    no_people = {str(record.key) for record in records if isinstance(record, Account) and record.kind != "person"}
    for record in records:
        if not isinstance(record, Evidence):
            yield record
        elif record.account is None or _is_person(record.account, no_people):
            team = record.team and tuple(key for key in record.team if _is_person(key, no_people))
            yield record if team == record.team else replace(record, team=team)


def _is_person(key: AccountKey, no_people: set[str]) -> bool:
    return not key.handle.endswith("[bot]") and not (no_people and str(key) in no_people)


def _cleaned_or_refused(record: Record, source: Source, page: Page) -> Record:
    """Return the record cleaned; an item that cannot be cleaned becomes a refusal and costs the page nothing else."""
    try:
        return _cleaned(record, page.fetched_at.year)
    except MemoryError:
        raise
    except Exception as fault:
        return _refused(source, page, Code.SCHEMA_DRIFT, f"an item stopped the cleaning with {type(fault).__name__}")


def _cleaned(record: Record, year: int) -> Record:
    match record:
        case Account():
            return Account(
                site=record.site,
                handle=squeeze(record.handle),
                url=record.url and squeeze(record.url),
                kind=record.kind,
                id=record.id and squeeze(record.id),
                name=_line(without_pronouns(record.name), LONGEST_NAME) if record.name else None,
                bio=_bio(record.bio, year),
                location=_line(record.location, LONGEST_NAME),
                links=_links(record.links),
                open_to_work=record.open_to_work,
            )
        case Evidence():
            text, minor, silent = _prose(record.text, year)
            details = _details(record.details)
            if minor:
                details["minor"] = True
            if silent:
                details["do_not_contact"] = True
            return Evidence(
                kind=record.kind,
                account=record.account and _key(record.account),
                title=_line(record.title, LONGEST_TITLE) or "",
                text=text.strip(),
                url=squeeze(record.url),
                date=record.date,
                tags=_lines(record.tags),
                links=_links(record.links),
                awards=record.awards and tuple(_award(award) for award in record.awards),
                team=record.team and tuple(map(_key, record.team)),
                details=details,
            )
        case Event():
            title = _line(record.title, LONGEST_TITLE) or ""
            return replace(record, title=title, url=squeeze(record.url), themes=_lines(record.themes))
        case Request():
            url = squeeze(record.url)
            urlsplit(url)  # raises ValueError for a link that no part of a crawl could read
            return replace(record, url=url, body=record.body and clean(record.body))
        case Refused():
            return replace(record, url=squeeze(record.url), detail=squeeze(record.detail))


@lru_cache(maxsize=32)  # a page credits the same text to each member of a team
def _prose(text: str, year: int) -> tuple[str, bool, bool]:
    """Return a text without addresses and private statements, and two flags: a minor speaks; no contact is wanted."""
    return without_what_is_private(redact(clean(text)).strip(), year)


def _bio(bio: str | None, year: int) -> str | None:
    """Return a biography without its private statements; POSSIBLE_MINOR is appended where a minor speaks."""
    if not bio:
        return None
    text, minor = without_private(_line(bio) or "", year)
    return " ".join(part for part in (text.strip(), POSSIBLE_MINOR if minor else "") if part) or None


@lru_cache(maxsize=256)  # a page repeats the event, the track, the language
def _line(text: str | None, longest: int | None = None) -> str | None:
    return redact(squeeze(text))[:longest].strip() or None if text else None


def _lines(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(line for text in texts if (line := _line(text, LONGEST_NAME))))


def _key(key: AccountKey) -> AccountKey:
    """Return the key with its handle squeezed, as the handle of an account is."""
    handle = squeeze(key.handle)
    return key if handle == key.handle else AccountKey(key.site, handle)


def _award(award: Award) -> Award:
    event_url = award.event_url and squeeze(award.event_url)
    return Award(_line(award.event) or "", event_url, _line(award.prize) or "")


def _links(links: tuple[str, ...]) -> tuple[str, ...]:
    """Return the distinct web links: no mail, telephone or script links, none that holds an e-mail address."""
    if not links:
        return ()
    return tuple(dict.fromkeys(link for text in links if (link := squeeze(text)) and is_web_link(link)))


def is_web_link(link: str) -> bool:
    """True if a link leads to a web page and holds no e-mail address."""
    try:
        parts = urlsplit(link)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.netloc) and not _ADDRESS_IN_LINK.search(unquote(link))


def _details(details: Mapping[str, Any]) -> dict[str, Any]:
    return {squeeze(key): _detail(value) for key, value in details.items()}


def _detail(value: Any) -> Any:
    """Return a JSON value with its texts cleaned; bare digits are ids, not telephone numbers, and stay."""
    if isinstance(value, str):
        return _detail_text(value)
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping):
        return _details(value)
    if isinstance(value, list | tuple):
        return [_detail(item) for item in value]
    return value


@lru_cache(maxsize=256)
def _detail_text(text: str) -> str:
    line = squeeze(text)
    return line if line.isdigit() or ("://" in line and is_web_link(line)) else redact(line)
