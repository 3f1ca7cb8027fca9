"""Training of the pair model."""
