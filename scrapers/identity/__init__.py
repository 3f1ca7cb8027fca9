"""Which accounts are one person: records never change, judgements are a log, clusters are derived from it."""

from scrapers.identity.accounts import address_hash, record_of
from scrapers.identity.files import BadRecords, read_records, resolve_file
from scrapers.identity.groups import SIZE_CAP, cluster, standing_of
from scrapers.identity.human import lock, merge, retract, unlock, unmerge
from scrapers.identity.index import Index, place
from scrapers.identity.judging import resolve
from scrapers.identity.keys import link_key
from scrapers.identity.records import IdentityRecord
from scrapers.records.judgements import Judgement, Past, Proof, Proposal, Resolution

__all__ = [
    "SIZE_CAP",
    "BadRecords",
    "IdentityRecord",
    "Index",
    "Judgement",
    "Past",
    "Proof",
    "Proposal",
    "Resolution",
    "address_hash",
    "cluster",
    "link_key",
    "lock",
    "merge",
    "place",
    "read_records",
    "record_of",
    "resolve",
    "resolve_file",
    "retract",
    "standing_of",
    "unlock",
    "unmerge",
]
