"""Playing the guitar, the violin, the piano, and conducting.

They have no lead hand but the usual one: the right bows, strums (side "right") and leads the beat.
"""

from __future__ import annotations

import numpy as np
from scipy.interpolate import CubicSpline

from .arms_base import UpperTrack, angles, assemble, at_body, to_chart
from .arms_timing import Timing, cycles, drift, from_rest, hump, minimum_jerk, vary
from .vocabulary import Action

Rng = np.random.Generator


def _shifts(rng: Rng, clock: Timing, every_s: float) -> np.ndarray:
    """(n,) position 0..1 of a hand that stays and then moves on quickly, every few beats."""
    length = clock.seconds[-1] + 2.0 * every_s
    times = np.cumsum(rng.uniform(0.6, 1.4, max(int(length / every_s) + 2, 3)) * every_s)
    steps = rng.uniform(-1.0, 1.0, len(times))
    place, out = 0.5, np.full(clock.n_frames, 0.5)
    for time, step in zip(times, steps, strict=True):
        aim = float(np.clip(place + np.copysign(0.25 + 0.35 * abs(step), step), 0.0, 1.0))
        aim = aim if abs(aim - place) > 0.1 else 1.0 - place
        out = out + (aim - place) * minimum_jerk((clock.seconds - time) / 0.28)
        place = aim
    return out


def play_guitar(action: Action, rng: Rng, n_frames: int | None) -> UpperTrack:
    """The hand of the action's side strums before the belly, the other moves along the neck."""
    clock = cycles(action, rng, n_frames, 0.5, usual=(5, 8), lead_s=0.8, settle_s=0.8, jitter=0.09)
    size = float(np.clip(action.amplitude, 0.45, 1.5))
    stroke = hump(clock.phase)
    accent = 1.0 - 0.3 * rng.uniform(0.0, 1.0, clock.count + 1)[np.floor(clock.phase).astype(int)]
    down = (stroke * accent - 0.4) * 0.16 * size
    strum = to_chart(at_body(0.10 + 0.15 * down, -0.27 - down, 0.20 + 0.1 * down), 0.5)
    strum = strum + drift(rng, clock.seconds, 0.006)
    along = _shifts(rng, clock, 1.1)
    # Seen as a left arm: the neck points away from the strumming side, out and a little up.
    fret = to_chart(at_body(0.30 + 0.14 * along, -0.26 + 0.08 * along, 0.27), 0.1)
    tap = clock.weight * (stroke - 0.5)
    spine = angles(clock.weight, 0.06, 0.03) + angles(tap, 0.02, 0.0, 0.03)
    neck = angles(clock.weight, 0.26, 0.0, -0.28 * vary(rng, 0.3)) + angles(tap, 0.05)
    left, right = from_rest(strum, clock.weight), from_rest(fret, clock.weight)
    return assemble(left, right, spine, neck, (clock.start, clock.end))


def play_violin(action: Action, rng: Rng, n_frames: int | None) -> UpperTrack:
    """The left hand holds the neck at arm's bend, the chin is on the left, the right hand bows."""
    clock = cycles(action, rng, n_frames, 1.3, usual=(3, 5), lead_s=0.9, settle_s=0.9, jitter=0.22)
    size = float(np.clip(action.amplitude, 0.4, 1.4))
    draw = hump(clock.phase)[:, None]  # 0 at the frog, 1 at the tip of the bow
    # The bow crosses the strings before the left collar bone; its hand moves out and down to the right.
    # Both points are those of the mirrored (left) arm: x counts to the right here.
    frog, tip = np.array([-0.02, 0.04, 0.24]), np.array([0.26, -0.13, 0.37])
    middle = 0.5 * (frog + tip)
    reach = middle + (draw - 0.5) * size * (tip - frog)
    level = 0.018 * _shifts(rng, clock, 1.3)  # from string to string
    bow = to_chart(at_body(reach[:, 0], reach[:, 1] + level, reach[:, 2]), 0.75 - 0.45 * draw[:, 0])
    along = _shifts(rng, clock, 1.4)
    trill = 0.004 * np.sin(2 * np.pi * 5.0 * clock.seconds)
    fingers = to_chart(at_body(0.27 - 0.05 * along + trill, 0.02, 0.35 - 0.05 * along), -0.25)
    sway = drift(rng, clock.seconds, 0.05, 3) * clock.weight[:, None] * min(action.amplitude, 1.5)
    pulse = clock.weight * (draw[:, 0] - 0.5)
    neck = angles(clock.weight, 0.20, 0.24, 0.42) + 0.5 * sway
    spine = angles(clock.weight, -0.02, 0.03, 0.02) + sway + angles(pulse, 0.0, -0.03, -0.06)
    return assemble(
        from_rest(fingers, clock.weight), from_rest(bow, clock.weight), spine, neck, (clock.start, clock.end)
    )


def play_piano(action: Action, rng: Rng, n_frames: int | None) -> UpperTrack:
    """The hands strike keys before the belly in turn and travel along the keyboard."""
    clock = cycles(action, rng, n_frames, 0.46, usual=(6, 10), lead_s=0.8, settle_s=0.8, jitter=0.12)
    size = float(np.clip(action.amplitude, 0.45, 1.6))

    def arm(phase: np.ndarray) -> np.ndarray:
        lift = hump(phase, 1.3) * rng.uniform(0.4, 1.0, clock.count + 2)[np.floor(phase).astype(int)]
        along = _shifts(rng, clock, 1.0)
        x = 0.17 + 0.16 * (along - 0.4) * size
        return to_chart(at_body(x, -0.31 + 0.065 * size * lift, 0.335 - 0.015 * lift), 0.3)

    lean = drift(rng, clock.seconds, 0.06, 3) * clock.weight[:, None] * size
    spine = angles(clock.weight, 0.14) + lean * (1.0, 0.7, 0.6)
    neck = angles(clock.weight, 0.26) + 0.8 * lean
    left, right = arm(clock.phase), arm(clock.phase + 0.5)
    return assemble(
        from_rest(left, clock.weight), from_rest(right, clock.weight), spine, neck, (clock.start, clock.end)
    )


_BEATS = np.array([[0.02, -0.17, 0.02], [-0.10, -0.06, 0.0], [0.17, -0.07, 0.0], [0.05, 0.14, -0.02]])
"""Metres: where the hand is at the beats of a bar of four (down, in, out, up), x outward."""


def conduct(action: Action, rng: Rng, n_frames: int | None) -> UpperTrack:
    """Bars of four: the right hand beats down, in, out, up; the left mirrors it, smaller, and swells."""
    clock = cycles(action, rng, n_frames, 2.1, usual=(2, 3), lead_s=0.8, settle_s=0.8, jitter=0.08)
    size = float(np.clip(action.amplitude, 0.4, 1.45))
    bounce = np.array([0.0, 0.055, 0.0])
    knots = np.vstack([np.stack([b, b + bounce]) for b in _BEATS])  # a beat, then its rebound
    closed = np.vstack([knots, knots[:1]])
    curve = CubicSpline(np.linspace(0.0, 1.0, len(closed)), closed, bc_type="periodic")
    beat = curve((clock.phase + 0.75) % 1.0) * size

    def arm(share: float, swell: np.ndarray) -> np.ndarray:
        place = np.array([0.22, -0.06, 0.33]) + share * beat
        return to_chart(at_body(place[:, 0], place[:, 1] + swell, place[:, 2]), 0.4)

    swell = 0.05 * np.sin(2 * np.pi * clock.phase / 2.0 + rng.uniform(0.0, 6.0)) * size
    left, right = arm(rng.uniform(0.5, 0.75), swell), arm(1.0, np.zeros(clock.n_frames))
    drive = clock.weight * beat[:, 1]
    spine = angles(clock.weight, 0.04) + angles(drive, -0.25)
    spine = spine + drift(rng, clock.seconds, 0.04, 3) * clock.weight[:, None]
    neck = angles(clock.weight, 0.05) + angles(drive, -0.35)
    return assemble(
        from_rest(left, clock.weight), from_rest(right, clock.weight), spine, neck, (clock.start, clock.end)
    )
