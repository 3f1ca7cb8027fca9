"""The shortlist and its history: matches, changes, funnel, outreach."""

from ranking.shortlist.shortlist import Match, Quote, Shortlist, Term

__all__ = ["Match", "Quote", "Shortlist", "Term"]
