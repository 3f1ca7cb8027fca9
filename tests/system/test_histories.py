"""Random histories: whoever asked to be left alone never comes back, whatever happens in between.

What happens is collecting, joining, opting out, crashing, restoring; and what people do with a home and its files:
a copy to try something on, a lost or another's key, a second machine, an exported list saved again by its reader, a
store of an older version, a sweep after everybody's last day. Two machines on one server have histories of their own.
"""

from __future__ import annotations

import csv
import os
import shutil
import signal
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from datetime import datetime, timedelta
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
from ranking.corpus.embedding import embed_evidence
from ranking.handover.exporting import export
from ranking.handover.feedback import Decision, keep
from ranking.pool import NobodyToRank, TalentPool
from ranking.upkeep import erasure
from ranking.upkeep.sweep import sweep
from scrapers.candidates import decisions
from scrapers.candidates.joining import join_accounts
from scrapers.candidates.lookup import WhoIsThat, held_behind
from scrapers.collect.reparse import reparse
from scrapers.collect.run import CollectingRun, collect, planned
from scrapers.faults import Fault
from scrapers.records import AccountKey
from scrapers.rights.suppression import SuppressionList, adopt_key
from scrapers.settings.home import Home
from scrapers.settings.secret_key import KeyRefused
from scrapers.store import Interaction, Store
from scrapers.store.copies import copies
from tests.reading.test_parse_cache import outlined
from tests.support.constants import NOON, THOROUGH
from tests.support.hash_embedder import HashingEmbedder
from tests.support.invented_web import SITES, Somebody, World
from tests.support.postgres import Postgres

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
            return collect(CollectingRun(plan, home, store, left_alone(home, store)))

    return deed


def refreshed(home: Home, store: Store) -> None:
    """What `headwater refresh` does."""
    erasure.reapply(home, store, left_alone(home, store))
    join_accounts(store, home.key, NOON)
    embed_evidence(store, embedder=HashingEmbedder())


def swept(home: Home, store: Store, days: int = 0) -> None:
    """Sweep so many days after the newest act was first seen: on the 30th all is in time, on the 31st it is not."""
    newest = max(store.newest_acts().values(), default=NOON.date())
    at = datetime.combine(newest + timedelta(days=days), NOON.timetz())
    sweep(home, store, left_alone(home, store), at=at, confirm_clock=True)


def acts_in(store: Store) -> set[str]:
    return {act.id for act, _, _ in store.evidence() if act.account}


def whose(key: str) -> Somebody:
    """The person whose account this is."""
    return next(person for person in WORLD.people if key in map(person.key, SITES))


def behind(key: str, store: Store) -> tuple[set[str], set[str]]:
    """The accounts that go with this one, and what spells nobody but them."""
    members, stated = store.members(), store.accounts()
    owner = members.get(key)
    theirs = {account for account in members if owner and members[account] == owner} or {key}
    spelled = {word for each in theirs for word in whose(each).spelled(each, stated.get(each))}
    others = [link for each, account in stated.items() if each not in theirs for link in account.links]
    spelled -= {account.partition(":")[2] for account in (members.keys() | stated.keys()) - theirs}
    spelled -= {person.page for person in map(whose, theirs) if any(person.page in link for link in others)}
    return theirs, spelled


def full_names(gone: set[str]) -> set[str]:
    """The names of those who are gone with every account of theirs: no other account may be called so."""
    return {person.name for person in WORLD.people if gone.issuperset(map(person.key, SITES))}


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


HISTORIES = settings(
    max_examples=500 if THOROUGH else 12,
    stateful_step_count=20 if THOROUGH else 8,
    deadline=None,
    phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
    derandomize=not THOROUGH,
    database=None,
    print_blob=False,
)


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
        self.past: set[str] = set()  # acts of those whose time ran out
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

    @rule(days=st.sampled_from((0, 0, 30, 31)), point=points)
    def sweep(self, days: int, point: int | None) -> None:
        """On a day in time, on the last one, or after it: then everybody goes whom no notice kept."""
        before = acts_in(self.store)
        self.do(lambda home, store: swept(home, store, days), point)
        if point is None:
            self.past |= before - acts_in(self.store)
        self.settled = self.settled or point is None

    @rule(one=people, site=sites)
    def tell(self, one: Somebody, site: str) -> None:
        """Somebody is given the notice, which keeps them for longer."""
        with suppress(WhoIsThat):  # who was erased leaves no trace by this either
            accounts = held_behind(one.key(site), self.store, self.home.key)
            self.store.add_interactions(Interaction(account, "notified", NOON.date()) for account in accounts)

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
        owner = self.store.members().get(one.key(site))
        identifier = owner if by_id and owner else one.key(site)
        theirs, spelled = behind(one.key(site), self.store)
        act = erasure.forget if erased else erasure.suppress
        self.do(lambda home, store: act(identifier, home, store, left_alone(home, store), at=NOON), point)
        listed = left_alone(self.home, self.store)
        listed = listed.erasures() if erased else listed
        if point is None or all(listed.has_account(AccountKey(*account.split(":", 1))) for account in theirs):
            (self.gone if erased else self.silent).update(theirs)
            (self.spelled if erased else self.unspoken).update(spelled)
        self.spelled |= full_names(self.gone)

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

    @rule(one=people, site=sites, what=st.sampled_from(["forget", "object", "refresh", "sweep"]), whole=st.booleans())
    def try_on_a_copy(self, one: Somebody, site: str, what: str, whole: bool) -> None:
        """Whatever is done in a copy, of the home or of its store and key alone, touches nothing outside, and ends."""
        self.store.close()
        copy = Home(self.folder / "copy")
        shutil.copytree(self.home.folder, copy.folder)
        if not whole:
            (copy / "home.json").unlink()
        before = self.lying_beside(copy)
        with Store.open(copy) as store:
            listed = left_alone(copy, store)
            {
                "forget": lambda: erasure.forget(one.key(site), copy, store, listed, at=NOON),
                "object": lambda: erasure.suppress(one.key(site), copy, store, listed, at=NOON),
                "refresh": lambda: refreshed(copy, store),
                "sweep": lambda: swept(copy, store, 31),
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

    @rule(point=points)
    def update(self, point: int | None) -> None:
        """A store of the version before is brought up to date, or a crash comes between; a copy of it is kept first.

        What only the newer version knows, files that are to be struck and former ids, no older store holds.
        """
        if any(file.due for file in self.store.exports()) or self.store.former_ids():
            return
        self.store.close()
        make_older(self.home)
        self.home = Home(self.home.folder)
        if point is not None:
            killed_at(point, self.home, lambda *_: None)
        try:
            self.store = Store.open(self.home)
        except KeyRefused:  # opt-outs, and nobody whose id shows that the key is the right one
            adopt_key(self.home)
            self.store = Store.open(self.home)
        assert copies(self.home)
        self.store.claim_exports(self.home, moved=True)

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
        self.past.clear()  # which the backup may hold until their time runs out anew
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
        assert acts_in(self.store) & self.past == set()

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


class TwoMachines(RuleBasedStateMachine):
    """Two homes with one key on one server's store, and what happens on either."""

    server: Postgres

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="headwater-history-"))
        self.environment = pytest.MonkeyPatch()
        self.environment.setenv("HEADWATER_STORE", self.server.database())
        self.homes = tuple(Home(self.folder / name).create() for name in ("one", "two"))
        for home in self.homes:
            write_operator(home / "operator.toml", ask_operator({}, NOON.date(), defaults=True))
        with Store.open(self.homes[0]) as store:
            collected(SITES, 1, self.folder)(self.homes[0], store)
            refreshed(self.homes[0], store)
        shutil.copy(self.homes[0] / "secret.key", self.homes[1] / "secret.key")
        self.gone: set[str] = set()
        self.spelled: set[str] = set()
        self.late: set[int] = set()  # machines that have not refreshed or swept since somebody was erased, or crashed
        self.crashed = False

    def teardown(self) -> None:
        shutil.rmtree(self.folder)
        self.environment.undo()

    def do(self, machine: int, deed: Deed, point: int | None) -> None:
        """Do it there, whole or killed at that point: no file of the other machine is touched."""
        other = self.homes[1 - machine].folder
        before = {path: path.read_bytes() for path in other.rglob("*") if path.is_file()}
        if point is None:
            with Store.open(self.homes[machine]) as store:
                deed(self.homes[machine], store)
        elif killed_at(point, self.homes[machine], deed):
            self.crashed = True
            self.late |= {0, 1}
        assert {path: path.read_bytes() for path in other.rglob("*") if path.is_file()} == before

    machines = st.integers(0, 1)
    points = st.none() | st.integers(0, 60)

    @rule(machine=machines, acts=st.integers(1, 2), point=points)
    def collect(self, machine: int, acts: int, point: int | None) -> None:
        self.do(machine, collected(SITES, acts, self.folder), point)

    @rule(machine=machines, point=points, sweeps=st.booleans())
    def tidy(self, machine: int, point: int | None, sweeps: bool) -> None:
        """Refresh, or sweep."""
        self.do(machine, swept if sweeps else refreshed, point)
        if point is None:
            self.late -= {machine}
            self.crashed = self.crashed and bool(self.late)

    @rule(machine=machines, one=people, site=sites, point=points)
    def forget(self, machine: int, one: Somebody, site: str, point: int | None) -> None:
        key = one.key(site)
        with Store.open(self.homes[machine]) as store:
            theirs, spelled = behind(key, store)
        self.do(machine, lambda home, store: erasure.forget(key, home, store, left_alone(home, store), at=NOON), point)
        with Store.open(self.homes[machine]) as store:
            listed = left_alone(self.homes[machine], store).erasures()
        if all(listed.has_account(AccountKey(*account.split(":", 1))) for account in theirs):
            self.gone |= theirs
            self.spelled |= spelled | full_names(self.gone)
            self.late |= {1 - machine}

    @rule(machine=machines, form=st.sampled_from(FORMS), number=st.integers(0, 2), how=st.sampled_from(sorted(RESAVED)))
    def hand_over(self, machine: int, form: str, number: int, how: str) -> None:
        """A list is exported, and its reader saves it again."""
        home = self.homes[machine]
        with suppress(NobodyToRank):
            listed = TalentPool.open(home, embedder=HashingEmbedder()).rank("calls retried", as_of=NOON.date())
            written = export(listed, home, form, home / "exports" / f"list-{number}", at=NOON)
            if written.suffix in {".csv", ".jsonl"}:
                written.write_bytes(RESAVED[how](written.read_text(encoding="utf-8")))

    @rule(machine=machines, another=st.booleans())
    def lose_the_key(self, machine: int, another: bool) -> None:
        """The machine is refused until the key lies there again."""
        path = self.homes[machine] / "secret.key"
        kept = path.read_text()
        path.unlink()
        if another:
            path.write_text("ab" * 32)
        with pytest.raises(KeyRefused, match=r"secret\.key.*--new-key"):
            Store.open(Home(self.homes[machine].folder))
        path.write_text(kept)

    @invariant()
    def nobody_reappears(self) -> None:
        """Of the erased nothing is held, and no file spells them on a machine that was tidied up since."""
        if self.crashed or not self.gone:
            return
        with Store.open(self.homes[0]) as store:
            held = store.accounts().keys() | store.credited() | store.members().keys()
            pages = [(f"page {key}", page.body) for key, page in store.archive()]
        assert held & self.gone == set()
        assert set(spelling(self.spelled, iter(pages))) == set()
        for machine in {0, 1} - self.late:
            folder = self.homes[machine].folder
            files = ((str(path), path.read_bytes()) for path in folder.rglob("*") if path.is_file())
            assert set(spelling(self.spelled, ((name, text.replace(b"\0", b"")) for name, text in files))) == set()


def make_older(home: Home) -> None:
    """The home's store as the version before made it."""
    with closing(sqlite3.connect(home / "headwater.db")) as store:
        store.executescript(
            """
            ALTER TABLE exports RENAME TO newer;
            CREATE TABLE exports (path TEXT, candidate_id VARCHAR, exported_at DATETIME NOT NULL,
                                  PRIMARY KEY (path, candidate_id));
            INSERT INTO exports SELECT path, candidate_id, exported_at FROM newer;
            DROP TABLE newer;
            DROP TABLE marks;
            DROP TABLE former;
            UPDATE alembic_version SET version_num = '0008';
            """
        )


def test_who_opted_out_stays_out_whatever_happens(first_night: Path) -> None:
    """Opt-outs, joins, splits, crashes, rebuilds and restores in any order: 0 reappearances, 0 identifiers on disk."""
    Histories.first_night = first_night
    run_state_machine_as_test(Histories, settings=HISTORIES)


@pytest.mark.skipif(not THOROUGH, reason="takes minutes; HEADWATER_THOROUGH=1 runs it")
def test_who_opted_out_stays_out_on_two_machines(postgres: Postgres) -> None:
    """Two machines on one server's store, crashes and lists saved again: 0 reappearances, 0 files of the other."""
    TwoMachines.server = postgres
    run_state_machine_as_test(TwoMachines, settings=settings(HISTORIES, max_examples=200))
