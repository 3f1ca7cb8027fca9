"""What commits show: telling subjects, languages, robots, noreply handles, READMEs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.parse.commits import (
    MOST_SUBJECTS,
    CommitSummary,
    NoreplyAccount,
    Subjects,
    folder_of,
    is_robot,
    language_of,
    noreply_handle,
)
from scrapers.parse.readme import first_paragraph

WORDS = st.lists(st.sampled_from(["cache", "index", "shard", "recall", "tensor", "kernel", "fix", "add"]), max_size=6)


def sample(subjects: list[str]) -> list[str]:
    kept = Subjects()
    for subject in subjects:
        kept.add(subject)
    return kept.told()


@pytest.mark.parametrize(
    "subject",
    [
        "Merge branch 'x' into y", "Bump numpy from 1 to 2", "chore(deps): bump serde", "Release 1.2.0", "v1.2",
        "fix typo", "wip", "Update README", "Revert 'Quantise the index'", "fix", "add tests", "Initial commit",
    ],
)  # fmt: skip
def test_routine_is_no_subject(subject: str) -> None:
    """Merges, releases, bumps and commits without words of their own tell nothing."""
    assert sample([subject]) == []


def test_subjects_that_differ_in_numbers_only_count_once() -> None:
    """One kind of work in many commits takes one place; the newest stands for it."""
    assert sample([f"Tune cache of shard {n}" for n in (9, 8, 7)]) == ["Tune cache of shard 9"]


@given(st.lists(WORDS.map(" ".join), max_size=80))
def test_the_sample_is_bounded_and_the_most_telling(subjects: list[str]) -> None:
    """At most so many, each from the input, never one kept while a strictly more telling one is left out."""
    kept = sample(subjects)
    assert len(kept) <= MOST_SUBJECTS
    assert set(kept) <= {subject.strip() for subject in subjects}

    def telling(subject: str) -> int:
        return len(set(subject.split()) - {"fix", "add"})

    distinct = {frozenset(s.split()) - {"fix", "add"} for s in subjects if telling(s) >= 2 and not s.startswith("fix ")}
    if len(distinct) <= MOST_SUBJECTS:
        assert {frozenset(s.split()) - {"fix", "add"} for s in kept} >= distinct
    assert [telling(s) for s in kept] == sorted((telling(s) for s in kept), reverse=True)


@given(st.lists(st.tuples(st.integers(1, 10**9), st.booleans()), max_size=30), st.integers(0, 30))
def test_work_in_two_parts_adds_up(commits: list[tuple[int, bool]], cut: int) -> None:
    """The work of a person under two identities is the same as under one."""
    whole, left, right = CommitSummary(), CommitSummary(), CommitSummary()
    for number, (at, as_author) in enumerate(commits):
        for work in (whole, left if number < cut else right):
            work.note(f"{number:040}", at, as_author=as_author)
            work.show("", [f"src/{number % 3}/a.py"], 1)
    left.update(right)
    assert (left.commits, left.co_authored, left.first, left.last, left.folders, left.languages) == (
        whole.commits, whole.co_authored, whole.first, whole.last, whole.folders, whole.languages,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("address", "handle"),
    [
        ("4102+Noor-Test@users.noreply.github.com", NoreplyAccount("github", "Noor-Test", "4102")),
        ("noor-test@users.noreply.github.com", NoreplyAccount("github", "noor-test", None)),
        ("17-kim.test@users.noreply.gitlab.com", NoreplyAccount("gitlab", "kim.test", "17")),
        ("noor@pond.example", None),
        ("4102+noor@users.noreply.github.com.evil.example", None),
    ],
)
def test_a_noreply_address_names_its_account(address: str, handle: NoreplyAccount | None) -> None:
    """Login and number come out of the sites' own noreply addresses and out of no other."""
    assert noreply_handle(address) == handle


@pytest.mark.parametrize(
    ("name", "address", "robot"),
    [
        ("dependabot[bot]", "49699333+dependabot[bot]@users.noreply.github.com", True),
        ("renovate-bot", "bot@pond.example", True),
        ("GitHub", "noreply@github.com", True),
        ("Jan Bot", "jan@pond.example", False),
        ("Abbott Test", "17+abbott@users.noreply.github.com", False),
    ],
)
def test_programs_are_nobody(name: str, address: str, robot: bool) -> None:
    """Robots are told by the marks that robots carry, not by a family name."""
    assert is_robot(name, address) is robot


@pytest.mark.parametrize(
    ("path", "language", "folder"),
    [
        ("src/core/index/a.py", "Python", "src/core"), ("Dockerfile", "Docker", None), ("a/B.RS", "Rust", "a"),
        ("LICENSE", None, None), (".bashrc", None, None), ("x/.py", None, "x"),
    ],
)  # fmt: skip
def test_a_path_tells_language_and_folder(path: str, language: str | None, folder: str | None) -> None:
    """The name of a file tells its language; its folder is two levels deep at most."""
    assert (language_of(path), folder_of(path)) == (language, folder)


@pytest.mark.parametrize(
    ("readme", "said"),
    [
        ("# Heron\n\nFinds near things.\nFast, too.\n\nMore.", "Finds near things. Fast, too."),
        ("Heron\n=====\n\n.. image:: x\n\n`Heron <https://x.test>`_ finds its things.", "Heron finds its things."),
        ("---\nx: y\n---\n<p><img src=x></p>\n\n[![b](x)](y)\n\nIt finds near things.", "It finds near things."),
        ("<!-- hidden words for a parser -->\n```sh\npip install the whole heron\n```\n", None),
        ("# Only\n\n## headings\n", None),
        ("Write to ada@pond.example for more of it", "Write to [address] for more of it"),
    ],
)  # fmt: skip
def test_a_readme_begins_with_its_first_prose(readme: str, said: str | None) -> None:
    """Headings, badges, comments, front matter and code are not what a README says first."""
    assert first_paragraph(readme) == said
