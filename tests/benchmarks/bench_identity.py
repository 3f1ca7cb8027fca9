"""How well accounts are joined: held-out figures, growth with invented strangers, and the cost of one more record.

    python tests/benchmarks/bench_identity.py FOLDER [--folds 3]
    python tests/benchmarks/bench_identity.py FOLDER --grow 10000 50000 100000 [--plot docs/identity-growth.svg]

FOLDER holds records.jsonl.gz, clusters.tsv and the stress files of the identity bench. Folds are by project and by
person: a model is judged only on projects and people that it has not seen. Each held-out fold is shown alone and with
the common-name strangers, and then all of them as one corpus whose parts never meet. `--grow` takes the last fold, and
adds invented people (recombined names, handles and projects of its own) until it has about as many records as asked.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from scrapers.identity import IdentityRecord, read_records, resolve
from scrapers.identity.match.model import Choice, Model
from scrapers.identity.train.recombine import readable, recombined
from scrapers.identity.train.train import fit, read_clusters

AT = datetime(2026, 1, 1, tzinfo=UTC)
Truth = Mapping[str, str]


def measures(clusters: Truth, truth: Truth) -> dict[str, float]:
    """Pair precision and recall, false merges per 1,000 people, most people in one cluster."""
    both = Counter((clusters[record], person) for record, person in truth.items())
    pairs = [
        sum(n * (n - 1) // 2 for n in c.values()) for c in (both, Counter(clusters.values()), Counter(truth.values()))
    ]
    mixed: dict[str, int] = Counter(person for person, _ in both)
    people = len(set(truth.values()))
    return {
        "precision": pairs[0] / max(pairs[1], 1),
        "recall": pairs[0] / pairs[2],
        "false merges per 1000": 1000 * sum(n - 1 for n in mixed.values()) / people,
        "worst": max(mixed.values()),
    }


def show(label: str, records: Sequence[IdentityRecord], truth: Truth, model: Choice) -> tuple[Truth, dict[str, float]]:
    """Whom each record was joined to, and the figures of that, which are printed."""
    start = time.process_time()
    clusters = resolve(records, at=AT, model=model).clusters
    return clusters, tell(label, clusters, truth, time.process_time() - start)


def tell(label: str, clusters: Truth, truth: Truth, seconds: float) -> dict[str, float]:
    figures = measures(clusters, truth) | {"CPU seconds": seconds}
    told = ", ".join(f"{name} {value:.4g}" for name, value in figures.items())
    sys.stdout.write(f"{label}: {len(truth)} records, {len(set(truth.values()))} people: {told}\n")
    sys.stdout.flush()
    return figures | {"records": len(truth)}


def fold_of(records: Sequence[IdentityRecord], truth: Truth, folds: int) -> dict[str, int]:
    """People by the project they worked on most rarely shared; people of no project by hash."""
    projects: dict[str, set[str]] = defaultdict(set)
    sizes = Counter(project for record in records for project in record.projects)
    for record in records:
        projects[truth[record.record_id]] |= set(record.projects)
    biggest = [project for project, _ in sizes.most_common() if project != "biodrop"][:folds]
    return {
        person: next(
            (n for n, project in enumerate(biggest) if project in theirs),
            folds - 1 if theirs - {"biodrop"} else int(sha256(person.encode()).hexdigest(), 16) % folds,
        )
        for person, theirs in {person: projects[person] for person in set(truth.values())}.items()
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--folds", type=int, default=3)
    parser.add_argument("--grow", type=int, nargs="*", default=[], help="records to grow the last fold to")
    parser.add_argument("--plot", type=Path, help="where to draw the growth")
    given = parser.parse_args()
    records, truth = read_records(given.folder / "records.jsonl.gz"), read_clusters(given.folder / "clusters.tsv")
    strangers = read_records(given.folder / "stress_records.jsonl.gz")
    theirs = read_clusters(given.folder / "stress_clusters.tsv")
    folds = fold_of(records, truth, given.folds)
    pooled: dict[str, list[tuple[Truth, Truth]]] = defaultdict(list)
    for fold in range(given.folds - 1 if given.grow else 0, given.folds):
        seen = [record for record in records if folds[truth[record.record_id]] != fold]
        held = [record for record in records if folds[truth[record.record_id]] == fold]
        own = {record.record_id: truth[record.record_id] for record in held}
        model = Model(fit(seen, {record.record_id: truth[record.record_id] for record in seen}))
        if given.grow:
            grown = [grow(held, own, size, model) for size in given.grow]
            if given.plot:
                draw(grown, given.plot)
            return
        for label, chosen in (("model", model), ("rules", None)):
            for named, part, whose in ((label, held, own), (f"{label}, strangers", [*held, *strangers], own | theirs)):
                clusters, _ = show(f"fold {fold} {named}", part, whose, chosen)
                pooled[named].append((clusters, whose))
    for label, parts in pooled.items():
        tell(f"pooled {label}", apart(clusters for clusters, _ in parts), apart(whose for _, whose in parts), 0)


def apart(tables: Iterable[Truth]) -> Truth:
    """Tables of separate corpora as one, in which nothing of one equals anything of another."""
    return {f"{n} {record}": f"{n} {whose}" for n, table in enumerate(tables) for record, whose in table.items()}


def grow(held: Sequence[IdentityRecord], own: Truth, size: int, model: Model) -> dict[str, float]:
    """The figures of a fold among so many invented people that there are about `size` records."""
    copies, owners = recombined(held, own, max(0, round(size / len(held)) - 1), seed=9)
    _, figures = show("grown", [*readable(held), *copies], {**own, **owners}, model)
    return figures


def draw(grown: Sequence[Mapping[str, float]], out: Path) -> None:
    """False merges and time against the number of records."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 3), layout="constrained")
    sizes = [each["records"] / 1000 for each in grown]
    for axes, name, most in zip(
        figure.subplots(1, 2), ("false merges per 1000", "CPU seconds"), (2.0, None), strict=True
    ):
        axes.plot(sizes, [each[name] for each in grown], marker="o", color="#0b6277")
        axes.set(xlabel="thousand records", ylabel=name, xlim=(0, None), ylim=(0, most))
        axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(out, metadata={"Date": None})


if __name__ == "__main__":
    main()
