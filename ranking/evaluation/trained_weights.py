"""The trained weights that a home keeps: numbered files, the newest in use, one step back at a time."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

from ranking.evaluation.labels import Label
from ranking.evaluation.train import Trial
from ranking.scoring.weights import TRAINED, Trained, Weights, trained_files
from scrapers.faults import Fault
from scrapers.settings.home import Home

WITHDRAWN = ".withdrawn"


class NothingTrained(Fault):
    """There are no trained weights to go back from."""


def promote(home: Home, weights: Weights, trial: Trial, labels: Iterable[Label], on: date) -> Path:
    """Put fitted weights into use, with the day, the digest of the labels and the figures that allowed it."""
    trained = Trained(
        on=on,
        labels=trial.labels,
        roles=trial.roles,
        digest=digest(labels),
        before=round(trial.before, 4),
        after=round(trial.after, 4),
        low=round(trial.low, 4),
        high=round(trial.high, 4),
    )
    folder = home / TRAINED
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / f"{_numbered(folder) + 1:04}.toml"
    path.touch(mode=0o600)
    path.write_text(spelled(weights.model_copy(update={"trained": trained})), encoding="utf-8")
    return path


def roll_back(home: Home) -> tuple[Path, Path | None]:
    """Take the newest trained weights out of use; the file stays for the record. Returns it and what counts now.

    Raises NothingTrained where the packaged weights are in use already.
    """
    kept = trained_files(home)
    if not kept:
        raise NothingTrained(f"{home / TRAINED}: no trained weights are in use; the packaged ones are")
    kept[-1].rename(kept[-1].with_name(kept[-1].name + WITHDRAWN))
    return kept[-1], kept[-2] if len(kept) > 1 else None


def digest(labels: Iterable[Label]) -> str:
    """A hash of the labels in any order, so that a file of weights can be traced to what it learned from."""
    lines = sorted(f"{label.role}\t{label.candidate_id}\t{label.decision}" for label in labels)
    return sha256("\n".join(lines).encode()).hexdigest()


def spelled(weights: Weights) -> str:
    """The weights as TOML that `read_weights` reads back."""
    tables: Mapping[str, Mapping[str, Any]] = weights.model_dump(mode="json", exclude_none=True)
    return "\n".join(
        "\n".join([f"[{name}]", *(f"{key} = {_value(name, key, value)}" for key, value in table.items()), ""])
        for name, table in tables.items()
    )


def _value(table: str, key: str, value: object) -> str:
    return str(value) if (table, key) == ("trained", "on") else json.dumps(value)


def _numbered(folder: Path) -> int:
    """The highest number ever given, withdrawn ones too, so that none is given twice."""
    return max((int(path.name.split(".")[0]) for path in folder.glob("*.toml*")), default=0)
