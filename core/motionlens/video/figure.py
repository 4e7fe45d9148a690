"""The body that ``render`` draws: 22 joints -> rounded cones with clothes, face, hands and shoes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..readers.rotations import frame, unit
from ..skeleton import JOINT_INDEX
from .landmarks import foot_frames, hand_points, joint_frames

J = JOINT_INDEX
Colour = tuple[float, float, float]


@dataclass(frozen=True)
class Look:
    """Colours 0..1 (red, green, blue) and build; ``girth`` scales every thickness."""

    skin: Colour = (0.86, 0.66, 0.54)
    hair: Colour = (0.17, 0.11, 0.08)
    shirt: Colour = (0.16, 0.32, 0.58)
    trousers: Colour = (0.22, 0.22, 0.26)
    shoes: Colour = (0.90, 0.90, 0.90)
    girth: float = 1.0
    long_sleeves: bool = False


_SKINS: tuple[Colour, ...] = ((0.93, 0.76, 0.65), (0.86, 0.66, 0.54), (0.70, 0.49, 0.36), (0.48, 0.32, 0.23))
_HAIRS: tuple[Colour, ...] = ((0.17, 0.11, 0.08), (0.35, 0.22, 0.12), (0.62, 0.48, 0.28), (0.07, 0.07, 0.07))


def random_look(rng: np.random.Generator) -> Look:
    """A person in other clothes."""

    def cloth() -> Colour:
        r, g, b = rng.uniform(0.08, 0.85) * rng.uniform(0.5, 1.0, 3)
        return (float(r), float(g), float(b))

    return Look(
        skin=_SKINS[rng.integers(len(_SKINS))],
        hair=_HAIRS[rng.integers(len(_HAIRS))],
        shirt=cloth(),
        trousers=cloth(),
        shoes=(0.9, 0.9, 0.9) if rng.random() < 0.5 else (0.1, 0.1, 0.1),
        girth=float(rng.uniform(0.92, 1.12)),
        long_sleeves=bool(rng.random() < 0.5),
    )


@dataclass(frozen=True, eq=False)
class Part:
    """A rounded cone from ``a`` (radius ra) to ``b`` (radius rb) in the space that ``squash`` maps to.

    Attributes:
        a, b: (3,) world metres.
        squash: (3, 3) linear map; a body part is round after it (identity: round as it is).
        reach: the greatest distance of its surface from its axis in the world, metres.
        casts: darkens the floor below.
    """

    a: np.ndarray
    b: np.ndarray
    ra: float
    rb: float
    colour: np.ndarray
    squash: np.ndarray
    reach: float
    casts: bool = False


class _Builder:
    """Collects the parts of one frame."""

    def __init__(self, girth: float) -> None:
        self.parts: list[Part] = []
        self.girth = girth

    def cone(
        self,
        a: np.ndarray,
        b: np.ndarray,
        ra: float,
        rb: float,
        colour: Colour,
        axes: np.ndarray | None = None,
        stretch: tuple[float, float, float] = (1.0, 1.0, 1.0),
        casts: bool = False,
    ) -> None:
        """Add a part; ``stretch`` along the columns of ``axes`` makes it oval."""
        ra, rb = ra * self.girth, rb * self.girth
        turn = np.eye(3) if axes is None else axes
        squash = turn @ np.diag(1.0 / np.array(stretch)) @ turn.T
        reach = max(ra, rb) * max(stretch)
        self.parts.append(Part(a, b, ra, rb, np.array(colour), squash, reach, casts))

    def ball(
        self, centre: np.ndarray, radii: tuple[float, float, float], colour: Colour, axes: np.ndarray
    ) -> None:
        """Add an ellipsoid."""
        r = radii[0]
        # a rounded cone of no length is a sphere
        self.cone(centre, centre, r, r, colour, axes, (1.0, radii[1] / r, radii[2] / r))


def figure(positions: np.ndarray, look: Look) -> list[list[Part]]:
    """The parts of a body, frame by frame.

    Args:
        positions: (T, 22, 3) on the reference skeleton, metres, y up.
        look: build and clothes.
    """
    chest, head = joint_frames(positions)
    hips = positions[:, J["left_hip"]] - positions[:, J["right_hip"]]
    pelvis = frame(hips, positions[:, J["spine1"]] - positions[:, J["pelvis"]])
    feet = {side: foot_frames(positions, side) for side in ("left", "right")}
    out = []
    for t, p in enumerate(positions):
        build = _Builder(look.girth)
        _trunk(build, p, pelvis[t], chest[t], look)
        _head(build, p, head[t], look)
        for side in ("left", "right"):
            _leg(build, p, side, feet[side][t], look)
            _arm(build, p, side, chest[t], look)
        out.append(build.parts)
    return out


def _mix(colour: Colour, factor: float) -> Colour:
    return (colour[0] * factor, colour[1] * factor, colour[2] * factor)


def _trunk(build: _Builder, p: np.ndarray, pelvis: np.ndarray, chest: np.ndarray, look: Look) -> None:
    root, waist, ribs, neck = p[J["pelvis"]], p[J["spine2"]], p[J["spine3"]], p[J["neck"]]
    low = 0.5 * (p[J["left_hip"]] + p[J["right_hip"]])
    build.cone(
        low + pelvis[:, 1] * 0.02, root, 0.100, 0.100, look.trousers, pelvis, (1.55, 1.0, 1.12), casts=True
    )
    build.cone(root + pelvis[:, 1] * 0.02, waist, 0.100, 0.100, look.shirt, chest, (1.45, 1.0, 1.05))
    build.cone(
        waist, ribs + chest[:, 1] * 0.09, 0.102, 0.112, look.shirt, chest, (1.46, 1.0, 1.05), casts=True
    )
    build.cone(
        ribs + chest[:, 1] * 0.09,
        ribs + chest[:, 1] * 0.14,
        0.112,
        0.075,
        look.shirt,
        chest,
        (1.46, 1.0, 0.95),
    )
    for side in ("left", "right"):
        build.cone(
            ribs + chest[:, 1] * 0.17 - chest[:, 2] * 0.01, p[J[f"{side}_shoulder"]], 0.068, 0.058, look.shirt
        )
    top = p[J["head"]] - 0.02 * unit(p[J["head"]] - neck)
    build.cone(neck - chest[:, 1] * 0.03, top, 0.060, 0.054, look.skin)


def _head(build: _Builder, p: np.ndarray, head: np.ndarray, look: Look) -> None:
    def at(x: float, y: float, z: float) -> np.ndarray:
        return p[J["head"]] + head @ np.array([x, y, z])

    shade = _mix(look.skin, 0.80)
    build.ball(at(0, 0.065, 0.012), (0.076, 0.108, 0.094), look.skin, head)
    build.cone(at(0, -0.012, 0.045), at(0, -0.022, 0.062), 0.050, 0.032, look.skin)
    build.ball(at(0, 0.098, -0.016), (0.084, 0.090, 0.092), look.hair, head)
    build.ball(at(0, 0.055, -0.035), (0.080, 0.085, 0.075), look.hair, head)
    for x in (1.0, -1.0):
        build.ball(at(x * 0.077, 0.045, 0.0), (0.011, 0.030, 0.019), shade, head)
        build.ball(at(x * 0.031, 0.064, 0.090), (0.0145, 0.0085, 0.012), (0.95, 0.95, 0.95), head)
        build.ball(at(x * 0.031, 0.064, 0.098), (0.0065, 0.0075, 0.006), (0.10, 0.07, 0.05), head)
        build.cone(at(x * 0.018, 0.082, 0.097), at(x * 0.046, 0.083, 0.085), 0.0055, 0.0045, look.hair)
    build.cone(at(0, 0.055, 0.100), at(0, 0.030, 0.110), 0.008, 0.014, _mix(look.skin, 0.93))
    build.cone(at(0.020, -0.010, 0.092), at(-0.020, -0.010, 0.092), 0.0075, 0.0075, (0.66, 0.34, 0.31))


def _leg(build: _Builder, p: np.ndarray, side: str, foot: np.ndarray, look: Look) -> None:
    hip, knee, ankle = (p[J[f"{side}_{n}"]] for n in ("hip", "knee", "ankle"))
    build.cone(hip, knee, 0.088, 0.060, look.trousers, casts=True)
    build.cone(knee, ankle, 0.060, 0.046, look.trousers)
    heel, toe = ankle + foot @ np.array([0, -0.035, -0.03]), ankle + foot @ np.array([0, -0.043, 0.150])
    build.cone(heel, toe, 0.040, 0.034, look.shoes, foot, (1.1, 0.95, 1.0), casts=True)
    build.cone(ankle, ankle + foot @ np.array([0, -0.02, 0.06]), 0.043, 0.036, look.shoes)


def _arm(build: _Builder, p: np.ndarray, side: str, chest: np.ndarray, look: Look) -> None:
    shoulder, elbow, wrist = (p[J[f"{side}_{n}"]] for n in ("shoulder", "elbow", "wrist"))
    sleeve = look.shirt if look.long_sleeves else look.skin
    build.cone(shoulder, elbow, 0.056, 0.043, look.shirt)
    build.cone(elbow, wrist, 0.041, 0.029, sleeve)
    fore = unit(wrist - elbow)
    points = hand_points(wrist, fore, chest)
    palm = np.stack([unit(points["index"] - points["pinky"]), fore, np.zeros(3)], axis=-1)
    palm[:, 2] = np.cross(palm[:, 0], palm[:, 1])
    build.cone(wrist, wrist + 0.075 * fore, 0.026, 0.030, look.skin, palm, (1.3, 1.0, 0.6))
    for name, length in (("index", 0.075), ("pinky", 0.055)):
        start = points[name] - 0.15 * (points[name] - wrist)
        build.cone(start, start + length * fore, 0.011, 0.008, look.skin)
    middle = 0.5 * (points["index"] + points["pinky"])
    build.cone(middle, middle + 0.085 * fore, 0.012, 0.008, look.skin)
    build.cone(wrist + 0.02 * fore, points["thumb"] + 0.03 * fore, 0.013, 0.009, look.skin)
