"""Parsing of pages and files: trees, encodings, lines, and what a reader sees."""
