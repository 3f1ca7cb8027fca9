"""Scheduled ranking: a shortlist for every role, exported, with its artifacts.

Artifacts live in Prefect's database, out of erasure's reach, so they hold opaque ids and numbers, never a person.
`python -m flows.shortlist` runs it here and now.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from prefect import get_run_logger
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from flows.work import entry
from flows.work.markdown import table
from flows.work.running import ONCE_A_RUN, flow, task
from ranking.evaluation.doctor import judge, without_meaning
from ranking.handover.exporting import export
from ranking.index.models import embedder_of
from ranking.pool import TalentPool
from ranking.role import Role, read_role
from ranking.shortlist.funnel import Funnel
from ranking.shortlist.shortlist import Shortlist
from ranking.upkeep.expiry import announcement
from scrapers.faults import Fault
from scrapers.settings.home import Home, find_home, packaged
from scrapers.settings.strict import BadConfiguration
from scrapers.store import Store
from scrapers.store.run_log import logged_step
from scrapers.text import counted, slug_of


@flow(name="shortlist")
def shortlist(roles: list[Path] | None = None, top: int = 25, as_of: date | None = None) -> State[Any]:
    """Rank every role, one task each: Completed, `Degraded` when some could not be read, Failed when none could."""
    home, day = find_home().create(), as_of or datetime.now(UTC).date()
    files = roles or sorted(packaged("roles").glob("*.md"))
    check(home, files)
    read = _read(files, day)
    if not read:
        return Failed(message=f"none of {counted(len(files), 'roles')} could be read")
    pool = TalentPool.open(home)
    health = judge(pool.corpus, probe=False)
    banner = "".join(f"; {finding.code}: {finding.sentence}" for finding in health.found if finding.effect != "note")
    if health.effect == "stop":
        return Failed(message=f"nothing was ranked{banner}")
    if health.effect == "lexical":
        pool.corpus = without_meaning(pool.corpus)
        banner = f"; ranked by words and themes alone{banner}"

    @task(name="rank-role", run_name="rank {name}", **ONCE_A_RUN)
    def rank_role(name: str) -> int:
        with Store.open(home) as store, logged_step(store, "rank", name) as counts:
            found = pool.rank(read[name], top=top, as_of=day)
            pool.keep_questions(found.role, store)
            counts.update(considered=found.considered, listed=len(found.matches))
            _publish(found, home, name, day)
        return len(found.matches)

    ranked = sum(rank_role(name, return_state=True).is_completed() for name in read)
    leaving = "".join(f"; {sentence}" for sentence in announcement(home, datetime.now(UTC).date()))
    message = f"{ranked} of {counted(len(files), 'roles')} ranked, {counted(len(pool), 'people')}{banner}{leaving}"
    if not ranked:
        return Failed(message=message)
    return Completed(message=message, name="Degraded" if banner or ranked < len(files) else "Completed")


def _read(files: list[Path], day: date) -> Mapping[str, Role]:
    """The roles that can be read, by name; the others are told."""
    read = {}
    for file in files:
        try:
            read[file.stem] = read_role(file, as_of=day)
        except Fault as fault:
            get_run_logger().warning("%s is left out: %s", file, fault)
    return read


def check(home: Home, roles: list[Path] | None) -> None:
    """Raise what such a run would be refused for, before any work: a model or a role file that is not there."""
    embedder_of(home)
    for file in roles or ():
        if not file.is_file():
            known = ", ".join(sorted(path.name for path in packaged("roles").glob("*.md")))
            raise BadConfiguration(f"{file}: there is no such role file; there are: {known}")


def _publish(found: Shortlist, home: Home, name: str, day: date) -> None:
    """Write the CSV and the page; show the order by opaque id, and where the people came from."""
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
    told = f"{counted(found.considered, 'people')}, {day}"
    create_table_artifact(key=f"shortlist-{slug_of(name)}", table=rows, description=told)
    if found.funnel is not None:
        funnel = _funnel(found.funnel, len(found.matches))
        create_markdown_artifact(key=f"funnel-{slug_of(name)}", markdown=funnel, description="From collected to listed")


def _funnel(funnel: Funnel, listed: int) -> str:
    """Return how many people each step took out."""
    steps = [
        ("people collected", funnel.collected),
        *((f"left out: {why}", -count) for why, count in funnel.taken_out.items()),
        ("ranked", funnel.rankable),
        ("listed", listed),
    ]
    return f"## Funnel\n\n{table(('step', 'people'), steps)}\n\n{table(('site', 'people'), funnel.sites.items())}\n"


if __name__ == "__main__":
    parser = entry.arguments("flows.shortlist", __doc__)
    parser.add_argument("roles", nargs="*", type=Path, metavar="ROLE", help="role files (default: the packaged ones)")
    entry.run(shortlist, parser, check)
