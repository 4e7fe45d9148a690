"""From planned footfalls to whole-body tracks: planted feet, pelvis carried over them, arms in antiphase."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import PchipInterpolator
from scipy.ndimage import gaussian_filter1d

from . import engine as e
from .engine_keys import Person, arm_angles, smooth


@dataclass
class Context:
    """What a generator is told.

    Attributes:
        row: (N,) the posture it must start from, in its own frame (pelvis over the origin, facing +z).
        person: habits that last through the recipe.
        rng: the recipe's random numbers.
        min_s: seconds that it should last at least, where its length is free (for an overlay).
        following: name of the next step's action, "" for none.
        variant: how a lying or kneeling posture is taken ("supine", "prone", "left", "right", "both").
    """

    row: np.ndarray
    person: Person
    rng: np.random.Generator
    min_s: float = 0.0
    following: str = ""
    variant: str = ""


@dataclass
class Segment:
    """What a generator gives: (n, N) track, the action proper in seconds, the posture variant reached.

    ``rise`` is how much higher the floor is at the end (stairs), metres.
    """

    track: np.ndarray
    start_s: float
    end_s: float
    variant: str = ""
    rise: float = 0.0


@dataclass(frozen=True)
class Footfall:
    """One swing of one foot (0 left, 1 right) from where it is to (x, y, z, yaw)."""

    side: int
    lift: float
    land: float
    x: float
    y: float
    z: float
    yaw: float
    height: float = 0.05


@dataclass(frozen=True)
class Gait:
    """How somebody walks; angles in radians, lengths in metres, gains relative to leg swing."""

    cadence: float = 1.85
    step: float = 0.63
    swing: float = 0.78  # share of the step period that a foot is in the air; above 1 there is flight
    height: float = 0.045
    width: float = 0.075
    drop: float = 0.012
    bob: float = 0.02
    sway: float = 0.022
    pelvis: float = 0.22
    twist: float = 0.5
    arms: float = 0.6
    phi: float = 0.0
    elbow: float = 0.0
    elbow_gain: float = 0.5
    out: float = 0.0
    pitch: float = 0.03
    bend: float = 0.0
    nod: float = 0.0
    roll: float = 0.06
    toe_off: float = 0.9
    strike: float = 0.3
    splay: float = 0.0
    toe_out: float = 0.0
    jitter: float = 0.02


class Path:
    """A line on the floor, by its curvature along it."""

    def __init__(self, curvature: np.ndarray, ds: float = 0.02) -> None:
        yaw = np.concatenate([[0.0], np.cumsum(curvature) * ds])
        middle = 0.5 * (yaw[1:] + yaw[:-1])
        self.yaw = yaw
        self.x = np.concatenate([[0.0], np.cumsum(np.sin(middle)) * ds])
        self.z = np.concatenate([[0.0], np.cumsum(np.cos(middle)) * ds])
        self.s = np.arange(len(yaw)) * ds

    @staticmethod
    def straight(length: float) -> Path:
        """Straight ahead."""
        return Path(np.zeros(max(int(length / 0.02), 2)))

    def at(self, s: float) -> tuple[float, float, float]:
        """(x, z, yaw) at distance s; straight on before and behind the ends."""
        inside = float(np.clip(s, 0.0, self.s[-1]))
        x, z, yaw = (float(np.interp(inside, self.s, v)) for v in (self.x, self.z, self.yaw))
        return x + (s - inside) * np.sin(yaw), z + (s - inside) * np.cos(yaw), yaw


def beside(x: float, z: float, yaw: float, side: int, half: float) -> tuple[float, float]:
    """The point ``half`` metres to the left (side 0) or right of (x, z) for one who faces yaw."""
    sign = half if side == 0 else -half
    return x + sign * np.cos(yaw), z - sign * np.sin(yaw)


def walk_steps(
    path: Path,
    length: float,
    gait: Gait,
    ctx: Context,
    first: int,
    start: float = 0.25,
    backward: bool = False,
) -> list[Footfall]:
    """Alternate footfalls along the path, the first one short, the last one closing beside the other."""
    period = 1.0 / gait.cadence
    count = max(round(length / gait.step), 1)
    spots = np.arange(1, count + 1) * (length / count)
    spots[:-1] += ctx.rng.normal(0, gait.jitter, count - 1)
    spots = np.append(spots, length)
    out, t, half = [], start, ctx.person.half_stance
    for k, s in enumerate(spots):
        side = (first + k) % 2
        last = k >= count - 1
        x, z, yaw = path.at(float(-s if backward else s))
        width = half if last else gait.width + float(ctx.rng.normal(0, 0.25 * gait.jitter))
        x, z = beside(x, z, yaw, side, width)
        toe = (ctx.person.toe_out + gait.toe_out) * (1 if side == 0 else -1)
        ramp = 1.12 if k in (0, count) else 1.0
        lasting = period * ramp * (1 + float(ctx.rng.normal(0, gait.jitter)))
        out.append(Footfall(side, t, t + gait.swing * lasting, x, 0.0, z, yaw + toe, gait.height))
        t += lasting
    return out


def _feet(track: np.ndarray, steps: list[Footfall], gait: Gait, row: np.ndarray) -> np.ndarray:
    """Fill soles, foot yaw and pitch; returns (n, 2) how much each foot carries (1 planted, 0 swings)."""
    time = np.arange(len(track)) * e.DT
    load = np.ones((len(track), 2))
    for side in (0, 1):
        own = [s for s in steps if s.side == side]
        spot = np.append(row[e.SOLE[side]], row[e.FYAW[side]])
        value = np.repeat(spot[None], len(track), axis=0)
        keys: list[tuple[float, float]] = [(-1.0, 0.0)]
        landed = -1.0
        for s in own:
            goal = np.array([s.x, s.y, s.z, s.yaw])
            u = (time - s.lift) / (s.land - s.lift)
            after = u >= 1
            inside = (u > 0) & ~after
            low, rest = (0.03, 0.91) if gait.swing < 1 else (0.0, 0.99)
            w = np.clip((u[inside] - low) / rest, 0, 1)  # a walker's foot stops before it touches the floor
            v = w * w * (3 - 2 * w)
            value[after] = goal
            value[inside] = spot + (goal - spot) * v[:, None]
            rise = goal[1] - spot[1]
            hump = np.sin(np.pi * u[inside] ** 0.85) ** 1.6
            if abs(rise) > 0.03:  # stairs: up before it goes forward, down after it
                early = smooth(u[inside] * 1.6 if rise > 0 else (u[inside] - 0.375) * 1.6)
                value[inside, 1] = spot[1] + rise * early + 0.04 * hump
            else:
                value[inside, 1] += s.height * hump
            load[inside, side] = 0.0
            ahead = (goal[0] - spot[0]) * np.sin(s.yaw) + (goal[2] - spot[2]) * np.cos(s.yaw)
            stride = float(np.clip(ahead / 1.1, -1, 1))
            _foot_roll(keys, s, gait, stride, landed)
            spot, landed = goal, s.land
        track[:, e.SOLE[side]], track[:, e.FYAW[side]] = value[:, :3], value[:, 3]
        keys.append((max(keys[-1][0] + 0.1, time[-1] + 1.0), 0.0))
        track[:, e.FPITCH[side]] = PchipInterpolator(*np.array(keys).T)(time)
    return load


def _foot_roll(
    keys: list[tuple[float, float]], s: Footfall, gait: Gait, stride: float, landed: float
) -> None:
    """Heel up before the foot leaves, toes up when it lands; the other way round walking backwards."""
    span = s.land - s.lift
    off = gait.toe_off * (max(stride, 0.15) if stride > -0.1 else 0.25)
    hit = -gait.strike * stride if stride > 0 else 0.35 * gait.toe_off * -stride
    heel = max(s.lift - 0.7 * span, landed + 0.12, keys[-1][0] + 0.02)
    if heel < s.lift - 0.02:
        keys.append((heel, 0.0))
    if s.lift > keys[-1][0] + 0.02:
        keys.append((s.lift, off))
    keys.append((max(s.lift + 0.22 * span, keys[-1][0] + 0.02), off * 1.05))
    keys.append((max(s.land - 0.12 * span, keys[-1][0] + 0.02), hit))
    keys.append((max(s.land, keys[-1][0] + 0.02), hit))
    keys.append((s.land + 0.11, 0.0))


def _carry(
    track: np.ndarray, steps: list[Footfall], row: np.ndarray, lead: float
) -> tuple[np.ndarray, np.ndarray]:
    """Pelvis over the feet: (n, 3) ground point under it and (n,) yaw, through the middle of supports."""
    time = np.arange(len(track)) * e.DT
    toe = 0.5 * (row[e.FYAW[0]] + row[e.FYAW[1]])
    feet = [np.append(row[e.SOLE[i]], row[e.FYAW[i]] - toe) for i in (0, 1)]
    first = max(steps[0].lift - lead, 0.02)
    start = np.array([row[0], 0.5 * (feet[0][1] + feet[1][1]), row[2], row[3]])
    times, knots = [-0.5, first], [start, start]
    order = sorted(steps, key=lambda s: s.land)
    for k, s in enumerate(order):
        feet[s.side] = np.array([s.x, s.y, s.z, s.yaw])
        leaves = order[k + 1].lift if k + 1 < len(order) else s.land + 0.3
        t = max(0.5 * (s.land + leaves), times[-1] + 0.05)
        times.append(t)
        knots.append(
            0.5 * (feet[0] + feet[1]) + _over_the_sole(feet[s.side], feet[1 - s.side], k + 1 < len(order))
        )
    times.append(times[-1] + 1.0)
    knots.append(knots[-1])
    way = PchipInterpolator(np.array(times), np.stack(knots))(time)
    padded = np.concatenate([np.repeat(way[:1], 12, 0), way, np.repeat(way[-1:], 12, 0)])
    way = gaussian_filter1d(padded, 2.0, axis=0)[12:-12]
    return way[:, :3], way[:, 3]


def _over_the_sole(lead: np.ndarray, trail: np.ndarray, moving: bool) -> np.ndarray:
    """How far the pelvis of a walker is ahead of midway between the ankles: a sole reaches forward."""
    apart = lead - trail
    ahead = apart[0] * np.sin(lead[3]) + apart[2] * np.cos(lead[3])
    if not moving or ahead <= 0.05:
        return np.zeros(4)
    return 0.1 * ahead * np.array([np.sin(lead[3]), 0.0, np.cos(lead[3]), 0.0])


def envelope(n: int, first: float, last: float, ramp: float = 0.5) -> np.ndarray:
    """(n,) 0 before ``first``, 1 inside, 0 after ``last`` (seconds), with smooth ramps."""
    time = np.arange(n) * e.DT
    return smooth((time - first) / ramp) * smooth((last - time) / ramp)


def gait_track(steps: list[Footfall], gait: Gait, ctx: Context, tail: float = 0.45) -> np.ndarray:
    """(n, N) track of somebody who takes these steps from ``ctx.row`` and then stands."""
    end = max(s.land for s in steps)
    n = round((end + tail) * e.FPS) + 1
    track = np.repeat(ctx.row[None], n, axis=0)
    load = _feet(track, steps, gait, ctx.row)
    ground, yaw = _carry(track, steps, ctx.row, 0.25)
    env = envelope(n, 0.0, end + tail)
    carried = gaussian_filter1d(load, 1.3, axis=0, mode="nearest")
    lean = carried[:, 0] - carried[:, 1]
    side = np.stack([np.cos(yaw), np.zeros(n), -np.sin(yaw)], axis=-1)
    track[:, e.POS] = ground + side * (gait.sway * lean)[:, None]
    track[:, 1] += ctx.row[1] - 0.5 * (ctx.row[13] + ctx.row[16])
    single = gaussian_filter1d(np.abs(load[:, 0] - load[:, 1]), 1.3, mode="nearest")
    track[:, 1] += env * (gait.bob * (single - 0.5) - gait.drop)
    _swing_upper(track, gait, ctx, env, yaw, lean)
    return track


def _swing_upper(
    track: np.ndarray, gait: Gait, ctx: Context, env: np.ndarray, yaw: np.ndarray, lean: np.ndarray
) -> None:
    """Pelvis and shoulders turn against each other; arms swing against the legs; the head looks ahead."""
    n, person = len(track), ctx.person
    apart = track[:, e.SOLE[0]] - track[:, e.SOLE[1]]
    stride = np.einsum("ni,ni->n", apart, e.heading_vector(yaw)) / 0.8
    stride = gaussian_filter1d(np.clip(stride, -1.2, 1.2), 1.0, mode="nearest")
    ahead = np.concatenate([yaw[8:], np.repeat(yaw[-1:], 8)])[:n]
    track[:, 3] = yaw - gait.pelvis * stride
    track[:, 4] += env * gait.pitch
    track[:, 5] += env * gait.roll * 0.5 * lean
    track[:, 6] += env * gait.bend
    track[:, 7] -= env * gait.roll * 0.7 * lean
    track[:, 8] = (gait.pelvis + 0.5 * gait.twist * gait.pelvis + 0.1 * gait.arms) * stride
    track[:, 9] += env * (gait.nod - 0.7 * gait.pitch - 0.5 * gait.bend)
    track[:, 11] = np.clip(0.9 * (ahead - yaw), -0.9, 0.9) - (0.5 * gait.twist * gait.pelvis) * stride
    for s in (0, 1):
        track[:, e.SPLAY[s]] += env * gait.splay
        swing = gait.arms * person.energy * stride * (-1 if s == 0 else 1)
        swing = np.concatenate([swing[:1], swing[:-1]])
        phi = person.hang_phi + env * gait.phi + swing * np.where(swing > 0, 1.0, 0.8)
        bend = person.elbow + env * gait.elbow + gait.elbow_gain * np.maximum(swing + 0.1 * env, 0)
        arm = arm_angles(phi, np.maximum(bend, 0.1), person.out + env * gait.out, s)
        fresh = smooth(np.arange(n) * e.DT / 0.4)[:, None]
        track[:, e.WRIST[s]] = ctx.row[e.WRIST[s]] * (1 - fresh) + arm * fresh
