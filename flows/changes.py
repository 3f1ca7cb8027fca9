"""Scheduled digest: who would be new, gone or moved against each role's last shortlist, and which cause moved them.

Artifacts live in Prefect's database, out of erasure's reach, so they hold opaque ids and numbers, never a person.
`python -m flows.changes` runs it here and now.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from prefect.artifacts import create_markdown_artifact

from flows.work import entry
from flows.work.markdown import table
from flows.work.running import ONCE_A_RUN, flow, task
from ranking.pool import TalentPool
from ranking.role import Role, read_role
from ranking.shortlist.change import Changes
from ranking.shortlist.changes import NothingKept, changes_since
from scrapers.settings.home import Home, find_home, packaged
from scrapers.store import Store
from scrapers.store.run_log import logged_step
from scrapers.store.shortlists import MILLION
from scrapers.text import counted, slug_of


@flow(name="changes")
def changes(roles: list[Path] | None = None, as_of: date | None = None) -> dict[str, int]:
    """Compare every role with its last shortlist, one task each; how many changes, by role. Nothing is kept."""
    home, day = find_home().create(), as_of or datetime.now(UTC).date()
    read = _read(roles, day)
    pool = TalentPool.open(home)

    @task(name="compare-role", run_name="compare {name}", **ONCE_A_RUN)
    def compare(name: str) -> int | None:
        with Store.open(home) as store, logged_step(store, "changes", name) as counts:
            try:
                found = changes_since(pool, read[name], home, store, day, None)
            except NothingKept:  # its first shortlist is yet to come
                return None
            counts.update(considered=found.after.considered, changes=len(found.rows))
        _publish(found, name)
        return len(found.rows)

    return {name: count for name in read if (count := compare(name)) is not None}


def _read(roles: list[Path] | None, day: date) -> dict[str, Role]:
    return {file.stem: read_role(file, as_of=day) for file in roles or sorted(packaged("roles").glob("*.md"))}


def _publish(found: Changes, name: str) -> None:
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
        for each in found.rows
    ]
    told = table(("what", "candidate", "was", "now", "cause", "score"), rows) if rows else "Nothing changed."
    create_markdown_artifact(
        key=f"changes-{slug_of(name)}",
        markdown=f"## Since {found.before.as_of}\n\n{told}\n",
        description=counted(len(rows), "changes"),
    )


def check(home: Home, roles: list[Path] | None) -> None:  # noqa: ARG001 - the home is the run's
    """Raise what such a run would be refused for: a role that cannot be read."""
    _read(roles, datetime.now(UTC).date())


if __name__ == "__main__":
    parser = entry.arguments("flows.changes", __doc__)
    parser.add_argument("roles", nargs="*", type=Path, metavar="ROLE", help="role files (default: the packaged ones)")
    entry.run(changes, parser, check)
