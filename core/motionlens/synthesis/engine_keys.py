"""Postures as control rows, and the builder that turns key postures into tracks."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy.interpolate import PchipInterpolator

from . import engine as e
from .arms_base import from_chart, to_chart

Change = float | tuple[float, ...] | np.ndarray

_SCALARS: dict[str, int] = {
    "x": 0, "y": 1, "z": 2, "yaw": 3, "pitch": 4, "roll": 5, "bend": 6, "side": 7, "twist": 8, "nod": 9,
    "tilt": 10, "look": 11, "lf_yaw": 18, "rf_yaw": 19, "lf_pitch": 20, "rf_pitch": 21, "lk": 22, "rk": 23,
    "la_sw": 30, "ra_sw": 31, "lh_w": 38, "rh_w": 39, "l_shrug": 40, "r_shrug": 41,
}  # fmt: skip
_VECTORS: dict[str, slice] = {
    "lf": e.SOLE[0], "rf": e.SOLE[1], "la": e.WRIST[0], "ra": e.WRIST[1], "lh": e.HAND[0], "rh": e.HAND[1],
}  # fmt: skip


@dataclass
class Person:
    """What stays the same through one recipe: how this person stands, hangs the arms and breathes."""

    half_stance: float = 0.1
    toe_out: float = 0.13
    hang_phi: float = 0.04
    elbow: float = 0.3
    out: float = 0.12
    stoop: float = 0.03
    phase: float = 0.0
    energy: float = 1.0

    @staticmethod
    def random(rng: np.random.Generator) -> Person:
        """A person with its own habits."""
        return Person(
            half_stance=float(np.clip(rng.normal(0.105, 0.018), 0.075, 0.16)),
            toe_out=float(rng.uniform(0.02, 0.25)),
            hang_phi=float(rng.normal(0.04, 0.05)),
            elbow=float(rng.uniform(0.15, 0.45)),
            out=float(rng.uniform(0.08, 0.2)),
            stoop=float(rng.normal(0.04, 0.03)),
            phase=float(rng.uniform(0, 6.28)),
            energy=float(np.clip(rng.normal(1.0, 0.12), 0.7, 1.3)),
        )


def arm_angles(
    phi: np.ndarray | float, elbow: np.ndarray | float, out: np.ndarray | float, side: int
) -> np.ndarray:
    """(..., 3) wrist of an arm that swings: upper arm forward by phi, elbow bent, held out (radians)."""
    phi, elbow, out = np.broadcast_arrays(np.asarray(phi, float), elbow, out)
    share = e.UPPER / e.ARM
    down = share * np.cos(phi) + (1 - share) * np.cos(phi + elbow)
    front = share * np.sin(phi) + (1 - share) * np.sin(phi + elbow)
    sign = 1.0 if side == 0 else -1.0
    return np.stack([sign * np.sin(out) * down, -np.cos(out) * down, front], axis=-1)


def standing(person: Person) -> np.ndarray:
    """(N,) the neutral standing row, over the origin, facing +z."""
    row = np.zeros(e.N)
    row[1] = e.STAND_HEIGHT
    row[6] = person.stoop
    row[9] = -0.6 * person.stoop
    for side, sign in ((0, 1.0), (1, -1.0)):
        row[e.SOLE[side]] = (sign * person.half_stance, 0.0, 0.0)
        row[e.FYAW[side]] = sign * person.toe_out
        row[e.WRIST[side]] = arm_angles(person.hang_phi, person.elbow, person.out, side)
        row[e.SWIVEL[side]] = 0.1
    return row


@dataclass
class Keys:
    """Key postures in time; ``track()`` interpolates them.

    Write every one-sided action for the left side; ``mirrored`` builds it for the right.
    """

    start: np.ndarray
    person: Person
    rng: np.random.Generator
    speed: float = 1.0
    amplitude: float = 1.0
    mirrored: bool = False
    times: list[float] = field(default_factory=list)
    rows: list[np.ndarray] = field(default_factory=list)
    began: float = 0.0
    ended: float | None = None
    lag: float = 0.03
    leaps: list[_Leap] = field(default_factory=list)

    def __post_init__(self) -> None:
        first = e.mirror(self.start) if self.mirrored else self.start.copy()
        self.times, self.rows = [0.0], [first]
        self.neutral = standing(self.person)

    @property
    def now(self) -> float:
        """Seconds of the last key."""
        return self.times[-1]

    @property
    def row(self) -> np.ndarray:
        """The last key."""
        return self.rows[-1]

    def to(self, seconds: float, /, **changes: Change) -> Keys:
        """A new key ``seconds`` later (natural speed): the last one with these columns changed."""
        row = self.row.copy()
        for name, value in changes.items():
            if name in _SCALARS:
                row[_SCALARS[name]] = value
            else:
                row[_VECTORS[name]] = value
        return self.to_row(seconds, row)

    def to_row(self, seconds: float, row: np.ndarray, exact: bool = False) -> Keys:
        """A new key ``seconds`` later with all columns given; ``exact``: in just that time (gravity)."""
        if not exact:
            seconds *= float(np.clip(self.rng.normal(1.0, 0.06), 0.85, 1.15)) / self.speed
        self.times.append(self.now + max(seconds, 0.02))
        self.rows.append(row.copy())
        return self

    def hold(self, seconds: float, /, **changes: Change) -> Keys:
        """Stay (nearly) as it is."""
        return self.to(seconds, **changes)

    def home(self, seconds: float, keep: tuple[str, ...] = ()) -> Keys:
        """Back to standing where the feet now are: pelvis between them, arms hanging."""
        row = self.neutral.copy()
        middle = 0.5 * (self.row[e.SOLE[0]] + self.row[e.SOLE[1]])
        yaw = self.row[3]
        row = e.place(row, middle[0], min(self.row[13], self.row[16]), middle[2], yaw)
        for name in keep:
            part = _VECTORS.get(name, _SCALARS.get(name))
            row[part] = self.row[part]
        return self.to_row(seconds, row)

    def begin(self) -> Keys:
        """The action proper starts at the last key."""
        self.began = self.now
        return self

    def end(self) -> Keys:
        """The action proper ends at the last key."""
        self.ended = self.now
        return self

    def leap(
        self, height: float, takeoff: np.ndarray, air: np.ndarray, landing: np.ndarray, absorbed: np.ndarray
    ) -> Keys:
        """Push off from the last key, fly ``height`` metres high, land and give way.

        The pelvis accelerates evenly to the speed that the height needs, flies a parabola under
        gravity and is braked evenly; the rows give the rest (their soles without the flight).
        """
        start, up = self.now, np.sqrt(2 * _GRAVITY * height)
        rise = max(takeoff[1] - self.row[1], 0.05)
        drop = landing[1] - takeoff[1]
        down = np.sqrt(max(up * up - 2 * _GRAVITY * drop, 0.5))
        flight = (up + down) / _GRAVITY
        give = max(landing[1] - absorbed[1], 0.05)
        self.to_row(2 * rise / up, takeoff, exact=True)
        off = self.now
        self.to_row(flight / 2, air, exact=True).to_row(flight / 2, landing, exact=True)
        on = self.now
        self.to_row(2 * give / down, absorbed, exact=True)
        self.leaps.append(_Leap(start, off, on, self.now, up, rise, give))
        return self

    def track(self, lifts: bool = True) -> tuple[np.ndarray, float, float]:
        """((n, N) track at 20 fps, start and end of the action proper in seconds)."""
        times, rows = np.array(self.times), np.stack(self.rows)
        _know_hands(rows)
        frames = np.arange(round(times[-1] * e.FPS) + 1) * e.DT
        frames[-1] = min(frames[-1], times[-1])
        charted = _arms_to_chart(rows)
        spline = PchipInterpolator(
            np.concatenate([[-0.3], times, [times[-1] + 0.3]]),
            np.concatenate([charted[:1], charted, charted[-1:]]),
        )
        out = spline(frames)
        late = [*range(24, 32)]  # arms follow the trunk a little
        fade = np.clip((times[-1] - frames) / 0.3, 0, 1) * self.lag
        out[:, late] = spline(frames - fade)[:, late]
        _arms_from_chart(out)
        if lifts:
            _lift_feet(out, frames, times, rows, spline)
        for leap in self.leaps:
            leap.apply(out, frames)
        if self.mirrored:
            out = e.mirror(out)
        return out, self.began, self.now if self.ended is None else self.ended


_GRAVITY = 9.81


@dataclass(frozen=True)
class _Leap:
    """Times of crouch, take-off, landing and end of giving way; speed at take-off; rise and give."""

    start: float
    off: float
    on: float
    done: float
    up: float
    rise: float
    give: float

    def apply(self, out: np.ndarray, frames: np.ndarray) -> None:
        """Overwrite the pelvis height, lift the soles in flight, keep the flight's speed even."""
        at = [int(np.clip(round(t * e.FPS), 0, len(frames) - 1)) for t in (self.off, self.on)]
        push = (frames >= self.start) & (frames < self.off)
        fly = (frames >= self.off) & (frames <= self.on)
        give = (frames > self.on) & (frames < self.done)
        t = frames[fly] - self.off
        arc = self.up * t - 0.5 * _GRAVITY * t * t
        u = (frames[push] - self.start) / (self.off - self.start)
        low = out[min(np.flatnonzero(push)[0] if push.any() else at[0], at[0]), 1]
        base = low + self.rise * (1 - u[0] ** 2 if len(u) else 0.0)
        total = self.up * (self.on - self.off) - 0.5 * _GRAVITY * (self.on - self.off) ** 2
        out[push, 1] = base - self.rise * (1 - u**2)
        out[fly, 1] = base + arc
        w = (frames[give] - self.on) / (self.done - self.on)
        out[give, 1] = base + total - self.give * (1 - (1 - w) ** 2)
        level = total * t / (self.on - self.off)
        for side in (0, 1):
            out[fly, e.SOLE[side].start + 1] += arc - level
        for column in (0, 2, 12, 14, 15, 17):
            a, b = out[at[0], column], out[at[1], column]
            out[fly, column] += (a + (b - a) * t / (self.on - self.off) - out[fly, column]) * _mid(t, self)


def _mid(t: np.ndarray, leap: _Leap) -> np.ndarray:
    """Weight of the even speed: nought at the moment of leaving and touching the floor."""
    u = t / (leap.on - leap.off)
    return smooth(np.minimum(u, 1 - u) * 6)


def _know_hands(rows: np.ndarray) -> None:
    """A free hand already has the place where it will be planted next, or was last (in place)."""
    for side in (0, 1):
        planted = np.flatnonzero(rows[:, e.HANDW[side]] > 0)
        if len(planted):
            for k in np.flatnonzero(rows[:, e.HANDW[side]] <= 0):
                after = planted[planted > k]
                rows[k, e.HAND[side]] = rows[
                    after[0] if len(after) else planted[planted < k][-1], e.HAND[side]
                ]


def _arms_to_chart(rows: np.ndarray) -> np.ndarray:
    """Wrist and swivel columns in the arm's chart, where a straight line leads round the shoulder."""
    out = rows.copy()
    for side in (0, 1):
        flip = np.array([1.0 if side == 0 else -1.0, 1.0, 1.0])
        chart = to_chart(rows[:, e.WRIST[side]] * flip, rows[:, e.SWIVEL[side]])
        out[:, e.WRIST[side]], out[:, e.SWIVEL[side]] = chart[:, :3], chart[:, 3]
    return out


def _arms_from_chart(out: np.ndarray) -> None:
    for side in (0, 1):
        flip = np.array([1.0 if side == 0 else -1.0, 1.0, 1.0])
        chart = np.concatenate([out[:, e.WRIST[side]], out[:, e.SWIVEL[side], None]], axis=1)
        out[:, e.WRIST[side]], out[:, e.SWIVEL[side]] = from_chart(chart)
        out[:, e.WRIST[side]] *= flip


def _lift_feet(
    out: np.ndarray, frames: np.ndarray, times: np.ndarray, rows: np.ndarray, spline: PchipInterpolator
) -> None:
    """A foot that two keys place on the floor in different spots is carried, not dragged."""
    for side in (0, 1):
        cols = [e.SOLE[side].start, e.SOLE[side].start + 2, e.FYAW[side]]
        height = e.SOLE[side].start + 1
        for k in range(len(times) - 1):
            a, b = rows[k], rows[k + 1]
            apart = float(np.hypot(*(b[cols[:2]] - a[cols[:2]])) + 0.15 * abs(b[cols[2]] - a[cols[2]]))
            if apart < 0.012:
                continue
            inside = (frames >= times[k] - 1e-9) & (frames <= times[k + 1] + 1e-9)
            u = np.clip((frames[inside] - times[k]) / (times[k + 1] - times[k]), 0, 1)
            if abs(a[height] - b[height]) < 0.08 and a[height] < 0.06:
                out[inside, height] += min(0.03 + 0.2 * apart, 0.11) * np.sin(np.pi * u) ** 2
                v = np.clip((u - 0.1) / 0.8, 0, 1)[:, None]
                out[np.ix_(inside, cols)] = a[cols] + (b[cols] - a[cols]) * smooth(v)
            elif min(a[height], b[height]) < 0.01:  # goes forward after it has left, stops before it lands
                w = (u - 0.14) / 0.86 if a[height] < b[height] else u / 0.86
                warped = times[k] + (times[k + 1] - times[k]) * np.clip(w, 0, 1)
                out[np.ix_(inside, cols)] = spline(warped)[:, cols]
        hand = e.HAND[side]
        for k in range(len(times) - 1):
            a, b = rows[k], rows[k + 1]
            apart = float(np.hypot(*(b[hand] - a[hand])[::2]))
            if apart > 0.03 and a[e.HANDW[side]] > 0.99 and b[e.HANDW[side]] > 0.99:
                u = np.clip((frames - times[k]) / (times[k + 1] - times[k]), 0, 1)
                out[:, hand.start + 1] += 0.07 * np.sin(np.pi * u) ** 2


def smooth(u: np.ndarray) -> np.ndarray:
    """Minimum-jerk ramp from 0 to 1 (Flash and Hogan 1985); u is clipped to 0..1.

    >>> smooth(np.array([0.0, 0.5, 1.0])).tolist()
    [0.0, 0.5, 1.0]
    """
    u = np.clip(u, 0.0, 1.0)
    return u**3 * (10 - 15 * u + 6 * u * u)
