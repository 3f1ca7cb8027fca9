"""The whole main job on the bundled sample, in a home of its own and on the sample's own date."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from pathlib import Path

from flows.cli.console import source_bars
from flows.cli.ranks import refresh_store
from ranking.exporting import export
from ranking.pool import TalentPool
from ranking.role import read_role
from ranking.shortlist import Shortlist
from scrapers.access import spelled_account
from scrapers.collect import Run, collect, collect_source, planned
from scrapers.settings import Home, packaged, read_toml
from scrapers.store import Store
from scrapers.suppression import SuppressionList, identifiers_of


def run_demo(out: Path, quiet: bool) -> Iterator[tuple[str, Shortlist, list[Path]]]:
    """Collect, join, embed and rank the sample afresh; yields each role's name, shortlist and files."""
    sample, home = packaged("sample"), Home(out.expanduser().resolve() / "home")
    told = read_toml(sample / "sample.toml")
    as_of = date.fromisoformat(str(told["as_of"]))
    at = datetime.combine(as_of, time(12), tzinfo=UTC)
    shutil.rmtree(home.folder, ignore_errors=True)
    with Store.open(home.create(), durable=False) as store:
        suppression = SuppressionList.open(home, store)
        listed = {name for opted in told["opted_out"] for name in identifiers_of(spelled_account(opted, home.key))}
        suppression.add(home, store, sorted(listed), "objection", at)
        with (
            planned(home, since=as_of, today=as_of, replay=sample) as plan,
            source_bars(quiet) as (on_page, _),
        ):
            run = Run(plan, home, store, suppression)
            collect(run, lambda name, run, seen: collect_source(name, run, seen, on_page))
        refresh_store(home, store, at, quiet)
    pool = TalentPool.open(home)
    for role in sorted(packaged("roles").glob("*.md")):
        found = pool.rank(read_role(role), as_of=as_of)
        files = [export(found, home, form, out / role.stem, at=at) for form in ("shortlist_csv", "page")]
        yield role.stem, found, files
