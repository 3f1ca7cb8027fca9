"""Scores: one figure a person, as terms that add up."""
