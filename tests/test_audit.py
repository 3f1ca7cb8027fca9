"""The log of what was done: every changed, cut or inserted byte is found."""

from __future__ import annotations

import pytest

from scrapers.audit import LogChanged, read, record
from scrapers.settings import Home
from tests.conftest import NOON


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
