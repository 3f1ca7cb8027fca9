"""Conference schedules of pretalx and frab: one talk for each speaker."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple
from urllib.parse import urljoin, urlsplit

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError
from defusedxml.ElementTree import fromstring as xml_of

from scrapers.parse.bylines import slug
from scrapers.parse.pages import NobodyThere, NotThisPage, PageChanged, json_of
from scrapers.parse.prose import markdown_text
from scrapers.records import Account, AccountKey, Evidence, EvidenceKind, Page, Record, Request
from scrapers.sources import Source
from scrapers.sources import Watch as AnyWatch
from scrapers.text import absolute, day


class Watch(AnyWatch):
    """Addresses of schedule exports, such as https://pretalx.example/event/schedule/export/schedule.json."""

    schedules: tuple[str, ...] = ()


class Speaker(NamedTuple):
    """A speaker as the schedule names them: the code is the site's own handle where it has one."""

    code: str
    name: str
    biography: str


class Talk(NamedTuple):
    """A session of a schedule."""

    title: str
    text: str
    url: str
    on: date | None
    language: str
    track: str
    kind: str
    speakers: tuple[Speaker, ...]


def plan(watch: Watch, since: date) -> Iterator[Request]:  # noqa: ARG001  # a schedule is read whole
    """Yield a request for each schedule."""
    for url in watch.schedules:
        yield Request("conferences", url)


def parse(page: Page) -> Iterator[Record]:
    """Yield a talk as evidence of each speaker, and each speaker's account once; a talk of nobody yields nothing."""
    xml = page.body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")
    conference, talks = _from_xml(page) if xml else _from_json(page)
    if not talks:
        raise NobodyThere(page.url, "the schedule has no talks yet")
    site = (urlsplit(page.url).hostname or "").removeprefix("www.")
    told: set[AccountKey] = set()
    for talk in talks:
        accounts = [_account(site, speaker) for speaker in talk.speakers]
        keys = tuple(account.key for account in accounts)
        for account, key in zip(accounts, keys, strict=True):
            if key not in told:
                told.add(key)
                yield account
            yield _evidence(talk, key, keys, conference)
    if not told:
        raise NobodyThere(page.url, "no talk of the schedule names a speaker")


def _account(site: str, speaker: Speaker) -> Account:
    return Account(site, speaker.code or slug(speaker.name), name=speaker.name, bio=speaker.biography or None)


def _evidence(talk: Talk, speaker: AccountKey, speakers: tuple[AccountKey, ...], conference: str) -> Evidence:
    return Evidence(
        kind=EvidenceKind.TALK,
        account=speaker,
        title=talk.title,
        text=talk.text,
        url=talk.url,
        date=talk.on,
        tags=(talk.track,) if talk.track else (),
        team=speakers if len(speakers) > 1 else (),
        details={"conference": conference, "language": talk.language or None, "type": talk.kind or None},
    )


def _from_json(page: Page) -> tuple[str, list[Talk]]:
    """Conference title and talks of a `schedule.json`."""
    match json_of(page):
        case {"schedule": {"conference": {"days": list(days), **conference}}}:
            pass
        case _:
            raise PageChanged(page.url, "schedule.conference.days")
    title = str(conference.get("title") or "")
    try:
        talks = [talk for day_ in days for room in day_["rooms"].values() for talk in room]
        return title, [_talk(talk, page) for talk in talks]
    except (KeyError, TypeError, AttributeError):
        raise PageChanged(page.url, "days with rooms, rooms with talks, talks with a title and persons") from None


def _talk(talk: Mapping[str, Any], page: Page) -> Talk:
    return Talk(
        title=str(talk["title"]),
        text=_paragraphs(talk.get("subtitle"), talk.get("abstract"), talk.get("description")),
        url=_url(talk.get("url"), talk.get("slug") or talk.get("guid") or talk.get("id"), page),
        on=day(talk.get("date")),
        language=str(talk.get("language") or ""),
        track=_in_words(talk.get("track")),
        kind=_in_words(talk.get("type")),
        speakers=tuple(found for person in talk["persons"] if (found := _speaker(person))),
    )


def _speaker(person: Mapping[str, Any]) -> Speaker | None:
    """The person of a talk; frab calls the name full_public_name. Answers to the organizers are not read."""
    name = person.get("public_name") or person.get("full_public_name") or person.get("name") or ""
    biography = person.get("biography") or person.get("abstract") or ""
    if not str(name).strip():
        return None
    return Speaker(str(person.get("code") or ""), str(name).strip(), markdown_text(str(biography)))


def _in_words(value: object) -> str:
    """A text that some exports write in several languages: English first."""
    if isinstance(value, Mapping):
        value = value.get("en") or next(iter(value.values()), "")
    return str(value or "").strip()


def _from_xml(page: Page) -> tuple[str, list[Talk]]:
    """Conference title and talks of a `schedule.xml`; no document type, no entities."""
    try:
        root = xml_of(page.body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError):
        raise NotThisPage(page.url, "a schedule in XML") from None
    if root.tag != "schedule":
        raise NotThisPage(page.url, "a schedule in XML")
    if root.find("conference") is None or not root.findall("day"):
        raise PageChanged(page.url, "schedule with conference and day")
    conference = (root.findtext("conference/title") or "").strip()
    talks = []
    for day_ in root.findall("day"):
        for event in day_.iter("event"):
            said = {child.tag: (child.text or "").strip() for child in event}
            if not said.get("title"):
                raise PageChanged(page.url, "events with a title")
            persons = [_speaker_of(person.text, person.get("code")) for person in event.findall("persons/person")]
            talks.append(
                Talk(
                    title=said["title"],
                    text=_paragraphs(said.get("subtitle"), said.get("abstract"), said.get("description")),
                    url=_url(said.get("url"), said.get("slug") or event.get("guid") or event.get("id"), page),
                    on=day(said.get("date") or day_.get("date")),
                    language=said.get("language", ""),
                    track=said.get("track", ""),
                    kind=said.get("type", ""),
                    speakers=tuple(speaker for speaker in persons if speaker),
                )
            )
    return conference, talks


def _speaker_of(name: str | None, code: str | None) -> Speaker | None:
    return Speaker(code or "", name.strip(), "") if name and name.strip() else None


def _paragraphs(*parts: object) -> str:
    """The parts without repeats, one below the other."""
    texts = (markdown_text(str(part)) for part in parts if part)
    return "\n\n".join(dict.fromkeys(text for text in texts if text))


def _url(stated: object, name: object, page: Page) -> str:
    """The talk's own address, else its place in the schedule, so that two talks never share one."""
    if found := absolute(page.url, stated):
        return found
    if not name:
        raise PageChanged(page.url, "talks with a url, a slug or an id")
    return urljoin(page.url, f"#{name}")


SOURCE = Source(
    name="conferences",
    title="Conference schedules (pretalx, frab)",
    plan=plan,
    parse=parse,
    watch=Watch,
    follow=(),
    timeless=True,
)
