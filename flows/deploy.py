"""All deployments and automations, checked as a whole and then applied: `python -m flows.deploy`.

Applying them twice changes nothing. What was set by hand on the server stays: a pause, a schedule or an automation that
was switched off, the work pool's limit and job template; of a deployment or an automation everything else too, until
the files say something new of it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from hashlib import sha256
from json import dumps
from pathlib import Path
from typing import Any

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.responses import DeploymentResponse
from prefect.events.schemas.automations import AutomationCore
from prefect.exceptions import ObjectNotFound, PrefectHTTPStatusError
from prefect.settings import PREFECT_API_URL
from prefect.utilities.templating import apply_values
from prefect.workers.process import ProcessWorker

from flows.deployments import Deployment, flow_of, read_automations, read_deployments, read_pull_steps
from flows.work import entry
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
    os.environ["HEADWATER_ROOT"] = str(root)
    pull = apply_values(read_pull_steps(root), {})
    with get_client(sync_client=True) as client:
        if (problem := client.api_healthcheck()) is not None:
            where = f"PREFECT_API_URL={PREFECT_API_URL.value()}"
            raise NotApplied(f"{where}: no server answers ({problem!r}); start one, or run `make serve`")
        try:
            _make_pool(client)
            for deployment in deployments:
                _deploy(client, deployment, pull)
            _automate(client, automations)
        except PrefectHTTPStatusError as refused:
            raise NotApplied(f"Prefect's server refuses: {refused.response.text[:2000]}") from None
    return len(deployments), len(automations)


def _make_pool(client: SyncPrefectClient) -> None:
    """A pool of processes, where there is none.

    Its limit is the server's: a worker's own ends the worker when a crashed run comes back.
    """
    if not client.request("POST", "/work_pools/filter", json={"work_pools": {"name": {"any_": [POOL]}}}).json():
        template = ProcessWorker.get_default_base_job_template()
        told = {"name": POOL, "type": "process", "base_job_template": template, "concurrency_limit": AT_ONCE}
        client.request("POST", "/work_pools/", json=told)


def _deploy(client: SyncPrefectClient, deployment: Deployment, pull: list[dict[str, Any]]) -> None:
    """Make it, or bring it up to date where the files say something new; its version is the hash of what they said."""
    flow = flow_of(deployment)
    told = deployment.model_dump(mode="json", exclude={"name", "schedules", "concurrency_limit", "work_pool"})
    told |= {
        "concurrency_limit": deployment.concurrency_limit.limit,
        "concurrency_options": {"collision_strategy": deployment.concurrency_limit.collision_strategy},
        "work_pool_name": deployment.work_pool.name,
        "pull_steps": pull,
        "parameter_openapi_schema": flow.parameters.model_dump(mode="json"),
        "enforce_parameter_schema": True,
    }
    schedules = [
        {"slug": each.slug, "schedule": {"cron": each.cron, "timezone": each.timezone}} for each in deployment.schedules
    ]
    told["version"] = _hash(told | {"schedules": schedules})
    try:
        held = client.read_deployment_by_name(f"{flow.name}/{deployment.name}")
    except ObjectNotFound:
        made = {"name": deployment.name, "flow_id": str(client.create_flow_from_name(flow.name))}
        client.request("POST", "/deployments/", json=told | made | {"schedules": schedules})
        return
    if held.version != told["version"]:
        told["schedules"] = [*_switched(schedules, held), *_others(schedules, held)]
        client.request("PATCH", f"/deployments/{held.id}", json=told)


def _switched(schedules: Iterable[dict[str, Any]], held: DeploymentResponse) -> list[dict[str, Any]]:
    """The schedules of the file, each on or off as it is on the server."""
    active = {each.slug: each.active for each in held.schedules}
    return [each | {"active": active.get(each["slug"], True)} for each in schedules]


def _others(schedules: Iterable[dict[str, Any]], held: DeploymentResponse) -> list[dict[str, Any]]:
    """The schedules that were added on the server, as they are."""
    ours = {each["slug"] for each in schedules}
    fields = {"slug", "schedule", "active", "parameters"}
    return [each.model_dump(mode="json", include=fields) for each in held.schedules if each.slug not in ours]


def _automate(client: SyncPrefectClient, automations: Iterable[AutomationCore]) -> None:
    """Make each automation, or bring the one of that name up to date; its tag is the hash of what the file said."""
    held = {each["name"]: each for each in client.request("POST", "/automations/filter", json={}).json()}
    for automation in automations:
        told = automation.model_dump(mode="json", exclude={"owner_resource"})
        told["tags"] = [_hash(automation.model_dump())]
        there = held.get(automation.name)
        if there is None:
            client.request("POST", "/automations/", json=told)
        elif there.get("tags") != told["tags"]:
            client.request("PUT", f"/automations/{there['id']}", json=told | {"enabled": there["enabled"]})


def _hash(told: Mapping[str, Any]) -> str:
    text = dumps(told, sort_keys=True, default=lambda value: sorted(value) if isinstance(value, set) else str(value))
    return sha256(text.encode()).hexdigest()[:16]


if __name__ == "__main__":
    entry.arguments("flows.deploy", __doc__, home=False).parse_args()
    with entry.plainly():
        made = deploy(Path.cwd())
    where = PREFECT_API_URL.value() or "this machine's own Prefect database, since PREFECT_API_URL names no server"
    told = f"{counted(made[0], 'deployments')} and {counted(made[1], 'automations')}"
    print(f"{told} applied to {where}")  # noqa: T201 - the command's own output
