"""Summaries of a person's commits in bounded memory: number, dates, folders, languages, subjects."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from heapq import heappush, heapreplace
from pathlib import PurePosixPath

from scrapers.text import redact, squeeze

MOST_SUBJECTS = 20
LONGEST_SUBJECT = 160
WIDE = 1000  # a commit of more files is an import, a vendored tree or a generator's, not somebody's expertise
_KINDS_KEPT = 200  # different folders counted for one person before the rare ones are dropped

_NOREPLY = re.compile(
    r"(?:(\d{1,12})[+-])?([a-z\d][\w.-]{0,99}(?:\[bot\])?)@users\.noreply\.(github|gitlab)\.com", re.IGNORECASE
)
_ROBOT_NAME = re.compile(
    r"\[bot\]$|[-_]bot$|^(?:dependabot|renovate|github[ -]actions|pre-commit-ci|travis ci)\b", re.I
)
_ROBOT_ADDRESS = re.compile(
    r"^(?:no-?reply@.*|(?:actions|copilot)@github\.com|cursoragent@cursor\.com|codex@openai\.com)$", re.IGNORECASE
)
_ROUTINE = re.compile(
    r"^(?:\w+(?:\([^)]*\))?!?:\s*)?(?:merged?\b|revert\b|bump\b|release\b|v?\d+\.\d|wip\b|initial commit|update readme"
    r"|prepare (?:for )?release|fix(?:ed|es)? typos?\b|typos?\b|upgrade dependenc|update dependenc)",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]{3,}")
_COMMON = frozenset(
    _WORD.findall(
        "add added adds adding fix fixed fixes fixing update updated updates change changed changes remove removed use "
        "used using make made some more minor small cleanup clean commit commits test tests file files the and for "
        "from with that this not when into readme typo code refactor feat chore docs style build wip stuff thing "
        "things bug bugs issue pull request branch master main final new old work working"
    )
)

_LANGUAGES = {
    "asm": "Assembly",
    "bzl": "Bazel", "c": "C", "cc": "C++", "clj": "Clojure", "cpp": "C++", "cr": "Crystal", "cs": "C#",
    "cu": "CUDA", "cuh": "CUDA", "cxx": "C++", "dart": "Dart", "el": "Emacs Lisp", "elm": "Elm", "erl": "Erlang",
    "ex": "Elixir", "exs": "Elixir", "f90": "Fortran", "fs": "F#", "go": "Go", "graphql": "GraphQL",
    "groovy": "Groovy",
    "h": "C", "hcl": "HCL", "hpp": "C++", "hs": "Haskell", "ipynb": "Jupyter Notebook", "java": "Java", "jl": "Julia",
    "js": "JavaScript", "jsx": "JavaScript", "kt": "Kotlin", "kts": "Kotlin", "lean": "Lean", "lua": "Lua",
    "m": "Objective-C", "metal": "Metal", "ml": "OCaml", "mli": "OCaml", "mojo": "Mojo", "nim": "Nim", "nix": "Nix",
    "php": "PHP", "pl": "Perl", "pm": "Perl", "proto": "Protocol Buffers", "ps1": "PowerShell", "py": "Python",
    "pyi": "Python", "pyx": "Cython", "r": "R", "rb": "Ruby", "rs": "Rust", "scala": "Scala", "scm": "Scheme",
    "sh": "Shell", "sol": "Solidity", "sql": "SQL", "svelte": "Svelte", "sv": "SystemVerilog", "swift": "Swift",
    "tex": "TeX", "tf": "Terraform", "ts": "TypeScript", "tsx": "TypeScript", "v": "Verilog", "vhd": "VHDL",
    "vue": "Vue", "wgsl": "WGSL", "zig": "Zig",
}  # fmt: skip
_NAMED_FILES = {"Dockerfile": "Docker", "Makefile": "Make", "CMakeLists.txt": "CMake", "meson.build": "Meson"}


@dataclass(frozen=True, slots=True)
class NoreplyAccount:
    """The account behind a noreply address: site, login as its owner writes it, number where it is there."""

    site: str
    login: str
    id: str | None


def noreply_handle(address: str) -> NoreplyAccount | None:
    """The account that a noreply address names (`1234+ada@users.noreply.github.com`), or None."""
    match = _NOREPLY.fullmatch(address.strip())
    return NoreplyAccount(match[3].casefold(), match[2], str(int(match[1])) if match[1] else None) if match else None


def is_robot(name: str, address: str) -> bool:
    """True if a commit identity is a program's: nobody is credited for its work."""
    handle = noreply_handle(address)
    if handle and handle.login.endswith("[bot]"):
        return True
    return bool(_ROBOT_NAME.search(name.strip()) or (handle is None and _ROBOT_ADDRESS.match(address.strip())))


def language_of(path: str) -> str | None:
    """The language of a file by its name, or None where the name tells none."""
    file = PurePosixPath(path)
    return _NAMED_FILES.get(file.name) or _LANGUAGES.get(file.suffix[1:].casefold())


def folder_of(path: str) -> str | None:
    """The file's folder, two levels deep at most; None for files at the root."""
    return "/".join(path.split("/")[:-1][:2]) or None


@dataclass(slots=True)
class Subjects:
    """The most telling of many commit subjects: those with the most words of their own, newest first among equals.

    Subjects are added newest first. Merges, releases and other routine are no subject, and one that differs from
    another only in its numbers counts once.
    """

    most: int = MOST_SUBJECTS
    _kept: list[tuple[int, int, frozenset[str], str]] = field(default_factory=list)
    _known: set[frozenset[str]] = field(default_factory=set)
    _count: int = 0

    def add(self, subject: str) -> None:
        self._count += 1
        if _ROUTINE.match(subject):
            return
        words = frozenset(_WORD.findall(subject[:LONGEST_SUBJECT].casefold())) - _COMMON
        item = (min(len(words), 10), -self._count, words, subject)
        if len(words) < 2 or words in self._known or (len(self._kept) == self.most and item[:2] <= self._kept[0][:2]):
            return
        self._known.add(words)
        if len(self._kept) < self.most:
            heappush(self._kept, item)
        else:
            self._known.discard(heapreplace(self._kept, item)[2])

    def update(self, other: Subjects) -> None:
        """Take in the sample of somebody who turned out to be the same person."""
        for subject in other.told():
            self.add(subject)

    def told(self) -> list[str]:
        """The sample, most telling first, without addresses, cut to a line's length."""
        ordered = sorted(self._kept, key=lambda item: (-item[0], -item[1]))
        return [redact(squeeze(subject))[:LONGEST_SUBJECT].strip() for *_, subject in ordered]


@dataclass(slots=True)
class CommitSummary:
    """Contributions of one identity to one history. Commits come newest first; `at` is the author's time in seconds
    (UTC).
    """

    commits: int = 0
    co_authored: int = 0
    wide: int = 0
    first: tuple[int, str] | None = None
    last: tuple[int, str] | None = None
    folders: Counter[str] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)
    subjects: Subjects = field(default_factory=Subjects)

    def note(self, sha: str, at: int, *, as_author: bool) -> None:
        """Count a commit."""
        if as_author:
            self.commits += 1
        else:
            self.co_authored += 1
        if at > 0:  # 0 stands for a date that was lost
            moment = (at, sha)
            self.first = min(self.first or moment, moment)
            self.last = max(self.last or moment, moment)

    def show(self, subject: str, paths: Iterable[str], files: int) -> None:
        """Take in what a commit is about, unless it is too wide to be anybody's expertise."""
        if files > WIDE:
            self.wide += 1
            return
        self.subjects.add(subject)
        seen = list(paths)
        self.languages.update({language for path in seen if (language := language_of(path))})
        self.folders.update({folder for path in seen if (folder := folder_of(path))})
        if len(self.folders) > _KINDS_KEPT:
            self.folders = Counter(dict(self.folders.most_common(_KINDS_KEPT // 2)))

    def update(self, other: CommitSummary) -> None:
        """Add what the same person did under another identity."""
        self.commits += other.commits
        self.co_authored += other.co_authored
        self.wide += other.wide
        self.first = min((m for m in (self.first, other.first) if m), default=None)
        self.last = max((m for m in (self.last, other.last) if m), default=None)
        self.folders += other.folders
        self.languages += other.languages
        self.subjects.update(other.subjects)


def most_common(counted: Counter[str], count: int) -> list[str]:
    """The most frequent, ties in alphabetical order, so that the order of commits does not show."""
    return [name for name, _ in sorted(counted.items(), key=lambda item: (-item[1], item[0]))[:count]]


def day_of(at: int, latest: date) -> date | None:
    """The day (UTC) of a commit's time; None for a time that no clock can have shown."""
    try:
        found = datetime.fromtimestamp(at, UTC).date()
    except (OverflowError, OSError, ValueError):
        return None
    return found if found <= latest else None
