"""`make serve` for real: a server, a worker and every deployment on this machine; killed, scheduled, stopped."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

from flows.cli.operator import ask_operator, write_operator
from scrapers.settings.home import Home
from scrapers.store import Store

ROOT = Path(__file__).parents[2]
PEOPLE = 1_000
PATIENCE = 600.0  # seconds, on a machine with twenty times too much to do; a quiet one needs a twentieth
pytestmark = [pytest.mark.prefect, pytest.mark.model, pytest.mark.xdist_group("serve")]


class Serving(NamedTuple):
    """The home, its server's address, and how to call the command again."""

    home: Home
    api: httpx.Client
    call: Callable[..., str]

    def pids(self) -> dict[str, int]:
        return {name: json.loads((self.home / "serve" / f"{name}.json").read_text())["pid"] for name in PARTS}

    def deployment(self, name: str) -> str:
        found = self.api.post("/deployments/filter", json={"deployments": {"name": {"any_": [name]}}}).json()
        return str(found[0]["id"])

    def begin(self, name: str, **parameters: object) -> str:
        """Trigger a run; its id."""
        where = f"/deployments/{self.deployment(name)}/create_flow_run"
        return str(self.api.post(where, json={"parameters": parameters}).json()["id"])

    def run(self, run: str) -> dict[str, Any]:
        return dict(self.api.get(f"/flow_runs/{run}").json())

    def ended(self, run: str) -> dict[str, Any]:
        """The run once it has ended."""
        return until(lambda: told if (told := self.run(run))["state_type"] in {"COMPLETED", "FAILED"} else None, run)


class Patient(httpx.HTTPTransport):
    """Asks again while the server says that its SQLite is busy (503), as Prefect's own client does."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        ask = super().handle_request
        return until(
            lambda: answer if (answer := ask(request)).status_code != 503 else answer.close(), request.url.path
        )


PARTS = ("server", "worker")


def until(look: Callable[[], Any], what: str) -> Any:
    """What `look` finds, once it finds something."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(0.1)
    raise AssertionError(f"{what} took longer than {PATIENCE:.0f} s")


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """Everything up in a home of its own, and down again afterwards."""
    home = Home(tmp_path_factory.mktemp("serving") / "home").create()
    write_operator(home / "operator.toml", ask_operator({}, datetime.now(UTC).date(), defaults=True))
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "HEADWATER_"))}
    kept |= {"GITHUB_TOKEN": "ghp_NobodyMayReadThis0123456789abcdefghi"}
    kept |= {"PREFECT_SERVER_SERVICES_SCHEDULER_LOOP_SECONDS": "2", "OMP_NUM_THREADS": "1"}

    def call(act: str, *others: str, code: int = 0) -> str:
        command = [sys.executable, "-m", "flows.serve", act, "--home", str(home.folder), "--port", str(port), *others]
        done = subprocess.run(command, cwd=ROOT, env=kept, capture_output=True, text=True, check=False)
        assert done.returncode == code, done.stderr
        return done.stdout + (done.stderr if code else "")

    try:
        assert f"http://127.0.0.1:{port}" in call("start")
        with httpx.Client(base_url=f"http://127.0.0.1:{port}/api", timeout=60, transport=Patient()) as api:
            yield Serving(home, api, call)
    finally:
        call("stop")


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Many people, each the contributor of a repository of their own."""
    folder = tmp_path_factory.mktemp("archive")
    files = []
    for number in range(PEOPLE):
        person = {"login": f"maker{number}-example-hw", "id": 900_100_000 + number, "type": "User", "contributions": 9}
        (folder / f"{number}.json").write_text(json.dumps([person | {"html_url": "https://github.com/x"}]))
        url = f"https://api.github.com/repos/openweave/repository{number}/contributors?per_page=100"
        files.append({"file": f"{number}.json", "url": url})
    (folder / "index.json").write_text(json.dumps({"source": "github", "files": files}))
    return folder


def held(home: Home) -> tuple[int, int, int]:
    """Statements about accounts, distinct accounts, pieces of evidence."""
    with Store.open(home) as store:
        stated = [str(each.account.key) for each in store.stated_accounts()]
        return len(stated), len(set(stated)), len(list(store.evidence()))


def test_all_is_applied_and_starting_again_changes_nothing(serving: Serving) -> None:
    """Every deployment with its schedule, both automations; the second start finds both processes up.

    A pause and a limit that were set by hand in between are still there.
    """
    before, paused = serving.pids(), serving.deployment("collect-writing")
    assert serving.api.post(f"/deployments/{paused}/pause_deployment").is_success
    assert serving.api.patch("/work_pools/headwater", json={"concurrency_limit": 5}).is_success
    serving.call("start")
    assert serving.pids() == before
    assert serving.api.get(f"/deployments/{paused}").json()["paused"]
    assert serving.api.get("/work_pools/headwater").json()["concurrency_limit"] == 5
    assert serving.api.post(f"/deployments/{paused}/resume_deployment").is_success
    assert serving.api.patch("/work_pools/headwater", json={"concurrency_limit": 2}).is_success
    assert "make stop" in serving.call("start", "--port", "1", code=2)
    found = serving.api.post("/deployments/filter", json={}).json()
    assert len(found) >= 14
    assert all(each["schedules"][0]["active"] and each["work_pool_name"] == "headwater" for each in found)
    names = sorted(each["name"] for each in serving.api.post("/automations/filter", json={}).json())
    assert names == ["headwater-crashes", "headwater-zombies"]


def test_a_worker_killed_in_the_middle_costs_nobody(serving: Serving, archive: Path) -> None:
    """Worker and run die by SIGKILL; after the next start the same run completes: 0 lost, 0 twice."""
    run = serving.begin("collect-open-source", sources=None, replay=str(archive))
    until(lambda: (serving.home / "headwater.db").exists() and held(serving.home)[0] > 10, "the first ten people")
    os.kill(serving.pids()["worker"], signal.SIGKILL)
    os.kill(int(serving.run(run)["infrastructure_pid"]), signal.SIGKILL)
    at_the_kill, seen, _ = held(serving.home)
    serving.call("start")
    assert at_the_kill == seen < PEOPLE
    done = serving.ended(run)
    assert (done["state_name"], done["run_count"]) == ("Completed", 2)
    assert held(serving.home) == (PEOPLE, PEOPLE, PEOPLE)


def test_a_scheduled_run_completes(serving: Serving) -> None:
    """A schedule some seconds ahead makes a run, which joins and embeds; its name says what and when."""
    soon = datetime.now(UTC) + timedelta(seconds=20)
    rule = f"DTSTART:{soon:%Y%m%dT%H%M%S}Z\nRRULE:FREQ=DAILY"
    deployment = serving.deployment("refresh")
    schedule = {"schedule": {"rrule": rule, "timezone": "UTC"}, "active": True, "slug": "test"}
    assert serving.api.post(f"/deployments/{deployment}/schedules", json=[schedule]).is_success

    def due() -> Mapping[str, Any] | None:
        """The run that the scheduler made of it."""
        asked = {"flow_runs": {"deployment_id": {"any_": [deployment]}}, "sort": "EXPECTED_START_TIME_ASC", "limit": 1}
        first = serving.api.post("/flow_runs/filter", json=asked).json()
        mine = first and abs(datetime.fromisoformat(first[0]["expected_start_time"]) - soon) < timedelta(seconds=2)
        return dict(first[0]) if mine else None

    run = serving.ended(until(due, "the scheduler")["id"])
    assert run["auto_scheduled"]
    assert run["state_name"] == "Completed", run["state"]
    assert run["name"] == f"refresh {soon:%Y-%m-%d %H:%M}"


def test_every_artifact_is_there_and_says_nothing_of_anybody(serving: Serving) -> None:
    """Shortlist, funnel, changes, drill and sweep; no name and no secret in all that Prefect keeps."""
    runs = [serving.begin("shortlist-ai-engineer"), serving.begin("fallback-drill")]
    ends = [serving.ended(run) for run in runs]
    runs = [serving.begin("changes-digest"), serving.begin("notice-and-retention")]
    ends += [serving.ended(run) for run in runs]
    assert [end["state_type"] for end in ends] == ["COMPLETED"] * 4, [end["state"] for end in ends]
    kept = serving.api.post("/artifacts/latest/filter", json={}).json()
    assert {each["key"] for each in kept} >= {
        "collect-yield", "collect-missing", "refresh", "doctor", "map", "shortlist-ai-engineer", "funnel-ai-engineer",
        "changes-ai-engineer", "drill", "forget",
    }  # fmt: skip
    assert any(each["type"] == "image" for each in kept)
    database = (serving.home / "serve" / "prefect").rglob("*.db*")
    everything = b"".join(path.read_bytes() for path in [*database, *(serving.home / "serve").glob("*.log")])
    assert b"openweave" not in everything
    assert b"example-hw" not in everything
    assert b"ghp_" not in everything
    assert len(list((serving.home / "exports").glob("*.csv"))) >= 1


def test_a_run_nobody_hears_of_is_given_up(serving: Serving) -> None:
    """A heartbeat and then silence: the automation of the file, with seconds for minutes, says that it crashed."""
    (zombies,) = [
        each for each in serving.api.post("/automations/filter", json={}).json() if each["name"] == "headwater-zombies"
    ]
    told = {name: zombies[name] for name in ("name", "description", "enabled", "trigger", "actions")}
    told["trigger"] = {name: value for name, value in told["trigger"].items() if name != "id"} | {"within": 10}
    assert serving.api.put(f"/automations/{zombies['id']}", json=told).is_success
    run = serving.begin("collect-talks")
    assert serving.api.post(
        f"/flow_runs/{run}/set_state", json={"state": {"type": "RUNNING"}, "force": True}
    ).is_success
    event = {
        "event": "prefect.flow-run.heartbeat",
        "id": run,
        "occurred": datetime.now(UTC).isoformat(),
        "resource": {"prefect.resource.id": f"prefect.flow-run.{run}"},
        "related": [{"prefect.resource.id": "prefect.tag.headwater", "prefect.resource.role": "tag"}],
    }
    assert serving.api.post("/events", json=[event]).is_success
    until(lambda: any(each["name"] == "Crashed" for each in states(serving, run)), "the automation")


def states(serving: Serving, run: str) -> list[dict[str, Any]]:
    """Every state that a run went through."""
    return list(serving.api.get("/flow_run_states/", params={"flow_run_id": run}).json())


def test_stop_ends_only_what_was_started(serving: Serving) -> None:
    """Both processes are gone, a bystander is not; stopping again finds nothing."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as bystander:
        assert serving.call("stop") == "ended: worker, server\n"
        assert bystander.poll() is None
        bystander.kill()
    assert serving.call("stop") == "ended: nothing was up\n"
    assert serving.call("status") == "server: not up\nworker: not up\n"
