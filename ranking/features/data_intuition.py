"""An intuition for data: baselines, leaks, intervals, labels that somebody read."""

from __future__ import annotations

from ranking.features._cues import measured_by

measure = measured_by("data_intuition")
