"""The Prefect flows, run for real against a temporary server: states, artifacts, and nothing about people in them."""

from __future__ import annotations

import html
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from flows.cli.operator import ask_operator, write_operator
from flows.markdown import plain, table
from ranking.role import read_role
from scrapers.audit import read
from scrapers.settings import Home
from scrapers.store import Dealing, Store
from tests.conftest import NOON

ROOT = Path(__file__).parents[1]
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


def plain_again(markdown: str) -> str:
    """The text of a table whose signs were escaped."""
    return html.unescape(markdown)


def artifacts() -> dict[str, str]:
    """The newest artifact of each key, as text."""
    from prefect.client.orchestration import get_client

    with get_client(sync_client=True) as client:
        found = client.request("POST", "/artifacts/latest/filter", json={}).json()
    return {artifact["key"]: str(artifact["data"]) for artifact in found}


@pytest.mark.prefect
def test_a_night_leaves_its_states_and_artifacts(
    server: None, home: Home, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Collect, refresh and shortlist complete one after the other; the artifacts hold numbers and opaque ids only."""
    from flows.collect import collect
    from flows.refresh import refresh
    from flows.shortlist import shortlist
    from tests.embedder import HashingEmbedder

    monkeypatch.setenv("HEADWATER_HOME", str(home.folder))
    monkeypatch.setattr("ranking.corpus.minilm_for", lambda *_: HashingEmbedder())
    assert collect(replay=archive, return_state=True).is_completed()
    assert refresh()["candidates"] == 2
    role = ROOT / "data" / "roles" / "ai-engineer.md"
    state = shortlist(roles=[role], top=5, return_state=True)
    assert state.is_completed(), state.message
    shown = artifacts()
    assert {"collect-yield", "collect-missing", "refresh", "doctor", "map", "shortlist-ai-engineer"} <= shown.keys()
    assert "github" in shown["collect-yield"]
    assert "Every source is whole" in shown["collect-missing"]
    assert "left out: opted out" in plain_again(shown["funnel-ai-engineer"])
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
    from flows.forget import forget
    from flows.refresh import refresh
    from flows.shortlist import shortlist
    from tests.embedder import HashingEmbedder

    monkeypatch.setenv("HEADWATER_HOME", str(home.folder))
    monkeypatch.setattr("ranking.corpus.minilm_for", lambda *_: HashingEmbedder())
    write_operator(home / "operator.toml", ask_operator({}, NOON.date(), defaults=True))
    collect(replay=archive, return_state=True)
    refresh()
    roles = [ROOT / "data" / "roles" / "ai-engineer.md"]
    shortlist(roles=roles, return_state=True)
    with Store.open(home) as store:
        store.add_dealings([Dealing("github:ada-example-hw", "notified", date(2024, 1, 1))])
    assert forget()["expired"] == 1
    assert changes(roles=roles)["ai-engineer"] >= 1
    shown = artifacts()
    assert "suppression" in shown["changes-ai-engineer"]
    assert "expired" in shown["forget"]
    assert not any(name in text for text in shown.values() for name in ("ada-example", "bob-example"))
    with Store.open(home) as store:
        assert set(store.members()) == {"github:bob-example-hw"}


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


def test_tables_are_inert() -> None:
    """Nothing that a page says becomes markup in an artifact."""
    hostile = "[x](javascript:alert(1)) <b> | `code` https://x.example @ada\n# h"
    shown = table(("a",), [(hostile,)])
    for mark in ("](", "<b>", "`", "https://", "\n#", "@ada"):
        assert mark not in shown
    assert plain("plain words") == "plain words"


def test_shipped_roles_are_readable() -> None:
    """Every role that the weekly flow ranks has musts and nothing refused."""
    roles = sorted((ROOT / "data" / "roles").glob("*.md"))
    assert len(roles) >= 4
    assert all(any(each.level == "must" for each in read_role(role).requirements) for role in roles)
