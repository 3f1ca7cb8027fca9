"""Fault-first habits: retries, timeouts, fallbacks, tests of failure, post-mortems."""

from __future__ import annotations

from ranking.features._cues import measured_by

measure = measured_by("fault_first")
