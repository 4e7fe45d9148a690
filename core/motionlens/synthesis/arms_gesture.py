"""Arm actions that go somewhere and stay: raising, pointing, saluting, drinking, crossing the arms.

Every maker writes the left side (or both); ``upper.generate`` mirrors it for the right.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .arms_base import REST_CHART, UpperTrack, angles, assemble, at_body, at_head, to_chart
from .arms_timing import Score, cycles, drift, from_rest, hump, minimum_jerk, score, vary
from .vocabulary import Action

Rng = np.random.Generator


def _pose(wrist: np.ndarray, swivel: float = 0.0) -> np.ndarray:
    return to_chart(wrist, swivel)


def _scatter(rng: Rng, size: float = 0.02) -> np.ndarray:
    """(4,) how far a person misses the ideal pose."""
    return rng.normal(0.0, size, 4).clip(-2 * size, 2 * size) * (1.0, 1.0, 0.4, 2.5)


def _alive(plan: Score, chart: np.ndarray, rng: Rng, size: float = 0.01) -> np.ndarray:
    """A held arm wanders a little; an arm at rest does not (the composer moves it)."""
    away = np.clip(np.linalg.norm((chart - REST_CHART)[:, :3], axis=1) / 0.4, 0.0, 1.0)
    return chart + drift(rng, plan.seconds, size) * minimum_jerk(away)[:, None]


def _bodies(plan: Score, values: Sequence[tuple[float, float, float]]) -> np.ndarray:
    return plan.path([np.array(v, dtype=float) for v in values])


def _proper(plan: Score, first: int, last: int) -> tuple[int, int]:
    start = plan.frame(first)
    return start, max(plan.frame(last), start + 1)


_RAISED = {
    "up": (np.array([0.10, 0.965, 0.13]), 0.1),
    "forward": (np.array([-0.04, 0.03, 0.975]), 0.15),
    "side": (np.array([0.965, 0.04, 0.14]), 0.0),
}


def raise_arm(action: Action, rng: Rng, n_frames: int | None) -> UpperTrack:
    """The straight arm is raised overhead, forward or sideways, held and lowered."""
    plan = score(action, rng, n_frames, (0.15, 0.85, 1.1, 0.95), 2)
    wrist, turn = _RAISED[action.direction or "up"]
    share = float(np.clip(0.5 + 0.5 * action.amplitude, 0.62, 1.0)) * rng.uniform(0.96, 1.0)

    def arm() -> np.ndarray:
        top = REST_CHART + share * (_pose(wrist, turn) + _scatter(rng) - REST_CHART)
        top[2] = 0.988
        return _alive(plan, plan.path([REST_CHART, REST_CHART, top, top, REST_CHART]), rng)

    both = action.side == "both"
    up = float(action.direction in ("", "up")) * share * float(np.clip(action.amplitude, 0.6, 1.5))
    raised = plan.path([np.zeros(1), np.zeros(1), np.ones(1), np.ones(1), np.zeros(1)])[:, 0]
    lean = 0.0 if both else 1.0
    spine = angles(raised, -0.05 * up, -0.08 * lean * up - 0.02 * lean, 0.04 * lean)
    neck = angles(raised, -0.14 * up * vary(rng, 0.6), 0.05 * lean, 0.06 * lean)
    left = arm()
    return assemble(left, arm() if both else None, spine, neck, _proper(plan, 1, 3))


_POINTED = {
    # wrist, then the neck's pitch and yaw of one who looks there
    "forward": (np.array([-0.05, -0.02, 0.97]), (0.02, 0.0, -0.02)),
    "up": (np.array([0.08, 0.70, 0.66]), (-0.42, 0.0, 0.06)),
    "side": (np.array([0.95, 0.02, 0.20]), (0.02, 0.0, 0.75)),
    "down": (np.array([0.04, -0.66, 0.70]), (0.42, 0.0, 0.06)),
}


def point(action: Action, rng: Rng, n_frames: int | None) -> UpperTrack:
    """The gaze goes first, then the arm stretches a little too far and settles; hold; return."""
    plan = score(action, rng, n_frames, (0.12, 0.35, 0.38, 0.2, 1.2, 0.9), 4)
    wrist, gaze = _POINTED[action.direction or "forward"]
    aim = _pose(wrist, 0.1) + _scatter(rng)
    aim[2] = 0.80 + 0.18 * float(np.clip(action.amplitude, 0.3, 1.05))
    drawn = 0.5 * (REST_CHART + aim)
    drawn[2] = 0.66
    beyond = aim + 0.05 * (aim - REST_CHART)
    beyond[2] = min(aim[2] + 0.02, 0.985)
    rest = REST_CHART
    chart = plan.path([rest, rest, drawn, beyond, aim, aim, rest], via=(2,))
    seen = np.array(gaze) * vary(rng, 0.1)
    zero = (0.0, 0.0, 0.0)
    neck = _bodies(plan, [zero, zero, tuple(0.8 * seen), tuple(seen), tuple(seen), tuple(seen), zero])
    turn = 0.25 if action.direction == "side" else -0.12
    body = (0.03, 0.0, turn * vary(rng, 0.2))
    spine = _bodies(plan, [zero, zero, zero, body, body, body, zero])
    return assemble(_alive(plan, chart, rng), None, spine, neck, _proper(plan, 1, 5))


def salute(action: Action, rng: Rng, n_frames: int | None) -> UpperTrack:
    """The fingertips go to the brow, the upper arm to the side; the trunk stands straight."""
    plan = score(action, rng, n_frames, (0.12, 0.55, 1.2, 0.6), 2, jitter=0.08)
    brow = _pose(at_head(0.165, 0.0, 0.075), 0.9) + _scatter(rng, 0.012)
    chart = plan.path([REST_CHART, REST_CHART, brow, brow, REST_CHART])
    held = plan.path([np.zeros(1), np.zeros(1), np.ones(1), np.ones(1), np.zeros(1)])[:, 0]
    size = float(np.clip(action.amplitude, 0.5, 1.5))
    return assemble(
        _alive(plan, chart, rng, 0.006), None, angles(held, -0.06 * size), angles(held, -0.05 * size),
        _proper(plan, 1, 3),
    )  # fmt: skip


def drink(action: Action, rng: Rng, n_frames: int | None) -> UpperTrack:
    """A cup is lifted from before the belly to the mouth, the head tips back, and down again."""
    plan = score(action, rng, n_frames, (0.65, 0.35, 0.8, 0.4, 1.0, 0.75, 0.7), 4)
    low = _pose(at_body(0.16, -0.26, 0.28), 0.1) + _scatter(rng)
    mouth = _pose(at_head(0.06, -0.085, 0.145), 0.3) + _scatter(rng, 0.01)
    tipped = _pose(at_head(0.06, -0.045, 0.145), 0.6) + _scatter(rng, 0.01)
    rest = REST_CHART
    chart = plan.path([rest, low, low, mouth, tipped, tipped, low, rest])
    back = -0.34 * float(np.clip(action.amplitude, 0.5, 1.5)) * vary(rng, 0.15)
    zero, down, sip = (0.0, 0.0, 0.0), (0.14, 0.0, 0.03), (back, 0.0, 0.02)
    neck = _bodies(plan, [zero, down, down, (-0.02, 0.0, 0.0), sip, sip, (0.05, 0.0, 0.0), zero])
    lean = (-0.05, 0.0, 0.0)
    spine = _bodies(plan, [zero, zero, zero, zero, lean, lean, zero, zero])
    return assemble(_alive(plan, chart, rng, 0.008), None, spine, neck, _proper(plan, 2, 6))


def eat(action: Action, rng: Rng, n_frames: int | None) -> UpperTrack:
    """The hand carries bites from before the belly to the mouth; the head comes to meet it."""
    clock = cycles(action, rng, n_frames, 1.7, usual=(2, 3), lead_s=0.7, settle_s=0.7)
    low = _pose(at_body(0.13, -0.28, 0.31), 0.2) + _scatter(rng)
    mouth = _pose(at_head(0.05, -0.085, 0.15), 0.6) + _scatter(rng, 0.01)
    up = np.clip(1.18 * hump(clock.phase) - 0.06, 0.0, 1.0)
    chart = low + up[:, None] * (mouth - low)
    pulse = clock.weight * up * min(action.amplitude, 1.5)
    chew = clock.weight * (1.0 - up) * np.sin(2 * np.pi * 1.6 * clock.seconds) * 0.03
    spine = angles(clock.weight, 0.03) + angles(pulse, 0.05)
    neck = angles(clock.weight, 0.20) + angles(pulse, -0.10) + angles(chew, 1.0)
    left = from_rest(chart, clock.weight)
    return assemble(left, None, spine, neck, (clock.start, clock.end))


def phone(action: Action, rng: Rng, n_frames: int | None) -> UpperTrack:
    """The hand holds a telephone to the ear, the head leans into it."""
    plan = score(action, rng, n_frames, (0.1, 0.85, 2.4, 0.85), 2)
    ear = _pose(at_head(0.135, -0.05, 0.08), 0.0) + _scatter(rng, 0.012)
    chart = plan.path([REST_CHART, REST_CHART, ear, ear, REST_CHART])
    held = plan.path([np.zeros(1), np.zeros(1), np.ones(1), np.ones(1), np.zeros(1)])[:, 0]
    talk = drift(rng, plan.seconds, 0.05, 3) * held[:, None] * min(action.amplitude, 1.5)
    neck = angles(held, 0.08, 0.14 * vary(rng, 0.3), 0.05) + talk
    return assemble(
        _alive(plan, chart, rng, 0.012), None, angles(held, 0.03, 0.03), neck, _proper(plan, 1, 3)
    )


def scratch_head(action: Action, rng: Rng, n_frames: int | None) -> UpperTrack:
    """The fingers scratch the side of the crown, elbow high, head bent towards them."""
    plan = score(action, rng, n_frames, (0.1, 0.8, 1.7, 0.85), 2)
    crown = _pose(at_head(0.155, 0.095, 0.02), 0.55) + _scatter(rng, 0.012)
    chart = plan.path([REST_CHART, REST_CHART, crown, crown, REST_CHART])
    held = plan.path([np.zeros(1), np.zeros(1), np.ones(1), np.ones(1), np.zeros(1)])[:, 0]
    rate = 2.6 * action.speed * vary(rng, 0.12)
    rub = np.sin(2 * np.pi * rate * plan.seconds) * minimum_jerk(4.0 * held - 3.0)
    rub = rub * 0.05 * np.clip(action.amplitude, 0.4, 1.6)
    chart = chart + rub[:, None] * np.array([0.9, 0.0, 0.35, 0.6])
    neck = angles(held, 0.16, 0.14 * vary(rng, 0.4), 0.05)
    return assemble(_alive(plan, chart, rng), None, angles(held, 0.03, -0.03), neck, _proper(plan, 1, 3))


def grab_high(action: Action, rng: Rng, n_frames: int | None) -> UpperTrack:
    """Eyes and arm go up to a shelf, the hand closes, and brings the thing down before the chest."""
    plan = score(action, rng, n_frames, (0.1, 0.95, 0.45, 0.85, 0.7, 0.8), None)
    size = float(np.clip(action.amplitude, 0.5, 1.4))
    high = _pose(np.array([0.0, 0.72 + 0.14 * size, 0.34]), 0.1) + _scatter(rng)
    high[2] = min(0.90 + 0.06 * size, 0.985)
    chest = _pose(at_body(0.10, -0.14, 0.27), 0.25) + _scatter(rng)
    rest = REST_CHART
    chart = plan.path([rest, rest, high, high, chest, chest, rest])
    zero, gaze, down = (0.0, 0.0, 0.0), (-0.45, 0.0, 0.06), (0.30, 0.0, 0.0)
    neck = _bodies(plan, [zero, zero, gaze, gaze, down, down, zero])
    body = (-0.08 * size, -0.13 * size, 0.05)
    spine = _bodies(plan, [zero, zero, body, body, (0.05, 0.0, 0.0), (0.05, 0.0, 0.0), zero])
    return assemble(_alive(plan, chart, rng), None, spine, neck, _proper(plan, 1, 4))


def cross_arms(action: Action, rng: Rng, n_frames: int | None) -> UpperTrack:
    """The forearms cross before the chest, each wrist at the other elbow, one arm over the other."""
    plan = score(action, rng, n_frames, (0.1, 0.5, 0.5, 2.0, 0.9), 3)
    over = rng.uniform() < 0.5
    size = float(np.clip(action.amplitude, 0.6, 1.3))

    def arm(outer: bool) -> np.ndarray:
        depth, height = (0.215, -0.185) if outer else (0.17, -0.225)
        crossed = _pose(at_body(-0.085, height, depth), 0.75) + _scatter(rng, 0.01)
        before = _pose(at_body(0.10, -0.24, 0.30), 0.2)
        rest = REST_CHART
        return _alive(plan, plan.path([rest, rest, before, crossed, crossed, rest], via=(2,)), rng, 0.006)

    zero = (0.0, 0.0, 0.0)
    weight = rng.uniform(-0.04, 0.04)
    body = (-0.03 * size, weight, 0.0)
    spine = _bodies(plan, [zero, zero, zero, body, body, zero])
    neck = _bodies(plan, [zero, zero, (0.16, 0.0, 0.0), (0.02, -weight, 0.0), (0.02, -weight, 0.0), zero])
    return assemble(arm(over), arm(not over), spine, neck, _proper(plan, 2, 4))


def hands_on_hips(action: Action, rng: Rng, n_frames: int | None) -> UpperTrack:
    """Both hands rest on the hip bones, the elbows out to the sides and a little back."""
    plan = score(action, rng, n_frames, (0.1, 0.75, 2.2, 0.8), 2)

    def arm() -> np.ndarray:
        hip = _pose(at_body(0.185, -0.405, 0.035), 0.75) + _scatter(rng, 0.01)
        return _alive(plan, plan.path([REST_CHART, REST_CHART, hip, hip, REST_CHART]), rng, 0.005)

    held = plan.path([np.zeros(1), np.zeros(1), np.ones(1), np.ones(1), np.zeros(1)])[:, 0]
    size = float(np.clip(action.amplitude, 0.5, 1.5))
    return assemble(arm(), arm(), angles(held, -0.05 * size), angles(held, -0.03), _proper(plan, 2, 3))


def stretch_up(action: Action, rng: Rng, n_frames: int | None) -> UpperTrack:
    """Both arms go up by the sides, reach for the ceiling while the back arches, and come down."""
    plan = score(action, rng, n_frames, (0.1, 0.6, 0.75, 1.3, 0.6, 0.7), 3)
    size = float(np.clip(action.amplitude, 0.5, 1.5))

    def arm() -> np.ndarray:
        side = _pose(np.array([0.88, 0.0, 0.35]))
        top = _pose(np.array([-0.04, 0.96, 0.06]), 0.35) + _scatter(rng)
        top[2] = 0.95 + 0.025 * size
        rest = REST_CHART
        return _alive(plan, plan.path([rest, rest, side, top, top, side, rest], via=(2, 5)), rng)

    zero = (0.0, 0.0, 0.0)
    sway = rng.uniform(-0.08, 0.08) * size
    up, end = (-0.16 * size, sway, 0.0), (-0.20 * size, -sway, 0.0)
    spine = _bodies(plan, [zero, zero, (0.0, 0.0, 0.0), up, end, zero, zero])
    gaze = (-0.38 * size, 0.0, 0.0)
    neck = _bodies(plan, [zero, zero, (-0.1, 0.0, 0.0), gaze, gaze, zero, zero])
    return assemble(arm(), arm(), spine, neck, _proper(plan, 1, 5))


def cover_face(action: Action, rng: Rng, n_frames: int | None) -> UpperTrack:
    """Both hands hide the face, which sinks into them."""
    plan = score(action, rng, n_frames, (0.1, 0.7, 1.6, 0.85), 2)

    def arm() -> np.ndarray:
        face = _pose(at_head(0.045, -0.09, 0.125), 0.25) + _scatter(rng, 0.008)
        return _alive(plan, plan.path([REST_CHART, REST_CHART, face, face, REST_CHART]), rng, 0.006)

    held = plan.path([np.zeros(1), np.zeros(1), np.ones(1), np.ones(1), np.zeros(1)])[:, 0]
    size = float(np.clip(action.amplitude, 0.5, 1.5))
    sob = held * np.sin(2 * np.pi * 0.9 * plan.seconds) * 0.02
    spine = angles(held, 0.14 * size) + angles(sob, 1.0)
    return assemble(arm(), arm(), spine, angles(held, 0.30 * size), _proper(plan, 1, 3))


def hug(action: Action, rng: Rng, n_frames: int | None) -> UpperTrack:
    """The arms open wide, close round somebody in front, squeeze, and let go."""
    plan = score(action, rng, n_frames, (0.1, 0.75, 0.7, 0.4, 1.0, 0.55, 0.65), 4)
    size = float(np.clip(action.amplitude, 0.5, 1.5))
    over = rng.uniform() < 0.5

    def arm(outer: bool) -> np.ndarray:
        wide = _pose(np.array([0.40 + 0.28 * size, -0.06, 0.55]), 0.25) + _scatter(rng)
        wide[2] = 0.93
        height, depth = (-0.05, 0.36) if outer else (-0.14, 0.32)
        round_ = _pose(at_body(-0.08, height, depth), 0.85) + _scatter(rng, 0.01)
        tight = _pose(at_body(-0.13, height, depth - 0.045), 0.9) + _scatter(rng, 0.01)
        ajar = _pose(np.array([0.45, -0.35, 0.65]), 0.2)
        rest = REST_CHART
        path = plan.path([rest, rest, wide, round_, tight, tight, ajar, rest], via=(3, 6))
        return _alive(plan, path, rng, 0.006)

    zero, close = (0.0, 0.0, 0.0), (0.14, 0.0, 0.0)
    spine = _bodies(plan, [zero, zero, (-0.08, 0.0, 0.0), (0.08, 0.0, 0.0), close, close, zero, zero])
    lean = rng.choice((-1.0, 1.0)) * 0.16
    cheek = (0.12, lean, 0.0)
    neck = _bodies(plan, [zero, zero, (-0.05, 0.0, 0.0), (0.05, lean / 2, 0.0), cheek, cheek, zero, zero])
    return assemble(arm(over), arm(not over), spine, neck, _proper(plan, 1, 6))


def pray(action: Action, rng: Rng, n_frames: int | None) -> UpperTrack:
    """Palms together before the breast, elbows out, head bowed."""
    plan = score(action, rng, n_frames, (0.1, 0.85, 2.4, 0.9), 2)
    height, depth = rng.uniform(-0.19, -0.14), rng.uniform(0.20, 0.24)
    half = rng.uniform(0.010, 0.014)
    together = _pose(at_body(half, height, depth), 0.62)
    # One path for both hands, so that the palms stay together whatever the arms do.
    chart = _alive(plan, plan.path([REST_CHART, REST_CHART, together, together, REST_CHART]), rng, 0.003)
    held = plan.path([np.zeros(1), np.zeros(1), np.ones(1), np.ones(1), np.zeros(1)])[:, 0]
    size = float(np.clip(action.amplitude, 0.5, 1.5))
    return assemble(
        chart, chart.copy(), angles(held, 0.07 * size), angles(held, 0.36 * size), _proper(plan, 1, 3)
    )


__all__ = [
    "cover_face", "cross_arms", "drink", "eat", "grab_high", "hands_on_hips", "hug", "phone", "point", "pray",
    "raise_arm", "salute", "scratch_head", "stretch_up",
]  # fmt: skip
