"""Role descriptions become typed queries, and say what they did not understand."""

from __future__ import annotations

import json
import string
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ranking.role import Requirement, RoleRefused, RoleUnclear, parse_role, read_role, to_json
from tests.support.constants import THOROUGH

EXAMPLES = 2_000 if THOROUGH else 80

WHOLE = """\
# Senior AI engineer, Berlin (m/f/d)

You turn a language model into something that holds. We are a seed-stage company and our dog is called Byte.

## Must have
- **Ships** features built on [language models](https://models.example) to users
- One of: Python, Go or Rust
- Upper half in serving, some training
- Kubernetes in anger (nice to have)
- No agencies

Nice to have: has spoken at a conference

## Not looking for
- Pure researchers, unless they have shipped to users
- People who only manage

## Benefits
- Fruit on Mondays

Location: Hamburg or remote
"""


def test_a_structured_role_is_read_whole() -> None:
    """Every part of a job text lands in its field, and what is none is listed."""
    shown = to_json(parse_role(WHOLE))
    assert shown["title"] == "Senior AI engineer"
    assert shown["seniority"] == ["senior"]
    assert [(place["name"], place["kind"]) for place in shown["places"]] == [("Berlin", "city"), ("Hamburg", "city")]
    assert (shown["remote"], shown["stage"]) == (True, "early")
    assert shown["languages"] == ["Python", "Go", "Rust"]
    assert shown["requirements"] == [
        {"id": "r1", "text": "Ships features built on language models to users", "level": "must"},
        {"id": "r2", "text": "Python", "level": "one_of", "group": "g1"},
        {"id": "r3", "text": "Go", "level": "one_of", "group": "g1"},
        {"id": "r4", "text": "Rust", "level": "one_of", "group": "g1"},
        {"id": "r5", "text": "serving", "level": "must", "axis": "serving", "threshold": 0.5},
        {"id": "r6", "text": "training", "level": "must", "axis": "training", "threshold": 0.25},
        {"id": "r7", "text": "Kubernetes in anger", "level": "nice"},
        {"id": "r8", "text": "agencies", "level": "never"},
        {"id": "r9", "text": "has spoken at a conference", "level": "nice"},
        {"id": "r10", "text": "Pure researchers", "level": "never", "unless": "shipped to users"},
        {"id": "r11", "text": "People who only manage", "level": "never"},
        {"id": "r12", "text": "You turn a language model into something that holds.", "level": "nice"},
    ]
    assert shown["not_understood"] == [
        "Benefits: Fruit on Mondays",
        "We are a seed-stage company and our dog is called Byte.",
    ]


def test_the_json_has_the_agreed_keys() -> None:
    """The agreed keys are always there, the stage only where it is known, and the object is JSON."""
    shown = to_json(parse_role("data engineer since 2024-03"))
    assert list(shown) == [
        *("title", "seniority", "places", "remote", "languages", "requirements"),
        *("themes", "since", "not_understood", "warnings"),
    ]
    assert json.loads(json.dumps(shown))["since"] == "2024-03-01"


plain_words = st.lists(st.text(string.ascii_lowercase + "`*#-.", min_size=1, max_size=9), min_size=1, max_size=30)


@given(plain_words, st.sampled_from([" ", "\n", "  ", " \n "]))
@settings(max_examples=EXAMPLES, deadline=None, derandomize=True)
def test_prose_is_one_must_verbatim(words: list[str], gap: str) -> None:
    """A text without headings and bullets is one must-requirement, character by character."""
    text = "It " + gap.join(f"x{word}" for word in words)
    assert parse_role(text).requirements == (Requirement("r1", text.strip()),)


@pytest.mark.parametrize(
    "text",
    [
        "Widget Pruning. A controller removes widgets.\n\n1. Adding `spec.prune` so that\n users can ask.\n1. A quota.",
        "Sealed widgets. This supports:\n- Boxes\n- Crates\n\nA box must not be opened, not a crate either. No lid.",
        "Widget API has two parts:\n* the reader\n* the writer",
        "Bus drivers. We are not interested in speed, no cache is kept, and the server must not be restarted.",
    ],
)
def test_a_list_inside_prose_makes_no_role_of_it(text: str) -> None:
    """Numbered lists, bullets and "must not" in technical prose stay part of one verbatim must-requirement."""
    assert parse_role(text).requirements == (Requirement("r1", text),)


levels = st.sampled_from(["Must have", "Requirements", "Nice to have", "Not looking for", "Benefits", "Odds and ends"])


@given(st.lists(st.tuples(levels, st.integers(1, 3), st.booleans()), min_size=1, max_size=6))
@settings(max_examples=EXAMPLES, deadline=None, derandomize=True)
def test_nothing_is_dropped(sections: list[tuple[str, int, bool]]) -> None:
    """Every line of a role is a requirement or is listed as not understood, under whatever heading it stands."""
    lines, words, count = ["## Must have", "- writes word0"], ["word0"], 0
    for heading, items, bullets in sections:
        lines += ["", f"## {heading}"]
        for _ in range(items):
            count += 1
            words.append(f"word{count}x")
            lines += [f"- uses {words[-1]}" if bullets else f"Uses {words[-1]}.", ""]
    role = parse_role("\n".join(lines))
    kept = [one.text for one in role.requirements] + list(role.not_understood)
    assert all(any(word in text for text in kept) for word in words)
    assert [one.id for one in role.requirements] == [f"r{number}" for number in range(1, len(role.requirements) + 1)]


@pytest.mark.parametrize(
    ("text", "kept", "never", "unless"),
    [
        ("AI engineer who ships. Not looking for managers.", "AI engineer who ships.", "managers", None),
        (
            "AI engineer, not a pure researcher, unless shipped to users",
            "AI engineer",
            "pure researcher",
            "shipped to users",
        ),
        ("Backend engineer in Oslo, no agencies", "Backend engineer in Oslo", "agencies", None),
        ("Data engineer. Must not be a consultant.", "Data engineer.", "consultant", None),
        ("Designer (not an intern) in Rome", "Designer in Rome", "intern", None),
        ("Data engineer; we do not want freelancers except if local", "Data engineer", "freelancers", "local"),
    ],
)
def test_a_refusal_is_taken_out_of_the_sentence(text: str, kept: str, never: str, unless: str | None) -> None:
    """An explicit refusal becomes a never, with what lifts it, and the must no longer mentions it."""
    must, refused = parse_role(text).requirements
    assert (must.text, must.level) == (kept, "must")
    assert (refused.text, refused.level, refused.unless) == (never, "never", unless)


@pytest.mark.parametrize(
    "text",
    [
        "Systems engineer, no fear of the debugger",
        "AI engineer who measures, not only ships",
        "Engineer for no-code tools",
        "Data engineer, no degree required",
        "Engineer, not afraid of legacy code",
    ],
)
def test_a_figure_of_speech_refuses_nobody(text: str) -> None:
    """ "No fear", "not only" and "no degree required" are no refusals."""
    assert [one.level for one in parse_role(text).requirements] == ["must"]


@pytest.mark.parametrize(
    ("heading", "level"),
    [
        ("## What we look for", "must"),
        ("**Requirements**", "must"),
        ("You bring:", "must"),
        ("### Bonus points", "nice"),
        ("## What you'll do", "nice"),
        ("## Not required, but great", "nice"),
        ("## What this is not", "never"),
        ("## Who this is not for", "never"),
        ("Deal breakers:", "never"),
        ("## Must not", "never"),
        ("## Please don't apply if", "never"),
    ],
)
def test_headings_set_the_level(heading: str, level: str) -> None:
    """Headings are recognised in the many ways in which people write them."""
    role = parse_role(f"## Must have\n- ships software\n\n{heading}\n- juggles oranges\n")
    assert [one.level for one in role.requirements if "juggles" in one.text] == [level]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Top 10 % in evaluation", [("evaluation", 0.9)]),
        ("Upper third in serving and top quarter in product sense", [("serving", 0.67), ("product sense", 0.75)]),
        ("serving >= 0.6", [("serving", 0.6)]),
        ("Some experience with Rust", []),
        ("Good at listening", []),
    ],
)
def test_thresholds_need_a_figure(line: str, expected: list[tuple[str, float]]) -> None:
    """A share of the pool makes an axis; a plain adjective alone does not."""
    role = parse_role(f"## Must have\n- ships software\n- {line}\n")
    assert [(one.axis, one.threshold) for one in role.requirements if one.axis] == expected


def test_under_a_heading_for_strengths_plain_words_are_grades() -> None:
    """ "Some training" is a grade where the heading says that grades follow."""
    role = parse_role("# Generalist\n\n## Thresholds\n- Some training: fine-tunes\n- Strong writing\n")
    assert [(one.text, one.axis, one.threshold) for one in role.requirements] == [
        ("fine-tunes", "training", 0.25),
        ("writing", "writing", 0.75),
    ]


def test_front_matter_is_typed() -> None:
    """Keys of the front matter fill the fields, and requirements may stand there alone."""
    head = (
        'title: Site engineer\nplaces: [Berlin, "Austin, TX"]\nremote: no\nstage: late\nsince: 2024-03\n'
        "languages: [Zig]\nseniority: senior\nthemes: [tools]\n"
        "requirements:\n  - ships tools\n  - {text: pure research, level: never, unless: shipped}\n"
        "  - {text: serves models, axis: serving, threshold: 0.5}"
    )
    role = parse_role(f"---\n{head}\n---\n")
    assert (role.title, role.remote, role.stage, role.since) == ("Site engineer", False, "late", date(2024, 3, 1))
    assert (role.languages, role.seniority, role.themes) == (("Zig",), ("senior",), ("tools",))
    assert [place.name for place in role.places] == ["Berlin", "Austin"]
    assert role.requirements == (
        Requirement("r1", "ships tools"),
        Requirement("r2", "pure research", "never", unless="shipped"),
        Requirement("r3", "serves models", axis="serving", threshold=0.5),
    )


@pytest.mark.parametrize(
    ("head", "line", "said"),
    [
        ("title: a\nwages: 4", 3, "'wages'"),
        ("title: a\ntitle: b", 3, "stands twice"),
        ("title: a\nstage: seed", 3, "early, middle, late"),
        ("remote: perhaps", 2, "remote: true"),
        ("since: 2026-02-30", 2, "since"),
        ("places: [NO, no]", 2, "in quotes"),
        ("title: a\nrequirements:\n  - {text: b, levle: must}", 4, "'levle'"),
        ("requirements:\n  - {text: b, threshold: 3}", 3, "0 to 1"),
        ("title: &a x\nthemes: [*a, *a]", 3, "aliases"),
        ("title: !!python/object/apply:os.getcwd []", 2, "python/object"),
        ("title: " + "[" * 60 + "]" * 60, 2, "deeper than 50"),
        ("title: [", None, "front matter"),
        ("- a list", 2, "keys"),
    ],
)
def test_bad_front_matter_is_refused_by_name(head: str, line: int | None, said: str) -> None:
    """Unknown, duplicate and unsafe YAML is refused with file, line and what to write."""
    with pytest.raises(RoleUnclear) as caught:
        parse_role(f"---\n{head}\n---\n- ships\n", name="role.md")
    assert str(caught.value).startswith(f"role.md:{line}:" if line else "role.md:")
    assert said in str(caught.value)


def test_front_matter_that_never_ends_is_refused() -> None:
    """An open front matter is not read as prose."""
    with pytest.raises(RoleUnclear, match="never closed"):
        parse_role("---\ntitle: engineer\n- ships")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        (" \n\t\n", "is empty"),
        ("# AI engineer\n", "asks for nothing"),
        ("## Must have\n\n## Nice to have\n", "asks for nothing"),
        ("## Not looking for\n- managers\n", "only what is not wanted"),
        ("a\x00b", "not text"),
        ("x" * (1 << 20) + "y", "1 MiB"),
    ],
)
def test_a_role_without_a_wish_says_what_to_write(text: str, said: str) -> None:
    """Nothing to look for is an error that names the file and the remedy."""
    with pytest.raises(RoleUnclear, match=said) as caught:
        parse_role(text, name="empty.md")
    assert "empty.md" in str(caught.value)
    assert caught.value.remedy


@pytest.mark.parametrize(
    "line",
    [
        "young, dynamic engineers",
        "AI engineer under 35",
        "aged 25-35",
        "must be under 30",
        "looking for a 28-year-old designer",
        "female engineer in Berlin",
        "men only",
        "recruit male developers",
        "no Asians",
        "US citizens only",
        "must be a German citizen",
        "must be Christian",
        "no disabilities",
        "not pregnant",
        "no kids",
        "must be single",
        "no trade union members",
        "no gays",
        "young man",
        "a woman who writes Rust",
        "not over 40",
        "engineer, 25-35 years old",
        "unmarried developer",
        "engineers of Han ethnicity",
        "trade union members need not apply",
    ],
)
def test_protected_traits_are_refused_with_the_line(line: str) -> None:
    """Asking for age, gender, origin, belief, health or family is refused, as a sentence and as a bullet."""
    with pytest.raises(RoleRefused):
        parse_role(line)
    with pytest.raises(RoleRefused) as caught:
        parse_role(f"## Must have\n- ships software\n- {line}\n", name="role.md")
    assert caught.value.line == 3


@pytest.mark.parametrize(
    "line",
    [
        "studied gender bias in language models",
        "built a pregnancy tracking app",
        "organised events for women engineers",
        "keeps latency under 50 ms and p99 under 30.",
        "we welcome people regardless of age, gender or religion",
        "right to work in Germany",
        "single page applications, must be single-threaded",
        "no children's apps",
        "black-box tests, white papers, native apps",
        "10+ years of experience",
        "Women in Systems chapter lead",
        "trains over 20, sometimes 30 models",
        "one-man band; man pages and man-in-the-middle tests",
        "maintains code that is 20-30 years old",
        "not over 40 ms at the median",
        "engineers of gradient descent and no race conditions",
        "Women Who Code mentor",
    ],
)
def test_work_about_people_is_not_refused(line: str) -> None:
    """Subjects of work, figures of systems and promises of equal treatment pass."""
    assert parse_role(f"## Must have\n- ships software\n- {line}\n").requirements


@pytest.mark.parametrize(
    ("bullets", "said"),
    [
        (["ships mobile apps", "!ships mobile apps"], "contradict"),
        ([f"does thing {number}" for number in range(9)], "9 musts"),
        (["rockstar engineer"], "'rockstar'"),
        (["communication"], "single word"),
        (["7+ years of Java"], "measures time"),
        (["a master's degree in physics"], "degree"),
        (["native speaker of English"], "origin or age"),
        (["managed large teams"], "early stage"),
        (["ships tools", "ships tools"], "twice"),
    ],
)
def test_the_linter_says_what_to_change(bullets: list[str], said: str) -> None:
    """Contradictions, empty words and asks that do not fit the stage are warned about, and nothing is refused."""
    musts = "\n".join(f"- {bullet}" for bullet in bullets if not bullet.startswith("!"))
    nevers = "\n".join(f"- {bullet[1:]}" for bullet in bullets if bullet.startswith("!"))
    role = parse_role(f"---\nstage: early\n---\n## Must have\n{musts}\n\n## Not looking for\n- x y\n{nevers}\n")
    assert any(said in warning for warning in role.warnings)
    assert all(warning.endswith((".", "?")) for warning in role.warnings), "a sentence that stops short"


def test_a_refusal_that_can_be_lifted_is_no_contradiction() -> None:
    """A must and a never about the same thing agree where an unless stands between them."""
    role = parse_role("## Must have\n- pure research\n\n## Not looking for\n- pure research, unless it shipped\n")
    assert not [warning for warning in role.warnings if "contradict" in warning]


def test_another_language_is_named() -> None:
    """A German role is read, with a warning that the packaged model knows English best; an English one is not."""
    german = (
        "Wir suchen eine Entwicklerin, die mit Sprachmodellen arbeitet und Verantwortung für das Produkt übernimmt."
    )
    assert any("'de'" in warning for warning in parse_role(german).warnings)
    assert (
        parse_role(
            "We look for somebody in Düsseldorf who knows what the team of the day does with our models."
        ).warnings
        == ()
    )


@pytest.mark.parametrize("heading", ["Wir suchen nicht", "Ce que nous ne cherchons pas", "No buscamos", "Geen match"])
def test_a_foreign_not_is_never_a_wish(heading: str) -> None:
    """A list under a heading that says "not" in another language is unwanted, never nice to have."""
    role = parse_role(f"# Data engineer\n\n## Must have\n- ships tools\n\n## {heading}\n- slide decks\n")
    assert role.requirements[-1].level == "never"
    assert parse_role("## Must have\n- ships\n\n## Nicht zwingend\n- Go\n").requirements[-1].level == "nice"


FOREIGN = {
    "must": (
        "Das bringst du mit", "Was du mitbringst", "Das solltest du mitbringen", "Dein Profil", "Anforderungen",
        "Deine Fähigkeiten", "Wen wir suchen", "Was wir erwarten", "Wer du bist", "Über dich", "Zwingend erforderlich",
        "Votre profil", "Profil recherché", "Compétences requises", "Prérequis", "Ce qu'il vous faut",
        "Requisitos", "Lo que buscamos", "¿Quién eres?", "Imprescindible", "Requisitos excluyentes",
    ),
    "nice": (
        "Von Vorteil", "Idealerweise", "Wünschenswert", "Das wäre toll", "Pluspunkte", "Kein Muss", "Deine Aufgaben",
        "Was dich erwartet", "Atouts", "Serait un plus", "Compétences souhaitées", "Vos missions", "Pas obligatoire",
        "Deseable", "Se valorará", "No imprescindible", "Funciones",
    ),
    "never": ("Wen wir nicht suchen", "Ausschlusskriterien", "Rédhibitoire", "A quién no buscamos"),
    "context": ("Wir bieten", "Deine Vorteile", "Über uns", "Avantages", "Qui sommes-nous ?", "Qué ofrecemos"),
}  # fmt: skip


@pytest.mark.parametrize("kind", FOREIGN)
def test_foreign_headings_are_read_like_english_ones(kind: str) -> None:
    """German, French and Spanish headings say must, nice, never, or what surrounds the role; none of them warns."""
    for heading in FOREIGN[kind]:
        role = parse_role(f"## Must have\n- ships tools\n\n## {heading}\n- Kubernetes operators\n")
        *_, last = role.requirements
        read = "context" if role.not_understood else last.level
        assert (read, len(role.requirements), role.warnings) == (kind, 1 + (kind != "context"), ()), heading


def test_a_german_role_needs_no_marks_of_headings() -> None:
    """A line above a list is its heading where it is known as one, and a bullet may say itself that it is no must."""
    role = parse_role(
        "Backend-Entwicklerin\n\nDas bringst du mit:\n- Python im Betrieb\n- Rust ist von Vorteil\n\n"
        "Wünschenswert:\n- Terraform\n\nWen wir nicht suchen:\n- Agenturen\n"
    )
    assert [(one.text, one.level) for one in role.requirements] == [
        ("Python im Betrieb", "must"), ("Rust", "nice"), ("Terraform", "nice"), ("Agenturen", "never"),
    ]  # fmt: skip


def test_prose_under_a_place_heading_names_no_state() -> None:
    """ "In the office in Paris" is in Paris, and not in Indiana; a code beside its city, or alone, still counts."""

    def names(place: str) -> list[str | None]:
        return [place.name for place in parse_role(f"## Must have\n- ships\n\n## Place\n{place}\n").places]

    assert names("Must be in the office in Paris five days a week.") == ["Paris"]
    assert names("boston, ma") == ["Boston"]
    assert names("IN or OR") == ["Indiana", "Oregon"]


def test_time_spans_need_a_today() -> None:
    """ "In the last year" is a date where today is given, and listed as not understood where it is not."""
    text = "data engineer who shipped in the last 2 years"
    assert parse_role(text).not_understood == ("in the last 2 years",)
    assert parse_role(text, as_of=date(2026, 6, 1)).since == date(2024, 6, 1)


@pytest.mark.parametrize(
    ("text", "since"),
    [
        ("engineers in London who shipped an agent this year", date(2026, 1, 1)),
        ("data engineer who spoke at a conference this quarter", date(2026, 4, 1)),
        ("designer that published a tool this month", date(2026, 6, 1)),
        ("engineer who will ship three products this year", None),
        ("engineer for the team of this year", None),
    ],
)
def test_this_year_begins_in_january(text: str, since: date | None) -> None:
    """Of work that was done; what is planned for this year is no time of anybody's work."""
    assert parse_role(text, as_of=date(2026, 6, 15)).since == since
    assert ("this" in " ".join(parse_role(text).not_understood)) == (since is not None)


@pytest.mark.parametrize(
    ("text", "title", "since"),
    [
        ("Winners of the last 12 months", "Winner", date(2025, 11, 15)),
        ("hackathon winners of the past two years in Berlin", "hackathon winner", date(2024, 11, 15)),
        ("hackathon winner in 2026", "hackathon winner", date(2026, 1, 1)),
        ("hackathon winners of 2025 in Berlin", "hackathon winner", date(2025, 1, 1)),
        ("last year's hackathon winners", "hackathon winner", date(2025, 1, 1)),
        ("data engineers who won a hackathon last year", "data engineer", date(2025, 1, 1)),
        ("people who won a hackathon in March 2026", "", date(2026, 3, 1)),
        ("AI engineer who recently shipped a RAG product", "AI engineer", date(2025, 11, 15)),
        ("frontend developer, shipped in the last 6 months", "frontend developer", date(2026, 5, 16)),
        ("Rust developers active since March 2026", "developer", date(2026, 3, 1)),
        ("speakers at conferences last quarter", "speaker", date(2026, 7, 1)),
        ("maintainers who contributed to pytorch in 2026", "maintainer", date(2026, 1, 1)),
        ("# Winners of the last 12 months\n\n## Must have\n- ships", "Winner", date(2025, 11, 15)),
        ("# Engineer\n\n## Must have\n- Won a hackathon in 2025", "Engineer", date(2025, 1, 1)),
        ("# Engineer\n\n## Must have\n- Recently built a parser", "Engineer", date(2025, 11, 15)),
    ],
)
def test_a_time_is_no_part_of_the_title(text: str, title: str, since: date) -> None:
    """What somebody did within a time is asked for since its first day, however the time is worded."""
    role = parse_role(text, as_of=date(2026, 11, 15))
    assert (role.title, role.since) == (title, since)


@pytest.mark.parametrize(
    "text",
    [
        "AI engineer available in 2026",
        "data engineer to join in 2026",
        "engineer in 2027",
        "data engineer at a recently funded startup",
        "We were founded in 2019 and look for a data engineer",
        "# Engineer\n\nFounded in 2019, we raised money last year.\n\n## Must have\n- ships tools",
        "# Engineer\n\nOur product, that launched in 2023, grew recently.\n\n## Must have\n- ships tools",
        "# Engineer\n\n## Must have\n- worked with Go for the last 5 years",
    ],
)
def test_times_of_a_company_or_of_a_plan_ask_for_nobody(text: str) -> None:
    """A founding, a start date and a span of experience are no time since when work counts."""
    assert parse_role(text, as_of=date(2026, 11, 15)).since is None


def test_an_unknown_place_is_kept_as_written() -> None:
    """A place that no list knows has no canonical name, and is listed."""
    role = parse_role("---\nplaces: [Lower Wibbling]\n---\n- ships\n- writes")
    assert [(place.text, place.name) for place in role.places] == [("Lower Wibbling", None)]
    assert role.not_understood == ("place: Lower Wibbling",)


def test_an_unknown_heading_is_said() -> None:
    """A list under an unknown heading counts as nice to have, and a warning names heading and line."""
    role = parse_role("## Must have\n- ships\n\n## Sprinkles\n- juggles oranges\n")
    assert role.requirements[-1].level == "nice"
    assert any("Line 4" in warning and "Sprinkles" in warning for warning in role.warnings)


def test_a_role_is_read_from_a_file_or_a_sentence(tmp_path: Path) -> None:
    """A path is read as a file, anything else as the role itself; a missing or binary file is named."""
    path = tmp_path / "role.md"
    path.write_text("\ufeff## Must have\r\n- ships tools\r\n", encoding="utf-8")
    assert read_role(path).requirements == read_role(str(path)).requirements == (Requirement("r1", "ships tools"),)
    assert read_role("data engineer in Oslo").title == "data engineer"
    with pytest.raises(RoleUnclear, match=r"nothing\.md: cannot be read"):
        read_role("nothing.md")
    with pytest.raises(RoleUnclear, match="cannot be read"):
        read_role(tmp_path)
    path.write_bytes(b"\xff\xfe\x00\x01role")
    with pytest.raises(RoleUnclear, match=r"role\.md: is not UTF-8"):
        read_role(path)
    path.write_bytes(b"x" * ((1 << 20) + 1))
    with pytest.raises(RoleUnclear, match="1 MiB"):
        read_role(path)


@given(st.text(max_size=300))
@settings(max_examples=EXAMPLES, deadline=None, derandomize=True)
def test_any_text_is_read_or_refused(text: str) -> None:
    """No text makes the reader fail in any way but its own."""
    try:
        role = parse_role(text)
    except RoleUnclear:
        return
    assert role.requirements
    json.dumps(to_json(role))


@pytest.mark.shared
@pytest.mark.parametrize(
    "bench", ["hackathon-makers", "blog-authors", "debian-maintainers", "oss-maintainers", "kep-experts"]
)
def test_bench_queries_stay_verbatim(shared: Path, bench: str) -> None:
    """Each recorded query of the ranking benches is one must-requirement, verbatim, and filters no place."""
    for line in (shared / "bench" / bench / "queries.jsonl").read_text(encoding="utf-8").splitlines():
        text = json.loads(line)["text"]
        role = parse_role(text)
        assert role.requirements == (Requirement("r1", text.strip()),)
        assert (role.places, role.since, role.remote) == ((), None, None)


@pytest.mark.shared
def test_must_not_queries_have_one_must_and_one_never(shared: Path) -> None:
    """Each recorded must-not role is one must and one never, both verbatim."""
    for line in (shared / "bench/must-not/queries.jsonl").read_text(encoding="utf-8").splitlines():
        text = json.loads(line)["text"]
        must, never = parse_role(text).requirements
        assert (must.level, never.level) == ("must", "never")
        assert text == f"## Must have\n- {must.text}\n\n## Not looking for\n- {never.text}\n"
