"""Entity resolution of accounts: records never change, judgements are a log, clusters are derived from it."""

from scrapers.identity.accounts import IdentityRecord, address_hash, record_of
from scrapers.identity.files import BadRecords, read_records, resolve_file
from scrapers.identity.groups import SIZE_CAP, cluster, judgements_in_force
from scrapers.identity.human import lock, merge, retract, unlock, unmerge
from scrapers.identity.judging import resolve
from scrapers.identity.keys import link_key
from scrapers.records.judgements import Judgement, PairProposal, Past, Proof, Resolution

__all__ = [
    "SIZE_CAP", "BadRecords", "IdentityRecord", "Judgement", "PairProposal", "Past", "Proof", "Resolution",
    "address_hash", "cluster", "judgements_in_force", "link_key", "lock", "merge", "read_records", "record_of",
    "resolve", "resolve_file", "retract", "unlock", "unmerge",
]  # fmt: skip
