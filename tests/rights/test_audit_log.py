"""The log of what was done: every changed, cut or inserted byte is found."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scrapers.candidates.joining import join_accounts
from scrapers.rights.audit_log import LogChanged, lines, read, record
from scrapers.settings.home import Home
from scrapers.store import Store
from tests.flows.test_cli import headwater
from tests.support.constants import NOON

NAMES = ("ada", "bob")


def filled(home: Home) -> bytes:
    for number in range(4):
        record(home, "export", NOON, candidates=[f"c{number}"], sha256=f"{number:064x}")
    return (home / "audit.jsonl").read_bytes()


def test_the_log_is_read_back_and_private(home: Home) -> None:
    """Entries come back in order, from a file that its owner alone reads."""
    filled(home)
    assert [entry["candidates"] for entry in read(home)] == [["c0"], ["c1"], ["c2"], ["c3"]]
    assert (home / "audit.jsonl").stat().st_mode & 0o077 == 0


def test_every_flipped_byte_is_found(home: Home) -> None:
    """Whichever byte changes, reading stops at its line."""
    whole = filled(home)
    for place in range(0, len(whole), 7):
        (home / "audit.jsonl").write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with pytest.raises(LogChanged, match=r"audit\.jsonl"):
            read(home)


@pytest.mark.parametrize("cut", [slice(0, 3), slice(1, 4), slice(0, 0)])
def test_lines_cut_off_are_found(home: Home, cut: slice) -> None:
    """Lines missing at the start, at the end or altogether are told."""
    whole = filled(home).splitlines(keepends=True)
    (home / "audit.jsonl").write_bytes(b"".join(whole[cut]))
    with pytest.raises(LogChanged):
        read(home)


def test_a_crash_between_line_and_mark_breaks_no_chain(home: Home) -> None:
    """The line counts, and the next one follows it."""
    filled(home)
    before = (home / "audit.end").read_text()
    record(home, "sweep", NOON)
    (home / "audit.end").write_text(before)
    assert len(read(home)) == 5
    record(home, "sweep", NOON)
    assert len(read(home)) == 6


def test_commands_leave_their_mark(tmp_path: Path) -> None:
    """Collecting, human words and erasure are logged with ids and counts, never with a name."""
    place = Home(tmp_path / "home").create()
    page = [
        {"login": f"{name}-example-hw", "id": n, "type": "User", "contributions": 9} for n, name in enumerate(NAMES)
    ]
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "page.json").write_text(json.dumps(page))
    url = "https://api.github.com/repos/openweave/pager/contributors?per_page=100"
    (tmp_path / "a" / "index.json").write_text(
        json.dumps({"source": "github", "files": [{"file": "page.json", "url": url}]})
    )
    ada, bob = (f"github:{name}-example-hw" for name in NAMES)
    headwater("init", "--defaults", home=place.folder)
    assert headwater("collect", "--replay", tmp_path / "a", home=place.folder).returncode == 0
    with Store.open(place) as store:
        join_accounts(store, place.key, NOON)
    for arguments in (("different", ada, bob), ("forget", bob), ("sweep",)):
        done = headwater(*arguments, home=place.folder)
        assert done.returncode == 0, done.stderr
    entries = read(place)
    assert [entry["act"] for entry in entries] == ["collect", "different", "forget", "sweep"]
    assert entries[0]["counts"]["github"]["outcome"] == "whole"
    assert len(entries[0]["config"]) == 64
    assert len(entries[2]["candidates"]) == 1
    assert not any("-example-hw" in line for line in lines(place))
