"""From raw values to the 0..1 that a colour map or a glow takes: one scale for both maps. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from motionlens.explanation.result import Quantity

from .answers import Answer

ScaleMode = Literal["query", "word", "shared"]
UNITS: dict[Quantity, str] = {"similarity": "cosine", "interaction": "score units"}


@dataclass(frozen=True, eq=False)
class Scale:
    """Values at the two ends of the colour map; one pair, or one for each word.

    Attributes:
        low, high: (1,) or (N,).
        quantity: an interaction's scale is symmetrical, so that zero is its middle.
    """

    low: np.ndarray
    high: np.ndarray
    quantity: Quantity

    def ends(self, word: int | None = None) -> tuple[float, float]:
        """The two values that the colour bar names; of one word, or the widest."""
        if word is not None and 0 <= word < len(self.low) and np.isfinite(self.low[word]):
            return float(self.low[word]), float(self.high[word])
        return float(np.nanmin(self.low)), float(np.nanmax(self.high))

    def share(self, values: np.ndarray, word: int | None = None) -> np.ndarray:
        """Values to 0..1.

        Args:
            values: (N, …) with a row a word, or any shape of one word (or of no word) with ``word``.
        """
        values = np.asarray(values, np.float32)
        if len(self.low) == 1:
            low, high = self.low[0], self.high[0]
        elif word is not None:
            low, high = self.low[word], self.high[word]
        elif values.ndim and len(values) == len(self.low):
            shape = (-1,) + (1,) * (values.ndim - 1)
            low, high = self.low.reshape(shape), self.high.reshape(shape)
        else:
            low, high = np.nanmin(self.low), np.nanmax(self.high)
        out: np.ndarray = np.clip((values - low) / np.maximum(high - low, 1e-9), 0.0, 1.0)
        return out


def scale_of(answers: Sequence[Answer], quantity: Quantity, mode: ScaleMode, at: int = 0) -> Scale:
    """The scale of ``answers[at]``.

    Args:
        mode: "query": one for the answer; "word": one for each of its words; "shared": one for all answers.

    Two values -1 and 3 of an interaction: from -3 to 3, so that zero lies in the middle.
    """
    of = answers if mode == "shared" else answers[at : at + 1]
    maps = [
        np.concatenate([answer.word_joint(quantity), answer.word_segment(quantity)], axis=1) for answer in of
    ]
    values = maps[0] if mode == "word" else np.concatenate([one.reshape(1, -1) for one in maps], axis=1)
    seen = np.where(np.isfinite(values), values, -np.inf).max(axis=1)
    if quantity == "interaction":
        high = np.where(np.isfinite(values), np.abs(values), 0).max(axis=1)
        high = np.where(np.isfinite(seen), np.maximum(high, 1e-9), np.nan)
        return Scale(-high, high, quantity)
    low = np.where(np.isfinite(values), values, np.inf).min(axis=1)
    gone = ~np.isfinite(seen)
    return Scale(np.where(gone, np.nan, low), np.where(gone, np.nan, seen), quantity)


def glow_of(shares: np.ndarray, quantity: Quantity) -> np.ndarray:
    """How strongly joints glow: what is met well stands out, what is met as usual stays dark.

    Args:
        shares: (22,) places on the colour map, 0..1.

    >>> glow_of(np.array([0.0, 0.5, 1.0]), "interaction").tolist()
    [0.0, 0.0, 1.0]
    """
    above = 0.5 if quantity == "interaction" else 0.4
    out: np.ndarray = np.clip((np.asarray(shares, np.float32) - above) / (1 - above), 0.0, 1.0)
    return np.nan_to_num(out).astype(np.float32)
