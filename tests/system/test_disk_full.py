"""A disk that is really full, at five points: one clear fault, nothing kept is lost, and the same step works later."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ranking.handover.exporting import export
from ranking.index.embedder import embed_new, text_hash
from ranking.pool import TalentPool
from scrapers.faults import Fault
from scrapers.records import Page, Request
from scrapers.rights.audit_log import read, record
from scrapers.rights.suppression import SuppressionList
from scrapers.settings.home import Home
from scrapers.store import Store
from tests.support.arguments import arguments
from tests.support.constants import NOON
from tests.support.hash_embedder import HashingEmbedder

ROOT = Path(__file__).resolve().parents[2]


def test_a_full_disk_loses_nothing(tmp_path: Path) -> None:
    """Exit code 6, what was kept is as it was, no half file stays, and with room again the step succeeds (G33)."""
    mount = f"mount -t tmpfs -o size=8m tmpfs {tmp_path}"
    if subprocess.run(["unshare", "-Urm", "sh", "-c", mount], capture_output=True, check=False).returncode:
        pytest.skip("this machine mounts no disk of our own")
    there = f"{mount} && exec {sys.executable} -m tests.system.test_disk_full {tmp_path}"
    done = subprocess.run(["unshare", "-Urm", "sh", "-c", there], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [f"{point}: refused with 6, as before, done with room again" for point in STEPS]


def main(folder: Path) -> None:
    """In a process whose homes lie on a disk of 8 MB."""
    for point, prepare in STEPS.items():
        home = Home(folder / "home").create()
        with Store.open(home) as store:
            step, kept = prepare(home, store)
            step(1)
            before = kept()
            code = None
            with full(folder):
                try:
                    step(2)
                except Fault as fault:
                    code = fault.exit_code
            then = "as before" if kept() == before else f"was {before!r}, is {kept()!r}"
            step(2)
            later = "done with room again" if kept() != before else "not done"
            print(f"{point}: refused with {code}, {then}, {later}")
        shutil.rmtree(home.folder)


@contextmanager
def full(folder: Path):  # type: ignore[no-untyped-def]
    """Not a byte is free on the disk of that folder."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for size in (1 << 16, 1):
            try:
                while file.write(bytes(size)) == size:
                    pass
            except OSError:
                pass
    try:
        yield
    finally:
        ballast.unlink()


Step = tuple[Callable[[int], object], Callable[[], object]]


def keep_page(_: Home, store: Store) -> Step:
    def step(number: int) -> None:
        request = Request("devpost", f"https://example.com/{number}")
        body = np.random.default_rng(number).bytes(300_000)
        store.settle("test", request, page=Page("devpost", request.url, body, NOON))

    return step, lambda: store.page_keys(["devpost"])


def keep_vectors(_: Home, store: Store) -> Step:
    texts = [f"text {number}" for number in range(2000)]

    def step(number: int) -> None:
        embed_new(texts[: 1000 * number], HashingEmbedder(), store)

    return step, lambda: sorted(store.vectors(HashingEmbedder.model_id, list(map(text_hash, texts))))


def write_export(home: Home, store: Store) -> Step:
    rows = [{"person_id": f"p{n}", "title": f"work {n}", "text": "a parser in Rust " * 9} for n in range(80)]
    pool = TalentPool.from_people(pd.DataFrame(rows), embedder=HashingEmbedder())
    found = pool.rank("a parser in Rust", top=80, as_of=date(2026, 11, 1))
    out = home / "exports"

    def step(number: int) -> None:
        export(found, home, "page", out / f"list-{min(number, 1)}", at=NOON if number == 1 else NOON.replace(hour=13))

    def kept() -> object:
        return sorted((path.name, path.read_bytes()) for path in out.iterdir()), len(read(home))

    return step, kept


def write_audit(home: Home, _: Store) -> Step:
    return (lambda number: record(home, "test", NOON, note="x" * 5000, number=number)), lambda: read(home)


def opt_out(home: Home, store: Store) -> Step:
    listed = SuppressionList.open(home, store)

    def step(number: int) -> None:
        listed.add(home, store, [("account", f"devpost:{number}-{n}") for n in range(400)], "objection", NOON)

    return step, lambda: sorted(store.suppressed_hashes())


STEPS: dict[str, Callable[[Home, Store], Step]] = {
    "a page": keep_page,
    "vectors": keep_vectors,
    "an export": write_export,
    "the audit log": write_audit,
    "who opted out": opt_out,
}


if __name__ == "__main__":
    main(Path(*arguments(__doc__, "folder")))
