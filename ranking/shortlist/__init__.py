"""The shortlist and its history: matches, changes, funnel, outreach."""
