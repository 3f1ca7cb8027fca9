"""prefect.yaml and automations.yaml: what they hold, and that nothing in them can be wrong in silence."""

from __future__ import annotations

import os
import runpy
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from flows.cli.operator import ask_operator, write_operator
from scrapers.settings.home import Home
from scrapers.settings.strict import BadConfiguration
from scrapers.sources.watched import read_sources
from tests.support.constants import NOON

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.prefect  # no server is asked, but importing Prefect takes longer than a quick test may


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project folder that may be spoilt."""
    (tmp_path / "data").symlink_to(ROOT / "data")
    shutil.copytree(ROOT / "flows", tmp_path / "flows", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "prefect.yaml", tmp_path)
    return tmp_path


def test_everything_that_recurs_is_deployed() -> None:
    """Each source that is on stands in one family, each role has its shortlist; sweep, digest and drill are there."""
    from flows.deployments import read_deployments

    found = {each.name: each for each in read_deployments(ROOT)}
    families = [source for each in found.values() for source in each.parameters.get("sources", ())]
    assert sorted(families) == sorted(name for name, told in read_sources().items() if told.enabled)
    roles = {f"data/roles/{path.name}" for path in (ROOT / "data" / "roles").glob("*.md")}
    ranked = [role for each in found.values() for role in each.parameters.get("roles", ())]
    assert sorted(ranked) == sorted(roles)
    assert {"refresh", "changes-digest", "notice-and-retention", "fallback-drill"} <= found.keys()
    assert all("headwater" in each.tags for each in found.values())
    assert "/home/" not in (ROOT / "prefect.yaml").read_text()


def test_automations_know_every_name_that_a_run_ends_with() -> None:
    """A run that ended under any name is no zombie; a crash is tried again twice, and one that never began is not."""
    from flows.deployments import read_automations

    zombies, crashes = read_automations(ROOT)
    ends = {"Completed", "Degraded", "Failed", "TimedOut", "Cancelled", "Crashed"}
    assert {f"prefect.flow-run.{name}" for name in ends} < zombies.trigger.expect
    assert crashes.trigger.match["prefect.run-count"] == ["1", "2"]


SPOILT = [  # what stands there, what somebody typed, what the message names
    ("prefect.yaml", "concurrency_limit: {limit: 1", "conncurrency_limit: {limit: 1", "conncurrency_limit"),
    ("prefect.yaml", "timezone: Europe/Berlin", "timezone: Europe/Berlim", "Berlim"),
    ("prefect.yaml", '"0 2 * * *"', '"0 25 * * *"', "0 25 * * *"),
    ("prefect.yaml", "sources: [devpost", "sources: [devpots", "devpots"),
    ("prefect.yaml", "data/roles/generalist.md", "data/roles/generalissimo.md", "generalissimo.md"),
    ("prefect.yaml", "flows/drill.py:drill", "flows/drill.py:dril", "dril"),
    ("prefect.yaml", "flows/drill.py:drill", "flows/grill.py:drill", "flows/grill.py"),
    ("prefect.yaml", "top: 25", "topp: 25", "topp"),
    ("prefect.yaml", "top: 25", "top: many", "top"),
    ("prefect.yaml", "limit: 1,", "limit: 0,", "limit"),
    ("prefect.yaml", "name: refresh", "name: changes-digest", "twice"),
    ("prefect.yaml", "deployments:", "deployments: [", "prefect.yaml:"),
    ("flows/automations.yaml", "posture: Proactive", "posture: Prophetic", "headwater-zombies"),
    ("flows/automations.yaml", "threshold: 1", "treshold: 1", "treshold"),
    ("flows/automations.yaml", "state: CRASHED", "state: CRUSHED", "headwater-zombies"),
]


@pytest.mark.parametrize(("file", "right", "wrong", "named"), SPOILT, ids=[each[3] for each in SPOILT])
def test_a_slip_of_the_pen_is_named(root: Path, file: str, right: str, wrong: str, named: str) -> None:
    """File, deployment and field stand in one message."""
    from flows.deployments import read_automations, read_deployments

    text = (root / file).read_text()
    assert right in text
    (root / file).write_text(text.replace(right, wrong, 1))
    read = read_automations if file == "flows/automations.yaml" else read_deployments
    with pytest.raises(BadConfiguration, match=file) as told:
        read(root)
    assert named in str(told.value)


@pytest.mark.parametrize("command", [("flows.deploy",), ("flows.serve", "start", "--home", "{home}")])
def test_nothing_is_started_or_asked_for_a_file_that_is_wrong(root: Path, command: tuple[str, ...]) -> None:
    """Exit 2 and one line, before a server is asked or started."""
    text = (root / "prefect.yaml").read_text()
    (root / "prefect.yaml").write_text(text.replace("tags:", "tag:", 1))
    home = root / "home"
    arguments = [each.format(home=home) for each in command]
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "HOME": str(root)}
    done = subprocess.run(
        [sys.executable, "-m", *arguments], cwd=root, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2, done.stderr
    assert "[collect-hackathons]: tag" in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(home.rglob("*.log"))


def test_a_wrong_schedule_is_told_without_a_librarys_words(root: Path) -> None:
    """What is wrong with the cron line, and nothing of how it was found."""
    from flows.deployments import read_deployments

    text = (root / "prefect.yaml").read_text()
    (root / "prefect.yaml").write_text(text.replace('cron: "0 2 * * *"', 'cron: "0 25 * * *"', 1))
    with pytest.raises(BadConfiguration, match=r"\[collect-hackathons\]: schedules: Invalid cron string") as told:
        read_deployments(root)
    assert "pydantic" not in str(told.value)


def test_asking_deploy_for_help_applies_nothing(root: Path) -> None:
    """`--help` explains, and no server is asked or started."""
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "HOME": str(root)}
    command = [sys.executable, "-m", "flows.deploy", "--help"]
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "usage: python -m flows.deploy" in done.stdout
    assert "applied to" not in done.stdout


@pytest.mark.parametrize(("told", "words"), [(None, "headwater init"), ("placeholder", "still a placeholder")])
def test_serve_says_that_no_source_can_be_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], told: str | None, words: str
) -> None:
    """One line with the file and the remedy; everything else is served all the same."""
    from flows import serve

    home = Home(tmp_path / "home").create()
    if told:
        write_operator(home / "operator.toml", ask_operator({}, NOON.date(), defaults=True))
    monkeypatch.setattr(serve, "start", lambda *_: "http://127.0.0.1:9")
    monkeypatch.setattr("sys.argv", ["serve", "start", "--home", str(home.folder)])
    serve.main()
    shown = capsys.readouterr()
    assert shown.out.startswith("http://127.0.0.1:9  logs: ")
    assert len(shown.err.splitlines()) == 1
    assert shown.err.startswith(f"headwater: no source will be asked yet: {home / 'operator.toml'}")
    assert words in shown.err


def test_serve_starts_nothing_for_an_operator_file_that_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 2 and one line: every run would fail."""
    from flows import serve

    home = Home(tmp_path / "home").create()
    (home / "operator.toml").write_text("contact = \n")
    monkeypatch.setattr(serve, "start", lambda *_: pytest.fail("it was started"))
    monkeypatch.setattr("sys.argv", ["serve", "start", "--home", str(home.folder)])
    with pytest.raises(SystemExit) as ended:
        serve.main()
    assert ended.value.code == 2
    assert str(home / "operator.toml") in capsys.readouterr().err


REFUSED = [  # a flow, its arguments, what is named
    ("collect", (), "operator.toml"),
    ("collect", ("nosuchsource",), "nosuchsource"),
    ("collect", ("--replay", "{home}"), "index.json"),
    ("refresh", (), "HEADWATER_DASK=tcp://127.0.0.1:9"),
    ("reparse", ("nosuchsource",), "nosuchsource"),
    ("shortlist", ("nobody.md",), "nobody.md"),
    ("changes", ("nobody.md",), "nobody.md"),
    ("drill", ("nobody.md",), "nobody.md"),
    ("forget", (), "operator.toml"),
]


@pytest.mark.parametrize(("flow", "arguments", "named"), REFUSED)
def test_a_run_that_is_refused_starts_no_server(
    home: Home,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    flow: str,
    arguments: tuple[str, ...],
    named: str,
) -> None:
    """Exit 2 and one line, before Prefect is asked for anything."""
    import prefect

    from flows.work import runners

    monkeypatch.setattr(runners, "PATIENCE", 1)
    monkeypatch.setattr(prefect.Flow, "__call__", lambda *_, **__: pytest.fail("the flow was begun"))
    monkeypatch.setenv("HEADWATER_HOME", str(home.folder))
    monkeypatch.setenv("HEADWATER_DASK", "tcp://127.0.0.1:9")
    monkeypatch.setattr("sys.argv", [flow, *(each.format(home=home.folder) for each in arguments)])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(ROOT / "flows" / f"{flow}.py"), run_name="__main__")
    shown = capsys.readouterr()
    assert (ended.value.code, shown.out) == (2, "")
    assert len(shown.err.splitlines()) == 1, shown.err
    assert shown.err.startswith("headwater: ")
    assert named in shown.err


@pytest.mark.parametrize(
    ("state", "code", "shown"),
    [
        ("Completed()", 0, ""),
        ("Completed(name='Degraded')", 3, ""),
        ("Failed(message='nothing came')", 4, "headwater: nothing came\n"),
        ("Failed(data=Locked('another run holds it'))", 5, "headwater: another run holds it\n"),
        ("Failed(data=Stopped('ValueError at x.py:1'))", 1, "headwater: ValueError at x.py:1\n"),
    ],
)
def test_a_flow_run_by_hand_exits_by_its_state(
    home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], state: str, code: int, shown: str
) -> None:
    """The codes of `headwater`; one line where there is something to say."""
    from prefect.states import Completed, Failed

    from flows.work import entry
    from flows.work.guard import Stopped
    from scrapers.faults import Locked

    ended_in = eval(state, {"Completed": Completed, "Failed": Failed, "Locked": Locked, "Stopped": Stopped})
    monkeypatch.setenv("HEADWATER_HOME", "/nonexistent")
    monkeypatch.setattr("sys.argv", ["flow", "--home", str(home.folder)])
    with pytest.raises(SystemExit) as ended:
        entry.run(lambda return_state: ended_in, entry.arguments("flows.some", "Some flow."))
    assert (ended.value.code, capsys.readouterr().err) == (code, shown)
    assert os.environ["HEADWATER_HOME"] == str(home.folder)


def test_a_flow_run_by_hand_ends_with_one_message_and_its_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    """What the command line does with a fault, `python -m flows.refresh` and its like do too."""
    from flows.work.entry import plainly
    from scrapers.faults import Locked

    with pytest.raises(SystemExit) as ended, plainly():
        raise Locked("another run holds it")
    assert (ended.value.code, capsys.readouterr().err) == (5, "headwater: another run holds it\n")


def test_every_parameter_of_the_file_is_plain(root: Path) -> None:
    """YAML's own surprises (yes, no, 1e3, dates) stand nowhere among the parameters."""
    told = yaml.safe_load((root / "prefect.yaml").read_text())
    kinds = {type(value) for each in told["deployments"] for value in each["parameters"].values()}
    assert kinds <= {list, int}
