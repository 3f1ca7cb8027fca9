"""The pool made ready for search: evidence as rows, and retrieval for a question."""
