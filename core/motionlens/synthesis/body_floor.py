"""Chairs, knees and the floor: sitting, kneeling, lying, falling, crawling, press-ups."""

from __future__ import annotations

import numpy as np

from . import engine as e
from .body_legs import arms, finish, keys_for
from .engine_keys import Keys
from .gait import Context, Segment
from .postures import all_fours, half_kneeling, kneeling, prone, sitting, supine
from .vocabulary import Action


def _at(row: np.ndarray, z: float, x: float = 0.0) -> np.ndarray:
    return e.place(row, x, 0.0, z, 0.0)


def sit_down(a: Action, ctx: Context) -> Segment:
    """Lean forward, lower onto a chair, straighten up."""
    k = keys_for(a, ctx).begin()
    n, feet = k.neutral, k.row.copy()
    goal = _at(sitting(ctx.person), -0.43)
    for column in (*range(12, 20),):
        goal[column] = feet[column]
    if ctx.rng.random() < 0.35:
        k.to(0.3, look=float(ctx.rng.choice([-0.7, 0.7])), twist=0.0)
    k.to(0.45, y=n[1] - 0.13, z=-0.16, pitch=0.4, bend=0.25, nod=-0.15, look=0.0, **arms(0.05, -0.82, 0.35))
    k.to(0.5, y=goal[1] + 0.03, z=-0.38, pitch=0.38, bend=0.32, **arms(0.0, -0.72, 0.52, 0.2))
    k.to(0.25, y=goal[1], z=-0.43, pitch=0.2, bend=0.28)
    k.to_row(0.5, goal).end().to(0.25)
    return finish(k)


def stand_up(a: Action, ctx: Context) -> Segment:
    """From a chair: feet back, lean forward, rise."""
    k = keys_for(a, ctx)
    seat = k.row.copy()
    k.to(float(ctx.rng.uniform(0.1, 0.6)), y=seat[1]).begin()
    far = float(seat[14])
    k.to(0.45, pitch=0.5, bend=0.35, nod=-0.35, z=0.05, **arms(0.0, -0.72, 0.52, 0.2))
    k.to(0.3, y=seat[1] + 0.08, z=0.45 * far, pitch=0.62, bend=0.35, **arms(0.05, -0.75, 0.4))
    k.to(0.5, y=e.STAND_HEIGHT - 0.08, z=0.88 * far, pitch=0.2, bend=0.15, nod=-0.05)
    k.home(0.4).end().to(0.2)
    return finish(k)


def sit(a: Action, ctx: Context) -> Segment:
    """Stay on the chair: lean, look about, move the hands a little."""
    k, rng = keys_for(a, ctx), ctx.rng
    base = k.row.copy()
    total = max(float(rng.uniform(2.0, 4.5)), ctx.min_s)
    pieces = max(int(total / 1.1), 2)
    k.begin()
    for _ in range(pieces - 1):
        row = base.copy()
        row[6] += rng.normal(0, 0.07)
        row[7] += rng.normal(0, 0.04)
        row[8] += rng.normal(0, 0.06)
        row[9] += rng.normal(0, 0.08)
        row[11] += rng.normal(0, 0.22)
        k.to_row(total / pieces * k.speed, row)
    k.to_row(total / pieces * k.speed, base).end()
    return finish(k)


def _to_half_kneel(k: Keys, turn: float = 0.0) -> float:
    """From standing down onto the left knee; gives how far the pelvis has gone forward."""
    n, half = k.neutral, k.person.half_stance
    z = 0.07
    goal = _at(half_kneeling(k.person), z)
    k.to(0.4, rf=(-half - 0.02, 0.0, z + 0.4), z=0.2, y=n[1] - 0.05, lf_pitch=0.3, nod=0.2)
    k.to(0.42, lf=tuple(goal[12:15]), lf_pitch=0.9, y=n[1] - 0.24, z=0.12, pitch=0.2, lf_yaw=0.0, la=(0.1, -0.85, 0.35),
         ra=(0.0, -0.75, 0.5))  # fmt: skip
    k.to_row(0.5, goal)
    return z


def kneel_down(a: Action, ctx: Context) -> Segment:
    """Onto one knee (the left as written) or both."""
    k = keys_for(a, ctx)
    if a.side == "both":
        k.mirrored = bool(ctx.rng.random() < 0.5)
    k.begin()
    z = _to_half_kneel(k)
    if a.side == "both":
        goal = _at(kneeling(ctx.person), z)
        half = goal.copy()
        half[e.SOLE[0]], half[20] = k.row[e.SOLE[0]], 1.6
        half[e.SOLE[1]], half[21], half[5] = (-0.1, 0.05, z - 0.35), 1.2, 0.05
        k.to_row(0.5, half).to_row(0.4, goal)
    k.end().to(0.25)
    return finish(k, a.side or "both")


def _stand_from_half(k: Keys, z: float) -> None:
    """Up from the left knee, the pelvis at z; the left foot comes beside the right."""
    n, half = k.neutral, k.person.half_stance
    front = float(k.row[17])
    k.to(0.4, pitch=0.42, bend=0.3, z=z + 0.12, y=0.58, lf_pitch=1.2, **arms(0.0, -0.74, 0.5, 0.3))
    k.to(0.45, y=n[1] - 0.14, z=front - 0.14, pitch=0.25, bend=0.2, lf_pitch=0.95, **arms(0.1, -0.85, 0.3))
    k.to(
        0.4, lf=(half, 0.0, front), lf_pitch=0.0, lf_yaw=n[18], y=n[1] - 0.02, z=front, pitch=0.05, bend=0.08
    )
    k.home(0.3)


def rise_from_kneel(a: Action, ctx: Context) -> Segment:
    """From one knee or both to standing."""
    k = keys_for(a, ctx)
    k.mirrored = ctx.variant == "right" or (ctx.variant == "both" and bool(ctx.rng.random() < 0.5))
    k.rows[:] = [e.mirror(r) if k.mirrored else r for r in (ctx.row, ctx.row)]
    k.begin()
    if ctx.variant == "both":
        _foot_forward(k)
    _stand_from_half(k, float(k.row[2]))
    k.end().to(0.15)
    return finish(k)


def _foot_forward(k: Keys) -> None:
    """From both knees to the left knee: the right foot is set in front."""
    z = float(k.row[2])
    goal = _at(half_kneeling(k.person), z)
    goal[12] = k.row[12]
    middle = goal.copy()
    middle[e.SOLE[1]], middle[21] = (-0.16, 0.12, z + 0.05), 0.5
    middle[1], middle[5], middle[20] = k.row[1] + 0.02, 0.12, 1.9
    k.to_row(0.4, middle).to_row(0.35, goal)


def _down_to_back(k: Keys) -> None:
    """Squat, sit on the floor with a hand behind, lie back, stretch the legs."""
    seat = -0.5
    k.to(0.6, y=0.55, z=-0.2, pitch=0.5, bend=0.45, nod=-0.2, lk=0.15, rk=0.15, **arms(0.1, -0.4, 0.8))
    k.row[e.HAND[0]], k.row[e.HAND[1]] = (0.26, 0.07, seat - 0.22), (-0.26, 0.07, seat - 0.22)
    k.to(
        0.55,
        y=0.16,
        z=seat + 0.03,
        pitch=-0.1,
        bend=0.5,
        nod=-0.1,
        lh_w=1.0,
        la=(0.2, -0.85, -0.3),
        ra=(-0.05, -0.5, 0.7),
    )
    k.to(0.3, y=0.115, z=seat, pitch=-0.35, bend=0.5, rh_w=1.0, ra=(-0.2, -0.85, -0.3), nod=0.1)
    k.to(0.55, pitch=-1.05, bend=0.4, lh_w=0.35, rh_w=0.35, nod=0.3, **arms(0.35, -0.8, -0.1, 0.8))
    goal = _at(supine(k.person), seat)
    bent = goal.copy()
    for s in (0, 1):
        bent[e.SOLE[s]], bent[e.FPITCH[s]] = k.row[e.SOLE[s]] + [0, 0, 0.1], -0.1
    bent[9] = 0.1
    k.to_row(0.45, bent).to_row(0.6, goal)


def _down_to_belly(k: Keys) -> None:
    """Kneel, hands to the floor, lower to the belly."""
    z = _to_half_kneel(k)
    four = _at(all_fours(k.person), z + 0.02)
    four[e.SOLE[0]] = k.row[e.SOLE[0]] - [0, 0, 0.08]
    first = four.copy()
    first[e.SOLE[1]], first[21] = (-0.1, 0.06, z - 0.3), 1.3
    first[4], first[1], first[6] = 1.0, 0.5, 0.35
    k.to_row(0.55, first).to_row(0.35, four)
    goal = _at(prone(k.person), z + 0.2)
    for s, sign in ((0, 1.0), (1, -1.0)):
        goal[e.HAND[s]] = (sign * 0.27, 0.04, four[e.HAND[0]][2])
    low = goal.copy()
    low[1], low[4], low[6] = 0.2, 1.45, -0.1
    low[list(e.HANDW)] = 0.8
    k.to_row(0.6, low).to_row(0.35, goal)


def lie_down(a: Action, ctx: Context) -> Segment:
    """Lie down on the back; on the belly where press-ups follow."""
    k = keys_for(a, ctx)
    k.mirrored = bool(ctx.rng.random() < 0.5)
    k.begin()
    belly = ctx.following == "push_up"
    (_down_to_belly if belly else _down_to_back)(k)
    k.end().to(0.3)
    return finish(k, "prone" if belly else "supine")


def _up_from_back(k: Keys) -> None:
    """Draw up the legs, sit up, get the feet under the body, rise."""
    feet = 0.46
    row = k.row.copy()
    for s, sign in ((0, 1.0), (1, -1.0)):
        row[e.SOLE[s]], row[e.FPITCH[s]] = (sign * k.person.half_stance, 0.0, feet), 0.0
        row[e.HAND[s]] = (sign * 0.28, 0.06, -0.22)
    row[9] = 0.3
    k.to_row(0.55, row)
    k.to(0.5, pitch=-0.75, bend=0.6, nod=0.2, y=0.11, la=(0.2, -0.75, 0.35), ra=(-0.15, -0.55, 0.6), lh_w=0.5)
    k.to(
        0.4, pitch=-0.2, bend=0.65, nod=-0.1, y=0.12, lh_w=1.0, la=(0.2, -0.85, -0.3), ra=(-0.05, -0.45, 0.75)
    )
    k.to(
        0.5,
        y=0.34,
        z=0.2,
        pitch=0.5,
        bend=0.6,
        nod=-0.3,
        lf_pitch=0.25,
        rf_pitch=0.25,
        lh_w=0.25,
        **arms(0.0, -0.4, 0.8),
    )
    k.to(0.3, y=0.45, z=0.32, pitch=0.7, bend=0.5, lh_w=0.0)
    k.to(
        0.5,
        y=0.82,
        z=feet - 0.05,
        pitch=0.3,
        bend=0.25,
        nod=-0.1,
        lf_pitch=0.0,
        rf_pitch=0.0,
        **arms(0.1, -0.8, 0.35),
    )
    k.home(0.4)


def _up_from_belly(k: Keys) -> None:
    """Press up to hands and knees, set a foot in front, rise."""
    row = k.row.copy()
    for s, sign in ((0, 1.0), (1, -1.0)):
        row[e.HAND[s]] = (sign * 0.25, 0.05, 0.42)
    row[list(e.HANDW)] = 1.0
    row[9] = -0.5
    k.to_row(0.35, row)
    four = _at(all_fours(k.person), -0.12)
    for s in (0, 1):
        four[e.HAND[s]] = row[e.HAND[s]]
    half = four.copy()
    half[1], half[2], half[4] = 0.3, -0.05, 1.25
    half[[14, 17]] = -0.95
    k.to_row(0.45, half).to_row(0.4, four)
    knees = _at(kneeling(k.person), -0.12)
    k.to_row(0.6, knees)
    _foot_forward(k)
    _stand_from_half(k, float(k.row[2]))


def get_up(a: Action, ctx: Context) -> Segment:
    """From lying to standing."""
    k = keys_for(a, ctx)
    k.mirrored = bool(ctx.rng.random() < 0.5)
    k.rows[:] = [e.mirror(r) if k.mirrored else r for r in (ctx.row, ctx.row)]
    k.to(float(ctx.rng.uniform(0.05, 0.5))).begin()
    (_up_from_belly if ctx.variant == "prone" else _up_from_back)(k)
    k.end().to(0.2)
    return finish(k)


def fall(a: Action, ctx: Context) -> Segment:
    """Lose balance and fall, to the front onto hands and belly or backward onto the back."""
    k = keys_for(a, ctx)
    n = k.neutral
    k.to(0.3, bend=0.1, **arms(0.3, -0.8, 0.2)).begin()
    if a.direction == "forward":
        k.to(
            0.38,
            pitch=0.42,
            bend=0.2,
            z=0.22,
            y=n[1] - 0.07,
            lf_pitch=0.5,
            rf_pitch=0.5,
            nod=-0.3,
            **arms(0.3, -0.1, 0.8),
        )
        goal = _at(prone(ctx.person), 0.8)
        for s, sign in ((0, 1.0), (1, -1.0)):
            goal[e.HAND[s]] = (sign * 0.28, 0.05, 1.22)
        middle = goal.copy()
        middle[1], middle[2], middle[4], middle[6], middle[9] = 0.45, 0.5, 1.0, 0.1, -0.4
        middle[e.SOLE[0]], middle[e.SOLE[1]] = (
            (ctx.person.half_stance, 0, -0.1),
            (-ctx.person.half_stance, 0, -0.1),
        )
        middle[[20, 21]] = 1.5
        middle[list(e.HANDW)] = 1.0
        low = goal.copy()
        low[1], low[4] = 0.15, 1.45
        low[list(e.HANDW)] = 0.7
        low[[14, 17]] += 0.1
        k.to_row(0.34, middle).to_row(0.24, low).to_row(0.3, goal)
    else:
        k.to(
            0.35,
            pitch=-0.22,
            bend=0.1,
            z=-0.18,
            y=n[1] - 0.12,
            lf_pitch=-0.2,
            rf_pitch=-0.2,
            nod=0.2,
            **arms(0.5, -0.2, 0.6),
        )
        k.to(
            0.32,
            pitch=-0.2,
            bend=0.5,
            z=-0.45,
            y=0.4,
            lf_pitch=0.0,
            rf_pitch=0.0,
            nod=0.4,
            **arms(0.45, -0.7, -0.2),
        )
        k.to(0.16, pitch=-0.45, bend=0.5, z=-0.58, y=0.13, **arms(0.55, -0.65, -0.2))
        goal = _at(supine(ctx.person), -0.62)
        goal[e.WRIST[0]], goal[e.WRIST[1]] = (0.7, -0.65, 0.0), (-0.7, -0.65, 0.0)
        up = goal.copy()
        for s, sign in ((0, 1.0), (1, -1.0)):
            up[e.SOLE[s]], up[e.FPITCH[s]] = (sign * 0.13, 0.32, 0.08), 0.0
        up[9], up[4] = 0.25, -1.5
        k.to_row(0.32, up).to_row(0.42, goal)
    k.end().to(0.4)
    return finish(k, "prone" if a.direction == "forward" else "supine")


def crawl(a: Action, ctx: Context) -> Segment:
    """On hands and knees: a hand and the other knee go forward in turn."""
    k = keys_for(a, ctx)
    start = kneeling(ctx.person)
    if ctx.variant in ("left", "right"):
        k.to_row(0.5, start)
    four = all_fours(ctx.person)
    k.to_row(0.75, four).begin()
    stride, period = 0.2 * a.amplitude**0.6, 0.52
    seconds = max(float(ctx.rng.uniform(2.2, 4.0)), ctx.min_s)
    count = max(round(seconds * a.speed / period), 4)
    first = int(ctx.rng.integers(2))
    z = 0.0
    for i in range(count):
        last = i == count - 1
        z += stride * (0.5 if i == 0 or last else 1.0)
        hand = (first + i) % 2
        row = k.row.copy()
        row[2] = z
        ahead = z + (0.0 if last else 0.5 * stride)
        row[e.HAND[hand].start + 2] = 0.52 + ahead
        row[e.SOLE[1 - hand].start + 2] = -0.68 + ahead
        turn = 0.06 * (1 if hand == 0 else -1)
        row[3], row[8], row[5], row[7] = turn, -2 * turn, 0.6 * turn, -turn
        k.to_row(period, row)
    k.end()
    for s in ((first + count) % 2,):
        k.row[e.HAND[s].start + 2] = 0.52 + z
    ending = _at(all_fours(ctx.person), z)
    k.to_row(0.4, ending)
    k.to_row(0.8, _at(kneeling(ctx.person), z)).to(0.15)
    return finish(k, "both")


def push_up(a: Action, ctx: Context) -> Segment:
    """From the belly: toes tucked, press the straight body up and lower it."""
    k = keys_for(a, ctx)
    base = k.row.copy()
    ready = base.copy()
    for s, sign in ((0, 1.0), (1, -1.0)):
        ready[e.HAND[s]] = (sign * 0.26, 0.05, 0.46)
        ready[e.SOLE[s]] = (sign * ctx.person.half_stance, 0.0, -1.05)
        ready[e.FPITCH[s]] = 1.3
    ready[list(e.HANDW)] = 1.0
    ready[[30, 31]] = 0.5
    ready[1] = 0.13
    k.to_row(0.6, ready).begin()
    high, deep = ready.copy(), ready.copy()
    high[1], high[2], high[4], high[9] = 0.43, -0.03, 1.3, -0.25
    deep[1], deep[4], deep[9] = 0.2, 1.5, -0.3
    for i in range(max(a.count, 1)):
        k.to_row(0.65, high).to(0.1)
        k.to_row(0.7, deep if i + 1 < a.count else ready)
    k.end().to_row(0.6, base).to(0.1)
    return finish(k, "prone")
