"""Jumps, squats, lunges, kicks and what else the legs do. One-sided actions are written for the left."""

from __future__ import annotations

import numpy as np

from . import engine as e
from .engine_keys import Change, Keys, smooth
from .gait import Context, Segment
from .vocabulary import Action


def keys_for(a: Action, ctx: Context) -> Keys:
    """The builder for an action: mirrored where its side or direction is right."""
    right = a.side == "right" or (not a.side and a.direction == "right")
    k = Keys(ctx.row, ctx.person, ctx.rng, a.speed, a.amplitude, mirrored=right)
    return k.to(float(ctx.rng.uniform(0.05, 0.25)))


def arms(x: float, y: float, z: float, swivel: float = 0.1) -> dict[str, Change]:
    """Both wrists alike, x outwards."""
    return {"la": (x, y, z), "ra": (-x, y, z), "la_sw": swivel, "ra_sw": swivel}


def finish(k: Keys, variant: str = "") -> Segment:
    """The segment of a builder."""
    track, began, ended = k.track()
    return Segment(track, began, ended, variant)


def _altered(row: np.ndarray, arm: tuple[float, float, float], **columns: float) -> np.ndarray:
    out = row.copy()
    index = {"y": 1, "z": 2, "x": 0, "pitch": 4, "bend": 6, "nod": 9}
    for name, value in columns.items():
        if name == "feet":
            out[[20, 21]] = value
        elif name == "tuck":
            out[[13, 16]] = value
        elif name == "foot_z":
            out[[14, 17]] = value
        elif name == "foot_x":
            out[[12, 15]] += value
        else:
            out[index[name]] = value
    out[e.WRIST[0]], out[e.WRIST[1]] = arm, (-arm[0], arm[1], arm[2])
    return out


def _jump_once(k: Keys, height: float, dx: float, dz: float, tuck: float) -> None:
    """From standing: crouch with the arms back, leap by (dx, dz), land and give way."""
    n = k.neutral
    base, zero = k.row.copy(), float(k.row[2])
    x0 = float(k.row[0])
    deep = 0.2 + 0.45 * height
    k.to(
        0.42,
        y=n[1] - deep,
        z=zero - 0.06 + 0.1 * dz,
        pitch=0.45,
        bend=0.3,
        nod=-0.35,
        **arms(0.25, -0.82, -0.42),
    )
    lean = 0.35 * np.clip(dz, -0.6, 0.8)
    up = base.copy()
    up[[8, 10, 11]] = 0.0
    off = _altered(up, (0.2, 0.35, 0.85), y=n[1] + 0.06, z=zero + 0.16 * dz, x=x0 + 0.14 * dx, pitch=lean, bend=0.0,
                   nod=-0.1, feet=0.75)  # fmt: skip
    air = _altered(off, (0.3, 0.45, 0.75), y=n[1] + 0.1, z=zero + 0.55 * dz, x=x0 + 0.55 * dx, pitch=0.6 * lean,
                   bend=0.1 + tuck, feet=0.55, tuck=0.03 + tuck, foot_z=k.row[14] + 0.5 * dz + 0.1 * max(dz, 0))  # fmt: skip
    on = _altered(up, (0.35, -0.35, 0.75), y=n[1] + 0.0, z=zero + 0.93 * dz, x=x0 + 0.96 * dx, pitch=0.12 - 0.1 * dz,
                  bend=0.12, nod=0.1, feet=0.3, foot_z=k.row[14] + dz)  # fmt: skip
    low = _altered(on, (0.3, -0.65, 0.55), y=n[1] - 0.16 - 0.35 * height, z=zero + dz - 0.05, x=x0 + dx, pitch=0.42,
                   bend=0.25, nod=-0.3, feet=0.0)  # fmt: skip
    for row, share in ((air, 0.5), (on, 1.0), (low, 1.0)):
        row[[12, 15]] = k.row[[12, 15]] + share * dx
    k.leap(height, off, air, on, low)


def jump(a: Action, ctx: Context) -> Segment:
    """Jump with both feet, up or in a direction."""
    k = keys_for(a, ctx).begin()
    size = a.amplitude * float(ctx.rng.uniform(0.9, 1.1))
    height = {"up": 0.27}.get(a.direction, 0.15) * size
    far = 0.5 * size
    dx = 0.75 * far if a.direction in ("left", "right") else 0.0
    dz = {"forward": far, "backward": -0.65 * far}.get(a.direction, 0.0)
    for i in range(max(a.count, 1)):
        _jump_once(k, height, dx, dz, 0.1 if dz > 0 else 0.04)
        if i + 1 == max(a.count, 1):
            k.end()
        k.home(0.4 if i + 1 == max(a.count, 1) else 0.3)
    return finish(k)


def whirl(track: np.ndarray, yaw: np.ndarray) -> np.ndarray:
    """Turn each frame about the vertical through the pelvis."""
    centre = track[:, e.POS].copy()
    out = e.place(track, -centre[:, 0], 0.0, -centre[:, 2], 0.0)
    out = e.place(out, 0.0, 0.0, 0.0, yaw)
    return e.place(out, centre[:, 0], 0.0, centre[:, 2], 0.0)


def jump_spin(a: Action, ctx: Context) -> Segment:
    """Jump and turn once about in the air."""
    k = keys_for(a, ctx).begin()
    sign = -1.0 if a.direction == "clockwise" else 1.0
    n = k.neutral
    # wind up against the turn
    k.to(0.3, twist=-0.5 * sign, y=n[1] - 0.08, **arms(0.4, -0.75, 0.1))
    _jump_once(k, 0.3 * a.amplitude**0.7, 0.0, 0.0, 0.02)
    for i in (-4, -3, -2):
        k.rows[i][e.WRIST[0]], k.rows[i][e.WRIST[1]] = (-0.15, -0.25, 0.5), (0.15, -0.25, 0.5)
    leap = k.leaps[0]
    k.end().home(0.45)
    track, began, ended = k.track()
    t = np.arange(len(track)) * e.DT
    yaw = 2 * np.pi * sign * smooth((t - leap.off + 0.1) / (leap.on - leap.off + 0.18))
    return Segment(whirl(track, yaw), began, ended)


def jumping_jack(a: Action, ctx: Context) -> Segment:
    """Feet apart with the hands overhead, and together again, by small jumps."""
    k = keys_for(a, ctx).begin()
    n, half, wide = k.neutral, ctx.person.half_stance, 0.3 * a.amplitude**0.7
    k.to(0.25, y=n[1] - 0.07, pitch=0.06)
    for _ in range(max(a.count, 1)):
        for out in (True, False):
            x = wide if out else half
            up, middle, end = (n.copy() for _ in range(3))
            low = n.copy()
            for row, share, arm, y, pitch in (
                (up, 0.0, 0.2, 0.03, 0.5),
                (middle, 0.55, 0.5, 0.04, 0.45),
                (end, 1.0, 0.8, -0.04 * out, 0.3),
                (low, 1.0, 1.0, -0.04 * out - 0.07, 0.0),
            ):
                row[1] += y
                spread = (half + (x - half) * share) if out else wide + (half - wide) * share
                row[12], row[15] = spread, -spread
                row[[20, 21]] = pitch
                high = arm if out else 1 - arm
                swing = np.pi * (0.08 + 0.85 * high)
                wrist = np.array([0.97 * np.sin(swing) + 0.05, -0.97 * np.cos(swing), 0.08])
                row[e.WRIST[0]], row[e.WRIST[1]] = wrist * 0.98, wrist * [-0.98, 0.98, 0.98]
            k.leap(0.06 / k.speed**0.5, up, middle, end, low)
            k.to(0.08)
    k.end().home(0.4)
    return finish(k)


def squat(a: Action, ctx: Context) -> Segment:
    """Knee bends, the arms held out for balance."""
    k = keys_for(a, ctx).begin()
    n = k.neutral
    deep = min(0.38 * a.amplitude**0.8, 0.5)
    for i in range(max(a.count, 1)):
        k.to(0.85, y=n[1] - deep, z=-0.5 * deep, pitch=1.25 * deep, bend=0.55 * deep + 0.05, nod=-1.2 * deep, lk=0.25,
             rk=0.25, **arms(0.05, -0.25, 0.93))  # fmt: skip
        k.hold(0.12, y=n[1] - deep - 0.01)
        last = i + 1 >= max(a.count, 1)
        k.to(0.8, y=n[1] - 0.004, z=0.0, pitch=0.0, bend=0.04, nod=-0.02, lk=0.0, rk=0.0,
             **arms(*(tuple(n[24:27]) if last else (0.1, -0.7, 0.62))))  # fmt: skip
        k.hold(0.1 if not last else 0.03)
    return finish(k.end().home(0.3))


def crouch(a: Action, ctx: Context) -> Segment:
    """Go down low, stay there, looking about, come up."""
    k = keys_for(a, ctx)
    n, deep = k.neutral, min(0.47 * a.amplitude**0.5, 0.55)
    look = float(ctx.rng.uniform(-0.4, 0.4))
    k.begin()
    k.to(0.7, nod=-0.55, look=look, y=n[1] - deep, z=-0.12, pitch=0.55, bend=0.6, lk=0.35, rk=0.35, lf_pitch=0.35,
         rf_pitch=0.35, **arms(-0.02, -0.62, 0.62, 0.3))  # fmt: skip
    stay = float(ctx.rng.uniform(0.6, 1.6))
    k.hold(0.5 * stay, look=-look, y=n[1] - deep - 0.015)
    k.hold(0.5 * stay, look=0.3 * look, y=n[1] - deep)
    k.home(0.8)
    return finish(k.end().to(0.15))


def lunge(a: Action, ctx: Context) -> Segment:
    """A wide step with the left leg, the knee bent deep, and back."""
    k = keys_for(a, ctx)
    n, half, far = k.neutral, ctx.person.half_stance, a.amplitude**0.6
    k.begin()
    for _ in range(max(a.count, 1)):
        if a.direction == "forward":
            k.to(0.25, x=-0.6 * half, lf=(half, 0.1, 0.12), lf_pitch=0.3)
            k.to(0.4, x=0.0, y=n[1] - 0.18 * far, z=0.32 * far, lf=(half, 0, 0.68 * far), lf_pitch=0.0, rf_pitch=0.6,
                 **arms(0.2, -0.7, 0.3))  # fmt: skip
            k.to(
                0.4,
                y=n[1] - 0.36 * far,
                z=0.33 * far,
                pitch=0.05,
                bend=0.08,
                rf_pitch=0.95,
                **arms(-0.02, -0.66, 0.52, 0.4),
            )
            k.hold(0.2, y=n[1] - 0.37 * far)
            k.to(0.35, y=n[1] - 0.14 * far, z=0.24 * far, rf_pitch=0.5, **arms(0.2, -0.8, 0.2))
            k.to(0.22, lf=(half, 0.11, 0.3), z=0.05, y=n[1] - 0.03, x=-0.5 * half, rf_pitch=0.0)
        else:
            k.to(0.25, x=-0.5 * half, lf=(half + 0.12, 0.08, 0))
            k.to(
                0.4,
                x=0.28 * far,
                y=n[1] - 0.13 * far,
                lf=(0.72 * far, 0, 0.03),
                lf_yaw=0.3,
                **arms(0.2, -0.7, 0.35),
            )
            k.to(0.4, x=0.43 * far, y=n[1] - 0.31 * far, z=-0.12, pitch=0.4, bend=0.15, side=0.1, nod=-0.3, lk=0.25,
                 **arms(-0.1, -0.5, 0.7))  # fmt: skip
            k.hold(0.2, y=n[1] - 0.32 * far)
            k.to(0.4, x=0.2 * far, y=n[1] - 0.1 * far, z=0.0, pitch=0.1, side=0.0, bend=0.05, nod=0.0, lk=0.0)
            k.to(0.22, lf=(half + 0.2, 0.1, 0), x=-0.4 * half, y=n[1] - 0.01)
        k.to(0.25, lf=(half, 0, 0), lf_pitch=0.0, lf_yaw=n[18], x=0.0, z=0.0, y=n[1], pitch=0.0, bend=n[6],
             **arms(*n[24:27]))  # fmt: skip
        k.to(0.12)
    return finish(k.end().home(0.25))


def kick(a: Action, ctx: Context) -> Segment:
    """Weight on the right leg, the left is drawn up, thrown out and taken back."""
    k = keys_for(a, ctx)
    n, half, size = k.neutral, ctx.person.half_stance, a.amplitude**0.7
    on_right = -0.85 * half
    forward, side = a.direction == "forward", a.direction == "side"
    k.to(0.3, x=on_right, y=n[1] - 0.02, lf_pitch=0.35, ra=(-0.3, -0.85, 0.2), la=(0.3, -0.85, 0.1))
    k.begin()
    for _ in range(max(a.count, 1)):
        if forward:
            wind = bool(ctx.rng.random() < 0.5)
            if wind:  # from behind, as at a ball
                k.to(0.22, lf=(half, 0.26, -0.38), lf_pitch=0.9, pitch=0.08, twist=-0.15, la=(0.35, -0.7, 0.45),
                     ra=(-0.5, -0.7, -0.2))  # fmt: skip
            else:
                k.to(
                    0.24,
                    lf=(half, 0.46, 0.14),
                    lf_pitch=0.35,
                    pitch=-0.05,
                    la=(0.35, -0.7, 0.2),
                    ra=(-0.4, -0.7, 0.35),
                )
            high = 0.62 * size if not wind else 0.42 * size
            k.to(0.2, lf=(0.6 * half, high, 0.77), lf_pitch=0.3, pitch=-0.2, bend=0.22, y=n[1] - 0.015, z=-0.02,
                 la=(0.45, -0.75, -0.4), ra=(-0.35, -0.5, 0.65))  # fmt: skip
            k.hold(0.05)
            k.to(0.2, lf=(half, 0.4, 0.22), lf_pitch=0.4, pitch=-0.05, bend=0.12)
        elif side:
            k.to(0.27, lf=(half + 0.04, 0.42, 0.1), lf_pitch=0.3, roll=-0.1, **arms(0.3, -0.45, 0.45))
            k.to(0.18, lf=(0.77, 0.5 * size, 0.03), lf_pitch=-0.1, roll=-0.42 * size, side=-0.05, tilt=0.2,
                 x=1.25 * on_right, look=0.4, la=(0.45, -0.75, -0.1), ra=(-0.3, -0.35, 0.6))  # fmt: skip
            k.hold(0.05)
            k.to(0.22, lf=(0.25, 0.4, 0.08), lf_pitch=0.3, roll=-0.12, x=on_right, tilt=0.0, look=0.1)
        else:
            k.to(0.27, lf=(half, 0.34, 0.06), lf_pitch=0.4, pitch=0.12, **arms(0.3, -0.6, 0.5))
            k.to(0.25, lf=(half, 0.36 * size, -0.8), lf_pitch=0.75, pitch=0.55 * size, bend=-0.1, nod=-0.3, z=0.05,
                 **arms(0.35, -0.55, 0.62))  # fmt: skip
            k.hold(0.05)
            k.to(0.24, lf=(half, 0.26, -0.1), lf_pitch=0.5, pitch=0.1, bend=0.03, nod=0.0, z=0.0)
        k.to(
            0.22,
            lf=(half, 0.06, 0.0),
            lf_pitch=0.3,
            la=(0.3, -0.85, 0.1),
            ra=(-0.3, -0.85, 0.2),
            roll=0.0,
            side=0.0,
        )
    k.end()
    k.to(0.16, lf=(half, 0, 0), lf_pitch=0.0, pitch=0.0)
    return finish(k.home(0.35))


def knee_raise(a: Action, ctx: Context) -> Segment:
    """Lift the bent left knee to the hip and put the foot down."""
    k = keys_for(a, ctx)
    n, half = k.neutral, ctx.person.half_stance
    high = min(0.42 * a.amplitude**0.6, 0.52)
    k.to(0.28, x=-0.8 * half, lf_pitch=0.2).begin()
    for _ in range(max(a.count, 1)):
        k.to(0.36, lf=(half, high, 0.16), lf_pitch=0.35, bend=n[6] + 0.06, pitch=-0.05, la=(0.2, -0.8, -0.25),
             ra=(-0.15, -0.55, 0.55), roll=-0.05)  # fmt: skip
        k.hold(0.12)
        k.to(
            0.34,
            lf=(half, 0, 0),
            lf_pitch=0.0,
            bend=n[6],
            pitch=0.0,
            la=tuple(n[24:27]),
            ra=tuple(n[27:30]),
            roll=0.0,
        )
        k.hold(0.08)
    return finish(k.end().home(0.3))


def knee_to_elbow(a: Action, ctx: Context) -> Segment:
    """Left knee and right elbow meet before the belly, the hands at the head."""
    k = keys_for(a, ctx)
    n, half = k.neutral, ctx.person.half_stance
    hands = arms(0.12, 0.33, 0.05, 0.9)
    k.to(0.5, x=-0.7 * half, lf_pitch=0.15, **hands).begin()
    for _ in range(max(a.count, 1)):
        k.to(0.42, lf=(0.1 * half, 0.52, 0.2), lf_pitch=0.35, pitch=0.12, bend=0.62, twist=0.6, side=0.22, nod=0.2,
             ra=(-0.02, 0.12, 0.3), ra_sw=0.2, lk=-0.35, y=n[1] - 0.02)  # fmt: skip
        k.hold(0.08)
        k.to(
            0.4,
            lf=(half, 0, 0),
            lf_pitch=0.0,
            pitch=0.0,
            bend=0.0,
            twist=0.0,
            side=0.0,
            nod=0.0,
            lk=0.0,
            y=n[1],
            **hands,
        )
        k.hold(0.1)
    return finish(k.end().home(0.5))


def balance(a: Action, ctx: Context) -> Segment:
    """Stand on the left leg, the right foot drawn up, the arms out, correcting a little."""
    k = keys_for(a, ctx)
    half, rng = ctx.person.half_stance, ctx.rng
    hold = max(float(rng.uniform(1.6, 3.2)), ctx.min_s - 1.5)
    k.to(0.4, x=0.85 * half, rf_pitch=0.35, **arms(0.6, -0.7, 0.15)).begin()
    foot = [(-half, 0.42, 0.16), (-half, 0.3, -0.28), (0.03, 0.33, 0.05)][int(rng.integers(3))]
    splay = 0.9 if foot[0] > 0 else 0.0
    spread = float(rng.uniform(0.8, 0.95)) * min(a.amplitude, 1.05)
    k.to(0.5, rf=foot, rf_pitch=0.6, rk=splay, roll=0.05, **arms(spread, -0.15, 0.15))
    steps = max(int(hold / 0.4), 3)
    for _ in range(steps):
        lean = float(rng.normal(0, 0.05))
        k.to(hold / steps, side=lean, roll=0.05 - 0.5 * lean, x=0.85 * half + 0.15 * lean,
             la=(spread, -0.15 + 2.5 * lean, 0.15), ra=(-spread, -0.15 - 2.5 * lean, 0.15))  # fmt: skip
    k.end()
    k.to(0.45, rf=(-half, 0, 0), rf_pitch=0.0, rk=0.0, side=0.0, roll=0.0, **arms(0.5, -0.8, 0.1))
    return finish(k.home(0.4))
