"""Random histories: whoever asked to be left alone never comes back, whatever happens in between.

What happens is collecting, joining, opting out, crashing, restoring; and what people do with a home and its files:
a copy to try something on, a lost or another's key, a second machine, an exported list saved again by its reader.
"""

from __future__ import annotations

import csv
import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from hashlib import sha256
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import event

from flows.cli.operator import ask_operator, write_operator
from ranking import erasure
from ranking.exporting import export
from ranking.feedback import Decision, keep
from ranking.pool import NobodyToRank, TalentPool, embed_evidence
from ranking.sweep import sweep
from scrapers import decisions
from scrapers.candidates import join_accounts
from scrapers.collect import Run, collect, planned
from scrapers.faults import Fault
from scrapers.keys import KeyRefused
from scrapers.records import AccountKey
from scrapers.reparse import reparse
from scrapers.settings import Home
from scrapers.store import Store
from scrapers.suppression import SuppressionList
from tests.conftest import NOON, THOROUGH
from tests.embedder import HashingEmbedder
from tests.histories import SITES, Somebody, World
from tests.test_outlines import outlined

WORLD = World()
FORMS = ("shortlist_csv", "jsonl", "page", "greenhouse", "lever")
# How the reader of a list saves it again: as Excel and others do, or by an accident.
RESAVED: dict[str, Callable[[str], bytes]] = {
    "UTF-16": lambda text: text.encode("utf-16"),
    "a mark and CP-1252": lambda text: text.encode("cp1252", "replace"),
    "UTF-8 with a mark": lambda text: text.encode("utf-8-sig"),
    "semicolons": lambda text: with_semicolons(text).encode(),
    "a short and a blank row": lambda text: f"{text}1,c0\r\n\r\n".encode(),
    "a NUL": lambda text: text.encode() + b"\0\r\n",
    "cut off": lambda text: text.encode()[: len(text) * 2 // 3],
    "a comment": lambda text: f"# reviewed\n{text}\n\n".encode(),
    "nothing": lambda _: b"",
}
people, sites = st.sampled_from(WORLD.people), st.sampled_from(SITES)
Deed = Callable[[Home, Store], object]


def left_alone(home: Home, store: Store) -> SuppressionList:
    return SuppressionList.open(home, store)


def collected(only: tuple[str, ...], acts: int, folder: Path) -> Deed:
    def deed(home: Home, store: Store) -> object:
        archive = WORLD.write(folder, acts, only)
        with planned(home, since=NOON.date(), today=NOON.date(), replay=archive) as plan:
            return collect(Run(plan, home, store, left_alone(home, store)))

    return deed


def refreshed(home: Home, store: Store) -> None:
    """What `headwater refresh` does."""
    erasure.reapply(home, store, left_alone(home, store))
    join_accounts(store, home.key, NOON)
    embed_evidence(store, embedder=HashingEmbedder())


def swept(home: Home, store: Store) -> None:
    sweep(home, store, left_alone(home, store), at=NOON, confirm_clock=True)


def with_semicolons(text: str) -> str:
    written = StringIO(newline="")
    csv.writer(written, delimiter=";", lineterminator="\r\n").writerows(csv.reader(StringIO(text, newline="")))
    return written.getvalue()


def reread(home: Home, store: Store) -> None:
    reparse(home, store, workers=1)


def killed_at(point: int, home: Home, deed: Deed) -> bool:
    """Do it in a process of its own, which dies at that statement, flush, rename or removal; whether it died."""
    if (child := os.fork()) == 0:
        left = point

        def tick(*_: Any) -> None:
            nonlocal left
            left -= 1
            if left < 0:
                os._exit(9)

        def ticking(done: Callable[..., Any]) -> Callable[..., Any]:
            return lambda *args, **named: (tick(), done(*args, **named))[1]

        try:
            signal.alarm(60)
            os.fsync, Path.unlink, Path.replace = ticking(os.fsync), ticking(Path.unlink), ticking(Path.replace)  # type: ignore[method-assign,assignment]
            with Store.open(home) as store:
                event.listen(store._engine, "before_cursor_execute", tick)
                deed(home, store)
            os._exit(0)
        except Fault:
            os._exit(0)
        finally:
            os._exit(8)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != 0


@pytest.fixture(scope="module")
def first_night(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with an operator, after its first night, to copy."""
    folder = tmp_path_factory.mktemp("histories")
    home = Home(folder / "home").create()
    write_operator(home / "operator.toml", ask_operator({}, NOON.date(), defaults=True))
    with Store.open(home) as store:
        collected(SITES, 1, folder)(home, store)
        refreshed(home, store)
    return home.folder


class Histories(RuleBasedStateMachine):
    """A home, what happens to it, and who asked to be left alone."""

    first_night: Path

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="headwater-history-"))
        shutil.copytree(self.first_night, self.folder / "home")
        self.home = Home(self.folder / "home")
        self.store = Store.open(self.home)
        self.gone: set[str] = set()  # accounts that were erased
        self.spelled: set[str] = set()  # what spells them
        self.silent: set[str] = set()  # accounts of those who objected
        self.unspoken: set[str] = set()  # what spells those
        self.settled = True  # no crash and no restore since the last refresh or sweep
        self.backups = 0
        self.opened: TalentPool | None = None
        self.lists = self.folder / "lists"  # where recruiters have theirs
        self.lists.mkdir()

    def teardown(self) -> None:
        self.store.close()
        shutil.rmtree(self.folder)

    def do(self, deed: Deed, point: int | None) -> None:
        """Do it, whole or killed at that point."""
        if point is None:
            deed(self.home, self.store)
            return
        self.store.close()
        if killed_at(point, self.home, deed):
            self.settled = False
        self.store = Store.open(self.home)

    points = st.none() | st.integers(0, 60)

    @rule(only=st.sampled_from([("github",), ("forem",), ("devpost",), SITES]), acts=st.integers(1, 2), point=points)
    def collect(self, only: tuple[str, ...], acts: int, point: int | None) -> None:
        self.do(collected(only, acts, self.folder), point)

    @rule(point=points)
    def refresh(self, point: int | None) -> None:
        self.do(refreshed, point)
        self.settled = self.settled or point is None

    @rule(point=points)
    def sweep(self, point: int | None) -> None:
        self.do(swept, point)
        self.settled = self.settled or point is None

    @rule(point=points)
    def rebuild(self, point: int | None) -> None:
        self.do(reread, point)

    @rule(one=people, left=sites, right=sites, apart=st.booleans())
    def judge(self, one: Somebody, left: str, right: str, apart: bool) -> None:
        word = decisions.different if apart else lambda a, b, *rest: decisions.same([a, b], *rest)
        with suppress(Fault):
            word(one.key(left), one.key(right), self.store, self.home.key, NOON)

    @rule(one=people, site=sites)
    def split(self, one: Somebody, site: str) -> None:
        with suppress(Fault):
            decisions.split(one.key(site), self.store, self.home.key, NOON)

    @rule(one=people, site=sites, by_id=st.booleans(), erased=st.booleans(), point=points)
    def opt_out(self, one: Somebody, site: str, by_id: bool, erased: bool, point: int | None) -> None:
        members, stated = self.store.members(), self.store.accounts()
        owner = members.get(one.key(site))
        identifier = owner if by_id and owner else one.key(site)
        theirs = {account for account in members if owner and members[account] == owner} or {one.key(site)}
        whose = {account: next(p for p in WORLD.people if account in map(p.key, SITES)) for account in theirs}
        spelled = {word for each, person in whose.items() for word in person.spelled(each, stated.get(each))}
        others = [link for key, account in stated.items() if key not in theirs for link in account.links]
        spelled -= {account.partition(":")[2] for account in (members.keys() | stated.keys()) - theirs}
        spelled -= {person.page for person in whose.values() if any(person.page in link for link in others)}
        act = erasure.forget if erased else erasure.suppress
        self.do(lambda home, store: act(identifier, home, store, left_alone(home, store), at=NOON), point)
        listed = left_alone(self.home, self.store)
        listed = listed.erasures() if erased else listed
        if point is None or all(listed.has_account(AccountKey(*account.split(":", 1))) for account in theirs):
            (self.gone if erased else self.silent).update(theirs)
            (self.spelled if erased else self.unspoken).update(spelled)
        self.spelled |= {person.name for person in WORLD.people if self.gone.issuperset(map(person.key, SITES))}

    @rule()
    def open_notebook(self) -> None:
        self.opened = self.pool()

    @rule(
        form=st.sampled_from(FORMS),
        blind=st.booleans(),
        stale=st.booleans(),
        number=st.integers(0, 2),
        elsewhere=st.booleans(),
        point=points,
    )
    def hand_over(self, form: str, blind: bool, stale: bool, number: int, elsewhere: bool, point: int | None) -> None:
        """Export from a pool that was just opened, or from one that a notebook has held since who knows when."""
        found = self.opened if stale else self.pool()
        if found is not None:
            listed = found.rank("calls retried until the queue was empty", as_of=NOON.date())
            path = (self.lists if elsewhere else self.home / "exports") / f"list-{number}"
            self.do(lambda home, _: export(listed, home, form, path, at=NOON, blind=blind), point)

    @rule(how=st.sampled_from(sorted(RESAVED)))
    def save_again(self, how: str) -> None:
        """Every reader of a list saves it in that way."""
        for path in (*self.lists.iterdir(), *(self.home / "exports").iterdir()):
            if path.suffix in {".csv", ".jsonl"}:
                with suppress(UnicodeDecodeError):  # saved again before
                    path.write_bytes(RESAVED[how](path.read_text(encoding="utf-8")))

    @rule(one=people, site=sites, what=st.sampled_from(["forget", "object", "refresh", "sweep"]))
    def try_on_a_copy(self, one: Somebody, site: str, what: str) -> None:
        """Whatever is done in a copy of the home touches nothing outside of it, and ends."""
        self.store.close()
        copy = Home(self.folder / "copy")
        shutil.copytree(self.home.folder, copy.folder)
        before = self.lying_beside(copy)
        with Store.open(copy) as store:
            listed = left_alone(copy, store)
            {
                "forget": lambda: erasure.forget(one.key(site), copy, store, listed, at=NOON),
                "object": lambda: erasure.suppress(one.key(site), copy, store, listed, at=NOON),
                "refresh": lambda: refreshed(copy, store),
                "sweep": lambda: swept(copy, store),
            }[what]()
        assert self.lying_beside(copy) == before
        shutil.rmtree(copy.folder)
        self.store = Store.open(self.home)

    @rule(another=st.booleans(), machine=st.booleans())
    def lose_the_key(self, another: bool, machine: bool) -> None:
        """Without the key, or with another one, here or on a second machine, nothing is read or written."""
        self.store.close()
        place = self.folder / "second" if machine else self.home.folder
        if machine:
            place.mkdir()
            shutil.copy(self.home / "headwater.db", place / "headwater.db")
        key = place / "secret.key"
        kept = (self.home / "secret.key").read_bytes()
        key.unlink(missing_ok=True)
        if another:
            key.write_text("ab" * 32)
        before = (place / "headwater.db").read_bytes()
        with pytest.raises(KeyRefused, match=r"secret\.key.*--new-key"):
            Store.open(Home(place))
        assert (place / "headwater.db").read_bytes() == before
        if machine:
            shutil.rmtree(place)
        else:
            key.write_bytes(kept)
        self.store = Store.open(self.home)

    def lying_beside(self, copy: Home) -> dict[str, str]:
        """The hash of every file that is not the copy's; of databases not, which their own readers tidy up."""
        files = (path for path in self.folder.rglob("*") if path.is_file() and not path.is_relative_to(copy.folder))
        return {str(file): sha256(file.read_bytes()).hexdigest() for file in files if ".db" not in file.name}

    @rule()
    def review(self) -> None:
        if (found := self.pool()) is not None:
            said = [Decision(person, "yes", "Wrote the queue.") for person in found.candidates]
            keep(said, "a role", self.home, self.store, NOON)

    @rule()
    def back_up(self) -> None:
        self.store.close()
        self.backups += 1
        shutil.copytree(self.home.folder, self.folder / f"backup-{self.backups}")
        self.store = Store.open(self.home)

    @precondition(lambda self: self.backups)
    @rule(data=st.data(), whole=st.booleans())
    def restore(self, data: st.DataObject, whole: bool) -> None:
        """Everything but the list of who opted out, or that list alone."""
        backup = self.folder / f"backup-{data.draw(st.integers(1, self.backups))}"
        self.store.close()
        if whole:
            kept = ("suppression.jsonl", "secret.key", "audit.jsonl", "audit.end")
            for name in self.home.folder.iterdir():
                if name.name not in kept:
                    shutil.rmtree(name) if name.is_dir() else name.unlink()
            shutil.copytree(backup, self.home.folder, ignore=lambda *_: kept, dirs_exist_ok=True)
        elif (backup / "suppression.jsonl").exists():
            shutil.copy(backup / "suppression.jsonl", self.home / "suppression.jsonl")
        self.settled = False
        self.store = Store.open(self.home)

    def pool(self) -> TalentPool | None:
        try:
            return TalentPool.open(self.home, embedder=HashingEmbedder())
        except NobodyToRank:
            return None

    @invariant()
    def nobody_reappears(self) -> None:
        """Neither the erased nor those who objected can be ranked; of the erased, nothing is held."""
        pool = self.pool() if self.gone | self.silent else None
        ranked = {str(a.key) for each in (pool.candidates.values() if pool else ()) for a in each.accounts}
        assert ranked & (self.gone | self.silent) == set()
        if self.settled:
            held = self.store.accounts().keys() | self.store.credited() | self.store.members().keys()
            assert held & self.gone == set()

    @invariant()
    def nothing_spells_them(self) -> None:
        """No byte below the home spells an erased person, and nothing that leaves the house one who objected."""
        if not (self.settled and self.spelled | self.unspoken):
            return
        assert set(spelling(self.spelled, self.lying())) == set()
        gone_out = ((name, text) for name, text in self.lying() if name.startswith(("exports/", "lists/", "feedback")))
        assert set(spelling(self.spelled | self.unspoken, gone_out)) == set()

    def lying(self) -> Iterator[tuple[str, bytes]]:
        """Every file of the home and every list, the log of the database too, pages and outlines unpacked."""
        for name in (*self.home.folder.rglob("*"), *self.lists.rglob("*")):
            if name.is_file():
                text = name.read_bytes()
                inside = name.is_relative_to(self.home.folder)
                yield str(name.relative_to(self.home.folder if inside else self.folder)), text.replace(b"\0", b"")
        for key, page in self.store.archive():
            yield f"page {key} {page.url}", page.body
        for url, outline in outlined(self.store).items():
            yield f"outline {url}", outline.encode()


def spelling(words: set[str], texts: Iterator[tuple[str, bytes]]) -> Iterator[str]:
    for name, text in texts:
        lower = text.lower()
        yield from (f"{name}: {word}" for word in words if word.casefold().encode() in lower)


def test_who_opted_out_stays_out_whatever_happens(first_night: Path) -> None:
    """Opt-outs, joins, splits, crashes, rebuilds and restores in any order: 0 reappearances, 0 identifiers on disk."""
    Histories.first_night = first_night
    run_state_machine_as_test(
        Histories,
        settings=settings(
            max_examples=500 if THOROUGH else 10,
            stateful_step_count=20 if THOROUGH else 8,
            deadline=None,
            phases=(Phase.generate,),
            suppress_health_check=list(HealthCheck),
            derandomize=not THOROUGH,
            database=None,
            print_blob=False,
        ),
    )
