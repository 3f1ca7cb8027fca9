"""Shared by every flow: names, retries, progress, budgets, batches."""
