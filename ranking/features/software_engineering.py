"""Software engineering: changes deployed, moved, measured and repaired, not only written."""

from __future__ import annotations

from ranking.features._cues import measured_by

measure = measured_by("software_engineering")
