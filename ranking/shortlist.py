"""What a search gives back: matches with the terms of their score and the evidence behind each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from ranking.role import Role
from scrapers.records import Candidate

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Quote:
    """Words that stand verbatim in a piece of evidence, with its link and date."""

    text: str
    url: str
    date: date | None
    evidence_id: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Term:
    """One summand of a score, in points. The points of all terms add up to the score."""

    name: str
    points: float
    detail: str
    quotes: tuple[Quote, ...] = ()


@dataclass(frozen=True, slots=True)
class Match:
    """A candidate's place on a shortlist, and why."""

    rank: int
    candidate: Candidate
    score: float
    terms: tuple[Term, ...]
    must_met: tuple[str, ...] = ()
    must_unknown: tuple[str, ...] = ()
    never_hit: tuple[str, ...] = ()
    reasons: tuple[Quote, ...] = ()
    stronger_than: int = 0
    flags: tuple[str, ...] = ()

    def explain(self) -> str:
        """The score as text: every term with its points and quotes, and the sum."""
        lines = [f"{self.rank}. {self.candidate.name} ({self.candidate.id})"]
        for term in self.terms:
            lines.append(f"  {term.points:+9.4f}  {term.name}{f': {term.detail}' if term.detail else ''}")
            for quote in term.quotes:
                lines.append(f'             "{quote.text}" {quote.url} {quote.date or ""}'.rstrip())
        return "\n".join([*lines, f"  {self.score:+9.4f}  score"])


@dataclass(frozen=True, slots=True)
class Shortlist:
    """The best matches for a role on a day, out of `considered` people."""

    role: Role
    matches: tuple[Match, ...]
    as_of: date
    considered: int
    model: str

    def __len__(self) -> int:
        return len(self.matches)

    def __iter__(self) -> Iterator[Match]:
        return iter(self.matches)

    def __getitem__(self, place: int) -> Match:
        return self.matches[place]

    def to_frame(self) -> pd.DataFrame:
        """One row a candidate, the columns of the CSV."""
        import pandas as pd

        from ranking.exports._rows import COLUMNS, row

        return pd.DataFrame([row(match, self) for match in self.matches], columns=list(COLUMNS))

    def to_csv(self, path: str | Path) -> Path:
        """Write the recruiter's CSV there."""
        from ranking.exporting import export

        return export(self, None, "shortlist_csv", Path(path), at=datetime.now(UTC))

    def _repr_html_(self) -> str:
        """The table that a notebook shows: place, name, score, reasons with links. Everything is escaped."""
        from ranking.exports.page import weblink

        def reason(quote: Quote) -> str:
            link = weblink(quote.url)
            said = f"{escape(quote.text)} <small>{quote.date or ''}</small>"
            return f'<a href="{escape(link)}" rel="noopener nofollow">{said}</a>' if link else said

        rows = "".join(
            f"<tr><td>{match.rank}</td><td>{escape(match.candidate.name)}</td><td>{match.score:.2f}</td>"
            f"<td>{'<br>'.join(map(reason, match.reasons))}</td></tr>"
            for match in self.matches
        )
        caption = f"{escape(self.role.title)}: {self.considered} people, {self.as_of}"
        head = "<tr><th></th><th>Candidate</th><th>Score</th><th>Reasons</th></tr>"
        return f"<table><caption>{caption}</caption>{head}{rows}</table>"
