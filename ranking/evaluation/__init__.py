"""Evaluation of rankings: measures, training, and checks of vectors and fallbacks."""
