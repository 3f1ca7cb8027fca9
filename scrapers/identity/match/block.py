"""Blocking: which pairs of records are worth comparing at all, without looking at every pair."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from scrapers.identity.accounts import IdentityRecord
from scrapers.identity.names import name_forms, parse_name, squash

Ints = npt.NDArray[np.int64]
# Kinds of key, and the most records that one key may hold: a bigger block says nothing about who is who.
KINDS: Mapping[str, int] = {
    "name": 40, "variant": 40, "hash": 40, "skeleton": 40, "prefix": 12, "suffix": 12, "address": 40, "domain": 12,
    "link": 20,
    "number": 40,
}  # fmt: skip
WHOLE_FORMS = ("name", "firstlast", "lastfirst", "flast", "firstl", "lastf")
_NO_DIGITS = str.maketrans("", "", "0123456789")
AFFIX = 6  # letters of a handle that must agree at one end
VARIANTS_UP_TO = 60_000  # records: above, pairs that share only a family name and an initial cannot be told apart
EMPTY: Ints = np.zeros(0, dtype=np.int64)


def skeleton(handle: str) -> str:
    """The letters of a handle: "ada-roe07" and "AdaRoe" have one skeleton."""
    return squash(handle).translate(_NO_DIGITS)


def block_keys(record: IdentityRecord) -> set[tuple[str, str]]:
    """The keys under which a record is filed, each with its kind."""
    if record.kind != "person":
        return set()
    keys: set[tuple[str, str]] = set()
    name = parse_name(record.name)
    if len(name.key) >= 4 or name.full:
        keys.add(("name", name.key))
    if name.full:
        keys |= {("variant", f"{name.family} {name.given[0]}"), ("variant", f"{name.given} {name.family[0]}")}
    hashes = [record.keys[form] for form in (*WHOLE_FORMS, "handle") if form in record.keys]
    if record.email_local_hash and record.email_local_class != "generic":
        hashes.append(record.email_local_hash)
    keys |= {("hash", value) for value in hashes}
    if record.email_hash:
        keys.add(("address", record.email_hash))
    keys |= {("number", number) for number in record.ids}
    if record.email_domain_hash:
        keys |= {("domain", f"{record.email_domain_hash} {token}") for token in name.tokens if len(token) >= 2}
        keys.add(("domain", record.email_domain_hash))
    keys |= {("domain", host) for host in record.link_host_hashes}
    keys |= {("link", link) for link in (*record.links, record.account) if link}
    declared = [link.partition(":")[2] for link in record.links if not link.startswith("web:")]
    for handle in (record.handle if record.site != "git" else "", *declared):
        keys |= _letters(skeleton(handle))
    for form, value in name_forms(record.name).items():
        if form in WHOLE_FORMS:
            keys |= _letters(value)
    return keys


def _letters(text: str) -> set[tuple[str, str]]:
    if len(text) < 5:
        return set()
    found = {("skeleton", text)}
    if len(text) >= AFFIX:
        found |= {("prefix", text[:AFFIX]), ("suffix", text[-AFFIX:])}
    return found


def candidate_pairs(
    records: Sequence[IdentityRecord], touched: Collection[int] | None = None
) -> tuple[Ints, Ints, dict[str, npt.NDArray[np.float32]]]:
    """Pairs (left place < right place, each once, ascending) and, by kind, the size of the smallest block they share.

    A size of 0 means that no block of that kind is shared. Given `touched`, only pairs of which one place is among
    those: what they and the sizes are does not depend on it.
    """
    blocks: dict[tuple[str, str], list[int]] = defaultdict(list)  # places in ascending order
    telling = None if touched is None else {key for place in touched for key in block_keys(records[place])}
    for place, record in enumerate(records):
        for key in block_keys(record):
            if telling is None or key in telling:
                blocks[key].append(place)
    left, right, sizes = pairs_of(blocks.items(), len(records))
    if touched is None:
        return left, right, sizes
    wanted = np.isin(left, list(touched)) | np.isin(right, list(touched))
    return left[wanted], right[wanted], {kind: size[wanted] for kind, size in sizes.items()}


def pairs_of(
    blocks: Iterable[tuple[tuple[str, str], list[int]]], count: int
) -> tuple[Ints, Ints, dict[str, npt.NDArray[np.float32]]]:
    """The pairs within blocks, see `candidate_pairs`."""
    codes: dict[str, list[Ints]] = {kind: [] for kind in KINDS}
    sizes: dict[str, list[Ints]] = {kind: [] for kind in KINDS}
    corners: dict[int, tuple[Ints, Ints]] = {}
    for (kind, _), members in blocks:
        size = len(members)
        if size < 2 or size > KINDS[kind] or (kind == "variant" and count > VARIANTS_UP_TO):
            continue
        if size not in corners:
            corners[size] = tuple(index.astype(np.int64) for index in np.triu_indices(size, 1))  # type: ignore[assignment]
        rows = np.asarray(members, dtype=np.int64)
        first, second = corners[size]
        codes[kind].append(rows[first] * count + rows[second])
        sizes[kind].append(np.full(len(first), size, dtype=np.int64))
    flat = {kind: np.concatenate(found) if found else EMPTY for kind, found in codes.items()}
    pairs = np.unique(np.concatenate(list(flat.values())))
    smallest = {}
    for kind, found in flat.items():
        least = np.full(len(pairs), np.iinfo(np.int32).max, dtype=np.int64)
        if len(found):
            np.minimum.at(least, np.searchsorted(pairs, found), np.concatenate(sizes[kind]))
        least[least == np.iinfo(np.int32).max] = 0
        smallest[kind] = least.astype(np.float32)
    return pairs // max(count, 1), pairs % max(count, 1), smallest
