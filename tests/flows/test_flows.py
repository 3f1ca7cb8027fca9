"""The Prefect flows, run for real against a temporary server: states, artifacts, and nothing about people in them."""

from __future__ import annotations

import ast
import json
import re
import sqlite3
import traceback
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from flows.cli.operator import ask_operator, write_operator
from flows.work.markdown import plain, table
from ranking.role import read_role
from scrapers.faults import Fault, Locked
from scrapers.rights.audit_log import read
from scrapers.settings.home import Home
from scrapers.store import Interaction, Store, StoreOutOfReach, StoreUnusable
from scrapers.store.sql.rows import PageDamaged
from tests.support.constants import NOON

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.xdist_group("prefect")  # one server for all
GITHUB = "https://api.github.com/repos/openweave/pager/contributors?per_page=100"


@pytest.fixture(scope="module")
def server() -> Iterator[None]:
    """One temporary Prefect server for all tests of this file."""
    from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings
    from prefect.testing.utilities import prefect_test_harness

    with (
        prefect_test_harness(server_startup_timeout=120),
        temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}),
    ):
        yield


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Two contributors of a repository, as GitHub lists them."""
    people = [
        {
            "login": f"{name}-example-hw",
            "id": 900_002_000 + n,
            "type": "User",
            "contributions": 9,
            "html_url": "https://github.com/x",
        }
        for n, name in enumerate(("ada", "bob"))
    ]
    folder = tmp_path / "archive"
    folder.mkdir()
    (folder / "page.json").write_text(json.dumps(people))
    (folder / "index.json").write_text(
        json.dumps({"source": "github", "files": [{"file": "page.json", "url": GITHUB}]})
    )
    return folder


def artifacts() -> dict[str, str]:
    """The newest artifact of each key, as text."""
    from prefect.client.orchestration import get_client

    with get_client(sync_client=True) as client:
        found = client.request("POST", "/artifacts/latest/filter", json={}).json()
    return {artifact["key"]: str(artifact["data"]) for artifact in found}


def logged() -> str:
    """Everything that Prefect keeps of what runs said, once what was said last has come."""
    from prefect.client.orchestration import get_client
    from prefect.logging.handlers import APILogHandler

    APILogHandler().flush()
    with get_client(sync_client=True) as client:
        states = client.request("POST", "/task_runs/filter", json={}).json()
        return json.dumps([states, client.request("POST", "/logs/filter", json={}).json()])


def all_flows() -> dict[str, Any]:
    """Every flow in the folder `flows`, by its file and name."""
    from prefect import Flow

    modules = {path.stem: import_module(f"flows.{path.stem}") for path in (ROOT / "flows").glob("*.py")}
    return {f"{file}:{name}": f for file, m in modules.items() for name, f in vars(m).items() if isinstance(f, Flow)}


def kept_of(state: Any) -> str:
    """Everything that Prefect keeps of a run: states, parameters, logs, stored results, and what it printed of it."""
    from prefect.client.orchestration import get_client
    from prefect.logging.handlers import APILogHandler
    from prefect.settings import PREFECT_LOCAL_STORAGE_PATH

    APILogHandler().flush()
    run = str(state.state_details.flow_run_id)
    with get_client(sync_client=True) as client:
        kept = [
            client.request("GET", f"/flow_runs/{run}").json(),
            client.request("POST", "/task_runs/filter", json={"flow_runs": {"id": {"any_": [run]}}}).json(),
            client.request("POST", "/logs/filter", json={"logs": {"flow_run_id": {"any_": [run]}}}).json(),
        ]
    results = [path.read_bytes().decode("latin-1") for path in PREFECT_LOCAL_STORAGE_PATH.value().rglob("*")]
    error = state.result(raise_on_failure=False)
    return json.dumps([*kept, results, repr(error), "".join(traceback.format_exception(error))])


def assert_quotes_nobody(state: Any, home: Home, name: str, printed: str) -> None:
    """The run failed; its message says the error's kind, the place and a private file, which alone has the name."""
    assert state.is_failed()
    told = re.search(r"ValueError at \w+\.pyx?:\d+; its traceback is (faults/\S+\.txt) in the home", state.message)
    assert told, state.message
    assert name not in kept_of(state)
    assert name not in printed
    file = home / told[1]
    assert name in file.read_text()
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_flows_and_tasks_are_made_where_they_are_guarded_and_named() -> None:
    """Prefect's own `flow` and `task` stand in flows/work/running.py alone: every run has a name, no error quotes."""
    for file in {*(ROOT / "flows").rglob("*.py")} - {ROOT / "flows" / "work" / "running.py"}:
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "prefect":
                taken = {each.name for each in node.names}
            else:
                taken = (
                    {node.attr} if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "prefect" else set()
                )
            assert not taken & {"flow", "task", "Flow", "Task"}, f"{file.name}: take it from flows.work.running"


@pytest.mark.prefect
def test_no_flow_quotes_a_stored_value(
    server: None, home: Home, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Every flow there is, by a store that quotes somebody: no name in state, log, result, and nothing printed."""
    from flows.work.guard import is_unquoted

    def damaged(*_: object, **__: object) -> None:
        try:
            raise KeyError("Tovah Sample-Hollis of a cause")
        except KeyError as cause:
            raise ValueError("Invalid isoformat string: 'Tovah Sample-Hollis'") from cause

    monkeypatch.setenv("HEADWATER_HOME", str(home.folder))
    write_operator(home / "operator.toml", ask_operator({}, NOON.date(), defaults=True))
    monkeypatch.setattr(Store, "open", damaged)
    flows = all_flows()
    assert {file.partition(":")[0] for file in flows} >= {
        "collect", "refresh", "shortlist", "changes", "forget", "drill", "reparse",
    }  # fmt: skip
    for name, flow in flows.items():
        assert is_unquoted(flow.fn), f"{name}: take `flow` from flows.work.running"
        state = flow(return_state=True)
        assert_quotes_nobody(state, home, "Tovah Sample-Hollis", "".join(capfd.readouterr()))


@pytest.mark.prefect
def test_a_damaged_row_quotes_nobody(
    server: None, home: Home, archive: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """A name where a date should stand ends a shortlist outside of its tasks."""
    from flows.collect import collect
    from flows.refresh import refresh
    from flows.shortlist import shortlist
    from tests.support.hash_embedder import HashingEmbedder

    monkeypatch.setenv("HEADWATER_HOME", str(home.folder))
    monkeypatch.setattr("ranking.corpus.corpus.minilm_for", lambda *_: HashingEmbedder())
    collect(replay=archive, return_state=True)
    refresh()
    with closing(sqlite3.connect(home / "headwater.db")) as connection, connection:
        connection.execute("UPDATE evidence SET date = 'Tovah Sample-Hollis'")
    state = shortlist(roles=[ROOT / "data" / "roles" / "ai-engineer.md"], return_state=True)
    assert_quotes_nobody(state, home, "Tovah Sample-Hollis", "".join(capfd.readouterr()))


@pytest.mark.prefect
def test_a_night_leaves_its_states_and_artifacts(
    server: None, home: Home, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Collect, refresh and shortlist complete one after the other; the artifacts hold numbers and opaque ids only."""
    from flows.collect import collect
    from flows.refresh import refresh
    from flows.shortlist import shortlist
    from tests.support.hash_embedder import HashingEmbedder

    monkeypatch.setenv("HEADWATER_HOME", str(home.folder))
    monkeypatch.setattr("ranking.corpus.corpus.minilm_for", lambda *_: HashingEmbedder())
    assert collect(replay=archive, return_state=True).is_completed()
    assert refresh()["candidates"] == 2
    role = ROOT / "data" / "roles" / "ai-engineer.md"
    state = shortlist(roles=[role], top=5, return_state=True)
    assert state.is_completed(), state.message
    named = {run["name"] for run in json.loads(logged())[0]}
    assert named >= {"collect github", "join accounts", "embed new evidence", "rank ai-engineer"}
    shown = artifacts()
    assert {"collect-yield", "collect-missing", "refresh", "doctor", "map", "shortlist-ai-engineer"} <= shown.keys()
    assert "github" in shown["collect-yield"]
    assert "Every source is whole" in shown["collect-missing"]
    assert "left out: opted out" in shown["funnel-ai-engineer"]
    assert not any(name in text for text in shown.values() for name in ("ada-example", "bob-example"))
    assert {path.suffix for path in (home / "exports").iterdir()} == {".csv", ".html"}
    with Store.open(home) as store:
        ran = [(run.step, run.outcome) for run in reversed(store.runs())]
    assert ran == [("collect", "whole"), ("join", "whole"), ("embed", "whole"), ("rank", "whole")]
    assert [entry["act"] for entry in read(home)] == ["collect", "refresh", "export", "export"]


@pytest.mark.prefect
def test_forgetting_clears_away_and_shows_counts_only(
    server: None, home: Home, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who was held too long is gone after the flow; the digest tells who left; both by counts and ids."""
    from flows.changes import changes
    from flows.collect import collect
    from flows.forget import LEFT_ALONE, forget
    from flows.refresh import refresh
    from flows.shortlist import shortlist
    from tests.support.hash_embedder import HashingEmbedder

    monkeypatch.setenv("HEADWATER_HOME", str(home.folder))
    monkeypatch.setattr("ranking.corpus.corpus.minilm_for", lambda *_: HashingEmbedder())
    write_operator(home / "operator.toml", ask_operator({}, NOON.date(), defaults=True))
    collect(replay=archive, return_state=True)
    refresh()
    roles = [ROOT / "data" / "roles" / "ai-engineer.md"]
    shortlist(roles=roles, return_state=True)
    with Store.open(home) as store:
        store.add_interactions([Interaction("github:ada-example-hw", "notified", date(2024, 1, 1))])
    assert forget()["expired"] == 1
    assert changes(roles=roles)["ai-engineer"] >= 1
    shown = artifacts()
    assert "suppression" in shown["changes-ai-engineer"]
    assert "expired" in shown["forget"]
    assert not any(name in text for text in shown.values() for name in ("ada-example", "bob-example"))
    with Store.open(home) as store:
        assert set(store.members()) == {"github:bob-example-hw"}
    monkeypatch.setattr("flows.forget.sweep_home", lambda _: {"expired": 0, LEFT_ALONE: 1})
    state = forget(return_state=True)
    assert (state.name, state.result()) == ("Degraded", {"expired": 0, LEFT_ALONE: 1})


@pytest.mark.prefect
def test_a_broken_source_degrades_and_all_broken_fails(
    server: None, home: Home, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One stranger beside a good source gives Completed named Degraded; nothing but faults gives Failed."""
    from flows.collect import collect

    monkeypatch.setenv("HEADWATER_HOME", str(home.folder))
    (archive / "odd").mkdir()
    (archive / "odd" / "index.json").write_text(
        (archive / "index.json").read_text().replace('"github"', '"nosuchsource"').replace("page.json", "p.json")
    )
    (archive / "odd" / "p.json").write_text("[]")
    state = collect(replay=archive, return_state=True)
    assert (state.is_completed(), state.name) == (True, "Degraded")
    assert collect(replay=archive / "odd", return_state=True).is_failed()


@pytest.mark.prefect
def test_a_run_that_goes_on_repeats_no_step_that_is_done(
    server: None, home: Home, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Embedding fails, the run is tried again: accounts are not joined a second time."""
    from flows.collect import collect
    from flows.refresh import refresh
    from ranking.upkeep import refreshing
    from tests.support.hash_embedder import HashingEmbedder

    monkeypatch.setenv("HEADWATER_HOME", str(home.folder))
    monkeypatch.setattr("ranking.corpus.corpus.minilm_for", lambda *_: HashingEmbedder())
    collect(replay=archive, return_state=True)
    whole, calls = refreshing.embed, []

    def embed(*given: Any) -> dict[str, int]:
        calls.append(given)
        if len(calls) == 1:
            raise RuntimeError("of ada-example-hw")
        return whole(*given)

    monkeypatch.setattr(refreshing, "embed", embed)
    assert refresh.with_options(retries=1)()["candidates"] == 2
    assert len(calls) == 2
    with Store.open(home) as store:
        assert [run.outcome for run in store.runs(step="join")] == ["whole"]
    assert "RuntimeError at test_flows.py" in logged()
    assert "ada-example" not in logged()


@pytest.mark.prefect
def test_a_model_that_is_not_there_is_said_before_any_work(
    server: None, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither accounts are joined nor people ranked; the flow's message names the model."""
    from flows.refresh import refresh
    from flows.shortlist import shortlist

    monkeypatch.setenv("HEADWATER_HOME", str(home.folder))
    write_operator(home / "operator.toml", ask_operator({}, NOON.date(), defaults=True))
    with (home / "operator.toml").open("a") as file:
        file.write('[embedding]\nmodel = "example/no-such-model"\n')
    for flow in (refresh, shortlist):
        state = flow(return_state=True)
        assert state.is_failed()
        assert "example/no-such-model" in state.message
    assert not (home / "headwater.db").exists()


@pytest.mark.prefect
def test_a_live_run_with_a_placeholder_for_a_contact_fails_by_its_name(
    server: None, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The state's message says which keys of which file to fill in; nobody was asked, and no run is kept."""
    from flows.collect import collect

    monkeypatch.setenv("HEADWATER_HOME", str(home.folder))
    write_operator(home / "operator.toml", ask_operator({}, NOON.date(), defaults=True))
    state = collect(["forem"], return_state=True)
    assert (state.is_failed(), state.name) == (True, "Failed")
    assert "operator.toml: contact and [controller] contact: still a placeholder" in state.message
    with Store.open(home) as store:
        assert store.runs() == []


@pytest.mark.prefect
def test_a_role_file_that_is_not_there_is_said_before_any_work(
    server: None, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file is named, and those that are there; nobody was looked for."""
    from flows.shortlist import shortlist

    monkeypatch.setenv("HEADWATER_HOME", str(home.folder))
    state = shortlist(roles=[Path("data/roles/nobody.md")], return_state=True)
    assert state.is_failed()
    assert "nobody.md" in state.message
    assert "ai-engineer.md" in state.message


@pytest.mark.prefect
def test_only_what_may_pass_is_tried_again_and_errors_quote_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lock and a database out of reach are; wrong input, damage and bugs are not, and a bug is told by its place."""
    from flows.work.guard import Stopped, unquoted
    from flows.work.running import passes

    class Ended(NamedTuple):
        error: Exception

        def result(self) -> None:
            raise self.error

    again = [error for error in (Locked(), StoreOutOfReach()) if passes(None, None, Ended(error))]
    assert len(again) == 2
    assert not any(passes(None, None, Ended(error)) for error in (Fault(), StoreUnusable(), ValueError()))

    quoted = "Ada Example, ada@example.com"

    def raising(error: Exception) -> None:
        raise error from ValueError(quoted)

    monkeypatch.setenv("HEADWATER_HOME", str(tmp_path / "none"))
    with pytest.raises(Stopped, match=r"^ValueError at test_flows\.py:\d+; its traceback could not be kept$") as told:
        unquoted(raising)(ValueError(quoted))
    assert not (tmp_path / "none").exists()
    with pytest.raises(Stopped, match=r"^PageDamaged at test_flows\.py:\d+"):
        unquoted(raising)(PageDamaged("https://forem.example/ada-example"))
    with pytest.raises(Locked, match="by process 7") as passed:
        unquoted(raising)(Locked("refresh is locked by process 7"))
    for each in (told, passed):
        assert quoted not in "".join(traceback.format_exception(each.value))


def test_tables_are_inert() -> None:
    """Nothing that a page says becomes markup in an artifact."""
    hostile = "[x](javascript:alert(1)) <b> | `code` https://x.example @ada\n# h"
    shown = table(("a",), [(hostile,)])
    for mark in ("](", "<b>", "`", "https://", "\n#", "@ada"):
        assert mark not in shown
    assert plain("WWW.x.example *a* ~~b~~ _c_") == "WWW&#46;x.example \\*a\\* \\~\\~b\\~\\~ \\_c\\_"
    assert plain("plain words - 0.5, +3!") == "plain words - 0.5, +3!"


def test_shipped_roles_are_readable() -> None:
    """Every role that the weekly flow ranks has musts and nothing refused."""
    roles = sorted((ROOT / "data" / "roles").glob("*.md"))
    assert len(roles) >= 4
    assert all(any(each.level == "must" for each in read_role(role).requirements) for role in roles)
