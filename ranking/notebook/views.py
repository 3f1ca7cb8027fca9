"""A shortlist with the views of a notebook: tables, plots, files."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from scrapers.text import counted

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

from dataclasses import fields

from ranking.shortlist import shortlist as plain
from ranking.shortlist.shortlist import Quote


@dataclass(frozen=True, slots=True)
class Shortlist(plain.Shortlist):
    """The shortlist that `TalentPool.rank` returns: a sequence of matches, best first, as a frame, a file, or plots.

    `shortlist[0].explain()` tells a score term by term, `shortlist.to_frame()` has the columns of the CSV,
    `shortlist.against(before)` says who moved. In a notebook it shows itself as a table.

    >>> from datetime import date
    >>> from ranking.role import Role
    >>> Shortlist(Role("engineer", ()), (), date(2026, 11, 1), 60, "letters@1").to_frame().shape[0]
    0
    """

    @classmethod
    def of(cls, shortlist: plain.Shortlist) -> Shortlist:
        """Return the same shortlist with a notebook's views."""
        return cls(**{field.name: getattr(shortlist, field.name) for field in fields(plain.Shortlist)})

    def to_frame(self) -> pd.DataFrame:
        """Return a row for each candidate, the columns of the CSV."""
        import pandas as pd

        from ranking.exports._rows import COLUMNS, row

        return pd.DataFrame([row(match, self) for match in self.matches], columns=list(COLUMNS))

    def to_csv(self, path: str | Path) -> Path:
        """Write the recruiter's CSV there."""
        from ranking.handover.exporting import export

        return export(self, None, "shortlist_csv", Path(path), at=datetime.now(UTC))

    def bars(self) -> Figure:
        """Plot each score as a bar of its terms."""
        from ranking.notebook.plots import score_bars

        return score_bars(self)

    def heatmap(self) -> Figure:
        """Plot who covers which requirement."""
        from ranking.notebook.plots import coverage

        return coverage(self)

    def against(self, before: Shortlist) -> pd.DataFrame:
        """Return who moved since another shortlist, and the term that moved them most: a row a person."""
        from ranking.notebook.diff import rank_changes

        return rank_changes(self, before)

    def _repr_html_(self) -> str:
        """The table that a notebook shows: place, name, score, reasons with links. Everything is escaped."""
        from ranking.exports._view import weblink

        def reason(quote: Quote) -> str:
            link = weblink(quote.url)
            said = f"{escape(quote.text)} <small>{quote.date or ''}</small>"
            return f'<a href="{escape(link)}" rel="noopener nofollow">{said}</a>' if link else said

        rows = "".join(
            f"<tr><td>{match.rank}</td><td>{escape(match.candidate.name)}</td><td>{match.score:.2f}</td>"
            f"<td>{'<br>'.join(map(reason, match.reasons))}</td></tr>"
            for match in self.matches
        )
        caption = f"{escape(self.role.title)}: {counted(self.considered, 'people')}, {self.as_of}"
        head = "<tr><th></th><th>Candidate</th><th>Score</th><th>Reasons</th></tr>"
        return f"<table><caption>{caption}</caption>{head}{rows}</table>"
