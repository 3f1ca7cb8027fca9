"""The whole main job on the bundled sample, in a home of its own and on the sample's own date."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time
from pathlib import Path

from flows.cli.console import bar, source_bars
from ranking.handover.exporting import export
from ranking.pool import TalentPool
from ranking.role import read_role
from ranking.shortlist.shortlist import Shortlist
from ranking.upkeep.sample import build_sample, sample_day
from scrapers.collect.run import collect_source
from scrapers.settings.home import Home, packaged


def run_demo(out: Path, quiet: bool) -> Iterator[tuple[str, Shortlist, list[Path]]]:
    """Collect, join, embed and rank the sample afresh; yields each role's name, shortlist and files."""
    home, day = Home(out.expanduser().resolve() / "home", apart=True), sample_day()
    with source_bars(quiet) as (on_page, _), bar("embedding", quiet) as progress:
        build_sample(home, progress, lambda name, run, seen: collect_source(name, run, seen, on_page))
    pool, at = TalentPool.open(home), datetime.combine(day, time(12), tzinfo=UTC)
    for role in sorted(packaged("roles").glob("*.md")):
        found = pool.rank(read_role(role), as_of=day)
        files = [export(found, home, form, out / role.stem, at=at) for form in ("shortlist_csv", "page")]
        yield role.stem, found, files
