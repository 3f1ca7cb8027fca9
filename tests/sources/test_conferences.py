"""Conference schedules: one talk a speaker, in JSON and in XML."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from scrapers.parse.pages import NobodyThere, NotThisPage, PageChanged
from scrapers.records import Account, Evidence, Page, Record
from scrapers.sources.conferences import Watch, parse, plan

URL = "https://www.pretalx.example/pond/schedule/export/schedule.json"
KIM = {"code": "K1", "public_name": "Kim Beispiel", "biography": "Builds test rigs."}


def talk(*persons: dict[str, Any], **more: Any) -> dict[str, Any]:
    said = {"title": "Talk", "slug": "T1", "url": "https://pretalx.example/t/T1", "date": "2026-05-27T11:30:00+02:00"}
    return said | {"persons": list(persons)} | more


def schedule(*talks: dict[str, Any]) -> bytes:
    days = [{"index": 1, "rooms": {"Main": list(talks)}}]
    return json.dumps({"schedule": {"conference": {"title": "PondConf", "days": days}}}).encode()


def read(body: bytes, url: str = URL) -> list[Record]:
    return list(parse(Page("conferences", url, body, datetime(2026, 11, 21, tzinfo=UTC))))


def test_each_speaker_is_credited_and_stated_once() -> None:
    """Two talks by one of three speakers give one account a speaker and one talk a speaker and session."""
    other = {"code": "", "public_name": "Zoë Sample"}
    records = read(schedule(talk(KIM, other), talk(KIM, title="Again", url="https://pretalx.example/t/T2")))
    accounts = [r for r in records if isinstance(r, Account)]
    talks = [r for r in records if isinstance(r, Evidence)]
    assert [(a.site, a.handle, a.name) for a in accounts] == [
        ("pretalx.example", "K1", "Kim Beispiel"),
        ("pretalx.example", "zoe-sample", "Zoë Sample"),
    ]
    assert [(t.account and t.account.handle, t.title) for t in talks] == [
        ("K1", "Talk"),
        ("zoe-sample", "Talk"),
        ("K1", "Again"),
    ]
    assert {key.handle for key in talks[0].team} == {"K1", "zoe-sample"}
    assert talks[0].date == date(2026, 5, 27)


def test_answers_to_the_organizers_are_not_read() -> None:
    """Telephone numbers and the like that speakers gave the organizers appear nowhere."""
    records = read(
        schedule(talk(KIM | {"answers": [{"answer": "0160 00 00 000"}]}, answers=[{"answer": "0160 00 00 000"}]))
    )
    assert "0160" not in repr(records)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (schedule(), NobodyThere),
        (schedule(talk()), NobodyThere),
        (schedule({"title": "x"}), PageChanged),
        (schedule(talk(KIM, url=None, slug=None)), PageChanged),
        (b'{"schedule": {}}', PageChanged),
        (b"{", NotThisPage),
        (b"<html></html>", NotThisPage),
        (b"<schedule/>", PageChanged),
        (b'<!DOCTYPE schedule [<!ENTITY x SYSTEM "file:///etc/hostname">]><schedule>&x;</schedule>', NotThisPage),
    ],
)
def test_what_is_no_schedule_is_refused(body: bytes, error: type[Exception]) -> None:
    """Nobody speaking is said; a missing field, another page or a document type is an error of its own."""
    with pytest.raises(error):
        read(body)


def test_a_talk_without_an_address_is_a_place_in_the_schedule() -> None:
    """Talks of old exports, which have no address, still differ from one another."""
    records = read(schedule(talk(KIM, url=""), talk(KIM, url="", slug="T2")))
    assert [r.url for r in records if isinstance(r, Evidence)] == [f"{URL}#T1", f"{URL}#T2"]


def test_the_plan_is_what_is_watched() -> None:
    """Each schedule is asked for once."""
    assert [r.url for r in plan(Watch(schedules=(URL,)), date(2026, 1, 1))] == [URL]
