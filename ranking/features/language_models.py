"""Curiosity about language models: what somebody tried with them, and where it broke."""

from __future__ import annotations

from ranking.features._cues import measured_by

measure = measured_by("language_models")
