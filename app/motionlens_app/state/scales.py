"""From raw values to the 0..1 that a colour map or a glow takes. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from motionlens.explanation.result import Quantity

from .answers import Answer

ScaleMode = Literal["query", "word", "shared"]
MapName = Literal["joint", "time"]
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


def _mapped(answer: Answer, quantity: Quantity, which: MapName) -> np.ndarray:
    """(N, …) what one scale is for: similarities are largest values in both maps, interactions sums of a map."""
    if quantity == "similarity":
        return np.concatenate([answer.word_joint(quantity), answer.word_segment(quantity)], axis=1)
    return answer.word_joint(quantity) if which == "joint" else answer.word_segment(quantity)


def scale_of(
    answers: Sequence[Answer], quantity: Quantity, mode: ScaleMode, at: int = 0, which: MapName = "joint"
) -> Scale:
    """The scale of a map of ``answers[at]``; both maps have the same one for similarity.

    Args:
        mode: "query": one for the answer; "word": one for each of its words; "shared": one for all answers.

    Two values -1 and 3 of an interaction: from -3 to 3, so that zero lies in the middle.
    """
    of = answers if mode == "shared" else answers[at : at + 1]
    maps = [_mapped(answer, quantity, which) for answer in of]
    values = maps[0] if mode == "word" else np.concatenate([one.reshape(1, -1) for one in maps], axis=1)
    seen = np.where(np.isfinite(values), values, -np.inf).max(axis=1)
    if quantity == "interaction":
        high = np.where(np.isfinite(values), np.abs(values), 0).max(axis=1)
        high = np.where(np.isfinite(seen), np.maximum(high, 1e-9), np.nan)
        return Scale(-high, high, quantity)
    low = np.where(np.isfinite(values), values, np.inf).min(axis=1)
    gone = ~np.isfinite(seen)
    return Scale(np.where(gone, np.nan, low), np.where(gone, np.nan, seen), quantity)


def glow_of(values: np.ndarray, scale: Scale, word: int | None = None) -> np.ndarray:
    """How strongly joints glow: those that stand out, as strongly as the best of them is met on the scale.

    Args:
        values: (22,) raw values of the picked word or time.

    >>> one = Scale(np.array([0.0]), np.array([1.0]), "similarity")
    >>> [round(float(g), 2) for g in glow_of(np.array([0.2, 0.2, 0.5, 0.8]), one)]
    [0.0, 0.0, 0.27, 0.8]
    """
    values = np.asarray(values, np.float32)
    low, high = scale.ends(word)
    # Half of the joints stay dark. Differences that are nothing on the scale are not blown up.
    usual = float(np.median(values))
    if scale.quantity == "interaction":
        usual = max(usual, 0.0)
    stands_out = np.clip(
        (values - usual) / max(float(values.max()) - usual, 0.05 * (high - low), 1e-9), 0.0, 1.0
    )
    best = float(scale.share(values.max(), word))
    strength = 2.0 * best - 1.0 if scale.quantity == "interaction" else best
    out: np.ndarray = np.nan_to_num(stands_out * max(strength, 0.0)).astype(np.float32)
    return out
