"""Every way to start something: asking for help, or a slip of the pen, shows the usage and leaves a home as it is."""

from __future__ import annotations

import ast
import os
import runpy
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from datetime import timedelta
from io import StringIO
from pathlib import Path
from unittest.mock import patch

import click
import pytest
from typer.main import get_command

from flows.cli.app import app
from flows.cli.operator import ask_operator, write_operator
from scrapers.records import Account, Page, Request
from scrapers.settings.home import Home
from scrapers.store import Store
from tests.flows.test_cli import Done, headwater
from tests.support.constants import NOON

ROOT = Path(__file__).parents[2]
ASKED = [("--help", 0), ("-h", 0), ("--no-such-argument", 2)]


def is_entry(path: Path) -> bool:
    """Whether `python -m` does something with it."""
    tests = (ast.unparse(step.test) for step in ast.parse(path.read_text()).body if isinstance(step, ast.If))
    return path.name == "__main__.py" or "__name__ == '__main__'" in tests


def entries() -> list[str]:
    """The file of every module that can be run."""
    files = (path for package in ("flows", "ranking", "scrapers", "tests") for path in (ROOT / package).rglob("*.py"))
    return sorted(str(path.relative_to(ROOT)) for path in files if is_entry(path))


def commands(command: click.Command, words: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The words of every command, of groups and of what is in them."""
    yield words
    for name, each in sorted(getattr(command, "commands", {}).items()):
        yield from commands(each, (*words, name))


def all_commands() -> list[tuple[str, ...]]:
    headwater("--version")  # by then every command has been added to the app
    return list(commands(get_command(app)))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home that the next sweep, refresh or collecting changes: an account of long ago, not joined yet."""
    home = Home(tmp_path_factory.mktemp("entry") / "home").create()
    write_operator(home / "operator.toml", ask_operator({}, NOON.date(), defaults=True))
    request, long_ago = Request("forem", "https://forem.example/api/ada-example-hw"), NOON - timedelta(days=900)
    with Store.open(home) as store:
        page = Page("forem", request.url, b"ada-example-hw", long_ago)
        store.settle("live", request, page=page, records=[Account("forem", "ada-example-hw", name="Ada Example")])
    assert home.key
    return home


def lying_in(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Each file and folder there, with its mode and its bytes."""
    return {
        str(path.relative_to(folder)): (path.stat().st_mode, path.read_bytes() if path.is_file() else b"")
        for path in folder.rglob("*")
    }


def run(file: str, argument: str, home: Path) -> Done:
    """What running the module with that argument does, in this process."""
    out, err = StringIO(), StringIO()
    with (
        patch.dict(os.environ, {"HEADWATER_HOME": str(home)}),
        patch.object(sys, "argv", [file, argument]),
        redirect_stdout(out),
        redirect_stderr(err),
        pytest.raises(SystemExit) as ended,
    ):
        runpy.run_path(str(ROOT / file), run_name="__main__")
    return Done(int(str(ended.value.code or 0)), out.getvalue(), err.getvalue())


def assert_explained(done: Done, code: int) -> None:
    assert done.returncode == code, done.stderr
    assert "usage:" in (done.stderr if code else done.stdout).lower()


@pytest.mark.prefect  # no server is asked, but importing Prefect takes longer than a quick test may
@pytest.mark.parametrize(("argument", "code"), ASKED)
@pytest.mark.parametrize("file", entries())
def test_asking_a_module_changes_nothing(file: str, argument: str, code: int, home: Home, tmp_path: Path) -> None:
    """Usage; the home is as it was to the byte, and one that was not there is not made."""
    from prefect.settings import PREFECT_API_URL, temporary_settings

    before = lying_in(home.folder)
    with temporary_settings({PREFECT_API_URL: "http://127.0.0.1:9/api"}):  # a flow that begins all the same ends here
        assert_explained(run(file, argument, home.folder), code)
        assert_explained(run(file, argument, tmp_path / "none"), code)
    assert lying_in(home.folder) == before
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("argument", "code"), ASKED)
@pytest.mark.parametrize("command", all_commands(), ids=" ".join)
def test_asking_a_command_changes_nothing(
    command: tuple[str, ...], argument: str, code: int, home: Home, tmp_path: Path
) -> None:
    """Usage; the home is as it was to the byte, and one that was not there is not made."""
    before = lying_in(home.folder)
    assert_explained(headwater(*command, argument, home=home.folder), code)
    assert_explained(headwater(*command, argument, home=tmp_path / "none"), code)
    assert lying_in(home.folder) == before
    assert list(tmp_path.iterdir()) == []


def test_the_walk_finds_what_is_there() -> None:
    """Flows, the command line, the ways to tune and to train; commands with and without arguments."""
    flows = {f"flows/{name}.py" for name in ("collect", "forget", "serve", "cli/__main__")}
    assert flows | {"ranking/evaluation/tune.py", "scrapers/identity/train/train.py"} <= {*entries()}
    assert {(), ("forget",), ("rank",)} <= {*all_commands()}
