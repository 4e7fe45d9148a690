"""Arm actions that repeat: waving, clapping, circling, knocking, swimming and the like.

Every maker writes the left side (or both); ``upper.generate`` mirrors it for the right.
"""

from __future__ import annotations

import numpy as np
from scipy.interpolate import CubicSpline

from .arms_base import UpperTrack, angles, assemble, at_body, limbs_to_chart, to_chart
from .arms_timing import Timing, cycles, drift, from_rest, hump, minimum_jerk, skew, vary
from .vocabulary import Action

Rng = np.random.Generator


def _unit(*components: np.ndarray | float) -> np.ndarray:
    """(n, 3) unit vectors of three components, each (n,) or a number."""
    vector = np.stack(np.broadcast_arrays(*components), axis=-1).astype(float)
    return vector / np.linalg.norm(vector, axis=-1, keepdims=True)


def _proper(clock: Timing) -> tuple[int, int]:
    return clock.start, clock.end


def _tall(amplitude: float, low: float, high: float) -> float:
    """A share 0..1 of the way from a small (0.5) to a large (1.6) gesture, between two values."""
    return float(low + (high - low) * np.clip((amplitude - 0.5) / 1.1, 0.0, 1.0))


def wave(action: Action, rng: Rng, n_frames: int | None) -> UpperTrack:
    """The forearm swings from side to side about a raised elbow, about twice a second."""
    clock = cycles(action, rng, n_frames, 0.52 * action.amplitude**0.35, usual=(3, 5), jitter=0.07)
    lift = _tall(action.amplitude, 0.0, 0.55) + rng.uniform(-0.1, 0.12)

    def arm() -> np.ndarray:
        sweep = np.clip(0.5 * action.amplitude, 0.16, 0.85) * vary(rng, 0.12)
        swing = (2.0 * hump(clock.phase) - 1.0) * sweep
        open_out = rng.uniform(0.05, 0.16)
        ahead = rng.uniform(0.3, 0.55)
        # The elbow goes a little against the hand: the whole arm swings, the forearm most.
        upper = _unit(0.8, lift + 0.06 * swing, ahead - 0.12 * swing)
        fore = _unit(np.sin(open_out + swing), np.cos(open_out + swing), 0.22)
        return from_rest(limbs_to_chart(upper, fore) + drift(rng, clock.seconds, 0.012), clock.weight)

    left = arm()
    right = arm() if action.side == "both" else None
    lean = 0.0 if right is not None else 1.0
    spine = angles(clock.weight, -0.02, -0.05 * lean * vary(rng, 0.5), 0.04 * lean)
    neck = angles(clock.weight, -0.05, 0.06 * lean * vary(rng, 0.6), 0.05 * lean)
    return assemble(left, right, spine, neck, _proper(clock))


def clap(action: Action, rng: Rng, n_frames: int | None) -> UpperTrack:
    """The palms meet before the chest (or overhead) and part again."""
    overhead = action.style == "overhead"
    clock = cycles(action, rng, n_frames, (0.62 if overhead else 0.46) * action.amplitude**0.3, usual=(4, 6))
    # Clipping makes the palms stay together for a moment, as they do: the stop is the clap.
    closed = np.clip(1.14 * hump(skew(clock.phase, 0.45)), 0.0, 1.0)
    gap = np.clip((0.19 if overhead else 0.125) * action.amplitude, 0.045, 0.3) * vary(rng, 0.12)
    contact = rng.uniform(0.008, 0.013)
    height = rng.uniform(0.42, 0.46) if overhead else rng.uniform(-0.17, -0.08)
    ahead = rng.uniform(0.05, 0.1) if overhead else rng.uniform(0.30, 0.35)
    x = contact + gap * (1.0 - closed)
    y = height - (0.25 if overhead else 0.10) * gap * (1.0 - closed)
    wrist = at_body(x, y, ahead)
    core = to_chart(wrist, 0.25 if overhead else 0.35)
    bob = clock.weight * (closed - 0.5)
    spine = angles(clock.weight, -0.03 if overhead else 0.02) + angles(bob, 0.015)
    neck = angles(clock.weight, -0.12 if overhead else 0.06) + angles(bob, 0.03)
    sides = [from_rest(core, clock.weight) for _ in range(2)]
    return assemble(sides[0], sides[1], spine, neck, _proper(clock))


def swing_arms(action: Action, rng: Rng, n_frames: int | None) -> UpperTrack:
    """Both arms swing forward and back like pendulums, together or in turn."""
    clock = cycles(action, rng, n_frames, 1.15, usual=(3, 4), lead_s=0.5, jitter=0.04)
    alternate = rng.uniform() < 0.5
    back, forth = 0.62 * action.amplitude**0.5, 1.15 * action.amplitude
    forth = min(forth, 1.9)

    def arm(level: np.ndarray) -> np.ndarray:
        angle = -back + (back + forth) * level
        bend = 0.12 + 0.2 * level
        out = 0.10 + 0.02 * np.cos(angle)
        upper = _unit(out, -np.cos(angle), np.sin(angle))
        fore = _unit(out - 0.04, -np.cos(angle + bend), np.sin(angle + bend))
        return from_rest(limbs_to_chart(upper, fore), clock.weight)

    level = hump(clock.phase)
    other = 1.0 - level if alternate else level
    twist = -0.22 * (level - 0.5) if alternate else np.zeros_like(level)
    nod = np.zeros_like(level) if alternate else 0.08 * (0.5 - level)
    size = min(action.amplitude, 1.5) * clock.weight
    spine = np.stack([nod * size, 0.0 * size, twist * size], axis=-1)
    neck = spine * (-0.5, 0.0, -0.8)
    return assemble(arm(level), arm(other), spine, neck, _proper(clock))


def arm_circle(action: Action, rng: Rng, n_frames: int | None) -> UpperTrack:
    """The straight arm draws circles about the axis of the shoulders; small ones far out to the side."""
    clock = cycles(
        action, rng, n_frames, 1.05 * action.amplitude**0.25, usual=(3, 4), lead_s=0.7, jitter=0.04
    )
    cone = float(np.clip(1.0 * action.amplitude, 0.22, 1.2)) * vary(rng, 0.05)
    turn = 2.0 * np.pi * clock.phase * (-1.0 if action.direction == "forward" else 1.0)
    ahead = 0.28 + 0.2 * cone  # the shoulder's circle is tilted forward: nobody reaches straight back

    def arm() -> np.ndarray:
        bottom = -np.cos(turn) * np.sin(cone)
        front = np.sin(turn) * np.sin(cone)
        axis = np.array([np.cos(ahead), 0.0, np.sin(ahead)])
        side = np.array([-np.sin(ahead), 0.0, np.cos(ahead)])
        along = np.cos(cone) * axis + bottom[:, None] * (0.0, 1.0, 0.0) + front[:, None] * side
        reach = 0.965 + 0.012 * np.cos(turn + 0.6)
        return from_rest(to_chart(along * reach[:, None], 0.0), clock.weight)

    both = action.side == "both"
    wide = clock.weight * np.sin(cone)
    spine = np.stack(
        [0.04 * wide * np.sin(turn), (0.0 if both else -0.05) * wide * np.cos(turn),
         (0.0 if both else -0.10) * wide * np.sin(turn)], axis=-1,
    )  # fmt: skip
    left = arm()
    return assemble(left, arm() if both else None, spine, -0.5 * spine, _proper(clock))


def beckon(action: Action, rng: Rng, n_frames: int | None) -> UpperTrack:
    """The arm is held out and the forearm curls towards the chest: come here."""
    clock = cycles(action, rng, n_frames, 0.75, usual=(2, 3), lead_s=0.65)
    far, near = at_body(0.22, -0.12, 0.43), at_body(0.15, -0.02, 0.43 - 0.20 * min(action.amplitude, 1.35))
    pull = hump(skew(clock.phase, 0.42))
    path = far + pull[:, None] * (near - far) + np.outer(np.sin(np.pi * pull), (0.0, 0.05, 0.0))
    core = to_chart(path, 0.05 + 0.1 * pull) + drift(rng, clock.seconds, 0.012)
    pulse = clock.weight * pull
    spine = angles(clock.weight, 0.04, 0.0, -0.08) + angles(pulse, -0.04, 0.0, 0.06)
    neck = angles(clock.weight, 0.0, 0.04, 0.06) + angles(pulse, -0.07 * vary(rng, 0.5))
    return assemble(from_rest(core, clock.weight), None, spine, neck, _proper(clock))


def wipe(action: Action, rng: Rng, n_frames: int | None) -> UpperTrack:
    """The hand wipes an upright surface before the person from side to side, in flat arcs."""
    clock = cycles(action, rng, n_frames, 1.0 * action.amplitude**0.3, usual=(3, 4), lead_s=0.7)
    sweep = 0.34 * np.clip(action.amplitude, 0.4, 1.5) * vary(rng, 0.1)
    across = hump(clock.phase)
    middle = rng.uniform(0.10, 0.15)
    height = rng.uniform(-0.06, 0.08) + 0.05 * np.sin(np.pi * across) - 0.06 * clock.whole()
    x = middle + sweep * (0.5 - across)
    wrist = at_body(x, height, 0.40 - 0.25 * (x - middle) ** 2)
    core = to_chart(wrist, 0.45)
    sway = clock.weight * (across - 0.5) * action.amplitude
    spine = angles(clock.weight, 0.08) + angles(sway, 0.0, 0.04, -0.16)
    neck = angles(clock.weight, 0.02, 0.0, 0.03) + angles(sway, 0.0, 0.0, -0.14)
    return assemble(from_rest(core, clock.weight), None, spine, neck, _proper(clock))


def knock(action: Action, rng: Rng, n_frames: int | None) -> UpperTrack:
    """The fist raps on a door at the height of the face."""
    clock = cycles(
        action, rng, n_frames, 0.4 * action.amplitude**0.4, usual=(2, 4), lead_s=0.7, settle_s=0.75
    )
    travel = np.clip(0.13 * action.amplitude, 0.05, 0.2) * vary(rng, 0.1)
    strike = hump(skew(clock.phase, 0.55), 1.4)
    height = rng.uniform(-0.02, 0.07)
    back = at_body(0.16, height + 0.015, 0.38 - travel)
    core = to_chart(back + strike[:, None] * (np.array([-0.02, -0.015, travel]) / 0.515), 0.2)
    spine = angles(clock.weight, 0.05, 0.0, -0.06) + angles(clock.weight * strike, 0.015, 0.0, -0.02)
    neck = angles(clock.weight, 0.02, 0.03, 0.05)
    return assemble(from_rest(core, clock.weight), None, spine, neck, _proper(clock))


def stir(action: Action, rng: Rng, n_frames: int | None) -> UpperTrack:
    """The hand stirs in a pot before the belly; the person looks into it."""
    clock = cycles(action, rng, n_frames, 0.85 * action.amplitude**0.3, usual=(4, 6), lead_s=0.7, jitter=0.07)
    radius = np.clip(0.085 * action.amplitude, 0.04, 0.14) * vary(rng, 0.1)
    turn = 2.0 * np.pi * clock.phase * rng.choice((-1.0, 1.0))
    centre = at_body(0.09, rng.uniform(-0.26, -0.22), 0.33)
    ring = np.stack([np.sin(turn), 0.10 * np.cos(turn), np.cos(turn)], axis=-1) * radius / 0.515
    core = to_chart(centre + ring, 0.55)
    neck = angles(clock.weight, 0.34 * vary(rng, 0.2), 0.0, -0.04)
    spine = angles(clock.weight, 0.10) + angles(
        clock.weight * np.sin(turn), 0.0, 0.0, -0.03 * action.amplitude
    )
    return assemble(from_rest(core, clock.weight), None, spine, neck, _proper(clock))


def hammer(action: Action, rng: Rng, n_frames: int | None) -> UpperTrack:
    """The forearm is lifted over the shoulder and driven down: up slowly, down fast."""
    clock = cycles(action, rng, n_frames, 0.85 * action.amplitude**0.3, usual=(3, 4), lead_s=0.6)
    part = clock.phase - np.floor(clock.phase)
    top = 0.66
    fall = np.clip((part - top) / (1.0 - top), 0.0, 1.0)
    height = np.where(part < top, minimum_jerk(part / top), 1.0 - fall**2)
    size = np.clip(action.amplitude, 0.45, 1.4)
    low, lifted = at_body(0.12, -0.25, 0.37), at_body(0.24, -0.25 + 0.44 * size, 0.30 - 0.16 * size)
    core = to_chart(low, 0.1) + height[:, None] * (to_chart(lifted, 0.45) - to_chart(low, 0.1))
    effort = clock.weight * (height - 0.5) * size
    spine = angles(clock.weight, 0.14) + angles(effort, -0.12, -0.03, 0.12)
    neck = angles(clock.weight, 0.22) + angles(effort, 0.06, 0.0, -0.10)
    return assemble(from_rest(core, clock.weight), None, spine, neck, _proper(clock))


def flap_arms(action: Action, rng: Rng, n_frames: int | None) -> UpperTrack:
    """Both arms beat up and down at the sides like wings, the forearms trailing."""
    clock = cycles(action, rng, n_frames, 0.72 * action.amplitude**0.4, usual=(4, 6))
    sweep = np.clip(0.55 * action.amplitude, 0.2, 0.95) * vary(rng, 0.08)
    rise = 2.0 * hump(clock.phase) - 1.0
    late = 2.0 * hump(np.clip(clock.phase - 0.11, 0.0, None)) - 1.0
    upper = _unit(np.cos(sweep * rise - 0.1), np.sin(sweep * rise - 0.1), 0.16)
    bent = sweep * (0.45 * rise + 0.75 * late) - 0.12
    fore = _unit(np.cos(bent), np.sin(bent), 0.22)
    core = limbs_to_chart(upper, fore)
    bob = clock.weight * rise * sweep
    arms = [from_rest(core, clock.weight) for _ in range(2)]
    return assemble(arms[0], arms[1], angles(bob, -0.07), angles(bob, 0.04), _proper(clock))


def shrug(action: Action, rng: Rng, n_frames: int | None) -> UpperTrack:
    """The shoulders are drawn up to the ears while the open hands turn out."""
    clock = cycles(action, rng, n_frames, 1.15, usual=(1, 2), lead_s=0.4, settle_s=0.55)
    lift = np.clip(1.25 * hump(skew(clock.phase, 0.45)), 0.0, 1.0)
    size = float(np.clip(action.amplitude, 0.5, 1.5))
    low = limbs_to_chart(_unit(0.22, -0.97, -0.02), _unit(0.35, -0.75, 0.62))
    high = limbs_to_chart(_unit(0.30, -0.93, 0.06), _unit(0.80, -0.35 + 0.32 * size, 0.55))
    core = low + lift[:, None] * (high - low)
    tilt = rng.uniform(-0.16, 0.16)
    pulse = clock.weight * lift * size
    arms = [from_rest(core, clock.weight) for _ in range(2)]
    return assemble(
        arms[0], arms[1], angles(pulse, -0.04), angles(pulse, 0.06, tilt), _proper(clock),
        collar=0.45 * pulse,
    )  # fmt: skip


_CRAWL = np.array(
    [[0.02, 0.20, 0.93], [-0.08, -0.35, 0.78], [-0.02, -0.80, 0.30], [0.14, -0.84, -0.22],
     [0.52, -0.22, -0.12], [0.42, 0.28, 0.52]]
)  # fmt: skip
_CRAWL_TURN = np.array([0.1, 0.5, 0.5, 0.5, 1.1, 0.9])
_BREAST = np.array(
    [[-0.20, 0.02, 0.93], [0.28, -0.02, 0.88], [0.62, -0.16, 0.52], [0.18, -0.34, 0.48], [-0.22, -0.24, 0.42]]
)
_BREAST_TURN = np.array([0.35, 0.7, 0.8, 0.45, 0.15])


def _loop(points: np.ndarray, phase: np.ndarray) -> np.ndarray:
    """Closed smooth curve through (k, c) points, once round a unit of phase."""
    closed = np.vstack([points, points[:1]])
    return CubicSpline(np.linspace(0.0, 1.0, len(closed)), closed, bc_type="periodic")(phase % 1.0)


def swim(action: Action, rng: Rng, n_frames: int | None) -> UpperTrack:
    """Strokes in the air: crawl (the arms in turn; one cycle has a stroke of each) or breaststroke."""
    crawl = action.style == "crawl"
    clock = cycles(action, rng, n_frames, 1.45 if crawl else 1.7, usual=(2, 4), lead_s=0.8, settle_s=0.8)
    size = float(np.clip(0.55 + 0.45 * action.amplitude, 0.6, 1.05))

    def arm(phase: np.ndarray) -> np.ndarray:
        points, turns = (_CRAWL, _CRAWL_TURN) if crawl else (_BREAST, _BREAST_TURN)
        middle = np.array([0.1, -0.2, 0.45])
        wrist = middle + size * (_loop(points, phase) - middle)
        return from_rest(to_chart(wrist, _loop(turns[:, None], phase)[:, 0]), clock.weight)

    turn = 2.0 * np.pi * clock.phase
    if crawl:
        roll = clock.weight * size * np.cos(turn)  # the reaching shoulder goes forward
        spine = angles(clock.weight, 0.38) + angles(roll, 0.0, 0.0, -0.28)
        neck = angles(clock.weight, -0.25) + angles(roll, 0.0, 0.0, 0.25)
        return assemble(arm(clock.phase), arm(clock.phase + 0.5), spine, neck, _proper(clock))
    rise = clock.weight * size * np.cos(turn)
    spine, neck = (
        angles(clock.weight, 0.26) + angles(rise, 0.10),
        angles(clock.weight, -0.15) + angles(rise, 0.08),
    )
    return assemble(arm(clock.phase), arm(clock.phase), spine, neck, _proper(clock))
