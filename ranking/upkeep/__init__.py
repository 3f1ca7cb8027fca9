"""Upkeep of a home: refresh, forget, sweep, sample."""
