"""Heavy work on a Dask cluster: two processes of their own, the same vectors, the same shortlist."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from flows import runners
from flows.runners import ClusterOutOfReach, batches_run
from ranking import embed
from ranking.corpus import build_corpus
from ranking.embed import HubModel, Memory, MiniLM, embed_new
from ranking.exports.shortlist_csv import write
from ranking.people import candidates_of
from ranking.pool import TalentPool
from scrapers import reparse
from scrapers.records import Candidate, Request
from scrapers.settings import Home
from scrapers.store import Store
from tests.benchmarks.bench_parse import cases
from tests.embedder import HashingEmbedder
from tests.tiny import tiny_encoder

dask = pytest.importorskip("dask", reason="the extra 'dask' is not installed")
distributed = pytest.importorskip("distributed", reason="the extra 'dask' is not installed")
NOWHERE = "tcp://127.0.0.1:9"
SAID = [
    f"{what} number {n} in {tongue}" for n in range(9) for what in ("a parser", "a linker") for tongue in ("C", "Go")
]


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    """The address of two worker processes with one thread each."""
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0", memory_limit=0
    ) as running:
        yield running.scheduler_address


@pytest.fixture(scope="module")
def server() -> Iterator[None]:
    """A temporary Prefect server, which the workers report to."""
    from prefect.testing.utilities import prefect_test_harness

    with prefect_test_harness(server_startup_timeout=120):
        yield


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
def test_two_processes_give_the_same_vectors(server: None, cluster: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every text is encoded once, at a worker and not here, and each group is kept as soon as it comes back."""
    monkeypatch.setattr(embed, "GROUP", 5)
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
    server: None, cluster: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, named: bool
) -> None:
    """In fp32 no number differs by more than 1e-6, and the CSV is the same to the byte; so with a model by name."""
    monkeypatch.setattr(embed, "GROUP", 24)
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
def test_a_cluster_that_is_lost_is_said_and_what_was_done_is_kept(
    server: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The vectors that came before it went are in the cache, and the next run begins there."""
    monkeypatch.setattr(embed, "GROUP", 4)
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
    server: None, cluster: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
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
