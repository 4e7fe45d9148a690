"""Bending, lifting, swaying and dodging. One-sided actions are written for the left."""

from __future__ import annotations

import numpy as np

from . import engine as e
from .body_legs import arms, finish, keys_for
from .engine_keys import Change, Keys
from .gait import Context, Segment
from .vocabulary import Action


def bow(a: Action, ctx: Context) -> Segment:
    """Bend forward from the hips with the head and rise again."""
    k = keys_for(a, ctx).begin()
    n, deep = k.neutral, min(a.amplitude, 1.35)
    beside = ctx.rng.random() < 0.6
    hands = arms(0.1, -0.95, 0.12) if beside else arms(-0.1, -0.85, 0.4)
    for _ in range(max(a.count, 1)):
        k.to(0.75, pitch=0.62 * deep, bend=0.5 * deep, nod=0.25, z=-0.13 * deep, y=n[1] - 0.01, **hands)
        k.hold(0.25, pitch=0.64 * deep)
        k.to(0.8, pitch=0.0, bend=n[6], nod=n[9], z=0.0, y=n[1])
        k.hold(0.1)
    return finish(k.end().home(0.3))


def toe_touch(a: Action, ctx: Context) -> Segment:
    """Bend down with nearly straight legs until the hands are at the feet."""
    k = keys_for(a, ctx).begin()
    n, deep = k.neutral, float(np.clip(a.amplitude, 0.6, 1.1))
    for _ in range(max(a.count, 1)):
        k.to(0.5, pitch=0.55 * deep, bend=0.5 * deep, z=-0.1 * deep, **arms(0.02, -0.7, 0.65))
        k.to(0.55, pitch=1.3 * deep, bend=1.15 * deep, nod=0.2, z=-0.19 * deep, y=n[1] - 0.03,
             **arms(-0.02, -0.35 - 0.2 * deep, 0.8))  # fmt: skip
        k.hold(0.3, bend=1.2 * deep)
        k.to(0.6, pitch=0.5 * deep, bend=0.55 * deep, nod=0.1, z=-0.09, **arms(0.05, -0.8, 0.5))
        k.to(0.5, pitch=0.0, bend=n[6], nod=n[9], z=0.0, y=n[1], **arms(*n[24:27]))
        k.hold(0.08)
    return finish(k.end().home(0.25))


def _stoop(k: Keys, both: bool, seconds: float, x: float) -> None:
    """Down to the floor, the left hand (or both) at a spot before the feet."""
    n = k.neutral
    hand = (x if not both else 0.13, 0.1, 0.36)
    legs = 1.0 if both else 0.75
    k.to(0.5 * seconds, y=n[1] - 0.22 * legs, z=-0.14, pitch=0.5, bend=0.35, nod=0.1, lk=0.2, rk=0.2,
         la=(0.05, -0.75, 0.55), **({"ra": (-0.05, -0.75, 0.55)} if both else {"ra": (-0.15, -0.85, 0.25)}))  # fmt: skip
    changes: dict[str, Change] = {"lh": hand, "lh_w": 1.0}
    if both:
        changes |= {"rh": (-0.13, 0.1, 0.36), "rh_w": 1.0}
    else:
        changes |= {"ra": (-0.02, -0.62, 0.6), "side": 0.12, "twist": -0.12}
    k.row[e.HAND[0]], k.row[e.HAND[1]] = hand, (-0.13, 0.1, 0.36)
    k.to(0.5 * seconds, y=n[1] - 0.42 * legs, z=-0.2, pitch=0.8, bend=0.62, nod=0.0, **changes)


def _carry_row(both: bool) -> dict[str, Change]:
    """Hands with something in them before the belly."""
    if both:
        return {"la": (-0.1, -0.58, 0.5), "ra": (0.1, -0.58, 0.5), "la_sw": 0.3, "ra_sw": 0.3}
    return {"la": (-0.05, -0.55, 0.5), "ra": (-0.15, -0.9, 0.2)}


def _rise(k: Keys, seconds: float, both: bool) -> None:
    n = k.neutral
    k.to(0.5 * seconds, y=n[1] - 0.18, z=-0.13, pitch=0.42, bend=0.38, lh_w=0.0, rh_w=0.0, side=0.0, twist=0.0,
         la=(-0.04, -0.72, 0.55), **({"ra": (0.04, -0.72, 0.55)} if both else {}))  # fmt: skip
    k.to(0.5 * seconds, y=n[1], z=0.0, pitch=0.0, bend=n[6], lk=0.0, rk=0.0, nod=0.1, **_carry_row(both))


def pick_up(a: Action, ctx: Context) -> Segment:
    """Stoop, take something off the floor, rise with it."""
    k, both = keys_for(a, ctx), a.side == "both"
    k.begin()
    _stoop(k, both, 1.1, float(ctx.rng.uniform(0.02, 0.15)))
    k.hold(0.25)
    _rise(k, 1.1, both)
    k.end().hold(float(ctx.rng.uniform(0.1, 0.6)))
    return finish(k.home(0.6))


def put_down(a: Action, ctx: Context) -> Segment:
    """Hold something, stoop, leave it on the floor, rise with empty hands."""
    k, both = keys_for(a, ctx), a.side == "both"
    k.to(0.5, nod=0.1, **_carry_row(both)).hold(float(ctx.rng.uniform(0.1, 0.5)))
    k.begin()
    _stoop(k, both, 1.2, float(ctx.rng.uniform(0.02, 0.15)))
    k.hold(0.3)
    n = k.neutral
    k.to(
        0.5,
        y=n[1] - 0.18,
        z=-0.13,
        pitch=0.42,
        bend=0.38,
        lh_w=0.0,
        rh_w=0.0,
        side=0.0,
        twist=0.0,
        **arms(0.1, -0.85, 0.3),
    )
    k.home(0.6)
    return finish(k.end().to(0.15))


def lift_overhead(a: Action, ctx: Context) -> Segment:
    """Take something heavy off the floor, bring it to the chest, press it overhead, and put it down."""
    k = keys_for(a, ctx).begin()
    n = k.neutral
    _stoop(k, True, 1.2, 0.13)
    k.hold(0.25)
    k.to(
        0.6,
        y=n[1] - 0.14,
        z=-0.08,
        pitch=0.3,
        bend=0.3,
        lh_w=0.0,
        rh_w=0.0,
        la=(-0.05, -0.68, 0.5),
        ra=(0.05, -0.68, 0.5),
    )
    k.to(
        0.5,
        y=n[1] - 0.07,
        z=-0.02,
        pitch=0.0,
        bend=0.0,
        lk=0.1,
        rk=0.1,
        nod=0.0,
        **arms(-0.02, -0.12, 0.45, 0.3),
    )
    k.hold(0.15, y=n[1] - 0.1)
    k.to(0.55, y=n[1], bend=-0.1, pitch=-0.02, nod=-0.25, lk=0.0, rk=0.0, **arms(0.05, 0.92, 0.12, 0.2))
    k.hold(0.5, y=n[1] - 0.005)
    k.end()
    k.to(0.6, y=n[1] - 0.06, bend=0.0, nod=0.05, **arms(-0.02, -0.12, 0.45, 0.3))
    return finish(k.home(0.7))


def side_bend(a: Action, ctx: Context) -> Segment:
    """Lean the trunk to the left, the hips going a little the other way."""
    k = keys_for(a, ctx).begin()
    n, deep = k.neutral, min(a.amplitude, 1.35)
    over = bool(ctx.rng.random() < 0.4)
    for _ in range(max(a.count, 1)):
        other = {"ra": (0.12, 0.93, 0.1), "la": (0.08, -0.85, 0.15)} if over else {"la": (0.05, -0.97, 0.05),
                 "ra": (-0.1, -0.8, 0.2)}  # fmt: skip
        k.to(0.7, side=0.68 * deep, roll=0.14 * deep, x=-0.07 * deep, tilt=0.15, bend=0.03, **other)
        k.hold(0.25, side=0.72 * deep)
        k.to(0.7, side=0.0, roll=0.0, x=0.0, tilt=0.0, la=tuple(n[24:27]), ra=tuple(n[27:30]))
        k.hold(0.08)
    return finish(k.end().home(0.25))


def twist_torso(a: Action, ctx: Context) -> Segment:
    """Turn the trunk to one side and to the other, the feet staying where they are."""
    k = keys_for(a, ctx)
    sign = float(ctx.rng.choice([-1, 1]))
    far = 0.85 * min(a.amplitude, 1.4)
    pose = [(0.0, -0.35, 0.45), (0.75, -0.35, 0.1), (-0.05, -0.55, 0.15)][int(ctx.rng.integers(3))]
    k.to(0.4, y=k.neutral[1] - 0.02, **arms(*pose, 0.7)).begin()
    for i in range(2 * max(a.count, 1)):
        d = sign * (1 if i % 2 == 0 else -1)
        k.to(0.5, twist=0.8 * far * d, yaw=0.3 * far * d, look=0.2 * d, side=0.05 * d, lf_pitch=max(0.0, -0.25 * d * far),
             rf_pitch=max(0.0, 0.25 * d * far))  # fmt: skip
        k.hold(0.06)
    k.end().to(0.4, twist=0.0, yaw=0.0, look=0.0, side=0.0, lf_pitch=0.0, rf_pitch=0.0)
    return finish(k.home(0.4))


def hip_circle(a: Action, ctx: Context) -> Segment:
    """Move the hips round in circles, the hands on them."""
    k = keys_for(a, ctx)
    n, sign = k.neutral, float(ctx.rng.choice([-1, 1]))
    r = 0.085 * min(a.amplitude, 1.3)
    k.to(0.5, **arms(0.01, -0.79, 0.07, 0.75)).begin()
    turns = max(a.count, 1)
    for i in range(8 * turns + 1):
        angle = sign * 2 * np.pi * i / 8
        x, z = r * np.sin(angle), r * np.cos(angle)
        k.to(
            0.16,
            x=x,
            z=z,
            y=n[1] - 0.03,
            roll=-1.6 * x,
            side=2.6 * x,
            pitch=-2.0 * z,
            bend=2.8 * z,
        )
    k.end().to(0.3, x=0.0, z=0.0, roll=0.0, side=0.0, pitch=0.0, bend=n[6])
    return finish(k.home(0.4))


def dodge(a: Action, ctx: Context) -> Segment:
    """Get out of the way with the upper body: quickly to a side, or down."""
    k = keys_for(a, ctx)
    n, deep = k.neutral, a.amplitude**0.7
    guard = arms(-0.1, -0.18, 0.42, 0.2)
    k.to(0.35, y=n[1] - 0.04, **guard).begin()
    if a.direction == "down":
        k.to(0.26, y=n[1] - 0.36 * deep, z=-0.14, pitch=0.5 * deep, bend=0.6 * deep, nod=0.25, lk=0.2, rk=0.2,
             **arms(-0.08, 0.0, 0.42, 0.2))  # fmt: skip
        k.hold(0.25)
    else:
        half = ctx.person.half_stance
        far = half + 0.26 * deep
        k.to(0.22, x=0.17 * deep, y=n[1] - 0.16 * deep, side=0.5 * deep, roll=0.16, twist=-0.25, bend=0.2, tilt=0.15,
             lf=(far, 0.0, 0.02), lf_yaw=0.25)  # fmt: skip
        k.hold(0.22, x=0.19 * deep)
        k.to(0.32, x=0.05, y=n[1] - 0.03, side=0.0, roll=0.0, twist=0.0, bend=0.1, tilt=0.0)
        k.to(0.28, lf=(half, 0.0, 0.0), lf_yaw=n[18], x=0.0)
    k.to(0.35, y=n[1] - 0.02, z=0.0, pitch=0.0, bend=n[6], nod=0.0, lk=0.0, rk=0.0)
    return finish(k.end().home(0.4))


def sway(a: Action, ctx: Context) -> Segment:
    """Shift the weight from foot to foot, the trunk going along."""
    k = keys_for(a, ctx)
    sign, size = float(ctx.rng.choice([-1, 1])), min(a.amplitude, 1.35)
    n = k.neutral
    wide = bool(ctx.rng.random() < 0.5)
    hang = 0.15 if wide else 0.05
    k.to(0.2).begin()
    for i in range(2 * max(a.count, 1)):
        d = sign * (1 if i % 2 == 0 else -1)
        k.to(0.62, x=0.075 * size * d, roll=0.06 * size * d, side=0.17 * size * d, tilt=0.12 * size * d, y=n[1] - 0.015,
             la=(0.15 + hang * d, -0.92, 0.15), ra=(-0.15 + hang * d, -0.92, 0.15), lf_pitch=max(0.0, -0.22 * size * d),
             rf_pitch=max(0.0, 0.22 * size * d))  # fmt: skip
    k.end().to(0.45, x=0.0, roll=0.0, side=0.0, tilt=0.0, lf_pitch=0.0, rf_pitch=0.0)
    return finish(k.home(0.3))
