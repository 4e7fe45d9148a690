"""Head actions: nodding, shaking, looking about. They leave the arms alone."""

from __future__ import annotations

import numpy as np

from .arms_base import UpperTrack, angles, assemble
from .arms_timing import cycles, hump, score, skew, vary
from .vocabulary import Action

Rng = np.random.Generator
_JOINTS = ("neck", "head")

_LOOK = {
    # neck: pitch down, tilt to the left, yaw to the left; then the share the trunk adds
    "left": ((0.02, 0.0, 1.05), (0.0, 0.0, 0.34)),
    "right": ((0.02, 0.0, -1.05), (0.0, 0.0, -0.34)),
    "up": ((-0.72, 0.0, 0.0), (-0.16, 0.0, 0.0)),
    "down": ((0.72, 0.0, 0.0), (0.14, 0.0, 0.0)),
}


def nod(action: Action, rng: Rng, n_frames: int | None) -> UpperTrack:
    """Quick dips of the head, each returning a little above where it began."""
    clock = cycles(
        action, rng, n_frames, 0.6 * action.amplitude**0.3, usual=(2, 4), lead_s=0.25, settle_s=0.4
    )
    deep = 0.42 * np.clip(action.amplitude, 0.4, 1.6) * vary(rng, 0.1)
    # A first nod is the deepest: those after it die away.
    fade = 1.0 - 0.22 * clock.whole()
    dip = clock.weight * (deep * fade * hump(skew(clock.phase, 0.42)) - 0.07)
    still = np.zeros((clock.n_frames, 3))
    neck, spine = still + angles(dip, 1.0), still + angles(dip, 0.08)
    return assemble(None, None, spine, neck, (clock.start, clock.end), joints=_JOINTS)


def shake_head(action: Action, rng: Rng, n_frames: int | None) -> UpperTrack:
    """The head turns to one side and to the other; one count is once to each side."""
    clock = cycles(
        action, rng, n_frames, 0.72 * action.amplitude**0.4, usual=(2, 4), lead_s=0.25, settle_s=0.4
    )
    wide = 0.5 * np.clip(action.amplitude, 0.35, 1.5) * vary(rng, 0.1) * rng.choice((-1.0, 1.0))
    fade = 1.0 - 0.2 * clock.whole()
    yaw = clock.weight * wide * fade * np.sin(2.0 * np.pi * clock.phase)
    neck = angles(yaw, 0.0, 0.06, 1.0) + angles(clock.weight, 0.06)
    return assemble(None, None, angles(yaw, 0.0, 0.0, 0.12), neck, (clock.start, clock.end), joints=_JOINTS)


def look(action: Action, rng: Rng, n_frames: int | None) -> UpperTrack:
    """The gaze goes somewhere, stays, and returns; "around" goes to one side, then to the other."""
    size = float(np.clip(0.4 + 0.6 * action.amplitude, 0.6, 1.25)) * vary(rng, 0.06)
    still = np.zeros(3)
    if action.direction == "around":
        first, second = ("left", "right") if rng.uniform() < 0.5 else ("right", "left")
        plan = score(action, rng, n_frames, (0.15, 0.65, 0.6, 1.05, 0.65, 0.7), 2)
        views = [still if k is None else k for k in (None, None, first, first, second, second, None)]
    else:
        plan = score(action, rng, n_frames, (0.1, 0.6, 1.1, 0.65), 2)
        views = [still if k is None else k for k in (None, None, action.direction, action.direction, None)]
    gaze = [v if isinstance(v, np.ndarray) else size * np.array(_LOOK[v][0]) for v in views]
    trunk = [v if isinstance(v, np.ndarray) else size * np.array(_LOOK[v][1]) for v in views]
    neck = plan.path(gaze)
    # A turning head dips or tilts a little: it does not turn like a periscope.
    neck = neck + np.abs(neck[:, 2:]) * np.array([rng.uniform(-0.03, 0.08), 0.0, 0.0])
    neck[:, 1] += rng.uniform(-0.06, 0.1) * neck[:, 2]
    proper = (plan.frame(1), max(plan.frame(len(views) - 2), plan.frame(1) + 1))
    return assemble(None, None, plan.path(trunk), neck, proper, joints=_JOINTS)
