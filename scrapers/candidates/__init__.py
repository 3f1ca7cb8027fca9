"""Candidates in the store: accounts joined, human decisions, look-up by identifier."""
