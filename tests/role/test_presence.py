"""A role that is all remote and in the office is told of; one that leaves the choice is not."""

from __future__ import annotations

import pytest

from ranking.role import parse_role
from ranking.role.lint import contradictions

ROLE = "# Data engineer\n\n{0}\n\n## Must have\n- ships pipelines\n- {1}\n"


@pytest.mark.parametrize(
    "remote", ["This role is fully remote.", "100 % remote, EU time zones.", "Work from anywhere."]
)
@pytest.mark.parametrize(
    "office",
    [
        "in our office 4 days a week", "works in our Berlin office, three days a week", "4 days per week on-site",
        "On-site 3-4 days a week", "on-site in Munich", "must be in the office", "this is an on-site position",
        "no remote work", "two days a week in the office", "office-based",
    ],
)  # fmt: skip
def test_all_remote_and_in_the_office_contradict_each_other(remote: str, office: str) -> None:
    """Both are quoted with their lines, whichever comes first."""
    (told,) = (each for each in parse_role(ROLE.format(remote, office)).warnings if "contradict" in each)
    assert "(line 3)" in told
    assert "(line 7)" in told
    assert any("contradict" in each for each in parse_role(ROLE.format(office, remote)).warnings)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("This role is fully remote.", "likes writing"),
        ("Remote or Berlin.", "works on-site in Berlin"),
        ("We have a remote-friendly office.", "in our office 4 days a week"),
        ("Fully remote or in our office 3 days a week.", "ships tools"),
        ("Fully remote.", "visits our office twice a year"),
        ("Fully remote, with an on-site retreat each year.", "comes on-site, twice a year"),
        ("Fully remote.", "optionally 3 days a week in our office"),
        ("Fully remote.", "two days a week on-site at customers"),
        ("Fully remote. No office days, no on-site.", "ships tools"),
        ("We are not fully remote.", "in our office 4 days a week"),
        ("We were fully remote until 2024.", "in our office 4 days a week"),
        ("Fully remote.", "built the booking of our office"),
        ("Fully remote, with on-site interviews.", "worked for an office supplier"),
        ("We work 3 days a week in our office.", "has led a fully remote team"),
    ],
)
def test_a_choice_is_no_contradiction(one: str, other: str) -> None:
    """A choice, a visit, somebody else's place, and what is not so: no alarm."""
    assert not any("contradict" in each for each in parse_role(ROLE.format(one, other)).warnings)


def test_who_is_refused_contradicts_nothing() -> None:
    """Whoever wants to work remotely only may be unwanted where everybody is on site."""
    role = "# Engineer\n\nOn-site in Berlin.\n\n## Must have\n- ships\n\n## Not looking for\n- fully remote people\n"
    assert not any("contradict" in each for each in parse_role(role).warnings)


def test_a_sentence_may_contradict_itself() -> None:
    """Also where the whole role is one line; the front matter counts too."""
    (told,) = parse_role("a fully remote data engineer, 4 days a week in our office").warnings
    assert told.startswith('"fully remote" (line 1) and "4 days a week in our office" (line 1) contradict')
    assert list(contradictions("---\nremote: no\n---\nThe work is completely remote.", []))
