"""Comparing: what the two records of a pair have in common, as one row of numbers a pair.

The same numbers serve the rules, the model and the suggestions. Every one is symmetric, and those that speak of
rarity do so at the size of the corpus at hand, so that a threshold keeps its meaning while the corpus grows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from rapidfuzz import fuzz
from rapidfuzz.distance import JaroWinkler
from rapidfuzz.process import cpdist

from scrapers.identity.accounts import IdentityRecord
from scrapers.identity.match.block import KINDS, Ints
from scrapers.identity.match.table import Flags, Floats, RecordTable

# How much a form of a name says about who it is: the whole of it, an initial and the rest, one word.
FORM_STRENGTH = np.array([3, 3, 3, 2, 2, 2, 1, 1], dtype=np.float32)


def compare(table: RecordTable, left: Ints, right: Ints, blocks: Mapping[str, Floats]) -> dict[str, Floats]:
    """The features of pairs, by name; NaN where a pair has nothing to compare. Symmetric in left and right."""
    found: dict[str, Floats] = {}
    for part in (_names, _handles, _handle_and_name, _addresses, _links, _works, _kinds):
        found |= part(table, left, right)
    found |= {f"block {kind}": blocks[kind] for kind in KINDS if kind != "number"}
    found |= _between_people(table, left, right, found)
    return found


# What the strongest pair between two sure persons says counts for every pair between them.
_BEST = (
    "name spelling", "name equal", "handle equal", "handle spelling", "handle near name", "handle spells name",
    "local equal", "local is handle", "local spells name", "declared handle equal", "declared handle near",
    "name words",
)  # fmt: skip


def _between_people(table: RecordTable, left: Ints, right: Ints, found: Mapping[str, Floats]) -> dict[str, Floats]:
    """Return the same features between whole sure persons, and how many of their pairs were worth comparing."""
    ours, theirs = table.people[left], table.people[right]
    codes = np.minimum(ours, theirs) * len(table.records) + np.maximum(ours, theirs)
    _, group = np.unique(codes, return_inverse=True)
    best = (
        {"pairs between": np.bincount(group)[group].astype(np.float32)}
        if len(group)
        else {"pairs between": found["kind"]}
    )
    for name in _BEST:
        top = np.full(int(group.max(initial=-1)) + 1, np.nan, dtype=np.float32)
        np.fmax.at(top, group, found[name])
        best[f"best {name}"] = top[group]
    return best


def _equal(column: Ints, left: Ints, right: Ints) -> Flags:
    equal: Flags = (column[left] == column[right]) & (column[left] > 0)
    return equal


def _similar(texts: Sequence[str], others: Sequence[str], left: Ints, right: Ints, scorer: Any) -> Floats:
    """Similarity in 0..1 of texts[left] and others[right]; NaN where one of them is empty."""
    a, b = [texts[i] for i in left.tolist()], [others[i] for i in right.tolist()]
    scores = np.asarray(cpdist(a, b, scorer=scorer, dtype=np.float32), dtype=np.float32)
    empty = np.fromiter((not x or not y for x, y in zip(a, b, strict=True)), np.bool_, len(a))
    scores[empty] = np.nan
    return scores


def _names(table: RecordTable, left: Ints, right: Ints) -> dict[str, Floats]:
    equal = _equal(table.name_key, left, right)
    given, family = _equal(table.given, left, right), _equal(table.family, left, right)
    crossed = ((table.given[left] == table.family[right]) & (table.given[left] > 0)) | (
        (table.family[left] == table.given[right]) & (table.family[left] > 0)
    )
    whole = table.statistics.names.whole
    counts = np.fromiter((whole[name.key] if name.key else 0 for name in table.names), np.float32, len(table.names))
    keys = [name.key for name in table.names]
    rarity = np.fmax(table.rarity[left], table.rarity[right])
    both = table.full[left] & table.full[right]
    return {
        "name equal": equal.astype(np.float32),
        "names full": table.full[left].astype(np.float32) + table.full[right],
        "name spelling": _similar(keys, keys, left, right, JaroWinkler.similarity),
        "given equal": given.astype(np.float32),
        "family equal": family.astype(np.float32),
        "name crossed": crossed.astype(np.float32),
        "name words": _similar(keys, keys, left, right, fuzz.token_set_ratio),
        "rarity": np.where(equal | both, rarity, np.nan).astype(np.float32),
        "rarity of either": rarity,
        "records of name": np.log10(1 + np.maximum(counts[left], counts[right])),
        "family rarity": np.fmin(table.family_rarity[left], table.family_rarity[right]),
    }


def _handles(table: RecordTable, left: Ints, right: Ints) -> dict[str, Floats]:
    handles = table.handles
    lengths = np.fromiter(map(len, handles), np.float32, len(handles))
    seen = table.statistics.handles
    counts = np.fromiter((seen[letters] if letters else 0 for letters in table.skeletons), np.float32, len(handles))
    digits = np.fromiter((sum(c.isdigit() for c in handle) for handle in handles), np.float32, len(handles))
    names = table.statistics.names
    words = np.fromiter(
        (names.word_rarity(text) if text else np.nan for text in table.skeletons), np.float32, len(handles)
    )
    equal, letters = _equal(table.handle, left, right), _equal(table.skeleton, left, right)
    return {
        "handle equal": equal.astype(np.float32),
        "handle letters equal": letters.astype(np.float32),
        "handle spelling": _similar(handles, handles, left, right, JaroWinkler.similarity),
        "handle overlap": _similar(handles, handles, left, right, fuzz.ratio),
        "handle inside": _similar(table.skeletons, table.skeletons, left, right, fuzz.partial_ratio),
        "handle length": np.minimum(lengths[left], lengths[right]),
        "handle longer": np.maximum(lengths[left], lengths[right]),
        "handle digits": np.minimum(digits[left], digits[right]),
        "handle as a name": np.fmax(words[left], words[right]),
        "handles of letters": np.maximum(counts[left], counts[right]),
        "same site": _equal(table.site, left, right).astype(np.float32),
    }


def _strength(values: Ints, forms: Ints) -> Floats:
    """Return the strength of each value as a form of a name: 3 whole name, 2 with an initial, 1 one word, 0 none."""
    hit = (values[:, None] == forms) & (values[:, None] > 0)
    strongest: Floats = np.where(hit, FORM_STRENGTH, np.float32(0)).max(axis=1).astype(np.float32)
    return strongest


def _handle_and_name(table: RecordTable, left: Ints, right: Ints) -> dict[str, Floats]:
    forward = _strength(table.handle_hash[left], table.forms[right])
    backward = _strength(table.handle_hash[right], table.forms[left])
    own = np.maximum(
        _strength(table.handle_hash[left], table.forms[left]), _strength(table.handle_hash[right], table.forms[right])
    )
    one = _similar(table.skeletons, table.spelled, left, right, fuzz.ratio)
    other = _similar(table.spelled, table.skeletons, left, right, fuzz.ratio)
    inside = _similar(table.skeletons, table.spelled, left, right, fuzz.partial_ratio)
    inside_other = _similar(table.spelled, table.skeletons, left, right, fuzz.partial_ratio)
    start = _similar(table.skeletons, table.spelled, left, right, JaroWinkler.similarity)
    start_other = _similar(table.spelled, table.skeletons, left, right, JaroWinkler.similarity)
    # The rarity of the name that the other's handle would spell.
    named = np.where(forward >= backward, table.rarity[right], table.rarity[left])
    return {
        "handle spells name": np.maximum(forward, backward),
        "handle spells own name": own,
        "handle near name": np.fmax(one, other),
        "handle inside name": np.fmax(inside, inside_other),
        "handle starts name": np.fmax(start, start_other),
        "rarity of spelled": named.astype(np.float32),
    }


def _addresses(table: RecordTable, left: Ints, right: Ints) -> dict[str, Floats]:
    records = table.records
    address = table.column(["address " + r.email_hash if r.email_hash else "" for r in records])
    domain = table.column(["domain " + r.email_domain_hash if r.email_domain_hash else "" for r in records])
    shared = np.fromiter((r.email_domain_class == "shared" for r in records), np.bool_, len(records))
    odd = np.fromiter((r.email_local_class == "other" for r in records), np.bool_, len(records))
    hosts = {
        place: {"domain " + host for host in r.link_host_hashes}
        for place, r in enumerate(records)
        if r.link_host_hashes
    }
    own_host = np.zeros(len(left), dtype=np.float32)
    for at in np.flatnonzero(np.isin(left, list(hosts)) | np.isin(right, list(hosts))).tolist():
        a, b = int(left[at]), int(right[at])
        for one, other in ((a, b), (b, a)):
            mail = records[other].email_domain_hash
            own_host[at] += bool(mail and "domain " + mail in hosts.get(one, ()))
    local = _equal(table.local, left, right)
    with_handle = ((table.local[left] == table.handle_hash[right]) & (table.local[left] > 0)) | (
        (table.local[right] == table.handle_hash[left]) & (table.local[right] > 0)
    )
    spelled = np.maximum(
        _strength(table.local[left], table.forms[right]), _strength(table.local[right], table.forms[left])
    )
    times = table.statistics.locals
    seen = np.fromiter(
        (times[r.email_local_hash] if r.email_local_hash else 0 for r in records), np.float32, len(records)
    )
    mails = (address[left] > 0).astype(np.float32) + (address[right] > 0)
    return {
        "address equal": _equal(address, left, right).astype(np.float32),
        "local equal": local.astype(np.float32),
        "local odd": (local & odd[left] & odd[right]).astype(np.float32),
        "local is handle": with_handle.astype(np.float32),
        "local spells name": spelled,
        "locals alike": np.where(local | with_handle, np.maximum(seen[left], seen[right]), 0).astype(np.float32),
        "domain equal": _equal(domain, left, right).astype(np.float32) + (_equal(domain, left, right) & ~shared[left]),
        "domain is site": own_host,
        "addresses": mails,
    }


def _links(table: RecordTable, left: Ints, right: Ints) -> dict[str, Floats]:
    records, declared, handles = table.records, table.declared, table.handles
    direct, shared, claimants = (np.zeros(len(left), dtype=np.float32) for _ in range(3))
    equal, near = np.zeros(len(left), dtype=np.float32), np.full(len(left), np.nan, dtype=np.float32)
    linked = np.fromiter((bool(r.links) for r in records), np.bool_, len(records))
    telling = np.fromiter(map(bool, declared), np.bool_, len(records))
    claims = table.statistics.claims
    for at in np.flatnonzero(linked[left] | linked[right] | telling[left] | telling[right]).tolist():
        a, b = int(left[at]), int(right[at])
        for one, other in ((a, b), (b, a)):
            if records[other].account and records[other].account in records[one].links:
                direct[at] += 1
                claimants[at] = max(claimants[at], claims[records[other].account])
            if handles[other] and declared[one]:
                equal[at] = max(equal[at], float(handles[other] in declared[one]))
                near[at] = np.fmax(
                    near[at], max(JaroWinkler.similarity(handles[other], handle) for handle in declared[one])
                )
        shared[at] = len(set(records[a].links) & set(records[b].links)) + len(declared[a] & declared[b]) / 10
    return {
        "link": direct,
        "links shared": shared,
        "claimants": claimants,
        "declared handle equal": equal,
        "declared handle near": near,
    }


def _works(table: RecordTable, left: Ints, right: Ints) -> dict[str, Floats]:
    records, sizes = table.records, table.statistics.projects
    projects = [frozenset(record.projects) for record in records]
    smallest = np.full(len(left), np.nan, dtype=np.float32)
    gap = np.full(len(left), np.nan, dtype=np.float32)
    for at, (a, b) in enumerate(zip(left.tolist(), right.tolist(), strict=True)):
        if projects[a] and projects[b]:
            common = projects[a] & projects[b]
            smallest[at] = np.log10(1 + min(sizes[project] for project in common)) if common else 9
        mine, yours = records[a].years, records[b].years
        if mine and yours:
            gap[at] = max(0, mine[0] - yours[1], yours[0] - mine[1])
    commits = np.fromiter((record.commits for record in records), np.float32, len(records))
    return {"project": smallest, "years apart": gap, "commits": np.minimum(commits[left], commits[right])}


def _kinds(table: RecordTable, left: Ints, right: Ints) -> dict[str, Floats]:
    """Return the kind of each record: 0 commit identity, 1 bare handle, 2 named account, 3 page about a person."""
    kinds = np.fromiter(map(_kind, table.records), np.float32, len(table.records))
    sizes = np.bincount(np.unique(table.people, return_inverse=True)[1])
    size = sizes[np.unique(table.people, return_inverse=True)[1]].astype(np.float32)
    return {
        "kind": np.minimum(kinds[left], kinds[right]),
        "kind other": np.maximum(kinds[left], kinds[right]),
        "accounts": np.minimum(size[left], size[right]),
        "accounts other": np.maximum(size[left], size[right]),
    }


def _kind(record: IdentityRecord) -> int:
    if record.source == "git":
        return 0
    if not record.handle or record.site == "web":
        return 3
    return 2 if record.name else 1
