"""Product-mindedness: people who use the thing, what it costs, what was left out."""

from __future__ import annotations

from ranking.features._cues import measured_by

measure = measured_by("product")
