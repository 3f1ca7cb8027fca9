"""Schema steps, applied in order when a store is opened. The folder only grows."""
