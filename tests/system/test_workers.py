"""Several workers on one store: one writer for each thing, the holder named, a killed holder blocks nobody (G34)."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from ranking.pool import TalentPool
from scrapers.faults import Locked
from scrapers.settings.home import Home
from scrapers.store import Store
from scrapers.store.sql.locks import locked
from tests.flows.test_cli import headwater
from tests.support.constants import THOROUGH
from tests.support.hash_embedder import HashingEmbedder
from tests.support.loopback import Reply, Site

ROOT = Path(__file__).resolve().parents[2]
HOLD = """
import sys, time
from pathlib import Path
from scrapers.store.sql.locks import locked
from scrapers.settings.home import Home
with locked(Home(Path(sys.argv[1])), "refresh"):
    print("held", flush=True)
    time.sleep(60)
"""
PACE = 0.1
PAGES = {"paged": 3, "neighbour": 2}  # of twenty people each
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


@contextmanager
def makers(pace: float = PACE, on_page: Callable[[int], None] = lambda _: None) -> Iterator[Site]:
    """A site where two sources list a hundred people; `on_page` hears which page is asked, before it is answered."""
    with Site(robots=f"User-agent: *\nCrawl-delay: {pace}\nDisallow:\n") as site:
        numbers = iter(range(100))
        for mode, pages in PAGES.items():
            for page in range(1, pages + 1):
                people = [
                    {"id": f"maker-{n}", "name": f"Maker {n}", "project": f"Project {n}", "url": f"/p/{n}"}
                    for n in (next(numbers) for _ in range(20))
                ]
                site.says(f"/source/api?mode={mode}&page={page}", Reply(write=_slowly(people, site, on_page)))
        yield site


def _slowly(people: list[dict[str, str]], site: Site, on_page: Callable[[int], None]) -> Callable[[Any], None]:
    body = json.dumps({"winners": people, "next": None}).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode()

    def write(connection: Any) -> None:
        on_page(len(site.pages()))
        time.sleep(0.02)  # two requests at once would be seen
        connection.write(head + body)

    return write


def worker(how: str, home: Home, *more: str) -> subprocess.Popen[str]:
    """A process that does one thing; see `tests.support.worker`."""
    command = [sys.executable, "-m", "tests.support.worker", how, str(home.folder), *more]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def watch(site: Site, *names: str) -> str:
    """What a worker is told to watch: these sources of the site, or all."""
    told = {name: {"place": site.place, "mode": name, "pages": PAGES[name]} for name in names or PAGES}
    return json.dumps(told)


def exit_code(process: subprocess.Popen[str]) -> int:
    """What the worker says that its run ended with."""
    said, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors
    print(errors)  # which failures there were, should the code be another
    return int(said.splitlines()[-1])


def assert_polite(site: Site, pace: float = PACE) -> None:
    """Never two requests at once, and each page a pause after the one before."""
    assert site.most_at_once == 1
    asked = [page.at for page in site.pages()]
    assert min(after - before for before, after in pairwise(asked)) >= pace


def assert_whole(home: Home) -> None:
    """A hundred people with an act each, nobody twice, nothing left to ask."""
    with Store.open(home) as store:
        acts = [str(item.account) for item, _, _ in store.evidence()]
        assert len(store.accounts()) == len(acts) == len(set(acts)) == 100
        assert store.pending("live") == {}


def quickly_on(kind: str) -> pytest.MarkDecorator:
    """Both stores where there is time, else this one."""
    return pytest.mark.parametrize("kind", ["sqlite", "postgresql"] if THOROUGH else [kind], indirect=True)


SHARES = [("paged",), ()]  # one worker reads one source; the other reads the second meanwhile, and then the first


@quickly_on("sqlite")
def test_two_workers_share_a_store_and_the_pace_of_a_site(home: Home) -> None:
    """Both read one site at once: a hundred people once, one request at a time, the pause held between all of them."""
    with makers() as site:
        workers = [worker("collect", home, watch(site, *names)) for names in SHARES]
        assert [exit_code(each) for each in workers] == [0, 0]
        assert_polite(site)
        assert set(Counter(page.path for page in site.pages()).values()) <= {1, 2}
    assert_whole(home)


@quickly_on("postgresql")
@pytest.mark.parametrize("page", range(1, 6) if THOROUGH else [2])
def test_a_worker_killed_in_its_request_loses_nobody(home: Home, page: int) -> None:
    """Killed with -9 while the site answers, its lease and locks end and the other worker does the rest."""
    running: list[subprocess.Popen[str]] = []

    def kill(asked: int) -> None:
        if asked == page and running[0].poll() is None:
            os.kill(running[0].pid, signal.SIGKILL)

    with makers(on_page=kill) as site:
        running += [worker("collect", home, watch(site, *names)) for names in SHARES]
        assert exit_code(running[1]) == 0
        running[0].communicate(timeout=60)
        assert running[0].returncode == -9
        assert_polite(site)
        assert set(Counter(page.path for page in site.pages()).values()) <= {1, 2}
    assert_whole(home)


def test_a_notebook_reads_whole_states_while_a_flow_writes(home: Home) -> None:
    """However often a pool is opened meanwhile, all its people are of one telling, each with name and act; no error."""
    writer = worker("rewrite", home)
    assert writer.stdout is not None
    try:
        assert writer.stdout.readline() == "1\n"
        tellings = set()
        for _ in range(10_000 if THOROUGH else 25):
            pool = TalentPool.open(home, embedder=HashingEmbedder())
            told = {each.title for person in pool.candidates.values() for each in person.evidence}
            names = {account.name for person in pool.candidates.values() for account in person.accounts}
            assert len(told) == 1
            assert len(names) == len(pool) in {19, 20}
            assert None not in names
            tellings |= told
        assert len(tellings) > 3  # it was written all the time
        assert writer.poll() is None
    finally:
        writer.kill()
        writer.communicate()
