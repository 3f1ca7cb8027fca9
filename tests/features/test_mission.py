"""Mission themes: matched to what others sorted a work under, quoted by its piece, and off unless a role asks."""

from __future__ import annotations

from datetime import date

from ranking.corpus.corpus import build_corpus
from ranking.features import Context
from ranking.features.mission import measure
from ranking.index.embedder import Memory
from ranking.role import Role, parse_role
from ranking.scoring.score import score_role
from ranking.scoring.signals import asked_signals, question_of
from ranking.scoring.weights import read_weights
from scrapers.candidates.joining import join_accounts, load_candidates
from scrapers.records import Account, AccountKey, Award, Candidate, Event, Evidence, EvidenceKind, Page, Request
from scrapers.settings.home import Home
from scrapers.store import Store
from tests.support.constants import NOON
from tests.support.hash_embedder import HashingEmbedder

KEY = AccountKey("devpost", "ada-example-hw")
ROLE = "# Engineer\n\n## Themes\n- climate\n- public health\n\n## Must have\n- Ships small tools\n- Measures them\n"


def piece(number: int, *tags: str, **details: object) -> Evidence:
    return Evidence(
        EvidenceKind.REPOSITORY, KEY, f"Work {number}", "A small tool.", f"https://example.com/{number}",
        date(2026, 1, number + 1), tags, details=details,
    )  # fmt: skip


def of(*pieces: Evidence, role: Role | None = None) -> tuple[float | None, tuple[str, ...], str]:
    found = measure(role or parse_role(ROLE), Candidate("c1", (), pieces), Context(NOON.date()))
    return found.value, tuple(each.id for each in found.evidence), found.detail


def test_topics_and_tags_that_hold_a_theme_count() -> None:
    """A theme is met by a tag that has all of its words; the piece is the proof, and the tag is named."""
    tagged, other = piece(1, "climate-tech", "rust"), piece(2, "health")
    value, proof, detail = of(tagged, other)
    assert value is not None
    assert proof == (tagged.id,)
    assert "climate-tech" in detail
    more, _, _ = of(tagged, piece(3, "public health"))
    assert more is not None
    assert value < more <= 1


def test_what_a_text_says_of_itself_and_re_uploads_do_not_count() -> None:
    """Without a tag nothing is known, and a copy of somebody's work shows nothing."""
    said = Evidence(EvidenceKind.POST, KEY, "Climate", "Climate, climate!", "https://example.com/9", None)
    assert of(said, piece(1, "climate", reupload=True))[0] is None
    assert of(piece(1, "climate"), role=Role("engineer", ()))[0] is None


def test_a_role_without_themes_asks_nobody() -> None:
    """The signal is off unless a role names themes; then it counts, and who shows nothing is asked."""
    assert "mission" not in asked_signals(parse_role(ROLE.replace("## Themes\n- climate\n- public health\n\n", "")))
    assert "mission" in asked_signals(parse_role(ROLE))
    assert question_of("mission").endswith("?")
    people = [Candidate(f"c{n}", (Account("devpost", f"p{n}-example"),), (piece(n, *tags),))
              for n, tags in enumerate([("climate",), ("rust",), ()])]  # fmt: skip
    corpus = build_corpus(people, Memory(), HashingEmbedder())
    terms = score_role(parse_role(ROLE), corpus, read_weights(), NOON.date()).terms
    (points,) = [term.points for term in terms if term.signal == "mission"]
    assert points[0] > points[1] == points[2]


def test_a_win_stands_under_the_themes_of_its_event(home: Home, store: Store) -> None:
    """The themes that a hackathon announced are those of what won there."""
    url = "https://build-night.devpost.com/"
    won = Evidence(EvidenceKind.HACKATHON_WIN, KEY, "Borrow", "A small tool.", "https://devpost.com/software/borrow",
                   awards=(Award("Build Night", url.rstrip("/"), "First"),))  # fmt: skip
    event = Event("devpost", "Build Night", url, themes=("Climate", "Social Good"))
    request = Request("devpost", url)
    store.settle(
        "live", request, page=Page("devpost", url, b"-", NOON), records=[Account(KEY.site, KEY.handle), won, event]
    )
    join_accounts(store, home.key, NOON)
    (ada,) = load_candidates(store)
    assert ada.evidence[0].id == won.id
    assert measure(parse_role(ROLE), ada, Context(NOON.date())).evidence == ada.evidence


def test_a_second_role_of_one_pool_is_measured_by_its_own_themes() -> None:
    """What one role's themes found in somebody is not the answer to another role's."""
    people = [Candidate(f"c{n}", (), (piece(n + 1, "climate" if n else "music"),)) for n in range(3)]
    second = parse_role(ROLE.replace("climate", "music"))
    pool = build_corpus(people, Memory(), HashingEmbedder())
    score_role(parse_role(ROLE), pool, read_weights(), NOON.date())
    after = score_role(second, pool, read_weights(), NOON.date())
    alone = score_role(second, build_corpus(people, Memory(), HashingEmbedder()), read_weights(), NOON.date())
    assert after.total.tolist() == alone.total.tolist()
    assert len(set(alone.total.tolist())) > 1
