"""Figures of explanations as pure functions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

Span = tuple[int, int]
"""Windows [first, last)."""


def auc(values: np.ndarray, truth: np.ndarray) -> float:
    """Area under the ROC curve: how often a true entry is above a false one, a tie counting half.

    Args:
        values: (n,). truth: (n,) bool.

    Returns:
        In [0, 1], chance 0.5; NaN where all entries are true or none is.

    >>> auc(np.array([3.0, 2.0, 2.0, 1.0]), np.array([True, True, False, False]))
    0.875
    """
    values, truth = np.asarray(values, np.float64), np.asarray(truth, bool)
    own, other = values[truth], values[~truth]
    if not own.size or not other.size:
        return float("nan")
    above = (own[:, None] > other).mean() + (own[:, None] == other).mean() / 2
    return float(above)


def pointing(values: np.ndarray, truth: np.ndarray) -> float:
    """The pointing game (Zhang et al., IJCV 2018): is the peak inside? Of several peaks, their share.

    >>> pointing(np.array([1.0, 4.0, 4.0]), np.array([False, True, False]))
    0.5
    """
    values = np.asarray(values)
    return float(np.asarray(truth, bool)[values == values.max()].mean())


def best_span(values: np.ndarray) -> Span:
    """The run of windows that stands out most: the largest sum of what is above the mean of all windows.

    No threshold has to be chosen, and adding a constant or scaling changes nothing. Where no window is
    above the mean, all are taken.

    >>> best_span(np.array([0.0, 3.0, 2.5, 0.0, 2.0, 0.0]))
    (1, 3)
    >>> best_span(np.ones(4))
    (0, 4)
    """
    excess = np.asarray(values, np.float64) - np.mean(values)
    best, found = 1e-12, (0, len(excess))
    for first in range(len(excess)):
        sums = np.cumsum(excess[first:])
        last = int(sums.argmax())
        if sums[last] > best:
            best, found = float(sums[last]), (first, first + last + 1)
    return found


def span_iou(a: Span, b: Span) -> float:
    """Windows in both spans over windows in either.

    >>> span_iou((0, 3), (2, 4))
    0.25
    """
    shared = max(0, min(a[1], b[1]) - max(a[0], b[0]))
    return shared / ((a[1] - a[0]) + (b[1] - b[0]) - shared)


def rollout(attention: Sequence[np.ndarray]) -> np.ndarray:
    """Attention rollout (Abnar and Zuidema, ACL 2020): how much of each input token reaches the outputs.

    A layer hands on half of what it attends to and half of the token itself (the residual); layers
    multiply. The outputs are averaged, as the whole stage averages them.

    Args:
        attention: a layer at a time (n, n), averaged over heads; rows (outputs) sum to 1.

    Returns:
        (n,) shares; they sum to 1.

    One layer in which both tokens attend to the first alone; of the second its residual is left:

    >>> rollout([np.array([[1.0, 0.0], [1.0, 0.0]])]).tolist()
    [0.75, 0.25]
    """
    flow = np.eye(len(attention[0]))
    for layer in attention:
        flow = (0.5 * np.asarray(layer, np.float64) + 0.5 * np.eye(len(layer))) @ flow
    out: np.ndarray = flow.mean(axis=0)
    return out


def normalised(curve: np.ndarray, empty: float, full: float) -> np.ndarray:
    """A curve of scores in units in which no patch is 0 and all patches are 1.

    >>> normalised(np.array([0.2, 0.5, 0.8]), empty=0.2, full=0.8).round(3).tolist()
    [0.0, 0.5, 1.0]
    """
    return (np.asarray(curve, np.float64) - empty) / (full - empty)


def area(curve: np.ndarray, at: np.ndarray) -> float:
    """Area under a curve (trapezoids), over the width of ``at``.

    A deletion curve that falls to nothing with the first of four patches has a small area; insertion
    curves are read the other way round:

    >>> at = np.array([0.0, 0.25, 0.5, 0.75, 1.0])
    >>> area(np.array([1.0, 0.0, 0.0, 0.0, 0.0]), at), area(np.array([0.0, 1.0, 1.0, 1.0, 1.0]), at)
    (0.125, 0.875)
    """
    curve, at = np.asarray(curve, np.float64), np.asarray(at, np.float64)
    return float((np.diff(at) * (curve[1:] + curve[:-1]) / 2).sum() / (at[-1] - at[0]))


def rank_correlation(a: np.ndarray, b: np.ndarray) -> float:
    """Spearman's rank correlation of two maps, ties at the average rank; 0 where one of them is flat.

    >>> round(rank_correlation(np.array([1.0, 2.0, 9.0]), np.array([0.1, 0.2, 0.3])), 6)
    1.0
    >>> rank_correlation(np.array([1.0, 2.0, 9.0]), np.ones(3))
    0.0
    """
    x, y = (_ranks(np.ravel(v)) for v in (a, b))
    x, y = x - x.mean(), y - y.mean()
    scale = float(np.sqrt((x**2).sum() * (y**2).sum()))
    return float((x * y).sum() / scale) if scale > 0 else 0.0


def _ranks(values: np.ndarray) -> np.ndarray:
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(count)
    ranks: np.ndarray = (last - (count - 1) / 2)[place]
    return ranks


def relief(values: np.ndarray) -> float:
    """How far a map is from flat: its standard deviation over the mean of its absolute values.

    >>> relief(np.ones(5)), relief(np.array([0.0, 2.0]))
    (0.0, 1.0)
    """
    mean = float(np.abs(values).mean())
    return float(np.std(values)) / mean if mean > 0 else 0.0
