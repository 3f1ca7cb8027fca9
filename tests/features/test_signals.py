"""Signals: by what was done, told in detail; praise, lists and repetition show nothing; unknown is not zero."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranking.corpus.corpus import build_corpus
from ranking.features import Context, Signal, find_features
from ranking.features._cues import IN_WORDS, text_strength
from ranking.index.embedder import Memory
from ranking.role import Requirement, Role
from ranking.scoring.matches import rank
from ranking.scoring.score import score_role
from ranking.scoring.signals import asked_signals, blended, question_of
from ranking.scoring.weights import read_weights
from scrapers.records import Account, AccountKey, Candidate, Evidence, EvidenceKind
from tests.support.hash_embedder import HashingEmbedder

TODAY = date(2026, 11, 15)
KEY = AccountKey("web", "person.example")
ANY = Role("engineer", ())
# One thorough post for each signal, invented.
DEEP = {
    "fault_first": """Nothing failed that night, and for 51 minutes nobody could buy a ticket. A job held a lock and
every call ran into its timeout. Our three layers each retried three times, which made twenty-seven calls of one
click. Now only the outermost layer retries, with jitter, inside one deadline. When the price service is slow we
show the cached answer of the last hour and say so. We wrote a post-mortem without names and put the fault into a
game day: a proxy delays the answers, and the alarm has to ring within two minutes.""",
    "software_engineering": """The table had no index on the date, so each page read all of it. I wrote a migration
that builds it without a lock and tried it on a copy first. The deploy went out behind a flag and I rolled back
once, because the old worker still wrote the former schema. A profiler then showed that the JSON was parsed twice
for each request. An integration test now runs both versions of the queue side by side.""",
    "language_models": """We asked the model for structured output and it invented a field one time in forty. The
retriever handed over passages without their headings, so chunking by heading did more than a longer prompt. I ran
both prompts over a rubric of 120 cases, and the smaller model lost only on refusals. Fine-tuning an adapter gave
two points more and was not worth a third of a second.""",
    "data_intuition": """The score was too good, so I read a hundred rows by hand and found duplicates in the held-out
part. Without that leak the model was no better than the baseline. Two annotators disagreed on every sixth label,
which bounds what precision can mean here. Confidence intervals from a bootstrap overlap, so I report no winner.""",
    "product": """Nurses asked us for a way to undo, and eleven of fourteen never used the chart we were proud of. We
removed the chart and the support mails fell by half. The price was nine euros and every third customer cost more
than that, so I wrote to all of them. They still use it every week.""",
    "human_facing": """I taught the workshop for clerks who had never seen a command line. Each lesson begins with a
question from the last group, and the glossary grew out of what they asked me. Annotators read forty examples
before the guidelines. A beginner explained the tutorial back to me, and that is how I found the missing step.""",
}
HYPE = (
    "Passionate visionary ninja building amazing, powerful, cutting-edge, game-changing and seamless solutions that "
    "disrupt, empower and supercharge the future with world-class synergy."
)


def piece(text: str, number: int = 0, kind: EvidenceKind = EvidenceKind.POST, title: str = "Note") -> Evidence:
    return Evidence(kind, KEY, title, text, f"https://person.example/{number}", TODAY)


def signal(name: str, *pieces: Evidence, role: Role = ANY) -> Signal:
    return find_features()[name].measure(role, Candidate("c1", (), pieces), Context(TODAY))


@pytest.mark.parametrize("name", IN_WORDS)
def test_one_thorough_post_shows_it_and_beats_twenty_links(name: str) -> None:
    """A post that goes into mechanisms is worth more than twenty mentions, and cites itself."""
    deep = signal(name, piece(DEEP[name]))
    cue = {
        "fault_first": "retries", "software_engineering": "migrations", "language_models": "prompts",
        "data_intuition": "baselines", "product": "customers", "human_facing": "tutorials",
    }[name]  # fmt: skip
    links = signal(name, *(piece(f"A good read on {cue} by somebody else.", n) for n in range(20)))
    assert deep.value is not None
    assert deep.value > 0.6
    assert deep.value > (links.value or 0) + 0.1
    assert [each.text for each in deep.evidence] == [DEEP[name]]


@pytest.mark.parametrize("name", IN_WORDS)
def test_praise_alone_and_silence_are_unknown(name: str) -> None:
    """Hype, other work and nothing at all give None, never 0."""
    for text in (HYPE, "A bread garden with music and a map of the moon.", ""):
        assert signal(name, piece(text)).value is None
    assert signal(name).value is None
    assert question_of(name).endswith("?")


@pytest.mark.parametrize("name", IN_WORDS)
def test_saying_it_again_or_as_a_list_adds_nothing(name: str) -> None:
    """A sentence said ten times counts once; an advertisement for oneself shows nothing."""
    first = DEEP[name].split(". ")[0] + "."
    assert text_strength(name, " ".join([first] * 10)) == text_strength(name, first)
    assert signal(name, piece(DEEP[name], kind=EvidenceKind.AVAILABILITY)).value is None


def test_a_list_of_buzzwords_counts_as_one_cue() -> None:
    """Mechanisms in a row without a word about any are no mechanisms."""
    listed = "Skills: retries, timeouts, fallbacks, circuit breakers, chaos, incidents, alerts, idempotent, rollbacks"
    assert text_strength("fault_first", listed) < 0.15 < text_strength("fault_first", DEEP["fault_first"])


@given(st.sets(st.sampled_from(sorted(DEEP))), st.sampled_from(sorted(DEEP)))
def test_more_evidence_never_lowers_a_signal(held: set[str], name: str) -> None:
    """With any further piece the value stays or rises, and lies in 0..1."""
    before = signal(name, *(piece(DEEP[each], n) for n, each in enumerate(sorted(held))))
    after = signal(name, *(piece(DEEP[each], n) for n, each in enumerate([*sorted(held), name])))
    assert after.value is not None
    assert after.value >= (before.value or 0)


def test_the_field_is_what_evidence_is_about() -> None:
    """A role of health care is answered by work on wards, not by work on ledgers."""
    asked = Role("engineer", (Requirement("r1", "Knows hospitals"), Requirement("r2", "Writes Python")))
    ward = piece("The ward prints each patient's dose beside the clinical record. Nurses read the triage note first.")
    ledger = piece("The ledger matches each payment to an invoice. Tax is rounded to the cent in every currency.")
    assert signal("domain", ward, role=asked).value is not None
    assert signal("domain", ledger, role=asked).value is None
    assert "finance" in signal("domain", ledger).detail


def test_small_and_finished_beats_sprawling() -> None:
    """One tool kept up for a season comes before nine that were started; nothing made is unknown."""
    kept = replace(piece("A proxy that injects faults.", kind=EvidenceKind.REPOSITORY),
                   details={"repository": "a/b", "created": "2026-01-02", "commits": 80})  # fmt: skip
    begun = [
        replace(piece("An app.", n, EvidenceKind.REPOSITORY), details={"repository": f"a/{n}"}) for n in range(1, 9)
    ]
    alone, sprawling = signal("follow_through", kept), signal("follow_through", kept, *begun)
    assert alone.value is not None
    assert sprawling.value is not None
    assert alone.value > sprawling.value
    assert signal("follow_through", *begun).value is None
    assert signal("follow_through", piece("A thought.")).value is None


def test_signals_count_where_a_role_asks() -> None:
    """Two lines that name it, or an axis, ask; one line is a topic; what is unwanted asks for nothing."""

    def role(*texts: str, **axis: str) -> Role:
        return Role("", tuple(Requirement(f"r{n}", text, **axis) for n, text in enumerate(texts)))  # type: ignore[arg-type]

    assert asked_signals(role("Retries with jitter", "Tests failure on purpose")) == ("fault_first",)
    assert asked_signals(role("Retries, timeouts and every failure")) == ()
    assert asked_signals(role("serving", axis="reliability")) == ("fault_first",)
    never = (Requirement("a", "retries", "never"), Requirement("b", "failure", "never"), Requirement("c", "maps"))
    assert asked_signals(Role("", never)) == ()
    assert asked_signals(role("maps"), ("product",)) == ("product",)


@given(st.lists(st.one_of(st.none(), st.floats(0, 1)), min_size=1, max_size=5))
def test_the_blend_is_a_soft_minimum_whose_parts_add_up(found: list[float | None]) -> None:
    """Parts add up to the soft minimum above neutral, unknown has no part, and the weakest decides most."""
    values = {str(n): np.array([np.nan if value is None else value]) for n, value in enumerate(found)}
    parts = blended(values, 0.3)
    filled = np.array([0.3 if value is None else value for value in found])
    expected = -np.log(np.mean(np.exp(-4 * filled))) / 4 - 0.3
    assert sum(float(part[0]) for part in parts.values()) == pytest.approx(expected, abs=1e-9)
    assert all(float(parts[str(n)][0]) == 0 for n, value in enumerate(found) if value is None)
    assert filled.min() - 1e-9 <= expected + 0.3 <= filled.mean() + 1e-9


def test_an_unknown_signal_becomes_a_question() -> None:
    """Who shows nothing of what is asked keeps a score that adds up, and is given the question to be asked."""
    asked = Role("", (Requirement("a", "Retries with jitter"), Requirement("b", "Tests failure on purpose")))
    people = [
        Candidate(f"c{n}", (Account("web", f"{n}.example"),), (piece(text, n),))
        for n, text in enumerate((DEEP["fault_first"], "Bread and gardens."))
    ]
    scores = score_role(asked, build_corpus(people, Memory(), HashingEmbedder()), read_weights(), TODAY)
    deep, silent = sorted(rank(scores, {each.id: each for each in people}), key=lambda match: match.candidate.id)
    assert [signal.name for signal in deep.signals] == ["fault_first"]
    assert deep.questions == ()
    assert silent.questions == (question_of("fault_first"),)
    assert silent.questions[0] in silent.explain()
    for match in (deep, silent):
        assert match.score == pytest.approx(sum(term.points for term in match.terms), abs=1e-9)
