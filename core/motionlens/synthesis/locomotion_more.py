"""Sidesteps, single steps, limping, stumbling, skipping, hopping and stairs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from . import engine as e
from .engine_keys import Keys, arm_angles, smooth
from .gait import Context, Footfall, Gait, Path, Segment, envelope, gait_track, walk_steps
from .locomotion import WALKS, paced
from .vocabulary import Action


def _toe(ctx: Context, side: int) -> float:
    return ctx.person.toe_out * (1 if side == 0 else -1)


def sidestep(a: Action, ctx: Context) -> Segment:
    """Steps to the side: one foot goes out, the other closes up; facing stays."""
    lead, sign = (0, 1.0) if a.direction == "left" else (1, -1.0)
    width = float(ctx.rng.uniform(0.3, 0.42)) * a.amplitude**0.8
    period = 0.46 / a.speed
    gait = Gait(
        height=0.06, pelvis=0.0, arms=0.15, sway=0.0, drop=0.02, bob=0.01, roll=0.1, toe_off=0.3, strike=0.0
    )
    half, t, out = ctx.person.half_stance, 0.25, []
    for k in range(max(a.count, 1)):
        x = sign * width * (k + 1)
        for side in (lead, 1 - lead):
            place = x + (half if side == 0 else -half)
            out.append(Footfall(side, t, t + 0.82 * period, place, 0, 0, _toe(ctx, side), gait.height))
            t += period
        t += 0.08 / a.speed
    track = gait_track(out, gait, ctx)
    return Segment(track, out[0].lift, out[-1].land)


def step(a: Action, ctx: Context) -> Segment:
    """One to three single steps forward or backward, then both feet together."""
    count = max(a.count, 1)
    gait = paced(replace(WALKS[""], cadence=1.45, jitter=0.01), a)
    back = a.direction == "backward"
    if back:
        gait = replace(gait, step=0.7 * gait.step, pitch=0.03)
    # the closing step is not one that is counted
    steps = walk_steps(
        Path.straight(4.0), count * gait.step, replace(gait, step=gait.step * 0.999), ctx,
        int(ctx.rng.integers(2)), backward=back,
    )  # fmt: skip
    track = gait_track(steps, gait, ctx)
    return Segment(track, steps[0].lift, steps[-1].land)


def limp(a: Action, ctx: Context) -> Segment:
    """Walk and spare one leg: short stance on it, the trunk leaning over it, its knee stiff."""
    bad = 0 if a.side == "left" else 1
    gait = paced(Gait(cadence=1.45, step=0.42, height=0.035, drop=0.035, sway=0.02, arms=0.4, bend=0.12, nod=0.1,
                      toe_off=0.5, strike=0.08, roll=0.0), a)  # fmt: skip
    seconds = max(float(ctx.rng.uniform(2.4, 4.5)), ctx.min_s - 0.5)
    count = max(round(seconds * gait.cadence), 4)
    t, z, side, out = 0.25, 0.0, bad, []
    for k in range(count + 1):
        good = side != bad
        lasting = (0.68 if good else 1.3) / gait.cadence
        if k < count:
            z += gait.step * (0.62 if good else 1.35) * (0.7 if k == 0 else 1.0)
        width = ctx.person.half_stance if k >= count - 1 else gait.width
        x = width if side == 0 else -width
        out.append(Footfall(side, t, t + 0.76 * lasting, x, 0, z, _toe(ctx, side), gait.height))
        t += lasting
        side = 1 - side
    track = gait_track(out, gait, ctx)
    on_bad = np.zeros(len(track))
    time = np.arange(len(track)) * e.DT
    for s in out:
        if s.side != bad:
            middle, half = 0.5 * (s.lift + s.land), 0.5 * (s.land - s.lift) + 0.14
            on_bad += smooth(1 - np.abs(time - middle) / half)
    on_bad = np.clip(on_bad, 0, 1) * a.amplitude
    sign = 1.0 if bad == 0 else -1.0
    track[:, 7] += sign * 0.17 * on_bad
    track[:, 5] += sign * 0.07 * on_bad
    track[:, 6] += 0.1 * on_bad
    track[:, 1] -= 0.05 * on_bad
    track[:, 0] += sign * 0.025 * on_bad
    return Segment(track, out[0].lift, out[-1].land)


def stumble(a: Action, ctx: Context) -> Segment:
    """Walk, catch a foot, lurch, save oneself with quick long steps and flailing arms, stand up."""
    rng, gait = ctx.rng, paced(WALKS[""], replace(a, amplitude=1.0))
    first = int(rng.integers(2))
    steps = walk_steps(Path.straight(6), 3 * gait.step, gait, ctx, first)[:3]
    t, z = steps[-1].land + 0.05, steps[-1].z
    lurch = t - 0.12
    lateral = {"left": 1.0, "right": -1.0}.get(a.direction, 0.0)
    size = a.amplitude**0.7
    x, side = 0.0, 1 - steps[-1].side
    if lateral:
        side = 0 if lateral > 0 else 1
        if steps[-1].side == side:
            steps, t = steps[:2], steps[1].land + 0.05
            z, lurch = steps[-1].z, t - 0.12
    catch = 2 if lateral else 3
    for k in range(catch + 1):
        last = k == catch
        if not last:
            z += (0.28 if lateral else 0.62) * size * (1.0 - 0.2 * k)
            x += lateral * 0.34 * size * (1.0 - 0.35 * k)
        half = ctx.person.half_stance * (1.0 if last or k == catch - 1 else 1.15)
        spot = x + (half if side == 0 else -half)
        lasting = (0.3 + 0.1 * k + 0.15 * last) / a.speed**0.4
        steps.append(Footfall(side, t, t + lasting, spot, 0, z, _toe(ctx, side), 0.1 if not last else 0.05))
        t += lasting + (0.02 if k < catch - 1 else 0.2)
        side = 1 - side
    track = gait_track(steps, gait, ctx, tail=0.7)
    time = np.arange(len(track)) * e.DT
    fall = smooth((time - lurch) / 0.32) * smooth((t + 0.25 - time) / 0.9)
    forward = 0.55 if not lateral else 0.2
    track[:, 4] += 0.55 * forward * size * fall
    track[:, 6] += forward * size * fall
    track[:, 7] += 0.35 * lateral * size * fall
    track[:, 5] += 0.16 * lateral * size * fall
    track[:, 1] -= 0.09 * size * fall
    track[:, 9] -= 0.25 * fall
    for s, sign in ((0, 1.0), (1, -1.0)):
        flail = 0.35 * np.sin(2 * np.pi * 1.7 * (time - lurch) + s * 2.2)
        reach = np.stack(
            [sign * (0.62 + 0 * time), 0.02 + flail, 0.45 + 0.4 * flail * sign - 0.25 * abs(lateral)], axis=-1
        )
        track[:, e.WRIST[s]] += (reach - track[:, e.WRIST[s]]) * (fall * min(size, 1.0))[:, None]
    return Segment(track, lurch, t)


def skip(a: Action, ctx: Context) -> Segment:
    """Skip forward: a step and a hop on each foot, the free knee driving up, arms swinging high."""
    gait = paced(Gait(cadence=1.35, step=0.75, height=0.3, width=0.06, arms=1.1, elbow=0.8, pitch=0.08, bob=0.0,
                      drop=0.03, sway=0.01, toe_off=0.9, strike=0.0, swing=0.8, out=0.1, roll=0.03), a)  # fmt: skip
    seconds = max(float(ctx.rng.uniform(2.4, 4.0)), ctx.min_s - 0.5)
    count, period = max(round(seconds * gait.cadence), 4), 1 / gait.cadence
    side, t, z, out, hops = int(ctx.rng.integers(2)), 0.3, 0.0, [], []
    hop_for = min(0.34 * period, 0.27)
    for k in range(count):
        last = k >= count - 2
        z += gait.step * (0.75 if k == 0 else 1.0) * (0.0 if k == count - 1 else 1.0)
        half = ctx.person.half_stance if last else gait.width
        x = half if side == 0 else -half
        land = t + 0.66 * period
        out.append(Footfall(side, t, land, x, 0, z, _toe(ctx, side), gait.height if not last else 0.12))
        if not last:
            # the hop carries the foot that has just landed on by a third of a step
            off = land + 0.1 * period
            z += 0.28 * gait.step
            out.append(Footfall(side, off, off + hop_for, x, 0, z, _toe(ctx, side), 0.02))
            hops.append((off, off + hop_for))
        t = land + (0.1 * period if not last else -0.02)
        side = 1 - side
    track = gait_track(out, gait, ctx, tail=0.55)
    time = np.arange(len(track)) * e.DT
    for off, on in hops:
        flight = on - off
        rise = 4.905 * (time - off) * (on - time)
        inside = (time > off) & (time < on)
        dip = 0.035 * (
            smooth(1 - np.abs(time - off + 0.1) / 0.16) + smooth(1 - np.abs(time - on - 0.07) / 0.14)
        )
        track[:, 1] += np.where(inside, np.maximum(rise, 0), 0) + 0.04 * smooth(
            1 - np.abs(time - 0.5 * (off + on)) / flight
        )
        track[:, 1] -= dip
        for s in (0, 1):
            track[:, e.SOLE[s].start + 1] += np.where(inside, np.maximum(rise, 0), 0)
    return Segment(track, out[0].lift, max(s.land for s in out))


def hop(a: Action, ctx: Context) -> Segment:
    """Hop on one leg (the left as written), the other foot held up behind."""
    k = Keys(ctx.row, ctx.person, ctx.rng, a.speed, a.amplitude, mirrored=a.side == "right")
    n, half = k.neutral, ctx.person.half_stance
    forward = float(ctx.rng.uniform(0.3, 0.45)) * a.amplitude**0.5 if a.direction == "forward" else 0.0
    height = 0.09 * a.amplitude**0.8 / a.speed**0.5
    over = 0.75 * half
    k.to(0.45, x=over, rf=(-half * 0.7, 0.22, -0.22), rf_pitch=0.9, roll=0.04, side=-0.06, rk=0.05,
         la=(0.45, -0.78, 0.1), ra=(-0.45, -0.78, 0.1))  # fmt: skip
    k.begin()
    low = k.row.copy()
    low[1] = n[1] - 0.1
    low[4] = 0.1
    low[e.WRIST[0]], low[e.WRIST[1]] = (0.4, -0.78, -0.15), (-0.4, -0.78, -0.15)
    k.to_row(0.25, low)
    for i in range(max(a.count, 1)):
        z = forward * (i + 1)
        off, air, on, low2 = (low.copy() for _ in range(4))
        for r, share, y in ((off, 0.12, 0.045), (air, 0.55, 0.05), (on, 0.97, 0.02), (low2, 1.0, -0.1)):
            r[1] = n[1] + y
            r[2] = forward * (i + share)
            r[e.SOLE[1].start + 2] = -0.22 + forward * (i + share)
            r[e.SOLE[0].start + 2] = z if r is on or r is low2 else forward * i
        air[e.SOLE[0].start + 2] = forward * (i + 0.5)
        off[20], air[20], on[20] = 0.65, 0.5, 0.25
        off[4] = air[4] = 0.04
        for r in (off, air):
            r[e.WRIST[0]], r[e.WRIST[1]] = (0.5, -0.55, 0.3), (-0.5, -0.55, 0.3)
        k.leap(height, off, air, on, low2)
        low = low2
        if i + 1 < a.count:
            k.to_row(0.12, low)
    k.end()
    k.to(0.35, y=n[1] - 0.01, pitch=0.0)
    z = float(k.row[2])
    k.to(0.35, rf=(-half, 0.0, z), rf_pitch=0.0, x=0.2 * half)
    k.home(0.35)
    return Segment(*k.track())


def climb_stairs(a: Action, ctx: Context) -> Segment:
    """Up or down a flight of stairs, one foot on each step."""
    rng, up = ctx.rng, a.direction == "up"
    rise, tread = float(rng.uniform(0.15, 0.18)), float(rng.uniform(0.27, 0.31))
    gait = Gait(cadence=1.4 * a.speed**0.7, step=tread, swing=0.76, height=0.06, width=0.085, drop=0.02, bob=0.0,
                pelvis=0.1, arms=0.45 * a.amplitude, pitch=0.14 if up else 0.02, bend=0.06, nod=0.15 if up else 0.3,
                toe_off=0.5 if up else 0.7, strike=0.0 if up else -0.35, sway=0.028)  # fmt: skip
    seconds = max(float(rng.uniform(2.8, 5.0)), ctx.min_s - 0.6)
    count, sign = max(round(seconds * gait.cadence), 4), 1.0 if up else -1.0
    side, t, out = int(rng.integers(2)), 0.3, []
    for k in range(count + 1):
        level = min(k + 1, count)
        half = ctx.person.half_stance if k >= count - 1 else gait.width
        x = half if side == 0 else -half
        lasting = (1.0 + (0.1 if k in (0, count) else 0)) / gait.cadence
        z = level * tread - (0.05 if up else -0.02)
        out.append(
            Footfall(
                side, t, t + gait.swing * lasting, x, sign * rise * level, z, _toe(ctx, side), gait.height
            )
        )
        t += lasting
        side = 1 - side
    track = gait_track(out, gait, ctx)
    swing = (track[:, 13] - track[:, 16]) / (2 * rise) * sign
    env = envelope(len(track), 0.0, (len(track) - 1) * e.DT)
    for s, flip in ((0, -1.0), (1, 1.0)):
        arm = arm_angles(ctx.person.hang_phi + 0.1 * env + 0.35 * flip * swing * env, ctx.person.elbow + 0.25 * env,
                         ctx.person.out, s)  # fmt: skip
        track[:, e.WRIST[s]] += (arm - track[:, e.WRIST[s]]) * env[:, None]
    return Segment(track, out[0].lift, out[-1].land, rise=sign * rise * count)
