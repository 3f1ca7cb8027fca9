"""What a refresh of a large store costs: of all accounts, and after one more came.

    python tests/benchmarks/bench_refresh.py FOLDER [--copies 9]

FOLDER holds records.jsonl.gz and clusters.tsv of the identity bench; its people and so many copies of each under
recombined names (see `scrapers.identity.train.recombine`) fill a store in a temporary home.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from scrapers.candidates.joining import join_accounts
from scrapers.identity import IdentityRecord, read_records
from scrapers.identity.train.recombine import readable, recombined
from scrapers.identity.train.train import read_clusters
from scrapers.records import Account, Page, Request
from scrapers.settings.home import Home
from scrapers.store import Store

AT = datetime(2026, 1, 1, tzinfo=UTC)
A_PAGE = 1_000  # accounts that one page states
SITES = {"github": "https://github.com/", "twitter": "https://x.com/", "forem": "https://dev.to/"}


def account_of(record: IdentityRecord) -> Account:
    """The account as a page would state it."""
    return Account(
        site=record.site or record.source,
        handle=record.handle or record.record_id.replace("/", "-"),
        id=next((number.partition("#")[2] for number in record.ids), None),
        name=record.name or None,
        links=tuple(map(url_of, record.links)),
    )


def url_of(link: str) -> str:
    site, _, name = link.partition(":")
    return f"https://{name}" if site == "web" else f"{SITES.get(site, f'https://{site}.com/')}{name}"


def keep(store: Store, accounts: Iterable[Account], name: str) -> None:
    left, number = iter(accounts), 0
    while batch := list(islice(left, A_PAGE)):
        request = Request("github", f"https://pages.example/{name}/{number}")
        store.settle("bench", request, page=Page("github", request.url, b"x", AT), records=batch)
        number += 1


def told(label: str, store: Store, home: Home, days: int) -> None:
    wall, cpu = time.perf_counter(), time.process_time()
    counts = join_accounts(store, home.key, AT + timedelta(days=days))
    spent = f"{time.process_time() - cpu:.1f} CPU s, {time.perf_counter() - wall:.1f} s"
    sys.stdout.write(f"{label}: {counts['accounts']} accounts, {counts['candidates']} candidates: {spent}\n")
    sys.stdout.flush()


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--copies", type=int, default=9)
    given = parser.parse_args()
    records = read_records(given.folder / "records.jsonl.gz")
    copies, _ = recombined(records, read_clusters(given.folder / "clusters.tsv"), given.copies, seed=9)
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder)).create()
        with Store.open(home) as store:
            keep(store, map(account_of, [*readable(records), *copies]), "all")
            told("first, all compared", store, home, 0)
            told("nothing new", store, home, 1)
            keep(store, [Account("forem", "ada-example", name="Ada Example")], "one")
            told("one more account", store, home, 1)
            told("after a week, all compared", store, home, 8)


if __name__ == "__main__":
    main()
