"""When an arm or head action happens: cycles with human jitter, and poses joined by minimum jerk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.interpolate import BPoly, PchipInterpolator

from ..motion import FPS
from .arms_base import REST_CHART
from .vocabulary import Action


@dataclass(frozen=True)
class Timing:
    """Clock of a repeated action over n frames.

    Attributes:
        phase: (n,) cycles done: 0 before the action, rising to ``count``, constant after.
        weight: (n,) 0 at rest, 1 during the action, minimum-jerk between.
        seconds: (n,) time since the first frame.
        count: cycles.
        start, end: frames [start, end) of the action proper.
    """

    phase: np.ndarray
    weight: np.ndarray
    seconds: np.ndarray
    count: int
    start: int
    end: int

    @property
    def n_frames(self) -> int:
        """n, frames."""
        return len(self.phase)

    def whole(self) -> np.ndarray:
        """(n,) progress 0..1 through all cycles."""
        return self.phase / max(self.count, 1)


def minimum_jerk(x: np.ndarray | float) -> np.ndarray:
    """Position 0..1 of a minimum-jerk reach at time x (Flash and Hogan 1985), clipped outside.

    >>> minimum_jerk(np.array([-1.0, 0.0, 0.5, 1.0, 2.0])).tolist()
    [0.0, 0.0, 0.5, 1.0, 1.0]
    """
    x = np.asarray(np.clip(x, 0.0, 1.0), dtype=float)
    return x**3 * (10.0 - 15.0 * x + 6.0 * x * x)


def hump(phase: np.ndarray, sharp: float = 1.0) -> np.ndarray:
    """0 at whole phases, 1 half way, once a cycle, with no speed at either; sharp > 1 stays low longer.

    >>> hump(np.array([0.0, 0.25, 0.5, 1.0])).round(2).tolist()
    [0.0, 0.5, 1.0, 0.0]
    """
    return (0.5 - 0.5 * np.cos(2.0 * np.pi * phase)) ** sharp


def skew(phase: np.ndarray, peak: float) -> np.ndarray:
    """Phase warped so that the middle of each cycle comes at ``peak`` (0..1) of the cycle.

    >>> skew(np.array([0.0, 0.7, 1.0, 1.7]), 0.7).round(2).tolist()
    [0.0, 0.5, 1.0, 1.5]
    """
    base = np.floor(phase)
    part = phase - base
    warp = np.where(part < peak, 0.5 * part / peak, 0.5 + 0.5 * (part - peak) / (1.0 - peak))
    return base + warp


def drift(rng: np.random.Generator, seconds: np.ndarray, size: float, channels: int = 4) -> np.ndarray:
    """(n, channels) slow wander of a held limb: nobody holds still; two sines of 0.2 to 0.9 Hz."""
    rate = rng.uniform((0.2, 0.5), (0.45, 0.9), (channels, 2))
    start = rng.uniform(0.0, 2.0 * np.pi, (channels, 2))
    waves = np.sin(2.0 * np.pi * rate * seconds[:, None, None] + start)
    return size * (0.7 * waves[..., 0] + 0.3 * waves[..., 1])


def vary(rng: np.random.Generator, share: float) -> float:
    """A factor about 1, uniform within ``share`` of it."""
    return float(rng.uniform(1.0 - share, 1.0 + share))


def cycles(
    action: Action,
    rng: np.random.Generator,
    n_frames: int | None,
    period_s: float,
    *,
    lead_s: float = 0.6,
    settle_s: float = 0.65,
    usual: tuple[int, int] = (2, 4),
    jitter: float = 0.05,
) -> Timing:
    """Clock of a repeated action.

    Args:
        period_s: seconds of one cycle at speed 1.
        lead_s, settle_s: seconds from rest into the action and back, at speed 1.
        usual: range of the count where neither the action nor n_frames fixes it.
        jitter: share by which the lengths of the cycles differ.
    """
    pace = vary(rng, 0.06) / action.speed
    free_count, place = int(rng.integers(usual[0], usual[1] + 1)), float(rng.uniform())
    wobble = rng.uniform(1.0 - jitter, 1.0 + jitter, 512)
    period, lead, settle = period_s * pace, lead_s * pace**0.7, settle_s * pace**0.7
    count, offset = action.count or free_count, 0.0
    if n_frames is not None:
        room = n_frames / FPS - lead - settle
        if not action.count:
            count = max(1, round(room / period))
        spare = room - count * period
        if action.count and spare > 0:
            offset = place * spare
        else:  # what does not fit is hurried; what was not counted is stretched to fill
            squeeze = n_frames / FPS / (count * period + lead + settle)
            period, lead, settle = period * squeeze, lead * squeeze, settle * squeeze
    wobble = np.resize(wobble, count)
    knots = np.concatenate([[0.0], np.cumsum(wobble / wobble.mean() * period)])
    total = n_frames or int(np.ceil((lead + knots[-1] + settle) * FPS)) + 1
    seconds = np.arange(total) / FPS
    begin, finish = offset + lead, offset + lead + knots[-1]
    inside = np.clip(seconds - begin, 0.0, knots[-1])
    phase = PchipInterpolator(knots, np.arange(count + 1.0))(inside) if count > 1 else inside / knots[-1]
    weight = minimum_jerk((seconds - offset) / lead) * minimum_jerk((finish + settle - seconds) / settle)
    start = min(round(begin * FPS), total - 1)
    return Timing(phase, weight, seconds, count, start, min(max(round(finish * FPS), start + 1), total))


@dataclass(frozen=True)
class Score:
    """Times of a row of keys: ``times`` (k,) seconds of each key, over ``n`` frames."""

    times: np.ndarray
    n: int

    @property
    def seconds(self) -> np.ndarray:
        """(n,) time of each frame."""
        return np.arange(self.n) / FPS

    def frame(self, key: int) -> int:
        """Frame of a key."""
        return int(np.clip(round(self.times[key] * FPS), 0, self.n - 1))

    def path(self, values: Sequence[np.ndarray], via: Sequence[int] = ()) -> np.ndarray:
        """(n, c) minimum-jerk path through one value a key; it does not stop at the keys in ``via``."""
        points = np.stack([np.atleast_1d(np.asarray(v, dtype=float)) for v in values])
        speed = np.zeros_like(points)
        for k in via:
            before, after = self.times[k] - self.times[k - 1], self.times[k + 1] - self.times[k]
            left, right = (points[k] - points[k - 1]) / before, (points[k + 1] - points[k]) / after
            mean = (left * after + right * before) / (before + after)
            speed[k] = np.where(left * right > 0.0, mean, 0.0)
        derivatives = [[p, v, np.zeros_like(p)] for p, v in zip(points, speed, strict=True)]
        inside = np.clip(self.seconds, self.times[0], self.times[-1])
        return BPoly.from_derivatives(self.times, derivatives)(inside)


def score(
    action: Action,
    rng: np.random.Generator,
    n_frames: int | None,
    spans_s: Sequence[float],
    hold: int | None,
    *,
    jitter: float = 0.1,
) -> Score:
    """Times of the keys of an action that is not repeated.

    Args:
        spans_s: seconds from key to key at speed 1; the first key is at rest at time 0.
        hold: index of the span that is stretched to fill n_frames (None: the action is put
            somewhere within and the arm rests before and after).
        jitter: share by which the spans differ.
    """
    spans = np.asarray(spans_s, dtype=float) * rng.uniform(1.0 - jitter, 1.0 + jitter, len(spans_s))
    spans = spans / action.speed
    offset, place = 0.0, float(rng.uniform())
    if n_frames is not None:
        spare = (n_frames - 1) / FPS - spans.sum()
        if spare < 0:
            spans *= max((n_frames - 1) / FPS, 0.05) / spans.sum()
        elif hold is not None:
            spans[hold] += spare
        else:
            offset = place * spare
    times = offset + np.concatenate([[0.0], np.cumsum(spans)])
    return Score(times, n_frames or int(np.ceil(times[-1] * FPS)) + 1)


def from_rest(core: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """(n, 4) chart that follows ``core`` where weight is 1 and hangs at rest where it is 0."""
    return REST_CHART + weight[:, None] * (core - REST_CHART)
