"""Hiring for a team: the cheapest cover is found exactly, every cover is proven, and bad files are refused by line."""

from __future__ import annotations

from datetime import date
from itertools import chain, combinations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ranking.pool import TalentPool
from ranking.role import parse_role
from ranking.shortlist.shortlist import Quote
from ranking.shortlist.team import MOST_AXES, Cover, Hire, Team, TeamPlan, form, plan, read_team
from scrapers.settings.strict import BadConfiguration
from tests.support.hash_embedder import HashingEmbedder

AXES = tuple("abcde")
QUOTE = Quote("served a model", "https://example.com/a", date(2026, 1, 1), "e1")


def hire(number: int, cost: float, axes: set[str]) -> Hire:
    return Hire(f"c{number}", "", "role", cost, number, tuple(Cover(axis, 0.9, QUOTE) for axis in sorted(axes)))


options = st.lists(
    st.tuples(st.sampled_from([0.5, 1.0, 1.5, 2.0, 3.0]), st.sets(st.sampled_from(AXES), min_size=1)), max_size=8
).map(lambda rows: [hire(number, cost, axes) for number, (cost, axes) in enumerate(rows)])


@settings(max_examples=200)
@given(options, st.sampled_from([0.4, 1.0, 2.5, 4.0, 9.0]))
def test_no_set_of_people_covers_more_or_the_same_for_less(found: list[Hire], budget: float) -> None:
    """The plan is as good as the best of all subsets within the budget."""
    subsets = chain.from_iterable(combinations(found, size) for size in range(len(found) + 1))
    best = min(
        (-len(set().union(*(each.axes for each in chosen))), sum(each.cost for each in chosen))
        for chosen in subsets
        if sum(each.cost for each in chosen) <= budget
    )
    planned = plan(AXES, found, budget)
    assert (len(planned.open) - len(AXES), sum(each.cost for each in planned.hires)) == best


@given(options, st.randoms())
def test_the_order_of_the_options_changes_nothing(found: list[Hire], random: object) -> None:
    """The same people in another order give the same plan."""
    shuffled = list(found)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert plan(AXES, shuffled, 3) == plan(AXES, found, 3)


def test_an_axis_of_a_later_stage_is_not_asked_for() -> None:
    """A team without a gap at its stage needs nobody."""
    team = Team.model_validate(
        {
            "axes": {"serving": {"text": "serves"}, "audits": {"text": "audits", "needed_from": "late"}},
            "staff": [{"name": "founder", "axes": {"serving": 0.5}}],
        }
    )
    assert team.gap() == {}


def test_people_cover_only_what_they_show(tmp_path: Path) -> None:
    """Out of a pool, the one who shows the missing axis is hired, with the quote; what nobody shows stays open."""
    people = tmp_path / "people.jsonl"
    people.write_text(
        "\n".join(
            f'{{"person_id": "p{number}", "documents": [{{"kind": "post", "title": "", "text": "{text}"}}]}}'
            for number, text in enumerate(
                ["I serve models behind an interface and watch latency", "I paint watercolours", "I bake bread"]
            )
        )
    )
    pool = TalentPool.from_people(people, embedder=HashingEmbedder())
    team = Team.model_validate(
        {
            "axes": {
                "serving": {"text": "serve models behind an interface, watch latency"},
                "flying": {"text": "pilots aeroplanes over mountains"},
            }
        }
    )
    found = form(team, pool, {"r": parse_role("serve models behind an interface")}, 3, date(2026, 1, 1))
    assert [each.candidate_id for each in found.hires] == [next(iter(pool.candidates))]
    assert found.hires[0].covers[0].proof.text in "I serve models behind an interface and watch latency"
    assert found.open == ("flying",)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("axes: {}", "axes"),
        ("axes: {a: {text: serves}}\nstaff: [{name: ada, axes: {b: 1}}]", "unknown axes b; known are a"),
        ("axes: {a: {text: serves, treshold: 1}}", "axes.a.treshold"),
        ("axes: {a: {text: serves}}\naxes: {}", "team.yaml:2"),
        ("stage: [", "team.yaml:1"),
        ("\n".join(["axes:", *(f"  a{number}: {{text: serves}}" for number in range(MOST_AXES + 1))]), "axes"),
    ],
)
def test_a_wrong_file_is_refused_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    """The message names the file and the line or field."""
    path = tmp_path / "team.yaml"
    path.write_text(text)
    with pytest.raises(BadConfiguration, match=said.replace(".", r"\.")) as fault:
        read_team(path)
    assert str(path) in str(fault.value)


def test_the_shipped_example_reads() -> None:
    """The example says what its comments say."""
    team = read_team(Path(__file__).parents[2] / "data" / "team.yaml")
    assert set(team.gap()) == {"serving", "training", "evaluation"}


def test_nothing_to_choose_from_leaves_everything_open() -> None:
    """Without options there is no hire."""
    assert plan(AXES, [], 5) == TeamPlan(AXES, (), AXES)
