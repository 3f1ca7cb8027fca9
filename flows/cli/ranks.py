"""Commands that rank: refresh, rank, role, evaluate, demo."""
