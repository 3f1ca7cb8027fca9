"""Texts as vectors and as words, searchable; the only home of heavy machine-learning libraries."""
