"""One score from the scores of a query's parts (decision 0011)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def standardised(scores: np.ndarray, of: np.ndarray | None = None) -> np.ndarray:
    """(m,) float64 scores less their mean, over their standard deviation; zeros where all are alike.

    Args:
        of: scores whose mean and deviation are taken, where ``scores`` are some of the best only.

    >>> standardised(np.array([1.0, 2.0, 3.0])).round(3).tolist()
    [-1.225, 0.0, 1.225]
    """
    scores = np.asarray(scores, np.float64)
    of = scores if of is None else np.asarray(of, np.float64)
    away = scores - of.mean() if len(of) else scores
    spread = float(of.std()) if len(of) else 0.0
    return away / spread if spread > 1e-7 else np.zeros_like(away)


def combine(
    wanted: Sequence[np.ndarray],
    weights: Sequence[float],
    avoided: np.ndarray | None = None,
    scales: Sequence[np.ndarray] | None = None,
) -> np.ndarray:
    """One score a moment: sum over parts p of w_p z_p - max(0, z_avoided), z = ``standardised``.

    Sentences and examples score in different ranges, so that each part is put on the scale of its own scores
    over the whole library. What is avoided counts only above its mean: not being a run must not lift anything.
    One part alone keeps its scores.

    Args:
        wanted: (m,) scores of each part, one at least.
        weights: one a part, >= 0, not all 0; their ratios count.
        avoided: (m,) scores of what is not wanted.
        scales: scores whose mean and deviation are taken instead, of each wanted part and of what is avoided.

    Returns:
        (m,) float32.

    The text likes the first moment, the example the last; with three times its weight the text decides:

    >>> text, example = np.array([3.0, 2.0, 1.0]), np.array([10.0, 20.0, 30.0])
    >>> combine([text, example], [3.0, 1.0]).astype(float).round(3).tolist()
    [0.612, 0.0, -0.612]

    Avoiding what the first is takes it below the others and does not lift the last:

    >>> combine([text], [1.0], np.array([9.0, 0.0, 0.0])).astype(float).round(3).tolist()
    [-0.189, 0.0, -1.225]
    """
    if not wanted or len(wanted) != len(weights):
        raise ValueError("one weight a part, and one part at least")
    share = np.asarray(weights, np.float64)
    if (share < 0).any() or not share.any():
        raise ValueError("weights must not be negative, nor all 0")
    if len(wanted) == 1 and avoided is None:
        return np.asarray(wanted[0], np.float32)
    of = [*wanted, avoided] if scales is None else [*scales]
    out = np.sum(
        [w * standardised(s, o) for w, s, o in zip(share / share.sum(), wanted, of, strict=False)], axis=0
    )
    if avoided is not None:
        out = out - np.maximum(standardised(avoided, of[-1]), 0.0)
    return np.asarray(out, np.float32)


def part_weights(text: bool, examples: int, text_weight: float) -> list[float]:
    """Weights of the text, where there is one, and of the examples, which share the rest alike.

    >>> part_weights(True, 2, 0.5), part_weights(False, 2, 0.5), part_weights(True, 0, 0.3)
    ([0.5, 0.25, 0.25], [0.5, 0.5], [1.0])
    """
    if not examples:
        return [1.0] * text
    rest = 1.0 - text_weight if text else 1.0
    return [text_weight] * text + [rest / examples] * examples
