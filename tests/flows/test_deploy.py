"""Deploying to a real server: what the files say new is applied, and what was set by hand there stays."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
pytestmark = [pytest.mark.prefect, pytest.mark.xdist_group("prefect")]


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    """A client of a temporary server."""
    from prefect.client.orchestration import get_client
    from prefect.testing.utilities import prefect_test_harness

    with prefect_test_harness(server_startup_timeout=120), get_client(sync_client=True) as opened:
        yield opened


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project folder whose files may be changed."""
    (tmp_path / "data").symlink_to(ROOT / "data")
    shutil.copytree(ROOT / "flows", tmp_path / "flows", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "prefect.yaml", tmp_path)
    return tmp_path


def edit(file: Path, before: str, after: str) -> None:
    text = file.read_text()
    assert before in text
    file.write_text(text.replace(before, after, 1))


def on_server(client: Any) -> dict[str, Any]:
    """The deployments, by name, the automations, by name, and the work pool."""
    deployments = client.request("POST", "/deployments/filter", json={}).json()
    automations = client.request("POST", "/automations/filter", json={}).json()
    pool = client.request("GET", "/work_pools/headwater").json()
    return {each["name"]: each for each in (*deployments, *automations)} | {"pool": pool}


def schedules(deployment: dict[str, Any]) -> dict[str | None, tuple[str, bool]]:
    """Cron line and whether it is on, by slug."""
    return {each["slug"]: (each["schedule"]["cron"], each["active"]) for each in deployment["schedules"]}


def test_a_deployment_says_what_the_file_says(client: Any, root: Path) -> None:
    """Everything of it is there, in the folder that was deployed; a second time nothing is touched."""
    from flows.deploy import deploy

    assert deploy(root) == (14, 2)
    first = on_server(client)
    held = first["collect-hackathons"]
    assert held["parameters"] == {"sources": ["devpost", "mlh"], "following": ["github"], "wait": 1800}
    assert held["parameter_openapi_schema"]["properties"]["wait"]["default"] == 60.0
    assert (held["entrypoint"], held["tags"]) == ("flows/collect.py:collect", ["headwater", "collect"])
    assert held["description"].startswith("Hackathons and who won them")
    assert (held["paused"], held["enforce_parameter_schema"], held["work_pool_name"]) == (False, True, "headwater")
    assert held["global_concurrency_limit"]["limit"] == 1
    assert held["concurrency_options"]["collision_strategy"] == "ENQUEUE"
    assert held["pull_steps"] == [{"prefect.deployments.steps.set_working_directory": {"directory": str(root)}}]
    assert schedules(held) == {"nightly": ("0 2 * * *", True)}
    assert held["schedules"][0]["schedule"]["timezone"] == "Europe/Berlin"
    assert first["pool"]["concurrency_limit"] == 2
    deploy(root)
    assert on_server(client) == first


@pytest.mark.parametrize("slug", ["by-hand", None])
def test_what_was_set_by_hand_stays(client: Any, root: Path, slug: str | None) -> None:
    """A pause, a schedule off or added, limit and template of the pool, an automation off: also as the files change."""
    from flows.deploy import deploy

    deploy(root)
    found = on_server(client)
    writing, talks = found["collect-writing"], found["collect-talks"]
    client.request("POST", f"/deployments/{writing['id']}/pause_deployment")
    added = {"slug": slug, "schedule": {"cron": "0 12 * * *", "timezone": "UTC"}, "active": True}
    client.request("POST", f"/deployments/{talks['id']}/schedules", json=[added])
    nightly = f"/deployments/{talks['id']}/schedules/{talks['schedules'][0]['id']}"
    client.request("PATCH", nightly, json={"active": False})
    template = found["pool"]["base_job_template"]
    template["variables"]["properties"]["env"]["default"] = {"OMP_NUM_THREADS": "1"}
    client.request("PATCH", "/work_pools/headwater", json={"concurrency_limit": 5, "base_job_template": template})
    crashes = found["headwater-crashes"]
    client.request("PATCH", f"/automations/{crashes['id']}", json={"enabled": False})
    set_by_hand = on_server(client)

    deploy(root)
    assert on_server(client) == set_by_hand

    edit(root / "prefect.yaml", '"0 3 * * *"', '"7 3 * * *"')
    edit(root / "prefect.yaml", '"30 3 * * *"', '"37 3 * * *"')
    edit(root / "flows" / "automations.yaml", "It crashed and goes on.", "It crashed and goes on!")
    deploy(root)
    after = on_server(client)
    assert after["collect-writing"]["paused"]
    assert schedules(after["collect-writing"]) == {"nightly": ("7 3 * * *", True)}
    assert schedules(after["collect-talks"]) == {"nightly": ("37 3 * * *", False), slug: ("0 12 * * *", True)}
    assert after["pool"] == set_by_hand["pool"]
    assert not after["headwater-crashes"]["enabled"]
    assert after["headwater-crashes"]["actions"][0]["message"] == "It crashed and goes on!"
    assert after["refresh"] == set_by_hand["refresh"]

    for made in (writing, talks, crashes):
        kind = "automations" if "trigger" in made else "deployments"
        client.request("DELETE", f"/{kind}/{made['id']}")
    client.request("PATCH", "/work_pools/headwater", json={"concurrency_limit": 2})
    deploy(root)
    assert not on_server(client)["collect-writing"]["paused"]  # what is missing is made as the files say


def test_a_server_that_is_not_there_is_said(root: Path) -> None:
    """The setting, the address and the remedy, exit code 2."""
    from prefect.settings import PREFECT_API_URL, temporary_settings

    from flows.deploy import NotApplied, deploy

    with (
        temporary_settings({PREFECT_API_URL: "http://127.0.0.1:9/api"}),
        pytest.raises(NotApplied, match=r"PREFECT_API_URL=http://127.0.0.1:9/api: no server answers .*make serve"),
    ):
        deploy(root)
