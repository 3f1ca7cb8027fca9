"""Nobody is asked by somebody who cannot be reached: placeholders of a contact stop every live run before it begins."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from flows.cli.operator import ask_operator, write_operator
from scrapers.rights.contact import placeholders, reachable
from scrapers.settings.home import Home
from scrapers.settings.operator import Operator
from scrapers.settings.strict import BadConfiguration
from tests.flows.test_cli import archive, headwater

CONTROLLER = {"name": "Openweave", "purpose": "Filling open roles.", "legal_basis": "Legitimate interest."}


def operator(contact: str, controller: str = "privacy@openweave-people.org") -> Operator:
    return Operator.model_validate({"contact": contact, "controller": CONTROLLER | {"contact": controller}})


@pytest.mark.parametrize(
    "contact",
    [
        "https://example.com/contact", "https://www.example.org", "example.net/bot", "Ada <ada@example.com>",
        "mailto:jobs@example.co.uk", "https://jobs.example", "ops@headwater.invalid", "http://headwater.test/",
        "http://localhost:8080/", "me@localhost",
    ],
)  # fmt: skip
def test_a_reserved_host_is_a_placeholder(contact: str) -> None:
    """Wherever it stands in a page's or a mailbox's address, as the contact or as the controller's."""
    assert placeholders(operator(contact)) == ("contact",)
    assert placeholders(operator("https://openweave-people.org/", contact)) == ("[controller] contact",)


@pytest.mark.parametrize(
    "contact",
    [
        "https://openweave-people.org/test.example",
        "me@test.openweave-people.org",
        "https://examples.org/",
        "+49 30 1234567",
        "Ask the test lab",
    ],
)
def test_everything_else_is_a_contact(contact: str) -> None:
    """A path, a part of a name and a number are none of these hosts."""
    assert placeholders(operator(contact)) == ()


def test_a_live_run_is_refused_before_it_asks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The line names file, keys and remedy; no door is opened and no run is kept. An archive is read all the same."""

    def asked(*_: Any, **__: Any) -> None:
        raise AssertionError("a door to the web was opened")

    monkeypatch.setattr("scrapers.fetch.client.Fetcher", asked)
    home = tmp_path / "home"
    assert "Placeholders: contact and [controller] contact" in headwater("init", "--defaults", home=home).stderr
    for command in (("collect",), ("collect", "forem"), ("record", "forem", "https://dev.to/x", "--out", tmp_path)):
        done = headwater(*command, home=home)
        assert done.returncode == 2, done.stderr
        for word in ("operator.toml", "contact and [controller] contact", "placeholder", "reaches you"):
            assert word in done.stderr
    assert "No run" in headwater("runs", home=home).stderr
    assert headwater("collect", "--replay", archive(tmp_path / "a"), home=home).returncode == 0


def test_a_real_contact_is_who_asks(home: Home) -> None:
    """With both filled in, the operator is given; with one of them left, that key alone is named."""
    answers = ask_operator({}, date(2026, 11, 15), defaults=True) | {"contact": "https://openweave-people.org/bot"}
    write_operator(home / "operator.toml", answers)
    with pytest.raises(BadConfiguration, match=r"operator\.toml: \[controller\] contact: still"):
        reachable(home)
    told = (home / "operator.toml").read_text().replace("privacy@example.com", "privacy@openweave-people.org")
    (home / "operator.toml").write_text(told)
    assert reachable(home).contact == "https://openweave-people.org/bot"
