"""The bundled sample as a store of its own: invented people, collected, joined and embedded offline on its own date."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from hashlib import sha256
from pathlib import Path

from ranking.corpus.embedding import embed_evidence
from ranking.index.embedder import Progress
from scrapers.candidates.joining import join_accounts
from scrapers.candidates.lookup import spelled_account
from scrapers.collect.run import CollectingRun, collect, planned
from scrapers.collect.source_result import SourceResult
from scrapers.rights.identifiers import identifiers_of
from scrapers.rights.suppression import SuppressionList
from scrapers.settings.home import Home, packaged
from scrapers.settings.strict import read_toml
from scrapers.store import Store


def sample_day() -> date:
    """The day that counts as today for the sample."""
    return date.fromisoformat(str(read_toml(packaged("sample") / "sample.toml")["as_of"]))


def build_sample(
    home: Home,
    progress: Progress | None = None,
    read: Callable[[str, CollectingRun, SourceResult], object] | None = None,
) -> None:
    """Fill a fresh home with the sample: who objected is listed first, then collect, join, embed."""
    sample, day = packaged("sample"), sample_day()
    at = datetime.combine(day, time(12), tzinfo=UTC)
    shutil.rmtree(home.folder, ignore_errors=True)
    shutil.copy(sample / "operator.toml", home.create() / "operator.toml")
    with Store.open(home, durable=False) as store:
        suppression = SuppressionList.open(home, store)
        objectors = [spelled_account(name, home.key) for name in read_toml(sample / "sample.toml")["opted_out"]]
        listed = {identifier for account in objectors for identifier in identifiers_of(account)}
        suppression.add(home, store, sorted(listed), "objection", at)
        with planned(home, since=day, today=day, replay=sample) as plan:
            run = CollectingRun(plan, home, store, suppression)
            collect(run, read) if read else collect(run)
        join_accounts(store, home.key, at)
        embed_evidence(store, progress)
    (home / "sample.sha256").write_text(fingerprint())


def is_built(home: Home) -> bool:
    """True if that home holds today's sample, whole."""
    mark = home / "sample.sha256"
    return mark.is_file() and mark.read_text() == fingerprint()


def fingerprint() -> str:
    """A hash of everything in the sample and of the code that reads it: either changed, it is built anew."""
    folders = (packaged("sample"), *(Path(__file__).parents[2] / name for name in ("ranking", "scrapers")))
    files = sorted(path for folder in folders for path in folder.rglob("*") if path.suffix not in {"", ".pyc"})
    return sha256(b"".join(path.read_bytes() for path in files if path.is_file())).hexdigest()
