"""The fixtures that every test may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

THOROUGH = os.environ.get("HEADWATER_THOROUGH") == "1"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of recorded pages and benches beside the checkout; the test is skipped where there is none."""
    folder = Path(__file__).resolve().parents[2] / "shared"
    if not folder.is_dir():
        pytest.skip("the recorded corpus and benches are not beside this checkout")
    return folder
