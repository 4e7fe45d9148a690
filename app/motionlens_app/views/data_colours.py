"""Colours of data: the same in both themes, and told apart by people who do not see red and green."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from PySide6.QtGui import QColor

from motionlens.explanation.colours import INTERACTION, SIMILARITY
from motionlens.explanation.result import Quantity

STEPS = 256


@lru_cache(maxsize=2)
def colour_map(quantity: Quantity) -> np.ndarray:
    """(256, 3) uint8."""
    import pyqtgraph  # half a second: the first explanation has imported it off the GUI thread

    if quantity == "similarity":
        chosen = pyqtgraph.colormap.get(SIMILARITY)
    else:
        chosen = pyqtgraph.ColorMap(np.linspace(0, 1, len(INTERACTION)), np.array(INTERACTION, np.uint8))
    table = chosen.getLookupTable(0.0, 1.0, STEPS, alpha=False)
    return np.ascontiguousarray(table[:, :3], np.uint8)


def colour_at(quantity: Quantity, share: float) -> QColor:
    """The colour of a place 0..1 on the map."""
    at = min(max(round(share * (STEPS - 1)), 0), STEPS - 1)
    return QColor(*colour_map(quantity)[at].tolist())
