"""Team planning: the cheapest set of hires out of a few shortlists that covers a team's axes, found exactly.

An axis is a requirement with a threshold, a share of the pool. Somebody covers it who stands at or above the threshold
and shows it with a quote; a place in the order alone proves nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pydantic import Field

from ranking.role import Requirement, Role
from ranking.role.model import Stage
from ranking.shortlist.shortlist import Match, Pool, Quote, Shortlist
from scrapers.settings.strict import BadConfiguration, Strict, parsed, read_yaml

MOST_AXES = 12
_STAGES: tuple[Stage, ...] = ("early", "middle", "late")


class Axis(Strict):
    """An ability the team must have, from a stage on; the threshold is a share of the pool."""

    text: str = Field(min_length=3)
    threshold: float = Field(default=0.5, gt=0, le=1)
    needed_from: Stage = "early"


class Member(Strict):
    """A member of the team, with the operator's own judgement of each axis in 0..1."""

    name: str
    axes: Mapping[str, float] = Field(default_factory=dict)


class Team(Strict):
    """`team.yaml`: what is needed, who is here, and what may be spent, in the unit of `costs` (1 a hire by default)."""

    axes: Mapping[str, Axis] = Field(min_length=1, max_length=MOST_AXES)
    stage: Stage = "early"
    budget: float = Field(default=1, gt=0)
    costs: Mapping[str, float] = Field(default_factory=dict)
    staff: tuple[Member, ...] = ()

    def gap(self) -> dict[str, Axis]:
        """The axes that this stage needs and nobody on the staff covers."""
        reached = _STAGES[: _STAGES.index(self.stage) + 1]
        return {
            name: axis
            for name, axis in self.axes.items()
            if axis.needed_from in reached and not any(one.axes.get(name, 0) >= axis.threshold for one in self.staff)
        }


@dataclass(frozen=True, slots=True)
class Cover:
    """Coverage of an axis by somebody: the share of the pool they are stronger than, and the proof."""

    axis: str
    level: float
    proof: Quote


@dataclass(frozen=True, slots=True)
class Hire:
    """A possible hire: for which role, at what cost, at which place of its shortlist, covering what."""

    candidate_id: str
    name: str
    role: str
    cost: float
    place: int
    covers: tuple[Cover, ...]

    @property
    def axes(self) -> frozenset[str]:
        return frozenset(cover.axis for cover in self.covers)


@dataclass(frozen=True, slots=True)
class TeamPlan:
    """The cheapest hires that cover most of the gap within the budget, and the axes that stay open."""

    gap: tuple[str, ...]
    hires: tuple[Hire, ...]
    open: tuple[str, ...]

    @property
    def cost(self) -> float:
        return sum(hire.cost for hire in self.hires)


def read_team(path: Path) -> Team:
    """The team of a YAML file; raises BadConfiguration naming file, line or field, and axes that nobody defined."""
    team = parsed(Team, read_yaml(path) or {}, path)
    for member in team.staff:
        if unknown := sorted(set(member.axes) - set(team.axes)):
            known = ", ".join(team.axes)
            raise BadConfiguration(
                f"{path} staff {member.name!r}: unknown axes {', '.join(unknown)}; known are {known}"
            )
    return team


def form(team: Team, pool: Pool, roles: Mapping[str, Role], top: int, as_of: date) -> TeamPlan:
    """The cheapest hires for the team's gap out of the first `top` of each role's shortlist."""
    gap = team.gap()
    if not gap:
        return TeamPlan((), (), ())
    lists = {name: pool.rank(role, top, as_of) for name, role in roles.items()}
    listed = {match.candidate.id for found in lists.values() for match in found}
    covers: dict[str, list[Cover]] = {}
    for name, axis in gap.items():
        for match in pool.matches(axis_role(name, axis), listed, as_of):
            if covered := cover(name, axis, match, len(pool)):
                covers.setdefault(match.candidate.id, []).append(covered)
    return plan(gap, hires(lists, covers, team), team.budget)


def axis_role(name: str, axis: Axis) -> Role:
    """An axis as a role of its one requirement, so that it is judged as every requirement is."""
    return Role(name, (Requirement("axis", axis.text, axis=name, threshold=axis.threshold),), text=axis.text)


def cover(name: str, axis: Axis, match: Match, considered: int) -> Cover | None:
    """Return how a candidate covers an axis, or None where they stand below the threshold or show nothing of it."""
    level = match.stronger_than / considered
    if level < axis.threshold or not match.must_met or not match.reasons:
        return None
    return Cover(name, level, match.reasons[0])


def hires(lists: Mapping[str, Shortlist], covers: Mapping[str, Sequence[Cover]], team: Team) -> list[Hire]:
    """Return everybody on the lists who covers something, each for the role in which they cost least."""
    cheapest: dict[str, Hire] = {}
    for role, found in lists.items():
        for match in found:
            one = match.candidate
            hire = Hire(one.id, one.name, role, team.costs.get(role, 1), match.rank, tuple(covers.get(one.id, ())))
            held = cheapest.get(one.id)
            if hire.covers and (
                held is None or (hire.cost, hire.place, hire.role) < (held.cost, held.place, held.role)
            ):
                cheapest[one.id] = hire
    return list(cheapest.values())


def plan(gap: Iterable[str], options: Iterable[Hire], budget: float) -> TeamPlan:
    """The hires that cover most axes within the budget; among equals the cheapest, the fewest, the best placed.

    Exact: for each set of axes the best way to cover it is kept while people are added one by one (dynamic programming
    over subsets, n people and k axes in n * 2**k steps).
    """
    axes = tuple(gap)
    best: dict[frozenset[str], tuple[Hire, ...]] = {frozenset(): ()}
    for hire in sorted(options, key=lambda each: (each.cost, each.place, each.candidate_id)):
        for covered, chosen in list(best.items()):
            more = covered | (hire.axes & set(axes))
            with_hire = (*chosen, hire)
            if more != covered and sum(each.cost for each in with_hire) <= budget + 1e-9:
                held = best.get(more)
                if held is None or _worth(with_hire) < _worth(held):
                    best[more] = with_hire
    covered, chosen = min(best.items(), key=lambda each: (-len(each[0]), _worth(each[1])))
    return TeamPlan(axes, chosen, tuple(axis for axis in axes if axis not in covered))


def _worth(chosen: Sequence[Hire]) -> tuple[float, int, int, list[str]]:
    cost = round(sum(each.cost for each in chosen), 9)
    return cost, len(chosen), sum(each.place for each in chosen), sorted(each.candidate_id for each in chosen)
