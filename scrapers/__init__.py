"""Collection: what happened in public, and who did it: page -> evidence -> candidate."""

__version__ = "0.2.0"
