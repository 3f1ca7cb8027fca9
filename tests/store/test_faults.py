"""What befalls the store's file: it is private, and damaged, full or out of reach it is refused and left as it is."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from scrapers.settings.home import Home
from scrapers.store import Store, StoreUnusable


def test_the_store_and_its_home_are_private(home: Home, store: Store) -> None:
    """Folder 0700, file 0600."""
    assert stat.S_IMODE((home / "headwater.db").stat().st_mode) == 0o600
    assert stat.S_IMODE(home.folder.stat().st_mode) == 0o700


@pytest.mark.parametrize("damage", ["garbage", "truncated"])
def test_a_damaged_store_is_refused_and_left_as_it_is(home: Home, damage: str) -> None:
    """The message names the file and the remedy; not a byte of it changes (G37)."""
    Store.open(home).close()
    file = home / "headwater.db"
    whole = file.read_bytes()
    broken = b"garbage " * 2000 if damage == "garbage" else whole[: len(whole) // 3]
    file.write_bytes(broken)
    with pytest.raises(StoreUnusable, match=r"headwater\.db"), Store.open(home) as store:
        list(store.evidence())
    assert file.read_bytes() == broken


def test_an_unwritable_home_is_named(tmp_path: Path) -> None:
    """A folder that cannot be made gives one clear message with the remedy."""
    (tmp_path / "file").write_text("x")
    with pytest.raises(Exception, match="--home"):
        Home(tmp_path / "file" / "home").create()
