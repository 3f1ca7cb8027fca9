"""First messages: short, about one work, each fact cited and found again, to nobody who may not be written to."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranking.exports._rows import row
from ranking.role import Requirement, Role
from ranking.shortlist.outreach import FLATTERY, LONGEST, OPT_OUT, Draft, NoDraft, Sentence, check, draft
from ranking.shortlist.shortlist import Match, Quote, Shortlist, Term
from scrapers.records import Account, AccountKey, Award, Candidate, Evidence, EvidenceKind
from scrapers.rights.ledger import Clearance, Contact
from tests.flows.test_cli import headwater

MAY = Clearance(Contact("https://ada.example/", "their own page", "feeds"))
KEY = AccountKey("devpost", "ada-example")
WORKS = tuple(kind for kind in EvidenceKind if kind is not EvidenceKind.AVAILABILITY)
TITLES = ("Pager", "Second Opinion", "Retries considered harmful", "The queue in front of the model", "sse-mend", "Öre")
EVENTS = ("Night Shift: Agents That Stay Up", "Winter Open 2026", "Eval Days 2026")
PRIZES = ("Best Recovery", "First Place", "Most useful")
REPOSITORIES = ("openweave/pager", "ada-example/faultbox", "quillops/loom.serve")
ASKED = (
    "Builds retries with back-off and jitter, timeouts and circuit breakers, and knows when not to retry",
    "talks to customers",
    "Python or Go",
    "Makes work safe to repeat: idempotent jobs, queues, exactly one effect",
)
ROLES = ("AI engineer", "Fault-first engineer", "")
DAY = date(2026, 1, 31)


def evidence(
    kind: EvidenceKind = EvidenceKind.POST, title: str = "Pager", url: str = "https://ada.example/pager", **more: Any
) -> Evidence:
    return Evidence(kind, KEY, title, "text", url, **({"date": DAY} | more))


def match_of(*pieces: Evidence, met: tuple[str, ...] = ASKED[1:2], unknown: tuple[str, ...] = ()) -> Match:
    """Somebody whose every piece is cited for every requirement given."""
    quotes = tuple(Quote("text", piece.url, piece.date, piece.id, piece.title) for piece in pieces)
    short = [text if len(text) < 60 else f"{text[:57].rsplit(' ', 1)[0]}..." for text in (*met, *unknown)]
    terms = tuple(Term(f"must: {text} - meaning", 0.5, "", quotes) for text in short)
    candidate = Candidate("c01", (Account("devpost", "ada-example"),), pieces)
    return Match(1, candidate, 1.0, terms, met, unknown, reasons=quotes)


def role_of(title: str = "AI engineer") -> Role:
    return Role(title, tuple(Requirement(f"r{number}", text) for number, text in enumerate(ASKED)))


def any_case(seed: int) -> tuple[Match, Role]:
    """Somebody with one piece of work of any kind, some of its facts unknown, and a role."""
    dice = Random(seed)
    kind = WORKS[seed % len(WORKS)]
    details: dict[str, Any] = {"repository": dice.choice(REPOSITORIES)} if kind == "contribution" else {}
    if kind == "contribution" and dice.random() < 0.5:
        details["pull_request"] = 7
    if kind == "talk" and dice.random() < 0.7:
        details["conference"] = dice.choice(EVENTS)
    if kind == "hackathon_project":
        details["events"] = [{"name": dice.choice(EVENTS), "url": "https://winter.example/"}]
    award = Award(dice.choice(EVENTS), None, dice.choice(PRIZES))
    piece = evidence(
        kind,
        dice.choice(TITLES),
        f"https://{dice.choice(('ada', 'blog.ada', 'works'))}.example/{dice.randrange(1000)}",
        date=dice.choice((None, DAY + timedelta(dice.randrange(300)))),
        awards=(award,) if kind == "hackathon_win" and dice.random() < 0.8 else (),
        details=details,
    )
    asked = dice.sample(ASKED, 2)
    met = tuple(asked[:1]) if dice.random() < 0.6 else ()
    return match_of(piece, met=met, unknown=tuple(asked[len(met) :])), role_of(dice.choice(ROLES))


CASES = [any_case(seed) for seed in range(400)]


@pytest.mark.parametrize("kind", WORKS)
def test_each_kind_of_work_is_named_in_its_own_words(kind: EvidenceKind) -> None:
    """Title or repository, kind and date stand in the first sentence; no two kinds read alike."""
    piece = evidence(kind, details={"repository": "openweave/pager"}, awards=(Award("Night Shift", None, "Best"),))
    found = draft(match_of(piece), role_of(), MAY)
    first, why, where, last = (sentence.text for sentence in found.sentences)
    assert "“openweave/pager”" in first if kind == "contribution" else "“Pager”" in first
    assert "31 January 2026" in first
    assert "talks to customers" in why
    assert piece.url in where
    assert last == OPT_OUT
    others = {other: draft(match_of(replace(piece, kind=other)), role_of(), MAY) for other in WORKS}
    assert [other for other, said in others.items() if said.sentences[0].text == first] == [kind]


def test_every_factual_sentence_is_mapped() -> None:
    """Of 400 drafts, each sentence but the way out cites evidence that the person has, and each draft passes."""
    for match, role in CASES:
        found = draft(match, role, MAY)
        assert check(found, match, role) == ()
        assert {sentence.evidence_id for sentence in found.sentences[:-1]} == {match.candidate.evidence[0].id}
        assert found.sentences[-1] == Sentence(OPT_OUT)


def mutants(found: Draft, match: Match, role: Role) -> Iterator[Draft]:
    """The draft with one of its facts altered: another's, or its own by one character; and with one more fact."""
    (piece,) = match.candidate.evidence

    def told(number: int, text: str) -> Draft:
        sentences = list(found.sentences)
        sentences[number] = replace(sentences[number], text=text)
        return Draft(tuple(sentences))

    pools = (TITLES, EVENTS, PRIZES, REPOSITORIES, ASKED, tuple(filter(None, ROLES)))
    true = {*match.must_met, *match.must_unknown}  # each of these may be asked about
    for number, sentence in enumerate(found.sentences[:-1]):
        for said in re.findall(r"“([^”]*)”", sentence.text):
            whole = said.removesuffix("…")
            (pool,) = [pool for pool in pools if any(each.startswith(whole) for each in pool)]
            for other in (
                *(each for each in pool if not each.startswith(whole)),
                f"{said}s",
                said[1:],
                said.swapcase(),
            ):
                if "comes close" in sentence.text or other not in true:
                    yield told(number, sentence.text.replace(f"“{said}”", f"“{other}”"))
        if piece.date:
            old = f"{piece.date.day} {piece.date:%B %Y}"
            for days in (-1, 30, 365):
                new = piece.date + timedelta(days)
                if old in sentence.text:
                    yield told(number, sentence.text.replace(old, f"{new.day} {new:%B %Y}"))
        for said in re.findall(r"https?://\S+|(?<=Found on )\S+(?=\.)", sentence.text):
            for other in (said.replace("example", "test"), f"{said}x", "https://elsewhere.example/"):
                yield told(number, sentence.text.replace(said, other))
        yield told(number, f"{sentence.text} You once worked at Example Ltd.")
        yield Draft(
            tuple(replace(each, evidence_id="0" * 24) if each is sentence else each for each in found.sentences)
        )
        yield Draft(tuple(replace(each, evidence_id=None) if each is sentence else each for each in found.sentences))


def test_altered_facts_are_caught() -> None:
    """Title, event, prize, repository, date, address, requirement, role or source altered in 400 drafts: all found."""
    altered = [
        (mutant, match, role) for match, role in CASES for mutant in mutants(draft(match, role, MAY), match, role)
    ]
    missed = [mutant.text for mutant, match, role in altered if not check(mutant, match, role)]
    assert len(altered) > 8000
    assert len(missed) / len(altered) <= 0.05
    assert missed == []


CHANGES: tuple[Callable[[Evidence], Evidence], ...] = (
    lambda piece: replace(piece, title=f"Not {piece.title}", details={**piece.details, "repository": "other/other"}),
    lambda piece: replace(piece, date=(piece.date or DAY) + timedelta(1)),
    lambda piece: replace(piece, kind=WORKS[WORKS.index(piece.kind) - 1]),
)


@pytest.mark.parametrize("change", CHANGES)
def test_evidence_that_changed_is_caught(change: Callable[[Evidence], Evidence]) -> None:
    """A stored draft no longer passes once its evidence says otherwise, even under the same id."""
    for match, role in CASES:
        found, (piece,) = draft(match, role, MAY), match.candidate.evidence
        now = change(piece)
        if piece.date is None and (now.kind, now.title) == (piece.kind, piece.title):
            continue  # what a draft leaves out, it cannot get wrong
        changed = match_of(now, met=match.must_met, unknown=match.must_unknown)
        renamed = Draft(tuple(replace(s, evidence_id=s.evidence_id and now.id) for s in found.sentences))
        assert check(renamed, changed, role), found.text


texts = st.text(max_size=300)


@given(texts, texts, texts, texts, st.sampled_from(WORKS), st.text(alphabet="abc/", max_size=400))
def test_a_draft_is_short_and_links_to_its_evidence_alone(
    title: str, event: str, asked: str, wanted: str, kind: EvidenceKind, path: str
) -> None:
    """Whatever pages and roles say: 400 characters, a line a sentence, no link or address but the evidence's."""
    piece = evidence(
        kind,
        f"{title} https://canary.example/?{title}",
        f"https://ada.example/{path}",
        awards=(Award(event, None, event),),
        details={"repository": title, "conference": event},
    )
    match, role = match_of(piece, met=(asked or "x",)), role_of(wanted)
    try:
        found = draft(match, role, MAY)
    except NoDraft:
        return
    assert len(found.text) <= LONGEST
    assert len(found.text.splitlines()) == 4
    assert set(re.findall(r"\S*://\S*", found.text)) <= {piece.url}
    assert "@" not in found.text.replace(piece.url, "")
    assert check(found, match, role) == ()


def test_what_is_not_shown_is_asked() -> None:
    """A must that they are known to show is what the work comes close to; any other is a question, never a claim."""
    shown, asked = match_of(evidence(), met=ASKED[1:2]), match_of(evidence(), met=(), unknown=ASKED[1:2])
    claim, question = (draft(match, role_of(), MAY) for match in (shown, asked))
    assert "comes close to it" in claim.text
    assert "comes close to it" not in question.text
    assert any("shown" in problem for problem in check(claim, asked, role_of()))


@pytest.mark.parametrize("word", FLATTERY)
def test_flattery_is_banned(word: str) -> None:
    """Each of the phrases is named where it is wording, and allowed where it is somebody's title."""
    match = match_of(evidence(title=f"The {word} parser"))
    found = draft(match, role_of(), MAY)
    assert word in found.text
    flattering = Draft((Sentence(f"Your work is {word.upper()}.", found.sentences[0].evidence_id), *found.sentences))
    assert f"flatters: {word}" in check(flattering, match, role_of())


def test_a_part_that_is_missing_is_told() -> None:
    """Without the work, the reason, the source or the way out a draft does not pass."""
    match = match_of(evidence())
    found = draft(match, role_of(), MAY)
    for gone in found.sentences:
        assert check(Draft(tuple(each for each in found.sentences if each is not gone)), match, role_of())


@pytest.mark.parametrize(
    ("clearance", "words"),
    [
        (Clearance(withheld="asked not to be contacted", flags=("do_not_contact",)), "asked not to be contacted"),
        (Clearance(withheld="no link that they published to be reached"), "published to be reached"),
        (Clearance(), "cleared"),
    ],
)
def test_nobody_who_may_not_be_written_to_gets_a_draft(clearance: Clearance, words: str) -> None:
    """The reason is told instead, and the column of the CSV stays empty; with the right it holds the draft."""
    match, role = match_of(evidence()), role_of()
    with pytest.raises(NoDraft, match=words):
        draft(match, role, clearance)
    listed = Shortlist(role, (match,), DAY, 9, "model@1/fp32")
    assert row(match, replace(listed, clearances={"c01": clearance}))["opener"] == ""
    assert row(match, listed)["opener"] == ""
    assert row(match, replace(listed, clearances={"c01": MAY}))["opener"] == draft(match, role, MAY).text


def test_work_without_a_public_page_is_not_cited() -> None:
    """A local history or one's own list has no page to point at: the next piece is cited, else there is no draft."""
    local = evidence(EvidenceKind.CONTRIBUTION, url="git:pager", details={"repository": "pager"})
    offer = evidence(EvidenceKind.AVAILABILITY, url="https://news.example/1")
    public = evidence(EvidenceKind.TALK, url="https://days.example/talk")
    assert draft(match_of(local, offer, public), role_of(), MAY).sentences[0].evidence_id == public.id
    with pytest.raises(NoDraft, match="nothing to write about"):
        draft(match_of(local, offer), role_of(), MAY)


@pytest.mark.model
def test_the_command_drafts_and_says_why_not(tmp_path: Path) -> None:
    """Of three bloggers one gets a draft with its evidence, one asked for silence, one objected since."""
    home, feeds = tmp_path / "home", Path(__file__).parents[2] / "data" / "sample" / "feeds"
    for command in (("init", "--defaults"), ("collect", "--replay", feeds), ("refresh",)):
        assert headwater(*command, home=home).returncode == 0
    asked = ("--role", "Measures whether a prompt got better", "--as-of", "2026-11-15", "--quiet")
    done = headwater("draft", "web:tovah.example", *asked, "--json", home=home)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert len(told["text"]) <= LONGEST
    assert "https://tovah.example/" in told["text"]
    assert all(sentence["evidence_id"] for sentence in told["sentences"][:-1])
    assert "Not sent" in done.stderr
    assert headwater("suppress", "web:mireille.example", home=home).returncode == 0
    for who, why in (("web:moynihan.example", "not to be contacted"), ("web:mireille.example", "objected")):
        refused = headwater("draft", who, *asked, home=home)
        assert refused.returncode == 4
        assert why in refused.stderr
        assert refused.stdout == ""
