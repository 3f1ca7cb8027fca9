"""Configuration: found in one order, typed, and refused by name where it is wrong."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from unittest.mock import Mock

import pytest

from flows.cli.operator import ask_operator, write_operator
from scrapers.settings.home import Home, find_home, packaged
from scrapers.settings.operator import Operator
from scrapers.settings.strict import BadConfiguration
from scrapers.sources import find_sources
from scrapers.sources.watched import Terms, operator_of, read_sources, terms_gate, watch_of

TODAY = date(2026, 11, 15)


def terms(**changed: object) -> Terms:
    return Terms.model_validate(
        {"terms_url": "https://site.example/terms", "checked_on": TODAY, "basis": "api"} | changed
    )


def operator(home: Home) -> Operator:
    write_operator(home / "operator.toml", ask_operator({}, TODAY, defaults=True))
    return operator_of(home)


def test_the_home_is_found_in_the_documented_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """--home, then HEADWATER_HOME, then the project around us, then the platform's data folder."""
    (tmp_path / "project" / "scrapers").mkdir(parents=True)
    (tmp_path / "project" / "prefect.yaml").touch()
    monkeypatch.chdir(tmp_path / "project" / "scrapers")
    monkeypatch.setenv("HEADWATER_HOME", str(tmp_path / "env"))
    assert find_home(tmp_path / "chosen").folder == tmp_path / "chosen"
    assert find_home().folder == tmp_path / "env"
    monkeypatch.delenv("HEADWATER_HOME")
    assert find_home().folder == tmp_path / "project" / "data" / "home"
    monkeypatch.chdir(tmp_path)
    assert find_home().folder.name == "headwater"


def test_live_collecting_needs_an_operator(home: Home) -> None:
    """Without operator.toml the message names `headwater init`."""
    with pytest.raises(BadConfiguration, match="headwater init"):
        operator_of(home)


@pytest.mark.parametrize("field", ["contact", "name", "purpose", "legal_basis"])
def test_each_missing_field_of_the_operator_is_named(home: Home, field: str) -> None:
    """Leaving out any required line gives an error that names file and field."""
    operator(home)
    path = home / "operator.toml"
    lines = path.read_text().splitlines()
    first = next(n for n, line in enumerate(lines) if line.startswith(f"{field} ="))
    path.write_text("\n".join(lines[:first] + lines[first + 1 :]))
    with pytest.raises(BadConfiguration, match=rf"operator\.toml.*{field}"):
        operator_of(home)


@pytest.mark.parametrize("given", ["", 'public_url = "https://example.com/privacy"', "balancing_note_on = 2026-01-01"])
def test_a_public_notice_says_where_and_on_what_balancing_note(home: Home, given: str) -> None:
    """Without its page, or the day of the balancing note, nobody would be told: both keys are named."""
    operator(home)
    path = home / "operator.toml"
    path.write_text(path.read_text().replace('policy = "each"', f'policy = "public"\n{given}'))
    with pytest.raises(BadConfiguration, match=r"operator\.toml: notice: .*public_url and balancing_note_on"):
        operator_of(home)


def test_what_init_writes_is_read_back(home: Home) -> None:
    """Placeholders give a valid, private operator.toml that accepts no restrictive terms."""
    read = operator(home)
    assert read.accepted == {}
    assert (home / "operator.toml").stat().st_mode & 0o077 == 0


def test_quotes_and_controls_in_answers_stay_text(home: Home) -> None:
    """An answer can close no string and forge no line."""
    answers = ask_operator({}, TODAY, defaults=True) | {"name": 'Ex "ample"\n[accepted]\ndevpost = 2026-01-01 \\'}
    write_operator(home / "operator.toml", answers)
    assert operator_of(home).controller.name == answers["name"]
    assert operator_of(home).accepted == {}


@pytest.mark.parametrize(
    ("record", "word"),
    [
        (None, "no terms record"),
        (terms(checked_on=date(2025, 11, 1)), "over a year ago"),
        (terms(checked_on=TODAY + timedelta(days=1)), "correct checked_on"),
        (terms(basis="none"), "operator.toml"),
    ],
)
def test_a_source_without_valid_terms_does_not_run(home: Home, record: Terms | None, word: str) -> None:
    """Missing, stale, restrictive and not yet read terms each stop the source with what to do (G1)."""
    assert word in (terms_gate("devpost", record, operator(home), TODAY) or "")


def test_accepted_and_open_terms_run(home: Home) -> None:
    """An acceptance with a date opens a restrictive source; an API source runs as shipped."""
    plain = operator(home)
    accepting = plain.model_copy(update={"accepted": {"devpost": TODAY}})
    assert terms_gate("devpost", terms(basis="none"), accepting, TODAY) is None
    assert terms_gate("github", terms(), plain, TODAY) is None


def test_the_shipped_sources_are_valid_and_complete() -> None:
    """Every source has a table with terms and a watch list that its own model accepts."""
    shipped = read_sources()
    assert shipped.keys() == find_sources().keys()
    for name, settings in shipped.items():
        assert settings.terms is not None, name
        watch_of(name, settings)


def test_wrong_keys_are_refused_by_name(tmp_path: Path) -> None:
    """A typo in sources.toml is named with its file and table."""
    path = tmp_path / "sources.toml"
    for text, wrong in (("[hackernews]\nenabeld = true", "enabeld"), ("[hackernews.watch]\nthread = 1", "thread")):
        path.write_text(text)
        with pytest.raises(BadConfiguration, match=rf"sources\.toml.*{wrong}"):
            read_sources(path)
    path.write_text("[nosuchsource]")
    with pytest.raises(BadConfiguration, match=r"sources\.toml: .*nosuchsource"):
        read_sources(path)
    path.write_text("[hackernews\nenabled = true")
    with pytest.raises(BadConfiguration, match="line 1"):
        read_sources(path)


def test_a_wrong_key_is_told_in_plain_words(tmp_path: Path) -> None:
    """Whoever edits the file reads what to do, not what a library calls it."""
    path = tmp_path / "sources.toml"
    path.write_text("[hackernews]\nenabeld = true")
    with pytest.raises(BadConfiguration, match="enabeld: no such key; correct its name or delete it"):
        read_sources(path)


@pytest.mark.parametrize("line", ['apis_by_terms = ["gihub"]', "[accepted]\ngihub = 2026-01-01"])
def test_a_source_that_the_operator_misspells_is_named(home: Home, line: str) -> None:
    """An acceptance of nobody's terms is refused with the file and the sources there are."""
    write_operator(home / "operator.toml", ask_operator({}, TODAY, defaults=True))
    told = (home / "operator.toml").read_text().replace("[accepted]", "").replace("apis_by_terms = []", "")
    (home / "operator.toml").write_text(f"{line}\n{told}" if line[0] == "a" else f"{told}\n{line}\n")
    with pytest.raises(BadConfiguration, match=r"operator\.toml.*'gihub'; there are: .*github"):
        operator_of(home)


def test_the_key_is_made_once_and_private(home: Home) -> None:
    """The same home always hashes alike; the key file is readable by its owner only."""
    assert home.key == Home(home.folder).key
    assert (home / "secret.key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("links", [True, False])
def test_two_who_make_the_key_at_once_have_the_same(home: Home, links: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever finds a key finds it whole, and nobody's key is lost to another's; nothing else is left there."""
    if not links:
        monkeypatch.setattr("os.link", Mock(side_effect=PermissionError(1, "Operation not permitted")))
    with ThreadPoolExecutor(8) as several:
        keys = set(several.map(lambda _: Home(home.folder).key, range(8 if links else 1)))
    assert keys == {home.key}
    assert [file.name for file in home.folder.glob("secret*")] == ["secret.key"]


@pytest.mark.parametrize("damaged", ["", "ab" * 31, "no key"])
def test_a_damaged_key_is_named(home: Home, damaged: str) -> None:
    """Opt-outs depend on it, so none is made in its place."""
    (home.create() / "secret.key").write_text(damaged)
    with pytest.raises(BadConfiguration, match=r"secret\.key: not a key of 32 bytes; restore it"):
        _ = home.key


def test_packaged_data_is_there() -> None:
    """Roles, sample and settings are found beside the code or in the wheel."""
    for name in ("related.toml", "roles", "sample", "sources.toml", "weights.toml"):
        assert packaged(name).exists()


def test_an_installed_headwater_finds_its_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a checkout around the code, the data that the wheel carries is used."""
    monkeypatch.setattr("scrapers.settings.home.CHECKOUT", tmp_path)
    assert (packaged("roles") / "ai-engineer.md").is_file()
    assert packaged("sources.toml").is_file()
