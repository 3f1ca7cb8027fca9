"""All deployments and automations, checked as a whole and then applied: `python -m flows.deploy`.

Applying them twice changes nothing: what is there already is brought to what the files say.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.events.schemas.automations import AutomationCore
from prefect.settings import PREFECT_API_URL
from prefect.workers.process import ProcessWorker

from flows.deployments import read_automations, read_deployments
from flows.entry import plainly
from scrapers.faults import Fault
from scrapers.text import counted

POOL = "headwater"
AT_ONCE = 2  # runs at a time over all workers, so that memory is bounded


class NotApplied(Fault):
    """Prefect's server does not answer, or refuses what the files say."""


def deploy(root: Path) -> tuple[int, int]:
    """Check both files, then make the work pool, all deployments and automations as they say; how many of each.

    Raises BadConfiguration before anything is applied, and NotApplied where no server answers.
    """
    deployments, automations = read_deployments(root), read_automations(root)
    with get_client(sync_client=True) as client:
        if (problem := client.api_healthcheck()) is not None:
            where = f"PREFECT_API_URL={PREFECT_API_URL.value()}"
            raise NotApplied(f"{where}: no server answers ({problem!r}); start one, or run `make serve`")
        _make_pool(client)
        _prefect(root, "--no-prompt", "deploy", "--all")
        _automate(client, automations)
    return len(deployments), len(automations)


def _make_pool(client: SyncPrefectClient) -> None:
    """A pool of processes. Its limit is the server's: a worker's own ends the worker when a crashed run comes back."""
    template = ProcessWorker.get_default_base_job_template()
    told = {"base_job_template": template, "concurrency_limit": AT_ONCE}
    if client.request("POST", "/work_pools/filter", json={"work_pools": {"name": {"any_": [POOL]}}}).json():
        client.request("PATCH", f"/work_pools/{POOL}", json=told)
    else:
        client.request("POST", "/work_pools/", json={"name": POOL, "type": "process", **told})


def _prefect(root: Path, *arguments: str) -> None:
    """Prefect's own command, which fills in HEADWATER_ROOT."""
    command, environment = [sys.executable, "-m", "prefect", *arguments], os.environ | {"HEADWATER_ROOT": str(root)}
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise NotApplied(f"prefect {' '.join(arguments)}: {(done.stdout + done.stderr).strip()[-2000:]}")


def _automate(client: SyncPrefectClient, automations: Iterable[AutomationCore]) -> None:
    """Make each automation, or bring the one of that name up to date."""
    held = {each["name"]: each["id"] for each in client.request("POST", "/automations/filter", json={}).json()}
    for automation in automations:
        told = automation.model_dump(mode="json", exclude={"owner_resource"})
        if automation.name in held:
            client.request("PUT", f"/automations/{held[automation.name]}", json=told)
        else:
            client.request("POST", "/automations/", json=told)


if __name__ == "__main__":
    argparse.ArgumentParser(prog="python -m flows.deploy", description=__doc__).parse_args()
    with plainly():
        made = deploy(Path.cwd())
    where = PREFECT_API_URL.value() or "this machine's own Prefect database, since PREFECT_API_URL names no server"
    told = f"{counted(made[0], 'deployments')} and {counted(made[1], 'automations')}"
    print(f"{told} applied to {where}")  # noqa: T201 - the command's own output
