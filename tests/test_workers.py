"""Several workers on one store: one writer for each thing, the holder named, a killed holder blocks nobody (G34)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from scrapers.faults import Locked
from scrapers.locks import locked
from scrapers.settings import Home
from tests.test_cli import headwater

ROOT = Path(__file__).resolve().parents[1]
HOLD = """
import sys, time
from pathlib import Path
from scrapers.locks import locked
from scrapers.settings import Home
with locked(Home(Path(sys.argv[1])), "refresh"):
    print("held", flush=True)
    time.sleep(60)
"""
pytestmark = pytest.mark.postgres


@pytest.fixture(params=["sqlite", "postgresql"], autouse=True)
def kind(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Every claim holds for both stores."""
    if request.param == "postgresql":
        monkeypatch.setenv("HEADWATER_STORE", request.getfixturevalue("postgres").database())
    return str(request.param)


def test_a_second_run_names_the_holder_and_a_killed_holder_blocks_nobody(home: Home) -> None:
    """Exit 5 within two seconds, the holder's process in the message; after kill -9 the next run starts at once."""
    command = [sys.executable, "-c", HOLD, home.folder]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        begun = time.monotonic()
        done = headwater("refresh", home=home.folder)
        assert time.monotonic() - begun < 2
        assert done.returncode == 5
        assert f"refresh is locked by process {holder.pid}" in done.stderr
        with locked(home, "collect-forem"):  # another thing that is written has a lock of its own
            pass
        os.kill(holder.pid, signal.SIGKILL)
        holder.wait(10)
        with locked(home, "refresh", wait=2):
            pass


def test_a_lock_is_let_go_with_its_block(home: Home) -> None:
    """It is held inside, refused to a second holder with the first one's name, and free afterwards."""
    second = locked(home, "refresh", wait=0.05)
    with locked(home, "refresh"), pytest.raises(Locked, match=f"refresh is locked by process {os.getpid()}"):
        second.__enter__()
    with locked(home, "refresh", wait=0.05):
        pass
