"""Deployments and automations, read strictly from prefect.yaml and automations.yaml.

Prefect lets a misspelled key pass in silence. Here every key, entrypoint, parameter, source, role file, schedule and
time zone is looked at before anything is applied.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, Literal

from prefect.client.schemas.schedules import CronSchedule
from prefect.events.actions import ActionTypes
from prefect.events.schemas.automations import AutomationCore, EventTrigger
from pydantic import Field, TypeAdapter, ValidationError

from ranking.role import read_role
from scrapers.faults import Fault
from scrapers.settings.strict import BadConfiguration, Strict, parsed, read_yaml
from scrapers.sources import source_named


class Schedule(Strict):
    """A schedule in its zone; `slug` keeps it the same schedule when it is edited."""

    cron: str
    timezone: str
    slug: str


class Limit(Strict):
    """Limit of concurrent runs, and what becomes of one more."""

    limit: int = Field(ge=1)
    collision_strategy: Literal["ENQUEUE"]  # what is cancelled as new may be what a killed run left to do


class Pool(Strict):
    """The pool of workers that take the runs."""

    name: Literal["headwater"]


class Deployment(Strict):
    """A deployment: each key that Prefect may read and we use, all of them there."""

    name: str
    description: str
    entrypoint: str = Field(pattern=r"^flows/\w+\.py:\w+$")
    tags: tuple[str, ...] = Field(min_length=1)
    parameters: Mapping[str, Any]
    schedules: tuple[Schedule, ...] = Field(min_length=1)
    concurrency_limit: Limit
    work_pool: Pool


class Project(Strict):
    """prefect.yaml as a whole; its deployments are looked at one by one, so that a message names the one."""

    name: str
    prefect_version: str = Field(alias="prefect-version")
    pull: tuple[Mapping[str, Any], ...]
    deployments: tuple[Mapping[str, Any], ...]


class Automation(Strict):
    """An automation of the server; the trigger and the actions are Prefect's own."""

    name: str
    description: str
    trigger: Mapping[str, Any]
    actions: tuple[Mapping[str, Any], ...] = Field(min_length=1)


class Automations(Strict):
    """automations.yaml as a whole."""

    automations: tuple[Mapping[str, Any], ...]


def read_deployments(root: Path) -> list[Deployment]:
    """The deployments of prefect.yaml; raises BadConfiguration naming file, deployment and field."""
    path = root / "prefect.yaml"
    project = parsed(Project, read_yaml(path), path)
    found: dict[str, Deployment] = {}
    for number, told in enumerate(project.deployments, 1):
        where = f"{path} [{told.get('name', f'deployment {number}')}]"
        deployment = parsed(Deployment, told, where)
        if deployment.name in found:
            raise BadConfiguration(f"{where}: the name stands twice; give each deployment its own")
        _check(deployment, root, where)
        found[deployment.name] = deployment
    return list(found.values())


def read_pull_steps(root: Path) -> list[dict[str, Any]]:
    """Return how a worker comes to the code: the steps of prefect.yaml, their variables not filled in."""
    path = root / "prefect.yaml"
    return [dict(step) for step in parsed(Project, read_yaml(path), path).pull]


def flow_of(deployment: Deployment) -> Any:
    """The flow that it runs; None where its file has none of that name."""
    file, _, name = deployment.entrypoint.partition(":")
    return getattr(import_module(f"flows.{Path(file).stem}"), name, None)


def _check(deployment: Deployment, root: Path, where: str) -> None:
    """Raise BadConfiguration where a run of it could not even begin."""
    file, _, name = deployment.entrypoint.partition(":")
    if not (root / file).is_file():
        raise BadConfiguration(f"{where}: entrypoint: there is no {file}")
    flow = flow_of(deployment)
    if not hasattr(flow, "validate_parameters"):
        raise BadConfiguration(f"{where}: entrypoint: {file} has no flow {name}")
    if strangers := deployment.parameters.keys() - flow.parameters.properties.keys():
        known = ", ".join(flow.parameters.properties)
        raise BadConfiguration(f"{where}: parameters: {', '.join(sorted(strangers))}: unknown; there are: {known}")
    try:
        flow.validate_parameters(dict(deployment.parameters))
        for schedule in deployment.schedules:
            CronSchedule(cron=schedule.cron, timezone=schedule.timezone)
        for source in [*deployment.parameters.get("sources", ()), *deployment.parameters.get("following", ())]:
            source_named(source)
        for role in deployment.parameters.get("roles", ()):
            read_role(root / role)
    except Fault as fault:
        raise BadConfiguration(f"{where}: {fault}") from None
    except ValidationError as error:  # of a schedule
        wrong = "; ".join(each["msg"].removeprefix("Value error, ") for each in error.errors())
        raise BadConfiguration(f"{where}: schedules: {wrong}") from None
    except Exception as error:  # Prefect's own, of several kinds
        raise BadConfiguration(f"{where}: {' '.join(str(error).split())}") from None


def read_automations(root: Path) -> list[AutomationCore]:
    """The automations of automations.yaml; raises BadConfiguration naming file, automation and field."""
    path = root / "flows" / "automations.yaml"
    found = []
    for number, told in enumerate(parsed(Automations, read_yaml(path), path).automations, 1):
        where = f"{path} [{told.get('name', f'automation {number}')}]"
        automation = parsed(Automation, told, where)
        try:
            trigger = EventTrigger.model_validate(automation.trigger)
            actions = [TypeAdapter(ActionTypes).validate_python(action) for action in automation.actions]
        except ValidationError as error:
            raise BadConfiguration(f"{where}: {' '.join(str(error).split())}") from None
        for given, model in [(automation.trigger, trigger), *zip(automation.actions, actions, strict=True)]:
            if strangers := given.keys() - type(model).model_fields.keys():
                raise BadConfiguration(f"{where}: {', '.join(sorted(strangers))}: unknown; check the spelling")
        core = {"name": automation.name, "description": automation.description, "trigger": trigger, "actions": actions}
        found.append(AutomationCore.model_validate(core))
    return found
