"""Lists of words are told from prose by their shape."""

from __future__ import annotations

import pytest

from ranking.corpus.keyword_lists import only_lists, without_lists

PROSE = (
    "I built a database, and when it broke at night, we found that the lock was read before the log.",
    "It reads Arabic, Hebrew and Farsi, but fails on Urdu; the rest is in the manual.",
    "Ich habe eine Datenbank gebaut, die Schnappschüsse hält, und sie lief ein Jahr.",
    "Сделал базу данных, журнал, снимки, реплики, и она работает год.",
    "数据库，事务，快照，副本，模型，推理，延迟，语法，解析器。",
    "Fix memory leak in vhost library",
    "",
)
LISTS = (
    "Skills: Python, Rust, Kafka, Redis, Docker, Terraform, Airflow",
    "Skills\n- Python\n- Rust\n- Kafka\n- Redis\n- Docker\n- Terraform",
    "python, sql, git, css, php, aws, c++, go",
    "Python | Rust | Kafka | Redis | Docker | Terraform",
    "Python and Rust and Kafka and Redis and Docker and Terraform",
    "python rust kafka redis docker terraform airflow spark",
    "Storage engines, model serving, query planning, stream processing, fault injection, load testing",
)


@pytest.mark.parametrize("text", PROSE)
def test_prose_stays_as_it_is(text: str) -> None:
    """Prose of several languages, short titles, and scripts without capitals lose no letter."""
    assert without_lists(text) == text
    assert not only_lists(text)


@pytest.mark.parametrize("text", LISTS)
def test_a_list_goes(text: str) -> None:
    """With commas, bullets, bars, "and" or nothing between them: of six items hardly a word is left."""
    assert len(without_lists(text).split()) <= 2
    assert only_lists(text)


def test_a_list_inside_of_prose_goes_alone() -> None:
    """What is said around a list stays word for word, and a text that says enough is no list."""
    before, after = "We built a compiler that keeps what it has read.", " It ran for a year on a small machine at home."
    text = f"{before}\nTags: {', '.join(['parser', 'lexer', 'linker', 'syntax', 'grammar', 'bytecode'])}.{after}"
    left = without_lists(text)
    assert left.startswith(before)
    assert left.endswith(after)
    assert "lexer" not in left
    assert not only_lists(text)
