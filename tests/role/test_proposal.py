"""What a language model proposes for a role is checked and shown; nothing of it is taken by itself."""

from __future__ import annotations

import sys

import pytest

from flows.cli import main
from ranking.role import parse_role
from ranking.role.proposal import ProposalUnusable, RoleProposal, difference, propose

TEXT = """# Reliability engineer
We run retrieval for hospitals. You keep services up at night and write post-mortems.
Kafka would be nice. We do not want people who only write prompts, unless they shipped to users.
"""
ROLE = parse_role(TEXT)


def answered(*requirements: dict[str, str], title: str = "Reliability engineer") -> RoleProposal:
    return RoleProposal.model_validate({"title": title, "requirements": list(requirements)})


def test_a_proposal_is_sorted_out_of_what_is_said() -> None:
    """Levels and exceptions come through; the difference shows both readings."""
    proposed = propose(
        ROLE,
        lambda _: answered(
            {"text": "keep services up at night", "level": "must"},
            {"text": "Kafka", "level": "nice"},
            {"text": "only write prompts", "level": "never", "unless": "shipped to users"},
        ),
    )
    assert [(each.id, each.level, each.unless) for each in proposed.requirements] == [
        ("r1", "must", None),
        ("r2", "nice", None),
        ("r3", "never", "shipped to users"),
    ]
    assert proposed.warnings == ROLE.warnings
    shown = difference(ROLE, proposed)
    assert '+      "text": "keep services up at night",' in shown
    assert shown.startswith("--- as read\n+++ as proposed")
    assert difference(ROLE, ROLE) == ""


def test_what_the_role_does_not_say_is_left_out() -> None:
    """An invented requirement, a protected trait and an invented title are named in the warnings or not taken."""
    proposed = propose(
        ROLE,
        lambda _: answered(
            {"text": "write post-mortems", "level": "must"},
            {"text": "Ten years at a famous company", "level": "must"},
            {"text": "people under 30 years old", "level": "must"},
            title="Rockstar ninja",
        ),
    )
    assert [each.text for each in proposed.requirements] == ["write post-mortems"]
    assert proposed.title == ROLE.title
    assert any("famous company" in warning for warning in proposed.warnings)
    assert any("asks for age" in warning for warning in proposed.warnings)


def test_nothing_to_look_for_is_an_error() -> None:
    """A proposal that only says what is not wanted, or only invents, cannot be used."""
    for only in ({"text": "only write prompts", "level": "never"}, {"text": "Plays golf", "level": "must"}):
        with pytest.raises(ProposalUnusable, match="nothing to look for"):
            propose(ROLE, lambda _, only=only: answered(only))


def test_without_the_extra_the_command_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit and message name the extra; nothing was sent."""
    monkeypatch.setitem(sys.modules, "instructor", None)
    monkeypatch.setattr(sys, "argv", ["headwater", "role", "keeps services up", "--propose", "openai/some-model"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == ProposalUnusable.exit_code == 2
    assert "headwater[llm]" in capsys.readouterr().err
