"""Dance steps and spins."""

from __future__ import annotations

import numpy as np

from . import engine as e
from .body_legs import arms, keys_for
from .engine_keys import Change, smooth
from .gait import Context, Footfall, Gait, Segment, beside, envelope, gait_track
from .vocabulary import Action


def _beat(track: np.ndarray, period: float, start: float, end: float, size: float) -> None:
    """A bounce of the knees on each beat (in place)."""
    t = np.arange(len(track)) * e.DT
    track[:, 1] -= (
        size * envelope(len(track), start, end, 0.3) * (0.5 - 0.5 * np.cos(2 * np.pi * (t - start) / period))
    )


def dance_side(a: Action, ctx: Context) -> Segment:
    """Step to a side, touch with the other foot, and back; once each way is one count."""
    rng, period = ctx.rng, 0.44 / a.speed
    width, half, lead = 0.34 * a.amplitude**0.7, ctx.person.half_stance, int(rng.integers(2))
    steps, t = [], 0.3
    for i in range(2 * max(a.count, 1)):
        side = lead if i % 2 == 0 else 1 - lead
        sign = 1.0 if side == 0 else -1.0
        out = sign * (half + width) if i % 2 == 0 else (1.0 if lead == 0 else -1.0) * half - 2 * sign * 0
        x = out if i % 2 == 0 else sign * half
        close = x - sign * 2 * half
        for foot, spot in ((side, x), (1 - side, close)):
            toe = ctx.person.toe_out * (1 if foot == 0 else -1)
            steps.append(Footfall(foot, t, t + 0.8 * period, spot, 0, 0, toe, 0.06))
            t += period
    gait = Gait(pelvis=0.0, arms=0.0, sway=0.02, drop=0.02, bob=0.0, roll=0.16, toe_off=0.3, strike=0.0)
    track = gait_track(steps, gait, ctx)
    end = steps[-1].land
    _beat(track, period, 0.2, end + 0.2, 0.045)
    time = np.arange(len(track)) * e.DT
    env = envelope(len(track), 0.15, end + 0.35, 0.4)
    swing = np.sin(np.pi * (time - 0.3) / (2 * period) * 1.0)
    track[:, 8] += 0.22 * swing * env
    track[:, 10] += 0.12 * swing * env
    for s, sign in ((0, 1.0), (1, -1.0)):
        wave = sign * swing
        arm = np.stack([sign * (0.15 + 0.2 * wave), -0.5 + 0.15 * wave, 0.5 + 0.1 * wave], axis=-1)
        track[:, e.WRIST[s]] += (arm - track[:, e.WRIST[s]]) * env[:, None]
    return Segment(track, 0.3, end)


def dance_twist(a: Action, ctx: Context) -> Segment:
    """The twist: on the balls of the feet, hips and knees to one side, arms to the other."""
    k = keys_for(a, ctx)
    n, half, far = k.neutral, ctx.person.half_stance, 0.55 * min(a.amplitude, 1.3)
    sign = float(ctx.rng.choice([-1, 1]))
    k.to(0.4, y=n[1] - 0.09, **arms(0.0, -0.5, 0.5, 0.3)).begin()
    for i in range(2 * max(a.count, 1)):
        d = sign * (1 if i % 2 == 0 else -1)
        turn = far * d
        feet: dict[str, Change] = {}
        for foot, flip in (("lf", 1.0), ("rf", -1.0)):
            feet |= {f"{foot}_yaw": flip * ctx.person.toe_out + turn, f"{foot}_pitch": 0.22}
        k.to(0.34, yaw=0.9 * turn, twist=-1.5 * turn, look=0.5 * turn, y=n[1] - 0.12 - 0.03 * (i % 4 == 2), x=0.03 * d,
             side=0.1 * d, la=(0.05 - 0.2 * d, -0.5, 0.5 - 0.1 * d), ra=(-0.05 - 0.2 * d, -0.5, 0.5 + 0.1 * d), **feet)  # fmt: skip
    k.end()
    k.to(0.35, yaw=0.0, twist=0.0, look=0.0, side=0.0, x=0.0, lf=(half, 0, 0), rf=(-half, 0, 0), lf_yaw=n[18], rf_yaw=n[19],
         lf_pitch=0.0, rf_pitch=0.0)  # fmt: skip
    k.home(0.35)
    track, began, ended = k.track(lifts=False)
    for s, flip in ((0, 1.0), (1, -1.0)):  # on the balls of the feet: they stay, the heels go
        yaw, x, z = track[:, e.FYAW[s]], flip * 0.02, 0.135
        for column, ahead, across in ((0, np.sin, np.cos), (2, np.cos, lambda v: -np.sin(v))):
            ball = z * ahead(yaw) + x * across(yaw)
            track[:, e.SOLE[s].start + column] += ball[0] - ball
    return Segment(track, began, ended)


def waltz(a: Action, ctx: Context) -> Segment:
    """Box steps: forward, side, close, back, side, close, the arms held as round a partner."""
    period, size = 0.5 / a.speed, a.amplitude**0.7
    half, t, steps = ctx.person.half_stance, 0.45, []
    forward, aside = 0.36 * size, 0.3 * size
    for _ in range(max(a.count, 1)):
        spots = [(0, half, forward), (1, -half - aside, forward), (0, half - aside, forward),
                 (1, -half - aside, 0.0), (0, half, 0.0), (1, -half, 0.0)]  # fmt: skip
        for i, (foot, x, z) in enumerate(spots):
            lasting = period * (1.15 if i % 3 == 0 else 0.95)
            toe = ctx.person.toe_out * (1 if foot == 0 else -1)
            steps.append(Footfall(foot, t, t + 0.8 * lasting, x, 0, z, toe, 0.05))
            t += lasting
    gait = Gait(
        pelvis=0.06, arms=0.0, sway=0.01, drop=0.035, bob=0.0, roll=0.04, toe_off=0.5, strike=0.15, bend=-0.06
    )
    track = gait_track(steps, gait, ctx)
    end = steps[-1].land
    time = np.arange(len(track)) * e.DT
    env = envelope(len(track), 0.0, end + 0.4, 0.45)
    track[:, 1] -= 0.03 * env * np.cos(2 * np.pi * (time - 0.45) / (3.05 * period))
    track[:, 7] += 0.07 * env * np.sin(2 * np.pi * (time - 0.45) / (6.1 * period))
    track[:, 11] += 0.35 * env
    for s, arm in ((0, (0.78, 0.02, 0.35)), (1, (-0.25, -0.12, 0.62))):
        track[:, e.WRIST[s]] += (np.array(arm) - track[:, e.WRIST[s]]) * env[:, None]
        track[:, e.SWIVEL[s]] += 0.5 * env
    return Segment(track, steps[0].lift, end)


def spin(a: Action, ctx: Context) -> Segment:
    """Turn quickly about on the spot, once or twice, the arms out."""
    sign, turns = (-1.0 if a.direction == "clockwise" else 1.0), max(a.count, 1)
    pairs, cadence = 5 * turns, 3.9 * a.speed**0.8
    lead, t, out, half = int(sign < 0), 0.4, [], 0.8 * ctx.person.half_stance
    total = 2 * np.pi * turns * sign
    for k in range(2 * pairs):
        side = (lead + k) % 2
        yaw = total * (k // 2 + (0.8 if side == lead else 1.0)) / pairs if k < 2 * pairs - 2 else total
        x, z = beside(0, 0, yaw, side, half if k < 2 * pairs - 2 else ctx.person.half_stance)
        toe = ctx.person.toe_out * (1 if side == 0 else -1)
        out.append(Footfall(side, t, t + 0.95 / cadence, x, 0, z, yaw + toe, 0.05))
        t += 1 / cadence
    gait = Gait(pelvis=0.0, arms=0.0, sway=0.015, drop=0.02, bob=0.0, toe_off=0.5, strike=0.0)
    track = gait_track(out, gait, ctx)
    end = out[-1].land
    env = envelope(len(track), 0.1, end + 0.35, 0.4)
    wide = float(ctx.rng.uniform(0.7, 0.9)) * min(a.amplitude, 1.1)
    for s, flip in ((0, 1.0), (1, -1.0)):
        arm = np.array([flip * wide, -0.3, 0.2])
        track[:, e.WRIST[s]] += (arm - track[:, e.WRIST[s]]) * env[:, None]
    time = np.arange(len(track)) * e.DT
    wind = smooth((time - 0.05) / 0.2) * smooth((0.75 - time) / 0.35)
    track[:, 8] += sign * (-0.3 * wind + 0.2 * env)
    track[:, 11] = np.clip(track[:, 11], -0.6, 0.6)
    return Segment(track, out[0].lift, end)
