"""The role files that ship: templates that a recruiter copies, so they are read without a doubt."""

from __future__ import annotations

from pathlib import Path

import pytest

from ranking.role import Role, read_role

FOLDER = Path(__file__).parents[2] / "data/roles"
FILES = sorted(FOLDER.glob("*.md"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_shipped_role_is_clear(path: Path) -> None:
    """Every shipped role has a title, musts, nice-to-haves and refusals, and earns no warning."""
    role = read_role(path)
    levels = [one.level for one in role.requirements]
    assert role.title
    assert role.warnings == ()
    assert levels.count("must") >= 3
    assert {"nice", "never"} <= set(levels)
    assert any(one.unless for one in role.requirements), "a template shows how a refusal is lifted"


def test_the_ai_engineer_ships_and_is_no_pure_researcher() -> None:
    """The AI engineer comes from software, writes Python and TypeScript; pure research is lifted by shipping."""
    role = _role("ai-engineer")
    assert (role.title, role.languages, role.stage) == ("AI engineer", ("Python", "TypeScript"), "early")
    assert ("Pure researchers", "shipped to users") in [(one.text, one.unless) for one in role.requirements]


def test_the_fault_first_engineer_is_asked_about_failure() -> None:
    """Retries, timeouts, fallbacks and tests of failure are all musts."""
    musts = " ".join(one.text for one in _role("fault-first-engineer").requirements if one.level == "must")
    assert all(word in musts for word in ("retries", "timeouts", "fallback", "Tests failure"))


def test_the_generalist_has_thresholds() -> None:
    """Training, serving and business are axes with a share of the pool, described in words."""
    graded = {one.axis: one.threshold for one in _role("generalist").requirements if one.axis}
    assert graded == {"training": 0.25, "serving": 0.5, "business": 0.5}


def test_the_generalist_may_choose_a_language() -> None:
    """The languages are alternatives of one group."""
    choices = [one for one in _role("generalist").requirements if one.level == "one_of"]
    assert [one.text for one in choices] == ["Python", "TypeScript", "Go", "Rust"]
    assert len({one.group for one in choices}) == 1


def test_the_evaluation_scientist_faces_people() -> None:
    """Evaluation is the theme, users are part of the work, and leaderboards are not."""
    role = _role("evaluation-data-scientist")
    assert role.themes == ("evaluation",)
    assert "Leaderboard chasing" in [one.text for one in role.requirements if one.level == "never"]
    assert any("Talks to users" in one.text for one in role.requirements if one.level == "must")


def _role(stem: str) -> Role:
    return read_role(FOLDER / f"{stem}.md")
