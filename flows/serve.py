"""Everything on one machine: `python -m flows.serve start`, `stop` and `status`, or `make serve` and `make stop`.

A Prefect server, a worker and all deployments, in the background. What was started, and the logs, stand in the home's
folder `serve`. Starting again starts what died, applies what the files say new, and lets runs go on whose worker was
killed; what was paused or set by hand on the server stays so.
"""

from __future__ import annotations

import json
import os
import platform
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from flows.work import entry
from scrapers.faults import Fault
from scrapers.rights.contact import missing
from scrapers.settings.home import Home, find_home
from scrapers.sources.watched import known_operator

PATIENCE = 120.0  # seconds that a server may take to answer
GRACE = 20.0  # seconds that a process may take to end


class NotServing(Fault):
    """A process that was started ended at once, or does not answer."""


def start(home: Home, root: Path, port: int) -> str:
    """Bring up server and worker where they are not up, apply all deployments; the address of the user interface."""
    folder = home.create() / "serve"
    folder.mkdir(exist_ok=True, mode=0o700)
    address = f"http://127.0.0.1:{port}"
    os.environ.setdefault("PREFECT_HOME", str(folder / "prefect"))
    os.environ |= {"PREFECT_API_URL": f"{address}/api", "HEADWATER_HOME": str(home.folder)}
    from flows.deployments import read_automations, read_deployments

    read_deployments(root)  # what is wrong with the files is said before anything is started
    read_automations(root)
    server = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    if _alive(home, "server") is None and _answers(port):
        raise NotServing(f"port {port} is another program's, or another home's server; choose another --port")
    _start(home, "server", server, root)
    _wait_for(home)
    from flows.deploy import POOL, deploy

    deploy(root)
    worker = [sys.executable, "-m", "prefect", "worker", "start", "--pool", POOL, "--type", "process"]
    if _alive(home, "worker") is None:  # one that is up tells of its own runs
        give_up_dead_runs()
    _start(home, "worker", [*worker, "--name", f"{platform.node()}-{port}"], root)
    return address


def stop(home: Home) -> list[str]:
    """End what `start` started, and only that; the names of what was ended."""
    ended = []
    for name in ("worker", "server"):
        if (pid := _alive(home, name)) is not None:
            _end(home, name, pid)
            ended.append(name)
        (home / "serve" / f"{name}.json").unlink(missing_ok=True)
    return ended


def status(home: Home) -> Mapping[str, int | None]:
    """The process of each, or None where it is not up."""
    return {name: _alive(home, name) for name in ("server", "worker")}


def give_up_dead_runs() -> int:
    """Say of runs whose process is gone that they crashed, so that they go on; returns how many.

    Prefect's server would learn it from missing heartbeats only, ten minutes later. It listens to this machine alone,
    so a process that is not here is nowhere.
    """
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import FlowRunFilter
    from prefect.states import Crashed

    under_way = FlowRunFilter.model_validate({"state": {"type": {"any_": ["RUNNING", "PENDING"]}}})
    dead = 0
    with get_client(sync_client=True) as client:
        for run in client.read_flow_runs(flow_run_filter=under_way):
            if run.infrastructure_pid and run.infrastructure_pid.isdigit() and not _exists(int(run.infrastructure_pid)):
                client.set_flow_run_state(run.id, Crashed(message="Its process was killed."), force=True)
                dead += 1
    return dead


def _start(home: Home, name: str, command: Sequence[str], root: Path) -> None:
    """Start it in a session of its own, unless it is up; raises NotServing where it is up at another port."""
    folder = home / "serve"
    if _alive(home, name) is not None:
        if json.loads((folder / f"{name}.json").read_text())["command"] != list(command):
            raise NotServing(f"{folder}: a {name} is up that was started otherwise; run `make stop` first")
        return
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a child that inherits it as ignored would not be ended
    with (folder / f"{name}.log").open("ab") as log:
        child = subprocess.Popen(  # noqa: S603
            command, cwd=root, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
    started = {"home": home.identity.id, "pid": child.pid, "command": list(command)}
    (folder / f"{name}.json").write_text(json.dumps(started))


def _alive(home: Home, name: str) -> int | None:
    """The process that this home started under that name, if it is the same one still; a copy started none."""
    told = home / "serve" / f"{name}.json"
    if not told.is_file():
        return None
    started = json.loads(told.read_text())
    if started["home"] != home.identity.id if "home" in started else not _works_in(home, started["pid"]):
        return None
    asked = ["ps", "-ww", "-o", "stat=,command=", "-p", str(started["pid"])]
    seen = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.split(maxsplit=1)  # noqa: S603
    ours = len(seen) == 2 and not seen[0].startswith("Z") and seen[1].strip() == " ".join(started["command"])
    return int(started["pid"]) if ours else None


def _works_in(home: Home, pid: int) -> bool:
    """True if a process from before homes had an id was started for this home, where the system says so."""
    told = Path(f"/proc/{pid}/environ")
    try:
        return f"HEADWATER_HOME={home.folder}".encode() in told.read_bytes().split(b"\0")
    except OSError:
        return not home.identity.is_copy


def _answers(port: int) -> bool:
    with socket.socket() as there:
        there.settimeout(1.0)
        return there.connect_ex(("127.0.0.1", port)) == 0


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _wait_for(home: Home) -> None:
    from prefect.client.orchestration import get_client

    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        with get_client(sync_client=True) as client:
            if client.api_healthcheck() is None:
                return
        if _alive(home, "server") is None:
            break
        time.sleep(0.5)
    raise NotServing(f"the server did not come up; read {home / 'serve' / 'server.log'}, or choose another --port")


def _end(home: Home, name: str, pid: int) -> None:
    """Ask it to end, and make its whole session end where it does not."""
    os.kill(pid, signal.SIGTERM)
    until = time.monotonic() + GRACE
    while time.monotonic() < until:
        if _alive(home, name) is None:
            return
        time.sleep(0.2)
    with suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)


def main() -> None:
    parser = entry.arguments("flows.serve", __doc__)
    parser.add_argument("act", choices=["start", "stop", "status"])
    parser.add_argument(
        "--port", type=int, default=os.environ.get("PREFECT_SERVER_API_PORT", "4200"), help="default: %(default)s"
    )
    chosen = parser.parse_args()
    home = find_home(chosen.home)
    with entry.plainly():
        if chosen.act == "start":
            known_operator(home)
            print(f"{start(home, Path.cwd(), chosen.port)}  logs: {home / 'serve'}")  # noqa: T201 - the command's output
            if told := missing(home):
                print(f"headwater: no source will be asked yet: {told}", file=sys.stderr)  # noqa: T201
        elif chosen.act == "stop":
            print(f"ended: {', '.join(stop(home)) or 'nothing was up'}")  # noqa: T201
        else:
            for name, pid in status(home).items():
                print(f"{name}: {f'process {pid}' if pid else 'not up'}")  # noqa: T201


if __name__ == "__main__":
    main()
