"""The command line: help for everything, results on standard output, faults in one line with their exit code."""

from __future__ import annotations

import json
import os
import sys
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

import pytest

from flows.cli import main
from scrapers.settings.home import Home, packaged
from scrapers.store import Store

COMMANDS = {
    "init", "demo", "collect", "record", "refresh", "rank", "explain", "draft", "role", "parse", "resolve", "evaluate",
    "train", "doctor", "show",
    "feedback", "forget", "same", "different", "split", "lock", "unlock", "queue", "team",
    "suppress", "notified", "sweep", "audit", "changes", "watch", "runs",
}  # fmt: skip


class Done(NamedTuple):
    """What a command left behind."""

    returncode: int
    stdout: str
    stderr: str


def headwater(*arguments: object, home: Path | None = None) -> Done:
    """Run the command as a user does, in this process."""
    out, err = StringIO(), StringIO()
    environment = {"HEADWATER_HOME": str(home or "/nonexistent")}
    with (
        patch.dict(os.environ, environment),
        patch.object(sys, "argv", ["headwater", *map(str, arguments)]),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        code: object = 0
        try:
            main()
        except SystemExit as ended:
            code = ended.code
    return Done(int(str(code or 0)), out.getvalue(), err.getvalue())


def archive(folder: Path, source: str = "hackernews", body: str = '{"hits": [], "page": 3, "nbPages": 3}') -> Path:
    """An archive of one page."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "page.json").write_text(body)
    url = "https://hn.algolia.com/api/v1/search_by_date?tags=comment&page=3"
    (folder / "index.json").write_text(json.dumps({"source": source, "files": [{"file": "page.json", "url": url}]}))
    return folder


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_explains_itself(command: str) -> None:
    """--help says what the command does and names its options."""
    done = headwater(command, "--help")
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) > 8


def test_the_readme_documents_every_command() -> None:
    """No command is missing from the README's table, and none there is invented."""
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    documented = {line.split("`")[1].split()[1] for line in readme.splitlines() if line.startswith("| `headwater ")}
    assert documented == COMMANDS
    listed = headwater("--help").stdout
    assert all(command in listed for command in COMMANDS)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("collect", "nosuchsource"), 2, ("nosuchsource", "hackernews")),
        (("collect",), 2, ("operator.toml", "headwater init")),
        (("collect", "github", "--path", "."), 2, ("--path", "git")),
        (("parse", "nosuchsource", __file__, "--url", "https://x.example/"), 2, ("nosuchsource",)),
        (("rank", "AI engineer"), 2, ("headwater collect",)),
        (("rank", "## Must have\n"), 2, ("asks for nothing", "## Must have")),
        (("rank", "x", "--format", "docx"), 2, ("docx", "shortlist_csv")),
        (("show", "github:nobody-example"), 2, ("github:nobody-example",)),
        (("forget", "no-such-candidate"), 2, ("no-such-candidate",)),
        (("role",), 2, ("--lines",)),
        (
            ("record", "devpost", "https://x.example/", "--file", __file__, "--out", f"{__file__}/x"),
            6,
            ("test_cli.py/x",),
        ),
    ],
)
def test_wrong_input_is_one_clear_line(
    tmp_path: Path, arguments: tuple[str, ...], code: int, words: tuple[str, ...]
) -> None:
    """The message names what is wrong and what to do; there is no traceback."""
    done = headwater(*arguments, home=tmp_path / "home")
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    assert all(word in done.stderr for word in words), done.stderr


def test_what_a_role_says_without_effect_is_told() -> None:
    """A place or a day that no score uses is named, so that nobody believes in a filter."""
    from flows.cli.ranks import idle_of
    from ranking.role import parse_role

    asked = parse_role("## Must have\n- ships tools\n\n## Place\nLyon or remote\n\n## Since\n2026-08-01\n")
    assert idle_of(asked) == ["place", "remote", "since"]
    assert idle_of(parse_role("## Must have\n- ships tools\n")) == []


def test_an_archive_without_an_index_is_named(tmp_path: Path) -> None:
    """The folder and what it lacks stand in the message."""
    (tmp_path / "empty").mkdir()
    done = headwater("collect", "--replay", tmp_path / "empty", home=tmp_path / "home")
    assert done.returncode == 2
    assert "index.json" in done.stderr


def test_an_archive_of_an_unknown_source_is_refused_and_the_rest_read(tmp_path: Path) -> None:
    """One stranger in the archive degrades the run and stops nothing else."""
    archive(tmp_path / "a" / "good")
    archive(tmp_path / "a" / "odd", source="nosuchsource")
    done = headwater("collect", "--replay", tmp_path / "a", home=tmp_path / "home")
    assert done.returncode == 3
    assert "nosuchsource" in done.stderr


def test_a_page_that_lost_its_landmark_is_loud(tmp_path: Path) -> None:
    """A changed page is drift by name, never "nobody there"."""
    page = tmp_path / "page.json"
    page.write_text('{"results": []}')
    done = headwater("parse", "hackernews", page, "--url", "https://hn.algolia.com/api/v1/search_by_date?tags=comment")
    (line,) = map(json.loads, done.stdout.splitlines())
    assert line["type"] == "refused"
    assert line["code"] in {"schema_drift", "not_a_page"}
    assert line["detail"]


def test_a_damaged_store_is_refused_with_a_remedy(tmp_path: Path) -> None:
    """Exit 6, the path, what to do, and not a byte changed."""
    home = Home(tmp_path / "home").create()
    Store.open(home).close()
    (home / "headwater.db").write_bytes(b"garbage" * 3000)
    done = headwater("refresh", home=home.folder)
    assert done.returncode == 6
    assert "headwater.db" in done.stderr
    assert "backup" in done.stderr
    assert (home / "headwater.db").read_bytes() == b"garbage" * 3000


def test_a_refresh_of_nobody_loads_no_model_and_says_what_it_leaves_aside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An empty home costs no time; a cluster that only the flow uses is not passed over in silence."""
    monkeypatch.setattr("ranking.index.models._load_minilm", lambda: pytest.fail("the model was loaded"))
    monkeypatch.setenv("HEADWATER_DASK", "tcp://127.0.0.1:9")
    done = headwater("refresh", home=tmp_path / "home")
    assert (done.returncode, done.stdout.split()[-2:]) == (0, ["0", "passages"])
    assert "python -m flows.refresh" in done.stderr


def test_a_second_run_is_told_who_holds_the_lock(tmp_path: Path) -> None:
    """Exit 5, with the holder named."""
    from scrapers.store.sql.locks import locked

    home = Home(tmp_path / "home").create()
    with locked(home, "collect-hackernews"):
        done = headwater("collect", "--replay", archive(tmp_path / "a"), home=home.folder)
    assert done.returncode == 5
    assert str(os.getpid()) in done.stderr
    assert headwater("collect", "--replay", archive(tmp_path / "a"), home=home.folder).returncode == 0


def test_init_writes_the_operator_once_and_says_what_runs(tmp_path: Path) -> None:
    """What else a source needs is told with key and file; the file of a second run is the first one's."""
    done = headwater("init", "--defaults", home=tmp_path / "home")
    assert done.returncode == 0, done.stderr
    for told in (
        "  github: runs\n    GITHUB_TOKEN is not set",
        "  devpost: waits\n    its terms are restrictive or unread; read https://info.devpost.com/",
        "  conferences: idle\n    name schedules under [conferences.watch] in sources.toml\n",
        "  arxiv: off\n    set `enabled = true` under [arxiv] in sources.toml\n    note: Metadata are CC0",
        f"sources.toml is {packaged('sources.toml')}\n",
    ):
        assert told in done.stderr
    written = (tmp_path / "home" / "operator.toml").read_bytes()
    assert "Placeholders" in done.stderr
    again = headwater("init", "--defaults", home=tmp_path / "home")
    assert "kept as it is" in again.stderr
    assert (tmp_path / "home" / "operator.toml").read_bytes() == written
