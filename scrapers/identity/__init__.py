"""Which accounts are one person: records never change, judgements are a log, clusters are derived from it."""

from scrapers.identity.accounts import address_hash, record_of
from scrapers.identity.cluster import SIZE_CAP, cluster, lock, merge, standing_of, unmerge
from scrapers.identity.judge import judge, resolve
from scrapers.identity.keys import link_key
from scrapers.identity.records import IdentityRecord, Judgement, Proof, Resolution

__all__ = [
    "SIZE_CAP",
    "IdentityRecord",
    "Judgement",
    "Proof",
    "Resolution",
    "address_hash",
    "cluster",
    "judge",
    "link_key",
    "lock",
    "merge",
    "record_of",
    "resolve",
    "standing_of",
    "unmerge",
]
