"""Pairs of records compared: candidates for comparison, rules, and the pair model."""
