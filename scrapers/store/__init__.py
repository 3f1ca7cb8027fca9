"""The only SQL: one relational store as the system of record (SQLite by default, PostgreSQL by URL).

Writes are idempotent: the same page read twice leaves the same rows. Readers never block a writer (WAL).
"""

from scrapers.store.follows import Watching
from scrapers.store.frontier import Archived, Crawling, Outlined, Pending
from scrapers.store.interactions import Dealing, Dealings, Deed, Link
from scrapers.store.leases import Leases
from scrapers.store.people import Holdings, Stated
from scrapers.store.shortlists import Kept, Placed, Shortlists
from scrapers.store.sql.engine import StoreOutOfReach, StoreUnusable
from scrapers.store.vectors import Books, Exported, Run

__all__ = [
    "Archived", "Dealing", "Deed", "Exported", "Kept", "Link", "Outlined", "Pending", "Placed", "Run", "Stated",
    "Store", "StoreOutOfReach", "StoreUnusable",
]  # fmt: skip


class Store(Watching, Crawling, Holdings, Books, Dealings, Shortlists, Leases):
    """The open store. Every public method is one transaction."""
