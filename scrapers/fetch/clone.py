"""The only git: one read of a local history as a Page that holds no mail address.

Commit addresses are personal data. They are turned into account handles or keyed hashes while the history streams by,
so that neither the archive nor the store ever sees one. Git is asked to run nothing that the clone's own configuration
names, to fetch nothing, and to look nowhere outside of the clone.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO
from urllib.parse import urlsplit

from scrapers.faults import Fault
from scrapers.fetch.authors import CO_AUTHOR, Commit, CommitAuthors, Mapped
from scrapers.parse.commits import WIDE
from scrapers.parse.readme import first_paragraph
from scrapers.records import Page

Progress = Callable[[int, int], None]
REPORT_EVERY = 500
_LONGEST_TOKEN = 1 << 16
_README_BYTES = 1 << 16
_QUIET = ("-c", "log.showSignature=false", "-c", "protocol.allow=never", "-c", "core.fsmonitor=false")
_SCP_LIKE = re.compile(r"(?:[^@/]+@)?([\w.-]{2,}):(?!//)(.+)")
_PRIVATE_HOST = re.compile(r"[\d.:]+|.*\.(?:local|localdomain|lan|internal|intranet|corp|home)", re.IGNORECASE)


class NotAClone(Fault):
    """The folder holds no readable git history."""


@dataclass(frozen=True, slots=True)
class _Remote:
    """Published place of a history: its name among others, and its web address where it has a public one."""

    name: str
    web: str | None


def read(path: Path, key: bytes, *, fetched_at: datetime, progress: Progress = lambda _done, _total: None) -> Page:
    """The history behind HEAD as one JSON page; the same history and key give the same bytes.

    Addresses are hashed under `key` (the home's own). Raises NotAClone where there is no history, or where git stops
    before its end: half a history is none. Memory grows with the number of people, not of commits.
    """
    path = path.expanduser().resolve()
    if not (path / ".git").exists() and not (path / "objects").is_dir():
        raise NotAClone(f"{path}: not a git clone; give the folder that holds .git, or a bare clone")
    head = _ask(path, "rev-parse", "--verify", "--quiet", "HEAD^{commit}")
    if not head:
        raise NotAClone(f"{path}: no commits, or git refuses the folder; run `git -C {path} log` to see why")
    remote = _remote_of(path)
    people = CommitAuthors(key, remote.name)
    total = int(_ask(path, "rev-list", "--count", "HEAD") or 0)
    latest = int(fetched_at.timestamp()) + 86_400
    shallow = _ask(path, "rev-parse", "--is-shallow-repository") == "true"
    cut_off = set(_ask(path, "rev-list", "--max-parents=0", "HEAD").split()) if shallow else set()
    with _mailmap(path) as mapped:
        for done, commit in enumerate(_history(path), 1):
            # where a shallow history begins, a commit seems to add the whole tree
            people.note(replace(commit, paths=(), files=0) if commit.sha in cut_off else commit, mapped, latest)
            if done % REPORT_EVERY == 0 or done == total:
                progress(done, total)
    listed = people.listed(fetched_at)
    body = {
        "repository": remote.name,
        "web": remote.web,
        "description": _description(path),
        "head": head,
        "commits": sum(work.commits for work in people.works.values()) + people.robots,
        "robots": people.robots,
        "shallow": shallow,
        "people": listed,
    }
    return Page(
        source="git",
        url=remote.web or f"git:{remote.name}",
        final_url=remote.web or f"git:{remote.name}",
        body=json.dumps(body, ensure_ascii=False, indent=1).encode(),
        fetched_at=fetched_at,
        headers={"content-type": "application/json; charset=utf-8"},
    )


# ---- git itself


def _environment() -> Mapping[str, str]:
    """Ours without anything that would point git elsewhere, let it ask, fetch, or write."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return ours | {"GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1", "LC_ALL": "C"}


def _command(path: Path, *arguments: str) -> list[str]:
    where = path / ".git" if (path / ".git").exists() else path
    tree = ["--work-tree", str(path)] if where != path else []
    git_dir = where if where.is_dir() else Path(_linked(where))
    return ["git", *_QUIET, "--no-pager", "--git-dir", str(git_dir), *tree, *arguments]


def _linked(file: Path) -> str:
    """The folder that a `.git` file names (a worktree or a submodule)."""
    said = file.read_text(encoding="utf-8", errors="replace").removeprefix("gitdir:").strip()
    return str((file.parent / said).resolve())


def _ask(path: Path, *arguments: str) -> str:
    """Return git's one-line answer, or an empty string where it has none."""
    return _run(path, *arguments).decode("utf-8", "replace").strip()


def _run(path: Path, *arguments: str) -> bytes:
    try:
        done = subprocess.run(  # noqa: S603 - fixed program, no shell, arguments are ours
            _command(path, *arguments), capture_output=True, env=_environment(), cwd=path, check=False
        )
    except FileNotFoundError:
        raise NotAClone("git is not installed; reading clones needs the `git` command") from None
    return done.stdout if done.returncode == 0 else b""


_FIELDS = ("%H", "%at", "%aN", "%aE", "%s", "%(trailers:key=Co-authored-by,valueonly=true,unfold=true,separator=%x1f)")


def _history(path: Path) -> Iterator[Commit]:
    """Every commit behind HEAD, newest first, with the mailmap applied; raises NotAClone if git stops early.

    Fields and file names are ended by NUL, which none of them can hold; a commit is announced by a word that nobody
    can know beforehand, so that no file name passes for a commit.
    """
    word = secrets.token_hex(16)
    layout = f"%x00{word}%x00" + "".join(f"{field}%x00" for field in _FIELDS)
    command = _command(
        path, "log", "-z", "--name-only", "--no-renames", "--no-ext-diff", "--no-textconv", "--diff-merges=off",
        "--no-notes", "--no-color", "--encoding=UTF-8", f"--format=tformat:{layout}", "HEAD",
    )  # fmt: skip
    with TemporaryFile() as complaints:
        git = subprocess.Popen(  # noqa: S603 - fixed program, no shell, arguments are ours
            command, stdout=subprocess.PIPE, stderr=complaints, env=_environment(), cwd=path
        )
        assert git.stdout is not None
        try:
            yield from _commits(_tokens(git.stdout), word.encode())
        except GeneratorExit:
            git.kill()
            raise
        finally:
            git.stdout.close()
            status = git.wait()
        if status:
            complaints.seek(0)
            said = complaints.read(4096).decode("utf-8", "replace").strip().splitlines()
            raise NotAClone(f"{path}: git stopped before the end ({said[-1] if said else status}); nothing was kept")


def _tokens(stream: IO[bytes]) -> Iterator[bytes]:
    """The pieces between NULs, each cut at 64 KiB, so that one endless line cannot fill the memory."""
    rest = b""
    while chunk := stream.read(_LONGEST_TOKEN):
        *whole, rest = (rest + chunk).split(b"\0")
        yield from whole
        rest = rest[:_LONGEST_TOKEN]
    yield rest


def _commits(tokens: Iterator[bytes], word: bytes) -> Iterator[Commit]:
    for token in tokens:
        if token == word:
            break
    else:
        return
    more = True
    while more:
        sha, at, name, address, subject, trailers = (next(tokens, b"").decode("utf-8", "replace") for _ in _FIELDS)
        paths: list[str] = []
        files, more = 0, False
        for token in tokens:
            if token == word:
                more = True
                break
            file = token.removeprefix(b"\n") if not files else token
            if file:
                files += 1
                if files <= WIDE:
                    paths.append(file.decode("utf-8", "replace"))
        shown = tuple(dict.fromkeys(trailers.split("\x1f"))) if trailers else ()
        moment = int(at) if re.fullmatch(r"-?\d{1,18}", at) else 0
        yield Commit(sha, moment, name, address, subject, shown, tuple(paths), files)


@contextmanager
def _mailmap(path: Path) -> Iterator[Mapped]:
    """Asks git's own mailmap for the name and address behind those of a trailer."""
    git = subprocess.Popen(  # noqa: S603 - fixed program, no shell, arguments are ours
        _command(path, "check-mailmap", "--stdin"),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=_environment(), cwd=path,
    )  # fmt: skip
    assert git.stdin is not None
    assert git.stdout is not None
    asked, told = git.stdin, git.stdout
    known: dict[tuple[str, str], tuple[str, str]] = {}

    def mapped(name: str, address: str) -> tuple[str, str]:
        if (name, address) not in known:
            try:
                asked.write(f"{name} <{address}>\n".encode())
                asked.flush()
                answer = CO_AUTHOR.fullmatch(told.readline().decode("utf-8", "replace"))
            except BrokenPipeError:  # git could not read an earlier one: the rest stays as written
                answer = None
            known[name, address] = (answer[1].rstrip(), answer[2]) if answer else (name, address)
        return known[name, address]

    try:
        yield mapped
    finally:
        asked.close()
        told.close()
        git.wait()


# ---- where it is published, and what it says of itself


def _remote_of(path: Path) -> _Remote:
    """The published place of the clone's `origin`, else of its first remote, without credentials."""
    listed = _ask(path, "config", "--local", "--get-regexp", r"^remote\..*\.url$").splitlines()
    pairs = [tuple(line.split(maxsplit=1)) for line in listed if " " in line]
    urls = [url for name, url in sorted(pairs, key=lambda pair: (pair[0] != "remote.origin.url", pair[0]))]
    return remote_named(urls[0] if urls else "") or _Remote(path.name.removesuffix(".git") or "clone", None)


def remote_named(url: str) -> _Remote | None:
    """The name and web address behind a remote's URL in any of git's spellings; None for a path on this machine."""
    scp = _SCP_LIKE.fullmatch(url) if "://" not in url else None
    try:
        parts = urlsplit(f"ssh://{scp[1]}/{scp[2]}" if scp else url)
        host = (parts.hostname or "").casefold()
    except ValueError:
        return None
    place = parts.path.strip("/").removesuffix(".git").strip("/")
    if parts.scheme not in {"https", "http", "ssh", "git", "git+ssh"} or not host or not place:
        return None
    if "." not in host or _PRIVATE_HOST.fullmatch(host):
        return _Remote(place, None)
    return _Remote(place if host == "github.com" else f"{host}/{place}", f"https://{host}/{place}")


def _description(path: Path) -> str | None:
    """The first paragraph of the README at the root of HEAD, or None."""
    names = [
        name.decode("utf-8", "replace") for name in _run(path, "ls-tree", "-z", "--name-only", "HEAD").split(b"\0")
    ]
    readme = min(
        (name for name in names if re.fullmatch(r"readme(?:\.(?:md|rst|txt|markdown))?", name, re.I)), default=""
    )
    if not readme:
        return None
    size = _ask(path, "cat-file", "-s", f"HEAD:{readme}")
    if not size.isdigit() or int(size) > 1 << 22:
        return None
    text = _run(path, "cat-file", "blob", f"HEAD:{readme}")[:_README_BYTES].decode("utf-8", "replace")
    return first_paragraph(text)
