"""The pool: everybody who can be ranked, opened together with the index over what they made.

The store and all it needs load on first use, so that a notebook's first line takes half a second.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ranking.corpus.corpus import Corpus, build_corpus
from ranking.corpus.people_file import candidates_of, read_people
from ranking.index.embedder import Embedder, Memory, Progress, text_hash, vectors_id
from ranking.index.models import embedder_of, passages_by
from ranking.notebook.views import Shortlist
from ranking.role import Role, read_role
from ranking.scoring.longlist import score_best
from ranking.scoring.matches import rank
from ranking.scoring.rerank import Reranker, read_again, reranker_of
from ranking.scoring.score import Scores, questions_of
from ranking.scoring.weights import Weights, read_weights, weights_of
from ranking.shortlist.funnel import Funnel, sift
from ranking.shortlist.shortlist import Match
from scrapers.faults import Fault
from scrapers.records import Candidate
from scrapers.settings.home import Home, find_home
from scrapers.text import counted
from scrapers.text.privacy import is_held

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from scrapers.store import Store

log = logging.getLogger(__name__)


class NobodyToRank(Fault):
    """There are no people yet; the message says how to get some."""


class NotAmongThem(Fault):
    """The pool has no candidate of that id."""


class TalentPool:
    """People with their evidence, ready to be ranked against any role.

    `TalentPool.open()` takes the people of a home, `TalentPool.from_people(frame)` a list of your own,
    `TalentPool.sample()` sixty invented people. An embedder turns texts into unit rows; this one knows no meaning:

    >>> import numpy as np, pandas as pd
    >>> class Letters:
    ...     model_id, dimension, query_prompt, passage_prompt = "letters@1", 26, "", ""
    ...     def encode(self, texts):
    ...         rows = np.array([[1 + text.count(chr(97 + n)) for n in range(26)] for text in texts], dtype=np.float32)
    ...         return rows / np.linalg.norm(rows, axis=1, keepdims=True)
    >>> people = pd.DataFrame({
    ...     "person_id": ["ada", "bob"],
    ...     "title": ["Retries, measured", "Bread"],
    ...     "text": ["We measured retries of a job queue.", "Sourdough with rye."],
    ... })
    >>> pool = TalentPool.from_people(people, embedder=Letters())
    >>> pool
    <TalentPool of 2 people, 2 pieces of evidence>
    >>> shortlist = pool.rank("engineer who measures retries", top=1)
    >>> shortlist[0].candidate.id, shortlist[0].rank, shortlist.considered
    ('ada', 1, 2)
    """

    def __init__(
        self,
        candidates: Sequence[Candidate],
        corpus: Corpus,
        weights: Weights | None = None,
        funnel: Funnel | None = None,
        reranker: Reranker | None = None,
    ) -> None:
        self.candidates = {candidate.id: candidate for candidate in candidates}
        self.corpus = corpus
        self.funnel = funnel or sift(candidates, {})[1]
        self.weights = weights or read_weights()
        self.reranker = reranker

    @classmethod
    def open(
        cls,
        home: Home | Path | str | None = None,
        *,
        embedder: Embedder | None = None,
        progress: Progress | None = None,
    ) -> TalentPool:
        """Open everybody in the store of that home (the project's own by default), as the last refresh joined them.

        Evidence collected since then is embedded first, by the model that operator.toml names where none is given. Left
        out is who may be held no longer today; a home that stands apart (the sample's) lives on its own day. Raises
        NobodyToRank for an empty store, and before anything else NoSuchModel.
        """
        from ranking.handover.clearance import past_due
        from scrapers.candidates.joining import load_candidates, repositories
        from scrapers.rights.ledger import Ledger
        from scrapers.rights.suppression import SuppressionList
        from scrapers.store import Store

        place = home if isinstance(home, Home) else find_home(Path(home) if home else None)
        embedder, reranker = embedder or embedder_of(place), reranker_of(place)
        with Store.open(place) as store:
            listed = SuppressionList.open(place, store)
            today = datetime.now(UTC).date()
            with store.snapshot():
                everybody, described = load_candidates(store, Ledger.read().closed()), repositories(store)
                late = frozenset() if place.apart else past_due(everybody, place, store, today)
            candidates, funnel = sift(
                everybody,
                {
                    "opted out": {c.id for c in everybody if any(map(listed.account_listed, c.accounts))},
                    "held back: possibly minors": {c.id for c in everybody if is_held(c)},
                    "past their last day": late,
                    "nothing made that is known": {c.id for c in everybody if not c.evidence},
                },
            )
            if not candidates:
                raise _nobody(place, store, len(late), today, unjoined=not everybody)
            others = store.vector_models()
            if others and passages_by(embedder).isdisjoint(others):
                log.warning(
                    "%s: all vectors are by another model (%s): everything is embedded for this once; run "
                    "`headwater refresh` to keep it",
                    place.folder,
                    ", ".join(others),
                )
            corpus = build_corpus(candidates, Memory(store), embedder, progress, described)
            return cls(candidates, corpus, weights_of(place), funnel, reranker)

    @classmethod
    def from_people(
        cls,
        people: Path | str | pd.DataFrame,
        *,
        embedder: Embedder | None = None,
        reranker: Reranker | None = None,
        progress: Progress | None = None,
    ) -> TalentPool:
        """Your own list: a JSON lines file, or a frame with person_id, title, text and, if you like, date and url."""
        candidates = read_people(Path(people)) if isinstance(people, str | Path) else candidates_of(people)
        return cls(candidates, build_corpus(candidates, Memory(), embedder, progress), reranker=reranker)

    @classmethod
    def sample(cls, progress: Progress | None = None) -> TalentPool:
        """The bundled sixty invented people, for a first look; built once in the home, then opened in a moment."""
        from ranking.upkeep.sample import build_sample, is_built

        home = Home(find_home().create() / "sample", apart=True)
        if not is_built(home):
            build_sample(home, progress)
        return cls.open(home)

    def __len__(self) -> int:
        return len(self.candidates)

    def __repr__(self) -> str:
        return f"<TalentPool of {counted(len(self), 'people')}, {counted(self.corpus.rows, 'pieces of evidence')}>"

    def rank(
        self, role: Role | Path | str, top: int = 25, as_of: date | None = None, progress: Progress | None = None
    ) -> Shortlist:
        """The best `top` people for a role (typed, a file, or a sentence) as of a day, today in UTC by default.

        `progress` follows a second reading, where there is a reranker.
        """
        day = as_of or datetime.now(UTC).date()
        role = role if isinstance(role, Role) else read_role(role, as_of=day)
        ranked = rank(self._scores(role, day, (), progress), self.candidates, top=top)
        return replace(Shortlist.of(ranked), funnel=self.funnel)

    def map(self, role: Role | Path | str, top: int = 25, as_of: date | None = None) -> Figure:
        """Plot everybody in two dimensions and the role among them; only the best `top` have a name."""
        from ranking.notebook.plots import role_map

        return role_map(self.corpus, self.rank(role, top, as_of))

    def explain(self, candidate_id: str, role: Role | Path | str, as_of: date | None = None) -> Match:
        """Return that candidate's place among all, with every term of the score; raises NotAmongThem."""
        return self.matches(role, [candidate_id], as_of)[0]

    def matches(
        self, role: Role | Path | str, candidate_ids: Collection[str], as_of: date | None = None
    ) -> tuple[Match, ...]:
        """Return these candidates at the places they hold among all, best first; raises NotAmongThem."""
        for candidate_id in candidate_ids:
            if candidate_id not in self.candidates:
                raise NotAmongThem(f"{candidate_id}: not among the {counted(len(self), 'people')} of this pool")
        day = as_of or datetime.now(UTC).date()
        role = role if isinstance(role, Role) else read_role(role, as_of=day)
        return rank(self._scores(role, day, candidate_ids), self.candidates, only=candidate_ids).matches

    def keep_questions(self, role: Role, store: Store) -> None:
        """Keep the vectors of what a role asks, so that the next ranking by it need not load the model."""
        embedder, asked = self.corpus.embedder, list(map(text_hash, questions_of(role)))
        made_by = vectors_id(embedder.model_id, embedder.query_prompt)
        held = store.vectors(made_by, asked)
        found = self.corpus.cache.vectors(made_by, asked)
        store.add_vectors(made_by, {key: vector for key, vector in found.items() if key not in held})

    def _scores(self, role: Role, day: date, named: Collection[str], progress: Progress | None = None) -> Scores:
        return read_again(score_best(role, self.corpus, self.weights, day, named), self.reranker, progress)


def _nobody(home: Home, store: Store, late: int, today: date, *, unjoined: bool) -> NobodyToRank:
    """Return why a pool is empty: all are past their last day, all were deleted, or nobody came yet."""
    from ranking.upkeep.expiry import announced, last_deletion, people_held

    if late:
        return NobodyToRank(
            f"{home.folder}: nobody but {counted(late, 'people')} past the last day that operator.toml "
            f"allows; the next `headwater sweep` deletes them. {' '.join(announced(home, store, today))}"
        )
    if deleted := last_deletion(home, store):
        waiting = "; run `headwater refresh` for who came since" if unjoined and people_held(store) else ""
        return NobodyToRank(f"{home.folder}: nobody here; {deleted}{waiting}")
    return NobodyToRank(f"{home.folder}: nobody here yet; run `headwater collect` and `headwater refresh`")
