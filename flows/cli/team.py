"""The `team` command: whom to hire so that the team covers what it must."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from flows.cli.app import app
from flows.cli.collecting import day_or_today
from flows.cli.console import AsOfOption, HomeOption, QuietOption, bar, home_of

if TYPE_CHECKING:
    from ranking.shortlist.team import TeamPlan


@app.command()
def team(
    file: Path = typer.Argument(help="The team: axes, staff, budget, stage (data/team.yaml shows how)."),
    roles: list[Path] = typer.Argument(help="Role files, out of whose shortlists people may be hired."),
    top: int = typer.Option(25, min=1, help="How many candidates of each shortlist are looked at."),
    as_json: bool = typer.Option(False, "--json", help="One JSON object."),
    as_of: datetime | None = AsOfOption,
    home: Path | None = HomeOption,
    quiet: bool = QuietOption,
) -> None:
    """Find the cheapest people who cover what the team lacks, and say what stays open."""
    from ranking.pool import TalentPool
    from ranking.role import read_role
    from ranking.shortlist.team import form, read_team

    wanted, asked = read_team(file), {path.stem: read_role(path) for path in roles}
    with bar("embedding", quiet) as progress:
        pool = TalentPool.open(home_of(home), progress=progress)
    found = form(wanted, pool, asked, top, day_or_today(as_of))
    typer.echo(json.dumps(asdict(found), ensure_ascii=False, default=str) if as_json else "\n".join(told(found)))


def told(plan: TeamPlan) -> list[str]:
    """The plan in sentences."""
    if not plan.gap:
        return ["No hire needed: the staff covers every axis of this stage."]
    lines = [f"The team lacks: {', '.join(plan.gap)}."]
    if plan.hires:
        lines.append(f"Cheapest hires, {sum(hire.cost for hire in plan.hires):g} in all:")
    for hire in plan.hires:
        lines.append(f"  {hire.name} ({hire.candidate_id}), place {hire.place} for {hire.role}, costs {hire.cost:g}")
        for cover in hire.covers:
            lines.append(f'    {cover.axis}: stronger than {cover.level:.0%}; "{cover.proof.text}" {cover.proof.url}')
    if plan.open:
        lines.append(f"Stays open: {', '.join(plan.open)}; widen the roles, or raise the budget or --top.")
    return lines
