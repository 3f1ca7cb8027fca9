"""Reading local histories: counts as git's own, nobody's address anywhere, nothing run, nothing fetched."""

from __future__ import annotations

import json
import os
import re
import resource
import subprocess
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from scrapers.fetch.clone import NotAClone, read, remote_named
from scrapers.identity.accounts import address_hash
from scrapers.parse.commits import noreply_handle
from tests.support.constants import THOROUGH

KEY = bytes(range(32))
READ_ON = datetime(2026, 11, 21, tzinfo=UTC)
START = 1_700_000_000

ADA = "Ada Example <ada@pond.example>"
ADA_AT_WORK = "ada <ada@work.example>"
NOOR = "Noor Test <4102+Noor-Test@users.noreply.github.com>"
NOOR_RENAMED = "Noor <4102+noor-old@users.noreply.github.com>"
BOT = "dependabot[bot] <49699333+dependabot[bot]@users.noreply.github.com>"


def git(folder: Path, *arguments: str, stdin: bytes | None = None, **environment: str) -> str:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    settings = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, **environment}
    done = subprocess.run(
        ["git", "-C", str(folder), *arguments], input=stdin, capture_output=True, check=True, env=clean | settings
    )
    return done.stdout.decode("utf-8", "replace")


def quoted(path: str) -> str:
    """The path as fast-import takes it, its control characters in octal."""
    return '"' + re.sub(r'[\x00-\x1f"\\]', lambda odd: f"\\{ord(odd[0]):03o}", path) + '"'


def history(
    folder: Path, commits: list[dict[str, Any]], remote: str | None = "https://github.com/pond-example/heron.git"
) -> Path:
    """A repository of these commits: by, message, files {path: text}, merge (an older one's number), encoding, at."""
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "--quiet", "--initial-branch=main")
    stream = []
    for number, commit in enumerate(commits, 1):
        said = commit.get("message", f"Change number {number}")
        message = said if isinstance(said, bytes) else said.encode()
        by = commit.get("by", ADA)
        author = by if isinstance(by, bytes) else by.encode()
        at = commit.get("at", START + number * 3600)
        stream += [b"commit refs/heads/main\nmark :%d\n" % number, b"author %s %d +0000\n" % (author, at)]
        stream += [b"committer Maintainer Test <maintainer@pond.example> %d +0000\n" % (START + number * 3600)]
        if "encoding" in commit:
            stream.append(b"encoding %s\n" % commit["encoding"].encode())
        stream.append(b"data %d\n%s\n" % (len(message), message))
        if number > 1:
            stream.append(b"from :%d\n" % (number - 1))
        if "merge" in commit:
            stream.append(b"merge :%d\n" % commit["merge"])
        for old, new in commit.get("renames", {}).items():
            stream.append(f"R {old} {new}\n".encode())
        for path, text in commit.get("files", {}).items():
            stream.append(f"M 100644 inline {quoted(path)}\ndata {len(text.encode())}\n{text}\n".encode())
        stream.append(b"\n")
    git(folder, "fast-import", "--quiet", stdin=b"".join(stream))
    git(folder, "reset", "--quiet", "--hard", "main")
    if remote:
        git(folder, "remote", "add", "origin", remote)
    return folder


README = (
    "# Heron\n\n[![ci](https://ci.example/b.svg)](https://ci.example)\n\n"
    "Heron finds *neighbours* in [vectors](https://pond.example) that fit a cache.\n\n## Use\n"
)
TRAILERS = (
    "Explain recall and latency trade offs\n\n"
    "Co-authored-by: Ada <ada@work.example>\nco-authored-by: Kim Test <kim@pond.example>\n"
    "Co-Authored-By: Noor Test <4102+Noor-Test@users.noreply.github.com>\nCo-authored-by: broken\n"
)
JOERG, ODD = "Jörg Prüfer <joerg@pond.example>".encode("latin-1"), b"\xff\xfeodd <odd@pond.example>"
MIXED: list[dict[str, Any]] = [
    {"files": {"README.md": README, "src/index.py": "1"}, "message": "Index of quantised vectors"},
    {"by": ADA_AT_WORK, "files": {"src/index.py": "2"}, "message": "Search shards in parallel threads"},
    {"by": NOOR_RENAMED, "files": {"src/kernels/dot.cu": "3"}, "message": "Fuse dot products on tensor cores"},
    {"by": NOOR, "files": {"docs/use.md": "4"}, "message": TRAILERS},
    {"by": BOT, "files": {"requirements.txt": "5"}, "message": "Bump numpy from 1 to 2"},
    {"by": NOOR, "merge": 2, "message": "Merge branch 'threads'"},
    {"renames": {"src/index.py": "src/core/index.py"}, "message": "Move the index into the core package"},
    {
        "by": JOERG,
        "message": "Größere Kacheln für Matrizen".encode("latin-1"),
        "encoding": "ISO-8859-1",
        "files": {"src/tiles.c": "6"},
    },
    {"by": ODD, "message": b"Bytes \xff\xfe without any known encoding", "files": {"a\tb.rs": "7"}},
    {"by": "root <root@localhost>", "message": "Deploy script for machines", "files": {"deploy.sh": "8"}},
    {
        "by": "Ada Example <ADA@pond.example>",
        "message": "ask ada@pond.example about tiling kernels",
        "files": {"x.py": "9"},
    },
    {"by": "Kim Test <list@pond.example>", "message": "Patch posted to the list", "files": {"k.go": "1"}},
    {"by": "Sam Someone <list@pond.example>", "message": "Another patch from the list", "files": {"s.go": "1"}},
    {"by": "lee@pond.example <lee@pond.example>", "message": "Streams of numbers", "files": {"l.sql": "1"}},
    {"at": START + 900 * 86_400 * 365, "message": "Written by a clock far ahead"},
]
MAILMAP = "Ada Example <ada@pond.example> <ada@work.example>\n"


@pytest.fixture
def heron(tmp_path: Path) -> Path:
    folder = history(tmp_path / "heron", MIXED)
    (folder / ".mailmap").write_text(MAILMAP)
    return folder


def told(folder: Path, **more: Any) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(read(folder, KEY, fetched_at=READ_ON, **more).body)
    return body


def by_handle(body: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {person["handle"]: person for person in body["people"]}


def owner(line: str) -> str:
    """Whom one line of `git shortlog -sne` belongs to, told without the code under test where an address is common."""
    name, address = re.fullmatch(r"(.*?) ?<([^<>]*)>", line).groups()  # type: ignore[union-attr]
    handle = noreply_handle(address)
    if handle:
        return handle.id or handle.login.casefold()
    lone = address.casefold() not in {"list@pond.example", "root@localhost"}
    return address_hash(address, KEY) if lone else name


def shortlog(folder: Path) -> Counter[str]:
    counted: Counter[str] = Counter()
    for line in git(folder, "shortlog", "-sne", "HEAD").splitlines():
        commits, who = line.split("\t", 1)
        if "[bot]" not in who:
            counted[owner(who)] += int(commits)
    return counted


def authored(body: dict[str, Any]) -> Counter[str]:
    """Commits by the same kind of owner as `shortlog` names."""
    apart = {"Kim Test", "Sam Someone", "root"}
    counted: Counter[str] = Counter()
    for person in body["people"]:
        whose = person["name"] if person["name"] in apart else person["id"] or person["handle"].casefold()
        counted[whose] += person["commits"]
    return +counted


def test_commits_are_counted_as_git_shortlog_counts_them(heron: Path) -> None:
    """With mailmap, merges, renames, odd encodings and shared mailboxes, each person's commits equal shortlog's."""
    body = told(heron)
    assert authored(body) == shortlog(heron)
    assert body["robots"] == 1
    assert body["commits"] == len(MIXED)


def test_a_bare_clone_says_the_same(heron: Path, tmp_path: Path) -> None:
    """A bare clone, whose mailmap lies in its history, reads like a checkout."""
    git(heron, "add", ".mailmap")
    git(
        heron,
        "-c",
        "user.name=Ada Example",
        "-c",
        "user.email=ada@pond.example",
        "commit",
        "--quiet",
        "-m",
        "Map mails",
    )
    git(tmp_path, "clone", "--quiet", "--bare", str(heron), "bare.git")
    git(tmp_path / "bare.git", "remote", "set-url", "origin", "https://github.com/pond-example/heron.git")
    assert told(tmp_path / "bare.git") == told(heron)


def test_co_authors_are_counted_apart(heron: Path) -> None:
    """A trailer credits its person, with the mailmap applied, beside their own commits; the author is no co-author."""
    people = {person["name"]: person for person in told(heron)["people"] if person["co_authored"]}
    assert {name: person["co_authored"] for name, person in people.items()} == {"Ada Example": 1, "Kim Test": 1}
    assert people["Kim Test"]["commits"] == 0
    assert people["Kim Test"]["subjects"] == ["Explain recall and latency trade offs"]


def test_no_address_leaves_the_clone(heron: Path) -> None:
    """Neither authors' nor co-authors' addresses nor those in subjects stand in the page."""
    page = read(heron, KEY, fetched_at=READ_ON)
    text = json.dumps(json.loads(page.body), ensure_ascii=False)
    assert not re.search(r"[\w.+-]+@[\w-]+", text)
    assert "pond.example" not in text
    assert "ask [address] about tiling kernels" in text


def test_a_handle_is_a_noreply_login_or_a_keyed_hash(heron: Path) -> None:
    """A number joins the logins of a rename under the newest; any other address is hashed as identity hashes it."""
    people = by_handle(told(heron))
    assert (people["Noor-Test"]["site"], people["Noor-Test"]["id"], people["Noor-Test"]["commits"]) == (
        "github",
        "4102",
        3,
    )
    ada = people[address_hash("ada@pond.example", KEY)]
    assert (ada["site"], ada["name"]) == ("git", "Ada Example")
    assert address_hash("ada@pond.example", KEY) not in by_handle(
        json.loads(read(heron, bytes(32), fetched_at=READ_ON).body)
    )


def test_a_login_without_a_number_is_the_account_of_that_login(tmp_path: Path) -> None:
    """Old noreply addresses carry no number; the same login with one is the same account."""
    folder = history(tmp_path / "r", [{"by": "Noor <NOOR-test@users.noreply.github.com>"}, {"by": NOOR}])
    (person,) = told(folder)["people"]
    assert (person["handle"], person["id"], person["commits"]) == ("Noor-Test", "4102", 2)


def test_people_of_one_mailbox_stay_apart(heron: Path) -> None:
    """An address under two names that do not agree belongs to neither, nor does one that nobody owns."""
    body = told(heron)
    handles = {person["name"]: person["handle"] for person in body["people"] if person["commits"]}
    assert len({handles["Kim Test"], handles["Sam Someone"], address_hash("list@pond.example", KEY)}) == 3
    assert handles["root"] not in {"", "root"}


def test_work_is_described_by_place_language_and_words(heron: Path) -> None:
    """Folders, languages, days and telling subjects come out; routine subjects do not."""
    people = by_handle(told(heron))
    ada = people[address_hash("ada@pond.example", KEY)]
    assert (ada["languages"], ada["folders"]) == (["Python"], ["src", "docs", "src/core"])
    assert {"Index of quantised vectors", "Search shards in parallel threads"} <= set(ada["subjects"])
    assert not any(
        subject.startswith(("Merge", "Bump")) for person in people.values() for subject in person["subjects"]
    )
    assert ada["last"] == "2023-11-15"  # the clock far ahead is not believed
    joerg = next(person for person in people.values() if person["name"] == "Jörg Prüfer")
    assert joerg["subjects"] == ["Größere Kacheln für Matrizen"]


def test_the_readme_says_what_it_is(heron: Path) -> None:
    """Name and web address come from the remote, the description from the README without badges and links."""
    page = read(heron, KEY, fetched_at=READ_ON)
    body = json.loads(page.body)
    assert (page.url, body["repository"], body["web"]) == (
        "https://github.com/pond-example/heron", "pond-example/heron", "https://github.com/pond-example/heron",
    )  # fmt: skip
    assert body["description"] == "Heron finds *neighbours* in vectors that fit a cache."


def test_a_commit_of_very_many_files_is_no_expertise(tmp_path: Path) -> None:
    """A vendored tree is counted and flagged; its folders, languages and subject say nothing about the person."""
    vendored = {f"vendor/lib{number}/file.go": "x" for number in range(1001)}
    folder = history(
        tmp_path / "r", [{"files": vendored, "message": "Vendored dependencies of tomorrow"}, {"files": {"a.py": "1"}}]
    )
    (person,) = told(folder)["people"]
    assert (person["commits"], person["wide"], person["languages"], person["folders"]) == (2, 1, ["Python"], [])


def test_where_a_shallow_history_begins_nothing_was_added(tmp_path: Path) -> None:
    """The first commit of a shallow clone seems to add every file; that is not believed, and the page says shallow."""
    whole = history(tmp_path / "r", [{"files": {"old/a.rs": "1"}}, {"files": {"new/b.py": "2"}}])
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{whole}", "shallow")
    body = told(tmp_path / "shallow")
    assert (body["shallow"], body["people"][0]["languages"], body["people"][0]["commits"]) == (True, [], 1)


def test_a_file_name_cannot_pass_for_a_commit(tmp_path: Path) -> None:
    """Newlines and control characters in file names and subjects stay where they are."""
    odd = {"a\nb.py": "1", "\x01commit\x1f.rs": "2", " lead.go": "3"}
    folder = history(tmp_path / "r", [{"files": odd, "message": "x\x01y\x1f tabs\tand signs everywhere"}, {}])
    (person,) = told(folder)["people"]
    assert (person["commits"], person["languages"]) == (2, ["Go", "Python", "Rust"])


def test_the_same_history_gives_the_same_bytes(heron: Path) -> None:
    """Reading twice gives one page, whatever the environment's git settings say."""
    first = read(heron, KEY, fetched_at=READ_ON).body
    config = heron / ".git" / "config"
    config.write_text(
        config.read_text() + "[log]\nshowSignature = true\nmailmap = false\n[color]\nui = always\n"
        "[i18n]\nlogOutputEncoding = latin1\n[diff]\nrenames = copies\nexternal = false\n[format]\npretty = oneline\n"
    )
    assert read(heron, KEY, fetched_at=READ_ON).body == first


def test_nothing_that_the_clone_names_is_run(heron: Path, tmp_path: Path) -> None:
    """Programs in the clone's own configuration are not started."""
    trace = tmp_path / "ran"
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\necho ran >> {trace}\n")
    program.chmod(0o755)
    lines = [
        "[gpg]",
        f"program = {program}",
        "[core]",
        f"fsmonitor = {program}",
        f"pager = {program}",
        f"sshCommand = {program}",
    ]
    lines += ["[diff]", f"external = {program}", '[diff "x"]', f"textconv = {program}", f"command = {program}"]
    lines += ["[log]", "showSignature = true", "[pager]", f"log = {program}"]
    config = heron / ".git" / "config"
    config.write_text(config.read_text() + "\n".join(lines) + "\n")
    (heron / ".gitattributes").write_text("* diff=x\n")
    told(heron)
    assert not trace.exists()


def test_git_settings_of_the_caller_do_not_lead_elsewhere(
    heron: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GIT_DIR and its like, as hooks set them, are not passed on."""
    expected = told(heron)
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "nowhere"))
    monkeypatch.setenv("GIT_WORK_TREE", str(tmp_path))
    assert told(heron) == expected


def test_a_folder_inside_a_clone_is_not_that_clone(heron: Path) -> None:
    """Git's search upwards is not wanted: the folder given is the one that is read."""
    with pytest.raises(NotAClone, match="not a git clone"):
        read(heron / "src", KEY, fetched_at=READ_ON)


def test_a_linked_worktree_is_read(heron: Path, tmp_path: Path) -> None:
    """A folder whose .git is a file that names another place reads like any checkout."""
    git(heron, "worktree", "add", "--quiet", "--detach", str(tmp_path / "linked"))
    assert told(tmp_path / "linked")["commits"] == len(MIXED)


def test_a_history_without_commits_is_refused(tmp_path: Path) -> None:
    """Nothing to read is an error that names the folder."""
    git(tmp_path, "init", "--quiet")
    with pytest.raises(NotAClone, match=re.escape(str(tmp_path))):
        read(tmp_path, KEY, fetched_at=READ_ON)


def test_half_a_history_is_none(heron: Path) -> None:
    """A clone with a missing commit is refused, and nothing of it is given out."""
    missing = git(heron, "rev-parse", "HEAD~5").strip()
    for pack in [*(heron / ".git" / "objects" / "pack").glob("*.pack")]:  # loose objects, so that one of them can go
        content = pack.read_bytes()
        for part in pack.parent.glob(f"{pack.stem}.*"):
            part.unlink()
        git(heron, "unpack-objects", "-q", stdin=content)
    (heron / ".git" / "objects" / missing[:2] / missing[2:]).unlink()
    with pytest.raises(NotAClone, match="stopped before the end"):
        read(heron, KEY, fetched_at=READ_ON)


def test_progress_ends_at_the_whole(heron: Path) -> None:
    """The last report says that all commits were read."""
    seen: list[tuple[int, int]] = []
    told(heron, progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (len(MIXED), len(MIXED))


@pytest.mark.parametrize(
    ("url", "name", "web"),
    [
        ("https://github.com/o/r.git", "o/r", "https://github.com/o/r"),
        ("https://me:secret@github.com/o/r/", "o/r", "https://github.com/o/r"),
        ("git@github.com:o/r.git", "o/r", "https://github.com/o/r"),
        ("ssh://git@gitlab.example.org:2222/g/s/r.git", "gitlab.example.org/g/s/r", "https://gitlab.example.org/g/s/r"),
        ("git://code.example.org/r", "code.example.org/r", "https://code.example.org/r"),
        ("git@buildhost:o/r.git", "o/r", None),
        ("https://git.corp.internal/o/r.git", "o/r", None),
        ("http://10.0.0.7/o/r.git", "o/r", None),
    ],
)
def test_a_remote_is_named_without_credentials(url: str, name: str, web: str | None) -> None:
    """Every spelling of a remote gives its name, and a web address where its host can be public."""
    found = remote_named(url)
    assert found
    assert (found.name, found.web) == (name, web)


@pytest.mark.parametrize("url", ["/srv/git/r.git", "../r", "file:///srv/r.git", "", "https://", "C:\\code\\r"])
def test_a_path_is_no_remote(url: str) -> None:
    """A remote on this machine has no published place."""
    assert remote_named(url) is None


def test_memory_does_not_grow_with_the_number_of_commits(tmp_path: Path) -> None:
    """Ten times the commits of the same people add less than a few megabytes."""
    count = 50_000 if THOROUGH else 3_000
    people = [f"Person {number} Test <p{number}@pond.example>" for number in range(20)]
    commits = [
        {
            "by": people[n % 20],
            "message": f"Tune stage {n % 997} of pipeline number {n}",
            "files": {f"src/m{n % 50}/f.py": str(n)},
        }
        for n in range(count)
    ]
    small = history(tmp_path / "small", commits[: count // 10])
    large = history(tmp_path / "large", commits)
    told(small)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    body = told(large)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert body["commits"] == count
    assert grown < 8 * 1024, f"{grown} KiB"
