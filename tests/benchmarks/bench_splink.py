"""Our joining of accounts beside Splink 5's on the same records: precision, recall, false merges, seconds.

    pip install --target /tmp/splink 'splink==5.*' duckdb
    PYTHONPATH=/tmp/splink python -m tests.benchmarks.bench_splink FOLDER [--held-out 3]

FOLDER holds records.jsonl.gz and clusters.tsv of the identity bench; where the stress files lie there too, every run is
repeated with the common-name strangers. The shipped model was fitted on the dev folder: there, only its `rules` rows
are evidence, or the folds of `--held-out`, whose model saw neither their people nor their projects. Splink never sees
the truth. Splink is a competitor here, and no dependency: without it the script says what to install and exits with 2.

Splink is run its own way: Fellegi-Sunter weights fitted by expectation maximisation on the records to be joined, pairs
of weight 8 and more, connected components, none of our guards (Linacre et al. 2022, doi:10.23889/ijpds.v7i3.1794).
It is told by hand how rarely strangers share a key, as its sample of pairs holds too many true ones to learn it.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from scrapers.identity import IdentityRecord, read_records, resolve
from scrapers.identity.match.model import Choice, Model
from scrapers.identity.names import fold
from scrapers.identity.train.train import fit, read_clusters
from tests.benchmarks.bench_identity import AT, Truth, fold_of, measures

MISSING = "Splink 5 is missing: pip install --target /tmp/splink 'splink==5.*' duckdb, then PYTHONPATH=/tmp/splink\n"
WEIGHT = 8.0
SHARED = 1e-7  # of pairs of different people, how many share a key
KEYS = ("email_hash", "handle", "github_id")
Join = Callable[[Sequence[IdentityRecord]], Truth]


def row(record: IdentityRecord) -> dict[str, str | list[str] | None]:
    """What Splink may compare of a record; what the record does not say is None, which weighs nothing."""
    name = fold(record.name)
    columns: dict[str, str | list[str]] = {
        "name": name,
        "family": name.rpartition(" ")[2],
        "handle": record.handle.casefold(),
        "email_hash": record.email_hash,
        # A local part that spells the name says the name twice, which independent weights would count twice.
        "email_local": record.email_local_hash if record.email_local_class == "other" else "",
        "github_id": record.ids[0] if record.ids else "",
        "accounts": sorted({*record.links, *filter(None, [record.account])}),
    }
    return {"unique_id": record.record_id, **{column: value or None for column, value in columns.items()}}


def splink_clusters(records: Sequence[IdentityRecord]) -> Truth:
    """Record to cluster as Splink finds them, fitted on these records alone; the same for the same records."""
    import splink.comparison_level_library as level  # type: ignore[import-not-found]  # no dependency
    import splink.comparison_library as compare  # type: ignore[import-not-found]
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    def key(column: str, equal: Any, *near: Any, unequal: Any = None) -> Any:
        levels = [level.NullLevel(column), equal.configure(u_probability=SHARED, fix_u_probability=True), *near]
        return compare.CustomComparison([*levels, unequal or level.ElseLevel()], output_column_name=column)

    # Few people have two numbers; left to itself, the fit takes that for never, and stops at an underflow.
    two = level.ElseLevel().configure(m_probability=0.001, fix_m_probability=True)
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=[
            compare.JaroWinklerAtThresholds("name", [0.95, 0.88]).configure(term_frequency_adjustments=True),
            compare.ExactMatch("email_local"),
            key("handle", level.ExactMatchLevel("handle"), level.JaroWinklerLevel("handle", 0.92)),
            key("email_hash", level.ExactMatchLevel("email_hash")),
            key("github_id", level.ExactMatchLevel("github_id"), unequal=two),
            key("accounts", level.ArrayIntersectLevel("accounts", 1)),
        ],
        blocking_rules_to_generate_predictions=[
            *(block_on(column) for column in (*KEYS, "name", "family")),
            block_on("accounts", arrays_to_explode=["accounts"]),
        ],
    )
    database = DuckDBAPI()
    linker = Linker(database.register([row(record) for record in records]), settings, log_level="ERROR")
    training = linker.training
    # About a third of the dev pairs share one of these keys; Splink asks its user for such a guess.
    training.estimate_probability_two_random_records_match([block_on(key) for key in KEYS], recall=0.3)
    training.estimate_u_using_random_sampling(max_pairs=5e6, seed=1)
    for column in ("name", "email_hash", "handle"):
        training.estimate_parameters_using_expectation_maximisation(block_on(column))
    pairs = linker.inference.predict(threshold_match_weight=WEIGHT)
    found = linker.clustering.cluster_pairwise_predictions_at_threshold(pairs)
    return {str(each["unique_id"]): str(each["cluster_id"]) for each in found.as_record_list()}


def ours(model: Choice) -> Join:
    return lambda records: resolve(records, at=AT, model=model).clusters


def show(label: str, records: Sequence[IdentityRecord], truth: Truth, joins: Iterable[tuple[str, Join]]) -> None:
    """A line for each way of joining."""
    sys.stdout.write(f"{label}: {len(records)} records, {len(set(truth.values()))} people\n")
    for name, join in joins:
        wall, spent = time.perf_counter(), time.process_time()
        clusters = join(records)
        wall, spent = time.perf_counter() - wall, time.process_time() - spent
        found = measures(clusters, truth)
        sys.stdout.write(
            f"  {name:13} precision {found['precision']:.4f}, recall {found['recall']:.3f}, "
            f"false merges per 1000 {found['false merges per 1000']:.2f}, wall {wall:.1f} s, CPU {spent:.1f} s\n"
        )
        sys.stdout.flush()


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--held-out", type=int, metavar="FOLDS", help="fold by fold, by project and person")
    given = parser.parse_args()
    if not find_spec("splink") or not version("splink").startswith("5."):
        sys.stderr.write(MISSING)
        raise SystemExit(2)

    records, truth = read_records(given.folder / "records.jsonl.gz"), read_clusters(given.folder / "clusters.tsv")
    stress = given.folder / "stress_records.jsonl.gz"
    strangers = read_records(stress) if stress.exists() else []
    theirs = read_clusters(given.folder / "stress_clusters.tsv") if strangers else {}

    def both(label: str, part: Sequence[IdentityRecord], own: Truth, model: Choice) -> None:
        joins = [("ours", ours(model)), ("ours, rules", ours(None)), ("Splink", splink_clusters)]
        show(label, part, own, joins)
        if strangers:
            show(f"{label}, strangers", [*part, *strangers], {**own, **theirs}, joins)

    if not given.held_out:
        both("all", records, truth, "default")
        return
    folds = fold_of(records, truth, given.held_out)
    for number in range(given.held_out):
        held = [record for record in records if folds[truth[record.record_id]] == number]
        seen = [record for record in records if folds[truth[record.record_id]] != number]
        model = Model(fit(seen, {record.record_id: truth[record.record_id] for record in seen}))
        both(f"fold {number}", held, {record.record_id: truth[record.record_id] for record in held}, model)


if __name__ == "__main__":
    main()
