"""Constants of the tests: a day at noon, and whether the long versions run."""

from __future__ import annotations

import os
from datetime import UTC, datetime

THOROUGH = os.environ.get("HEADWATER_THOROUGH") == "1"


NOON = datetime(2026, 11, 15, 12, tzinfo=UTC)
