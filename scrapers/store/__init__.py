"""The only SQL: one relational store as the system of record (SQLite by default, PostgreSQL by URL).

Writes are idempotent: the same page read twice leaves the same rows. Readers never block a writer (WAL).
"""

from scrapers.store.archive import Archive, ArchivedPage, PageWithOutline
from scrapers.store.exports import Exported, Exports
from scrapers.store.follows import Follows
from scrapers.store.frontier import Pending
from scrapers.store.interactions import Interaction, InteractionKind, Interactions, Link
from scrapers.store.leases import Leases
from scrapers.store.people import People, StatedAccount
from scrapers.store.runs import Run, Runs
from scrapers.store.shortlists import PastShortlist, Placing, Shortlists
from scrapers.store.sql.engine import StoreOutOfReach, StoreUnusable
from scrapers.store.vectors import VectorRows

__all__ = [
    "ArchivedPage", "Exported", "Interaction", "InteractionKind", "Link", "PageWithOutline", "PastShortlist",
    "Pending", "Placing", "Run", "StatedAccount", "Store", "StoreOutOfReach", "StoreUnusable",
]  # fmt: skip


class Store(Follows, Archive, People, VectorRows, Exports, Runs, Interactions, Shortlists, Leases):
    """The open store. Every public method is one transaction."""
