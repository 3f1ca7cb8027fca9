"""Unit vectors whose inner products are the same on every machine and in every order."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
# Numbers of up to 1 on a grid of 2^-11 multiply to whole multiples of 2^-22, and the sum of such products stays below 4
# for two unit vectors, at every step: float32 holds each exactly. So a matrix product does not depend on how a library
# blocks it, equal texts have equal scores, and a cosine is off by 0.0002, far less than an encoding in bf16 costs.
GRID = np.float32(2**11)


def on_grid(rows: Floats) -> Floats:
    """Rows of length 1 at most, with each number moved to the nearest multiple of 1 / GRID."""
    moved: Floats = np.rint(rows * GRID) / GRID
    return moved


def unit(rows: Floats) -> Floats:
    """Rows of length 1, on the grid; a zero row stays zero."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return on_grid(rows / np.maximum(lengths, np.float32(1e-9)))
