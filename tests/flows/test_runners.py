"""Heavy work on a Dask cluster: two processes of their own, the same vectors, the same shortlist."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from flows.cli.operator import ask_operator, write_operator
from flows.work import runners
from flows.work.runners import ClusterOutOfReach, batches_run
from ranking.corpus.corpus import build_corpus
from ranking.corpus.people_file import candidates_of
from ranking.exports.shortlist_csv import write
from ranking.index import embedder
from ranking.index.embedder import Memory, embed_new
from ranking.index.models import HubModel, MiniLM
from ranking.pool import TalentPool
from scrapers.collect import reparse
from scrapers.faults import Fault
from scrapers.records import Candidate, Request
from scrapers.settings.home import Home
from scrapers.store import Store
from tests.benchmarks.bench_parse import cases
from tests.support.constants import NOON
from tests.support.hash_embedder import HashingEmbedder
from tests.support.tiny_models import tiny_encoder

dask = pytest.importorskip("dask", reason="the extra 'dask' is not installed")
distributed = pytest.importorskip("distributed", reason="the extra 'dask' is not installed")
ROOT = Path(__file__).parents[2]
NOWHERE = "tcp://127.0.0.1:9"
SAID = [
    f"{what} number {n} in {tongue}" for n in range(9) for what in ("a parser", "a linker") for tongue in ("C", "Go")
]


@pytest.fixture(scope="module")
def running() -> Iterator[Any]:
    """A cluster of two worker processes with one thread each."""
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0", memory_limit=0
    ) as cluster:
        yield cluster


@pytest.fixture
def cluster(running: Any) -> Iterator[str]:
    """Its address; it was at work when the test ends."""
    before = running.scheduler.transition_counter
    yield running.scheduler_address
    assert running.scheduler.transition_counter > before, "nothing was done on the cluster"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The address of a temporary Prefect server."""
    from prefect.settings import PREFECT_API_URL
    from prefect.testing.utilities import prefect_test_harness

    with prefect_test_harness(server_startup_timeout=120):
        yield str(PREFECT_API_URL.value())


@pytest.fixture
def archived(home: Home, tmp_path: Path) -> Home:
    """A home with a small model and a few pages in its archive, none of them read yet."""
    write_operator(home / "operator.toml", ask_operator({}, NOON.date(), defaults=True))
    with (home / "operator.toml").open("a") as file:
        file.write(f'[embedding]\nmodel = "{tiny_encoder(tmp_path / "tiny")}"\n')
    with Store.open(home, durable=False) as store:
        for page in (page for page in cases() if page.source == "forem"):
            store.settle("test", Request(page.source, page.url), page=page)
    return home


def test_without_a_cluster_the_work_is_done_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """The built-in map, and Dask is not even imported."""
    monkeypatch.delenv("HEADWATER_DASK", raising=False)
    with batches_run("embed") as each:
        assert each is map


def test_a_cluster_that_does_not_answer_is_said_before_any_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """The setting, the address and the remedy; exit code 2; within seconds."""
    monkeypatch.setattr(runners, "PATIENCE", 1)
    monkeypatch.setenv("HEADWATER_DASK", NOWHERE)
    told = r"HEADWATER_DASK=tcp://127.0.0.1:9.*or unset it"
    with pytest.raises(ClusterOutOfReach, match=told) as fault, batches_run("embed"):
        raise AssertionError("work was begun")
    assert fault.value.exit_code == 2


@pytest.mark.prefect
@pytest.mark.xdist_group("prefect")
def test_two_processes_give_the_same_vectors(cluster: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every text is encoded once, at a worker and not here, and each group is kept as soon as it comes back."""
    monkeypatch.setattr(embedder, "GROUP", 5)
    here = embed_new(SAID, HashingEmbedder(), Memory())
    ours, cache, progress = HashingEmbedder(), Memory(), []
    with batches_run("embed", cluster) as each:
        there = embed_new(SAID, ours, cache, lambda done, of: progress.append((done, of)), each)
    assert np.array_equal(there, here)
    assert ours.encoded == []
    assert progress[-1] == (len(SAID), len(SAID))
    assert len(progress) == -(-len(SAID) // 5)


@pytest.mark.model
@pytest.mark.prefect
@pytest.mark.xdist_group("prefect")
@pytest.mark.parametrize("named", [False, True], ids=["packaged", "named"])
def test_the_model_on_two_processes_gives_the_same_shortlist(
    cluster: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, named: bool
) -> None:
    """In fp32 no number differs by more than 1e-6, and the CSV is the same to the byte; so with a model by name."""
    monkeypatch.setattr(embedder, "GROUP", 24)
    people = _people()
    model = HubModel(str(tiny_encoder(tmp_path / "tiny")), passage_prompt="page: ") if named else MiniLM("fp32")
    pools = []
    for address in (None, cluster):
        with batches_run("embed", address) as each:
            corpus = build_corpus(people, Memory(), model, each_group=each)
        pools.append(TalentPool(people, corpus))
    here, there = pools
    assert np.abs(here.corpus.index.vectors - there.corpus.index.vectors).max() <= 1e-6
    assert _csv(here) == _csv(there)


@pytest.mark.prefect
@pytest.mark.xdist_group("prefect")
def test_a_cluster_that_is_lost_is_said_and_what_was_done_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """The vectors that came before it went are in the cache, and the next run begins there."""
    monkeypatch.setattr(embedder, "GROUP", 4)
    cache = Memory()
    own = distributed.LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=":0", memory_limit=0)
    with dask.config.set({"distributed.comm.timeouts.connect": 1}):

        def then_lost(done: int, of: int) -> None:
            own.close()

        told = r"lost at embed.*run it again"
        with pytest.raises(ClusterOutOfReach, match=told), batches_run("embed", own.scheduler_address) as each:
            embed_new(SAID, HashingEmbedder(), cache, then_lost, each)
    again = HashingEmbedder()
    embed_new(SAID, again, cache)
    assert 0 < len(again.encoded) < len(SAID)


def _people() -> tuple[Candidate, ...]:
    rows = [
        {"person_id": f"p{n:02}", "title": f"Work {n} on {what}", "text": f"{what} written in Rust, measured {n} times"}
        for n in range(20)
        for what in ("a storage engine", "a parser for feeds", "a scheduler", "retrieval over notes")
    ]
    return candidates_of(pd.DataFrame(rows))


def _csv(pool: TalentPool) -> str:
    out = io.StringIO()
    write(pool.rank("a storage engine in Rust", top=10, as_of=date(2026, 11, 1)), out)
    return out.getvalue()


@pytest.mark.prefect
@pytest.mark.xdist_group("prefect")
def test_two_processes_read_an_archive_to_the_same_store(
    server: str, cluster: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same accounts and acts as one process reads; large pages are read here, where that can be ended."""
    from flows.reparse import reparse as on_cluster

    monkeypatch.setattr(reparse, "BATCH", 8)
    monkeypatch.setattr(reparse, "LARGE", 60_000)
    told = []
    for name in ("here", "there"):
        home = Home(tmp_path / name).create()
        with Store.open(home, durable=False) as store:
            for page in cases():
                store.settle("test", Request(page.source, page.url), page=page)
            if name == "here":
                pages = reparse.reparse(home, store, workers=1).pages.total()
            else:
                monkeypatch.setenv("HEADWATER_HOME", str(home.folder))
                assert on_cluster(cluster=cluster)["pages"] == pages
            told.append((store.accounts(), [act for act, *_ in store.evidence()]))
    assert told[0] == told[1]
    assert len(told[0][1]) > 20


def assert_refreshed(home: Home) -> None:
    """People are joined, and their texts have vectors by the model of operator.toml."""
    with Store.open(home) as store:
        assert store.members()
        assert [model.partition("@")[0] for model in store.vector_models()] == ["tiny"]


def environment(server: str, cluster: str) -> dict[str, str]:
    """What a process of its own needs to find all of it."""
    told = {"PREFECT_API_URL": server, "HEADWATER_DASK": cluster, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    return {name: value for name, value in os.environ.items() if not name.startswith("HEADWATER_")} | told


@pytest.mark.model
@pytest.mark.prefect
@pytest.mark.xdist_group("prefect")
def test_a_refresh_embeds_on_the_cluster(
    server: str, cluster: str, archived: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The flow itself, with its store open and inside of its task."""
    from flows.refresh import refresh

    monkeypatch.setenv("HEADWATER_HOME", str(archived.folder))
    monkeypatch.setenv("HEADWATER_DASK", cluster)
    monkeypatch.setattr(embedder, "GROUP", 1)
    with Store.open(archived) as store:
        reparse.reparse(archived, store, workers=1)
    assert refresh()["passages"] >= 2
    assert_refreshed(archived)


@pytest.mark.model
@pytest.mark.prefect
@pytest.mark.xdist_group("prefect")
def test_the_documented_commands_work_on_the_cluster(server: str, cluster: str, archived: Home) -> None:
    """`python -m flows.reparse`, then `python -m flows.refresh`, with HEADWATER_DASK and a home that is named."""
    for flow in ("flows.reparse", "flows.refresh"):
        command = [sys.executable, "-m", flow, "--home", str(archived.folder)]
        done = subprocess.run(
            command, cwd=ROOT, env=environment(server, cluster), capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
    assert_refreshed(archived)


@pytest.mark.model
@pytest.mark.prefect
@pytest.mark.xdist_group("prefect")
def test_a_deployment_works_on_the_cluster(server: str, cluster: str, archived: Home) -> None:
    """A worker takes up a run of `refresh` as prefect.yaml deploys it, with HEADWATER_DASK in its environment."""
    from prefect.client.orchestration import get_client

    from flows import deploy
    from flows.deployments import read_deployments

    with Store.open(archived) as store:
        reparse.reparse(archived, store, workers=1)
    (refresh,) = (each for each in read_deployments(ROOT) if each.name == "refresh")
    pull = [{"prefect.deployments.steps.set_working_directory": {"directory": str(ROOT)}}]
    worker = ["worker", "start", "--pool", deploy.POOL, "--type", "process", "--run-once"]
    told = environment(server, cluster) | {"HEADWATER_HOME": str(archived.folder)}
    with get_client(sync_client=True) as client:
        deploy._make_pool(client)
        deploy._deploy(client, refresh.model_copy(update={"schedules": ()}), pull)  # nothing else is ever due
        run = client.create_flow_run_from_deployment(client.read_deployment_by_name("refresh/refresh").id)
        command = [sys.executable, "-m", "prefect", *worker]
        done = subprocess.run(command, cwd=ROOT, env=told, capture_output=True, text=True, check=False)
        state = client.read_flow_run(run.id).state
    assert state.is_completed(), (state.message, done.stdout, done.stderr)
    assert_refreshed(archived)


def test_what_fails_at_a_worker_is_told_here_and_not_there() -> None:
    """The error comes back with its traceback there, and the batch stands in no log of the worker."""
    found, fault = runners._tried(len, "of Ada Example")
    assert (found, fault) == (14, None)
    _, error = runners._tried(int, "of Ada Example")
    assert isinstance(error, ValueError)
    assert "On the worker:\nTraceback" in error.__notes__[0]
    _, fault = runners._tried(_refusing, "of Ada Example")
    assert isinstance(fault, Fault)
    assert not hasattr(fault, "__notes__")


def _refusing(_: str) -> None:
    raise Fault("no")


@pytest.mark.prefect
@pytest.mark.xdist_group("prefect")
def test_an_error_at_a_worker_ends_the_run_here(cluster: str) -> None:
    """Its own type, and no word of a lost cluster."""
    with batches_run("embed", cluster) as each:
        assert list(each(int, ["1", "2"])) == [1, 2]
        with pytest.raises(FileNotFoundError) as told:
            list(each(os.stat, ["/nonexistent/of-nobody"]))
    assert "On the worker" in told.value.__notes__[0]
