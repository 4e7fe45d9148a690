"""Walking, running, turning and stepping: plans of footfalls for ``gait``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from . import engine as e
from .engine_keys import arm_angles, smooth
from .gait import (
    Context,
    Footfall,
    Gait,
    Path,
    Segment,
    beside,
    envelope,
    gait_track,
    walk_steps,
)
from .vocabulary import Action

Generator = Callable[[Action, Context], Segment]

WALKS: dict[str, Gait] = {
    "": Gait(),
    "proud": Gait(cadence=1.75, step=0.66, arms=1.0, bend=-0.1, nod=-0.06, pitch=-0.02, bob=0.026, twist=0.9,
                  out=0.12, elbow=0.1),
    "tired": Gait(cadence=1.25, step=0.46, arms=0.22, bend=0.34, nod=0.32, pitch=0.07, height=0.025, sway=0.035,
                  drop=0.035, toe_off=0.6, strike=0.1, phi=0.12, elbow=-0.1),
    "sneaking": Gait(cadence=1.15, step=0.52, arms=0.18, bend=0.35, nod=-0.1, pitch=0.28, height=0.17, drop=0.15,
                     sway=0.035, strike=-0.25, toe_off=0.75, phi=0.55, elbow=1.25, out=0.12, bob=0.03,
                     swing=0.85),
    "happy": Gait(cadence=2.0, step=0.64, arms=1.05, bend=-0.06, nod=-0.1, bob=0.055, twist=1.1, roll=0.12,
                  height=0.09, elbow=0.45, out=0.15, toe_off=1.1, drop=0.03),
    "drunk": Gait(cadence=1.45, step=0.45, arms=0.5, bend=0.1, nod=0.12, sway=0.055, roll=0.22, width=0.1,
                  jitter=0.09, height=0.05, out=0.35, elbow=0.35, drop=0.04, twist=1.0, strike=0.1),
    "elderly": Gait(cadence=1.55, step=0.27, arms=0.2, bend=0.45, nod=-0.12, pitch=0.14, height=0.038, drop=0.06,
                    sway=0.03, toe_off=0.4, strike=0.05, elbow=0.7, phi=0.15, width=0.09),
}  # fmt: skip

RUNS: dict[str, Gait] = {
    "": Gait(cadence=2.75, step=0.92, swing=1.25, height=0.22, width=0.035, drop=0.04, bob=0.0, sway=0.008,
             pelvis=0.2, twist=0.9, arms=0.8, elbow=1.25, elbow_gain=0.5, pitch=0.12, bend=0.06, toe_off=1.1,
             strike=0.1, out=0.05, nod=-0.05),
    "jog": Gait(cadence=2.55, step=0.68, swing=1.12, height=0.14, width=0.045, drop=0.05, bob=0.0, sway=0.012,
                pelvis=0.18, twist=0.9, arms=0.6, elbow=1.3, elbow_gain=0.4, pitch=0.07, bend=0.04, toe_off=0.9,
                strike=0.1, out=0.08),
    "sprint": Gait(cadence=3.4, step=1.2, swing=1.4, height=0.32, width=0.03, drop=0.06, bob=0.0, sway=0.005,
                   pelvis=0.22, twist=1.0, arms=1.05, elbow=1.35, elbow_gain=0.6, pitch=0.24, bend=0.1,
                   toe_off=1.2, strike=0.0, out=0.04, nod=-0.12),
}  # fmt: skip


def paced(gait: Gait, a: Action) -> Gait:
    """The gait at the action's speed (steps quicker and a little longer) and amplitude."""
    return replace(
        gait,
        cadence=min(gait.cadence * a.speed**0.6, max(gait.cadence, 4.1)),
        step=min(gait.step * a.speed**0.4 * a.amplitude**0.35, 1.4),
        arms=gait.arms * a.amplitude**0.8,
        height=max(gait.height * a.amplitude**0.7, 0.035),
    )


def travel(ctx: Context, gait: Gait, shortest: float = 1.9, longest: float = 4.2) -> float:
    """Metres to go: for some seconds, or for as long as an overlay needs."""
    seconds = max(float(ctx.rng.uniform(shortest, longest)), ctx.min_s - 0.6)
    return max(seconds * gait.cadence, 3) * gait.step


def bounce(track: np.ndarray, steps: list[Footfall], amount: float) -> None:
    """Up and down of a runner: highest in the middle of each flight, lowest in mid-stance (in place)."""
    time = np.arange(len(track)) * e.DT
    order = sorted(s.land for s in steps)
    lifts = sorted(s.lift for s in steps)
    knots, values = [-1.0, lifts[0]], [0.0, -0.5]
    for k, land in enumerate(order[:-1]):
        air = 0.5 * (land + lifts[k + 1]) if lifts[k + 1] < land else land
        for t, v in ((air, 1.0), (0.5 * (land + lifts[min(k + 2, len(lifts) - 1)]), -1.0)):
            if t > knots[-1] + 0.04:
                knots.append(t)
                values.append(v)
    knots += [max(order[-1] + 0.12, knots[-1] + 0.1), max(order[-1] + 0.45, knots[-1] + 0.4)]
    values += [-1.0, 0.0]
    i = np.clip(np.searchsorted(knots, time) - 1, 0, len(knots) - 2)
    at, height = np.array(knots), np.array(values)
    u = np.clip((time - at[i]) / (at[i + 1] - at[i]), 0, 1)
    track[:, 1] += amount * (height[i] + (height[i + 1] - height[i]) * 0.5 * (1 - np.cos(np.pi * u)))


def _go(steps: list[Footfall], gait: Gait, ctx: Context, hop: float = 0.0, tail: float = 0.45) -> Segment:
    track = gait_track(steps, gait, ctx, tail)
    if hop:
        bounce(track, steps, hop)
    return Segment(track, steps[0].lift, max(s.land for s in steps))


def _first(ctx: Context) -> int:
    return int(ctx.rng.integers(2))


def walk(a: Action, ctx: Context) -> Segment:
    """Walk straight on, forward or backward, in one of the styles."""
    gait = paced(WALKS[a.style], a)
    backward = a.direction == "backward"
    if backward:
        gait = replace(
            gait, step=0.62 * gait.step, cadence=0.85 * gait.cadence, pitch=0.04, arms=0.6 * gait.arms
        )
    length = travel(ctx, gait)
    path = Path.straight(length)
    if a.style == "drunk":
        s = np.arange(max(int(length / 0.02), 10)) * 0.02
        wild = ctx.rng.uniform(0, 6.28)
        path = Path(0.9 * np.sin(2 * np.pi * s / 1.7 + wild) + 0.5 * np.sin(2 * np.pi * s / 0.9 + 2 * wild))
    steps = walk_steps(path, length, gait, ctx, _first(ctx), backward=backward)
    seg = _go(steps, gait, ctx)
    if a.style == "drunk":
        _reel(seg.track, ctx)
    return seg


def _reel(track: np.ndarray, ctx: Context) -> None:
    n = len(track)
    t = np.arange(n) * e.DT
    env = envelope(n, 0.0, t[-1])
    for column, size in ((4, 0.09), (5, 0.1), (6, 0.1), (7, 0.12), (9, 0.14), (10, 0.2), (11, 0.25)):
        rate, phase = ctx.rng.uniform(0.3, 0.8), ctx.rng.uniform(0, 6.28)
        track[:, column] += env * size * np.sin(2 * np.pi * rate * t + phase)


def _curved(curvature: np.ndarray, gait: Gait, ctx: Context, first: int, hop: float = 0.0) -> Segment:
    path = Path(curvature)
    steps = walk_steps(path, float(path.s[-1]), gait, ctx, first)
    return _go(steps, gait, ctx, hop)


def walk_curve(a: Action, ctx: Context) -> Segment:
    """Walk along an arc of 70 to 130 degrees."""
    gait = paced(WALKS[""], a)
    length = travel(ctx, gait, 2.4, 4.2)
    total = np.radians(ctx.rng.uniform(70, 130)) * (1 if a.direction == "left" else -1)
    n = max(int(length / 0.02), 20)
    shape = np.sin(np.linspace(0, np.pi, n)) + 0.35
    return _curved(total * shape / (shape.sum() * 0.02), gait, ctx, int(a.direction == "right"))


def _circle(a: Action, ctx: Context, gait: Gait, radius: float, hop: float) -> Segment:
    sign = -1 if a.direction == "clockwise" else 1
    laps = max(
        float(ctx.rng.uniform(0.95, 1.1)), (ctx.min_s - 0.6) * gait.cadence * gait.step / (6.28 * radius)
    )
    n = int(laps * 2 * np.pi * radius / 0.02)
    seg = _curved(np.full(n, sign / radius), gait, ctx, int(sign < 0), hop)
    lean = 0.35 * (gait.step * gait.cadence) ** 2 / (9.81 * radius)
    seg.track[:, 5] += sign * min(lean, 0.2) * envelope(len(seg.track), 0.3, seg.end_s)
    return seg


def walk_circle(a: Action, ctx: Context) -> Segment:
    """Walk one round of a circle."""
    return _circle(a, ctx, paced(WALKS[""], a), float(ctx.rng.uniform(0.65, 1.0)) * a.amplitude, 0.0)


def run_circle(a: Action, ctx: Context) -> Segment:
    """Run one round of a circle."""
    return _circle(a, ctx, paced(RUNS["jog"], a), float(ctx.rng.uniform(1.2, 1.7)) * a.amplitude, 0.03)


def walk_turn_back(a: Action, ctx: Context) -> Segment:
    """Walk some steps, turn about, walk back."""
    gait = paced(WALKS[""], a)
    sign = 1 if a.direction == "left" else -1
    radius = float(ctx.rng.uniform(0.24, 0.36))
    out, back = (int(travel(ctx, gait, 0.9, 1.7) / 0.02) for _ in range(2))
    bend = int(np.pi * radius / 0.02)
    curvature = np.concatenate([np.zeros(out), np.full(bend, sign * np.pi / (bend * 0.02)), np.zeros(back)])
    return _curved(curvature, replace(gait, step=0.9 * gait.step), ctx, int(sign < 0))


def zigzag(a: Action, ctx: Context) -> Segment:
    """Walk slanting to one side, then to the other, and so on."""
    gait = paced(WALKS[""], a)
    turn, leg = np.radians(ctx.rng.uniform(45, 62)), float(ctx.rng.uniform(0.9, 1.25)) * a.amplitude
    sign = float(ctx.rng.choice([-1.0, 1.0]))
    corner = 0.35
    straight = np.zeros(int(leg / 0.02))
    pieces = []
    for k in range(int(ctx.rng.integers(4, 6))):
        angle = sign * turn * (1.0 if k else 0.5) * (1 if k % 2 == 0 else -1)
        pieces += [np.full(int(corner / 0.02), angle / (int(corner / 0.02) * 0.02)), straight]
    return _curved(np.concatenate(pieces), gait, ctx, int(sign < 0))


def run(a: Action, ctx: Context) -> Segment:
    """Run forward."""
    gait = paced(RUNS[a.style], a)
    length = travel(ctx, gait, 1.7, 3.0)
    steps = walk_steps(Path.straight(length), length, gait, ctx, _first(ctx))
    return _go(
        steps, gait, ctx, {"": 0.04, "jog": 0.03, "sprint": 0.04}[a.style] * a.amplitude**0.4, tail=0.6
    )


def in_place(
    gait: Gait, ctx: Context, seconds: float, forward: float = 0.0, start: float = 0.25
) -> list[Footfall]:
    """Steps on the spot (or slowly forward), the first and last like the others."""
    count = max(round(seconds * gait.cadence), 4)
    period, first = 1.0 / gait.cadence, _first(ctx)
    out = []
    for k in range(count):
        side = (first + k) % 2
        sign = 1 if side == 0 else -1
        z = forward * (min(k + 1, count - 1))
        spread = ctx.person.half_stance if k >= count - 2 else gait.width
        t = start + k * period * (1 + float(ctx.rng.normal(0, 0.3 * gait.jitter)))
        lasting = gait.swing * period
        out.append(
            Footfall(side, t, t + lasting, sign * spread, 0, z, sign * ctx.person.toe_out, gait.height)
        )
    return out


def _cheat_arms(seg: Segment, ctx: Context, gain: float, lift: float) -> Segment:
    """On the spot there is no stride to swing the arms by: they follow the lifted feet instead."""
    track = seg.track
    env = envelope(len(track), 0.0, (len(track) - 1) * e.DT)
    height = (track[:, 13] - track[:, 16]) / lift
    for s, sign in ((0, -1.0), (1, 1.0)):
        swing = gain * height * sign
        arm = arm_angles(
            ctx.person.hang_phi + env * swing,
            ctx.person.elbow + env * (0.35 + 0.5 * np.maximum(swing, 0)),
            ctx.person.out,
            s,
        )
        track[:, e.WRIST[s]] += (arm - track[:, e.WRIST[s]]) * env[:, None]
    track[:, 8] -= 0.12 * gain * height * env
    return seg


def march(a: Action, ctx: Context) -> Segment:
    """March with high knees and straight swinging arms, on the spot or forward."""
    gait = paced(Gait(cadence=1.75, height=0.24, swing=0.72, width=0.085, bend=-0.05, nod=-0.03, arms=1.2, sway=0.03,
                      bob=0.012, elbow_gain=0.4, step=0.5, toe_off=0.7, strike=0.1, drop=0.012), a)  # fmt: skip
    seconds = max(float(ctx.rng.uniform(2.2, 4.0)), ctx.min_s)
    forward = 0.5 * gait.step if a.style == "forward" else 0.0
    steps = in_place(gait, ctx, seconds, 2 * forward)
    return _cheat_arms(_go(steps, gait, ctx), ctx, 0.6 * a.amplitude**0.7, gait.height)


def run_in_place(a: Action, ctx: Context) -> Segment:
    """Run on the spot."""
    gait = paced(replace(RUNS["jog"], cadence=2.9, swing=1.12, height=0.26, pitch=0.06), a)
    steps = in_place(gait, ctx, max(float(ctx.rng.uniform(2.0, 3.5)), ctx.min_s))
    seg = _go(steps, gait, ctx, 0.025)
    seg = _cheat_arms(seg, ctx, 0.55, gait.height)
    env = envelope(len(seg.track), 0.0, (len(seg.track) - 1) * e.DT)[:, None]
    for s in (0, 1):
        seg.track[:, e.WRIST[s]] += env * (0.75 * np.array([0, 0.42, 0.42]))
    return seg


def turn(a: Action, ctx: Context) -> Segment:
    """Turn on the spot with small steps: a quarter to the left or right, or all the way round."""
    degrees = ctx.rng.uniform(75, 105) if a.direction != "around" else ctx.rng.uniform(170, 190)
    sign = {"left": 1, "right": -1}.get(a.direction, 1 if ctx.rng.random() < 0.5 else -1)
    if a.direction != "around":
        degrees *= float(np.clip(a.amplitude, 0.7, 1.5))
    total = sign * np.radians(degrees)
    pairs = max(int(np.ceil(abs(total) / 0.9)), 2 if a.direction == "around" else 1)
    gait = Gait(
        cadence=2.1 * a.speed**0.8, swing=0.8, height=0.05, pelvis=0.05, arms=0.3, sway=0.03, drop=0.01
    )
    lead, t, out = int(sign < 0), 0.25, []
    half = ctx.person.half_stance
    for k in range(2 * pairs):
        side = (lead + k) % 2
        yaw = total * (k // 2 + (0.85 if side == lead else 1.0)) / pairs if k < 2 * pairs - 2 else total
        x, z = beside(0, 0, yaw, side, half)
        toe = ctx.person.toe_out * (1 if side == 0 else -1)
        out.append(Footfall(side, t, t + gait.swing / gait.cadence, x, 0, z, yaw + toe, gait.height))
        t += 1 / gait.cadence
    return _go(out, gait, ctx)


def stand(a: Action, ctx: Context) -> Segment:
    """Stand and shift the weight now and then."""
    seconds = max(float(ctx.rng.uniform(1.8, 4.0)) / a.speed**0.3, ctx.min_s)
    n = round(seconds * e.FPS) + 1
    track = np.repeat(ctx.row[None], n, axis=0)
    t = np.arange(n) * e.DT
    env = envelope(n, 0.0, t[-1], 0.7)
    shift = np.zeros(n)
    for _ in range(int(ctx.rng.integers(0, 3))):
        at = ctx.rng.uniform(0.2, 0.7) * seconds
        hump = smooth((t - at) / 0.9) * smooth((at + ctx.rng.uniform(1.2, 2.5) - t) / 0.9)
        shift += ctx.rng.choice([-1, 1]) * ctx.rng.uniform(0.015, 0.04) * hump
    shift *= env
    track[:, 0] += shift * np.cos(ctx.row[3])
    track[:, 2] -= shift * np.sin(ctx.row[3])
    track[:, 5] += 0.9 * shift
    track[:, 7] -= 1.1 * shift
    return Segment(track, 0.0, t[-1])
