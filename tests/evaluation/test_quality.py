"""No change lowers what the ranking reaches on judged data, unless the file of floors says why."""

from __future__ import annotations

import itertools
import tomllib
from pathlib import Path
from typing import Any

import pytest

from ranking.pool import TalentPool
from scrapers.settings.home import Home
from tests.quality.benches import HERE, JUDGED, SHARED, digest, judged_in_sample, on_bench, on_sample
from tests.support.constants import THOROUGH

FLOORS: dict[str, list[dict[str, Any]]] = tomllib.loads((HERE / "floors.toml").read_text(encoding="utf-8"))


def lowered(history: list[dict[str, Any]]) -> list[str]:
    """What each entry takes back of the one before it without a reason."""
    return [
        f"{name} {before['floors'][name]} -> {after['floors'].get(name, 0)}"
        for before, after in itertools.pairwise(history)
        for name in before["floors"]
        if after["floors"].get(name, 0) < before["floors"][name] and not after.get("because", "").strip()
    ]


@pytest.mark.parametrize("bench", sorted(FLOORS))
def test_a_lower_floor_says_why(bench: str) -> None:
    """No entry of the file lies below the one before it without a reason, and none judges other data silently."""
    history = FLOORS[bench]
    assert lowered(history) == []
    for before, after in itertools.pairwise(history):
        assert before["judged"] == after["judged"] or after.get("because")


def test_a_silently_lowered_floor_is_found() -> None:
    """The rule itself: a lower figure or a missing measure counts as lowered, a reason or a higher figure does not."""
    first = {"floors": {"nDCG@10": 0.6}}
    assert lowered([first, {"floors": {"nDCG@10": 0.5}}]) == ["nDCG@10 0.6 -> 0.5"]
    assert lowered([first, {"floors": {}}])
    assert not lowered([first, {"floors": {"nDCG@10": 0.5}, "because": "the labels were wrong"}])
    assert not lowered([first, {"floors": {"nDCG@10": 0.7}}])


@pytest.mark.model
@pytest.mark.xdist_group("sample")
def test_the_sample_stays_above_its_floor(sample_home: Home) -> None:
    """The packaged roles rank the bundled, labelled people at least as well as the file of floors says."""
    check("sample", judged_in_sample(), on_sample(TalentPool.open(sample_home / "sample")))


@pytest.mark.shared
@pytest.mark.model
@pytest.mark.parametrize("bench", SHARED)
def test_the_benches_stay_above_their_floors(shared: Path, bench: str) -> None:
    """Each shared bench is ranked at least as well as its floor; embedding them takes minutes, so only when asked."""
    if not THOROUGH:
        pytest.skip("embeds thousands of pieces; set HEADWATER_THOROUGH=1")
    folder = shared / "bench" / bench
    check(bench, digest(*(folder / name for name in JUDGED)), on_bench(folder))


def check(bench: str, judged: str, reached: dict[str, float]) -> None:
    if bench not in FLOORS:
        pytest.skip(f"no floor yet; measured {reached} on {judged}")
    last = FLOORS[bench][-1]
    assert judged == last["judged"], "the judged data changed: measure again, add an entry, and say `because`"
    below = {name: (reached[name], floor) for name, floor in last["floors"].items() if reached[name] < floor}
    assert not below, f"{bench}: reached and floor {below}"
