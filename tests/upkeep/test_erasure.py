"""Forgetting: everywhere, for every alias, and for good."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from ranking.corpus.embedding import embed_evidence
from ranking.handover.exporting import export
from ranking.handover.spreadsheets import decoded
from ranking.pool import TalentPool
from ranking.upkeep.erasure import Erasure, forget, reapply, suppress, unfinished
from scrapers.candidates.decisions import same, split
from scrapers.candidates.joining import join_accounts, load_candidates
from scrapers.candidates.lookup import WhoIsThat, held_of
from scrapers.collect.run import CollectingRun, collect, planned
from scrapers.records import Account, AccountKey, Evidence, EvidenceKind, Page, Request
from scrapers.rights.suppression import ERASING, SuppressionList
from scrapers.settings.home import Home
from scrapers.store import Store
from tests.support.constants import NOON
from tests.support.hash_embedder import HashingEmbedder

TEAM = "https://devpost.com/software/quiet-pager-sample"
GONE, STAYS = "vera-nightingale-hw", "bob-stays-hw"


def contributors(*handles: str) -> list[dict[str, object]]:
    return [
        {
            "login": handle,
            "id": 900_001_000 + (handle == STAYS),
            "type": "User",
            "contributions": 20 + n,
            "html_url": f"https://github.com/{handle}",
        }
        for n, handle in enumerate(handles)
    ]


def user(handle: str, number: int, name: str, **fields: object) -> dict[str, object]:
    plain = {"bio": None, "blog": "", "location": None, "hireable": None, "company": None, "twitter_username": None}
    return (
        plain
        | {"login": handle, "id": number, "type": "User", "name": name, "html_url": f"https://github.com/{handle}"}
        | fields
    )


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Two people in one repository; the repository of a third account belongs to the one who will go."""
    folder = tmp_path / "archive"
    folder.mkdir()
    pages: dict[str, object] = {
        "https://api.github.com/repos/openweave/pager/contributors?per_page=100": contributors(GONE, STAYS),
        f"https://api.github.com/users/{GONE}": user(
            GONE, 900_001_000, "Vera Nightingale", blog="https://vera.example/", bio="Retries."
        ),
        f"https://api.github.com/users/{STAYS}": user(STAYS, 900_001_001, "Bob Stays", bio=f"Learned from @{GONE}."),
        f"https://api.github.com/repos/{GONE}/tool/contributors?per_page=100": contributors(STAYS),
    }
    files = []
    for number, (url, body) in enumerate(pages.items()):
        (folder / f"{number}.json").write_text(json.dumps(body))
        files.append({"file": f"{number}.json", "url": url})
    (folder / "index.json").write_text(json.dumps({"source": "github", "files": files}))
    return folder


def collected(home: Home, store: Store, archive: Path) -> None:
    """Collect, join and embed, as a night does."""
    suppression = SuppressionList.open(home, store)
    with planned(home, since=NOON.date(), today=NOON.date(), replay=archive) as plan:
        collect(CollectingRun(plan, home, store, suppression))
    join_accounts(store, home.key, NOON)
    embed_evidence(store, embedder=HashingEmbedder())


def traces(home: Home, *words: str) -> list[str]:
    """Files below the home that spell any of the words."""
    return [
        f"{path.name}: {word}"
        for path in home.folder.rglob("*")
        if path.is_file()
        for word in words
        if word.encode() in path.read_bytes().lower()
    ]


@pytest.mark.parametrize("identifier", [f"github:{GONE}", f"https://github.com/{GONE}", "candidate"])
def test_nothing_is_left_and_nothing_comes_back(
    home: Home, store: Store, archive: Path, tmp_path: Path, identifier: str
) -> None:
    """Store, archive, vectors and exports lose the person; a full re-run brings back nobody; the other one stays."""
    collected(home, store, archive)
    pool = TalentPool.open(home, embedder=HashingEmbedder())
    csv = export(
        pool.rank("retries and pagers", as_of=NOON.date()), home, "shortlist_csv", home / "exports" / "list", at=NOON
    )
    page = export(
        pool.rank("retries and pagers", as_of=NOON.date()), home, "page", home / "exports" / "list.html", at=NOON
    )
    assert traces(home, GONE)
    person = held_of(f"github:{GONE}", store, home.key)["candidate_id"]
    erasure = forget(
        person if identifier == "candidate" else identifier,
        home,
        store,
        SuppressionList.open(home, store),
        at=datetime.now(UTC),
    )
    assert set(erasure.files) == {str(csv), str(page)}
    assert not page.exists()
    assert erasure.counts["rows_of_others"] == 2
    for _ in range(2):
        assert traces(home, GONE, "vera.example", "900001000") == []
        collected(home, store, archive)
    assert f"github:{STAYS}" in store.accounts()
    assert "Bob Stays" in csv.read_text()
    with pytest.raises(WhoIsThat):
        held_of(person, store, home.key)


def test_a_dry_run_changes_nothing(home: Home, store: Store, archive: Path) -> None:
    """--dry-run counts what would go, and keeps it."""
    collected(home, store, archive)
    before = (store.accounts(), list(store.evidence()))
    erasure = forget(f"github:{GONE}", home, store, SuppressionList.open(home, store), at=NOON, dry_run=True)
    assert erasure.counts["evidence"] == 1
    assert (store.accounts(), list(store.evidence())) == before
    assert not store.suppressed_hashes()


def test_somebody_not_held_can_be_kept_out(home: Home, store: Store, archive: Path) -> None:
    """An identifier that leads to nobody yet still closes the door."""
    forget(f"https://github.com/{GONE}", home, store, SuppressionList.open(home, store), at=NOON)
    collected(home, store, archive)
    assert f"github:{GONE}" not in store.accounts()
    assert f"github:{STAYS}" in store.accounts()


def test_shared_texts_keep_their_vectors(home: Home, store: Store, archive: Path) -> None:
    """Only texts that nobody else has lose their vector."""
    collected(home, store, archive)
    embedder = HashingEmbedder()
    rows = len(TalentPool.open(home, embedder=embedder).corpus.index)
    forget(f"github:{GONE}", home, store, SuppressionList.open(home, store), at=NOON)
    left = TalentPool.open(home, embedder=embedder).corpus
    assert len(left.index) < rows
    assert np.isfinite(left.index.vectors).all()


def test_unknown_identifiers_are_refused(home: Home, store: Store) -> None:
    """What is no id, URL, handle or address gets a clear answer."""
    with pytest.raises(WhoIsThat, match="candidate id"):
        forget("nonsense", home, store, SuppressionList.open(home, store), at=NOON)


def linked(store: Store, home: Home, *people: Account) -> None:
    """These accounts, each read from its own page and with one act, each a candidate."""
    for person in people:
        act = Evidence(EvidenceKind.POST, person.key, "Pager", "Retries.", "https://news.example/item/1")
        page = Request(person.site, f"https://{person.site}.example/{person.handle}")
        store.settle("live", page, page=Page(person.site, page.url, b"", NOON), records=[person, act], archive=False)
    join_accounts(store, home.key, NOON)


def test_a_page_that_is_linked_as_ones_own_is_an_alias(home: Home, store: Store) -> None:
    """A blog that was never read, with or without its scheme, leads to the one who links to it, and all goes."""
    one = Account("forem", GONE, name="Vera Nightingale", links=("https://vera.example/blog",))
    linked(store, home, one, Account("forem", STAYS, name="Bob Stays"))
    shown = held_of("vera.example/blog", store, home.key)
    assert [account["handle"] for account in shown["accounts"]] == [GONE]
    forget("https://vera.example/blog/", home, store, SuppressionList.open(home, store), at=NOON)
    assert set(store.accounts()) == {f"forem:{STAYS}"}
    assert traces(home, GONE, "vera.example") == []


def test_what_belongs_to_two_people_is_nobodys_alias(home: Home, store: Store) -> None:
    """A page that two link to as their own, and one that tells of both, are refused with their ids; nothing is done."""
    ours = ("https://studio.example/",)
    linked(store, home, *(Account("forem", each, name=each, links=ours) for each in (GONE, STAYS)))
    listing, ids = SuppressionList.open(home, store), sorted(set(store.members().values()))
    assert len(ids) == 2
    for shared in ("https://studio.example", "https://news.example/item/1"):
        for deed in (forget, suppress):
            with pytest.raises(WhoIsThat, match=", ".join(ids)):
                deed(shared, home, store, listing, at=NOON)
    assert not store.suppressed_hashes()
    assert len(store.accounts()) == 2
    forget(ids[0], home, store, listing, at=NOON)
    (left,) = load_candidates(store)
    assert not any(map(listing.account_listed, left.accounts))


def test_a_name_in_the_words_of_others_goes_with_its_bearer(home: Home, store: Store, tmp_path: Path) -> None:
    """What was held names nobody in full any more, also after it is collected again; a namesake elsewhere stays."""
    name, other = "Vera Nightingale", AccountKey("forem", STAYS)
    hers = Account("arxiv", "vera-nightingale", "https://arxiv.org/search/?query=Vera+Nightingale", name=name)
    thanks = Evidence(EvidenceKind.POST, other, "Pager", f"Thanks to {name}, who read it.", "https://forem.example/1")
    later = replace(thanks, url="https://forem.example/2", text=f"Another {name} sings.")
    papers, posts = (Request(source, f"https://{source}.example/list") for source in ("arxiv", "forem"))

    def seen(request: Request, *records: Account | Evidence) -> None:
        listed = SuppressionList.open(home, store)
        kept, held = listed.apply(records)
        page = Page(request.source, request.url, f"<p>{name}</p>".encode(), NOON)
        clean = not held and not any(map(listed.names_by_name, kept))
        store.settle("live", request, page=page, records=kept, archive=clean)

    seen(papers, hers)
    seen(posts, Account("forem", STAYS, name="Bob Stays"), thanks)
    join_accounts(store, home.key, NOON)
    forget(str(hers.key), home, store, SuppressionList.open(home, store), at=NOON)
    for _ in range(2):
        assert traces(home, "nightingale") == []
        assert list(store.archive()) == []
        assert [item.text for item, _, _ in store.evidence()] == ["Thanks to [removed], who read it."]
        seen(papers, hers)
        seen(posts, Account("forem", STAYS, name="Bob Stays"), thanks)
    seen(posts, later)
    assert f"Another {name} sings." in [item.text for item, _, _ in store.evidence()]


@pytest.mark.parametrize("act", [forget, suppress])
def test_a_list_from_before_a_split_loses_whoever_opts_out_now(
    home: Home, store: Store, archive: Path, act: Callable[..., object]
) -> None:
    """It names the account by the id of the person that it was part of then; the other person stays findable."""
    collected(home, store, archive)
    together = f"github:{GONE}", f"github:{STAYS}"
    same([*together], store, home.key, NOON, force=True)
    pool = TalentPool.open(home, embedder=HashingEmbedder())
    csv = export(pool.rank("retries", as_of=NOON.date()), home, "shortlist_csv", home / "exports" / "list", at=NOON)
    former = store.members()[f"github:{STAYS}"]
    split(former, store, home.key, NOON)
    apart = next(each for each in together if store.members()[each] != former)
    assert former in csv.read_text(encoding="utf-8")
    act(apart, home, store, SuppressionList.open(home, store), at=NOON)
    assert former not in csv.read_text(encoding="utf-8")
    assert held_of(former, store, home.key)["candidate_id"] == former


AS_SAVED: dict[str, Callable[[str], bytes]] = {
    "as it was": str.encode,
    "CP-1252": lambda text: text.encode("cp1252", "replace"),
    "UTF-16": lambda text: text.encode("utf-16"),
    "UTF-16 without a mark": lambda text: text.encode("utf-16-le"),
    "a mark": lambda text: text.encode("utf-8-sig"),
    "semicolons": lambda text: text.replace('","', '";"').encode(),
    "tabs": lambda text: text.replace('","', '"\t"').encode(),
    "a short row and a blank one": lambda text: f'{text}\r\n"x"\r\n'.encode(),
    "NUL": lambda text: text.encode() + b"\0",
    "a cell of 140,000 letters": lambda text: f'{text}"3","{"x" * 140_000}"\r\n'.encode(),
    "a line above": lambda text: f"reviewed in November\r\n{text}".encode(),
}


def listed(home: Home, store: Store, archive: Path, form: str) -> tuple[Path, str, str]:
    """A list of both, and the candidate ids of who goes and who stays."""
    collected(home, store, archive)
    pool = TalentPool.open(home, embedder=HashingEmbedder())
    path = export(pool.rank("retries", as_of=NOON.date()), home, form, home / "exports" / "list", at=NOON)
    members = store.members()
    return path, members[f"github:{GONE}"], members[f"github:{STAYS}"]


def forgotten(home: Home, store: Store) -> Erasure:
    return forget(f"github:{GONE}", home, store, SuppressionList.open(home, store), at=NOON)


@pytest.mark.parametrize("saved", AS_SAVED)
def test_a_list_that_was_saved_again_loses_them_and_keeps_the_others(
    home: Home, store: Store, archive: Path, saved: str
) -> None:
    """Whatever a spreadsheet made of the file: the person goes, the others' rows stay, in the form it was saved in."""
    path, gone, stays = listed(home, store, archive, "shortlist_csv")
    path.write_bytes(AS_SAVED[saved](path.read_text(encoding="utf-8")))
    erasure = forgotten(home, store)
    told, encoding = decoded(path.read_bytes())
    assert erasure.failed == ()
    assert stays in told
    assert gone not in told
    assert "Vera" not in told
    assert decoded(AS_SAVED[saved]("rank,candidate_id\r\n" * 9))[1] == encoding
    assert f"github:{GONE}" not in store.accounts()
    assert not (home / ERASING).exists()


@pytest.mark.parametrize(
    "changed",
    [
        lambda text: text.replace("\n", "\n\n"),
        lambda text: f"# reviewed\n{text}",
        lambda text: text + '{"candidate_id": "torn',
        lambda text: text + '["a list"]\n{"no": "id"}\n',
    ],
)
def test_json_lines_that_were_edited_lose_them(
    home: Home, store: Store, archive: Path, changed: Callable[[str], str]
) -> None:
    """Blank lines, comments, torn lines and rows without an id end nothing."""
    path, gone, stays = listed(home, store, archive, "jsonl")
    path.write_text(changed(path.read_text(encoding="utf-8")), encoding="utf-8")
    assert forgotten(home, store).failed == ()
    told = path.read_text(encoding="utf-8")
    assert stays in told
    assert gone not in told


def test_a_table_that_is_none_any_more_goes_as_a_whole(home: Home, store: Store, archive: Path) -> None:
    """Without a header nobody can tell whose row is whose."""
    path, _, _ = listed(home, store, archive, "shortlist_csv")
    path.write_bytes(b"PK\x03\x04 a workbook under the old name, of Vera Nightingale")
    assert forgotten(home, store).files == (str(path),)
    assert not path.exists()


def test_a_file_that_cannot_be_changed_stops_nothing_and_is_tried_again(
    home: Home, store: Store, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The store is erased all the same; the file is named with the reason, and the next run strikes it."""
    path, gone, stays = listed(home, store, archive, "shortlist_csv")

    def refused(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    with monkeypatch.context() as patch:
        patch.setattr("ranking.upkeep.references.replace_file", refused)
        erasure = forgotten(home, store)
    assert [each for each in erasure.failed if each.startswith(f"{path}: Permission denied; ")] == [*erasure.failed]
    assert len(erasure.failed) == 1
    assert f"github:{GONE}" not in store.accounts()
    assert not (home / ERASING).exists()
    assert unfinished(home, store) == (str(path),)
    reapply(home, store, SuppressionList.open(home, store))
    assert unfinished(home, store) == ()
    told = path.read_text(encoding="utf-8")
    assert gone not in told
    assert stays in told


def test_a_damaged_page_ends_no_erasure(home: Home, store: Store, archive: Path) -> None:
    """What it told of cannot be known any more, so it goes; the person does too."""
    collected(home, store, archive)
    damage(home)
    forgotten(home, store)
    assert f"github:{GONE}" not in store.accounts()
    assert list(store.archive()) == []


def damage(home: Home) -> None:
    """An archived page loses its end."""
    with sqlite3.connect(home / "headwater.db") as database:
        database.execute(
            "UPDATE pages SET body = substr(body, 1, 9) WHERE page_key = (SELECT min(page_key) FROM pages)"
        )
