"""Tracebacks of unexpected errors: private, bounded, and gone with whoever they may name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from flows.cli.operator import ask_operator, write_operator
from ranking.upkeep.erasure import expire, forget
from ranking.upkeep.sweep import sweep
from scrapers.records import Account, Page, Request
from scrapers.rights.suppression import SuppressionList
from scrapers.settings.home import Home
from scrapers.settings.tracebacks import KEPT_FOR, LONGEST, MOST, keep_traceback
from scrapers.store import Interaction, Store
from tests.support.constants import NOON

ADA = "forem:ada-example-hw"


def error(words: str = "of Ada Example") -> ValueError:
    try:
        raise ValueError(words)
    except ValueError as raised:
        return raised


def hold_ada(store: Store) -> None:
    request = Request("forem", "https://forem.example/api/ada-example-hw")
    page = Page("forem", request.url, b"ada-example-hw", NOON)
    store.settle("live", request, page=page, records=[Account("forem", "ada-example-hw", name="Ada Example")])


def kept(home: Home) -> list[Path]:
    return sorted((home / "faults").glob("*"))


def test_only_the_newest_are_kept(home: Home) -> None:
    """However often something fails, the folder stays small; all but the owner are shut out."""
    files = [keep_traceback(home, error(), NOON + timedelta(seconds=n)) for n in range(MOST + 3)]
    assert kept(home) == files[3:]
    assert {path.stat().st_mode & 0o777 for path in kept(home)} == {0o600}
    assert "ValueError: of Ada Example" in kept(home)[0].read_text()


def test_a_long_one_is_cut_in_the_middle_and_a_broken_letter_harms_nothing(home: Home) -> None:
    """The lines of code and the end of the message stay."""
    path = keep_traceback(home, error("\ud800" + "x" * 3 * LONGEST + " the end"), NOON)
    assert path is not None
    text = path.read_text()
    assert len(text) < LONGEST + 100
    assert text.startswith("Traceback")
    assert "characters are left out" in text
    assert text.endswith(" the end\n")


def test_one_that_cannot_be_written_raises_nothing(tmp_path: Path) -> None:
    """What failed is told all the same; a home that is not there is not made."""
    assert keep_traceback(Home(tmp_path / "none"), error(), NOON) is None
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    "leave",
    [
        lambda *held: forget(ADA, *held, at=NOON),
        lambda *held: expire([ADA], *held, at=NOON),
        lambda home, store, listed: sweep(home, store, listed, at=NOON),
    ],
    ids=["forget", "expire", "sweep"],
)
def test_whoever_is_erased_stands_in_none(
    leave: Callable[..., object], home: Home, store: Store, suppression: SuppressionList
) -> None:
    """On request, after their time, or as their account is gone: no traceback is left that may name them."""
    write_operator(home / "operator.toml", ask_operator({}, NOON.date(), defaults=True))
    hold_ada(store)
    store.add_interactions([Interaction(ADA, "gone", date(2026, 11, 1))])
    keep_traceback(home, error(), NOON)
    leave(home, store, suppression)
    assert not store.accounts()
    assert kept(home) == []


def test_a_look_at_who_would_go_removes_none(home: Home, store: Store, suppression: SuppressionList) -> None:
    """`forget --dry-run` only tells."""
    hold_ada(store)
    keep_traceback(home, error(), NOON)
    forget(ADA, home, store, suppression, at=NOON, dry_run=True)
    assert len(kept(home)) == 1


def test_the_sweep_removes_old_ones(home: Home, store: Store, suppression: SuppressionList) -> None:
    """After thirty days, to the second."""
    write_operator(home / "operator.toml", ask_operator({}, NOON.date(), defaults=True))
    keep_traceback(home, error(), NOON - KEPT_FOR - timedelta(seconds=1))
    young = keep_traceback(home, error(), NOON - KEPT_FOR)
    sweep(home, store, suppression, at=NOON)
    assert kept(home) == [young]
