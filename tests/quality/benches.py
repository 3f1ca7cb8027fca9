"""What floors are measured on: the bundled sample with labels written for it, and the shared benches where they lie."""

from __future__ import annotations

import csv
from hashlib import sha256
from pathlib import Path

from ranking.evaluation.evaluate import evaluate, ranked
from ranking.evaluation.measures import MEASURES, measured
from ranking.index.embedder import Memory
from ranking.pool import TalentPool
from ranking.role import read_role
from ranking.upkeep.sample import sample_day
from scrapers.settings.home import packaged

HERE = Path(__file__).parent
LABELS = HERE / "sample.csv"
SHARED = ("hackathon-makers", "blog-authors", "debian-maintainers", "oss-maintainers", "kep-experts")
JUDGED = ("people.jsonl.gz", "queries.jsonl", "qrels.tsv")


def on_sample(pool: TalentPool) -> dict[str, float]:
    """The measures of the packaged roles over everybody in the sample; who is not labelled is not relevant."""
    by_account = {
        f"{account.key.site}:{account.key.handle}": candidate.id
        for candidate in pool.candidates.values()
        for account in candidate.accounts
    }
    qrels: dict[str, dict[str, int]] = {}
    with LABELS.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            qrels.setdefault(row["role"], {})[by_account[row["account"]]] = int(row["grade"])
    roles = {name: read_role(packaged("roles") / f"{name}.md", as_of=sample_day()) for name in qrels}
    run = {name: ranked(pool.corpus, role, pool.weights, sample_day()) for name, role in roles.items()}
    found = measured(run, qrels)
    return {name: round(found[name].mean, 4) for name in MEASURES}


def on_bench(folder: Path) -> dict[str, float]:
    """The measures of a shared bench; embeds everything, minutes on a small machine."""
    people, queries, qrels = (folder / name for name in JUDGED)
    found = evaluate(people, queries, qrels, None, Memory())
    assert found is not None
    return {name: round(found[name].mean, 4) for name in MEASURES}


def digest(*judged: Path) -> str:
    """A hash of the judged data: another hash needs another floor."""
    return sha256(b"".join(path.read_bytes() for path in judged)).hexdigest()[:16]


def judged_in_sample() -> str:
    """The digest of the labels, the sample and the packaged roles."""
    files = sorted(path for name in ("sample", "roles") for path in packaged(name).rglob("*") if path.is_file())
    return digest(LABELS, *files)
