"""Scheduled ranking: a shortlist for every role, exported, with its artifacts.

Artifacts live in Prefect's database, out of erasure's reach, so they hold opaque ids and numbers, never a person.
`python -m flows.shortlist [ROLE...]` runs it here and now.
"""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from prefect import flow, task
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from flows.markdown import table
from ranking.changes import Changes, NothingKept, changes_since
from ranking.doctor import judge, without_meaning
from ranking.exporting import export, slug_of
from ranking.pool import TalentPool
from ranking.role import Role, read_role
from ranking.shortlist import Shortlist
from scrapers.faults import Fault
from scrapers.settings import Home, find_home, packaged
from scrapers.store import Store
from scrapers.store.shortlists import MILLION


@flow(name="shortlist")
def shortlist(roles: list[Path] | None = None, top: int = 25, as_of: date | None = None) -> State[Any]:
    """Rank every role, one task each: Completed, `Degraded` when some could not be read, Failed when none could."""
    home, day = find_home().create(), as_of or datetime.now(UTC).date()
    files = roles or sorted(packaged("roles").glob("*.md"))
    pool = TalentPool.open(home)
    health = judge(pool.corpus, probe=False)
    banner = "".join(f"; {finding.code}: {finding.sentence}" for finding in health.found if finding.effect != "note")
    if health.effect == "stop":
        return Failed(message=f"nothing was ranked{banner}")
    if health.effect == "lexical":
        pool.corpus = without_meaning(pool.corpus)
        banner = f"; ranked by words and themes alone{banner}"

    @task(name="rank-role", cache_policy=NO_CACHE, persist_result=False)
    def rank_role(name: str) -> bool:
        role_file = next(file for file in files if file.stem == name)
        try:
            role = read_role(role_file)
            changed = _changes(pool, role, home, day)
            found = pool.rank(role, top=top, as_of=day)
        except Fault as fault:
            print(f"{role_file}: {fault}")  # noqa: T201 - Prefect's log of this task
            return False
        _publish(found, home, name, day)
        if changed is not None:
            _publish_changes(changed, name)
        return True

    ranked = [rank_role(file.stem) for file in files]
    message = f"{sum(ranked)} of {len(ranked)} roles ranked, {len(pool)} people{banner}"
    if not any(ranked):
        return Failed(message=message)
    return Completed(message=message, name="Completed" if all(ranked) and not banner else "Degraded")


def _publish(found: Shortlist, home: Home, name: str, day: date) -> None:
    """Write the CSV and the page, and show the order by opaque id."""
    for form in ("shortlist_csv", "page"):
        export(found, home, form, home / "exports" / f"{day}-{slug_of(name)}", at=datetime.now(UTC))
    rows = [
        {
            "rank": match.rank,
            "candidate": match.candidate.id,
            "score": round(match.score, 4),
            "musts shown": len(match.must_met),
            "musts unknown": len(match.must_unknown),
            "evidence": len(match.candidate.evidence),
        }
        for match in found.matches
    ]
    create_table_artifact(key=f"shortlist-{slug_of(name)}", table=rows, description=f"{found.considered} people, {day}")


def _changes(pool: TalentPool, role: Role, home: Home, day: date) -> Changes | None:
    """What changed since the role's last shortlist, or None where there is none yet."""
    with Store.open(home) as store:
        try:
            return changes_since(pool, role, home, store, day, None)
        except NothingKept:
            return None


def _publish_changes(changed: Changes, name: str) -> None:
    """Show who is new, left or moved, and why, by opaque id."""
    rows = [
        (
            each.kind,
            each.candidate_id or "erased",
            each.was or "",
            each.now or "",
            each.cause,
            f"{each.delta / MILLION:+.4f}",
        )
        for each in changed.rows
    ]
    told = table(("what", "candidate", "was", "now", "cause", "score"), rows) if rows else "Nothing changed."
    create_markdown_artifact(
        key=f"changes-{slug_of(name)}",
        markdown=f"## Since {changed.before.as_of}\n\n{told}\n",
        description=f"{len(rows)} changes",
    )


if __name__ == "__main__":
    state = shortlist([Path(role) for role in sys.argv[1:]] or None, return_state=True)
    sys.exit(4 if state.is_failed() else 3 if state.name == "Degraded" else 0)
